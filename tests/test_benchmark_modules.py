"""Benchmarks of networks that people bring, and of images from files."""

import pytest
from benchmark_helpers import read_rows


@pytest.fixture
def script(load_benchmark):
    return load_benchmark("modules")


@pytest.mark.slow
def test_cells_run_and_rows_survive(script, tmp_path, monkeypatch):
    monkeypatch.setattr(script, "TWO_NETWORKS", {"elr+": script.TWO_NETWORKS["elr+"]})
    arguments = ["--quick", "--out", str(tmp_path), "--families", "plain"]
    script.main([*arguments, "--modules", "softmax"])
    rows = read_rows(tmp_path / "modules.csv")
    assert [row["input"] for row in rows] == list(script.INPUTS)
    assert not any(row["refused"] for row in rows)
    script.main([*arguments, "--modules", "softmax"])
    assert read_rows(tmp_path / "modules.csv") == rows
    assert "3 cells, 0 refused, 0 wrong" in (tmp_path / "modules.md").read_text()


def test_what_is_refused_or_far_from_the_plain_module_is_told(script, tmp_path):
    rows = script.Rows(tmp_path / "a.csv", keys=script.KEYS, values=script.VALUES)
    cell = {"family": "plain", "input": "array", "seed": 0}
    rows.append(module="class", **cell, accuracy=0.9, refused="")
    rows.append(module="lazy", **cell, accuracy=0.79, refused="")
    rows.append(module="softmax", **cell, accuracy="", refused="ValueError: no")
    rows.append(module="one logit", **cell, accuracy=0.9, refused="differs by 0.1")
    refused, wrong = script.verdicts(rows)
    assert [row["module"] for row in refused] == ["softmax"]
    assert [row["module"] for row in wrong] == ["lazy", "one logit"]
    assert "4 cells, 1 refused, 2 wrong" in script.table(rows)


def test_who_is_frozen_is_judged_by_what_it_can_learn(script, tmp_path):
    rows = script.Rows(tmp_path / "a.csv", keys=script.KEYS, values=script.VALUES)
    said = {"class": (0.85, 0.95), "frozen backbone": (0.78, 0.8), "lazy": (0.9, 0.6)}
    for module, accuracies in said.items():
        for family, accuracy in zip(("plain", "elr"), accuracies, strict=True):
            cell = {"family": family, "input": "array", "seed": 0}
            rows.append(module=module, **cell, accuracy=accuracy, refused="")
    _, wrong = script.verdicts(rows)
    assert [(row["module"], row["family"]) for row in wrong] == [("lazy", "elr")]


@pytest.mark.slow
def test_what_a_gpu_is_measured_by_runs_without_one(load_benchmark, tmp_path):
    load_benchmark("speed_gpu").main(["--quick", "--out", str(tmp_path)])
    text = (tmp_path / "speed_gpu.md").read_text()
    assert text.count("\n| ") == 6
    assert "pass" not in text and "**miss**" not in text  # of what is this quick


@pytest.mark.slow
def test_files_are_read_in_all_ways(load_benchmark, tmp_path):
    load_benchmark("speed_files").main(["--quick", "--out", str(tmp_path)])
    assert (tmp_path / "speed_files.md").read_text().count("\n| ") == 3
