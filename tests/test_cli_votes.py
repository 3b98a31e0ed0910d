"""``sknoisy votes``: a file of votes in, tables of consensus and people out."""

import csv
import json

import numpy as np
import pytest
from answer_helpers import annotation, choice, task

from sknoisy._cli import main
from sknoisy._cli._tool_exports import tool_of
from sknoisy.noise import AnnotatorNoise

PEOPLE = ["Ann", "Bob", "Cy", "=Dee"]
COLUMNS = ["--task", "image", "--worker", "who", "--label", "animal"]


@pytest.fixture
def answers(tmp_path):
    """A file of votes on sixty pictures, one of them by nobody, and the truth."""
    y = np.arange(60) % 3
    crowd = AnnotatorNoise([0.1, 0.2, 0.3, 0.6], missing_rate=0.3, random_state=0)
    table = crowd.fit_corrupt(y)
    names = np.array(["cat", "dog", "emu"])
    lines = [
        [f"{i}.png", PEOPLE[j], names[table[i, j]]]
        for i, j in np.argwhere(table >= 0).tolist()
    ]
    _save(
        tmp_path / "answers.csv",
        ["image", "who", "animal"],
        [*lines, ["9.png", "", "cat"]],
    )
    X = np.eye(3)[y] + np.random.default_rng(0).normal(scale=0.3, size=(60, 3))
    rows = [[f"{i}.png", *row] for i, row in enumerate(X.tolist())]
    _save(tmp_path / "features.csv", ["image", "a", "b", "c"], rows)
    return tmp_path, dict(zip([f"{i}.png" for i in range(60)], names[y], strict=True))


def _save(path, head, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])


def _load(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def right_in(folder, truth):
    rows = _load(folder / "consensus.csv")
    return np.mean([row["label"] == truth[row["task"]] for row in rows])


@pytest.mark.parametrize("method", ["dawid_skene", "majority"])
def test_votes_become_labels_and_people_are_told(answers, capsys, method):
    folder, truth = answers
    out = folder / "out"
    status = main(
        ["votes", str(folder / "answers.csv"), *COLUMNS, "--out", str(out)]
        + ["--method", method, "--ask", "7"]
    )
    assert status == 0
    told = capsys.readouterr().out
    assert "1 without an annotator" in told and "Krippendorff's alpha" in told
    assert right_in(out, truth) > 0.75
    people = _load(out / "people.csv")
    assert people[0]["annotator"] == "'=Dee"  # no spreadsheet runs it
    assert len(_load(out / "pairs.csv")) == 6 and len(_load(out / "ask.csv")) == 7
    assert (out / "confusions.csv").exists() is (method == "dawid_skene")


def test_a_report_to_read_and_a_status_for_scripts(answers, capsys):
    folder, _ = answers
    out = folder / "out"
    asked = ["votes", str(folder / "answers.csv"), *COLUMNS, "--out", str(out)]
    assert main([*asked, "--fail-under", "0.1", "--ask", "5"]) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    content = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert content["left_out"] == {"without an annotator": 1}
    assert len(content["people"]) == 4 and len(content["ask"]) == 5
    assert content["people"][0]["annotator"] == "=Dee"
    for title in ("People", "Who disagrees with whom", "What to ask again"):
        assert f"<h2>{title}</h2>" in page
    assert "<script" not in page and "Left out: 1 without an annotator" in page
    capsys.readouterr()
    assert main([*asked, "--fail-under", "0.99"]) == 3
    assert "--fail-under asks for 0.99" in capsys.readouterr().out


def test_names_on_the_report_are_text(tmp_path):
    rows = [[f"<b>{i}", w, "<i>&"[i % 2 :]] for i in range(6) for w in ("<u>", "b")]
    _save(tmp_path / "v.csv", ["task", "worker", "label"], rows)
    assert main(["votes", str(tmp_path / "v.csv"), "--out", str(tmp_path / "o")]) == 0
    page = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert "<u>" not in page and "<i>" not in page and "&lt;u&gt;" in page


def test_features_let_a_classifier_vote(answers, capsys):
    folder, truth = answers
    files = [str(folder / "answers.csv"), "--features", str(folder / "features.csv")]
    assert main(["votes", *files, *COLUMNS, "--out", str(folder / "out")]) == 0
    assert right_in(folder / "out", truth) > 0.9


WRONG = {
    "no file": (["nowhere.csv"], "nowhere.csv: there is no such file"),
    "no column": (["answers.csv"], "names the sample can't be told from"),
    "which person": (["answers.csv", *COLUMNS[:2]], "say so by --worker …. There may"),
    "wrong column": (["answers.csv", *COLUMNS[:5], "x"], "--label 'x' is no column"),
    "ask": (["answers.csv", *COLUMNS, "--ask", "0"], "it must be at least 1"),
    "method": (["answers.csv", "--method", "mean"], "invalid choice: 'mean'"),
    "features": (
        ["answers.csv", *COLUMNS, "--features", "answers.csv"],
        "tasks are there twice",
    ),
}


@pytest.mark.parametrize("case", sorted(WRONG))
def test_what_cannot_be_used_is_one_line_and_exit_code_2(
    answers, capsys, monkeypatch, case
):
    arguments, message = WRONG[case]
    monkeypatch.chdir(answers[0])
    assert main(["votes", *arguments]) == 2
    told = capsys.readouterr().err
    assert message in told and told.count("\n") == 1
    assert told.startswith("sknoisy votes: error: ")
    assert not (answers[0] / "sknoisy-votes").exists()


def test_labels_that_look_alike_are_notes(tmp_path, capsys):
    rows = [[i, who, "x " if i == 3 else "xy"[i % 2]] for i in range(8) for who in "ab"]
    _save(tmp_path / "v.csv", ["task", "worker", "label"], rows)
    assert main(["votes", str(tmp_path / "v.csv"), "--out", str(tmp_path / "o")]) == 0
    assert "note: The labels 'x'" in capsys.readouterr().out


@pytest.fixture
def export(tmp_path):
    """What Label Studio exports of five tasks and two people, who agree on four."""
    tasks = [
        task(i, annotation(choice("cat")), annotation(choice("cat"), who=2))
        for i in range(4)
    ]
    tasks.append(task(4, annotation(choice("cat")), annotation(choice("dog"), who=2)))
    path = tmp_path / "project.json"
    path.write_text(json.dumps(tasks, indent=1), encoding="utf-8")
    return path


def test_what_label_studio_exports_is_read_as_votes(export, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["votes", str(export), "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "10 votes" in printed
    assert json.loads((out / "report.json").read_text("utf-8"))["n_annotators"] == 2


def test_an_audit_of_it_says_what_to_do(export, capsys):
    assert main(["audit", str(export), "--label", "label"]) == 2
    said = capsys.readouterr().err
    assert "export of Label Studio" in said and f"sknoisy votes {export}" in said


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ('[{"id": 1, "data": {}, "annotations": []}]', True),
        ('\ufeff [ {"annotations": [], "data": {"t": "' + "x" * 70_000 + '"}}]', True),
        ('[{"id": 1, "text": "annotations", "data": 3}]', False),
        ('{"annotations": [], "data": []}', False),
        ("[1, 2]", False),
        ("[]", False),
        ("", False),
    ],
)
def test_an_export_is_told_from_other_files(tmp_path, text, is_one):
    path = tmp_path / "file.json"
    path.write_text(text, encoding="utf-8")
    assert (tool_of(path) == "label_studio") is is_one
    assert not tool_of(tmp_path / "none.json")
    assert not tool_of(tmp_path)
