"""Where the benchmarks are, and what tests of them need to write less."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.utils import Bunch

FOLDER = Path(__file__).parent.parent / "benchmarks"
needs_data = pytest.mark.skipif(
    "SKNOISY_DATA" not in os.environ, reason="SKNOISY_DATA doesn't say where data are"
)


def read_rows(path):
    """Return the rows of a CSV file, each as a dictionary of texts."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def digits_as_clothes(side=28):
    """Return digits as `fetch_fashion_mnist` gives clothes, of 28 or of 8 pixels."""
    X, y = load_digits(return_X_y=True)
    images = 15 * X.reshape(-1, 8, 8)
    if side == 28:
        images = np.pad(np.kron(images, np.ones((3, 3))), ((0, 0), (2, 2), (2, 2)))
    images = images.astype(np.uint8)
    return Bunch(X_train=images, y_train=y, X_test=images[900:], y_test=y[900:])
