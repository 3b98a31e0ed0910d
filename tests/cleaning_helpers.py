"""Data and a detector for the tests of cleaning."""

import numpy as np
from sklearn.datasets import make_blobs

from sknoisy.detectors import NeighborConsensus
from sknoisy.noise import SymmetricNoise

QUICK = NeighborConsensus()


def insects():
    """Return features and names of three kinds that are far apart."""
    centers = [[0, 0], [5, 0], [0, 5]]
    X, y = make_blobs(n_samples=150, centers=centers, random_state=0)
    return X, np.array(["ant", "bee", "cat"])[y]


def spoilt(y):
    """Return labels of which about 30 % are wrong."""
    return SymmetricNoise(0.3, random_state=0).fit_corrupt(y)
