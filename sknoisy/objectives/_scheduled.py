"""Objectives that change in the course of training, and the ramp that they follow."""

import warnings

from sknoisy._ranges import check_count, check_range
from sknoisy._shown import shown
from sknoisy._types import Networks, Predict
from sknoisy._warm_up import never_begins
from sknoisy.objectives._base import Objective


class ScheduledObjective(Objective):
    """An objective that knows how much of the training is done.

    Papers count epochs, hundreds of them. Here schedules are told in shares of the
    training, so that they fit one of any length.

    Parameters
    ----------
    n_epochs : int
        How many epochs are planned.

    Attributes
    ----------
    progress : float in [0, 1]
        The share of them that is done.
    """

    needs_whole_fit = True

    def __init__(self, n_epochs: int) -> None:
        super().__init__()
        check_count(n_epochs=n_epochs)
        self.n_epochs = n_epochs
        self.progress = 0.0

    def on_epoch_begin(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Look at the clock."""
        self.progress = min(1.0, epoch / self.n_epochs)


def ramp(progress, rise):
    """Return 0 before the interval `rise` of progress, 1 after it, a line within."""
    start, stop = rise
    if progress >= stop:
        return 1.0
    if progress <= start:
        return 0.0
    return (progress - start) / (stop - start)


def check_rise(rise, n_epochs):
    """Return `rise`, the interval of progress in which something grows, if it is one.

    An interval that ends where it begins is a jump. Warns if it begins after the last
    epoch.
    """
    try:
        start, stop = rise
    except (TypeError, ValueError):
        raise ValueError(
            f"rise={shown(rise)} must be a pair of shares of the training: where growth"
            " begins and where it ends, e.g. (0.2, 0.5)."
        ) from None
    check_range("[0, 1)", rise_begins=start)
    check_range("[0, 1]", rise_ends=stop)
    if stop < start:
        raise ValueError(f"rise={shown(rise)} ends before it begins: swap its numbers.")
    if start and start * n_epochs > n_epochs - 1:
        message = never_begins("rise", rise, n_epochs)
        warnings.warn(message, UserWarning, stacklevel=2)
    return start, stop
