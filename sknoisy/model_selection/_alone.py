"""What is said of fits that don't train together with others."""

import sys
import warnings
from collections import Counter
from types import FrameType

from sknoisy.exceptions import TrainsAloneWarning


def warn_of_fits_alone(cells, *, stacklevel=3):
    """Tell once of all fits that train alone, and why; nothing where none does.

    Those with an error of their own aren't told of: their fit does.

    Parameters
    ----------
    cells : list of Cell
        All fits of a search, after `rehearse`.

    stacklevel : int, default=3
        Whose line it is: 3 is that of the caller's caller.
    """
    reasons = Counter(
        cell.why
        for cell in cells
        if cell.why is not None and not cell.trained and cell.kept is None
    )
    if not reasons:
        return
    told = "; ".join(f"{why} ({counted})" for why, counted in reasons.most_common())
    n_alone = reasons.total()
    warnings.warn(
        f"{n_alone} of {len(cells)} fits don't train together with others, but one"
        f" after another, as in GridSearchCV. Why (fits): {told}. Scores are the same;"
        " only time is lost.",
        TrainsAloneWarning,
        stacklevel=stacklevel,
    )


def levels_to(frame):
    """Return the `stacklevel` of who called `frame`, for a warning by the caller."""
    here: FrameType | None = sys._getframe(1)
    n_levels = 2
    while here is not None and here is not frame:
        here, n_levels = here.f_back, n_levels + 1
    return n_levels
