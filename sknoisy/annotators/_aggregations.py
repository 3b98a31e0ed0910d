"""The ways to make one label out of several votes, by name."""

from dataclasses import replace

import numpy as np

from sknoisy._params import choose_arguments
from sknoisy._probs import check_probs
from sknoisy._registry import lookup
from sknoisy.annotators._agreement import agreement_of
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._crowdlab import weigh_together
from sknoisy.annotators._dawid_skene import dawid_skene
from sknoisy.annotators._from_wide import codes_of_table
from sknoisy.annotators._glad import glad
from sknoisy.annotators._majority import majority_vote
from sknoisy.annotators._one_coin import one_coin
from sknoisy.annotators._votes import Votes


def join_classifier(votes, pred_probs, **arguments):
    """Return Dawid and Skene's consensus, with the classifier as one more annotator."""
    predicted = pred_probs.argmax(axis=1)
    joined = with_one_more(votes, predicted)
    # everybody's errors are no guide to those of a classifier
    consensus = dawid_skene(joined, **{"smoothing": 5.0, **arguments})
    return replace(
        consensus,
        annotator_quality=consensus.annotator_quality[:-1],
        errors=consensus.errors.of_all_but_last(),
        classifier_quality=float(consensus.annotator_quality[-1]),
    )


def weigh_classifier(votes, pred_probs):
    """Return CROWDLAB's consensus, in one pass: it is repeated with other opinions."""
    return weigh_together(votes, pred_probs[np.newaxis], passes=1)


def with_one_more(votes, codes):
    """Return votes with one more annotator, who votes on every sample."""
    annotators = np.append(np.arange(votes.n_annotators), votes.n_annotators)
    samples = np.arange(len(votes))
    return Votes(
        votes.samples,
        annotators,
        votes.classes,
        np.append(votes.sample_codes, samples),
        np.append(votes.annotator_codes, np.full(len(votes), votes.n_annotators)),
        np.append(votes.label_codes, codes),
    )


# By votes alone; where a classifier joins in, that is what it is fitted on at first.
AGGREGATIONS = {
    "classifier": dawid_skene,
    "crowdlab": dawid_skene,
    "dawid_skene": dawid_skene,
    "glad": glad,
    "majority": majority_vote,
    "one_coin": one_coin,
}
WITH_CLASSIFIER = {"classifier": join_classifier, "crowdlab": weigh_classifier}


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
        return from_probabilities(votes, aggregation(codes_of_table(votes), **given))
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
    n_samples, n_classes = len(votes), votes.n_classes
    if proba.shape != (n_samples, n_classes):
        raise ValueError(
            f"aggregation gave an array of shape {proba.shape} for votes of shape"
            f" {votes.shape} on {n_classes} classes: expected class probabilities"
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
