"""Checks of hyper-parameters, cheap enough to run in every training step."""

from functools import cache


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
                f"{name}={value!r} is out of range: it must be a number in {interval}."
            )


def check_count(**hyper):
    """Raise ValueError unless every value of `hyper` is a whole number from 1 on."""
    for name, value in hyper.items():
        if not _is_inside(value, "[1, inf)") or value != int(value):
            raise ValueError(
                f"{name}={value!r} is out of range: it must be a whole number, 1 or"
                " more."
            )


def _is_inside(value, interval):
    low, high = _bounds(interval)
    try:
        above = low <= value if interval[0] == "[" else low < value
        below = value <= high if interval[-1] == "]" else value < high
    except TypeError:  # not a number at all: a string, None, a list
        return False
    return above and below


@cache
def _bounds(interval):
    low, high = interval[1:-1].split(",")
    return float(low), float(high)
