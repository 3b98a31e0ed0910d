"""Decisions come back into y, and files that belong to other data don't."""

import csv
import json
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sknoisy._files import without_formula
from sknoisy._fingerprint import fingerprint, label_text
from sknoisy.cleaning import apply_corrections, from_label_studio, to_label_studio
from sknoisy.cleaning._corrections import COLUMNS

Y = ["cat", "dog", "cat", "bird"]
X = [[1.0], [2.0], [3.0], [4.0]]


def write(path, y, *decisions, X=None, separator=",", encoding="utf-8", **changes):
    """Write decisions (index, corrected, decision), as a page exports them."""
    with open(path, "w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=separator)
        writer.writeheader()
        for index, corrected, decision in decisions:
            row = {
                "index": index,
                "given": without_formula(label_text(list(y)[index])),
                "corrected": without_formula(label_text(corrected)),
                "decision": decision,
                "fingerprint": fingerprint(y, X),
            }
            writer.writerow(row | changes)
    return path


DECISIONS = [(0, "dog", "accept"), (1, "dog", "keep"), (2, "dog", "skip")]
DECISIONS += [(3, "cat", "choose")]
EXPECTED = ["dog", "dog", "cat", "cat"]


# ---------------------------------------------------------------- what comes back


@pytest.mark.parametrize(
    "options",
    [
        *({}, {"separator": ";"}, {"separator": "\t"}, {"X": X}),
        *({"encoding": e} for e in ("utf-8-sig", "utf-16", "cp1252")),
    ],
)
def test_decisions_change_labels_and_skipped_ones_stay(options, tmp_path):
    path = write(tmp_path / "c.csv", Y, *DECISIONS, **options)
    assert apply_corrections(Y, path) == EXPECTED
    assert apply_corrections(Y, str(path), X=X) == EXPECTED
    assert Y == ["cat", "dog", "cat", "bird"]


def test_labels_that_look_like_formulas_come_back(tmp_path):
    y = ["=a", "'=a", "-1", "-x", "ä"]
    rows = [(0, "'=a", "choose"), (1, "-x", "choose"), (3, "ä", "choose")]
    safe = write(tmp_path / "safe.csv", y, *rows)
    assert "'=a" in safe.read_text("utf-8")
    assert "''=a" in safe.read_text("utf-8")
    assert apply_corrections(y, safe) == ["'=a", "-x", "-1", "ä", "ä"]


def test_a_label_that_is_kept_and_corrected_at_once_is_refused(tmp_path):
    path = write(tmp_path / "c.csv", Y, (0, "dog", "keep"))
    with pytest.raises(ValueError, match="keeps the label 'cat' of sample 0, and corr"):
        apply_corrections(Y, path)


KINDS = {
    "list": lambda y: list(y),
    "array": np.array,
    "object": lambda y: np.array(y, dtype=object),
    "pandas": lambda y: pd.Series(y, index=[9, 8, 7, 6], name="label"),
    "category": lambda y: pd.Series(y, dtype="category"),
    "polars": lambda y: pl.Series("label", y),
}
LABELS = {
    "words": Y,
    "ints": [3, 10, 3, -1],
    "floats": [3.0, 2.0, 3.0, -1.0],
    "bools": [True, False, True, False],
}


# as everywhere, arrays of objects hold words: scikit-learn takes no others for labels
FITTING = [(kind, labels) for kind in KINDS for labels in LABELS]
FITTING = [c for c in FITTING if c[0] != "object" or c[1] == "words"]
FITTING.remove(("category", "bools"))


@pytest.mark.parametrize("kind, labels", FITTING)
def test_labels_come_back_as_they_were_given(kind, labels, tmp_path):
    values = LABELS[labels]
    y = KINDS[kind](values)
    path = write(tmp_path / "c.csv", y, (0, values[1], "choose"))
    back = apply_corrections(y, path)
    expected = KINDS[kind]([values[1], *values[1:]])
    assert type(back) is type(y)
    if kind == "list":
        assert back == expected and type(back[0]) is type(values[0])
    elif kind == "polars":
        assert back.equals(expected) and back.dtype == y.dtype
    elif kind in ("pandas", "category"):
        dtypes = y.dtype if kind == "category" else expected.dtype
        pd.testing.assert_series_equal(back, expected.astype(dtypes))
    else:
        assert_array_equal(back, expected, strict=True)
    assert list(y) == list(KINDS[kind](values))  # untouched


def test_small_integers_stay_small(tmp_path):
    y = np.array([1, 2, 1], dtype=np.int8)
    back = apply_corrections(y, write(tmp_path / "c.csv", y, (0, 2, "accept")))
    assert_array_equal(back, np.array([2, 2, 1], dtype=np.int8), strict=True)


def test_longer_words_are_not_cut(tmp_path):
    y = np.array(["a", "b"])
    path = write(tmp_path / "c.csv", y, (0, "salamander", "choose"))
    back = apply_corrections(y, path, classes=["a", "b", "salamander"])
    assert back.tolist() == ["salamander", "b"]
    series = pd.Series(y, dtype="category")
    back = apply_corrections(series, path, classes=["a", "b", "salamander"])
    assert back.tolist() == ["salamander", "b"]


@settings(max_examples=30, deadline=None)
@example(labels=["", "'="])
@given(
    labels=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
        min_size=2,
        max_size=4,
        unique=True,
    )
)
def test_every_text_can_be_a_label(labels, tmp_path_factory):
    path = tmp_path_factory.mktemp("csv") / "c.csv"
    decisions = [(i, labels[i - 1], "choose") for i in range(len(labels))]
    back = apply_corrections(labels, write(path, labels, *decisions))
    assert back == [labels[i - 1] for i in range(len(labels))]


