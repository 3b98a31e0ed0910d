"""Searches whose candidates are drawn, or halved: each round of them trains together.

Their constructors are scikit-learn's own: all that is said of parameters is said here.
"""

import sys
from collections import deque
from typing import Any, Self

from joblib import parallel_config
from joblib.parallel import get_active_backend
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
)

from sknoisy._data_types import ArrayLike, MatrixLike
from sknoisy._registry import did_you_mean
from sknoisy._shown import shown
from sknoisy._told import completed
from sknoisy.model_selection._alone import levels_to, warn_of_fits_alone
from sknoisy.model_selection._batched_search import BatchedSearch
from sknoisy.model_selection._rehearsal import in_this_process, rehearse

__all__ = [
    "BatchedHalvingGridSearchCV",
    "BatchedHalvingRandomSearchCV",
    "BatchedRandomizedSearchCV",
]


class SearchInRounds(BatchedSearch):
    """Mixin for searches that don't know all of their candidates beforehand.

    Parameters
    ----------
    param_grid : dict or list of dict
        The values to try for each parameter; a list holds several grids.

    param_distributions : dict or list of dict
        What to draw each parameter from: a list, or whatever has ``rvs``, such as
        the distributions of `scipy.stats`.

    random_state : int, RandomState or None, default=None
        Draws candidates, or samples where these are the resource.
    """

    _kind: type[Any]  # scikit-learn's search
    get_params: Any

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "_kind" in vars(cls):
            told = [one for one in cls.__mro__[1:] if issubclass(one, BatchedSearch)]
            cls.__doc__ = completed(cls, *told)

    def fit(self, X: MatrixLike, y: ArrayLike | None = None, **params: Any) -> Self:
        """Search: train and score every candidate of each round on every fold.

        Parameters
        ----------
        X : array-like, sparse matrix or dataframe with n_samples rows
            The samples.

        y : array-like of shape (n_samples,), default=None
            The given labels.

        **params : dict
            As those of :meth:`BatchedGridSearchCV.fit`.

        Returns
        -------
        self : estimator
            The fitted search.
        """
        X, y = self._indexed(X, y)
        fit_params = self._routed_params(params).estimator.fit
        options = {k: getattr(self, k) for k in ("n_jobs", "verbose")}
        backend, n_jobs = get_active_backend()
        cells: list[Any] = []
        left: deque[Any] = deque()
        here = sys._getframe()  # some of scikit-learn's lie between it and each round

        def rehearse_round(candidates, splits):
            with parallel_config(backend=backend, n_jobs=n_jobs):
                found = rehearse(
                    *(self.estimator, candidates, splits, X, y, fit_params),
                    all_at_hand=True,
                    **options,
                )
            if not cells:  # later rounds have some of the same candidates
                warn_of_fits_alone(found, stacklevel=1 + levels_to(here))
            cells.extend(found)
            left.extend(found)

        taken = {**self.get_params(deep=False), "cv": self._splitter(y)}
        taken |= self._with_hands_out(cells, left)
        search = self._with_callbacks(self._kind(**taken))
        rehearse_before(search, rehearse_round)
        with in_this_process():
            search.fit(X, y, **params)
        return self._take_over(search, cells)


def rehearse_before(search, rehearse):
    """Let a search of scikit-learn's have rehearsed what it evaluates.

    Parameters
    ----------
    search : GridSearchCV or the like

    rehearse : callable
        Called with candidates and splits, before any of them is evaluated.
    """
    run = search._run_search

    def run_search(evaluate_candidates, callback_ctx=None):
        def evaluate(candidates, cv=None, **more):
            candidates = list(candidates)
            cv = Rehearsed(cv or search._checked_cv_orig, candidates, rehearse)
            return evaluate_candidates(candidates, cv, **more)

        run(
            evaluate, **({} if callback_ctx is None else {"callback_ctx": callback_ctx})
        )

    search._run_search = run_search


class Rehearsed:
    """A splitter whose splits are rehearsed as they are drawn."""

    def __init__(self, cv, candidates, rehearse):
        self.cv, self.candidates, self.rehearse = cv, candidates, rehearse

    def split(self, X, y=None, **params):
        """Return the splits."""
        splits = list(self.cv.split(X, y, **params))
        self.rehearse(self.candidates, splits)
        return splits


class BatchedRandomizedSearchCV(SearchInRounds, RandomizedSearchCV):
    """Randomized search that trains the networks of all candidates and folds together.

    It is :class:`~sklearn.model_selection.RandomizedSearchCV` with the same parameters,
    candidates, attributes and table of results, and with next to the same scores, in a
    fraction of the time where networks are small. What trains together, and what alone,
    is told by :class:`~sknoisy.BatchedGridSearchCV`.

    Parameters
    ----------
    n_iter : int, default=10
        How many candidates to draw.

    See Also
    --------
    BatchedGridSearchCV : The same for a grid.
    BatchedHalvingRandomSearchCV : Gives most candidates few epochs or samples.

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy import BatchedRandomizedSearchCV, NoisyLabelClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> search = BatchedRandomizedSearchCV(
    ...     NoisyLabelClassifier(module__hidden=16, max_epochs=20, random_state=0),
    ...     {"loss": ["ce", "gce", "mae"], "lr": loguniform(1e-4, 1e-2)},
    ...     n_iter=8,
    ...     random_state=0,
    ... ).fit(X, y)
    >>> len(search.cv_results_["params"])
    8
    """

    _kind = RandomizedSearchCV


