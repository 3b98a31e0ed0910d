"""Noise that depends on the true class alone."""

from collections.abc import Callable
from typing import Any

from sknoisy._checks import check_transition
from sknoisy._data_types import ArrayLike, Label, Seed
from sknoisy.noise._base import ClassNoise
from sknoisy.noise._labels import codes_of_map
from sknoisy.noise._matrices import (
    class_map_transition,
    pair_flip_transition,
    symmetric_transition,
)

__all__ = ["ClassConditionalNoise", "ClassMapNoise", "PairFlipNoise", "SymmetricNoise"]


class SymmetricNoise(ClassNoise):
    """Replace labels by any other class with equal chance.

    Parameters
    ----------
    rate : float in [0, 1], default=0.2
        Chance that a label is replaced. Beyond ``(n_classes - 1) / n_classes`` the
        true class is no longer the most frequent one behind a label.

    inclusive : bool, default=False
        Whether a replaced label may land on itself. By default it can't, and `rate`
        is the share of wrong labels; papers that draw the new label from all classes
        (DivideMix, for one) have ``rate * (n_classes - 1) / n_classes`` wrong ones.

    exact : bool, default=False
        Whether exactly ``rate * n`` of the n labels of each class flip (to the
        nearest whole number), spread over the other classes as evenly as can be.
        By default each label is drawn on its own.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label keep the mark they have, and are never flipped.

    random_state : int, RandomState instance or None, default=None
        An int makes every call give the same labels. None takes fresh entropy;
        numpy's global generator is never touched.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        P(given label | true label), a row for each true class.

    noise_mask_ : ndarray of shape (n_samples,)
        Which labels of the last `y` were changed.

    realized_rate_ : float
        Their share.

    n_features_in_ : int
        Number of features seen in fit, where there were any.

    See Also
    --------
    PairFlipNoise : Each class to the next.
    ClassMapNoise : From label to label by a map.
    NoisyTargetClassifier : Fits a classifier on noisy labels, scores it on clean ones.

    References
    ----------
    .. [1] Patrini et al., "Making Deep Neural Networks Robust to Label Noise: A
       Loss Correction Approach", CVPR 2017.

    Examples
    --------
    >>> from sknoisy.noise import SymmetricNoise
    >>> noise = SymmetricNoise(rate=0.5, exact=True, random_state=0)
    >>> y = ["cat", "cat", "dog", "dog", "emu", "emu"]
    >>> y_noisy = noise.fit_corrupt(y)
    >>> noise.realized_rate_
    0.5
    >>> [given != true for given, true in zip(y_noisy, y)] == noise.noise_mask_.tolist()
    True
    """

    def __init__(
        self,
        rate: float = 0.2,
        *,
        inclusive: bool = False,
        exact: bool = False,
        unlabeled: Label = "auto",
        random_state: Seed = None,
    ) -> None:
        self.rate = rate
        self.inclusive = inclusive
        self.exact = exact
        self.unlabeled = unlabeled
        self.random_state = random_state

    def _transition(self, n_classes):
        return symmetric_transition(n_classes, self.rate, inclusive=self.inclusive)


class PairFlipNoise(ClassNoise):
    """Move labels to the next class, those of the last class to the first.

    Parameters
    ----------
    rate : float in [0, 1], default=0.2
        Chance that a label moves on, the share of wrong labels. From 0.5 on, the
        true class is no longer the most frequent one behind a label.

    exact : bool, default=False
        Whether exactly ``rate * n`` of the n labels of each class flip (to the
        nearest whole number). By default each label is drawn on its own.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label keep the mark they have, and are never flipped.

    random_state : int, RandomState instance or None, default=None
        An int makes every call give the same labels. None takes fresh entropy;
        numpy's global generator is never touched.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted: the order in which they flip.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        P(given label | true label), a row for each true class.

    noise_mask_ : ndarray of shape (n_samples,)
        Which labels of the last `y` were changed.

    realized_rate_ : float
        Their share.

    n_features_in_ : int
        Number of features seen in fit, where there were any.

    See Also
    --------
    ClassMapNoise : From label to label by a map of your own.

    References
    ----------
    .. [1] Han et al., "Co-teaching: Robust Training of Deep Neural Networks with
       Extremely Noisy Labels", NeurIPS 2018.

    Examples
    --------
    >>> from sknoisy.noise import PairFlipNoise
    >>> PairFlipNoise(rate=1.0).fit_corrupt(["a", "b", "c", "a"])
    ['b', 'c', 'a', 'b']
    """

    def __init__(
        self,
        rate: float = 0.2,
        *,
        exact: bool = False,
        unlabeled: Label = "auto",
        random_state: Seed = None,
    ) -> None:
        self.rate = rate
        self.exact = exact
        self.unlabeled = unlabeled
        self.random_state = random_state

    def _transition(self, n_classes):
        return pair_flip_transition(n_classes, self.rate)


