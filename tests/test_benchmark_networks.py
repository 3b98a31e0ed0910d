"""Benchmarks of several networks: what they cost, and what they learn together."""

import numpy as np
import pytest
from benchmark_helpers import digits_as_clothes, read_rows


@pytest.fixture
def script(load_benchmark, monkeypatch):
    """The benchmark of mutual learning, on digits instead of clothes."""
    script = load_benchmark("mutual_learning")
    monkeypatch.setattr(script, "fetch_fashion_mnist", digits_as_clothes)
    return script


def test_every_setting_runs_and_rows_survive(script, tmp_path, capsys):
    arguments = ["--quick", "--out", str(tmp_path), "--networks", "LeNet-5"]
    script.main(arguments)
    rows = read_rows(tmp_path / "mutual_learning.csv")
    assert [row["method"] for row in rows] == list(script.METHODS)
    assert len({row["single"] for row in rows}) > 1
    script.main(arguments)
    assert read_rows(tmp_path / "mutual_learning.csv") == rows
    text = capsys.readouterr().out
    for row in rows:
        assert f"{100 * float(row['both']):.2f}" in text


def test_gains_are_those_within_seeds(script, tmp_path):
    rows = script.Rows(tmp_path / "a.csv", keys=script.KEYS, values=script.VALUES)
    cell = {"network": "LeNet-5", "train_size": 9, "pool": 1, "epochs": 1}
    for seed, plain, taught in [(0, 0.5, 0.6), (1, 0.8, 0.7), (2, 0.5, 0.8)]:
        rest = {"seed": seed, "both": 0.5, "cpu_seconds": 1}
        rows.append(**cell, **rest, method=script.APART, single=plain)
        rows.append(**cell, **rest, method="deep mutual learning", single=taught)
    line = script.table(rows, cell).splitlines()[3]
    assert "| 70.00 ± 10.00 | 10.00 ± 20.00 | 50.00 ± 0.00 | 0.00 ± 0.00 |" in line


def test_the_teacher_is_trained_once(script):
    runner = script.Runner()
    job = {"network": "LeNet-5", "train_size": 100, "pool": 4, "epochs": 1, "seed": 0}
    for method in ("distillation", "DGD"):
        runner.run(**job, method=method)
    assert len(runner.teachers) == 1


def test_two_networks_are_divided_by_two_plain_fits(load_benchmark):
    speed = load_benchmark("speed_methods")
    seconds, plain = np.array([2.4, 2.2, 2.0]), np.array([1.0, 1.0, 1.0])
    one = speed.line("a", speed.Method(None, n_networks=1, bound=1.1), seconds, plain)
    two = speed.line("a", speed.Method(None, n_networks=2, bound=1.1), seconds, plain)
    assert (one[2][:4], one[-1]) == ("2.20", "**miss**")
    assert (two[2][:4], two[-1]) == ("1.10", "pass")


@pytest.mark.slow
def test_all_methods_are_timed(load_benchmark, tmp_path, capsys):
    speed = load_benchmark("speed_methods")
    few = ["elr", "forward correction", "co-teaching", "deep mutual learning"]
    speed.METHODS = {name: speed.METHODS[name] for name in few}
    speed.main(["--quick", "--out", str(tmp_path)])
    text = (tmp_path / "speed_methods.md").read_text(encoding="utf-8")
    for name in [*few, speed.BY_HAND]:
        assert text.count(f"| {name} |") == 2  # one line a network


@pytest.mark.filterwarnings("ignore:.*predicts? none of its training samples")
@pytest.mark.filterwarnings("ignore:No sample is predicted to be of class")
def test_folds_are_timed_together_and_apart(load_benchmark, tmp_path, monkeypatch):
    speed = load_benchmark("speed_folds")
    monkeypatch.setattr(speed, "fetch_fashion_mnist", digits_as_clothes)
    monkeypatch.setattr(speed, "NETWORKS", {"small": {"module__hidden": 16}})
    speed.main(["--quick", "--out", str(tmp_path)])
    text = (tmp_path / "speed_folds.md").read_text(encoding="utf-8")
    for what in speed.KINDS:
        assert text.count(f"| small | {what} |") == 1
    rows = [line for line in text.splitlines() if line.startswith("| small |")]
    assert rows[-1].endswith("| 0 |")  # the same labels are flagged


def test_a_ratio_above_its_bound_is_a_miss(load_benchmark):
    speed = load_benchmark("speed_folds")
    costs = {speed.PLAIN: 1.0, speed.CORRECTED: 2.0, speed.TOGETHER: 2.7}
    seconds = {
        what: np.full(3, costs.get(what, 4.0)) for what in (speed.PLAIN, *speed.KINDS)
    }
    corrected, together, apart = speed.lines("a", seconds)
    assert corrected[-1] == "**miss**" and together[-1] == "pass" and apart[-1] == ""
    assert together[3].startswith("2.70")
