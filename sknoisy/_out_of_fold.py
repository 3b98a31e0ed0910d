"""What classifiers say of samples that they were not fitted on."""

from functools import partial

import numpy as np
from sklearn.base import clone
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import _num_samples

from sknoisy._fold_fits import FoldFit, spread_fits
from sknoisy._rows import cut_params, take
from sknoisy._tags import tags_said_by
from sknoisy._weights import those_present, weights_for


def fitted(estimator, X, y, **params):
    """Fit; return the estimator, whatever its `fit` returns: some return None."""
    estimator.fit(X, y, **params)
    return estimator


def run_folds(judge, folds, n_samples, n_classes, *, n_jobs=None):
    """Return what is said of each sample by who didn't see it; of several, the mean.

    Parameters
    ----------
    judge : callable
        ``(train, test) -> (len(test), n_classes)``: fits on some rows, says what the
        classes of others are. It goes to processes with ``n_jobs``.

    folds : list of pairs of index arrays

    n_samples, n_classes : int

    n_jobs : int, default=None
        Number of folds at a time.

    Returns
    -------
    pred_probs : ndarray of shape (n_samples, n_classes)
        Zeros for samples in no test part.
    """
    found = Parallel(n_jobs=n_jobs)(delayed(judge)(*fold) for fold in folds)
    return mean_of_folds(folds, found, n_samples, n_classes)


def mean_of_folds(folds, found, n_samples, n_classes):
    """Return what was said of each sample, of several opinions the mean."""
    total, times = np.zeros((n_samples, n_classes)), np.zeros(n_samples)
    for (_, test), probabilities in zip(folds, found, strict=True):
        total[test] += probabilities
        times[test] += 1
    return total / np.maximum(times, 1)[:, None]


def predict_out_of_fold(
    classifier, X, codes, folds, *, sample_weight=None, n_jobs=None
):
    """Return class probabilities of each sample, by clones that were fitted without it.

    Parameters
    ----------
    classifier : classifier with ``predict_proba``

    X : array-like with n_samples rows
        Handed on as it is; rows are only picked.

    codes : ndarray of shape (n_samples,)
        Given labels 0…c−1, every class among them.

    folds : list of pairs of index arrays
        Every sample is in a test part.

    sample_weight : ndarray of shape (n_samples,), default=None
        What samples count in fits. Those of weight zero are in none, but are judged.

    n_jobs : int, default=None
        Number of folds that are fitted at a time, of those that don't train together;
        see `spread_fits`.

    Returns
    -------
    pred_probs : ndarray of shape (n_samples, n_classes)
        A class that the training part lacks has no probability.
    """
    check_gives_probabilities(classifier)
    folds = [(those_present(train, sample_weight), test) for train, test in folds]
    params = weights_for(classifier, sample_weight)
    begin = partial(_begin, classifier, X, codes, params)
    say = partial(_say, X, codes)
    found = spread_fits(classifier, begin, say, folds, len(codes), n_jobs=n_jobs)
    return mean_of_folds(folds, found, len(codes), codes.max() + 1)


def probabilities_of(classifier, X, known, n_classes, names=None):
    """Return what a fitted classifier says, in a column for each class.

    Parameters
    ----------
    classifier : classifier
        Without ``predict_proba``, it is certain of what it predicts.

    X : array-like

    known : ndarray
        Codes of the classes that it was fitted on, sorted.

    n_classes : int

    names : ndarray, default=None
        What it calls them; None stands for the codes.
    """
    if hasattr(classifier, "predict_proba"):
        found = np.asarray(classifier.predict_proba(X))
    else:
        predicted = np.asarray(classifier.predict(X))
        names = known if names is None else names
        found = (predicted[:, np.newaxis] == names).astype(np.float64)
    if found.shape[1] == n_classes:
        return found
    if found.shape[1] != len(known):
        raise ValueError(
            f"{type(classifier).__name__} was fitted on {len(known)} of {n_classes}"
            f" classes, but gives {found.shape[1]} columns of probabilities, so that"
            " nobody can tell whose they are. Take fewer folds, or leave rare classes"
            " out, so that each fit sees all classes."
        )
    full = np.zeros((len(found), n_classes))
    full[:, known] = found
    return full


def cut(estimator, X, rows, columns):
    """Return rows of X; and only some columns where they are distances to samples."""
    if tags_said_by(estimator).input_tags.pairwise:
        return _safe_split(estimator, X, None, rows, columns)[0]
    return take(X, rows, _num_samples(X))


def check_gives_probabilities(classifier):
    """Say so if a classifier tells labels only."""
    if not hasattr(classifier, "predict_proba"):
        raise TypeError(
            f"{type(classifier).__name__} has no predict_proba, which gives the"
            " probabilities that labels are judged by. Wrap it in scikit-learn's"
            " CalibratedClassifierCV, or choose another classifier."
        )


def _begin(classifier, X, codes, params, train, test):
    """Return the fit of a fold; None, if there is nothing to tell apart."""
    n_seen = len(np.unique(codes[train]))
    if not n_seen:
        raise ValueError(
            "A fold has no sample to fit on: none of the other folds has a weight above"
            " zero. Take fewer folds, or leave samples of weight zero out."
        )
    if n_seen == 1:  # which many classifiers refuse to do
        return None
    params = cut_params(params, train, len(codes))
    given = cut(classifier, X, train, train), codes[train], params
    return FoldFit(clone(classifier), *given, train)


def _say(X, codes, model, train, test):
    seen, n_classes = np.unique(codes[train]), codes.max() + 1
    if model is None:
        return certain(seen, len(test), n_classes)
    return probabilities_of(model, cut(model, X, test, train), seen, n_classes)


def certain(code, n_samples, n_classes):
    """Return probabilities that leave no doubt."""
    full = np.zeros((n_samples, n_classes))
    full[:, code] = 1
    return full
