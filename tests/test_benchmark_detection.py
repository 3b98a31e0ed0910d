"""The benchmark of detectors counts what is missed, ranks, and prints its tables."""

import numpy as np
import pytest
from benchmark_helpers import read_rows


@pytest.fixture
def detection(load_benchmark, monkeypatch):
    """The benchmark, on four classes that are apart."""
    script = load_benchmark("detection")
    rng = np.random.default_rng(0)
    y = rng.integers(4, size=400)
    X = 4 * np.eye(4)[y] + rng.normal(size=(400, 4))
    monkeypatch.setattr(script, "read_table", lambda table, seed: (X, y))
    return script


def test_missed_is_the_share_of_wrong_ones_that_are_not_among_as_many(detection):
    wrong = np.array([True, True, False, False, True, False])
    quality = np.array([0.1, 0.9, 0.2, 0.8, 0.3, 0.7])
    assert detection.missed(quality, wrong) == pytest.approx(1 / 3)
    assert detection.missed(-quality, wrong) == pytest.approx(2 / 3)
    by_chance = [detection.missed(np.ones(6), wrong, seed) for seed in range(300)]
    assert np.mean(by_chance) == pytest.approx(0.5, abs=0.05)


def test_margins_are_leads_over_the_best_other_class(detection):
    scores = np.array([[1.0, 3.0, 2.0], [5.0, 0.0, 1.0]])
    assert detection.margins(scores, np.array([1, 2])).tolist() == [1.0, -4.0]


@pytest.mark.slow
def test_rows_come_once_and_ranks_are_printed(detection, tmp_path, capsys):
    methods = ["TrueLabelPosterior", "KDN", "network, mean over epochs, margin"]
    cells = ["segment, pair 30 %", "letter, symmetric 40 %"]
    arguments = ["--quick", "--out", str(tmp_path), "--cells", *cells]
    detection.main([*arguments, "--methods", *methods])
    rows = read_rows(tmp_path / "detection.csv")
    assert [row["method"] for row in rows] == 2 * methods
    assert all(float(row["missed"]) < 0.6 for row in rows)
    text = (tmp_path / "detection.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == text
    assert "Friedman's test over 2 cells and 3 methods" in text
    ranks = [float(line.split(" | ")[2]) for line in text.splitlines()[6:9]]
    assert sum(ranks) == pytest.approx(6, abs=0.05)
    detection.main([*arguments, "--only-tables"])
    assert read_rows(tmp_path / "detection.csv") == rows


@pytest.mark.slow
@pytest.mark.parametrize("name", ["boosting, mean margin", "AutoNoisyClassifier"])
def test_a_method_finds_most_where_classes_are_apart(detection, name):
    X, given, true = detection.read("segment, symmetric 20 %", 200, 0)
    found = detection.METHODS[name](X, given, 0)
    assert detection.missed(found, given != true) < 0.35


def test_cells_are_as_many_as_were_promised(detection):
    assert len(detection.CELLS) >= 30
    assert len(set(detection.METHODS)) == len(detection.METHODS)
