"""Transition matrices: what becomes of a label, written down class by class."""

import numbers
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from sknoisy._checks import check_rate, check_transition
from sknoisy._data_types import ArrayLike
from sknoisy._ranges import check_count
from sknoisy._registry import lookup
from sknoisy._shown import shown

__all__ = [
    "NOISE_MATRICES",
    "class_map_transition",
    "noise_transition_matrix",
    "pair_flip_transition",
    "sparse_transition",
    "symmetric_transition",
    "uniform_transition",
]


def symmetric_transition(
    n_classes: int, rate: float, *, inclusive: bool = False
) -> np.ndarray:
    """Transition matrix of noise that picks every other class with equal chance.

    Parameters
    ----------
    n_classes : int
        Number of classes, at least 2.

    rate : float in [0, 1]
        Chance that a label is replaced. It never lands on the label it replaces,
        so `rate` is the share of wrong labels, unless `inclusive`.

    inclusive : bool, default=False
        Whether a replaced label may land on itself. The share of wrong labels is
        then only ``rate * (n_classes - 1) / n_classes``: 72 % for 10 classes at
        ``rate=0.8``. Papers use both conventions under one name.

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    See Also
    --------
    SymmetricNoise : The noise model that draws from this matrix.

    References
    ----------
    .. [1] Patrini et al., "Making Deep Neural Networks Robust to Label Noise: A
       Loss Correction Approach", CVPR 2017.

    Examples
    --------
    >>> from sknoisy.noise import symmetric_transition
    >>> symmetric_transition(3, rate=0.5)
    array([[0.5 , 0.25, 0.25],
           [0.25, 0.5 , 0.25],
           [0.25, 0.25, 0.5 ]])
    """
    n_classes, rate = _check_n_classes(n_classes), check_rate(rate)
    if inclusive:
        return (1 - rate) * np.eye(n_classes) + rate / n_classes
    transition = np.full((n_classes, n_classes), rate / (n_classes - 1))
    np.fill_diagonal(transition, 1 - rate)
    return transition


def pair_flip_transition(n_classes: int, rate: float) -> np.ndarray:
    """Transition matrix of noise that moves each class to the next, the last to 0.

    Parameters
    ----------
    n_classes : int
        Number of classes, at least 2.

    rate : float in [0, 1]
        Chance that a label moves on, the share of wrong labels.

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    See Also
    --------
    PairFlipNoise : The noise model that draws from this matrix.

    References
    ----------
    .. [1] Han et al., "Co-teaching: Robust Training of Deep Neural Networks with
       Extremely Noisy Labels", NeurIPS 2018.

    Examples
    --------
    >>> from sknoisy.noise import pair_flip_transition
    >>> pair_flip_transition(3, rate=0.25)
    array([[0.75, 0.25, 0.  ],
           [0.  , 0.75, 0.25],
           [0.25, 0.  , 0.75]])
    """
    n_classes, rate = _check_n_classes(n_classes), check_rate(rate)
    return (1 - rate) * np.eye(n_classes) + rate * np.roll(np.eye(n_classes), 1, axis=1)


def class_map_transition(
    n_classes: int, mapping: Mapping[int, int], rate: float
) -> np.ndarray:
    """Transition matrix of noise that follows a map from class to class.

    Parameters
    ----------
    n_classes : int
        Number of classes, at least 2.

    mapping : dict of int to int
        Where the labels of a class go; classes that it doesn't name stay clean.
        ``MNIST_MAP`` and ``CIFAR10_MAP`` hold the two that papers use.

    rate : float in [0, 1]
        Chance that a label of a mapped class moves. The share of wrong labels is
        lower where classes stay clean: about ``rate / 2`` for the two maps above.

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    See Also
    --------
    ClassMapNoise : The noise model, with a mapping between the labels themselves.

    References
    ----------
    .. [1] Patrini et al., "Making Deep Neural Networks Robust to Label Noise: A
       Loss Correction Approach", CVPR 2017.

    Examples
    --------
    >>> from sknoisy.noise import class_map_transition
    >>> class_map_transition(3, {2: 0}, rate=0.5)
    array([[1. , 0. , 0. ],
           [0. , 1. , 0. ],
           [0.5, 0. , 0.5]])
    """
    n_classes, rate = _check_n_classes(n_classes), check_rate(rate)
    transition = np.eye(n_classes)
    if not isinstance(mapping, Mapping):
        raise TypeError(
            f"mapping={shown(mapping)} is no dict: pass one from class to class, such"
            " as"
            " {9: 1}."
        )
    for source, target in mapping.items():
        _check_class_pair(source, target, n_classes, "mapping")
        transition[source, source] = 1 - rate
        transition[source, target] = rate
    return transition


