"""What searches have in common whose candidates and folds train together."""

import inspect
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.base import is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv
from sklearn.utils import Bunch, indexable
from sklearn.utils.metadata_routing import process_routing

from sknoisy._completed import CompletedText
from sknoisy._unlabeled import unboxed
from sknoisy.model_selection._rehearsal import HandsOut

__all__ = ["BatchedSearch"]


class BatchedSearch(CompletedText):
    """Mixin for a search of scikit-learn's that has been trained before it begins.

    Parameters
    ----------
    estimator : estimator
        What to search for; a clone is fitted per candidate and fold.

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

    Attributes
    ----------
    cv_results_ : dict of ndarray
        As in scikit-learn. A network's ``fit_time`` is its share of the time in
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
    """

    estimator: Any  # these are scikit-learn's
    scoring: Any
    refit: Any
    cv: Any
    return_train_score: bool
    cv_results_: dict[str, Any]

    def _indexed(self, X, y):
        X, y = indexable(X, y)
        if isinstance(y, np.ndarray):  # scorers take no numbers in arrays of objects
            y = unboxed(y)
        return X, y

    def _splitter(self, y):
        with np.errstate(invalid="ignore"):  # infinite labels: fit complains better
            return check_cv(self.cv, y, classifier=is_classifier(self.estimator))

    def _routed_params(self, params):
        if get_config()["enable_metadata_routing"]:
            return process_routing(self, "fit", **params)
        fit = {name: value for name, value in params.items() if name != "groups"}
        split = {"groups": params.get("groups")}
        return Bunch(estimator=Bunch(fit=fit), splitter=Bunch(split=split))

    def _with_hands_out(self, cells, left):
        """Return what the inner search gets in the place of the user's own."""
        options = {
            "estimator": HandsOut(self.estimator, left),
            "scoring": self._scoring(),
            "n_jobs": 1,  # not None, which a context of joblib's may change
        }
        if callable(self.refit):  # it may look at the times
            options["refit"] = lambda results: self.refit(timed(results, cells))
        return options

    def _with_callbacks(self, search):
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
