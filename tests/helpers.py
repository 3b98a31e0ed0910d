"""What several test files need to write less."""

from contextlib import contextmanager

import numpy as np
from numpy.testing import assert_array_equal

import sknoisy


def small(**options):
    """Return a classifier that learns the fixture `table` in a moment."""
    defaults = {"max_epochs": 8, "lr": 2e-2, "random_state": 0}
    if "module" not in options:
        defaults |= {"module__dropout": 0.0, "batch_size": 64}
    return sknoisy.NoisyLabelClassifier(**{**defaults, **options})


@contextmanager
def numpy_left_alone():
    """Check that nobody draws from NumPy's global generator, nor seeds it."""
    before = np.random.get_state()
    yield
    # its numbers change once in 624 draws only, its place in them at each
    for now, then in zip(np.random.get_state(), before, strict=True):
        assert_array_equal(now, then)
