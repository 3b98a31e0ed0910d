"""The ways to make one label out of several votes, by name."""

from dataclasses import replace

import numpy as np

from sknoisy._params import choose_arguments
from sknoisy._probs import check_probs
from sknoisy._registry import lookup
from sknoisy.annotators._agreement import agreement_of
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._crowdlab import crowdlab
from sknoisy.annotators._dawid_skene import dawid_skene
from sknoisy.annotators._majority import majority_vote
from sknoisy.annotators._one_coin import one_coin
from sknoisy.annotators._votes import Votes


def join_classifier(votes, pred_probs, **arguments):
    """Return Dawid and Skene's consensus, with the classifier as one more annotator."""
    predicted = pred_probs.argmax(axis=1)
    joined = Votes(np.column_stack([votes.codes, predicted]), votes.classes)
    consensus = dawid_skene(joined, **arguments)
    return replace(
        consensus,
        annotator_quality=consensus.annotator_quality[:-1],
        confusion=consensus.confusion[:-1],
        classifier_quality=float(consensus.annotator_quality[-1]),
    )


# By votes alone; where a classifier joins in, that is what it is fitted on at first.
AGGREGATIONS = {
    "classifier": dawid_skene,
    "crowdlab": dawid_skene,
    "dawid_skene": dawid_skene,
    "majority": majority_vote,
    "one_coin": one_coin,
}
WITH_CLASSIFIER = {"classifier": join_classifier, "crowdlab": crowdlab}


def aggregate(votes, aggregation, *, given, random_state):
    """Return the consensus of `Votes` alone.

    Parameters
    ----------
    votes : Votes
        Every sample has one.

    aggregation : str or callable

    given : dict
        The user's parameters for it.

    random_state : RandomState instance
    """
    if callable(aggregation):
        return from_probabilities(votes, aggregation(votes.codes, **given))
    function = lookup(
        aggregation,
        AGGREGATIONS,
        parameter="aggregation",
        kind="an aggregation",
        otherwise="a function of votes that gives class probabilities",
    )
    facts = {"random_state": random_state}
    arguments = choose_arguments(
        function, given=given, facts=facts, part="aggregation", skip=1
    )
    return function(votes, **arguments)


def weigh_in(votes, pred_probs, aggregation, *, given):
    """Return the consensus of `Votes` and of a classifier's out-of-fold opinion."""
    arguments = given if aggregation == "classifier" else {}
    return WITH_CLASSIFIER[aggregation](votes, pred_probs, **arguments)


def from_probabilities(votes, proba):
    """Return the consensus that a user's own function found."""
    proba = np.asarray(getattr(proba, "proba", proba), dtype=np.float64)
    n_samples, _, n_classes = votes.shape
    if proba.shape != (n_samples, n_classes):
        raise ValueError(
            f"aggregation gave an array of shape {proba.shape} for votes of shape"
            f" {votes.codes.shape} on {n_classes} classes: expected class probabilities"
            f" of shape ({n_samples}, {n_classes})."
        )
    proba = check_probs(proba, name="the array that aggregation gave")
    codes = proba.argmax(axis=1)
    return Consensus(
        classes=votes.classes,
        labels=votes.classes[codes],
        proba=proba,
        annotator_quality=agreement_of(votes, codes),
        prior=proba.mean(axis=0),
    )
