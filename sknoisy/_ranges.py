"""Checks of hyper-parameters, cheap enough to run in every training step."""

import numbers
from functools import cache

import numpy as np

from sknoisy._registry import did_you_mean
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


def check_switch(**switches):
    """Raise ValueError unless every one of `switches` is True or False.

    0 and 1 serve as well: they are what a bool becomes in a table of parameters.
    """
    for name, value in switches.items():
        if not isinstance(value, (bool, np.bool_, int)) or value not in (0, 1):
            raise ValueError(f"{name}={shown(value)}, but must be True or False.")


def check_choice(value, choices, name):
    """Return `value` if it is one of `choices`; say which there are if it isn't."""
    if isinstance(value, str) and value in choices:
        return value
    hint = did_you_mean(value, choices)
    if name == "dtype" and "16" in str(value):  # half, by whatever name
        hint = " for layers that compute in 16 bits there is precision='bf16'."
    raise ValueError(
        f"{name}={shown(value)} is not one of {sorted(choices)}"
        f"{';' if hint else '.'}{hint}"
    )


def check_by_rules(given, *, words, switches, counts, ranges):
    """Raise ValueError unless every value of a table of parameters is what it may be.

    Parameters
    ----------
    given : dict
        Values by name; each name is in one of the rules, or in `words` and another one.

    words : dict of str to tuple of str
        Which words there are, or may be instead of what another rule says.

    switches : tuple of str

    counts : dict of str to int
        The least whole number.

    ranges : dict of str to str
        The interval.
    """
    for name, value in given.items():
        says_more = name in {*switches, *counts, *ranges}
        if name in words and (isinstance(value, str) or not says_more):
            check_choice(value, words[name], name)
        elif name in switches:
            check_switch(**{name: value})
        elif name in counts:
            check_count(counts[name], **{name: value})
        else:
            check_range(ranges[name], **{name: value})


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
