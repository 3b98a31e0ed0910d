"""Checks of hyper-parameters, cheap enough to run in every training step."""

import numbers
from functools import cache

import numpy as np

from sknoisy._shown import shown


def check_range(interval, **hyper):
    """Raise ValueError unless every value of `hyper` is a number in `interval`.

    Parameters
    ----------
    interval : str
        As a mathematician writes it, e.g. ``"(0, 1]"`` or ``"[0, inf)"``.

    **hyper : float
        The hyper-parameters, by the names that users know.
    """
    for name, value in hyper.items():
        if not _is_inside(value, interval):
            raise ValueError(
                f"{name}={shown(value)} is out of range: it must be a number in"
                f" {interval}.{_hint(value, interval)}"
            )


def check_count(least=1, **hyper):
    """Raise ValueError unless every value of `hyper` is a whole number from `least` on.

    A float isn't, not even 2.0: lists and loops can't be as long as that.
    """
    for name, value in hyper.items():
        whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        if not whole or value < least:
            raise ValueError(
                f"{name}={shown(value)} is out of range: it must be a whole number,"
                f" {least} or more."
            )


def _is_inside(value, interval):
    if isinstance(value, (bool, np.bool_)):  # a switch, whatever Python counts it for
        return False
    low, high = _bounds(interval)
    try:
        above = low <= value if interval[0] == "[" else low < value
        below = value <= high if interval[-1] == "]" else value < high
        return bool(above and below)
    except (TypeError, ValueError):  # not a number at all: a string, None, an array
        return False


def _hint(value, interval):
    """Say what a percentage is, where a share is asked for."""
    is_share = _bounds(interval) == (0, 1)
    if is_share and isinstance(value, numbers.Real) and 1 < float(value) <= 100:
        return f" {value:g} percent is {value / 100:.3g}."
    return ""


@cache
def _bounds(interval):
    low, high = interval[1:-1].split(",")
    return float(low), float(high)
