"""A scorer that looks at clean labels, which reach it beside the noisy ones."""

from collections.abc import Callable
from typing import Any

from sklearn.metrics import get_scorer
from sklearn.utils.metadata_routing import MetadataRequest, get_routing_for_object

__all__ = ["clean_scorer"]


def clean_scorer(scoring: str | Callable[..., Any] = "accuracy") -> Callable[..., Any]:
    """Make a scorer that compares predictions with clean labels, not with `y`.

    In a search that is fitted on noisy labels it reports, beside the noisy score, how
    good each candidate really is. Select by the noisy score: clean labels of the
    training data are what one doesn't have outside of an experiment.

    Parameters
    ----------
    scoring : str or callable, default="accuracy"
        A name that scikit-learn knows, or a scorer ``(estimator, X, y) -> float``.

    Returns
    -------
    scorer : callable
        ``scorer(estimator, X, y, y_clean=...)``; it doesn't look at `y`. Where
        scikit-learn routes metadata it asks for ``y_clean``, and for what `scoring`
        asks for itself.

    Raises
    ------
    ValueError
        If scikit-learn knows no scorer of that name; or, when called, if no clean
        labels have reached it.

    See Also
    --------
    noisy_cross_validate : Both scores of one estimator, without metadata routing.

    Notes
    -----
    Searches and cross-validation cut ``y_clean`` into the same folds as `y` and hand
    it on only with ``sklearn.set_config(enable_metadata_routing=True)``; that is then
    true in their worker processes, too. Their folds should be shuffled: where rows
    are sorted by class, those of one given label are mostly wrong ones at first, and
    unshuffled folds, stratified by noisy labels, are made of them.

    Examples
    --------
    >>> from sklearn import config_context
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV, StratifiedKFold
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sknoisy.model_selection import clean_scorer
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_iris(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.3, random_state=0).fit_corrupt(y)
    >>> search = GridSearchCV(
    ...     KNeighborsClassifier(),
    ...     {"n_neighbors": [1, 25]},
    ...     scoring={"noisy": "accuracy", "clean": clean_scorer()},
    ...     refit="noisy",
    ...     cv=StratifiedKFold(5, shuffle=True, random_state=0),
    ... )
    >>> with config_context(enable_metadata_routing=True):
    ...     search = search.fit(X, y_noisy, y_clean=y)
    >>> search.best_params_
    {'n_neighbors': 25}
    >>> bool(search.cv_results_["mean_test_clean"][search.best_index_] > 0.9)
    True
    """
    return _CleanScorer(get_scorer(scoring))


class _CleanScorer:
    """What `clean_scorer` makes: a class, so that it can be sent to processes."""

    def __init__(self, scorer):
        self.scorer = scorer

    def __call__(self, estimator, X, y=None, *, y_clean=None, **params):
        if y_clean is None:
            raise ValueError(
                "clean_scorer got no clean labels: pass y_clean=... beside y, and"
                " sklearn.set_config(enable_metadata_routing=True) before, without"
                " which scikit-learn doesn't hand them on. noisy_cross_validate needs"
                " no such setting."
            )
        return self.scorer(estimator, X, y_clean, **params)

    def get_metadata_routing(self):
        """Ask for ``y_clean``, and for what the inner scorer asks for."""
        request = MetadataRequest(owner=self)
        inner = get_routing_for_object(self.scorer)
        for param, alias in inner.score.requests.items():
            request.score.add_request(param=param, alias=alias)
        request.score.add_request(param="y_clean", alias=True)
        return request

    def __repr__(self):
        return f"clean_scorer({self.scorer!r})"
