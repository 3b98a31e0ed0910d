"""Which of several fitted classifiers is best on true labels, by noisy ones."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse, vstack
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import check_array
from sklearn.utils.validation import check_consistent_length

from sknoisy._data_types import ArrayLike, Label, MatrixLike, Seed
from sknoisy._seeds import make_generator
from sknoisy.auto._noise import by_inversion, posterior
from sknoisy.auto._pool import log_probabilities, pool_weights, pooled
from sknoisy.auto._views import Views
from sknoisy.quality import true_label_posterior

__all__ = ["Choice", "choose_model"]

# of the forest that judges beside the models: with fewer trees, what T is where most
# labels are wrong depends on the seed
TREES, LEAF = 300, 5
NEIGHBORS = 15
LEAST = 1e-3


class Choice(NamedTuple):
    """What `choose_model` found.

    Parameters
    ----------
    best : key
        Of the model to take; its place, where models came as a list.

    accuracies : dict of key to float
        Estimated accuracy of each model on true labels, in the order of models.

    posterior : ndarray of shape (n_samples, n_classes)
        P(true label | features, given label) of the samples that models were judged
        on, which the accuracies are means of.

    transition : ndarray of shape (n_classes, n_classes)
        Estimated P(given label | true label); rows are true classes.

    See Also
    --------
    choose_model : Makes it.

    Examples
    --------
    >>> from sknoisy.auto import Choice
    >>> Choice("forest", {"forest": 0.8, "linear": 0.7}, None, None).best
    'forest'
    """

    best: object
    accuracies: dict
    posterior: np.ndarray
    transition: np.ndarray


def choose_model(
    models: Mapping[Label, BaseEstimator] | Sequence[BaseEstimator],
    X: MatrixLike,
    y: ArrayLike,
    *,
    X_train: MatrixLike | None = None,
    y_train: ArrayLike | None = None,
    random_state: Seed = None,
) -> Choice:
    """Choose among fitted classifiers by held-out labels of which some are wrong.

    The best on noisy labels isn't the best on true ones where mistakes have habits: it
    learned the habit, too. So models aren't compared with the given labels, but with
    what the true ones probably are, by independent judges and the given labels
    together. Their expected accuracy counts.

    Parameters
    ----------
    models : dict or list of fitted classifiers
        With ``predict_proba`` and ``classes_``; they must not have seen X and y.

    X : array-like or sparse matrix of shape (n_samples, n_features)
        Held-out features, as all models take them: numbers, NaN for gaps.

    y : array-like of shape (n_samples,)
        Given labels.

    X_train, y_train : array-like, default=None
        What models learned from. They tell nothing of the models here, but make the
        judges better.

    random_state : int, RandomState instance or None, default=None
        Seed of the forest that judges.

    Returns
    -------
    choice : Choice
        A named tuple ``(best, accuracies, posterior, transition)``.

    Raises
    ------
    ValueError
        If there is no model, there is but one class, X and y differ in length, or
        there is one of `X_train` and `y_train` without the other.

    TypeError
        If a model has no ``predict_proba``.

    See Also
    --------
    sknoisy.model_selection.corrected_accuracy_scorer : A scorer, where T is known.
    AutoNoisyClassifier : Needs no models.

    Notes
    -----
    1. A forest judges all samples out of bag, and
       :func:`~sknoisy.quality.true_label_posterior` weighs that against given labels,
       which gives P(true | x, given) and the transition matrix T.
    2. One opinion is that of the nearest samples: their mean posterior in the place
       of P(true | x), weighed against the sample's own given label through T.
    3. Two more are those of the models together: their probabilities are pooled by the
       likelihood of held-out given labels, T is divided out of the pool, and it is
       weighed in the same way; T is once that of the forest, once what the pool tells
       of it.
    4. The mean of the three is the posterior by which models are judged.

    Where most labels of a class are wrong, or it bears the labels of another one more
    often than its own, no estimate is to be relied on, nor this choice.
    ``benchmarks/choosing.py`` compares it with scorers.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sknoisy.auto import choose_model
    >>> from sknoisy.noise import PairFlipNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> y = PairFlipNoise(0.4, random_state=0).fit_corrupt(y)
    >>> X, X_valid, y, y_valid = train_test_split(X, y, random_state=0)
    >>> models = {k: KNeighborsClassifier(k).fit(X, y) for k in (1, 15)}
    >>> choice = choose_model(models, X_valid, y_valid, X_train=X, y_train=y)
    >>> choice.best
    15
    """
    models = dict(models) if isinstance(models, Mapping) else dict(enumerate(models))
    X, y, rows, labels = _checked(models, X, y, X_train, y_train)
    known = [model.classes_ for model in models.values()]
    classes, codes = np.unique(np.concatenate([labels, *known]), return_inverse=True)
    codes = codes[: len(labels)]
    seed = make_generator(random_state).randint(2**30)
    told = np.stack([_told(model, X, classes) for model in models.values()])
    dense = Views(seed).fit(rows).view(rows).dense
    judged = _judged(dense, codes, len(classes), seed)
    held_out = np.arange(len(y))
    near = _by_neighbors(dense, codes, judged, held_out)
    found = (near + sum(_by_models(told, codes[held_out], judged.transition))) / 3
    said = told.argmax(axis=2)
    expected = found[held_out, said].mean(axis=1)
    accuracies = dict(zip(models, map(float, expected), strict=True))
    best = max(accuracies, key=lambda key: accuracies[key])
    return Choice(best, accuracies, found, judged.transition)


def _checked(models, X, y, X_train, y_train):
    """Return held-out features and labels, and those of all samples, held-out first."""
    if not models:
        raise ValueError("There is no model to choose: models is empty.")
    for key, model in models.items():
        if not hasattr(model, "predict_proba"):
            raise TypeError(
                f"The model {key!r}, {type(model).__name__}, has no predict_proba:"
                " leave it out, or wrap it in scikit-learn's CalibratedClassifierCV."
            )
    if (X_train is None) != (y_train is None):
        raise ValueError("X_train and y_train belong together: pass both, or neither.")
    rows, labels = _table(X), np.asarray(y)
    check_consistent_length(rows, labels)
    if X_train is not None:
        more, more_labels = _table(X_train), np.asarray(y_train)
        check_consistent_length(more, more_labels)
        both = (rows, more)
        rows = vstack(both).tocsr() if issparse(rows) else np.concatenate(both)
        labels = np.concatenate([labels, more_labels])
    if len(np.unique(labels)) == 1:
        raise ValueError(f"There is only one class, {labels[0]!r}: nothing to choose.")
    return X, np.asarray(y), rows, labels


def _table(X):
    return check_array(X, accept_sparse="csr", ensure_all_finite="allow-nan")


def _told(model, X, classes):
    """Return probabilities of all classes, also of those that a model doesn't know."""
    told = model.predict_proba(X)
    probs = np.zeros((len(told), len(classes)))
    probs[:, np.searchsorted(classes, model.classes_)] = told
    return probs


