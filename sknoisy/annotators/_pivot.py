"""From a long table, one line for each vote, to a column for each annotator."""

import numpy as np
from sklearn.utils import Bunch

from sknoisy._data_types import ArrayLike, Label
from sknoisy.annotators._votes import Votes

__all__ = ["pivot_votes"]


def pivot_votes(
    samples: ArrayLike,
    annotators: ArrayLike,
    labels: ArrayLike,
    *,
    unlabeled: Label = "auto",
) -> Bunch:
    """Turn a long table, with one line for each vote, into a column per annotator.

    Parameters
    ----------
    samples : array-like of shape (n_votes,)
        What was voted on: numbers or names of samples.

    annotators : array-like of shape (n_votes,)
        Who voted.

    labels : array-like of shape (n_votes,)
        The votes.

    unlabeled : label, None or "auto", default="auto"
        What stands for a missing vote besides NaN, None and pandas.NA. None: nothing
        else does, and -1 may be a label. With "auto", -1 beside other whole numbers, or
        "" beside other texts, is refused, as it may be either.

    Returns
    -------
    pivot : Bunch
        With ``votes`` of shape (n_samples, n_annotators), where missing votes are -1
        for whole numbers (unless -1 is among them), NaN for other numbers and None
        for anything else; ``unlabeled``, that mark; the ``samples`` and ``annotators``
        of its rows and columns, sorted; and ``left_out``, how many lines without a
        sample, an annotator or a label are no votes.

    Raises
    ------
    ValueError
        If an annotator voted on a sample twice, the three differ in length, or no line
        is a vote.

    See Also
    --------
    Votes : The same without a table, which real crowds don't fit into.
    dawid_skene : What to do with votes.

    Examples
    --------
    >>> from sknoisy.annotators import pivot_votes
    >>> pivot = pivot_votes(
    ...     samples=["a.png", "a.png", "b.png"],
    ...     annotators=["Ann", "Bob", "Bob"],
    ...     labels=[3, 5, 3],
    ... )
    >>> pivot.votes
    array([[ 3,  5],
           [-1,  3]])
    >>> pivot.samples, pivot.annotators
    (array(['a.png', 'b.png'], dtype='<U5'), array(['Ann', 'Bob'], dtype='<U3'))

    >>> from sknoisy.annotators import majority_vote
    >>> majority_vote(pivot.votes, unlabeled=pivot.unlabeled).labels
    array([3, 3])
    """
    votes = Votes.from_long(samples, annotators, labels, unlabeled=unlabeled)
    mark = mark_beside(votes.classes)
    return Bunch(
        votes=votes.to_wide(mark),
        unlabeled=mark,
        samples=votes.samples,
        annotators=votes.annotators,
        left_out=votes.left_out,
    )


def mark_beside(classes):
    """Return what marks a missing vote among labels of these classes."""
    if classes.dtype.kind in "iu" and (classes >= 0).all():
        return -1
    return np.nan if classes.dtype.kind == "f" else None
