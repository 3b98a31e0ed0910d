"""Real files with planted errors: what is planted, and what is said of it."""

import csv
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from benchmark_helpers import FOLDER, read_rows

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


def test_rows_to_judge_are_shown_with_their_numbers(script, monkeypatch, capsys):
    frame = pd.DataFrame({"x": np.arange(6.0), "y": list("ababab")})
    flags, quality = np.array([0, 1, 0, 1, 1, 0], bool), np.array([0, 3, 0, 1, 2, 0])
    said = SimpleNamespace(quality_=quality, suggested_labels_=np.array(list("cdefgh")))
    monkeypatch.setattr(script, "load", lambda name, n_rows: (frame, "y"))
    monkeypatch.setattr(script, "audit", lambda table, seed: (said, flags))
    script.print_worst(["some file"], 6, 2)
    head, *lines = capsys.readouterr().out.split("\n")
    assert head == "## some file: 3 of 6 flagged"
    shown = list(csv.DictReader(lines))
    assert [(r["row"], r["given"], r["suggested"]) for r in shown] == [
        ("3", "b", "f"), ("4", "a", "g")
    ]  # fmt: skip


def test_each_row_looked_at_has_a_verdict_and_a_reason(script):
    eye = script.importlib.import_module("_dirty_files_eye")
    judged = eye.read_judged(FOLDER / "results" / "dirty_files_by_eye.csv")
    assert set(judged) <= set(script.FILES)
    for one in judged.values():
        assert one.why and 0 < len(one.rows) <= 20
        assert len({row["row"] for row in one.rows}) == len(one.rows)
        assert all(row["given"] != row["suggested"] for row in one.rows)
        assert all(row["why"] for row in one.of("wrong"))


def test_an_unknown_verdict_is_refused(script, tmp_path):
    eye = script.importlib.import_module("_dirty_files_eye")
    path = tmp_path / "by_eye.csv"
    path.write_text("file,row,given,suggested,verdict,why\nf,3,a,b,dubious,\n")
    with pytest.raises(SystemExit, match="'dubious' on row 3 of f: choose from"):
        eye.read_judged(path)


def test_files_with_many_flagged_are_named_with_rows_and_reason(script, tmp_path):
    with (tmp_path / "dirty_files_by_eye.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [["file", "row", "given", "suggested", "verdict", "why"]]
            + [["mixed", "", "", "", "", "shapes alike"]]
            + [["mixed", 7, "a", "b", "wrong", "says b itself"]]
            + [["mixed", 9, "a", "b", "overlap", ""], ["mixed", 4, "b", "a", "odd", ""]]
            + [["calm", "", "", "", "", "rare"], ["calm", 0, "a", "b", "overlap", ""]]
        )
    rows = script.Rows(tmp_path / "dirty_files.csv", keys=script.KEYS,
                       values=script.VALUES)  # fmt: skip
    given = dict.fromkeys(script.VALUES, "") | {"n": 100, "n_wrong": 0, "n_hits": 0}
    for file, *counts in [("mixed", 2, 9), ("calm", 5, 4), ("unseen", 6, 0)]:
        for noise, method in [("none", script.OURS), ("none", script.FOREST)]:
            for seed, n_flagged in enumerate(counts):
                rows.append(file=file, rows=50, noise=noise, seed=seed, method=method,
                            **given | {"n_flagged": n_flagged, "accuracy": 0.9,
                                       "reliable": 1})  # fmt: skip
    script.write_tables(tmp_path / "dirty_files.md", rows, 50)
    text = (tmp_path / "dirty_files.md").read_text()
    assert "4 rows of 2 files" in text and "*overlap* 2 (50 %)" in text
    assert "| mixed | shapes alike | 9.0 | 3 | 1 | 1 | 1 | 0 |" in text
    assert "| calm | rare | 5.0 | 1 | 0 | 0 | 1 | 0 |" in text
    assert "Wrong: mixed, row 7: a, says b itself." in text
    named = text.partition("More than 5 % flagged with some seed:")[2]
    assert "mixed (9.0 %): shapes alike. 1 wrong, 1 overlap, 1 odd: rows 7, 9" in named
    assert "unseen (6.0 %): nobody has looked" in named and "calm" not in named


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