def test_no_decisions_change_nothing(tmp_path):
    assert apply_corrections(Y, write(tmp_path / "c.csv", Y)) == Y


def test_several_people_can_share_the_work(tmp_path):
    first = write(tmp_path / "a.csv", Y, *DECISIONS[:3])
    second = write(tmp_path / "b.csv", Y, (0, "dog", "choose"), (2, "bird", "accept"))
    assert apply_corrections(Y, [first, second]) == ["dog", "dog", "bird", "bird"]


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "y, message",
    [
        (Y[:3], "c.csv was made for 4 samples, but y has 3. Corrections fit only"),
        (["dog", "cat", "cat", "bird"], "for other labels than y's, though 4 of them"),
        (EXPECTED, "not corrected yet"),
    ],
)
def test_a_file_for_other_labels_is_refused(y, message, tmp_path):
    path = write(tmp_path / "c.csv", Y, *DECISIONS)
    with pytest.raises(ValueError, match=message):
        apply_corrections(y, path)


def test_a_file_for_other_samples_is_refused_where_they_are_given(tmp_path):
    path = write(tmp_path / "c.csv", Y, *DECISIONS, X=X)
    with pytest.raises(ValueError, match="for the labels of y, but for another X"):
        apply_corrections(Y, path, X=X[::-1])


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"index": 4}, "names the sample '4'; expected a whole number from 0 to 3"),
        ({"index": -1}, "names the sample '-1'"),
        ({"index": "1.5"}, "names the sample '1.5'"),
        ({"given": "cow"}, "sample 0 was given the label 'cow', but in y it is 'cat'"),
        ({"corrected": "cow"}, "corrects sample 0 to 'cow', which is none of the"),
        ({"decision": "acept"}, "decision='acept' is not one of .*mean 'accept'"),
        ({"fingerprint": "7-a-b"}, "for 7 samples"),
        ({"fingerprint": ""}, "was made for  samples"),
    ],
)
def test_a_damaged_line_is_refused(changes, message, tmp_path):
    path = write(tmp_path / "c.csv", Y, (0, "dog", "accept"), **changes)
    with pytest.raises(ValueError, match=message):
        apply_corrections(Y, path)


