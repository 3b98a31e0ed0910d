"""Fits of several folds: in lock-step where estimators can, else one after another."""

from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.parallel import Parallel, delayed


class FoldFit(NamedTuple):
    """The fit of a fold, before it is fitted.

    Parameters
    ----------
    estimator : estimator
        A clone of its own.

    X, y : the data of its fold

    params : dict
        For `fit`, cut to the fold.

    rows : ndarray of int
        Which rows of the whole table these are.
    """

    estimator: Any
    X: Any
    y: Any
    params: dict[str, Any]
    rows: np.ndarray

    def fitted(self):
        """Fit; return the estimator, whatever its `fit` returns: some return None."""
        self.estimator.fit(self.X, self.y, **self.params)
        return self.estimator


def spread_fits(estimator, begin, say, folds, n_samples, *, n_jobs=None):
    """Return what estimators say that were fitted to folds.

    Those that train in lock-step do so in this process, whatever `n_jobs` is, so that
    what is said doesn't depend on it. Nobody notices but by the clock: where nothing is
    gained, or somebody wants to look on, folds are fitted one after another.

    Parameters
    ----------
    estimator : estimator
        What is fitted. Its type, or that of a Pipeline's last step, names in
        `_together` the module that knows how to train several of them.

    begin : callable
        Takes a fold, and gives its `FoldFit`, or None where there is nothing to fit. It
        may be asked twice, and must answer alike.

    say : callable
        Takes the fitted estimator, or None, and the fold.

    folds : list of tuple

    n_samples : int
        How many rows the whole table has.

    n_jobs : int, default=None
        Number of folds at a time, of those that don't train together. They go to
        processes, and what is said is all that comes back.
    """
    begun, fitted = Begun(begin, folds), {}
    home = vars(type(_last_of(estimator))).get("_together")
    if home is not None and len(folds) > 1:
        errors = import_module(home).fit_together(begun, len(folds), n_samples)
        fitted = begun.fitted(errors)
    found = {place: say(one, *folds[place]) for place, one in fitted.items()}
    left = [place for place in range(len(folds)) if place not in fitted]
    alone = Parallel(n_jobs=n_jobs)(
        delayed(_fit_and_say)(begin, say, folds[place], begun.halfway.get(place))
        for place in left
    )
    found.update(zip(left, alone, strict=True))
    return [found[place] for place in range(len(folds))]


class Halfway(NamedTuple):
    """The fit of a Pipeline of which only the last step isn't fitted, and that step."""

    pipeline: Pipeline
    last: Any
    X: Any
    y: Any
    params: dict[str, Any]

    def fitted(self):
        """Fit it; return the Pipeline."""
        name, _ = self.pipeline.steps[-1]
        self.pipeline.steps[-1] = name, self.last
        self.last.fit(self.X, self.y, **self.params)
        return self.pipeline


class Begun:
    """Fits of folds, begun one by one as somebody asks for them.

    Iterating gives for each the estimator that is to be trained, X, y, weights of
    samples or None, and the rows; or None, where it can't be told.

    Attributes
    ----------
    halfway : dict
        The first fit by its place, if it is a Pipeline's and nobody has asked on: what
        comes before the last step is done, and need not be done again.
    """

    def __init__(self, begin, folds):
        self.begin, self.folds = begin, folds
        self.estimators: dict[int, Any] = {}
        self.halfway: dict[int, Any] = {}

    def __iter__(self):
        for place, fold in enumerate(self.folds):
            fit = self.begin(*fold)
            if fit is None:
                continue
            self.estimators[place] = fit.estimator
            last, params = _last_of(fit.estimator), _params_of_last(fit)
            try:
                X = _before_the_last(fit)
            except Exception:  # the fold's own fit says it better
                params = None
            if params is None or not set(params) <= {"sample_weight"}:
                yield None
                return
            if last is not fit.estimator and len(self.estimators) == 1:
                # a clone: who begins to train it may draw from its random state
                begun = Halfway(fit.estimator, clone(last), X, fit.y, params)
                self.halfway = {place: begun}
            yield last, X, fit.y, params.get("sample_weight"), fit.rows
            self.halfway = {}

    def fitted(self, errors):
        """Return estimators by place, of those whose training has ended; see how."""
        places = list(self.estimators)
        for i in sorted(errors):
            if errors[i] is not None:
                raise errors[i]
        return {places[i]: self.estimators[places[i]] for i in errors}


def _fit_and_say(begin, say, fold, halfway):
    fit = begin(*fold) if halfway is None else halfway
    return say(None if fit is None else fit.fitted(), *fold)


def _last_of(estimator):
    """Return a Pipeline's last step, or what isn't a Pipeline."""
    plain = type(estimator) is Pipeline and not estimator.verbose
    return estimator.steps[-1][1] if plain else estimator


def _params_of_last(fit):
    """Return what the last step's `fit` gets; None, where other steps get something."""
    if _last_of(fit.estimator) is fit.estimator:
        return fit.params
    prefix = f"{fit.estimator.steps[-1][0]}__"
    if not all(name.startswith(prefix) for name in fit.params):
        return None
    return {name.removeprefix(prefix): value for name, value in fit.params.items()}


def _before_the_last(fit):
    """Fit the steps before the last one; return what they make of X."""
    pipeline = fit.estimator
    if _last_of(pipeline) is pipeline or len(pipeline.steps) == 1:
        return fit.X
    before = pipeline[:-1]
    X = before.fit_transform(fit.X, fit.y)
    pipeline.steps = [*before.steps, pipeline.steps[-1]]
    return X
