"""Majority vote: one annotator, one vote."""

import numpy as np
from sklearn.utils import check_consistent_length

from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike, Label, Seed
from sknoisy._probs import check_probs
from sknoisy._seeds import make_generator
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._reading import check_votes
from sknoisy.annotators._votes import Votes

__all__ = ["majority_vote"]


def majority_vote(
    votes: Votes | ArrayLike,
    *,
    ties: str = "frequent",
    pred_probs: ArrayLike | None = None,
    unlabeled: Label = "auto",
    random_state: Seed = None,
) -> Consensus:
    """Take the class that most annotators voted for.

    Parameters
    ----------
    votes : Votes or array-like of shape (n_samples, n_annotators)
        Who voted for what; or a table with a column for each annotator, of numbers,
        strings or booleans, where NaN, None and pandas.NA stand for missing votes.

    ties : {"abstain", "frequent", "model", "random"}, default="frequent"
        Which of equally frequent classes wins: the one with more votes all in all
        (then the first in sorted order); the one that a model finds likelier
        (`pred_probs`); any; or none, so that the sample has no label.

    pred_probs : array-like of shape (n_samples, n_classes), default=None
        With ``ties="model"``, class probabilities, columns in sorted order of the
        labels or named after them.

    unlabeled : label, None or "auto", default="auto"
        What stands for a missing vote besides NaN, None and pandas.NA. None: nothing
        else does, and -1 may be a label. With "auto", -1 beside other whole numbers, or
        "" beside other texts, is refused, as it may be either.

    random_state : int, RandomState instance or None, default=None
        Seed for ``ties="random"``. None takes fresh entropy.

    Returns
    -------
    consensus : Consensus
        With ``ties="abstain"``, ``labels`` are of dtype object where there is a tie,
        and None stands for no label. ``proba`` holds shares of votes;
        ``annotator_quality`` is the share of an annotator's votes that equal the
        consensus. Who is alone with a sample agrees
        with himself there, which makes the quality of rare voters too high.

    Raises
    ------
    ValueError
        If a sample or an annotator has no vote, or all votes are for one class.

    See Also
    --------
    one_coin : Trusts some annotators more than others.
    dawid_skene : Learns whom each annotator takes for whom.

    Examples
    --------
    >>> from sknoisy.annotators import majority_vote
    >>> votes = [[0, 0, 1], [1, -1, 1], [0, 1, -1]]
    >>> consensus = majority_vote(votes, unlabeled=-1)
    >>> consensus.labels
    array([0, 1, 1])
    >>> consensus.proba
    array([[0.67, 0.33],
           [0.  , 1.  ],
           [0.5 , 0.5 ]])
    """
    check_choice(ties, ("abstain", "frequent", "model", "random"), "ties")
    if (ties == "model") is not (pred_probs is not None):
        raise ValueError(
            "ties='model' and pred_probs go together: the model's probabilities say"
            " which of equally frequent classes wins."
        )
    votes = check_votes(votes, unlabeled)
    codes = winners(votes.counts, _preference(votes, ties, pred_probs, random_state))
    labels = votes.classes[codes]
    if ties == "abstain":
        codes = np.where(is_tied(votes.counts), -1, codes)
        if (codes < 0).any():
            labels = labels.astype(object)
            labels[codes < 0] = None
    return Consensus(
        classes=votes.classes,
        labels=labels,
        proba=votes.shares,
        annotator_quality=_quality(votes, codes),
        prior=votes.shares.mean(axis=0),
    )


def _preference(votes, ties, pred_probs, random_state):
    """Return what decides between equally frequent classes, (n_samples, n_classes)."""
    if ties == "model":
        found = check_probs(pred_probs, classes=votes.classes)
        check_consistent_length(votes, found)
        return found
    if ties == "random":
        return make_generator(random_state).random_sample(votes.counts.shape)
    return np.broadcast_to(votes.counts.sum(axis=0), votes.counts.shape)


def _quality(votes, codes):
    """Return agreement with the consensus, on the samples that have one."""
    there = (codes >= 0)[votes.sample_codes]
    agrees = votes.label_codes == codes[votes.sample_codes]
    return votes.mean_by_annotator(agrees, weights=there)


def is_tied(counts):
    """Return where several classes have most votes."""
    return (counts == counts.max(axis=1, keepdims=True)).sum(axis=1) > 1


def winners(counts, preference):
    """Return the class with most votes in each row; of several, the preferred one."""
    tied = counts == counts.max(axis=1, keepdims=True)
    return np.where(tied, preference, -np.inf).argmax(axis=1)
