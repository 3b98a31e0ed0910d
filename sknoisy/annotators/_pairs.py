"""Pairs of annotators who saw the same samples, from triples."""

import numpy as np
from sklearn.utils import Bunch

from sknoisy._data_types import ArrayLike, Label
from sknoisy._told import told_as_in
from sknoisy.annotators._majority import majority_vote
from sknoisy.annotators._reading import encode_votes
from sknoisy.annotators._votes import Votes

__all__ = ["pairwise_agreement"]


@told_as_in(majority_vote)
def pairwise_agreement(votes: Votes | ArrayLike, *, unlabeled: Label = "auto") -> Bunch:
    """How far each two annotators agree on the samples that both have seen.

    Returns
    -------
    pairs : Bunch
        Arrays with one entry for each two annotators who share a sample: ``first`` and
        ``second``, their names; ``n_shared``, how many samples they share;
        ``agreement``, the share of these on which they agree; and ``kappa``, Cohen's
        [1]_, NaN where both name one class only. Those who disagree most come first.
        ``pandas.DataFrame(pairs)`` is a table of them.

    Raises
    ------
    ValueError
        If there is no vote.

    See Also
    --------
    annotator_agreement : All of them in one number.
    annotator_report : Each of them beside the consensus.

    References
    ----------
    .. [1] Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and
       Psychological Measurement 20(1), 1960.

    Examples
    --------
    >>> from sknoisy.annotators import pairwise_agreement
    >>> votes = [["a", "a", "b"], ["b", "b", None], ["a", "a", "b"]]
    >>> pairs = pairwise_agreement(votes)
    >>> for one in zip(pairs.first, pairs.second, pairs.n_shared, pairs.agreement):
    ...     print(*one)
    0 2 2 0.0
    1 2 2 0.0
    0 1 3 1.0
    """
    votes = encode_votes(votes, unlabeled)
    shared = shared_votes(votes)
    found = compare_pairs(shared, np.ones(len(shared.samples)))
    order = np.lexsort([-found.n_shared, found.agreement])
    first, second = np.divmod(shared.pairs, votes.n_annotators)
    return Bunch(
        first=votes.annotators[first][order],
        second=votes.annotators[second][order],
        n_shared=found.n_shared[order].astype(np.int64),
        agreement=found.agreement[order],
        kappa=found.kappa[order],
    )


def shared_votes(votes):
    """Return every two votes on one sample: the pair of people, sample and labels."""
    samples = votes.sample_codes
    parts = []
    for lag in range(1, int(votes.per_sample.max(initial=0))):
        one = np.flatnonzero(samples[lag:] == samples[:-lag])
        other = one + lag
        people = votes.annotator_codes[one].astype(np.int64) * votes.n_annotators
        labels = votes.label_codes[one], votes.label_codes[other]
        people = people + votes.annotator_codes[other]
        parts.append((people, samples[one], *labels))
    columns = zip(*parts, strict=True) if parts else [[np.array([], int)]] * 4
    people, where, first, second = (np.concatenate(column) for column in columns)
    pairs, of_vote = np.unique(people, return_inverse=True)
    return Bunch(
        pairs=pairs,
        of_vote=of_vote,
        samples=where,
        first=first,
        second=second,
        n_classes=votes.n_classes,
    )


def compare_pairs(shared, weights):
    """Return shared samples, agreement and Cohen's kappa of each pair of annotators.

    Parameters
    ----------
    shared : Bunch
        What `shared_votes` gives.

    weights : ndarray
        A weight for each entry of it.
    """
    n_pairs, n_classes = len(shared.pairs), shared.n_classes
    n_shared = np.bincount(shared.of_vote, weights, minlength=n_pairs)
    agrees = weights * (shared.first == shared.second)
    known = np.maximum(n_shared, np.finfo(float).tiny)
    agreement = np.bincount(shared.of_vote, agrees, minlength=n_pairs) / known
    expected = _by_chance(shared, weights, n_classes) / known**2
    certain = (expected >= 1) | (n_shared == 0)
    kappa = np.full(n_pairs, np.nan)
    np.divide(agreement - expected, 1 - expected, out=kappa, where=~certain)
    return Bunch(n_shared=n_shared, agreement=agreement, kappa=kappa)


def _by_chance(shared, weights, n_classes):
    """Return the sum over classes of how often one names it times how often the other.

    Only pairs of people and class that occur are looked at.
    """
    keys = [
        shared.of_vote * n_classes + labels for labels in (shared.first, shared.second)
    ]
    there, places = np.unique(np.concatenate(keys), return_inverse=True)
    half = len(shared.of_vote)
    first = np.bincount(places[:half], weights, minlength=len(there))
    second = np.bincount(places[half:], weights, minlength=len(there))
    return np.bincount(there // n_classes, first * second, minlength=len(shared.pairs))
