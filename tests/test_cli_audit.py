"""The audit: a file with labels goes in, issues, pictures and a page come out."""

import csv
import sys

import numpy as np
import pandas as pd
import pytest
from group_helpers import make_patients

from sknoisy._cli import main
from sknoisy._cli._detectors import DETECTORS
from sknoisy._files import write_csv

N = 150


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a table of which every tenth label is wrong, and images."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    true = rng.choice(["ant", "bee", "<b>wasp</b>"], N)
    codes = np.unique(true, return_inverse=True)[1]
    size = 4 * codes + rng.normal(size=N)
    frame = pd.DataFrame(
        {"size": size, "weight": -size, "id": np.arange(N).astype(str)}
    )
    frame["id"] = "insect " + frame["id"]
    frame["true"] = true
    frame["given"] = np.where(
        np.arange(N) % 10 == 0, np.roll(np.unique(true), 1)[codes], true
    )
    frame.loc[3, "given"] = None
    frame.to_csv("data.csv", index=False)
    pd.DataFrame({"x": range(8), "y": range(8)}).to_csv("few.csv", index=False)
    votes = [
        (f"t{i}", f"w{k % 9}", "ab"[k % 2]) for i in range(30) for k in range(i, i + 3)
    ]
    votes = pd.DataFrame(votes, columns=["task", "worker", "label"])
    votes.to_csv("votes.csv", index=False)
    images = rng.random((N, 6, 6)).astype("float32") + codes[:, None, None]
    np.savez(
        "images.npz",
        X=images,
        y=np.where(np.arange(N) % 10 == 0, (codes + 1) % 3, codes),
    )
    return tmp_path


def audit(*arguments):
    return main(["audit", *arguments])


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_it_finds_the_wrong_labels_of_a_table_and_says_where(folder, capsys):
    assert audit("data.csv", "--label", "given", "--clean-label", "true") == 0
    out, err = capsys.readouterr()
    assert "data.csv: 149 samples, 2 features, 3 classes" in out
    assert "1 row without a label left out" in out
    assert "by 'true', 10.1% are wrong" in out
    assert "Open sknoisy-audit/report.html in a browser" in out
    assert "looking for wrong labels is done, 3 to go" in err
    frame = pd.read_csv("data.csv")
    issues = read("sknoisy-audit/issues.csv")
    wrong = set(frame.index[frame["given"].notna() & (frame["given"] != frame["true"])])
    found = {int(row["row"]) for row in issues}
    assert len(found & wrong) >= 0.8 * len(wrong)
    assert [int(row["rank"]) for row in issues] == list(range(1, len(issues) + 1))
    for row in issues:
        assert row["given_label"] == frame["given"][int(row["row"])]
        assert row["id"] == frame["id"][int(row["row"])]
    qualities = [float(row["quality"]) for row in issues]
    assert qualities == sorted(qualities)


def test_the_folder_holds_a_page_the_matrix_and_pictures(folder):
    audit("data.csv", "--label", "given", "--clean-label", "true", "--out", "here")
    names = {path.name for path in (folder / "here").iterdir()}
    pictures = {"issues.png", "precision_recall.png", "quality.png", "transition.png"}
    tables = {"columns.csv", "issues.csv", "transition.csv"}
    pages = {"report.html", "report.json", "review.html"}
    assert names == {*pages, *tables, *pictures}
    page = (folder / "here" / "review.html").read_text(encoding="utf-8")
    assert "review-corrections.csv" in page
    assert "insect 10" in page  # what nothing was learned from helps people decide
    assert "<b>wasp</b>" not in page
    matrix = pd.read_csv("here/transition.csv", index_col=0)
    assert list(matrix.columns) == list(matrix.index) == ["<b>wasp</b>", "ant", "bee"]
    np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-4)


def test_images_get_a_gallery(folder, capsys):
    assert audit("images.npz", "--detector", "neighbors", "--out", "here") == 0
    assert (folder / "here" / "gallery.png").stat().st_size > 1000
    assert "by NeighborConsensus()" in capsys.readouterr().out
    assert not (folder / "here" / "precision_recall.png").exists()


@pytest.mark.parametrize("detector", sorted(set(DETECTORS) - {"default"}))
def test_every_detector_works_on_a_table_with_a_budget(detector, folder):
    options = ["--label", "given", "--detector", detector, "--threshold", "7"]
    assert audit("data.csv", *options) == 0
    assert len(read("sknoisy-audit/issues.csv")) == 7


def test_labels_that_a_budget_flags_for_nothing_better_look_like_no_class(
    folder, capsys
):
    options = ["--label", "true", "--detector", "neighbors", "--threshold", "140"]
    assert audit("data.csv", *options) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    rows = {row[0]: row[4] for row in rows if row and row[0] in ("ant", "bee")}
    assert len(rows) == 2
    assert all(looks_like != label for label, looks_like in rows.items())


