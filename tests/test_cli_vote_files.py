"""``sknoisy votes`` of files of every shape: all say the same."""

import csv
import json
import re

import numpy as np
import pytest
from answer_helpers import annotation, choice, task

from sknoisy._cli import main
from sknoisy._cli._tool_exports import tool_of

PEOPLE = ["Ann", "Bob", "Cy"]
N = 30


@pytest.fixture(scope="module")
def votes():
    """The votes of three people on thirty texts, of whom one has left some out."""
    rng = np.random.default_rng(0)
    said = np.array(["cat", "dog", "emu"])[np.arange(N) % 3]
    said = np.where(rng.random((3, N)) < [[0.05], [0.2], [0.4]], "cat", said)
    return {
        (i, who): str(said[j, i])
        for j, who in enumerate(PEOPLE)
        for i in range(N)
        if j or i % 5
    }


def of_each(votes, i):
    return [(who, votes[i, who]) for who in PEOPLE if (i, who) in votes]


def wide(votes, folder):
    rows = [
        [f"t{i}", *(votes.get((i, who), "") for who in PEOPLE), f"words {i}"]
        for i in range(N)
    ]
    return [save(folder, "wide.csv", ["name", *PEOPLE, "text"], rows)], "Ann, Bob,Cy"


def counted_rows(votes, folder):
    rows = [[votes.get((i, who), "") for who in PEOPLE] for i in range(N)]
    return [save(folder, "wide.csv", PEOPLE, rows)], "Ann,Bob,Cy"


def label_studio(votes, folder):
    tasks = [
        task(
            i, *(annotation(choice(label), who=who) for who, label in of_each(votes, i))
        )
        for i in range(N)
    ]
    return [dump(folder, "a.json", tasks)], None


def label_studio_csv(votes, folder):
    head = ["annotation_id", "annotator", "id", "label", "lead_time", "text"]
    rows = [[n, who, i, v, 1.5, "?"] for n, ((i, who), v) in enumerate(votes.items())]
    return [save(folder, "a.csv", head, rows)], None


def prodigy(votes, folder):
    about = {"_view_id": "choice", "answer": "accept"}
    lines = [
        {"text": f"words {i}", "_input_hash": i, "_task_hash": i, "accept": [label]}
        | about
        | {"_annotator_id": who, "_session_id": who}
        for (i, who), label in votes.items()
    ]
    return [dump(folder, "a.jsonl", lines)], None


def doccano(votes, folder):
    files = []
    for who in PEOPLE:
        lines = [
            {
                "id": i,
                "text": f"words {i}",
                "label": [v for p, v in of_each(votes, i) if p == who],
            }
            for i in range(N)
        ]
        files.append(dump(folder, f"{who}.jsonl", lines))
    return files, None


def doccano_of_all(votes, folder):
    lines = [
        {
            "id": i,
            "text": "?",
            "annotations": [{"label": v, "user": p} for p, v in of_each(votes, i)],
        }
        for i in range(N)
    ]
    return [dump(folder, "all.jsonl", lines)], None


def argilla(votes, folder):
    records = [
        {
            "id": f"r{i}",
            "fields": {"text": "?"},
            "responses": {
                "label": [
                    {"value": v, "user_id": p, "status": "submitted"}
                    for p, v in of_each(votes, i)
                ]
            },
        }
        for i in range(N)
    ]
    return [dump(folder, "a.json", records)], None


def mechanical_turk(votes, folder):
    head = ["HITId", "AssignmentId", "WorkerId", "AssignmentStatus", "Input.text"]
    rows = [
        [f"H{i}", f"A{n}", who, "Approved", "?", label]
        for n, ((i, who), label) in enumerate(votes.items())
    ]
    return [save(folder, "batch.csv", [*head, "Answer.animal.label"], rows)], None


def save(folder, name, head, rows):
    with open(folder / name, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    return folder / name


def dump(folder, name, items):
    lines = "\n".join(map(json.dumps, items))
    text = lines if name.endswith("l") else json.dumps(items)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def majority(votes, i):
    labels = [label for _, label in of_each(votes, i)]
    return max(labels, key=labels.count), labels


SHAPES = (
    *(wide, counted_rows, label_studio, label_studio_csv, prodigy, doccano),
    *(doccano_of_all, argilla, mechanical_turk),
)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_comes_to_the_same(shape, votes, tmp_path, capsys):
    files, people = shape(votes, tmp_path)
    out = tmp_path / "out"
    more = [] if people is None else ["--wide", people]
    command = ["votes", *map(str, files), *more, "--method", "majority", "-o", str(out)]
    assert main(command) == 0
    assert (
        f"{len(votes)} votes on {N} samples by 3 annotators" in capsys.readouterr().out
    )
    with open(out / "consensus.csv", newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    numbers = [int(re.sub(r"\D", "", row["task"])) for row in found]
    places = np.subtract(numbers, min(numbers))  # rows are counted from 1
    assert sorted(places) == list(range(N))
    for row, i in zip(found, places, strict=True):
        label, labels = majority(votes, i)
        if labels.count(label) > len(labels) / 2:
            assert row["label"] == label
    with open(out / "people.csv", newline="", encoding="utf-8") as file:
        assert {row["annotator"] for row in csv.DictReader(file)} == set(PEOPLE)


def test_what_is_none_of_them_is_told_what_there_may_be(votes, tmp_path, capsys):
    (path,), _ = wide(votes, tmp_path)
    assert main(["votes", str(path)]) == 2
    told = capsys.readouterr().err
    assert "which --wide names, here maybe --wide 'Ann,Bob,Cy'; or what Label" in told
    assert told.count("\n") == 1
    assert main(["votes", str(path), "--wide", "Ann,Bo"]) == 2
    assert "--wide 'Bo' is no column" in capsys.readouterr().err
    assert main(["votes", str(path), "--wide", "Ann,Bob", "--task", "x"]) == 2
    assert "--task 'x' is no column" in capsys.readouterr().err
    assert main(["votes", str(path), str(path), "--wide", "Ann,Bob"]) == 2
    assert "several files are read of doccano alone" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("shape", "tool"),
    [(prodigy, "Prodigy"), (doccano, "doccano"), (argilla, "Argilla")],
)
def test_an_audit_of_an_export_says_what_to_do(shape, tool, votes, tmp_path, capsys):
    (path, *_), _ = shape(votes, tmp_path)
    assert main(["audit", str(path)]) == 2
    said = capsys.readouterr().err
    assert f"export of {tool}" in said and f"sknoisy votes {path}" in said


def test_one_person_is_not_judged(votes, tmp_path, capsys):
    files, _ = doccano(votes, tmp_path)
    assert main(["votes", str(files[1]), "-o", str(tmp_path / "o")]) == 0
    assert "note: no task has several votes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "tool"),
    [
        ("a.jsonl", '{"answer": "accept", "_task_hash": 3}\n{}', "prodigy"),
        ("a.jsonl", '{"question": "?", "answer": "yes", "worker": 1}', None),
        ("a.json", '[{"id": 1, "label": ["x"]}]', "doccano"),
        ("a.json", '[{"id": 1, "label": "x"}]', None),
        ("a.json", '[{"text": "x", "label.responses": []}]', "argilla"),
        ("a.txt", '{"answer": "accept", "_task_hash": 3}', None),
        ("a.json", "not JSON", None),
    ],
)
def test_a_tool_is_told_by_the_first_task(name, text, tool, tmp_path):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert tool_of(tmp_path / name) == tool
