"""Class probabilities of samples by classifiers that did not see their labels."""

import numbers
import warnings

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedKFold, check_cv
from sklearn.pipeline import Pipeline
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.parallel import Parallel, delayed

from sknoisy._ranges import check_count
from sknoisy._seeds import draw_seed


def predict_out_of_sample(classifier, X, codes, *, cv, random_state=None, n_jobs=None):
    """Return class probabilities of each sample, from fits without it.

    Parameters
    ----------
    classifier : classifier
        Gives class probabilities; cloned.

    X : array-like of length n_samples
        What `classifier` takes.

    codes : ndarray of shape (n_samples,)
        Given labels 0…c−1, every class among them.

    cv : int, "oob", cross-validation generator or iterable
        An int is the number of stratified, shuffled folds, fewer where no class has
        so many samples. With "oob", trees vote on the samples they were not grown on.
        Where a sample is in several test folds, its probabilities are averaged.

    random_state : int, RandomState instance or None, default=None
        Seed of shuffled folds.

    n_jobs : int, default=None
        Number of folds that are fitted at a time.

    Returns
    -------
    pred_probs : ndarray of shape (n_samples, n_classes)
    """
    _check_gives_probabilities(classifier)
    if isinstance(cv, str) and cv == "oob":
        return _out_of_bag(classifier, X, codes)
    folds = list(make_folds(cv, codes, random_state))
    found = Parallel(n_jobs=n_jobs)(
        delayed(_fit_and_predict)(clone(classifier), X, codes, train, test)
        for train, test in folds
    )
    total, times = np.zeros((len(codes), codes.max() + 1)), np.zeros(len(codes))
    for (_, test), probabilities in zip(folds, found, strict=True):
        total[test] += probabilities
        times[test] += 1
    if not times.all():
        raise ValueError(
            f"cv={cv!r} leaves {np.sum(times == 0)} of {len(codes)} samples out of"
            " every test fold: every sample must be in one, since its label is judged"
            " by a fit without it."
        )
    return total / times[:, None]


def default_forest(n_samples, random_state=None, n_jobs=None):
    """Return the classifier for those who name none; it votes out of bag.

    Each tree sees few samples, so that wrong labels are a minority wherever it looks,
    and each sample has many trees that didn't see it.
    """
    return ExtraTreesClassifier(
        bootstrap=True,
        max_samples=min(n_samples, max(20, round(0.3 * n_samples))),
        min_samples_leaf=2,
        n_jobs=n_jobs,
        random_state=random_state,
    )


def make_folds(cv, codes, random_state=None, *, name="cv"):
    """Return pairs of training and test indices.

    Parameters
    ----------
    cv : int, cross-validation generator or iterable
        An int is the number of stratified, shuffled folds at most.

    codes : ndarray of shape (n_samples,)
        Given labels 0…c−1.

    random_state : int, RandomState instance or None, default=None
        Seed of shuffled folds.

    name : str, default="cv"
        What the user calls `cv`, for messages.
    """
    if not isinstance(cv, numbers.Integral):
        return check_cv(cv, codes, classifier=True).split(np.zeros(len(codes)), codes)
    check_count(2, **{name: cv})
    n_splits = min(cv, np.bincount(codes).max())
    if n_splits < 2:
        raise ValueError(
            f"Each of the {len(codes)} samples has a label of its own: at least one"
            " class needs two samples, so that a fit without one knows its class."
        )
    folds = StratifiedKFold(
        n_splits, shuffle=True, random_state=draw_seed(random_state)
    )
    with warnings.catch_warnings():  # a class of few samples is in few test folds
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        return list(folds.split(np.zeros(len(codes)), codes))


def _fit_and_predict(classifier, X, codes, train, test):
    X_train, codes_train = _safe_split(classifier, X, codes, train)
    X_test, _ = _safe_split(classifier, X, None, test, train)
    full = np.zeros((len(test), codes.max() + 1))
    seen = np.unique(codes_train)
    if len(seen) == 1:  # nothing to tell apart, which many classifiers refuse to do
        full[:, seen] = 1
        return full
    classifier.fit(X_train, codes_train)
    probabilities = classifier.predict_proba(X_test)
    if probabilities.shape == full.shape:
        return probabilities
    # a class whose only sample is held out has no probability
    full[:, classifier.classes_] = probabilities
    return full


def _out_of_bag(classifier, X, codes):
    classifier = clone(classifier)
    forest = classifier[-1] if isinstance(classifier, Pipeline) else classifier
    if not {"oob_score", "bootstrap"} <= forest.get_params(deep=False).keys():
        raise ValueError(
            f"cv='oob' needs a classifier that draws bootstrap samples, such as a"
            f" random forest; {type(forest).__name__} doesn't. Pass a number of folds."
        )
    # samples that every tree saw are seen to below
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.filterwarnings("ignore", "Some inputs do not have OOB", UserWarning)
        forest.set_params(oob_score=True, bootstrap=True)
        classifier.fit(X, codes)
    votes = np.nan_to_num(forest.oob_decision_function_)
    unseen = votes.sum(axis=1) == 0
    votes[unseen] = np.bincount(codes) / len(codes)
    return votes / votes.sum(axis=1, keepdims=True)


def _check_gives_probabilities(classifier):
    if not hasattr(classifier, "predict_proba"):
        raise TypeError(
            f"{type(classifier).__name__} has no predict_proba, which gives the"
            " probabilities that labels are judged by. Wrap it in scikit-learn's"
            " CalibratedClassifierCV, or choose another classifier."
        )