class ClassMapNoise(ClassNoise):
    """Move labels along a map: asymmetric noise, between classes that people confuse.

    Parameters
    ----------
    mapping : dict, default=None
        Where the labels of a class go, in your own labels: ``{"truck": "car"}``.
        Classes that it doesn't name stay clean. ``MNIST_MAP`` and ``CIFAR10_MAP``
        are those of [1]_. None moves every class to the next.

    rate : float in [0, 1], default=0.2
        Chance that a label of a mapped class moves. As long as other classes stay
        clean, the share of wrong labels is lower.

    exact : bool, default=False
        Whether exactly ``rate * n`` of the n labels of each mapped class flip (to
        the nearest whole number). By default each label is drawn on its own.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label keep the mark they have, and are never flipped.

    random_state : int, RandomState instance or None, default=None
        An int makes every call give the same labels. None takes fresh entropy;
        numpy's global generator is never touched.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        P(given label | true label), a row for each true class.

    noise_mask_ : ndarray of shape (n_samples,)
        Which labels of the last `y` were changed.

    realized_rate_ : float
        Their share, over all classes.

    n_features_in_ : int
        Number of features seen in fit, where there were any.

    See Also
    --------
    class_map_transition : The matrix behind it.

    References
    ----------
    .. [1] Patrini et al., "Making Deep Neural Networks Robust to Label Noise: A
       Loss Correction Approach", CVPR 2017.

    Examples
    --------
    >>> from sknoisy.noise import ClassMapNoise
    >>> ClassMapNoise({"truck": "car"}, rate=1.0).fit_corrupt(["bus", "car", "truck"])
    ['bus', 'car', 'car']
    """

    def __init__(
        self,
        mapping: dict[str, Any] | None = None,
        rate: float = 0.2,
        *,
        exact: bool = False,
        unlabeled: Label = "auto",
        random_state: Seed = None,
    ) -> None:
        self.mapping = mapping
        self.rate = rate
        self.exact = exact
        self.unlabeled = unlabeled
        self.random_state = random_state

    def _transition(self, n_classes):
        if self.mapping is None:
            return pair_flip_transition(n_classes, self.rate)
        mapping = codes_of_map(self.mapping, self.classes_)
        return class_map_transition(n_classes, mapping, self.rate)


class ClassConditionalNoise(ClassNoise):
    """Draw labels from any transition matrix.

    Parameters
    ----------
    transition : array-like of shape (n_classes, n_classes) or callable, default=None
        Row i holds P(given label | true label i), with classes in sorted order; or
        a function that takes the number of classes and returns such a matrix. None
        stands for symmetric noise of 20 %.

    exact : bool, default=False
        Whether the counts follow the matrix exactly: of n labels of class i,
        ``n * (1 - transition[i, i])`` flip (to the nearest whole number), and are
        split over the other classes by largest remainder, chance deciding between
        equal ones. By default each label is drawn on its own.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label keep the mark they have, and are never flipped.

    random_state : int, RandomState instance or None, default=None
        An int makes every call give the same labels. None takes fresh entropy;
        numpy's global generator is never touched.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted: the order of the matrix's rows.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        P(given label | true label), a row for each true class.

    noise_mask_ : ndarray of shape (n_samples,)
        Which labels of the last `y` were changed.

    realized_rate_ : float
        Their share.

    n_features_in_ : int
        Number of features seen in fit, where there were any.

    See Also
    --------
    noise_transition_matrix : Builds the matrices that papers use.
    AnnotatorNoise : Several labels a sample, from a matrix each.

    References
    ----------
    .. [1] Natarajan et al., "Learning with Noisy Labels", NeurIPS 2013.

    Examples
    --------
    >>> from sknoisy.noise import ClassConditionalNoise
    >>> noise = ClassConditionalNoise([[1.0, 0.0], [0.5, 0.5]], exact=True)
    >>> sorted(noise.fit_corrupt(["no", "no", "yes", "yes"]))
    ['no', 'no', 'no', 'yes']
    """

    def __init__(
        self,
        transition: ArrayLike | Callable[..., Any] | None = None,
        *,
        exact: bool = False,
        unlabeled: Label = "auto",
        random_state: Seed = None,
    ) -> None:
        self.transition = transition
        self.exact = exact
        self.unlabeled = unlabeled
        self.random_state = random_state

    def _transition(self, n_classes):
        if self.transition is None:
            return symmetric_transition(n_classes, 0.2)
        build = self.transition
        transition = build(n_classes) if callable(build) else build
        return check_transition(transition, classes=self.classes_)
