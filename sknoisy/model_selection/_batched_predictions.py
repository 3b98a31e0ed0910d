"""Out-of-fold predictions of networks that train together."""

from collections import deque
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.model_selection import cross_val_predict
from sklearn.utils import indexable

from sknoisy._arrays import numpy_inside
from sknoisy._data_types import ArrayLike, Estimator, Folds, MatrixLike
from sknoisy._folds import make_folds
from sknoisy._labels import is_soft, read_labels
from sknoisy.model_selection._alone import warn_of_fits_alone
from sknoisy.model_selection._rehearsal import HandsOut, in_this_process, rehearse

__all__ = ["batched_cross_val_predict"]


def batched_cross_val_predict(
    estimator: Estimator,
    X: MatrixLike,
    y: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    cv: Folds | None = None,
    n_jobs: int | None = None,
    verbose: int = 0,
    params: dict[str, Any] | None = None,
    pre_dispatch: int | str = "2*n_jobs",
    method: str = "predict_proba",
) -> np.ndarray:
    """Predict each sample by a network that hasn't seen it; all folds train together.

    As :func:`sklearn.model_selection.cross_val_predict`, with next to the same result
    in a fraction of the time, where networks are small. Such probabilities are what
    most ways to find wrong labels start from.

    Parameters
    ----------
    estimator : NoisyLabelClassifier, or Pipeline that ends with one
        Any other estimator is fitted fold by fold. See
        :class:`~sknoisy.BatchedGridSearchCV` for what trains together.

    X : array-like, sparse matrix or dataframe with n_samples rows
        The samples.

    y : array-like of shape (n_samples,) or (n_samples, n_classes)
        The given labels; or how probable each class is.

    groups : array-like of shape (n_samples,), default=None
        What belongs together, for splitters that keep groups together; an int does.

    cv : int, splitter or iterable, default=None
        The folds: an int, or None for five, makes stratified ones. Every sample must
        be in one test part. Where rows are sorted by class, pass a splitter that
        shuffles.

    n_jobs : int, default=None
        How many folds that don't train together to fit at a time, in processes.

    verbose : int, default=0
        With 1 or more, a progress bar for what trains together.

    params : dict, default=None
        Parameters for `fit`, such as ``{"sample_weight": weight}``. Those with one
        value per sample are cut into folds.

    pre_dispatch : int or str, default="2*n_jobs"
        How many fits to send to processes in advance.

    method : {"predict_proba", "predict_log_proba", "predict"}, default="predict_proba"
        What to predict.

    Returns
    -------
    predictions : ndarray of shape (n_samples, n_classes) or (n_samples,)
        In the order of X; columns in the order of the sorted classes.

    See Also
    --------
    BatchedGridSearchCV : The same for a whole search.
    sknoisy.quality : What such probabilities tell of labels.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy import NoisyLabelClassifier
    >>> from sknoisy.model_selection import batched_cross_val_predict
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = NoisyLabelClassifier(
    ...     module__hidden=16, max_epochs=100, lr=0.05, random_state=0
    ... )
    >>> proba = batched_cross_val_predict(clf, X, y, cv=3)
    >>> proba.shape
    (150, 3)
    >>> bool((proba.argmax(axis=1) == y).mean() > 0.9)
    True
    """
    options = {"n_jobs": n_jobs, "pre_dispatch": pre_dispatch, "verbose": verbose}
    return _predict(estimator, X, y, groups, cv, method, params, options)


@numpy_inside(returns="X")
def _predict(estimator, X, y, groups, cv, method, params, options):
    X, y, groups = indexable(X, y, groups)
    classes, labels = None, y
    if method != "predict" and not is_soft(
        y
    ):  # columns are codes, whatever classes a fold has seen
        _, classes, y = read_labels(y, getattr(estimator, "unlabeled", "auto"))
        if (y < 0).any():
            raise ValueError(
                f"{(y < 0).sum()} samples of y have no label, and codes of the others"
                " are what every fold learns: drop those samples, or take"
                " method='predict'."
            )
    splits = make_folds(
        cv,
        y,
        groups,
        X=X,
        shuffle=False,
        stratified=is_classifier(estimator) and not is_soft(y),
        apart=False,
    )
    cells = rehearse(estimator, [{}], splits, X, labels, params or {}, **options)
    warn_of_fits_alone(cells, stacklevel=5)
    if any(cell.trained for cell in cells):
        stand_in = HandsOut(estimator, deque(cells), classes)
        with in_this_process():
            return cross_val_predict(stand_in, X, y, cv=splits, method=method, n_jobs=1)
    options |= {"params": params}
    return cross_val_predict(estimator, X, y, cv=splits, method=method, **options)
