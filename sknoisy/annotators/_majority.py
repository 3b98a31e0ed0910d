"""Majority vote: one annotator, one vote."""

import numpy as np

from sknoisy._checks import check_choice
from sknoisy._seeds import make_generator
from sknoisy.annotators._agreement import agreement_of
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._reading import check_votes

__all__ = ["majority_vote"]


def majority_vote(votes, *, ties="frequent", unlabeled="auto", random_state=None):
    """Take the class that most annotators voted for.

    Parameters
    ----------
    votes : Votes or array-like of shape (n_samples, n_annotators)
        Who voted for what; or a table with a column for each annotator, of numbers,
        strings or booleans, where NaN, None and pandas.NA stand for missing votes.

    ties : {"frequent", "random"}, default="frequent"
        Which of equally frequent classes wins: the one with more votes all in all
        (then the first in sorted order), or any.

    unlabeled : label, None or "auto", default="auto"
        What stands for a missing vote besides NaN, None and pandas.NA. None: nothing
        else does, and -1 may be a label. With "auto", -1 beside other whole numbers, or
        "" beside other texts, is refused, as it may be either.

    random_state : int, RandomState instance or None, default=None
        Seed for ``ties="random"``. None takes fresh entropy.

    Returns
    -------
    consensus : Consensus
        ``proba`` holds shares of votes; ``annotator_quality`` is the share of an
        annotator's votes that equal the consensus. Who is alone with a sample agrees
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
    votes = check_votes(votes, unlabeled)
    check_choice(ties, ("frequent", "random"), "ties")
    preference = np.broadcast_to(votes.counts.sum(axis=0), votes.counts.shape)
    if ties == "random":
        rng = make_generator(random_state)
        preference = rng.random_sample(votes.counts.shape)
    codes = winners(votes.counts, preference)
    return Consensus(
        classes=votes.classes,
        labels=votes.classes[codes],
        proba=votes.shares,
        annotator_quality=agreement_of(votes, codes),
        prior=votes.shares.mean(axis=0),
    )


def winners(counts, preference):
    """Return the class with most votes in each row; of several, the preferred one."""
    tied = counts == counts.max(axis=1, keepdims=True)
    return np.where(tied, preference, -np.inf).argmax(axis=1)
