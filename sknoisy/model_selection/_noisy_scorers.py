"""Scorers that see given labels only, and rank models by what they are on true ones."""

from collections.abc import Callable
from typing import Any

from sklearn.metrics import make_scorer

from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike, Estimator, Label
from sknoisy._ranges import check_range
from sknoisy._told import told_as_in
from sknoisy.metrics import (
    corrected_accuracy,
    corrected_balanced_accuracy,
    corrected_f1,
    peer_accuracy,
)
from sknoisy.model_selection._scorers import CorrectedScorer, ForwardScorer, noise_of

__all__ = [
    "corrected_accuracy_scorer",
    "corrected_balanced_accuracy_scorer",
    "corrected_f1_scorer",
    "forward_log_likelihood_scorer",
    "peer_accuracy_scorer",
]

# a matrix, what has one, a name, or what finds one
Transition = ArrayLike | Estimator | str | Callable[..., Any]


def corrected_accuracy_scorer(
    transition: Transition,
    *,
    labels: ArrayLike | None = None,
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
    corrected_balanced_accuracy_scorer, corrected_f1_scorer : For rare classes.
    peer_accuracy_scorer : Needs no matrix.
    clean_scorer : Reports what the choice is worth, where true labels are known.

    Notes
    -----
    With a matrix, or with what was fitted and has one, it also chooses the threshold of
    scikit-learn's ``TunedThresholdClassifierCV``.

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
    return CorrectedScorer(corrected_accuracy, *noise_of(transition, labels))


@told_as_in(corrected_accuracy_scorer)
def corrected_balanced_accuracy_scorer(
    transition: Transition,
    *,
    labels: ArrayLike | None = None,
) -> Callable[..., Any]:
    """Make a scorer of balanced accuracy on true labels, through the matrix.

    For rare classes, and for the threshold that
    :class:`~sklearn.model_selection.TunedThresholdClassifierCV` looks for.

    Parameters
    ----------
    transition : array-like of shape (n_classes, n_classes), estimator, str or callable
        As of :func:`corrected_accuracy_scorer`. A threshold is tuned by a matrix, or by
        what was fitted and has one.

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
    sknoisy.metrics.corrected_balanced_accuracy : The formula.
    corrected_accuracy_scorer : Where all mistakes count alike.

    Examples
    --------
    A tenth of the samples are positive, and half of these are labelled negative:

    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.metrics import balanced_accuracy_score
    >>> from sklearn.model_selection import TunedThresholdClassifierCV
    >>> from sknoisy.model_selection import corrected_balanced_accuracy_scorer
    >>> from sknoisy.noise import ClassConditionalNoise
    >>> X, y = make_classification(1000, weights=[0.9], flip_y=0, random_state=0)
    >>> transition = [[1, 0], [0.5, 0.5]]
    >>> noise = ClassConditionalNoise(transition, random_state=0)
    >>> y_noisy = noise.fit_corrupt(y)
    >>> plain = LogisticRegression().fit(X, y_noisy)
    >>> print(round(balanced_accuracy_score(y, plain.predict(X)), 2))
    0.63
    >>> tuned = TunedThresholdClassifierCV(
    ...     LogisticRegression(), scoring=corrected_balanced_accuracy_scorer(transition)
    ... ).fit(X, y_noisy)
    >>> bool(balanced_accuracy_score(y, tuned.predict(X)) > 0.85)
    True
    """
    return CorrectedScorer(corrected_balanced_accuracy, *noise_of(transition, labels))


@told_as_in(corrected_balanced_accuracy_scorer, corrected_f1)
def corrected_f1_scorer(
    transition: Transition,
    *,
    pos_label: Label = None,
    labels: ArrayLike | None = None,
) -> Callable[..., Any]:
    """Make a scorer of F1 on true labels, estimated through the matrix.

    Returns
    -------
    scorer : callable
        ``scorer(estimator, X, y) -> float``, for given labels `y`.

    Raises
    ------
    ValueError
        If the matrix isn't one, or a name isn't known; when called, if the matrix has
        no inverse, or doesn't fit the classes, or `pos_label` is none of them.

    See Also
    --------
    sknoisy.metrics.corrected_f1 : The formula.
    corrected_balanced_accuracy_scorer : Doesn't depend on how rare a class is.

    Examples
    --------
    >>> from sknoisy.model_selection import corrected_f1_scorer
    >>> corrected_f1_scorer([[0.9, 0.1], [0.3, 0.7]], pos_label=1)
    corrected_f1_scorer(<2 × 2 matrix>)
    """
    transition, labels = noise_of(transition, labels)
    return CorrectedScorer(corrected_f1, transition, labels, pos_label=pos_label)


@told_as_in(corrected_accuracy_scorer)
def forward_log_likelihood_scorer(
    transition: Transition = "likelihood",
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
    transition, labels = noise_of(transition, labels)
    return ForwardScorer(transition, labels, response_method)


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
