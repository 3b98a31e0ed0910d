"""What grows with data is counted: allocations, not seconds."""

import tracemalloc

import numpy as np
import pytest

from sknoisy import NoisyLabelClassifier
from sknoisy.quality import _reading, find_label_issues

SIZES = (20_000, 40_000, 80_000)


def allocated(n_rows, dtype="float32"):
    """Return the peak of NumPy's memory in a fit, in multiples of X's."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, 50), np.float32).astype(dtype)
    y = X[:, :5].argmax(axis=1)
    options = {"max_epochs": 1, "batch_size": 4096, "module__hidden": 8}
    clf = NoisyLabelClassifier(**options, random_state=0)
    clf.fit(X[:5000], y[:5000])
    tracemalloc.start()
    clf.fit(X, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / X.nbytes


def test_a_fit_copies_no_features():
    """Labels as codes, and an order of them while they are read, is what it takes."""
    found = [allocated(n) for n in SIZES]
    assert max(found) <= 0.6, found
    slope = np.polyfit(np.log(SIZES), np.log(np.multiply(found, SIZES)), 1)[0]
    assert slope <= 1.05


def test_a_fit_of_doubles_makes_one_copy_in_its_own_type():
    assert allocated(SIZES[0], "float64") <= 0.5 + 0.6


def memory_of_issues(folder, n_rows):
    """Return the peak of NumPy's memory for issues of probabilities in a file."""
    rng = np.random.default_rng(0)
    labels = rng.integers(5, size=n_rows).astype(np.uint8)
    path = folder / f"{n_rows}.npy"
    probs = np.lib.format.open_memmap(path, "w+", np.float32, (n_rows, 5))
    probs[:] = rng.gamma(0.3, size=(n_rows, 5))
    probs[np.arange(n_rows), labels] += 1.5
    probs /= probs.sum(axis=1, keepdims=True)
    labels[::9] = (labels[::9] + 1) % 5
    tracemalloc.start()
    find_label_issues(labels, np.load(path, mmap_mode="r"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_issues_take_some_bytes_a_sample(tmp_path):
    sizes = [400_000, 800_000, 1_600_000]
    found = [memory_of_issues(tmp_path, n) for n in sizes]
    assert found[-1] <= 13 * sizes[-1]
    assert np.polyfit(np.log(sizes), np.log(found), 1)[0] <= 1.05


@pytest.mark.parametrize("n_rows", [0, 1, 6, 7, 8, 50])
def test_labels_are_sorted_block_by_block(monkeypatch, n_rows):
    labels = np.random.default_rng(0).integers(4, size=n_rows).astype(np.uint8)
    expected = [np.flatnonzero(labels == label).tolist() for label in range(6)]
    monkeypatch.setattr(_reading, "SORTED_AT_ONCE", 7)
    assert [r.tolist() for r in _reading.rows_of_label(labels, 6)] == expected


def test_each_row_of_a_large_table_is_read_a_few_times(tmp_path, monkeypatch):
    """An audit that reads parts: the number of passes doesn't grow with the file."""
    pytest.importorskip("pyarrow", reason="reads Parquet")
    import pandas as pd

    from sknoisy.tables import LargeTable, _features

    monkeypatch.setattr("sknoisy.tables._large_table.MOST_SEEN", 500)
    n_read, transform = [0], _features.Features.transform

    def counting(self, X):
        n_read[0] += len(X)
        return transform(self, X)

    monkeypatch.setattr(_features.Features, "transform", counting)
    sizes, found = [2000, 4000, 8000], []
    for n in sizes:
        numbers = np.random.default_rng(0).normal(size=(n, 3))
        frame = pd.DataFrame(numbers, columns=["a", "b", "c"])
        frame.assign(y=numbers.argmax(axis=1)).to_parquet(tmp_path / f"{n}.parquet")
        n_read[0] = 0
        table = LargeTable(tmp_path / f"{n}.parquet", "y")
        everybody = np.arange(n)
        assert table.units(everybody).tolist() != everybody.tolist()
        assert sum(map(len, table.features(everybody, 300))) == n
        found.append(n_read[0])
    assert found == [2 * n + 500 for n in sizes]


@pytest.mark.slow
def test_the_benchmark_of_scale_runs(load_benchmark, tmp_path):
    script = load_benchmark("scale")
    script.main(["--quick", "--rows", "table", "texts", "--out", str(tmp_path)])
    assert (tmp_path / "scale.md").read_text().count("\n| ") == 4


def test_slopes_are_those_of_powers(load_benchmark):
    slope = load_benchmark("scale").slope
    sizes = np.array([1, 10, 100])
    assert slope(sizes, 3.0 * sizes) == pytest.approx(1)
    assert slope(sizes, 0.1 * sizes**2) == pytest.approx(2)
