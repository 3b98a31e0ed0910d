"""Answers of Label Studio: what was meant comes in, and the rest is counted."""

import csv
from collections import Counter

import numpy as np
import pytest
from answer_helpers import annotation, choice, result, task, triples

from sknoisy.annotators import pivot_votes, read_label_studio

# ---------------------------------------------------------------- Label Studio: JSON


def test_several_people_on_several_tasks(save_export):
    tasks = [
        task(1, annotation(choice("cat"), who={"id": 3, "email": "a@b.org"})),
        task(2, annotation(choice("dog"), who=4), annotation(choice("cat"), who=5)),
    ]
    answers = read_label_studio(save_export(tasks))
    assert triples(answers) == [(1, "a@b.org", "cat"), (2, 4, "dog"), (2, 5, "cat")]
    assert answers.data == {1: {"text": "?"}, 2: {"text": "?"}}
    assert answers.left_out == {}
    assert str(answers) == "3 answers on 2 tasks by 3 annotators"
    votes = pivot_votes(*zip(*triples(answers), strict=True))
    assert np.shape(votes.votes if hasattr(votes, "votes") else votes[0])[0] == 2


@pytest.mark.parametrize(
    ("made", "label"),
    [
        (choice("cat"), "cat"),
        (result({"rating": 3}, "rating"), 3),
        (result({"number": 2.5}, "number"), 2.5),
        (result({"selected": "left"}, "pairwise"), "left"),
        (result({"taxonomy": [["Animal", "Cat"]]}, "taxonomy"), "Cat"),
        ({"from_name": "label", "value": {"choices": ["cat"]}}, "cat"),  # old: no type
    ],
)
def test_every_control_that_answers_for_a_sample(made, label, save_export):
    assert read_label_studio(save_export([task(1, annotation(made))])).labels == [label]


GOOD = task(0, annotation(choice("cat")))


@pytest.mark.parametrize(
    ("strange", "reason"),
    [
        (task(1), "untouched"),
        (task(1, annotation(was_cancelled=True)), "skipped"),
        (task(1, annotation(choice("cat"), was_cancelled=True)), "skipped"),
        (task(1, annotation(choice("cat"), skipped=True)), "skipped"),
        (
            task(1, annotation(choice("cat"), last_action="rejected")),
            "rejected by a reviewer",
        ),
        (
            task(
                1,
                annotation(
                    choice("a"), reviews=[{"accepted": True}, {"accepted": False}]
                ),
            ),
            "rejected by a reviewer",
        ),
        (task(1, annotation(choice("cat", "dog"))), "several labels at once"),
        (task(1, annotation(choice("cat"), choice("dog"))), "several labels at once"),
        (task(1, annotation(result({"choices": None}))), "empty"),
        (task(1, annotation(choice())), "empty"),
        (task(1, annotation()), "empty"),
        (task(1, annotation(choice("cat", name="other"))), "from another tag"),
        (
            task(1, annotation(result({"start": 1, "end": 2, "choices": ["cat"]}))),
            "about a part of a sample",
        ),
        (
            task(
                1,
                annotation(
                    result({"x": 1, "rectanglelabels": ["cat"]}, "rectanglelabels")
                ),
            ),
            "no label of a sample",
        ),
        (
            task(1, annotation(result({"text": ["?"]}, "textarea"))),
            "no label of a sample",
        ),
    ],
)
def test_what_is_left_out_is_counted_by_reason(strange, reason, save_export):
    answers = read_label_studio(save_export([GOOD, strange]), control="label")
    assert triples(answers) == [(0, 1, "cat")]
    assert answers.left_out == {reason: 1}
    with pytest.raises(ValueError, match="holds nothing that could be taken|no tag"):
        read_label_studio(save_export([strange]), control="label")


def test_a_project_without_labels_of_samples_is_told_by_what_it_has(save_export):
    spans = {"start": 1, "end": 3, "labels": ["NAME"]}
    marked = task(1, annotation(result(spans, "labels", name="ner")))
    with pytest.raises(ValueError, match=r"a label: 1 about a part of a sample\.$"):
        read_label_studio(save_export([marked]))
    noted = task(1, annotation(result({"text": ["?"]}, "textarea", name="note")))
    with pytest.raises(ValueError, match=r"a label: 1 from another tag\.$"):
        read_label_studio(save_export([noted]))


def test_reviews_are_the_last_word_and_can_be_overruled(save_export):
    fixed = annotation(choice("b"), reviews=[{"accepted": False}, {"accepted": True}])
    tasks = [task(1, fixed), task(2, annotation(choice("c"), last_action="rejected"))]
    assert read_label_studio(save_export(tasks)).labels == ["b"]
    assert read_label_studio(save_export(tasks), reviews="all").labels == ["b", "c"]
    with pytest.raises(ValueError, match="reviews='none', but must be"):
        read_label_studio(save_export(tasks), reviews="none")


def test_predictions_count_only_if_asked_for_and_drafts_never(save_export):
    guess = {"model_version": "m1", "score": 0.9, "result": [choice("dog")]}
    tasks = [
        task(1, annotation(choice("cat")), predictions=[guess], drafts=[{"id": 1}])
    ]
    assert read_label_studio(save_export(tasks)).labels == ["cat"]
    answers = read_label_studio(save_export(tasks), predictions=True)
    assert triples(answers) == [(1, 1, "cat"), (1, "m1", "dog")]
    assert answers.left_out == {"drafts": 1}


