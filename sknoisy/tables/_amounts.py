"""What stands around numbers: units, thousands as a letter, bounds; times of day."""

import re
from collections import Counter

__all__ = ["SCALES", "TIME", "common_unit", "seconds", "without_bounds"]

# a letter for thousands and more, as in 1.2K and 3M
SCALES = {"k": 1e3, "K": 1e3, "M": 1e6, "Mio": 1e6, "bn": 1e9, "B": 1e9}
TIME = re.compile(
    r"([-+]?\d{1,4}):([0-5]\d)(?::([0-5]\d(?:[.,]\d+)?))?(?: ?([AaPp])\.?[Mm]\.?)?"
)
UNIT = re.compile(
    r"[\d.]\s*((?:[^\W\d_]{1,6}|°\s?[CFK]?|[%‰\"″′'])[²³]?(?:/[^\W\d_]{1,5}[²³]?)?\.?)"
)
BOUND = re.compile(r"[<>≤≥~≈]=?\s*(?=[-+]?[\d.,])")
MOST_BOUNDS = 0.5  # share of cells; where more are ranges, they are categories


def common_unit(plain, counts, share):
    """Return the unit that nearly all numbers are written with, or "".

    Parameters
    ----------
    plain : dict of str to str
        By cell, the cell without currency and the like.

    counts : dict of str to int
        How often each cell is there.

    share : float
        Of the cells that must have the unit.
    """
    units: Counter = Counter()
    for word, core in plain.items():
        found = re.fullmatch(rf"[-+]?[\d.,]*{UNIT.pattern}", core)
        if found:
            units[found[1]] += counts[word]
    unit, n = max(units.items(), key=lambda pair: pair[1], default=("", 0))
    total = sum(counts[word] for word in plain)
    return unit if n >= share * total and unit not in SCALES else ""


def without_bounds(plain, counts, force):
    """Return `<0.5`, less than can be measured, as 0.5, where most are numbers."""
    bounded = [word for word, core in plain.items() if BOUND.match(core)]
    n = sum(counts[word] for word in bounded)
    if not n or (not force and n > MOST_BOUNDS * sum(counts[w] for w in plain)):
        return plain
    return plain | {word: BOUND.sub("", plain[word], count=1) for word in bounded}


def seconds(core):
    """Return a time of day, or how long something took, as seconds."""
    ((hours, minutes, rest, half),) = TIME.findall(core)
    sign = -1 if hours.startswith("-") else 1
    hours = abs(int(hours))
    if half:
        hours = hours % 12 + 12 * (half in "Pp")
    of_minute = float((rest or "0").replace(",", "."))
    return float(sign * (3600 * hours + 60 * int(minutes) + of_minute))
