"""Fingerprints tell data apart, and see through what holds them."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_helpers import Y
from scipy.sparse import csc_array, csr_array

from sknoisy._fingerprint import difference, fingerprint


@pytest.mark.parametrize(
    "y",
    [
        list(Y),
        Y.astype(object),
        pd.Series(Y, index=range(5, -1, -1)),
        pd.Series(Y, dtype="category"),
        pl.Series(Y),
    ],
)
def test_the_container_of_labels_does_not_count(y):
    assert fingerprint(y) == fingerprint(Y)
    assert difference(fingerprint(Y), y) is None


def test_labels_count_as_their_text():
    ints = [10, 9, 2, 10]
    assert len({fingerprint(np.array(ints, dtype=d)) for d in (int, float, str)}) == 1
    assert fingerprint([True, False]) != fingerprint([1, 0])


@settings(max_examples=60, deadline=None)
@given(
    y=st.lists(st.sampled_from("abc"), min_size=2, max_size=12),
    at=st.integers(0, 11),
    label=st.sampled_from("abcd"),
)
def test_every_label_counts(y, at, label):
    other = list(y)
    other[at % len(y)] = label
    assert (fingerprint(other) == fingerprint(y)) == (other == y)
    assert difference(fingerprint(y), [*y, "a"]).startswith(f"for {len(y)} samples")


@pytest.mark.parametrize(
    "make",
    [
        np.array,
        lambda X: X.tolist(),
        lambda X: pd.DataFrame(X),
        lambda X: pl.DataFrame(X),
        lambda X: csr_array(X),
        lambda X: csc_array(X),
        lambda X: [f"text {row}" for row in X],
        lambda X: pd.DataFrame(X).assign(word=[f"text {row}" for row in X]),
        lambda X: X.reshape(-1, 2, 2),
    ],
)
def test_samples_count(make):
    X = np.arange(24.0).reshape(6, 4)
    other = X.copy()
    other[4, 1] += 1
    y = [0, 1] * 3
    found = fingerprint(y, make(X))
    assert difference(found, y, make(X.copy())) is None
    assert difference(found, y) is None
    assert difference(found, y, make(other)) == "for the labels of y, but for another X"
    assert difference(found, y, make(X[::-1])) is not None


def test_the_order_in_which_sparse_entries_are_stored_does_not_count():
    entries, row_ends = np.array([1.0, 2, 3]), [0, 2, 3]
    X = csr_array((entries, [0, 2, 1], row_ends))
    turned = csr_array((entries[[1, 0, 2]], [2, 0, 1], row_ends))
    assert fingerprint([0, 1], X) == fingerprint([0, 1], turned)


def test_precision_of_samples_does_not_count():
    X = np.random.default_rng(0).normal(size=(5, 3))
    assert fingerprint([0, 1, 0, 1, 0], X) == fingerprint(
        [0, 1, 0, 1, 0], X.astype(np.float32)
    )
    huge = fingerprint([0, 1], [[1e300], [1]])  # what float32 can't hold
    assert huge == fingerprint([0, 1], [[np.inf], [1]])
