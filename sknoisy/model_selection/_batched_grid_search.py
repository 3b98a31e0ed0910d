"""A grid search whose candidates and folds train together."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Self, TypeAlias

import numpy as np
from sklearn.model_selection import GridSearchCV, ParameterGrid

from sknoisy._data_types import (
    ArrayLike,
    Estimator,
    FilePath,
    Folds,
    MatrixLike,
    Scoring,
)
from sknoisy.model_selection._alone import warn_of_fits_alone
from sknoisy.model_selection._batched_search import BatchedSearch
from sknoisy.model_selection._rehearsal import (
    HandsOut,
    Replay,
    in_this_process,
    rehearse,
)
from sknoisy.model_selection._search_store import open_store

__all__ = ["BatchedGridSearchCV"]

Grid: TypeAlias = Mapping[str, Iterable[Any]]


class BatchedGridSearchCV(BatchedSearch, GridSearchCV):
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
    itself ("sam", for one) or have several groups of parameters; networks with
    convolutions or of more than 1.25 MB (.5 MB with a `forward` of their own), which
    gain nothing on a CPU; networks with batch normalization, frozen
    parameters or hooks, and those whose own `forward` draws at random, decides by
    values, mixes the samples of a batch or gives no logits; fits with callbacks, early
    stopping, held-out samples, `average`, `augment`, `accumulate`, `precision`,
    `compile` or `verbose`; sparse features; and a Pipeline whose `fit` gets
    parameters. The results are in the same table, and a
    :class:`~sknoisy.exceptions.TrainsAloneWarning` says which of these it was.

    Parameters
    ----------
    param_grid : dict or list of dict
        The values to try for each parameter; a list holds several grids.

    checkpoint : str or path-like, default=None
        A folder in which `fit` keeps what is trained and scored, as it comes. Where it
        holds a part of the same search, one that was killed, say, `fit` goes on from
        there: with int seeds to the scores, bit by bit, that it would have had without
        a break, and with no more to do again than what was under way. A search with
        other data or parameters is refused. Needs ``pip install "sknoisy[export]"``.

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
        X, y = self._indexed(X, y)
        routed = self._routed_params(params)
        cv = self._splitter(y)
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

    def _search(self, cells, cv):
        """Return scikit-learn's search over the cells, or over the estimator itself."""
        options = {**self.get_params(deep=False), "cv": cv}
        del options["checkpoint"]
        if self.checkpoint is not None or any(cell.trained for cell in cells):
            options |= self._with_hands_out(cells, deque(cells))
        return self._with_callbacks(GridSearchCV(**options))
