"""A grid search whose candidates and folds train together."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Self, TypeAlias

import numpy as np
from sklearn import get_config
from sklearn.base import is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import GridSearchCV, ParameterGrid, check_cv
from sklearn.utils import Bunch, indexable
from sklearn.utils.metadata_routing import process_routing

from sknoisy._data_types import (
    ArrayLike,
    Estimator,
    FilePath,
    Folds,
    MatrixLike,
    Scoring,
)
from sknoisy._unlabeled import unboxed
from sknoisy.model_selection._alone import warn_of_fits_alone
from sknoisy.model_selection._rehearsal import (
    HandsOut,
    Replay,
    in_this_process,
    rehearse,
)
from sknoisy.model_selection._search_store import open_store

__all__ = ["BatchedGridSearchCV"]

Grid: TypeAlias = Mapping[str, Iterable[Any]]


class BatchedGridSearchCV(GridSearchCV):
    """Grid search that trains the networks of all candidates and folds together.

    It is :class:`~sklearn.model_selection.GridSearchCV` with the same parameters,
    attributes and table of results, and with next to the same scores. Networks of one
    shape take their steps as one, so that a search with small networks takes a
    fraction of the time.

    Together train candidates that are a :class:`~sknoisy.NoisyLabelClassifier`, or a
    Pipeline that ends with one, as far as shape of the network, `batch_size`,
    `max_epochs`, kind of optimizer, dtype and device agree. They may differ in the
    loss and its parameters, the shares of dropout, learning rate, weight decay and
    other numbers of the optimizer, schedule, class weights, seed and preprocessing;
    folds may differ in size. The steps before the network are fitted once for all
    candidates that have them in common.

    Alone, as `GridSearchCV` fits them, are fitted: all other estimators; objectives
    that remember samples or draw pairs of them ("elr", "peer", ``mixup`` and so on);
    losses that are modules; soft labels; optimizers that don't treat each number by
    itself ("sam", for one) or have several groups of parameters; networks that do
    anything else than run linear layers, activations, dropout, layer normalization and
    flattening one after another, unless they train on a GPU and have no batch
    normalization; fits with callbacks, early stopping, held-out samples, `average`,
    `augment`, `accumulate`, `precision`, `compile` or `verbose`; sparse features; and
    a Pipeline whose `fit` gets parameters. The results are in the same table, and a
    :class:`~sknoisy.exceptions.TrainsAloneWarning` says which of these it was.

    Parameters
    ----------
    estimator : estimator
        What to search for; a clone is fitted per candidate and fold.

    param_grid : dict or list of dict
        The values to try for each parameter; a list holds several grids.

    scoring : str, callable, list, tuple or dict, default=None
        One scorer, or several, as scikit-learn takes them. None means `score` of the
        estimator.

    n_jobs : int, default=None
        How many candidates that don't train together to fit at a time, in processes.
        What trains together does so in this process.

    refit : bool, str or callable, default=True
        Whether to fit the best candidate on all data in the end; with several scorers
        the name of the one that decides; or a function from `cv_results_` to the
        place of the best.

    cv : int, splitter or iterable, default=None
        The folds: an int, or None for five, makes stratified ones.

    verbose : int, default=0
        With 1 or more, a progress bar for what trains together, and scikit-learn's
        messages.

    pre_dispatch : int or str, default="2*n_jobs"
        How many fits to send to processes in advance.

    error_score : "raise" or float, default=nan
        The score of a fit that fails, beside a warning; "raise" raises the error.

    return_train_score : bool, default=False
        Whether `cv_results_` has scores on the training samples, too.

    checkpoint : str or path-like, default=None
        A folder in which `fit` keeps what is trained and scored, as it comes. Where it
        holds a part of the same search, one that was killed, say, `fit` goes on from
        there: with int seeds to the scores, bit by bit, that it would have had without
        a break, and with no more to do again than what was under way. A search with
        other data or parameters is refused. Needs ``pip install "sknoisy[export]"``.

    Attributes
    ----------
    cv_results_ : dict of ndarray
        As that of `GridSearchCV`. A network's ``fit_time`` is its share of the time in
        which it trained together with others.

    best_estimator_ : estimator
        The best candidate, fitted on all data, if `refit`.

    best_score_ : float
        Its mean score over the folds.

    best_params_ : dict
        Its parameters.

    best_index_ : int
        Its place in `cv_results_`.

    scorer_ : function or dict
        The scorers.

    n_splits_ : int
        How many folds there are.

    refit_time_ : float
        Seconds that the last fit took.

    multimetric_ : bool
        Whether there are several scores.

    classes_ : ndarray of shape (n_classes,)
        The class labels, if `refit`.

    n_features_in_ : int
        Number of features seen during fit, if `refit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where they have string names.

    See Also
    --------
    batched_cross_val_predict : Out-of-fold predictions of one candidate.
    noisy_cross_validate : Noisy and clean scores of one estimator.

    Notes
    -----
    With an int as `random_state`, each network starts with the weights, sees the
    batches and leaves out the units that it would alone; on a GPU dropout differs. What
    remains is rounding, about 1e-7 a step: a product of stacked matrices adds in
    another order. Training amplifies it, as it does any rounding, so that now and then
    a sample is classified differently.

    All networks that train together, and a copy of each fold's features, are in memory
    at once.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy import BatchedGridSearchCV, NoisyLabelClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> search = BatchedGridSearchCV(
    ...     NoisyLabelClassifier(module__hidden=16, max_epochs=20, random_state=0),
    ...     {"loss": ["ce", "gce", "mae"], "lr": [1e-4, 1e-2]},
    ... ).fit(X, y)
    >>> search.best_params_["lr"]
    0.01
    >>> len(search.cv_results_["params"])
    6
    """

    def __init__(
        self,
        estimator: Estimator,
        param_grid: Grid | Sequence[Grid],
        *,
        scoring: Scoring | None = None,
        n_jobs: int | None = None,
        refit: bool | str | Callable[[dict[str, np.ndarray]], int] = True,
        cv: Folds | None = None,
        verbose: int = 0,
        pre_dispatch: int | str = "2*n_jobs",
        error_score: float | str = np.nan,
        return_train_score: bool = False,
        checkpoint: FilePath | None = None,
    ) -> None:
        super().__init__(
            estimator,
            param_grid,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.checkpoint = checkpoint

    def fit(self, X: MatrixLike, y: ArrayLike | None = None, **params: Any) -> Self:
        """Search: train and score every candidate on every fold.

        Parameters
        ----------
        X : array-like, sparse matrix or dataframe with n_samples rows
            The samples.

        y : array-like of shape (n_samples,), default=None
            The given labels.

        **params : dict
            For `fit` of the estimator, for the splitter (``groups``) and, where
            scikit-learn routes metadata, for the scorers (``y_clean``). Those with
            one value per sample are cut into folds. ``sample_weight`` trains together
            unless the estimator is a Pipeline.

        Returns
        -------
        self : BatchedGridSearchCV
            The fitted search.
        """
        X, y = indexable(X, y)
        if isinstance(y, np.ndarray):  # scorers take no numbers in arrays of objects
            y = unboxed(y)
        routed = self._routed_params(params)
        with np.errstate(invalid="ignore"):  # infinite labels: fit complains better
            cv = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        splits = list(cv.split(X, y, **routed.splitter.split))
        candidates = list(ParameterGrid(self.param_grid))
        options = {k: getattr(self, k) for k in ("n_jobs", "pre_dispatch", "verbose")}
        fit_params = routed.estimator.fit
        store = None
        if self.checkpoint is not None:
            store = open_store(self.checkpoint, self, candidates, splits, X, y, params)
            options["store"] = store
        cells = rehearse(
            self.estimator, candidates, splits, X, y, fit_params, **options
        )
        warn_of_fits_alone(cells)
        search = self._search(cells, Replay(splits, cv))
        together = isinstance(search.estimator, HandsOut)
        with in_this_process() if together else nullcontext():
            search.fit(X, y, **params)
        if store is not None:
            store.forget_batches()
        return self._take_over(search, cells)

    def _routed_params(self, params):
        if get_config()["enable_metadata_routing"]:
            return process_routing(self, "fit", **params)
        fit = {name: value for name, value in params.items() if name != "groups"}
        split = {"groups": params.get("groups")}
        return Bunch(estimator=Bunch(fit=fit), splitter=Bunch(split=split))

    def _search(self, cells, cv):
        """Return scikit-learn's search over the cells, or over the estimator itself."""
        options = {**self.get_params(deep=False), "cv": cv}
        del options["checkpoint"]
        if self.checkpoint is not None or any(cell.trained for cell in cells):
            options |= {
                "estimator": HandsOut(self.estimator, iter(cells)),
                "scoring": self._scoring(),
                "n_jobs": 1,  # not None, which a context of joblib's may change
            }
            if callable(self.refit):  # it may look at the times
                options["refit"] = lambda results: self.refit(timed(results, cells))
        search = GridSearchCV(**options)
        callbacks = getattr(self, "_skl_callbacks", ())  # scikit-learn's, from 1.9 on
        return search.set_callbacks(*callbacks) if callbacks else search

    def _scoring(self):
        """Return scorers that see what is handed out, not who hands it out."""
        check_scoring(self.estimator, self.scoring)
        scoring = self.scoring
        if isinstance(scoring, (list, tuple, set)):
            scoring = {name: name for name in scoring}
        if isinstance(scoring, dict):
            n_scores = len(scoring)
            return {
                name: self._scorer(one, name, n_scores) for name, one in scoring.items()
            }
        return self._scorer(scoring)

    def _scorer(self, scoring, name="score", n_scores=1):
        n_calls = n_scores * (2 if self.return_train_score else 1)
        return SeesThrough(check_scoring(self.estimator, scoring), name, n_calls)

    def _take_over(self, search, cells):
        """Take what the inner search has learned."""
        for name, value in vars(search).items():
            if name.endswith("_") and not name.startswith("_"):
                setattr(self, name, value)
        if isinstance(search.estimator, HandsOut):
            timed(self.cv_results_, cells)
            self.scorer_ = _seen_through(search.scorer_)
            if hasattr(search, "best_estimator_"):  # one of an earlier fit stays as is
                self.best_estimator_ = search.best_estimator_.fitted_
        return self


class SeesThrough:
    """A scorer of what a `HandsOut` has handed out; in all else the one it wraps."""

    def __init__(self, scorer, name, n_calls):
        self.scorer = scorer
        self.name = name
        self.n_calls = n_calls  # of all scorers for one cell
        self.__signature__ = inspect.signature(scorer)  # tells whether it takes weights

    def __call__(self, estimator, *args, **kwargs):
        """Return the score of the fitted estimator."""

        def score():
            return self.scorer(estimator.fitted_, *args, **kwargs)

        return estimator.cell_.scored(self.name, score, self.n_calls)

    def __getattr__(self, name):
        if name == "scorer":  # not there yet, in a copy
            raise AttributeError(name)
        return getattr(self.scorer, name)


def _seen_through(scorers):
    if isinstance(scorers, dict):
        return {name: scorer.scorer for name, scorer in scorers.items()}
    return scorers.scorer


def timed(results, cells):
    """Put the times of the cells into a table of results."""
    n_splits = len(cells) // len(results["params"])
    seconds = np.array([cell.seconds for cell in cells]).reshape(-1, n_splits)
    results["mean_fit_time"] = seconds.mean(axis=1)
    results["std_fit_time"] = seconds.std(axis=1)
    return results
