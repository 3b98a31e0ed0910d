"""The fits of a whole search, before the search itself asks for them.

What trains in lock-step has to be trained before scikit-learn's loop over candidates
and folds comes to it. So each fit is a `Cell`; `rehearse` makes and trains them, and
`HandsOut` stands in for the estimator in scikit-learn's loop and hands out what is
there. Splits, scores, errors and tables stay scikit-learn's.
"""

import time
from contextlib import nullcontext
from typing import Any

import numpy as np
from joblib import parallel_config
from joblib.parallel import get_active_backend
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.parallel import Parallel, delayed
from tqdm import tqdm

from sknoisy._labels import is_soft
from sknoisy._out_of_fold import fitted
from sknoisy._rows import cut_params


class Cell:
    """One candidate on one fold.

    Attributes
    ----------
    estimator : estimator
        The candidate's own clone.

    trained : bool
        Whether it was trained together with others.

    seconds : float
        What its fit took by the clock, with its share of what was done together.

    place : int
        Its place among all.

    why : str or None
        Why it isn't, in words; None, too, where its own fit will say what is wrong.

    kept : Bunch or None
        What scorers said of it in a search that was interrupted.
    """

    def __init__(self, estimator, place=0, store=None):
        self.estimator = estimator
        self.place = place
        self.store = store
        self.kept: Any = None if store is None else store.scores.get(place)
        self.calls: list = []  # what scorers have said so far
        self.prepared: Any = None
        self.alone: Any = None
        self.why: str | None = None
        self.seconds = 0.0 if self.kept is None else self.kept.seconds

    @property
    def trained(self):
        return self.prepared is not None and self.prepared.trained

    def scored(self, name, score, n_calls):
        """Return what a scorer says; where it has said it before, without asking.

        Parameters
        ----------
        name : str
            Which scorer it is.

        score : callable
            Asks it.

        n_calls : int
            How many answers there are when all have been asked.
        """
        if self.kept is not None and len(self.calls) < len(self.kept.calls):
            self.calls.append(self.kept.calls[len(self.calls)])
            return self.calls[-1][1]
        found = score()
        self.calls.append((name, found))
        if self.store is not None and len(self.calls) == n_calls:
            self.store.keep_scores(self.place, self.calls, self.seconds)
        return found

    def result(self):
        """Return the fitted estimator, or raise what its fit raised."""
        if self.kept is not None:
            return None  # nobody will ask it
        error = self.prepared.error if self.trained else None
        if not self.trained:
            self.estimator, error, self.seconds = next(self.alone)
        if error is not None:
            raise error
        return self.estimator


def rehearse(
    estimator,
    candidates,
    splits,
    X,
    y,
    fit_params,
    *,
    verbose=0,
    store=None,
    all_at_hand=False,
    **options,
):
    """Train all that trains together; return a `Cell` per candidate and fold.

    Parameters
    ----------
    estimator : NoisyLabelClassifier, Pipeline that ends with one, or any other
        One that can't train together is left alone.

    candidates : list of dict
        Parameters to set.

    splits : list of (train, test)

    X, y : the data

    fit_params : dict
        For `fit`, uncut.

    verbose : int, default=0
        Whether to show progress.

    store : SearchStore, default=None
        What keeps the work, and has that of a search that was interrupted.

    all_at_hand : bool, default=False
        Whether cells can be handed out even where none was trained.

    **options : dict
        ``n_jobs`` and ``pre_dispatch`` for what is fitted alone.

    Returns
    -------
    cells : list of Cell
        All folds of the first candidate, then those of the second, and so on. If none
        was trained, nothing has happened, unless `all_at_hand`: the caller fits them
        as usual.
    """
    cells = [
        [
            Cell(
                clone(estimator).set_params(**clone(candidate, safe=False)),
                i * len(splits) + fold,
                store,
            )
            for fold in range(len(splits))
        ]
        for i, candidate in enumerate(candidates)
    ]
    in_order = [cell for row in cells for cell in row]
    is_over = all(cell.kept is not None for cell in in_order)
    if why := _why_all_alone(estimator, fit_params, y):
        for cell in in_order:
            cell.why = why
    elif not is_over:
        hopeless: dict = {}  # networks, and steps before any, on folds so far
        for (train, _), column in zip(splits, zip(*cells, strict=True), strict=True):
            _prepare_fold(column, candidates, train, X, y, fit_params, hopeless)
        _train(in_order, verbose, store)
    if all_at_hand or store is not None or any(cell.trained for cell in in_order):
        trains = [train for _ in candidates for train, _ in splits]
        _leave_alone(in_order, trains, X, y, fit_params, options)
    return in_order


