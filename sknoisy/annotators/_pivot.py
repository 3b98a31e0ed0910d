"""From a long table, one line for each vote, to a column for each annotator."""

import numpy as np
from sklearn.utils import Bunch, check_consistent_length, column_or_1d

from sknoisy._arrays import as_numpy
from sknoisy._unlabeled import unboxed
from sknoisy.annotators._votes import as_array

__all__ = ["pivot_votes"]


def pivot_votes(samples, annotators, labels):
    """Turn a long table, with one line for each vote, into a column per annotator.

    Parameters
    ----------
    samples : array-like of shape (n_votes,)
        What was voted on: numbers or names of samples.

    annotators : array-like of shape (n_votes,)
        Who voted.

    labels : array-like of shape (n_votes,)
        The votes.

    Returns
    -------
    pivot : Bunch
        With ``votes`` of shape (n_samples, n_annotators), where missing votes are -1
        for whole numbers (unless -1 is among them), NaN for other numbers and None
        for anything else; ``unlabeled``, that mark; and the ``samples`` and
        ``annotators`` of its rows and columns, sorted.

    Raises
    ------
    ValueError
        If an annotator voted on a sample twice, or the three differ in length.

    See Also
    --------
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
    samples, annotators = (column_or_1d(as_numpy(x)) for x in (samples, annotators))
    labels = unboxed(column_or_1d(as_array(labels)))
    check_consistent_length(samples, annotators, labels)
    row_names, rows = np.unique(samples, return_inverse=True)
    column_names, columns = np.unique(annotators, return_inverse=True)
    check_no_vote_twice(rows, columns, samples, annotators)
    mark, dtype = mark_beside(labels)
    votes = np.full((len(row_names), len(column_names)), mark, dtype=dtype)
    votes[rows, columns] = labels
    return Bunch(
        votes=votes, unlabeled=mark, samples=row_names, annotators=column_names
    )


def check_no_vote_twice(rows, columns, samples, annotators):
    """Say so if an annotator voted twice on a sample."""
    _, first, times = np.unique(
        np.column_stack([rows, columns]), axis=0, return_index=True, return_counts=True
    )
    twice = first[times > 1]
    if twice.size:
        i = twice.min()
        raise ValueError(
            f"{len(twice)} pairs of sample and annotator have several votes, such as"
            f" annotator {annotators[i]} on sample {samples[i]}: keep one of each."
        )


def mark_beside(labels):
    """Return what marks a missing vote among `labels`, and a dtype for both."""
    if labels.dtype.kind in "iu" and (labels >= 0).all():
        return -1, np.result_type(labels.dtype, np.int8)
    if labels.dtype.kind == "f":
        return np.nan, labels.dtype
    return None, object
