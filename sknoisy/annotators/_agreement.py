"""How far annotators agree: with a consensus, and with each other."""

import numpy as np
from sklearn.utils import check_consistent_length, column_or_1d

from sknoisy._arrays import as_numpy
from sknoisy._data_types import ArrayLike, Label, Seed
from sknoisy._ranges import check_count, check_range
from sknoisy._registry import lookup
from sknoisy._seeds import make_generator
from sknoisy._shown import shown
from sknoisy._told import told_as_in
from sknoisy.annotators._majority import majority_vote
from sknoisy.annotators._pairs import compare_pairs, shared_votes
from sknoisy.annotators._reading import check_votes
from sknoisy.annotators._vocabulary import codes_in
from sknoisy.annotators._votes import Votes

__all__ = [
    "AGREEMENTS",
    "agreement_interval",
    "agreement_with_consensus",
    "annotator_agreement",
]


@told_as_in(majority_vote)
def agreement_with_consensus(
    votes: Votes | ArrayLike, labels: ArrayLike, *, unlabeled: Label = "auto"
) -> np.ndarray:
    """Share of each annotator's votes that equal a consensus, or the true labels.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        One label a sample to compare with, in the same terms.

    Returns
    -------
    agreement : ndarray of shape (n_annotators,)
        Shares in [0, 1].

    Raises
    ------
    ValueError
        If a sample or an annotator has no vote, or all votes are for one class; or if
        no label is ever voted for.

    See Also
    --------
    annotator_agreement : Agreement among annotators, in one number.

    Examples
    --------
    >>> from sknoisy.annotators import agreement_with_consensus
    >>> votes = [["a", "a", None], ["b", "b", "a"], ["a", "b", "a"]]
    >>> agreement_with_consensus(votes, ["a", "b", "a"])
    array([1.  , 0.67, 0.5 ])
    """
    votes = check_votes(votes, unlabeled)
    labels = column_or_1d(as_numpy(labels))
    check_consistent_length(votes, labels)
    codes = codes_in(labels, votes.classes)
    if (codes < 0).all():
        raise ValueError(
            f"labels and votes have no label in common: labels holds {labels[0]!r},"
            f" votes {shown(votes.classes.tolist())}. Write both in the same terms."
        )
    return agreement_of(votes, codes)


def agreement_of(votes, codes):
    """Return the share of each annotator's votes that equal `codes`; NaN without."""
    return votes.mean_by_annotator(votes.label_codes == codes[votes.sample_codes])


@told_as_in(majority_vote)
def annotator_agreement(
    votes: Votes | ArrayLike,
    *,
    measure: str = "krippendorff",
    unlabeled: Label = "auto",
) -> float:
    """How far annotators agree with each other, beyond what chance explains.

    Parameters
    ----------
    votes : Votes or array-like of shape (n_samples, n_annotators)
        Who voted for what; or a table with a column for each annotator, of numbers,
        strings or booleans, where NaN, None and pandas.NA stand for missing votes.
        Samples with a single vote don't count.

    measure : {"cohen", "fleiss", "krippendorff", "percent"}, default="krippendorff"
        - "cohen": Cohen's kappa of two annotators [3]_, on the samples that both have
          seen; its mean over all pairs, each as heavy as the samples it shares.
        - "percent": the mean share of pairs of votes on a sample that agree.
        - "fleiss": Fleiss' kappa [1]_, (P − P_e) / (1 − P_e), where P is the share
          above and P_e the share to expect were votes dealt out at random.
        - "krippendorff": Krippendorff's alpha for labels without an order [2]_. Like
          kappa, but corrected for small samples; and votes weigh alike where samples
          have different numbers of them, for which kappa has no standard form.

    Returns
    -------
    agreement : float
        1 for full agreement, 0 for as much as by chance (except "percent"), below 0
        for less. NaN where samples with several votes hold one class only, so that
        nothing is to be told from chance.

    Raises
    ------
    ValueError
        If a sample or an annotator has no vote, all votes are for one class, or no
        sample has two votes.

    See Also
    --------
    agreement_interval : How sure it is.
    agreement_with_consensus : One number for each annotator.
    pairwise_agreement : One number for each two of them.

    References
    ----------
    .. [1] Fleiss, "Measuring Nominal Scale Agreement Among Many Raters",
       Psychological Bulletin 76(5), 1971. With different numbers of votes, P is the
       mean over samples and P_e comes from all votes together.
    .. [2] Hayes & Krippendorff, "Answering the Call for a Standard Reliability
       Measure for Coding Data", Communication Methods and Measures 1(1), 2007.
    .. [3] Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and
       Psychological Measurement 20(1), 1960.

    Examples
    --------
    >>> from sknoisy.annotators import annotator_agreement
    >>> votes = [["a", "a", None], ["b", "b", "a"], ["a", "b", "a"], ["c", "c", "c"]]
    >>> annotator_agreement(votes)
    0.48
    >>> annotator_agreement(votes, measure="percent")
    0.67
    """
    votes = check_votes(votes, unlabeled)
    statistic = make_statistic(votes, measure)
    return float(statistic(np.ones(len(votes))))


