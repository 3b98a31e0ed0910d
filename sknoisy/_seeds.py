"""Random numbers of a fit: from a seed, or from fresh entropy; never numpy's own."""

import numpy as np
from sklearn.utils import check_random_state

from sknoisy._shown import shown


def make_generator(random_state):
    """Return a ``RandomState``: fresh entropy for None, not numpy's global one."""
    if random_state is None:
        return np.random.RandomState()
    try:
        return check_random_state(random_state)
    except ValueError:
        raise ValueError(
            f"random_state={shown(random_state)} is no seed: pass an int from 0 on,"
            " a numpy RandomState, or None."
        ) from None


def draw_seed(random_state):
    """Return an int; None takes fresh entropy, and leaves numpy's generator alone."""
    return make_generator(random_state).randint(2**31 - 1)
