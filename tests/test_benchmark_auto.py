"""The benchmark of the estimator that decides runs, and counts what it says."""

import numpy as np
import pytest
from benchmark_helpers import read_rows
from sklearn.utils import Bunch


@pytest.fixture
def auto(load_benchmark, monkeypatch):
    """The benchmark, on four classes that are apart."""
    script = load_benchmark("auto")
    rng = np.random.default_rng(0)
    y = rng.integers(4, size=600)
    X = 4 * np.eye(4)[y] + rng.normal(size=(600, 4))
    monkeypatch.setattr(
        script, "fetch_keel", lambda name: Bunch(X=X, y=y, categorical=[])
    )
    return script


def test_every_cell_and_method_was_named_beforehand(auto):
    assert len(auto.MAIN) == 22
    assert len(auto.FIXED) == 10
    assert auto.OURS not in auto.FIXED


@pytest.mark.slow
def test_rows_come_once_and_tables_each_time(auto, tmp_path, capsys):
    methods = [auto.OURS, "LogisticRegression", "CleanLearning(LogisticRegression)"]
    arguments = ["--quick", "--out", str(tmp_path), "--methods", *methods]
    auto.main(arguments)
    rows = read_rows(tmp_path / "auto.csv")
    assert [row["method"] for row in rows] == methods
    text = (tmp_path / "auto.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == text
    assert "in 1 of 1 cells" in text
    auto.main([*arguments, "--only-tables"])
    assert read_rows(tmp_path / "auto.csv") == rows


def test_as_good_is_within_a_point_or_the_paired_deviation(auto):
    ours, best = np.array([80.0, 82.0]), np.array([82.0, 86.0])
    found = {auto.OURS: ours, "LogisticRegression": best}
    _, told = auto.line("cell", found)
    assert told["lead"] == -3
    assert not told["good"]  # the deviation of the differences is 1.4
    found["LogisticRegression"] = np.array([81.0, 82.5])
    assert auto.line("cell", found)[1]["good"]
    found["CleanLearning(LogisticRegression)"] = np.array([70.0, 90.0])
    assert auto.line("cell", found)[1]["above"]
