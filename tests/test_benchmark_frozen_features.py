"""The benchmark on frozen features: noises are as told, ranks add up."""

import numpy as np
import pytest
from benchmark_helpers import read_rows
from sklearn.datasets import load_wine


@pytest.fixture
def frozen(load_benchmark, monkeypatch):
    """The benchmark, on wines."""
    script = load_benchmark("frozen_features")
    monkeypatch.setattr(
        script, "FEATURES", {"wine": lambda: load_wine(return_X_y=True)}
    )
    script.all_of.cache_clear()
    yield script
    script.all_of.cache_clear()


@pytest.mark.parametrize("rate", [0.1, 0.4])
@pytest.mark.parametrize("n_classes", [3, 8])
def test_noises_of_each_class_are_noises(frozen, rate, n_classes):
    matrix = frozen.of_any_class(rate, n_classes, 0).transition
    np.testing.assert_allclose(matrix.sum(axis=1), 1)
    assert (matrix >= 0).all()
    assert 1 - matrix.diagonal().mean() == pytest.approx(rate)
    assert np.ptp(matrix.diagonal()) > 0.02
    matrix = frozen.half_the_classes(rate, n_classes, 0).transition
    np.testing.assert_allclose(matrix.sum(axis=1), 1)
    assert (matrix.diagonal() == 1).mean() >= 0.5


@pytest.mark.parametrize(
    "noise", ["symmetric", "pair", "any matrix", "instance", "margin"]
)
def test_as_many_labels_are_wrong_as_was_asked_for(frozen, noise):
    X, given, true, X_test, y_test = frozen.read("wine", noise, 0.25, 120, 0)
    assert len(X) == len(given) == 120
    assert len(X_test) == len(y_test) == 58
    assert np.mean(given != true) == pytest.approx(0.25, abs=0.1)
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-9)


def test_ranks_and_regrets_are_printed(frozen, tmp_path, capsys):
    methods = [
        "LogisticRegression",
        "neighbors, tuned",
        "CleanLearning(LogisticRegression)",
    ]
    arguments = ["--out", str(tmp_path), "--quick", "--noises", "pair", "symmetric"]
    frozen.SIZE = 100
    frozen.main([*arguments[:2], "--seeds", "0", *arguments[3:], "--methods", *methods])
    rows = read_rows(tmp_path / "frozen_features.csv")
    assert len(rows) == 2 * 3 * 3  # noises, rates, methods
    text = (tmp_path / "frozen_features.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == text
    cells = [line.split(" | ") for line in text.splitlines()[6:9]]
    assert sum(float(cell[2]) for cell in cells) == pytest.approx(6, abs=0.05)
    assert min(float(cell[4]) for cell in cells) < max(float(cell[5]) for cell in cells)
    assert "Friedman's test" in text
    frozen.main([*arguments[:2], "--only-tables"])
    assert read_rows(tmp_path / "frozen_features.csv") == rows


def test_cells_are_as_many_as_were_promised(load_benchmark):
    script = load_benchmark("frozen_features")
    assert len(script.FEATURES) >= 4
    assert len(script.NOISES) == 6
    assert len(script.RATES) == 3
    assert len(script.METHODS) >= 10
