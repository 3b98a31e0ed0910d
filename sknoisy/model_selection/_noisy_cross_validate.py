"""Cross-validation on noisy labels that reports clean scores beside the noisy ones."""

import numbers
import time
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.metrics import check_scoring
from sklearn.utils import Bunch, indexable
from sklearn.utils.parallel import Parallel, delayed

from sknoisy._data_types import (
    ArrayLike,
    Estimator,
    Folds,
    Label,
    MatrixLike,
    Scoring,
    Seed,
)
from sknoisy._folds import make_folds
from sknoisy._out_of_fold import cut
from sknoisy._rows import cut_params, take
from sknoisy._unlabeled import settled
from sknoisy.model_selection._labels import noisy_and_clean

__all__ = ["noisy_cross_validate"]


def noisy_cross_validate(
    estimator: Estimator,
    X: MatrixLike,
    y: ArrayLike,
    *,
    y_clean: ArrayLike | None = None,
    noise: Estimator | None = None,
    scoring: Scoring = "accuracy",
    cv: Folds | None = None,
    groups: ArrayLike | None = None,
    params: dict[str, Any] | None = None,
    n_jobs: int | None = None,
    return_train_score: bool = False,
    return_estimator: bool = False,
    unlabeled: Label = "auto",
    random_state: Seed = 0,
) -> Bunch:
    """Train on noisy labels in each fold; score on noisy and on clean ones.

    Every sample has one given label, the same in all folds, whether it is trained on
    or scored; a wrong label is never drawn anew. The noisy score is what one would see
    without clean labels; the clean score is what one would like to know.

    Parameters
    ----------
    estimator : estimator with ``fit`` and ``predict``
        Any scikit-learn classifier, Pipeline or search. A clone is fitted per fold.

    X : array-like, sparse matrix or dataframe with n_samples rows
        The samples, handed to `estimator` as they are.

    y : array-like of shape (n_samples,)
        The given, noisy labels; or the clean ones, with `noise`.

    y_clean : array-like of shape (n_samples,), default=None
        The clean labels, in the same terms as `y`. Nothing is trained on them and
        nothing selected by them. None means that they aren't known: there are only
        noisy scores then.

    noise : noise model, default=None
        A model from :mod:`sknoisy.noise`; then `y` is clean, and a clone of `noise`
        draws one given label for each sample, before any split.

    scoring : str, callable, list, tuple or dict, default="accuracy"
        One scorer, or several, as in :func:`sklearn.model_selection.cross_validate`.

    cv : int, splitter or iterable, default=None
        An int or None (5) makes that many stratified folds, by the *noisy* labels,
        since the clean ones mustn't have a say in anything but the report; and
        shuffled, unlike scikit-learn's: where rows are sorted by class, the first ones
        of a given label are mostly wrong ones, and would all fall into one fold.

    groups : array-like of shape (n_samples,), default=None
        What belongs together, for splitters that keep groups together; an int does.

    params : dict, default=None
        Parameters for the estimator's ``fit``, such as ``{"sample_weight": weight}``.
        Those with one value per sample are cut into folds.

    n_jobs : int, default=None
        How many folds to work on at a time, in processes of their own.

    return_train_score : bool, default=False
        Whether to score on the training samples, too. A network that has memorized
        shows in a train score on noisy labels well above the share of right ones.

    return_estimator : bool, default=False
        Whether to return the fitted estimators.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label in `y`, besides None, NaN and pandas.NA.
        None: nothing else does, and -1 is a class. With "auto", no label may be
        missing, and -1 beside other whole numbers, or "" beside other texts, is
        refused, as it may be a class or such a mark. Samples without a label are in no
        fold.

    random_state : int, RandomState instance or None, default=0
        Seed of the shuffle, where `cv` is an int or None. It is fixed, so that methods
        tried one after another see the same folds. The noise has a seed of its own.

    Returns
    -------
    results : Bunch
        Arrays with one entry per fold, and two facts of the labels:

        - ``test_noisy_score``, and ``test_clean_score`` where clean labels are known;
          with several scorers ``test_noisy_accuracy`` and so on.
        - ``train_noisy_score``, ``train_clean_score``, where asked for.
        - ``fit_time``, ``score_time``: seconds by the clock, as in scikit-learn.
        - ``fit_cpu_time``: seconds of CPU time of the process, all its threads
          together; those of processes that the estimator starts aren't seen.
        - ``estimator``: list of fitted estimators, where asked for.
        - ``y_noisy`` of shape (n_samples,): the given labels.
        - ``noise_rate``: share of samples whose given label isn't the clean one;
          None where clean labels aren't known.

    Raises
    ------
    ValueError
        If both `y_clean` and `noise` are given; if labels are missing, or those of
        `y_clean` and `y` have nothing in common. Errors of the estimator are raised
        as they are, not turned into scores of NaN.

    See Also
    --------
    clean_scorer : The clean score in ``GridSearchCV`` and its kin.
    sknoisy.inspection.ComparisonDisplay : Plots several results side by side.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sknoisy.model_selection import noisy_cross_validate
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_iris(return_X_y=True)
    >>> results = noisy_cross_validate(
    ...     LogisticRegression(max_iter=500), X, y,
    ...     noise=SymmetricNoise(0.4, exact=True, random_state=0), cv=3,
    ... )
    >>> results.noise_rate
    0.4
    >>> bool(results.test_clean_score.mean() > results.test_noisy_score.mean() + 0.2)
    True
    """
    X, y, y_clean, groups = indexable(X, y, y_clean, groups)
    y_noisy, y_clean, labeled = noisy_and_clean(X, y, y_clean, noise, unlabeled)
    estimator = settled(clone(estimator), y_noisy[labeled])
    labels = {"noisy": y_noisy}
    if y_clean is not None:
        labels["clean"] = y_clean
    splits = _splits(cv, X, y_noisy, groups, labeled, random_state)
    folds = Parallel(n_jobs=n_jobs)(
        delayed(_run_fold)(
            clone(estimator),
            X,
            labels,
            split,
            check_scoring(estimator, scoring),
            params=params or {},
            with_train=return_train_score,
            with_estimator=return_estimator,
        )
        for split in splits
    )
    return Bunch(
        **_columns(folds),
        y_noisy=y_noisy,
        noise_rate=None
        if y_clean is None
        else float(np.mean((y_noisy != y_clean)[labeled])),
    )


