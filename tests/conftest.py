"""Data that several test files train on."""

import numpy as np
import pytest
from sklearn.datasets import load_digits


@pytest.fixture(scope="session")
def table():
    """Three classes that a small network tells apart, in five features."""
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=150)
    return rng.normal(size=(150, 5)) + 3 * np.eye(5)[y], y


@pytest.fixture(scope="session")
def images():
    """Three hundred digits as images."""
    X, y = load_digits(return_X_y=True)
    return X[:300].reshape(-1, 8, 8), y[:300]
