"""Samples that belong to no class, with labels of classes."""

from collections.abc import Sequence
from numbers import Integral

import numpy as np

from sknoisy._data_types import Label, Seed
from sknoisy._ranges import check_count
from sknoisy._registry import did_you_mean
from sknoisy._shown import shown
from sknoisy.noise._base import ClassNoise

__all__ = ["OpenSetNoise"]


class OpenSetNoise(ClassNoise):
    """Give samples of no class the label of one: open-set noise [1]_.

    Some of the true labels name no class (letters among digits, a rare species, what a
    camera shows by mistake), and nobody has noticed: such samples get any class's
    label. There is no right label for them, unlike under closed-set noise, which moves
    labels from class to class. For both, corrupt what this returns by another model.

    Parameters
    ----------
    outside : int >= 1 or list of labels, default=1
        Which labels of `y` name no class. A number stands for so many of the last
        ones, in sorted order.

    exact : bool, default=False
        Whether samples of each label outside are spread over the classes as evenly as
        can be. By default each label is drawn on its own.

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
        The labels seen in fit, sorted, those outside among them.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        P(given label | true label), a row for each of `classes_`. Columns of labels
        outside are zero.

    noise_mask_ : ndarray of shape (n_samples,)
        Which samples of the last `y` belong to no class.

    realized_rate_ : float
        Their share.

    n_features_in_ : int
        Number of features seen in fit, where there were any.

    See Also
    --------
    SymmetricNoise : Labels of one class for samples of another.
    sknoisy.quality.class_membership : How surely a sample is of any class at all.

    Notes
    -----
    How many samples are outside is up to the data: put rows of another set beside your
    own and give them a label of their own. In [1]_ such rows replace others, and keep
    the labels of these, which comes to the same where classes are equally frequent.

    References
    ----------
    .. [1] Wang et al., "Iterative Learning with Open-set Noisy Labels", CVPR 2018.

    Examples
    --------
    >>> from sknoisy.noise import OpenSetNoise
    >>> noise = OpenSetNoise(["letter"], random_state=0)
    >>> y_noisy = noise.fit_corrupt(["one", "two", "letter", "two", "letter"])
    >>> noise.noise_mask_
    array([False, False,  True, False,  True])
    >>> "letter" in y_noisy
    False
    """

    def __init__(
        self,
        outside: int | Sequence[Label] = 1,
        *,
        exact: bool = False,
        unlabeled: Label = "auto",
        random_state: Seed = None,
    ) -> None:
        self.outside = outside
        self.exact = exact
        self.unlabeled = unlabeled
        self.random_state = random_state

    def _transition(self, n_classes):
        is_outside = self._find_outside(n_classes)
        inside = ~is_outside
        return np.where(is_outside[:, None], inside / inside.sum(), np.eye(n_classes))

    def _find_outside(self, n_classes):
        known, outside = self.classes_.tolist(), self.outside
        if isinstance(outside, Integral):
            check_count(outside=outside)
            is_outside = np.arange(n_classes) >= n_classes - int(outside)
        else:
            if isinstance(outside, str) or not np.iterable(outside):
                raise TypeError(
                    f"outside={shown(outside)} must be a list of labels, such as"
                    f" [{known[-1]!r}], or a number of them."
                )
            strange = [label for label in outside if label not in known]
            if strange:
                hint = did_you_mean(strange[0], map(str, known))
                raise ValueError(
                    f"outside names {shown(strange[0])}, which y doesn't contain"
                    f"{';' if hint else '.'}{hint} Its labels are: {shown(known)}."
                )
            names = set(outside)
            is_outside = np.array([label in names for label in known])
        if is_outside.all():
            raise ValueError(
                f"outside={shown(outside)} leaves no class: y holds {shown(known)}."
            )
        return is_outside
