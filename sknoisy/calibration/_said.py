"""What a classifier says of samples, as logarithms of probabilities."""

from functools import partial

import numpy as np
from sklearn.base import clone

from sknoisy._fold_fits import FoldFit, spread_fits
from sknoisy._out_of_fold import certain, cut, mean_of_folds, probabilities_of
from sknoisy._probs import check_probs
from sknoisy._rows import cut_params
from sknoisy._shown import shown
from sknoisy._tags import check_part
from sknoisy.calibration._maps import logs_of

FAR = 1.0  # below the lowest score: a class that a fit didn't know


def check_says(classifier):
    """Say so if the parameter `estimator` tells nothing but labels."""
    check_part(classifier, "estimator")
    if not any(hasattr(classifier, n) for n in ("predict_proba", "decision_function")):
        raise TypeError(
            f"estimator={shown(classifier)} has neither predict_proba nor"
            " decision_function: there is nothing to calibrate. Take another"
            " classifier."
        )


def logs_said_by(classifier, X, classes):
    """Return logarithms of probabilities, or scores where there are none.

    Parameters
    ----------
    classifier : classifier
        Fitted, perhaps on some of the classes only.

    X : array-like with n_samples rows

    classes : ndarray of shape (n_classes,)
        All classes, sorted.

    Returns
    -------
    logs : ndarray of shape (n_samples, n_classes)
        Of two scores s and -s each half, so that their difference is s, as that of the
        logits of logistic regression.
    """
    known = np.searchsorted(classes, getattr(classifier, "classes_", classes))
    if hasattr(classifier, "predict_proba"):
        found = probabilities_of(classifier, X, known, len(classes))
        told = f"{type(classifier).__name__}.predict_proba(X)"
        return logs_of(check_probs(found, name=told))
    scores = np.asarray(classifier.decision_function(X), dtype=np.float64)
    if scores.ndim == 1:
        scores = np.column_stack([-scores, scores]) / 2
    if scores.shape[1] == len(classes):
        return scores
    lowest = scores.min(axis=1, keepdims=True) - FAR
    full = np.repeat(lowest, len(classes), axis=1)
    full[:, known] = scores
    return full


def logs_out_of_fold(classifier, X, codes, classes, folds, params, *, n_jobs=None):
    """Return what clones say that were fitted without the sample.

    Parameters
    ----------
    classifier : classifier

    X : array-like with n_samples rows

    codes : ndarray of shape (n_samples,)
        Of the given labels, places in `classes`.

    classes : ndarray of shape (n_classes,)

    folds : list of pairs of index arrays

    params : dict
        Of `fit`, cut where there is one value a sample.

    n_jobs : int, default=None
        Number of folds at a time, of those that don't train together.
    """
    begin = partial(_begin, classifier, X, codes, classes, params)
    say = partial(_say, X, codes, classes)
    found = spread_fits(classifier, begin, say, folds, len(codes), n_jobs=n_jobs)
    return mean_of_folds(folds, found, len(codes), len(classes))


def _begin(classifier, X, codes, classes, params, train, test):
    """Return the fit of a fold; None, if there is nothing to tell apart."""
    if len(np.unique(codes[train])) == 1:  # which many classifiers refuse to do
        return None
    params = cut_params(params, train, len(codes))
    given = cut(classifier, X, train, train), classes[codes[train]], params
    return FoldFit(clone(classifier), *given, train)


def _say(X, codes, classes, model, train, test):
    if model is None:
        return logs_of(certain(codes[train[0]], len(test), len(classes)))
    return logs_said_by(model, cut(model, X, test, train), classes)