def test_another_table_is_refused(tmp_path):
    path = tmp_path / "c.csv"
    for text in ("", "index,label\n0,cat\n"):
        path.write_text(text)
        with pytest.raises(
            ValueError, match="isn't a file that a review page exported"
        ):
            apply_corrections(Y, path)


def test_people_who_disagree_are_told_so(tmp_path):
    paths = [
        write(tmp_path / f"{label}.csv", Y, (0, label, "choose"))
        for label in ("dog", "bird")
    ]
    with pytest.raises(ValueError, match="Sample 0 is 'dog' by .*dog.csv, and 'bird'"):
        apply_corrections(Y, paths)


# ---------------------------------------------------------------- Label Studio


@pytest.fixture
def tasks(tmp_path):
    """Write tasks and return them with the path and the labeling interface."""

    def make(X, y=Y, **options):
        detector = SimpleNamespace(
            quality_=np.array([0.4, 0.2, 0.1, 0.9]),
            is_issue_=np.array([True, True, True, False]),
            suggested_labels_=np.array([y[1], y[1], y[3], y[3]]),
        )
        path = to_label_studio(X, y, detector, tmp_path / "tasks.json", **options)
        interface = ElementTree.parse(path.with_suffix(".xml")).getroot()
        return json.loads(path.read_text(encoding="utf-8")), path, interface

    return make


def annotate(task, label, **options):
    """Return a task as Label Studio exports it once somebody has chosen a label."""
    result = {
        "id": "aBc",
        "type": "choices",
        "origin": "manual",
        "from_name": "label",
        "to_name": "sample",
        "value": {"choices": [label]},
    }
    annotation = {
        "id": 1,
        "completed_by": 1,
        "was_cancelled": False,
        "ground_truth": False,
        "result": [result],
    }
    made = task.get("annotations", [])
    return task | {"id": 7, "annotations": [*made, annotation | options]}


def save(tmp_path, *tasks):
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


LETTERS = ["aa", "bb", "cc", "dd"]


def test_tasks_are_what_label_studio_imports(tasks):
    written, _, interface = tasks(LETTERS)
    assert [task["data"]["index"] for task in written] == [2, 1, 0]
    assert written[0] == {
        "data": {
            "sample": "cc",
            "index": 2,
            "given": "cat",
            "quality": 0.1,
            "fingerprint": fingerprint(Y, LETTERS),
            "why": "Of the 3 rows most like it 1 is bird, 1 is dog, 1 cat.",
        },
        "predictions": [
            {
                "model_version": "sknoisy",
                "score": 0.9,
                "result": [
                    {
                        "id": "suggestion-2",
                        "type": "choices",
                        "from_name": "label",
                        "to_name": "sample",
                        "value": {"choices": ["bird"]},
                    }
                ],
            }
        ],
    }
    assert written[1]["predictions"] == []  # what is suggested is given
    assert interface.find("Text").attrib == {"name": "sample", "value": "$sample"}
    assert interface.findall("Header")[1].get("value") == "$why"
    choices = interface.find("Choices")
    assert (choices.get("name"), choices.get("toName")) == ("label", "sample")
    assert [choice.get("value") for choice in choices] == ["bird", "cat", "dog"]


def test_tasks_show_images_and_tables(tasks):
    written, _, interface = tasks(np.zeros((4, 2, 2)))
    assert written[0]["data"]["sample"].startswith("data:image/png;base64,")
    assert interface.find("Image") is not None
    addresses = [f"https://a.b/{i}.png" for i in range(4)]
    written, _, interface = tasks(addresses, kind="image_files")
    assert written[0]["data"]["sample"] == addresses[2]
    assert interface.find("Image") is not None
    written, _, interface = tasks(pd.DataFrame({"size": [1, 2, 3, 4], "hue": Y}))
    assert written[0]["data"]["sample"] == {"size": "3", "hue": "cat"}
    assert interface.find("Table") is not None