def in_this_process():
    """Return a context in which ``n_jobs=1`` means one, whatever was asked for outside.

    Cells are handed out in the order of scikit-learn's tables, which only one process
    keeps; a backend of joblib such as dask's spreads work all the same.
    """
    backend, _ = get_active_backend()
    if backend.effective_n_jobs(1) == 1:
        return nullcontext()
    return parallel_config(backend="sequential")


class HandsOut(MetaEstimatorMixin, BaseEstimator):
    """Stands in for an estimator: each fit hands out the next of its cells.

    With no cell left, as in the refit of a search, it fits the estimator itself.

    Parameters
    ----------
    estimator : estimator

    cells : deque of Cell
        Shared by all clones: scikit-learn fits in the order of its tables, candidate
        by candidate and fold by fold.

    classes : ndarray, default=None
        If given, `classes_` are places in it, and so the numbers of columns.
    """

    def __init__(self, estimator, cells, classes=None):
        self.estimator = estimator
        self.cells = cells
        self.classes = classes

    def __sklearn_clone__(self):
        return HandsOut(self.estimator, self.cells, self.classes)

    @property
    def classes_(self):
        """The classes of the fitted estimator."""
        found = self.fitted_.classes_
        return found if self.classes is None else np.searchsorted(self.classes, found)

    def __sklearn_tags__(self):
        return get_tags(self.estimator)

    def get_metadata_routing(self):
        """Ask for what the estimator asks for."""
        return self.estimator.get_metadata_routing()

    def get_params(self, deep=True):
        """Return those of the estimator: a search asks whether it has its resource."""
        return self.estimator.get_params(deep)

    def set_params(self, **params):
        """Keep the candidate's parameters for a fit of its own."""
        self.chosen_ = params
        return self

    def fit(self, X, y=None, **params):
        """Take the next cell's estimator, or fit one."""
        if self.cells:
            self.cell_ = self.cells.popleft()
            self.fitted_ = self.cell_.result()
        else:
            chosen = clone(self.estimator).set_params(**getattr(self, "chosen_", {}))
            with self._callbacks_for(chosen):
                self.fitted_ = fitted(chosen, X, y, **params)
        return self

    def set_callbacks(self, *callbacks):
        """Accept scikit-learn's callbacks, for what this one fits itself.

        What has been trained before has no epochs left that they could be told of.
        """
        self._skl_callbacks = list(callbacks)
        return self

    def _callbacks_for(self, estimator):
        context = getattr(self, "_parent_callback_ctx", None)  # scikit-learn's search
        if context is None:
            return nullcontext()
        return context.propagate_callback_context(estimator)

    def predict(self, X):
        """Let the fitted estimator predict."""
        return self.fitted_.predict(X)

    def __getattr__(self, name):  # predict_proba and the like
        if name.startswith("_") or "fitted_" not in vars(self):
            raise AttributeError(f"HandsOut, not fitted, has no {name!r}.")
        return getattr(self.fitted_, name)


class Replay:
    """A splitter that gives splits drawn before, for what it asked for.

    Parameters
    ----------
    splits : list of (train, test)

    cv : splitter
        Whose splits they are.
    """

    def __init__(self, splits, cv):
        self.splits, self.cv = splits, cv

    def split(self, X=None, y=None, groups=None, **params):
        """Return the splits."""
        return iter(self.splits)

    def get_n_splits(self, X=None, y=None, groups=None, **params):
        """Return how many there are."""
        return len(self.splits)

    def get_metadata_routing(self):
        """Ask for what the splitter asks for."""
        return self.cv.get_metadata_routing()


def _why_all_alone(estimator, fit_params, y):
    """Return why no fit trains together with others, whatever its parameters."""
    carried = set() if type(estimator) is Pipeline else {"sample_weight"}
    others = sorted(set(fit_params) - carried)
    if others:
        return f"fit gets {', '.join(others)}"
    return "labels are soft" if is_soft(y) else None


