"""A classifier's opinion of each sample, formed without its votes."""

import warnings

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold, check_cv

from sknoisy._ranges import check_count
from sknoisy._rows import take
from sknoisy.annotators._training import fit_on


def predict_out_of_fold(estimator, X, consensus, rows, others, *, cv, training, params):
    """Return class probabilities by clones that weren't fitted on the sample.

    Parameters
    ----------
    estimator : classifier

    X : array-like with n_samples rows

    consensus : Consensus
        What the clones are fitted on.

    rows : ndarray of int
        Samples to fit on and to predict, in folds.

    others : ndarray of int
        Samples to predict by a clone that is fitted on all of `rows`.

    cv : splitter

    training, params
        As in `fit_on`.

    Returns
    -------
    pred_probs : ndarray of shape (n_samples, n_classes)
        Zeros for samples that are neither in `rows` nor in `others`.
    """
    pred_probs = np.zeros_like(consensus.proba)
    tasks = [(rows[train], rows[test]) for train, test in split(cv, consensus, rows)]
    if others.size:
        tasks.append((rows, others))
    for train, test in tasks:
        codes = np.unique(consensus.codes[train])
        if len(codes) == 1:  # nothing to learn, and most classifiers would refuse
            pred_probs[test, codes[0]] = 1
            continue
        fold = clone(estimator)
        classes = fit_on(consensus, fold, X, train, training=training, params=params)
        columns = np.searchsorted(consensus.classes, classes)
        found = probabilities(fold, take(X, test, len(pred_probs)))
        pred_probs[np.ix_(test, columns)] = found
    return pred_probs


def probabilities(estimator, X):
    """Return class probabilities; certainty where the estimator tells classes only."""
    if hasattr(estimator, "predict_proba"):
        return estimator.predict_proba(X)
    return (estimator.predict(X)[:, np.newaxis] == estimator.classes_).astype(float)


def make_folds(cv, codes, random_state):
    """Return a splitter; an int makes that many shuffled, stratified folds at most."""
    if not np.ndim(cv) and isinstance(cv, int | np.integer):
        check_count(2, cv=cv)
        n_splits = max(2, min(cv, np.bincount(codes).max()))
        return StratifiedKFold(n_splits, shuffle=True, random_state=random_state)
    return check_cv(cv)


def split(cv, consensus, rows):
    """Return pairs of positions in `rows`."""
    with warnings.catch_warnings():
        # a class with fewer samples than folds is missing in some of them: no harm
        warnings.filterwarnings("ignore", "The least populated class")
        return list(cv.split(rows, consensus.codes[rows]))