def test_names_of_classes_are_shown_and_labels_come_back(tasks):
    nasty = "<\"Cat\" & 'dog'>"
    _, _, interface = tasks(X, class_names={"cat": nasty})
    choice = interface.find("Choices")[1]
    assert (choice.get("value"), choice.get("alias")) == (nasty, "cat")


def test_annotations_change_labels_and_cancelled_ones_do_not(tasks, tmp_path):
    (two, one, zero), path, _ = tasks(X)
    export = save(
        tmp_path,
        annotate(two, "bird"),
        annotate(one, "cat", was_cancelled=True),
        annotate(zero, "dog", result=[{"from_name": "note", "value": {"text": "?"}}]),
    )
    with pytest.warns(UserWarning, match="don't count: 1 from another tag"):
        assert from_label_studio(Y, export, X=X) == ["cat", "dog", "bird", "bird"]
    with pytest.raises(
        ValueError, match="Nothing in .*tasks.json decides.*3 untouched"
    ):
        from_label_studio(Y, path)
    export = save(
        tmp_path, annotate(two, "bird"), annotate(one, "", was_cancelled=True)
    )
    back = from_label_studio(np.array(Y), [export, path])
    assert_array_equal(back, np.array(["cat", "dog", "bird", "bird"]), strict=True)


@pytest.mark.parametrize(
    ("strange", "reason"),
    [
        ({"last_action": "rejected"}, "rejected by a reviewer"),
        ({"result": []}, "empty"),
        (
            {"result": [{"from_name": "label", "value": {"choices": ["cat", "dog"]}}]},
            "several labels at once",
        ),
    ],
)
def test_beside_others_an_answer_that_does_not_count_is_told(
    strange, reason, tasks, tmp_path
):
    (two, one, _), *_ = tasks(X)
    export = save(tmp_path, annotate(two, "bird"), annotate(one, "cat", **strange))
    with pytest.warns(UserWarning, match=f"don't count: 1 {reason}"):
        assert from_label_studio(Y, export) == ["cat", "dog", "bird", "bird"]


def test_ground_truth_counts_more_than_other_annotations(tasks, tmp_path):
    (two, *_), _, _ = tasks(X)
    split = annotate(annotate(two, "bird"), "dog")
    with pytest.raises(ValueError, match="Sample 2 is 'bird' by .* 'dog' by"):
        from_label_studio(Y, save(tmp_path, split))
    settled = annotate(split, "dog", ground_truth=True)
    assert from_label_studio(Y, save(tmp_path, settled)) == [
        "cat",
        "dog",
        "dog",
        "bird",
    ]


def test_integers_and_further_classes_come_back(tasks, tmp_path):
    y = [3, 1, 3, 2]
    (two, *_), _, _ = tasks(X, y, classes=[1, 2, 3, 4])
    export = save(tmp_path, annotate(two, "4"))
    assert from_label_studio(y, export, classes=[1, 2, 3, 4]) == [3, 1, 4, 2]
    with pytest.raises(ValueError, match="corrects sample 2 to '4', which is none of"):
        from_label_studio(y, export)


@pytest.mark.parametrize(
    "export",
    [
        {"data": {}},
        [{"data": [1]}],
        [{"index": 2, "label": "bird"}],
        [{"data": {}}],
    ],
)
def test_what_label_studio_did_not_export_is_refused(export, tmp_path):
    path = tmp_path / "export.json"
    path.write_text(json.dumps(export))
    with pytest.raises(ValueError, match="isn't what Label Studio exported.*JSON-MIN"):
        from_label_studio(Y, path)


def test_annotations_of_other_data_are_refused(tasks, tmp_path):
    (two, *_), _, _ = tasks(X)
    with pytest.raises(ValueError, match="for other labels than y's"):
        from_label_studio(Y[::-1], save(tmp_path, annotate(two, "bird")))