def _judged(dense, codes, n_classes, seed):
    """Return what true labels a forest sees, out of bag."""
    forest = RandomForestClassifier(
        TREES, min_samples_leaf=LEAF, oob_score=True, random_state=seed
    )
    with np.errstate(invalid="ignore"):  # samples that every tree saw: see below
        votes = forest.fit(dense, codes).oob_decision_function_
    votes = np.nan_to_num(votes)
    votes[votes.sum(axis=1) == 0] = 1 / votes.shape[1]
    probs = np.zeros((len(codes), n_classes))
    probs[:, forest.classes_] = votes / votes.sum(axis=1, keepdims=True)
    return true_label_posterior(codes, probs)


def _by_neighbors(dense, codes, judged, some):
    k = min(NEIGHBORS, len(dense) - 1)
    index = NearestNeighbors(n_neighbors=k).fit(dense)
    near = index.kneighbors(return_distance=False)[some]  # without oneself
    s = np.maximum(judged.probabilities[near].mean(axis=1), LEAST)
    return posterior(s, codes[some], np.maximum(judged.transition, LEAST))


def _by_models(told, codes, transition):
    logs = np.stack([log_probabilities(probs) for probs in told])
    pool = pooled(logs, *pool_weights(logs, codes))
    found = true_label_posterior(codes, pool, transition=transition, max_iter=0)
    return found.probabilities, by_inversion(codes, pool).posterior
