"""Which samples to ask people about next, and whom."""

import numpy as np
from sklearn.utils import Bunch

from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike, Label, Seed
from sknoisy._ranges import check_count
from sknoisy._seeds import make_generator
from sknoisy._told import told_as_in
from sknoisy.annotators._consensus import spread
from sknoisy.annotators._crowdlab import classes_of, read_opinions, weigh_together
from sknoisy.annotators._dawid_skene import dawid_skene
from sknoisy.annotators._majority import majority_vote
from sknoisy.annotators._reading import check_classes, encode_votes
from sknoisy.annotators._votes import Votes

__all__ = ["ask_next"]


@told_as_in(majority_vote)
def ask_next(
    votes: Votes | ArrayLike,
    pred_probs: ArrayLike | None = None,
    *,
    n: int = 10,
    strategy: str = "gain",
    at_most: int | None = None,
    unlabeled: Label = "auto",
    random_state: Seed = None,
) -> Bunch:
    """Choose the samples on which one more vote is worth most, and who should give it.

    Parameters
    ----------
    votes : Votes or array-like of shape (n_samples, n_annotators)
        Who voted for what so far; or a table with a column for each annotator, of
        numbers, strings or booleans, where NaN, None and pandas.NA stand for missing
        votes. Samples may have none.

    pred_probs : array-like of shape (n_samples, n_classes), default=None
        A classifier's out-of-fold class probabilities, or those of several. With them
        the consensus is that of `crowdlab`, without that of `dawid_skene`.

    n : int >= 1, default=10
        How many samples.

    strategy : {"crowdlab", "gain", "least_confidence", "random"}, default="gain"
        - "gain": by how much one more vote of an average annotator is expected to raise
          the probability that the consensus label is right; where that is nothing,
          since no single vote changes a label, by least confidence.
        - "least_confidence": by the probability that the label is wrong.
        - "crowdlab": by the active-learning score of [1]_, which doubts samples with
          little weight of votes on them. Needs `pred_probs`.
        - "random": any.

    at_most : int >= 1, default=None
        How many of these samples one annotator may get; None sets no limit.

    random_state : int, RandomState instance or None, default=None
        Seed of "random". None takes fresh entropy.

    Returns
    -------
    batch : Bunch
        Of the samples to ask about, the first first: their names ``samples``, their
        places ``rows``, ``scores``, ``gains`` (expected rise of the probability to be
        right) and ``annotators``: of those who haven't seen the sample, who seems best;
        None where all have.

    Raises
    ------
    ValueError
        If there is no vote yet, or `strategy` needs probabilities.

    See Also
    --------
    LabelingLoop : Asks again and again, until a budget is spent.
    annotator_report : Whom to ask no longer.

    Notes
    -----
    On simulated crowds (``benchmarks/annotators_loop.py``, three seeds) half a label a
    sample, bought by "gain" or "least_confidence", does what one a sample does at
    random, or more; with two classes neither is clearly better than random. Neither is
    better than the other.

    References
    ----------
    .. [1] Goh & Mueller, "ActiveLab: Active Learning with Re-Labeling by Multiple
       Annotators", ICLR 2023 Workshop on Trustworthy ML.

    Examples
    --------
    >>> from sknoisy.annotators import ask_next
    >>> votes = [["a", "a", "a"], ["a", "b", None], ["b", "b", None], ["b", "b", "b"]]
    >>> batch = ask_next(votes, n=1)
    >>> batch.samples, batch.annotators  # the only tie, and who hasn't seen it
    (array([1]), array([2], dtype=object))
    """
    check_choice(strategy, tuple(STRATEGIES), "strategy")
    check_count(n=n)
    if at_most is not None:
        check_count(at_most=at_most)
    votes = encode_votes(votes, unlabeled, classes_of(pred_probs, None))
    check_classes(votes)
    if strategy == "crowdlab" and pred_probs is None:
        raise ValueError("strategy='crowdlab' weighs a classifier: pass pred_probs.")
    consensus = current_consensus(votes, pred_probs)
    gains = expected_gain(votes, consensus.proba)
    unsure = 1 - consensus.proba.max(axis=1)
    rng = make_generator(random_state)
    scores = STRATEGIES[strategy](votes, consensus, gains, rng)
    rows = np.lexsort([-unsure, -scores])[: min(n, len(votes))]
    return Bunch(
        samples=votes.samples[rows],
        rows=rows,
        scores=scores[rows],
        gains=gains[rows],
        annotators=choose_annotators(votes, consensus, rows, at_most),
    )


def current_consensus(votes, pred_probs=None):
    """Return the consensus of all samples, those that nobody voted on among them."""
    if pred_probs is not None:
        return weigh_together(votes, read_opinions(pred_probs, votes))
    there = votes.per_sample > 0
    return spread(dawid_skene(votes[there]), there)


def expected_gain(votes, proba):
    """Return by how much a vote raises the expected probability of the best class.

    The vote is by an annotator who confuses classes as all of them do together.
    """
    confusion = proba.T @ votes.counts + np.eye(votes.n_classes) + 1 / votes.n_classes
    confusion /= confusion.sum(axis=1, keepdims=True)
    after = sum((proba * column).max(axis=1) for column in confusion.T)
    gain = after - proba.max(axis=1)
    return np.where(gain < ROUNDING, 0, gain)


def choose_annotators(votes, consensus, rows, at_most):
    """Return the best annotator of those who haven't seen each sample, None if all."""
    best_first = np.argsort(-np.nan_to_num(consensus.annotator_quality), kind="stable")
    left = np.full(votes.n_annotators, len(rows) if at_most is None else at_most)
    names = votes.annotators.tolist()
    chosen = np.full(len(rows), None, dtype=object)
    for place, row in enumerate(rows):
        seen = votes.annotator_codes[votes.starts[row] : votes.starts[row + 1]]
        free = left > 0
        free[seen] = False
        free = free[best_first]
        if free.any():
            who = best_first[free.argmax()]
            left[who] -= 1
            chosen[place] = names[who]
    return chosen


ROUNDING = 1e-12


def _by_gain(votes, consensus, gains, rng):
    return gains


def _by_least_confidence(votes, consensus, gains, rng):
    return 1 - consensus.proba.max(axis=1)


def _by_crowdlab(votes, consensus, gains, rng):
    """Return one less the mean of quality and chance, the latter one vote heavy."""
    weights = consensus.annotator_weight
    weight = np.bincount(
        votes.sample_codes, weights[votes.annotator_codes], votes.n_samples
    )
    weight += np.sum(consensus.classifier_weight)
    quality = consensus.label_quality
    vote = weights.mean()
    return 1 - (weight * quality + vote / votes.n_classes) / (weight + vote)


def _by_chance(votes, consensus, gains, rng):
    return rng.random_sample(len(votes))


STRATEGIES = {
    "crowdlab": _by_crowdlab,
    "gain": _by_gain,
    "least_confidence": _by_least_confidence,
    "random": _by_chance,
}
