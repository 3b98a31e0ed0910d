"""What an audit says of data as people have them, before and after it judges."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import sknoisy._cli._audit_files as audit_files
import sknoisy._cli._detectors as detectors
import sknoisy._cli._progress as progress
import sknoisy._cli._sampled as sampled
from sknoisy import TrueLabelPosterior
from sknoisy._cli import main
from sknoisy._cli._sampled import some_rows

N = 300


def insects(seed=0):
    """Return a table of which every tenth label is wrong."""
    rng = np.random.default_rng(seed)
    names = np.array(["butterfly", "bee", "wasp"])
    codes = rng.integers(0, 3, N)
    sizes = 4 * codes + rng.normal(size=N)
    frame = pd.DataFrame({"size": sizes, "weight": rng.normal(size=N) - sizes})
    frame["true"] = names[codes]
    wrong = np.arange(N) % 10 == 0
    frame["given"] = np.where(wrong, names[(codes + 1) % 3], frame["true"])
    return frame


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a table, and no pictures, which take their time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(audit_files.AuditFiles, "draw", lambda self: None)
    monkeypatch.setattr("sknoisy.reporting._report.draw_pictures", lambda *subjects: {})
    insects().to_csv("data.csv", index=False)
    return tmp_path


@pytest.fixture
def folder(place, monkeypatch):
    """The same, with a judge that is quick."""

    def quick(table):
        return TrueLabelPosterior(LogisticRegression())

    method = detectors.Method(quick, detectors.scaled)
    monkeypatch.setitem(detectors.DETECTORS, "default", method)
    return place


def audit(path="data.csv", *options, out="out"):
    start = ["audit", path, "--label", "given", "--ignore", "true", "--out", out]
    return main([*start, *options])


def issues(out="out"):
    with open(f"{out}/issues.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("n_typos", [1, 3, 10])
def test_misspelt_labels_come_first_and_change_nothing_for_others(
    n_typos, folder, capsys
):
    frame = insects()
    rows = np.flatnonzero(frame["given"] == "butterfly")[:n_typos]
    slips = ["butterfyl", "buterfly", "Butterfly", "butterfly ", "buttrefly"]
    frame.loc[rows, "given"] = [slips[i % 5] for i in range(n_typos)]
    frame.to_csv("typos.csv", index=False)
    assert audit() == audit("typos.csv", out="typos") == 0
    found = issues("typos")
    assert sorted(int(row["row"]) for row in found[:n_typos]) == rows.tolist()
    for row in found[:n_typos]:
        assert row["kind"] == "spelling"
        assert row["quality"] == "0"
        assert row["given_label"] in slips  # as it stands in the file
    names = {row["suggested_label"] for row in found[:n_typos]}
    assert names <= {"butterfly", "bee", "wasp"}
    others = [(row["row"], row["suggested_label"]) for row in found[n_typos:]]
    before = [(row["row"], row["suggested_label"]) for row in issues()]
    assert others == [pair for pair in before if int(pair[0]) not in rows]
    out = capsys.readouterr().out.split("typos.csv: ")[1]
    told = out.split("Before labels are judged:\n")[1]
    assert told.startswith("!  Possible typos in 'given': ")
    assert f"{n_typos} of them may be another label misspelt" in out


def test_what_is_odd_is_told_once_and_before_the_labels(folder, capsys):
    frame = insects()
    frame.insert(0, "nr", np.arange(N))
    frame["country"] = "DE"
    frame.loc[[7, 8], "given"] = "moth"
    frame.to_csv("odd.csv", index=False)
    assert audit("odd.csv") == 0
    out = capsys.readouterr().out
    assert out.count("nr (row number)") == out.count("country (always 'DE')") == 1
    assert "too small to judge, with fewer than 5 rows: 'moth' (2)" in out
    assert out.index("too small") < out.index("labels look wrong")
    assert max(map(len, out.split("Before")[1].split("\n\n")[0].splitlines())) <= 88


def test_classes_too_small_to_judge_are_set_aside_and_change_nothing(folder, capsys):
    frame = insects()
    few = pd.DataFrame(
        {"size": [0.0, 4.0], "weight": [0.0, 0.0], "given": ["x1", "y2"]}
    )
    frame = pd.concat([frame, few], ignore_index=True)
    frame.to_csv("few.csv", index=False)
    assert audit() == audit("few.csv", out="few") == 0
    assert issues("few") == issues()
    assert "2 rows of classes too small to judge set aside" in (capsys.readouterr().out)
    alone = frame[frame["given"].isin(["bee", "x1", "y2"])]
    alone.to_csv("alone.csv", index=False)  # nothing else would be left
    assert audit("alone.csv", out="alone") == 0


def test_very_many_classes_are_judged_by_similar_rows(place, capsys, monkeypatch):
    monkeypatch.setattr(detectors, "MOST_CLASSES", 2)
    assert audit() == 0
    assert "KNeighborsClassifier" in capsys.readouterr().out
    wrong = {int(row["row"]) for row in issues()} & set(range(0, N, 10))
    assert len(wrong) >= 18


def test_nothing_odd_is_told_in_one_line(folder, capsys):
    assert audit() == 0
    assert "\nNothing odd in the data.\n" in capsys.readouterr().out


def test_too_many_issues_end_with_3_where_asked(folder, capsys):
    assert audit("data.csv", "--fail-over", "0.5") == 0
    assert audit("data.csv", "--fail-over", "0.05") == 3
    assert "more than --fail-over 0.05 allows" in capsys.readouterr().out
    assert audit("data.csv", "--fail-over", "1.5") == 2
    assert "--fail-over 1.5: it must be a share" in capsys.readouterr().err


def interrupted(*_, **__):
    raise KeyboardInterrupt


def test_ctrl_c_leaves_the_tables_that_are_there_and_says_so(
    folder, capsys, monkeypatch
):
    monkeypatch.setattr(audit_files, "review_page", interrupted)
    assert audit() == 130
    assert len(issues()) > 20
    err = capsys.readouterr().err
    assert "Written to out before: issues.csv, transition.csv, columns.csv" in err
    assert "same command with --resume writes the rest without judging anew" in err


def files_of(out):
    return {path.name: path.read_bytes() for path in Path(out).iterdir()}


@pytest.mark.parametrize("detector", ["default", "confident", "neighbors"])
def test_resumed_audits_end_like_those_that_were_never_interrupted(
    detector, folder, capsys, monkeypatch
):
    options = ("data.csv", "--detector", detector)
    assert audit(*options, out="whole") == 0
    said = capsys.readouterr().out.split("look wrong")[1].split("Written")[0]
    with monkeypatch.context() as patch:
        patch.setattr(audit_files, "review_page", interrupted)
        assert audit(*options) == 130
    assert "audit-findings.npz" in files_of("out")
    with monkeypatch.context() as patch:
        patch.setattr("sknoisy._cli._judged.fit_on_some", interrupted)
        assert audit(*options, "--resume") == 0
    resumed = capsys.readouterr().out
    assert "resumed: labels were judged before" in resumed
    assert files_of("out") == files_of("whole")
    told = resumed.split("look wrong")[1].split("Written")[0]
    assert told.replace("resumed: labels were judged before\n", "") == said


@pytest.mark.parametrize(
    "options",
    [
        ["--seed", "1"],
        ["--threshold", "12"],
        ["--detector", "confident"],
        ["--category", "size"],
    ],
)
def test_what_was_judged_otherwise_is_judged_again(options, folder, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(audit_files, "review_page", interrupted)
        assert audit() == 130
    monkeypatch.setattr("sknoisy._cli._judged.fit_on_some", interrupted)
    assert audit("data.csv", "--resume", *options) == 130


@pytest.mark.parametrize("content", [b"", b"PK nonsense", None])
def test_findings_that_cannot_be_read_are_found_again(content, folder, capsys):
    if content is not None:
        Path("out").mkdir()
        Path("out/audit-findings.npz").write_bytes(content)
    assert audit("data.csv", "--resume") == 0
    assert "resumed" not in capsys.readouterr().out
    assert "audit-findings.npz" not in files_of("out")


def test_of_many_rows_some_are_learned_from_and_all_are_judged(
    folder, capsys, monkeypatch
):
    assert audit() == 0
    monkeypatch.setattr(sampled, "MOST_ROWS", 120)
    monkeypatch.setattr(sampled, "OF_EACH", 20)
    monkeypatch.setattr(sampled, "BLOCK", 50)
    assert audit(out="some") == 0
    learned = capsys.readouterr().out.split("learned from ")[1].split(" rows")[0]
    assert 120 <= int(learned) < 160
    all_, some = ({int(row["row"]) for row in issues(o)} for o in ("out", "some"))
    wrong = set(range(0, N, 10))
    assert len(some & wrong) >= 0.7 * len(all_ & wrong)
    assert len(some - wrong) <= 8


@pytest.mark.parametrize("rule", ["12", "0.05", "noise_rate", "mixture"])
def test_thresholds_mean_all_rows_where_some_are_learned_from(
    rule, folder, monkeypatch
):
    monkeypatch.setattr(sampled, "MOST_ROWS", 120)
    assert audit("data.csv", "--threshold", rule) == 0
    n = {"12": (12, 12), "0.05": (15, 15)}.get(rule, (20, 60))
    assert n[0] <= len(issues()) <= n[1]


def test_rows_to_learn_from_are_whole_units_and_some_of_every_class(monkeypatch):
    monkeypatch.setattr(sampled, "MOST_ROWS", 500)
    monkeypatch.setattr(sampled, "OF_EACH", 20)
    rng = np.random.default_rng(0)
    y = np.where(np.arange(5000) < 30, "rare", "usual")
    units = rng.integers(0, 900, 5000)
    rows = some_rows(y, units, seed=0)
    assert 500 <= len(rows) < 1000
    assert (y[rows] == "rare").sum() >= 20
    assert not np.isin(units[np.setdiff1d(np.arange(5000), rows)], units[rows]).any()
    assert len(some_rows(y, units, seed=1)) != len(rows)


def test_the_bar_moves_while_labels_are_judged(place, monkeypatch):
    shares = []
    monkeypatch.setattr(
        progress.Progress, "within", lambda self, share: shares.append(share)
    )
    assert audit() == 0
    assert shares == sorted(shares)
    assert len(shares) > 50
    assert 0.5 < shares[-1] < 1.1


def test_a_bar_knows_how_long_parts_take(monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with progress.Progress(["one", "two"], weights=[3, 1]) as bar:
        bar.bar.disable = False
        bar.within(0.5)
        assert bar.bar.n == 1.5
        bar.within(0.4)  # never back
        assert bar.bar.n == 1.5
        bar.within(7)
        assert bar.bar.n < 3
        bar.tick()
        assert bar.bar.n == 3


@pytest.mark.parametrize(
    "detector",
    [
        *("default", "confident", "neighbors"),
        pytest.param("margin", marks=pytest.mark.slow),
    ],
)
def test_classes_of_one_row_make_no_wall_of_warnings(detector, folder, capsys):
    frame = insects()
    frame.loc[[1, 2, 4], "given"] = ["x1", "y2", "z3"]
    frame.loc[[5, 7], "given"] = "u4"
    frame.to_csv("small.csv", index=False)
    assert audit("small.csv", "--detector", detector) == 0
    err = capsys.readouterr().err
    assert err.splitlines() == [line for line in err.splitlines() if "to go" in line]


def test_help_says_percent_once(capsys):
    for command in ("compare", "audit", "apply"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        assert "%%" not in capsys.readouterr().out


def test_a_full_disk_leaves_the_page_that_was_there(folder, capsys, monkeypatch):
    assert audit() == 0
    before = (folder / "out" / "review.html").read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sknoisy._files.os.fsync", full)
    assert audit() == 2
    assert "--out: [Errno 28] No space left on device" in capsys.readouterr().err
    assert (folder / "out" / "review.html").read_bytes() == before
    assert not [p for p in (folder / "out").iterdir() if p.name.startswith(".")]
