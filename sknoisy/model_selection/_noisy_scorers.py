"""Scorers that see given labels only, and rank models by what they are on true ones."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.metrics import make_scorer
from sklearn.preprocessing import scale
from sklearn.utils import check_array
from sklearn.utils.metadata_routing import MetadataRequest
from sklearn.utils.validation import check_is_fitted

from sknoisy._checks import check_choice, check_transition
from sknoisy._data_types import ArrayLike
from sknoisy._labels import check_labels
from sknoisy._ranges import check_range
from sknoisy._registry import lookup
from sknoisy._rows import take
from sknoisy._shown import shown
from sknoisy._weights import check_weights
from sknoisy.metrics import corrected_accuracy, forward_log_likelihood, peer_accuracy
from sknoisy.transition import TRANSITIONS, estimate_transition

__all__ = [
    "corrected_accuracy_scorer",
    "forward_log_likelihood_scorer",
    "peer_accuracy_scorer",
]

# of a decision: where T holds zeros, a single mistake mustn't outweigh all the rest
CERTAINTY = 0.99
# scorers know no true label
BLIND = {name: how for name, how in TRANSITIONS.items() if name != "gold"}


def corrected_accuracy_scorer(
    transition: str | Callable[..., Any], *, labels: ArrayLike | None = None
) -> Callable[..., Any]:
    """Make a scorer of accuracy on true labels, estimated through the matrix.

    Parameters
    ----------
    transition : array-like of shape (n_classes, n_classes), estimator, str or callable
        What is known of the noise: ``transition[i, j]`` is P(given label = j | true
        label = i); or something that was fitted and has a ``transition_matrix_``, such
        as :class:`~sknoisy.detectors.TrueLabelPosterior`. A name of
        :data:`sknoisy.transition.TRANSITIONS` (but "gold", which wants true labels), or
        a function that takes what it needs of `pred_probs`, `labels` (codes) and
        `features` by these names, finds a matrix for each candidate in each validation
        fold: read the notes before.

    labels : array-like of shape (n_classes,), default=None
        The classes, in the order of rows and columns. None takes ``classes_`` of the
        estimator `transition`, or those that a candidate and the fold know, sorted.

    Returns
    -------
    scorer : callable
        ``scorer(estimator, X, y) -> float``, for given labels `y`.

    Raises
    ------
    ValueError
        If the matrix isn't one, or a name isn't known; when called, if the matrix has
        no inverse, or doesn't fit the classes.

    See Also
    --------
    sknoisy.metrics.corrected_accuracy : The formula.
    peer_accuracy_scorer : Needs no matrix.
    clean_scorer : Reports what the choice is worth, where true labels are known.

    Notes
    -----
    One matrix for all candidates is what makes them comparable. Estimate it once, from
    a model that is none of them, as in the example; that needs no true label.

    An estimate by name from the probabilities of the candidate itself lets it mark its
    own work: whatever it predicts wrongly counts as noise, and what is left is an
    accuracy near 1 for all. Only "hoc", which looks at standardized features, is free
    of that; with folds of a hundred rows or fewer, its matrix is a matter of chance.

    Examples
    --------
    Most of class 0 is labelled 1, so that on given labels who never says 0 looks best.

    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sknoisy.model_selection import corrected_accuracy_scorer
    >>> from sknoisy.noise import ClassConditionalNoise
    >>> transition = [[0.3, 0.7], [0.1, 0.9]]
    >>> X, y = make_blobs(500, centers=[[0, 0], [6, 0]], random_state=0)
    >>> noise = ClassConditionalNoise(transition, random_state=0)
    >>> y_noisy = noise.fit_corrupt(y)
    >>> scoring = {
    ...     "noisy": "accuracy",
    ...     "corrected": corrected_accuracy_scorer(transition),
    ... }
    >>> for refit in scoring:
    ...     search = GridSearchCV(
    ...         LogisticRegression(), {"class_weight": [None, "balanced"]},
    ...         scoring=scoring, refit=refit,
    ...     ).fit(X, y_noisy)
    ...     accuracy = (search.predict(X) == y).mean()
    ...     print(f"{refit}: {search.best_params_}, {accuracy:.1f} on true labels")
    noisy: {'class_weight': None}, 0.5 on true labels
    corrected: {'class_weight': 'balanced'}, 1.0 on true labels

    Where the matrix isn't known, and most labels of each class are right, a detector
    finds it beforehand:

    >>> from sknoisy.detectors import TrueLabelPosterior
    >>> noise = ClassConditionalNoise([[0.8, 0.2], [0.1, 0.9]], random_state=0)
    >>> detector = TrueLabelPosterior(random_state=0).fit(X, noise.fit_corrupt(y))
    >>> scorer = corrected_accuracy_scorer(detector)
    """
    return _CorrectedAccuracy(*_noise_of(transition, labels))


def forward_log_likelihood_scorer(
    transition: str | Callable[..., Any] = "likelihood",
    *,
    labels: ArrayLike | None = None,
    response_method: str = "predict_proba",
) -> Callable[..., Any]:
    """Make a scorer of the likelihood of given labels, through the matrix.

    Parameters
    ----------
    transition : array-like of shape (n_classes, n_classes), estimator, str or \
            callable, default="likelihood"
        What is known of the noise: ``transition[i, j]`` is P(given label = j | true
        label = i); or something that was fitted and has a ``transition_matrix_``, such
        as :class:`~sknoisy.detectors.TrueLabelPosterior`. A name of
        :data:`sknoisy.transition.TRANSITIONS` (but "gold", which wants true labels), or
        a function that takes what it needs of `pred_probs`, `labels` (codes) and
        `features` by these names, finds a matrix for each candidate in each validation
        fold, from its own probabilities: the candidate is then scored together with the
        noise that suits it best.

    labels : array-like of shape (n_classes,), default=None
        The classes, in the order of rows and columns. None takes ``classes_`` of the
        estimator `transition`, or those that a candidate and the fold know, sorted.

    response_method : {"predict_proba", "predict"}, default="predict_proba"
        Whether probabilities are scored, or decisions, as if 99 % certain. The first
        is for candidates whose probabilities are of *true* labels, such as
        :class:`~sknoisy.TransitionCorrectedClassifier`; those of classifiers that were
        trained on given labels as they are already hold the noise.

    Returns
    -------
    scorer : callable
        ``scorer(estimator, X, y) -> float``, for given labels `y`; greater is better.

    Raises
    ------
    ValueError
        If the matrix isn't one, or a name isn't known; when called, if the matrix
        doesn't fit the classes.

    TypeError
        When called, if probabilities are needed and the candidate has none.

    See Also
    --------
    sknoisy.metrics.forward_log_likelihood : The formula.
    corrected_accuracy_scorer : On the scale of accuracy.
    clean_scorer : Reports what the choice is worth, where true labels are known.

    Notes
    -----
    Nothing is inverted, so that it stands matrices that `corrected_accuracy_scorer`
    doesn't. With ``response_method="predict"`` and symmetric noise it ranks as accuracy
    on given labels does.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import cross_val_score
    >>> from sknoisy.model_selection import forward_log_likelihood_scorer
    >>> from sknoisy.noise import PairFlipNoise
    >>> X, y = load_iris(return_X_y=True)
    >>> y_noisy = PairFlipNoise(0.2, random_state=0).fit_corrupt(y)
    >>> scoring = forward_log_likelihood_scorer(response_method="predict")
    >>> scores = cross_val_score(
    ...     LogisticRegression(max_iter=500), X, y_noisy, scoring=scoring
    ... )
    >>> scores.shape
    (5,)
    """
    check_choice(response_method, ("predict", "predict_proba"), "response_method")
    transition, labels = _noise_of(transition, labels)
    return _ForwardLogLikelihood(transition, labels, response_method)


def peer_accuracy_scorer(*, alpha: float = 1.0) -> Callable[..., Any]:
    """Make a scorer of accuracy on given labels, less what chance brings.

    Parameters
    ----------
    alpha : float, default=1.0
        Weight of what is subtracted.

    Returns
    -------
    scorer : callable
        ``scorer(estimator, X, y) -> float``, for given labels `y`: one of
        scikit-learn's, with its manners about weights.

    Raises
    ------
    ValueError
        If `alpha` isn't a finite number.

    See Also
    --------
    sknoisy.metrics.peer_accuracy : The formula, and when it ranks as true labels do.
    corrected_accuracy_scorer : For noise of any matrix.
    clean_scorer : Reports what the choice is worth, where true labels are known.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sknoisy.model_selection import peer_accuracy_scorer
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_iris(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.3, random_state=0).fit_corrupt(y)
    >>> search = GridSearchCV(
    ...     KNeighborsClassifier(), {"n_neighbors": [1, 25]},
    ...     scoring=peer_accuracy_scorer(),
    ... )
    >>> search.fit(X, y_noisy).best_params_
    {'n_neighbors': 25}
    """
    check_range("(-inf, inf)", alpha=alpha)
    return make_scorer(peer_accuracy, alpha=alpha)


class _Scorer:
    """What factories make: a class, so that it can be sent to processes."""

    name: str
    _score: Callable[..., float]

    def __init__(self, transition, labels):
        self.transition = transition
        self.labels = labels
        self.wants_weight = None

    def __call__(self, estimator, X, y, sample_weight=None):
        y = check_labels(y)
        labels = self._labels(estimator, y)
        sample_weight = check_weights(sample_weight, len(y))
        if sample_weight is not None:  # the matrix, too, is that of who is there
            rows = np.flatnonzero(sample_weight)
            X, y = take(X, rows, len(y)), y[rows]
            sample_weight = sample_weight[rows]
        transition = self._find_transition(estimator, X, y, labels)
        known = {"labels": labels, "sample_weight": sample_weight}
        return self._score(estimator, X, y, transition, **known)

    def set_score_request(self, *, sample_weight=None):
        """Say whether a search is to hand over weights, as of scikit-learn's scorers.

        Parameters
        ----------
        sample_weight : bool, str or None, default=None
            True, False, the name that weights have in the search, or None, which makes
            it an error to pass any.

        Returns
        -------
        self : callable
            The scorer.
        """
        self.wants_weight = sample_weight
        return self

    def get_metadata_routing(self):
        """Tell scikit-learn's metadata routing what this scorer asks for.

        Returns
        -------
        routing : MetadataRequest
            The request.
        """
        routing = MetadataRequest(owner=self)
        routing.score.add_request(param="sample_weight", alias=self.wants_weight)
        return routing

    def _labels(self, estimator, y):
        if self.labels is not None:
            known = np.union1d(getattr(estimator, "classes_", y), y)
            strange = np.setdiff1d(known, self.labels)
            if strange.size:
                raise ValueError(
                    f"labels leaves out {shown(strange.tolist())}, which the"
                    " candidate or this fold knows."
                )
            return self.labels
        # a rare class may be in one part of the data only
        labels = np.union1d(getattr(estimator, "classes_", y), y)
        if isinstance(self.transition, np.ndarray) and len(self.transition) != len(
            labels
        ):
            raise ValueError(
                f"transition has {len(self.transition)} rows, but the candidate and"
                f" this fold know the classes {shown(labels.tolist())}: pass"
                " labels=..., all classes in the order of the rows."
            )
        return labels

    def _find_transition(self, estimator, X, y, labels):
        if isinstance(self.transition, np.ndarray):
            return self.transition
        known = {"labels": (labels == y[:, None]).argmax(axis=1), "features": X}
        if self.transition == "hoc":  # it can't see classes that no label names
            known |= {"n_classes": len(labels), "features": _comparable(X)}
        else:
            known["pred_probs"] = _probabilities(estimator, X, labels)
        return check_transition(
            estimate_transition(self.transition, **known), classes=labels
        )

    def __repr__(self):
        transition = repr(self.transition)
        if isinstance(self.transition, np.ndarray):
            transition = "<{} × {} matrix>".format(*self.transition.shape)
        return f"{self.name}({transition})"


class _CorrectedAccuracy(_Scorer):
    name = "corrected_accuracy_scorer"

    def _score(self, estimator, X, y, transition, **known):
        return corrected_accuracy(y, estimator.predict(X), transition, **known)


class _ForwardLogLikelihood(_Scorer):
    name = "forward_log_likelihood_scorer"

    def __init__(self, transition, labels, response_method):
        super().__init__(transition, labels)
        self.response_method = response_method

    def _score(self, estimator, X, y, transition, **known):
        respond = _decisions if self.response_method == "predict" else _probabilities
        probs = respond(estimator, X, known["labels"])
        return forward_log_likelihood(y, probs, transition, **known)


def _noise_of(transition, labels):
    """Return a checked matrix (or what finds one) and the classes, where known."""
    if hasattr(transition, "fit"):
        check_is_fitted(transition)
    if hasattr(transition, "transition_matrix_"):
        classes = getattr(transition, "classes_", None)
        labels = classes if labels is None else labels
        if transition.transition_matrix_ is None:
            raise ValueError(
                f"transition={shown(transition)} was fitted without a transition"
                " matrix: pass one that has found one, a matrix, or a name such as"
                " 'likelihood'."
            )
        transition = transition.transition_matrix_
    labels = None if labels is None else check_labels(labels)
    if labels is not None and len(np.unique(labels)) != len(labels):
        raise ValueError(f"labels={shown(labels.tolist())} names a class twice.")
    if isinstance(transition, str):
        lookup(
            transition,
            BLIND,
            parameter="transition",
            kind="an estimate",
            otherwise="a matrix, or a function that returns one",
        )
    elif not callable(transition):
        transition = check_transition(transition, classes=labels)
    return transition, labels


def _comparable(X):
    """Return features among which distances mean something: on one scale, in rows."""
    try:
        X = check_array(X, accept_sparse="csr", allow_nd=True)
    except ValueError as error:
        raise ValueError(
            f"transition='hoc' looks for neighbors among features, which must be"
            f" numbers: {error} Pass the matrix itself, or encode X before."
        ) from error
    return X if sparse.issparse(X) else scale(X.reshape(len(X), -1))


def _probabilities(estimator, X, labels):
    """Return the candidate's probabilities, in a column for each of `labels`."""
    if not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"{type(estimator).__name__} has no predict_proba: pass the transition"
            " matrix itself and, to forward_log_likelihood_scorer,"
            " response_method='predict'."
        )
    found = estimator.predict_proba(X)
    probs = np.zeros((len(found), len(labels)))
    for column, label in enumerate(estimator.classes_):
        probs[:, labels == label] = found[:, [column]]
    return probs


def _decisions(estimator, X, labels):
    """Return what the candidate predicts as probabilities, nearly certain ones."""
    decided = labels == estimator.predict(X)[:, None]
    return CERTAINTY * decided + (1 - CERTAINTY) / len(labels)
