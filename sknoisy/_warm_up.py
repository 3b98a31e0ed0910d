"""How many epochs a method warms up, and what to say if nothing is left after them."""

import math
import warnings

from sknoisy._checks import check_choice
from sknoisy._ranges import check_count

# steps, before which networks have learned too little to judge a label: heads on a
# frozen backbone call most labels wrong after 50 of them
ENOUGH_STEPS = 100


def default_warm_up(n_epochs, n_steps=None):
    """Return how many epochs a method warms up where nobody says: a quarter.

    In a training of few steps it takes longer, as `epochs_to_learn` has it.
    """
    return max(1, round(n_epochs / 4), epochs_to_learn(n_epochs, n_steps))


def epochs_to_learn(n_epochs, n_steps):
    """Return in how many epochs of a short training no label is to be judged.

    Those of the first `ENOUGH_STEPS` steps; but the last epoch is the method's. A
    training of four times as many is long enough to get over wrong judgements.

    Parameters
    ----------
    n_epochs : int

    n_steps : int or None
        How many steps the optimizer takes in all epochs; None if that isn't known.
    """
    if not n_steps or n_steps >= 4 * ENOUGH_STEPS:
        return 0
    return min(math.ceil(ENOUGH_STEPS * n_epochs / n_steps), n_epochs - 1)


def check_warm_up(warm_up_epochs, n_epochs, n_steps=None, *, idle="warn"):
    """Return how many epochs a method warms up: a whole number, or the default, "auto".

    `idle` says what to do where none is left to the method: "warn", "raise" or
    "ignore".
    """
    if isinstance(warm_up_epochs, str):
        check_choice(warm_up_epochs, ("auto",), "warm_up_epochs")
        return default_warm_up(n_epochs, n_steps)
    check_count(0, warm_up_epochs=warm_up_epochs)
    if warm_up_epochs >= n_epochs and idle != "ignore":
        message = never_begins("warm_up_epochs", warm_up_epochs, n_epochs)
        if idle == "raise":
            raise ValueError(message)
        warnings.warn(message, UserWarning, stacklevel=2)
    return int(warm_up_epochs)


def never_begins(name, value, n_epochs):
    """Return what there is to say if a parameter leaves no epoch to the method."""
    return (
        f"{name}={value} leaves none of {n_epochs} epochs to the method itself: lower"
        " it, or raise max_epochs."
    )