def sparse_transition(
    n_classes: int, pairs: Sequence[tuple[int, int]], rates: tuple[float, float]
) -> np.ndarray:
    """Transition matrix of noise within pairs of classes, with a rate each way.

    With a forward rate above one half, the first class of each pair is no longer
    the most frequent true class behind any label: the "Sparse, High" matrices of [1]_
    are built so, and every method that trusts the majority gets those classes wrong.

    Parameters
    ----------
    n_classes : int
        Number of classes, at least 2.

    pairs : list of (int, int)
        Disjoint pairs of classes (a, b); classes in no pair stay clean.
        ``MNIST_SPARSE_PAIRS`` and ``CIFAR10_SPARSE_PAIRS`` hold those of [1]_.

    rates : (float, float)
        Chance that a label a becomes b, and that a label b becomes a.

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    References
    ----------
    .. [1] Wei & Liu, "When Optimizing f-divergence is Robust with Label Noise",
       ICLR 2021. Their released MNIST and Fashion-MNIST labels have the rates
       (0.3, 0.2) for "Low" and (0.7, 0.2) for "High"; CIFAR-10 (0.3, 0.1) and
       (0.6, 0.2).

    Examples
    --------
    >>> from sknoisy.noise import sparse_transition
    >>> sparse_transition(3, [(0, 2)], rates=(0.75, 0.25))
    array([[0.25, 0.  , 0.75],
           [0.  , 1.  , 0.  ],
           [0.25, 0.  , 0.75]])
    """
    n_classes = _check_n_classes(n_classes)
    forward, backward = _check_rates(rates, 2, "one for each way of a pair")
    pairs = _check_pairs(pairs)
    there, back = dict(pairs), {b: a for a, b in pairs}
    if len({*there, *back}) < 2 * len(pairs):
        raise ValueError(
            f"pairs={shown(pairs)} names a class twice: give every class at most one"
            " partner, or build the matrix by hand and use ClassConditionalNoise."
        )
    return (
        class_map_transition(n_classes, there, forward)
        + class_map_transition(n_classes, back, backward)
        - np.eye(n_classes)
    )


def uniform_transition(n_classes: int, rates: ArrayLike) -> np.ndarray:
    """Transition matrix whose off-diagonal chances depend on the given label alone.

    Parameters
    ----------
    n_classes : int
        Number of classes, at least 2.

    rates : array-like of shape (n_classes,)
        ``rates[j]`` is the chance that a label of any other class becomes j.
        ``UNIFORM_LOW`` and ``UNIFORM_HIGH`` hold those of [1]_ for MNIST and
        Fashion-MNIST.

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    References
    ----------
    .. [1] Wei & Liu, "When Optimizing f-divergence is Robust with Label Noise",
       ICLR 2021.

    Examples
    --------
    >>> from sknoisy.noise import uniform_transition
    >>> uniform_transition(3, rates=[0.25, 0.125, 0.125])
    array([[0.75 , 0.125, 0.125],
           [0.25 , 0.625, 0.125],
           [0.25 , 0.125, 0.625]])
    """
    n_classes = _check_n_classes(n_classes)
    rates = _check_rates(
        rates, n_classes, "one for every class that a label can become"
    )
    leaving = rates.sum() - rates
    if leaving.max() > 1:
        raise ValueError(
            f"The rates of all classes but {leaving.argmax()} sum to"
            f" {leaving.max():.3g}: they are chances, so their sum can't exceed 1."
        )
    transition = np.tile(rates, (n_classes, 1))
    np.fill_diagonal(transition, 1 - leaving)
    return transition


NOISE_MATRICES = {
    "class_map": class_map_transition,
    "pair": pair_flip_transition,
    "sparse": sparse_transition,
    "symmetric": symmetric_transition,
    "uniform": uniform_transition,
}


def noise_transition_matrix(kind: str, n_classes: int, **parameters: Any) -> np.ndarray:
    """Build the transition matrix of a kind of noise, by the kind's name.

    Parameters
    ----------
    kind : {"symmetric", "pair", "class_map", "sparse", "uniform"}
        Which flips happen; see the functions below.

    n_classes : int
        Number of classes, at least 2.

    **parameters : dict
        What that kind takes: ``rate`` (and ``inclusive``) for "symmetric", ``rate``
        for "pair", ``mapping`` and ``rate`` for "class_map", ``pairs`` and ``rates``
        for "sparse", ``rates`` for "uniform".

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    See Also
    --------
    symmetric_transition : Every other class with equal chance.
    pair_flip_transition : Each class to the next.
    class_map_transition : From class to class by a map.
    sparse_transition : Within pairs of classes, with a rate each way.
    uniform_transition : Chances that depend on the given label alone.
    ClassConditionalNoise : Draws labels from any such matrix.

    Examples
    --------
    >>> from sknoisy.noise import noise_transition_matrix
    >>> noise_transition_matrix("pair", 2, rate=0.25)
    array([[0.75, 0.25],
           [0.25, 0.75]])
    """
    build = lookup(kind, NOISE_MATRICES, parameter="kind", kind="a kind of noise")
    return check_transition(build(n_classes, **parameters))


def _check_n_classes(n_classes):
    check_count(2, n_classes=n_classes)
    return n_classes


def _check_rates(rates, count, which):
    if isinstance(rates, str) or not isinstance(rates, Iterable):
        raise TypeError(f"rates={shown(rates)} must be a list of numbers, {which}.")
    rates = np.array([check_rate(rate, "rates") for rate in rates])
    if len(rates) != count:
        raise ValueError(
            f"rates holds {len(rates)} numbers, but must hold {count}, {which}."
        )
    return rates


def _check_pairs(pairs):
    try:
        return [(a, b) for a, b in pairs]
    except (TypeError, ValueError):
        raise TypeError(
            f"pairs={shown(pairs)} must be a list of pairs of classes, such as"
            " [(0, 1), (2, 3)]."
        ) from None


def _check_class_pair(source, target, n_classes, name):
    for code in (source, target):
        if not (isinstance(code, numbers.Integral) and 0 <= int(code) < n_classes):
            raise ValueError(
                f"{name} names the class {code!r}, but classes here are the numbers"
                f" 0 to {n_classes - 1}. ClassMapNoise takes labels themselves."
            )
    if source == target:
        raise ValueError(
            f"{name} sends class {source!r} to itself: leave out classes that stay"
            " clean."
        )