def test_of_several_controls_one_has_to_be_named(save_export):
    both = annotation(choice("cat"), result({"rating": 3}, "rating", "quality"))
    path = save_export([task(1, both)])
    with pytest.raises(
        ValueError, match=r"several tags, \['label', 'quality'\]: say which"
    ):
        read_label_studio(path)
    assert read_label_studio(path, control="quality").labels == [3]
    with pytest.raises(ValueError, match="did you mean 'quality'"):
        read_label_studio(path, control="qality")


def test_older_versions_and_annotations_in_files_of_their_own(save_export):
    old = {"id": 5, "data": {}, "completions": [{"id": 1, "result": [choice("cat")]}]}
    assert triples(read_label_studio(save_export([old]))) == [(5, "", "cat")]
    alone = annotation(choice("cat"), who={"id": 3}, task={"id": 7, "data": {"a": 1}})
    answers = read_label_studio(save_export(alone))
    assert triples(answers) == [(7, 3, "cat")]
    assert answers.data == {7: {"a": 1}}


def random_task(number, rng, expected, left_out):
    """Return a task of random annotations; note what should become of each."""
    annotations = []
    for _ in range(rng.randint(3)):
        who, label = int(rng.randint(5)), str(rng.choice(["a", "b", "c"]))
        kind = rng.choice(
            ["choices", "rating", "taxonomy", "skipped", "rejected", "many"]
        )
        value = {
            "rating": {"rating": 4},
            "taxonomy": {"taxonomy": [["top", label]]},
            "many": {"choices": ["a", "b"]},
        }.get(kind, {"choices": [label]})
        tag = kind if kind in ("rating", "taxonomy") else "choices"
        more = {"was_cancelled": kind == "skipped"}
        if kind == "rejected":
            more["last_action"] = "rejected"
        annotations.append(annotation(result(value, tag), who=who, **more))
        reasons = {
            "skipped": "skipped",
            "rejected": "rejected by a reviewer",
            "many": "several labels at once",
        }
        if kind in reasons:
            left_out[reasons[kind]] += 1
        else:
            expected.append((number, who, 4 if kind == "rating" else label))
    if not annotations:
        left_out["untouched"] += 1
    return task(number, *annotations)


def test_nothing_is_lost_in_a_thousand_random_exports(save_export):
    rng, n_taken = np.random.RandomState(0), 0
    for _ in range(1000):
        expected, left_out = [], Counter()
        tasks = [
            random_task(i, rng, expected, left_out) for i in range(rng.randint(1, 5))
        ]
        path = save_export(tasks)
        if not expected:
            with pytest.raises(ValueError, match="nothing that could be taken"):
                read_label_studio(path)
            continue
        answers = read_label_studio(path)
        assert triples(answers) == expected
        assert answers.left_out == dict(left_out)
        n_taken += len(answers)
    assert n_taken > 1000


# ---------------------------------------------------- Label Studio: JSON_MIN and CSV

ROWS = [
    {
        "id": 1,
        "text": "a",
        "label": "cat",
        "annotator": 1,
        "annotation_id": 1,
        "lead_time": 2.0,
    },
    {"id": 1, "text": "a", "label": "dog", "annotator": "b@c.org", "annotation_id": 2},
    {"id": 2, "text": "b"},
]


def test_rows_of_json_min(save_export):
    answers = read_label_studio(save_export(ROWS))
    assert triples(answers) == [(1, 1, "cat"), (1, "b@c.org", "dog")]
    assert answers.left_out == {"untouched": 1}
    with pytest.raises(
        ValueError, match=r"which column people filled.*\['text', 'label'\]"
    ):
        read_label_studio(save_export(ROWS[:2]))
    assert read_label_studio(save_export(ROWS[:2]), control="label").labels == [
        "cat",
        "dog",
    ]


@pytest.mark.parametrize(
    ("cell", "label"),
    [
        ([{"rating": 3}], 3),
        ([{"taxonomy": [["a", "b"]]}], "b"),
        ([["a", "b"]], "b"),
        ({"choices": ["cat"]}, "cat"),
        ([{"number": 2}], 2),
        ([{"selected": "left"}], "left"),
    ],
)
def test_cells_that_hold_more_than_a_label(cell, label, save_export):
    rows = [ROWS[0] | {"label": cell}]
    assert read_label_studio(save_export(rows), control="label").labels == [label]


def test_rows_of_csv(tmp_path):
    path = tmp_path / "export.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(
            file, ["id", "text", "label", "annotator", "annotation_id"]
        )
        writer.writeheader()
        writer.writerow(
            {
                "id": 1,
                "text": "a, b",
                "label": "cat",
                "annotator": 1,
                "annotation_id": 1,
            }
        )
        writer.writerow(
            {"id": 2, "label": '[{"rating":3}]', "annotator": 1, "annotation_id": 2}
        )
        writer.writerow(
            {
                "id": 3,
                "label": '{"choices":["a","b"]}',
                "annotator": 1,
                "annotation_id": 3,
            }
        )
        writer.writerow({"id": 4, "text": "untouched"})
    answers = read_label_studio(path, control="label")
    assert triples(answers) == [("1", "1", "cat"), ("2", "1", 3)]
    assert answers.left_out == {"several labels at once": 1, "untouched": 1}