class HalvingSearch(SearchInRounds):
    """Mixin for successive halving.

    Parameters
    ----------
    factor : float, default=3
        One of so many candidates goes on to the next round, which has so many times
        the resources.

    resource : str, default="n_samples"
        What there is more of from round to round: samples, or a parameter of the
        estimator that is an int, ``"max_epochs"``, say. Each round begins anew, as in
        scikit-learn.

    max_resources : int or "auto", default="auto"
        How much of it there may be for a candidate; "auto" stands for all samples.

    min_resources : int, "smallest" or "exhaust", default="exhaust"
        How much of it there is in the first round: "exhaust" gives the last round as
        much as there may be, or nearly, "smallest" the first one as little as can be.

    aggressive_elimination : bool, default=False
        Whether more candidates go in the first rounds, which then have the same
        resources, where these are too few for all to go one by one.

    scoring : str or callable, default=None
        A scorer; None means `score` of the estimator.

    refit : bool, default=True
        Whether to fit the best candidate of the last round on all data in the end.

    cv : int, splitter or iterable, default=5
        The folds: an int makes stratified ones. Those of a splitter must be the same
        whenever it is asked.

    return_train_score : bool, default=True
        Whether `cv_results_` has scores on the training samples, too.

    Attributes
    ----------
    n_resources_ : list of int
        How much of the resource a candidate had, round by round.

    n_candidates_ : list of int
        How many candidates there were, round by round.

    n_remaining_candidates_ : int
        How many are left after the last round.

    max_resources_, min_resources_ : int
        The most and the least of the resource.

    n_iterations_ : int
        How many rounds there were.

    n_possible_iterations_ : int
        How many rounds the resources suffice for.

    n_required_iterations_ : int
        How many rounds it takes until less than `factor` candidates are left.
    """

    resource: str

    def _with_hands_out(self, cells, left):
        known = ["n_samples", *self.estimator.get_params()]
        if self.resource not in known:  # scikit-learn would name what is handed out
            hint = did_you_mean(self.resource, known)
            kind = type(self.estimator).__name__
            raise ValueError(
                f"resource={shown(self.resource)} is neither 'n_samples' nor a"
                f" parameter of {kind}{';' if hint else '.'}{hint}"
            )
        return super()._with_hands_out(cells, left)


class BatchedHalvingGridSearchCV(HalvingSearch, HalvingGridSearchCV):
    """Successive halving over a grid; the networks of each round train together.

    It is scikit-learn's :class:`~sklearn.model_selection.HalvingGridSearchCV`, which is
    experimental, with the same parameters, rounds, attributes and table of results, and
    with next to the same scores, in a fraction of the time where networks are small.
    With ``resource="max_epochs"`` most candidates train for a few epochs only. What
    trains together, and what alone, is told by :class:`~sknoisy.BatchedGridSearchCV`.

    See Also
    --------
    BatchedGridSearchCV : All candidates with all epochs and samples.
    BatchedHalvingRandomSearchCV : The same for candidates that are drawn.

    References
    ----------
    .. [1] K. Jamieson, A. Talwalkar: "Non-stochastic best arm identification and
       hyperparameter optimization", AISTATS 2016.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy import BatchedHalvingGridSearchCV, NoisyLabelClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> search = BatchedHalvingGridSearchCV(
    ...     NoisyLabelClassifier(module__hidden=16, random_state=0),
    ...     {"loss": ["ce", "gce", "mae"], "lr": [1e-4, 1e-3, 1e-2]},
    ...     resource="max_epochs",
    ...     max_resources=27,
    ... ).fit(X, y)
    >>> search.n_candidates_, search.n_resources_
    ([9, 3, 1], [3, 9, 27])
    """

    _kind = HalvingGridSearchCV


class BatchedHalvingRandomSearchCV(HalvingSearch, HalvingRandomSearchCV):
    """Successive halving over candidates that are drawn; each round trains together.

    It is scikit-learn's :class:`~sklearn.model_selection.HalvingRandomSearchCV`, which
    is experimental, with the same parameters, candidates, rounds, attributes and table
    of results, and with next to the same scores, in a fraction of the time where
    networks are small. What trains together, and what alone, is told by
    :class:`~sknoisy.BatchedGridSearchCV`.

    Parameters
    ----------
    n_candidates : int or "exhaust", default="exhaust"
        How many candidates to draw; "exhaust" draws as many as it takes for the last
        round to have as much of the resource as there may be.

    min_resources : int or "smallest", default="smallest"
        How much of the resource there is in the first round; "exhaust", too, where
        `n_candidates` is a number.

    See Also
    --------
    BatchedHalvingGridSearchCV : The same for a grid.
    BatchedRandomizedSearchCV : All candidates with all epochs and samples.

    References
    ----------
    .. [1] K. Jamieson, A. Talwalkar: "Non-stochastic best arm identification and
       hyperparameter optimization", AISTATS 2016.

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy import BatchedHalvingRandomSearchCV, NoisyLabelClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> search = BatchedHalvingRandomSearchCV(
    ...     NoisyLabelClassifier(module__hidden=16, random_state=0),
    ...     {"loss": ["ce", "gce", "mae"], "lr": loguniform(1e-4, 1e-2)},
    ...     n_candidates=9,
    ...     resource="max_epochs",
    ...     max_resources=27,
    ...     min_resources="exhaust",
    ...     random_state=0,
    ... ).fit(X, y)
    >>> search.n_candidates_, search.n_resources_
    ([9, 3, 1], [3, 9, 27])
    """

    _kind = HalvingRandomSearchCV
