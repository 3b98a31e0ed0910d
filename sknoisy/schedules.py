"""Learning-rate schedules: pure functions from progress to a factor.

``progress`` runs from 0 (first step) to 1 (after the last); the learning rate of a step
is ``lr`` times the factor. An annealed rate is often worth as much as a robust loss: it
ends training before a network has the time to memorize what it can't generalize from.
"""

import math
from collections.abc import Callable
from typing import Any

from sknoisy._registry import lookup

__all__ = ["SCHEDULES", "constant", "cosine", "get_schedule", "linear", "one_cycle"]


def constant(progress: float) -> float:
    """Keep the learning rate: the factor is 1 throughout.

    Parameters
    ----------
    progress : float in [0, 1]
        The share of all training steps that is done.

    Returns
    -------
    factor : float

    Examples
    --------
    >>> from sknoisy.schedules import constant
    >>> constant(0.5)
    1.0
    """
    return 1.0


def linear(progress: float) -> float:
    """Let the learning rate fall to zero along a line.

    Parameters
    ----------
    progress : float in [0, 1]
        The share of all training steps that is done.

    Returns
    -------
    factor : float

    Examples
    --------
    >>> from sknoisy.schedules import linear
    >>> linear(0.25)
    0.75
    """
    return 1.0 - progress


def cosine(progress: float) -> float:
    """Let the learning rate fall to zero along half a cosine wave [1]_.

    Parameters
    ----------
    progress : float in [0, 1]
        The share of all training steps that is done.

    Returns
    -------
    factor : float

    References
    ----------
    .. [1] Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm
       Restarts", ICLR 2017, eq. 5 (one period, down to zero).

    Examples
    --------
    >>> from sknoisy.schedules import cosine
    >>> round(cosine(0.5), 3)
    0.5
    """
    return 0.5 * (1.0 + math.cos(math.pi * progress))


def one_cycle(progress: float, warm_up: float = 0.25, start: float = 0.04) -> float:
    """Raise the learning rate to its peak, then let it fall to zero [1]_.

    Both halves follow a cosine, as in PyTorch's ``OneCycleLR``; momentum isn't cycled.

    Parameters
    ----------
    progress : float in [0, 1]
        The share of all training steps that is done.

    warm_up : float in (0, 1), default=0.25
        The share of all steps in which the rate rises.

    start : float in [0, 1], default=0.04
        The factor of the first step.

    Returns
    -------
    factor : float

    References
    ----------
    .. [1] Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks
       Using Large Learning Rates", 2018.

    Examples
    --------
    >>> from sknoisy.schedules import one_cycle
    >>> [round(one_cycle(p), 2) for p in (0, 0.25, 0.625, 1)]
    [0.04, 1.0, 0.5, 0.0]
    """
    if progress < warm_up:
        return start + (1.0 - start) * (1.0 - cosine(progress / warm_up))
    return cosine((progress - warm_up) / (1.0 - warm_up))


SCHEDULES = {
    "constant": constant,
    "cosine": cosine,
    "linear": linear,
    "one_cycle": one_cycle,
}


def get_schedule(schedule: str | Callable[..., Any]) -> Callable[..., Any]:
    """Return the schedule of a name; a callable is returned as it is.

    Parameters
    ----------
    schedule : str or callable
        A key of ``SCHEDULES``, or a function from progress in [0, 1] to a factor.

    Returns
    -------
    schedule : callable

    Examples
    --------
    >>> from sknoisy.schedules import get_schedule
    >>> get_schedule("linear")(1.0)
    0.0
    """
    if isinstance(schedule, type) and hasattr(schedule, "get_last_lr"):
        raise TypeError(
            f"lr_schedule={schedule.__name__} is a scheduler of torch's: pass"
            f" callbacks=[LRScheduler({schedule.__name__!r}, …)] of skorch's and"
            " lr_schedule='constant'."
        )
    if callable(schedule):
        return schedule
    return lookup(
        schedule,
        SCHEDULES,
        parameter="lr_schedule",
        kind="a schedule",
        otherwise="a function from progress in [0, 1] to a factor",
    )
