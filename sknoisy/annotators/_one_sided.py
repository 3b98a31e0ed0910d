"""Annotators who each name one class or nothing, as most labelling functions do."""

import numpy as np

from sknoisy.annotators._agreement import agreement_of
from sknoisy.annotators._confusions import ConfusionErrors
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._majority import majority_vote

MOSTLY = 0.8  # of the votes


def is_one_sided(votes):
    """Whether nearly all votes are by annotators who name one class alone.

    They are, in every model of votes given the true class, as well explained by all
    samples being of one class, on which half of the annotators are always wrong. EM
    goes there.
    """
    if votes.n_annotators == 1:
        return False
    annotators, _, _ = votes.pairs
    alone = np.bincount(annotators, minlength=votes.n_annotators) == 1
    return votes.per_annotator[alone].sum() > MOSTLY * votes.n_votes


def count_only(votes):
    """Return the consensus of shares of votes, with confusion matrices beside it."""
    found = majority_vote(votes)
    return Consensus(
        classes=votes.classes,
        labels=found.labels,
        proba=found.proba,
        annotator_quality=agreement_of(votes, found.codes),
        prior=found.prior,
        errors=ConfusionErrors(votes, 1.0).fit(found.proba),
    )
