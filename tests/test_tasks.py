"""Tasks for Argilla, doccano and Prodigy, and what people make of them."""

import json

import numpy as np
import pandas as pd
import pytest

from sknoisy.annotators import read_argilla, read_doccano, read_prodigy
from sknoisy.cleaning import apply_answers, write_tasks

X, Y = ["aa", "bb", "cc", "dd"], ["cat", "dog", "cat", "bird"]
QUALITY, SUGGESTED = [0.4, 0.2, 0.1, 0.9], ["bird", "dog", "bird", "bird"]
READERS = {"argilla": read_argilla, "doccano": read_doccano, "prodigy": read_prodigy}


def read(path, tool):
    text = path.read_text(encoding="utf-8")
    return (
        json.loads(text)
        if tool == "argilla"
        else [*map(json.loads, text.split("\n")[:-1])]
    )


def answer(task, tool, label):
    """Return a task as the tool exports it once somebody has chosen a label."""
    if tool == "argilla":
        response = {"value": label, "user_id": "u1", "status": "submitted"}
        return task | {"responses": {"label": [response]}}
    if tool == "doccano":
        return task | {"id": 100 + task["index"], "label": [label]}
    told = {"_input_hash": 100 + task["index"], "_annotator_id": "ann"}
    return task | told | {"accept": [label], "answer": "accept"}


def export(tasks, path, tool):
    lines = [json.dumps(task, ensure_ascii=False) for task in tasks]
    path.write_text(
        f"[{','.join(lines)}]" if tool == "argilla" else "\n".join(lines),
        encoding="utf-8",
    )
    return READERS[tool](path)


@pytest.mark.parametrize("tool", sorted(READERS))
def test_people_see_suggestion_quality_and_why(tool, tmp_path):
    options = {"tool": tool, "suggested_labels": SUGGESTED, "max_items": 3}
    path = write_tasks(X, Y, QUALITY, tmp_path / "tasks", **options)
    first, second, third = read(path, tool)
    why = "Of the 3 rows most like it 1 is dog, 1 is bird, 1 cat."
    about = {"index": 2, "given": "cat", "quality": 0.1}
    if tool == "argilla":
        assert first["fields"]["sample"] == "cc"
        assert first["suggestions"]["label"]["value"] == "bird"
        assert first["suggestions"]["label"]["score"] == pytest.approx(0.9)
        assert first["metadata"].items() >= about.items()
        assert second["suggestions"] == {}
        said = first["fields"]["why"]
    elif tool == "doccano":
        assert first["text"] == "cc" and first["label"] == ["bird"]
        assert first.items() >= about.items() and second["label"] == []
        said = first["why"]
    else:
        assert first["text"] == "cc" and first["accept"] == ["bird"]
        assert [one["id"] for one in first["options"]] == ["bird", "cat", "dog"]
        assert first["meta"].items() >= {"given": "cat", "quality": 0.1}.items()
        assert second["accept"] == []
        said = first["meta"]["why"]
    assert sorted(said.split(" ")) == sorted(why.split(" "))


@pytest.mark.parametrize("tool", sorted(READERS))
def test_what_people_choose_comes_back(tool, tmp_path):
    path = write_tasks(X, Y, QUALITY, tmp_path / "ann", tool=tool)
    tasks = read(path, tool)
    answers = export([answer(tasks[0], tool, "dog")], path, tool)
    assert apply_answers(Y, answers, X=X) == ["cat", "dog", "dog", "bird"]
    back = apply_answers(pd.Series(Y, index=list("wxyz")), answers)
    assert back.index.tolist() == list("wxyz") and back.iloc[2] == "dog"
    with pytest.raises(ValueError, match="was made for other labels"):
        apply_answers(Y[::-1], answers)
    with pytest.raises(ValueError, match="to 'emu', which is none of the labels"):
        apply_answers(Y, export([answer(tasks[0], tool, "emu")], path, tool))
    answers.data = {}
    with pytest.raises(ValueError, match=r"has no \['index', 'given', 'fingerprint'\]"):
        apply_answers(Y, answers)


@pytest.mark.parametrize("tool", sorted(READERS))
def test_people_who_disagree_are_told_so(tool, tmp_path):
    path = write_tasks(X, Y, QUALITY, tmp_path / "ann", tool=tool)
    (task, *_) = read(path, tool)
    answers = export([answer(task, tool, "dog")], path, tool)
    other = export([answer(task, tool, "bird")], path, tool)
    for name in ("tasks", "annotators", "labels"):
        getattr(answers, name).extend(getattr(other, name))
    with pytest.raises(ValueError, match="Sample 2 is 'dog' by .* 'bird' by"):
        apply_answers(Y, answers)


@pytest.mark.parametrize("tool", sorted(READERS))
def test_nothing_is_lost_in_a_thousand_tasks(tool, tmp_path):
    rng = np.random.default_rng(0)
    names = np.array(["a", "b c", "ü,\"'", "=1", "09", "\u2028x", "{}"])
    samples = [f"{number}\n\t{names[number % 7]}" for number in range(1000)]
    labels, chosen = names[rng.integers(7, size=(2, 1000))]
    path = tmp_path / "ann"
    write_tasks(samples, labels, rng.random(1000), path, tool=tool, n_similar=0)
    tasks = read(path, tool)
    assert len(tasks) == 1000
    index = [task.get("metadata", task)["index"] for task in tasks]
    answered = [
        answer(t, tool, str(chosen[i])) for t, i in zip(tasks, index, strict=True)
    ]
    back = apply_answers(labels, export(answered, path, tool), X=samples)
    assert back.tolist() == chosen.tolist()


@pytest.mark.parametrize("tool", sorted(READERS))
def test_tables_become_texts_and_images_travel(tool, tmp_path):
    path = tmp_path / "tasks"
    table = pd.DataFrame({"size": [1, 2, 3, 4], "hue": Y})
    (task, *_) = read(write_tasks(table, Y, QUALITY, path, tool=tool), tool)
    assert (
        task.get("fields", task).get("sample", task.get("text")) == "size: 3\nhue: cat"
    )
    images = np.zeros((4, 2, 2))
    if tool == "doccano":
        with pytest.raises(ValueError, match="doccano takes images as files"):
            write_tasks(images, Y, QUALITY, path, tool=tool)
        return
    (task, *_) = read(write_tasks(images, Y, QUALITY, path, tool=tool), tool)
    shown = task["fields"]["sample"] if tool == "argilla" else task["image"]
    assert shown.startswith("data:image/png;base64,")


def test_other_tools_are_refused(tmp_path):
    with pytest.raises(ValueError, match="tool"):
        write_tasks(X, Y, QUALITY, tmp_path / "x", tool="labelbox")
