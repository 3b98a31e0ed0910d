"""How a classifier is fitted on a consensus: soft, weighted or hard."""

import numpy as np

from sknoisy._checks import check_choice
from sknoisy._rows import cut_params, take
from sknoisy._unlabeled import settled
from sknoisy._weights import weight_name

LEAST_SHARE = 1e-3  # below it, a class isn't worth a row of its own


def choose_training(training, estimator):
    """Return how `estimator` is to be fitted, where "auto" leaves it to us."""
    check_choice(training, ("auto", *TRAININGS), "training")
    if training == "weighted" and weight_name(estimator) is None:
        raise ValueError(
            f"training='weighted' needs an estimator whose fit takes sample_weight, and"
            f" {type(estimator).__name__} doesn't: take 'hard', or 'auto'."
        )
    if training != "auto":
        return training
    if takes_soft_labels(estimator):
        return "soft"
    return "hard" if weight_name(estimator) is None else "weighted"


def takes_soft_labels(estimator):
    """Whether `fit` says it takes a distribution over classes as the y of a sample."""
    steps = getattr(estimator, "steps", None)  # a Pipeline hands y on as it is
    return getattr(steps[-1][1] if steps else estimator, "takes_soft_labels", False)


def fit_on(consensus, estimator, X, rows, *, training, params):
    """Fit `estimator` on the consensus of some rows; return its classes, in order."""
    samples, target, weight = TRAININGS[training](consensus, rows)
    params = cut_params(params, samples, len(consensus.labels))
    if weight is not None:
        name = weight_name(estimator)
        params[name] = weight * np.asarray(params.get(name, 1.0))
    estimator = settled(estimator, consensus.classes)
    estimator.fit(take(X, samples, len(consensus.labels)), target, **params)
    if training == "soft":
        return consensus.classes
    return np.asarray(getattr(estimator, "classes_", np.unique(target)))


def hard(consensus, rows):
    """Return samples, their labels and no weights."""
    return rows, consensus.labels[rows], None


def soft(consensus, rows):
    """Return samples, their probabilities and no weights."""
    return rows, consensus.proba[rows], None


def weighted(consensus, rows):
    """Return each sample once for each class it may have, as heavy as it is likely."""
    proba = consensus.proba[rows]
    possible = proba >= LEAST_SHARE
    possible[np.arange(len(rows)), consensus.codes[rows]] = True
    if possible.sum() == len(rows):  # no doubt anywhere
        return hard(consensus, rows)
    places, codes = np.nonzero(possible)
    return rows[places], consensus.classes[codes], proba[places, codes]


TRAININGS = {"hard": hard, "soft": soft, "weighted": weighted}


def cut_votes(X, params, votes, rows):
    """Return what belongs to the samples that are there; check that it is enough."""
    n_samples, there = len(votes), votes
    if len(rows) < n_samples:
        there = votes[rows].of_seen_classes()
    if len(there.classes) < 2:
        raise ValueError(
            f"sample_weight leaves fewer than two classes, {there.classes.tolist()}:"
            " votes on samples of weight zero don't count."
        )
    return take(X, rows, n_samples), cut_params(params, rows, n_samples), there