def test_pictures_that_cannot_be_drawn_are_told(folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert audit("data.csv", "--label", "given", "--detector", "neighbors") == 0
    out = capsys.readouterr().out
    assert out.count('note: no pictures without matplotlib: pip install "skn') == 1
    assert "columns.csv, report.json, report.html, review.html\n" in out
    assert out.count("1 row without a label left out") == 1


def test_texts_are_audited_and_compared(folder, capsys):
    rng = np.random.default_rng(0)
    words = {"good": ["fine", "great", "love"], "bad": ["poor", "hate", "awful"]}
    true = rng.choice(["good", "bad"], 2 * N)
    texts = [
        f"a {rng.choice(words[y])} film with {rng.choice(words[y])} end" for y in true
    ]
    is_wrong = np.arange(2 * N) % 15 == 0
    given = np.where(is_wrong, np.where(true == "good", "bad", "good"), true)
    pd.DataFrame({"text": texts, "label": given}).to_csv("texts.csv", index=False)
    assert audit("texts.csv", "--label", "label", "--text", "text") == 0
    assert "taken for text: text\n" in capsys.readouterr().out
    found = {int(row["row"]) for row in read("sknoisy-audit/issues.csv")}
    assert found <= set(range(0, 2 * N, 15))
    assert len(found) >= 16
    page = (folder / "sknoisy-audit" / "review.html").read_text(encoding="utf-8")
    assert texts[15] in page
    methods = ["--methods", "logistic,forest,boosting", "--folds", "2"]
    assert main(["compare", "texts.csv", "--label", "label", *methods]) == 0


def test_ids_of_the_file_name_its_rows(folder):
    assert audit("data.csv", "--label", "given", "--detector", "neighbors") == 0
    for row in read("sknoisy-audit/issues.csv"):
        assert row["id"] == f"insect {row['row']}"
    page = (folder / "sknoisy-audit" / "review.html").read_text(encoding="utf-8")
    assert "row 10" not in page
    reasons = {row["column"]: row["role"] for row in read("sknoisy-audit/columns.csv")}
    assert reasons["id"] == "id"


def test_row_numbers_of_a_sorted_file_hide_no_wrong_label(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    true = np.repeat(["a", "b"], 100)
    given = true.copy()
    given[[3, 50, 120, 170]] = ["b", "b", "a", "a"]
    frame = pd.DataFrame({"size": rng.normal(size=200) + 5 * (true == "b"), "y": given})
    frame.sort_values("y", kind="stable").reset_index(drop=True).to_csv("data.csv")
    assert audit("data.csv", "--label", "y", "--seed", "1") == 0
    assert len(read("sknoisy-audit/issues.csv")) >= 4


def test_no_cell_of_a_csv_is_a_formula(tmp_path):
    path = tmp_path / "cells.csv"
    write_csv(path, [["=HYPERLINK(1)", "-5", "+x", "@y", "plain", -5]])
    assert path.read_text() == "'=HYPERLINK(1),-5,'+x,'@y,plain,-5\n"


def test_an_older_csv_stays_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "cells.csv"
    write_csv(path, [["old"]])

    def rows():
        yield ["new"]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_csv(path, rows())
    assert path.read_text() == "old\n"
    assert [file.name for file in tmp_path.iterdir()] == ["cells.csv"]


def test_equal_seeds_give_equal_files(folder):
    for out in ["one", "two"]:
        audit("data.csv", "--label", "given", "--seed", "3", "--out", out)
    first, second = (
        (folder / out / "issues.csv").read_text() for out in ["one", "two"]
    )
    assert first == second


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.csv", "--label", "given"], "there is no such file"),
        (["none.csv", "--detector", "marign"], "'margin'"),  # told before reading
        (["none.csv", "--threshold", "most"], "it must be auto"),
        (["votes.csv", "--label", "label"], "sknoisy.annotators.pivot_votes("),
        (["data.csv"], "--label NAME; it has: size, weight"),
        (["data.csv", "--label", "givn"], "did you mean 'given'"),
        (["data.csv", "--label", "given", "--detector", "marign"], "'margin'"),
        (["data.csv", "--label", "given", "--threshold", "most"], "it must be auto"),
        (["data.csv", "--label", "given", "--threshold", "1.5"], "threshold"),
        (["data.csv", "--label", "given", "--max-items", "0"], "at least 1"),
        (["data.csv", "--label", "given", "--threads", "0"], "at least 1"),
        (["data.csv", "--label", "true", "--clean-label", "true"], "the same column"),
        (["data.csv", "--label", "id"], "can't be class labels"),
        (["few.csv", "--label", "y"], "judging labels by others needs a class of 2"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(arguments, message, folder, capsys):
    assert audit(*arguments) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("sknoisy audit: error: ")
    assert message in error


def test_minus_one_is_a_class_with_a_note(folder, capsys):
    frame = pd.read_csv("data.csv")
    frame["mood"] = frame["given"].map({"ant": -1, "bee": 0, "<b>wasp</b>": 1})
    frame[["size", "weight", "mood"]].to_csv("moods.csv", index=False)
    assert audit("moods.csv", "--label", "mood", "--detector", "neighbors") == 0
    out, _ = capsys.readouterr()
    assert "note: label -1 is taken for a class" in out


@pytest.mark.slow
def test_rows_of_a_group_are_not_judged_by_each_other(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = make_patients()
    frame = pd.DataFrame(rows.X, columns=[f"x{j}" for j in range(8)])
    frame["kind"] = np.array(["ill", "well"])[rows.y]
    frame["patient"] = [f"p{group}" for group in rows.groups]
    frame.to_csv("visits.csv", index=False)
    found = {}
    for name in ("ignore", "group"):
        assert audit("visits.csv", "--label", "kind", f"--{name}", "patient") == 0
        found[name] = len(pd.read_csv("sknoisy-audit/issues.csv"))
    assert found["group"] > found["ignore"] + 50
    arguments = ["visits.csv", "--label", "kind", "--group", "patient"]
    assert audit(*arguments, "--detector", "margin") == 2
    assert "AreaUnderMargin has no use for groups" in capsys.readouterr().err
