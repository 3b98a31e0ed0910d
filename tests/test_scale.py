"""What grows with data is counted: allocations, not seconds."""

import tracemalloc

import numpy as np
import pytest

from sknoisy import NoisyLabelClassifier

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
