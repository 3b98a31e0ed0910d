"""How many epochs a method warms up, and what to say if nothing is left after them."""

import warnings

from sknoisy._checks import check_choice
from sknoisy._ranges import check_count


def default_warm_up(n_epochs):
    """Return how many epochs a method warms up where nobody says: a quarter."""
    return max(1, round(n_epochs / 4))


def check_warm_up(warm_up_epochs, n_epochs, *, idle="warn"):
    """Return how many epochs a method warms up: a whole number, or a quarter if "auto".

    `idle` says what to do where none is left to the method: "warn", "raise" or
    "ignore".
    """
    if isinstance(warm_up_epochs, str):
        check_choice(warm_up_epochs, ("auto",), "warm_up_epochs")
        return default_warm_up(n_epochs)
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
