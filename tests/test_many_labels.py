"""What very many labels go through is lean, and says what it says of few."""

import tracemalloc
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknoisy._cli import _sampled as sampled
from sknoisy._duplicates import equal_rows, equal_rows_of
from sknoisy.inspection import LabelIssuesDisplay, LabelQualityDisplay, _label_quality
from sknoisy.quality import _pruning, _reading, find_label_issues


def rows_by_sorting(y, units, seed, most, of_each):
    """Return the rows to learn from, found by sorting all of them twice."""
    place = np.random.default_rng(seed).permutation(units.max() + 1)[units]
    order = np.argsort(place, kind="stable")
    wanted = np.zeros(len(y), dtype=bool)
    wanted[order[:most]] = True
    for one in np.unique(y):
        wanted[order[y[order] == one][:of_each]] = True
    return np.flatnonzero(np.isin(units, units[wanted]))


@pytest.mark.parametrize("seed", range(12))
def test_rows_to_learn_from_are_those_found_by_sorting(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    most, of_each = rng.integers(1, 300), rng.integers(1, 20)
    monkeypatch.setattr(sampled, "MOST_ROWS", most)
    monkeypatch.setattr(sampled, "OF_EACH", of_each)
    y = rng.choice(list("abcdefgh"), 1000, p=2.0 ** -np.arange(1, 9) * 256 / 255)
    units = rng.integers(rng.integers(1, 1500), size=1000).astype(np.int32)
    expected = rows_by_sorting(y, units, seed, most, of_each)
    assert_array_equal(sampled.some_rows(y, units, seed), expected)


@pytest.mark.parametrize("n_values", [1, 2, 5])
def test_equal_rows_of_blocks_are_those_of_the_whole(n_values):
    X = np.random.default_rng(0).integers(n_values, size=(300, 3)).astype(float)
    codes = equal_rows_of([X[:50], X[50:51], X[51:]])
    assert_array_equal(codes, equal_rows(X))


def bytes_a_row(work, n):
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / n


def test_memory_of_what_goes_over_all_rows_is_bounded():
    n = 400_000
    rng = np.random.default_rng(0)
    y, units = rng.integers(9, size=n, dtype=np.int32), np.arange(n, dtype=np.int32)
    blocks = [rng.normal(size=(2000, 2)) for _ in range(n // 2000)]
    quality = rng.random(n, dtype=np.float32)
    is_issue, suggested = quality < 0.1, (y + 1) % 9
    figures = (y, is_issue, suggested.astype(np.int32))
    for work, most in (
        (lambda: sampled.some_rows(y, units, 0), 24),
        (lambda: equal_rows_of(iter(blocks)), 22),
        (lambda: LabelIssuesDisplay.from_predictions(*figures), 17),
        (lambda: LabelQualityDisplay.from_predictions(quality, is_issue), 60),
    ):
        work()  # imports
        assert bytes_a_row(work, n) < most


def test_few_bytes_are_kept_of_each_probability_that_is_read(tmp_path):
    n, rng = 600_000, np.random.default_rng(0)
    path = tmp_path / "probs.npy"
    probs = np.lib.format.open_memmap(path, "w+", dtype=np.float32, shape=(n, 10))
    y = rng.integers(10, size=n)
    probs[:] = rng.random((n, 10), dtype=np.float32)
    probs[np.arange(n), (y + (rng.random(n) < 0.2)) % 10] += 9
    probs /= probs.sum(axis=1, keepdims=True)
    for name in ("prune_by_noise_rate", "prune_by_class", "confident_learning"):
        find_label_issues(y[:100], probs[:100], filter_by=name)
        work = partial(find_label_issues, y, probs, filter_by=name)
        assert bytes_a_row(work, n) < 17  # of which 6 are the same for more rows


@pytest.mark.parametrize("digits", [1, 7])  # with ties, and without
def test_pairs_of_many_rows_are_pruned_as_those_of_few(digits, monkeypatch):
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.full(5, 0.4), size=800).round(digits)
    probs[:, 0] += 1 - probs.sum(axis=1)
    probs = np.abs(probs) / np.abs(probs).sum(axis=1, keepdims=True)
    y = np.where(rng.random(800) < 0.3, rng.integers(5, size=800), probs.argmax(1))
    few = find_label_issues(y, probs)
    monkeypatch.setattr(_pruning, "SORTED_TOGETHER", 0)
    assert_array_equal(find_label_issues(y, probs), few)
    assert few.sum() > 30


def test_rows_of_few_classes_are_looked_for_and_of_many_sorted(monkeypatch):
    monkeypatch.setattr(_reading, "SORTED_AT_ONCE", 64)
    labels = np.random.default_rng(0).integers(30, size=1000).astype(np.uint8)
    for n_classes in (31, 40):  # some of which no label names
        found = _reading.rows_of_label(labels, n_classes)
        assert isinstance(found, _reading.Scanned) == (n_classes == 31)
        assert len(found) == len(list(found)) == n_classes
        for label, rows in enumerate(found):
            assert_array_equal(rows, np.flatnonzero(labels == label))


def test_the_curve_of_some_qualities_is_that_of_all(monkeypatch):
    rng = np.random.default_rng(0)
    quality = np.r_[rng.beta(2, 9, 3000), rng.beta(9, 2, 7000)]
    curves = []
    for most in (10_000, 4000):
        monkeypatch.setattr(_label_quality, "MOST_FITTED", most)
        display = LabelQualityDisplay.from_predictions(quality)
        curves.append([line.get_ydata() for line in display.ax_.lines])
    assert np.abs(np.subtract(*curves)).max() < 0.06 * np.max(curves)
    assert not np.array_equal(*curves)