def _splits(cv, X, y, groups, labeled, random_state):
    """Return rows to train and to test on; those without a label are in neither."""
    options = {"random_state": random_state, "apart": False}
    if labeled.all():
        return make_folds(cv, y, groups, X=X, **options)
    rows, known = np.flatnonzero(labeled), np.array(y[labeled].tolist())
    if cv is None or isinstance(cv, numbers.Integral):
        theirs = None if groups is None else take(groups, rows, len(y))
        parts = make_folds(cv, known, theirs, **options)
        return [(rows[train], rows[test]) for train, test in parts]
    strata = np.full(len(y), -1)
    strata[rows] = np.unique(known, return_inverse=True)[1]
    return [
        (train[labeled[train]], test[labeled[test]])
        for train, test in make_folds(cv, strata, groups, X=X, **options)
    ]


def _run_fold(
    estimator, X, labels, split, scorer, *, params, with_train, with_estimator
):
    """Fit on the noisy labels of one fold, and return what was found as a dict."""
    train, test = split
    X_train, y_train = cut(estimator, X, train, train), labels["noisy"][train]
    clock, cpu = time.perf_counter(), time.process_time()
    estimator.fit(X_train, y_train, **cut_params(params, train, len(labels["noisy"])))
    found = {
        "fit_time": time.perf_counter() - clock,
        "fit_cpu_time": time.process_time() - cpu,
    }
    clock = time.perf_counter()
    X_test = cut(estimator, X, test, train)
    found |= _scores("test", scorer, estimator, X_test, labels, test)
    found["score_time"] = time.perf_counter() - clock
    if with_train:
        found |= _scores("train", scorer, estimator, X_train, labels, train)
    if with_estimator:
        found["estimator"] = estimator
    return found


def _scores(part, scorer, estimator, X, labels, rows):
    scores: dict[str, Any] = {}
    for kind, y in labels.items():
        score = scorer(estimator, X, y[rows])
        named = score if isinstance(score, dict) else {"score": score}
        scores |= {f"{part}_{kind}_{name}": value for name, value in named.items()}
    return scores


def _columns(folds):
    columns = {name: [fold[name] for fold in folds] for name in folds[0]}
    return {
        name: values if name == "estimator" else np.array(values)
        for name, values in columns.items()
    }
