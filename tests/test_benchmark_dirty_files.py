"""Real files with planted errors: what is planted, and what is said of it."""

import csv

import numpy as np
import pandas as pd
import pytest
from benchmark_helpers import read_rows

from sknoisy._cli import main


@pytest.fixture
def script(load_benchmark):
    pytest.importorskip("cleanlab")
    return load_benchmark("dirty_files")


def test_whole_groups_of_one_class_are_wrong(script):
    y = np.repeat(["a", "b", "c"], [40, 30, 23]).astype(object)
    groups = script.in_groups(y, seed=0)
    assert np.bincount(np.unique(groups, return_counts=True)[1])[4] == 10 + 7 + 5
    given = script.wrong_by_group(y, groups, "symmetric 10 %", seed=0)
    for group in np.unique(groups):
        assert len(set(y[groups == group])) == len(set(given[groups == group])) == 1
    assert 0 < (given != y).mean() < 0.25


def test_misspelt_labels_differ_and_others_do_not(script):
    y = np.array(["yes", "Barolo", "no", "hurricane"] * 20, dtype=object)
    given = script.misspelt(y, 10, seed=0)
    assert (given != y).sum() <= 10
    assert not set(given[given != y]) & set(y)


def test_rows_are_sorted_by_label_and_counted(script):
    frame = pd.DataFrame({"x": [1, 2, 3, 4], "y": ["b", "a", "b", "a"]})
    found, order = script.numbered(frame, "y")
    assert found.case_number.tolist() == [1, 2, 3, 4]
    assert found.y.tolist() == ["a", "a", "b", "b"]
    assert found.x.tolist() == frame.x[order].tolist() == [2, 4, 1, 3]


@pytest.mark.slow
def test_it_judges_as_the_command_does_and_writes_its_tables(script, tmp_path):
    name = "scikit-learn breast_cancer"
    script.main(
        ["--quick", "--files", name, "--out", str(tmp_path)]
        + ["--methods", "sknoisy audit", "CleanLearning", "3 misspelt", "another seed"]
    )
    rows = read_rows(tmp_path / "dirty_files.csv")
    assert len(rows) == 5 + 3 + 2
    text = (tmp_path / "dirty_files.md").read_text()
    assert "CleanLearning over a forest" in text and "3 misspelt: verdicts" in text
    frame, label = script.load(name, 300)
    frame.to_csv(tmp_path / "cancer.csv", index=False)
    main(["audit", str(tmp_path / "cancer.csv"), "--label", label, "--seed", "0"]
         + ["--out", str(tmp_path / "out")])  # fmt: skip
    with (tmp_path / "out" / "issues.csv").open(newline="") as file:
        issues = {int(row["row"]) for row in csv.DictReader(file)}
    assert len(issues) == int(rows[0]["n_flagged"])
    _, flags = script.audit(script.read(frame, label), 0)
    assert set(np.flatnonzero(flags).tolist()) == issues
