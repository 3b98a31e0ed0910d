"""The posterior of the given labels, which transition matrices are estimated from."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold


def out_of_fold_posterior(classifier, X, codes, *, n_classes, cv, random_state):
    """Return P(given label | x) of every row, by networks that didn't train on it.

    A network's opinion of rows that it trained on leans towards their labels, right or
    wrong. Where some class has a single row, that is all there is.

    Parameters
    ----------
    classifier : estimator with predict_proba
        Cloned, with a seed of its own for each fold.

    X : ndarray or CSR matrix of shape (n_samples, ...)

    codes : ndarray of shape (n_samples,)

    n_classes : int

    cv : int
        How many folds there should be; fewer where a class has fewer rows, and 1 for
        none.

    random_state : RandomState

    Returns
    -------
    posterior : ndarray of shape (n_samples, n_classes)
        In double precision; rows sum to one.
    """
    posterior = np.zeros((len(codes), n_classes))
    for train, test in _folds(codes, cv, random_state):
        seed = random_state.randint(np.iinfo(np.int32).max)
        fitted = clone(classifier).set_params(random_state=seed)
        fitted.fit(X[train], codes[train])
        columns = fitted.predict_proba(X[test]).astype(np.float64)
        posterior[np.ix_(test, fitted.classes_)] = columns
    return posterior / posterior.sum(axis=1, keepdims=True)


def calibrate(posterior, codes):
    """Return `posterior` at the temperature at which it predicts `codes` best.

    Cross entropy on held-out given labels is minimal at their true probabilities; one
    number can't fit their noise.
    """
    log_p = np.log(np.maximum(posterior, np.finfo(np.float64).tiny))
    rows = np.arange(len(codes))

    def nll(log_inverse_temperature):
        scaled = np.exp(log_inverse_temperature) * log_p
        return -log_softmax(scaled, axis=1)[rows, codes].mean()

    best = minimize_scalar(nll, bounds=(-3, 3), method="bounded")
    return softmax(np.exp(best.x) * log_p, axis=1)


def _folds(codes, cv, random_state):
    n_folds = min(cv, np.bincount(codes).min())
    everything = np.arange(len(codes))
    if n_folds < 2:
        return [(everything, everything)]
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=random_state)
    return folds.split(everything, codes)