def _prepare_fold(cells, candidates, train, X, y, fit_params, hopeless):
    """Begin the fits of one fold, those that might train together."""
    from sknoisy._engine.fits import Prepared, prepare_fits, why_alone

    for cell in cells:
        cell.why = why_alone(_last_step(cell.estimator))
    pairs = [
        (cell, params)
        for cell, params in zip(cells, candidates, strict=True)
        if cell.why is None
    ]
    if not pairs:
        return
    X_train, y_train = _safe_split(pairs[0][0].estimator, X, y, train)
    weight = cut_params(fit_params, train, _n_rows(X)).get("sample_weight")
    for steps, alike in _by_preprocessing(pairs).items():
        if steps in hopeless:
            for cell, why in zip(alike, hopeless[steps], strict=True):
                cell.why = why
            continue
        start = time.perf_counter()
        try:
            Xt = _preprocess(alike, X_train, y_train)
        except Exception:  # each one's own fit will say so
            continue
        each = (time.perf_counter() - start) / len(alike)
        networks = [_last_step(cell.estimator) for cell in alike]
        prepared = prepare_fits(networks, Xt, y_train, weight, hopeless)
        if not any(isinstance(one, Prepared) for one in prepared):
            hopeless[steps] = prepared  # nor on another fold, for all that is known
        for cell, one in zip(alike, prepared, strict=True):
            if isinstance(one, Prepared):
                cell.prepared = one
                one.place = cell.place
            else:
                cell.why = one
            if cell.kept is None:
                cell.seconds = each


def _by_preprocessing(pairs):
    """Return lists of cells, by what is set of the steps before the last."""
    groups: dict[Any, Any] = {}
    for cell, params in pairs:
        before = []
        if type(cell.estimator) is Pipeline:
            last = cell.estimator.steps[-1][0]
            before = [
                (name, id(value))  # of a grid, in which one value is one object
                for name, value in sorted(params.items())
                if name.split("__")[0] != last
            ]
        groups.setdefault(tuple(before), []).append(cell)
    return groups


def _preprocess(cells, X, y):
    """Fit the steps before the last once for all these cells; return their output."""
    first = cells[0].estimator
    if type(first) is not Pipeline or len(first.steps) == 1:
        return X
    before = first[:-1]
    Xt = before.fit_transform(X, y)
    for cell in cells:
        cell.estimator.steps = [*before.steps, cell.estimator.steps[-1]]
    return Xt


def _last_step(estimator):
    return estimator.steps[-1][1] if type(estimator) is Pipeline else estimator


def _train(cells, verbose, store):
    from sknoisy._engine.fits import train_together

    prepared = [cell.prepared for cell in cells if cell.prepared is not None]
    total = sum(one.trainee.engine.max_epochs for one in prepared)
    title = f"{len(prepared)} networks in lock-step"
    with tqdm(total=total, desc=title, disable=not verbose or not total) as bar:
        train_together(prepared, tick=bar.update, store=store)
    for cell in cells:
        if cell.trained:
            if cell.kept is None:
                cell.seconds += cell.prepared.seconds
        elif cell.prepared is not None:
            cell.why = cell.prepared.why
            cell.prepared = None  # it will begin anew


def _leave_alone(cells, trains, X, y, fit_params, options):
    """Let the other cells be fitted when they are asked for, or in processes before."""
    left = [
        (cell, train)
        for cell, train in zip(cells, trains, strict=True)
        if not cell.trained and cell.kept is None
    ]
    if not left:
        return
    backend, _ = get_active_backend()  # not every one hands out as they come
    by_and_by = getattr(backend, "supports_return_generator", False)
    parallel = Parallel(**options, return_as="generator" if by_and_by else "list")
    fits = (
        delayed(_fit_alone)(clone(cell.estimator), X, y, train, fit_params)
        for cell, train in left
    )
    alone = iter(parallel(fits))
    for cell, _ in left:
        cell.alone = alone


def _fit_alone(estimator, X, y, train, fit_params):
    start, error = time.perf_counter(), None
    X_train, y_train = _safe_split(estimator, X, y, train)
    try:
        estimator.fit(X_train, y_train, **cut_params(fit_params, train, _n_rows(X)))
    except Exception as raised:
        error = raised
    return estimator, error, time.perf_counter() - start


def _n_rows(X):
    return X.shape[0] if hasattr(X, "shape") else len(X)
