"""What a function or a fit is given as votes, as `Votes`."""

import numpy as np
from sklearn.utils import column_or_1d

from sknoisy._shown import shown
from sknoisy.annotators._from_wide import as_array
from sknoisy.annotators._label_names import among
from sknoisy.annotators._vocabulary import as_names, codes_in
from sknoisy.annotators._votes import Votes


def check_votes(votes, unlabeled="auto", classes=None):
    """Return `Votes` in which every sample and every annotator has one.

    Those of a person without any vote are to be seen in a table only: `Votes` may be
    some of the samples, of which not everybody has seen one.
    """
    is_table = not isinstance(votes, Votes)
    votes = encode_votes(votes, unlabeled, classes)
    check_classes(votes)
    check_no_gap(votes)
    if is_table:
        check_nobody_silent(votes)
    return votes


def check_nobody_silent(votes):
    """Say so if an annotator, a column of a table, has no vote."""
    silent = np.flatnonzero(votes.per_annotator == 0)
    if silent.size:
        raise ValueError(
            f"The annotators in the columns {silent.tolist()} gave no vote: drop these"
            " columns."
        )


def check_no_gap(votes):
    """Say so if a sample has no vote."""
    alone = np.flatnonzero(votes.per_sample == 0)
    if alone.size:
        raise ValueError(
            f"{alone.size} of {len(votes)} samples have no vote, the first at"
            f" position {alone[0]}: drop them, or let ConsensusClassifier do so."
        )


def encode_votes(votes, unlabeled="auto", classes=None):
    """Return `Votes`; samples and annotators may be without any."""
    if not isinstance(votes, Votes):
        return Votes.from_wide(votes, unlabeled=unlabeled, classes=classes)
    if classes is None:
        return votes
    parts = votes.sample_codes, votes.annotator_codes
    classes, codes = among(classes, votes.classes)
    return Votes(
        votes.samples, votes.annotators, classes, *parts, codes[votes.label_codes]
    )


def votes_of(y, unlabeled="auto"):
    """Return `Votes` from a `y` of votes, or of one annotator's labels."""
    if isinstance(y, Votes):
        return y
    y = as_array(y) if not hasattr(y, "columns") else y
    if len(y.shape) == 1:
        return encode_votes(y[:, np.newaxis], unlabeled)
    if y.shape[1:] == (1,):
        column_or_1d(
            as_array(y), warn=True
        )  # for its warning: it may be meant as labels
    return encode_votes(y, unlabeled)


def check_order(X, votes):
    """Say so if rows of X have names that the votes have in another order.

    Where the samples of the votes are only counted, names tell nothing.
    """
    index = getattr(X, "index", None) if hasattr(X, "columns") else None
    n = len(votes)
    counted = votes.samples.dtype.kind in "iu" and (votes.samples == range(n)).all()
    if index is None or counted or len(index) != n:
        return
    names = as_names(list(index))
    elsewhere = (codes_in(names, votes.samples) >= 0) & (names != votes.samples)
    if elsewhere.any():
        first = np.flatnonzero(elsewhere)[0]
        raise ValueError(
            f"Row {first} of X is named {shown(names.tolist()[first])}, but the votes"
            f" there are on {shown(votes.samples.tolist()[first])}, and other votes on"
            " that row: bring votes into the order of X, votes.reindex(X.index)."
        )


def check_classes(votes):
    """Say so if all votes are for one class, and there is no other."""
    if len(votes.classes) < 2:
        raise ValueError(
            f"All votes are for one class, {shown(votes.classes.tolist())}: a"
            " consensus needs two or more. A class that is written as `unlabeled`"
            " counts as missing."
        )