@told_as_in(majority_vote)
def agreement_interval(
    votes: Votes | ArrayLike,
    *,
    measure: str = "krippendorff",
    confidence_level: float = 0.95,
    n_resamples: int = 1000,
    unlabeled: Label = "auto",
    random_state: Seed = None,
) -> tuple[float, float]:
    """How sure `annotator_agreement` is: a bootstrap interval over samples.

    Parameters
    ----------
    measure : {"cohen", "fleiss", "krippendorff", "percent"}, default="krippendorff"
        As in `annotator_agreement`.

    confidence_level : float in (0, 1), default=0.95
        How often, over many crowds of these people and samples of this kind, the
        interval holds what all samples would give.

    n_resamples : int >= 1, default=1000
        How often samples are drawn, with replacement.

    random_state : int, RandomState instance or None, default=None
        Seed of the draws. None takes fresh entropy.

    Returns
    -------
    low, high : float
        Percentiles of the agreement of resamples; NaN where it is NaN in all of them.

    Raises
    ------
    ValueError
        If a sample or an annotator has no vote, all votes are for one class, or no
        sample has two votes.

    See Also
    --------
    annotator_agreement : The number itself.

    Notes
    -----
    Samples are drawn and people are not: the interval says nothing of other people.

    Examples
    --------
    >>> from sknoisy.annotators import agreement_interval
    >>> votes = [["a", "a", None], ["b", "b", "a"], ["a", "b", "a"], ["c", "c", "c"]]
    >>> low, high = agreement_interval(votes, random_state=0)
    >>> low < 0.48 < high
    True
    """
    check_range("(0, 1)", confidence_level=confidence_level)
    check_count(n_resamples=n_resamples)
    votes = check_votes(votes, unlabeled)
    statistic = make_statistic(votes, measure)
    rng = make_generator(random_state)
    found = np.empty(n_resamples)
    for i in range(n_resamples):
        drawn = rng.randint(len(votes), size=len(votes))
        found[i] = statistic(np.bincount(drawn, minlength=len(votes)))
    found = found[~np.isnan(found)]
    if not len(found):
        return np.nan, np.nan
    tails = (1 - confidence_level) / 2
    low, high = np.quantile(found, [tails, 1 - tails])
    return float(low), float(high)


def make_statistic(votes, measure):
    """Return a function of samples' weights that gives the agreement."""
    function = lookup(measure, AGREEMENTS, parameter="measure", kind="a measure")
    several = votes.per_sample > 1
    if not several.any():
        raise ValueError(
            "No sample has two votes: agreement is between annotators who saw the same"
            " sample."
        )
    if measure == "cohen":
        shared = shared_votes(votes)
        return lambda weights: function(shared, weights[shared.samples])
    counts = votes.counts[several]
    with np.errstate(invalid="ignore"):  # a resample of nothing but lone votes
        return lambda weights: function(counts, weights[several])


def percent_agreement(counts, weights):
    """Mean share of pairs that agree, from counts (n_samples, n_classes), two a row."""
    n_votes = counts.sum(axis=1)
    pairs = (counts * (counts - 1)).sum(axis=1)
    return _mean(pairs / (n_votes * (n_votes - 1)), weights)


def fleiss_kappa(counts, weights):
    """Fleiss' kappa from counts (n_samples, n_classes)."""
    totals = weights @ counts
    shares = totals / max(totals.sum(), 1)
    return _beyond_chance(percent_agreement(counts, weights), (shares**2).sum())


def krippendorff_alpha(counts, weights):
    """Krippendorff's nominal alpha from counts (n_samples, n_classes)."""
    n_votes, totals = counts.sum(axis=1), weights @ counts
    n = totals.sum()
    if not n:
        return np.nan
    observed = weights @ ((counts * (counts - 1)).sum(axis=1) / (n_votes - 1)) / n
    return _beyond_chance(observed, (totals * (totals - 1)).sum() / (n * (n - 1)))


def mean_cohen_kappa(shared, weights):
    """Mean of Cohen's kappa over pairs of annotators, by how much they share."""
    found = compare_pairs(shared, weights)
    known = ~np.isnan(found.kappa)
    return _mean(found.kappa[known], found.n_shared[known])


AGREEMENTS = {
    "cohen": mean_cohen_kappa,
    "fleiss": fleiss_kappa,
    "krippendorff": krippendorff_alpha,
    "percent": percent_agreement,
}


def _mean(values, weights):
    total = weights.sum()
    return weights @ values / total if total else np.nan


def _beyond_chance(observed, expected):
    return np.nan if expected == 1 else (observed - expected) / (1 - expected)
