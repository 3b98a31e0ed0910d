"""Answers of labelling tools: what was meant comes in, and the rest is counted."""

import csv
import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sknoisy.annotators import (
    pivot_votes,
    read_argilla,
    read_doccano,
    read_label_studio,
    read_prodigy,
)
from sknoisy.cleaning import from_label_studio

READERS = [read_argilla, read_doccano, read_label_studio, read_prodigy]


@pytest.fixture
def save(tmp_path):
    """Return a function that writes items as JSON, or text as it is."""

    def write(items, name="export.json", lines=False):
        path = tmp_path / name
        text = items if isinstance(items, str) else json.dumps(items)
        if lines:
            text = "\n".join(map(json.dumps, items)) + "\n"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def result(value, kind="choices", name="label", **more):
    """Return one result of a control, as Label Studio writes it."""
    return {
        "id": "a",
        "from_name": name,
        "to_name": "x",
        "type": kind,
        "value": value,
    } | more


def annotation(*results, who=1, **more):
    return {
        "id": 9,
        "completed_by": who,
        "result": list(results),
        "was_cancelled": False,
    } | more


def choice(*labels, **more):
    return result({"choices": list(labels)}, **more)


def task(number, *annotations, **more):
    return {
        "id": number,
        "data": {"text": "?"},
        "annotations": list(annotations),
    } | more


def triples(answers):
    return list(zip(answers.tasks, answers.annotators, answers.labels, strict=True))


# ---------------------------------------------------------------- Label Studio: JSON


def test_several_people_on_several_tasks(save):
    tasks = [
        task(1, annotation(choice("cat"), who={"id": 3, "email": "a@b.org"})),
        task(2, annotation(choice("dog"), who=4), annotation(choice("cat"), who=5)),
    ]
    answers = read_label_studio(save(tasks))
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
def test_every_control_that_answers_for_a_sample(made, label, save):
    assert read_label_studio(save([task(1, annotation(made))])).labels == [label]


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
        (task(1, annotation(choice("cat", name="other"))), "empty"),
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
def test_what_is_left_out_is_counted_by_reason(strange, reason, save):
    answers = read_label_studio(save([GOOD, strange]), control="label")
    assert triples(answers) == [(0, 1, "cat")]
    assert answers.left_out == {reason: 1}
    with pytest.raises(ValueError, match="holds nothing that could be taken|no tag"):
        read_label_studio(save([strange]), control="label")


def test_reviews_are_the_last_word_and_can_be_overruled(save):
    fixed = annotation(choice("b"), reviews=[{"accepted": False}, {"accepted": True}])
    tasks = [task(1, fixed), task(2, annotation(choice("c"), last_action="rejected"))]
    assert read_label_studio(save(tasks)).labels == ["b"]
    assert read_label_studio(save(tasks), reviews="all").labels == ["b", "c"]
    with pytest.raises(ValueError, match="reviews='none', but must be"):
        read_label_studio(save(tasks), reviews="none")


def test_predictions_count_only_if_asked_for_and_drafts_never(save):
    guess = {"model_version": "m1", "score": 0.9, "result": [choice("dog")]}
    tasks = [
        task(1, annotation(choice("cat")), predictions=[guess], drafts=[{"id": 1}])
    ]
    assert read_label_studio(save(tasks)).labels == ["cat"]
    answers = read_label_studio(save(tasks), predictions=True)
    assert triples(answers) == [(1, 1, "cat"), (1, "m1", "dog")]
    assert answers.left_out == {"drafts": 1}


def test_of_several_controls_one_has_to_be_named(save):
    both = annotation(choice("cat"), result({"rating": 3}, "rating", "quality"))
    path = save([task(1, both)])
    with pytest.raises(
        ValueError, match=r"several tags, \['label', 'quality'\]: say which"
    ):
        read_label_studio(path)
    assert read_label_studio(path, control="quality").labels == [3]
    with pytest.raises(ValueError, match="did you mean 'quality'"):
        read_label_studio(path, control="qality")


def test_older_versions_and_annotations_in_files_of_their_own(save):
    old = {"id": 5, "data": {}, "completions": [{"id": 1, "result": [choice("cat")]}]}
    assert triples(read_label_studio(save([old]))) == [(5, "", "cat")]
    alone = annotation(choice("cat"), who={"id": 3}, task={"id": 7, "data": {"a": 1}})
    answers = read_label_studio(save(alone))
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


def test_nothing_is_lost_in_a_thousand_random_exports(save):
    rng, n_taken = np.random.RandomState(0), 0
    for _ in range(1000):
        expected, left_out = [], Counter()
        tasks = [
            random_task(i, rng, expected, left_out) for i in range(rng.randint(1, 5))
        ]
        path = save(tasks)
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


def test_rows_of_json_min(save):
    answers = read_label_studio(save(ROWS))
    assert triples(answers) == [(1, 1, "cat"), (1, "b@c.org", "dog")]
    assert answers.left_out == {"untouched": 1}
    with pytest.raises(
        ValueError, match=r"which column people filled.*\['text', 'label'\]"
    ):
        read_label_studio(save(ROWS[:2]))
    assert read_label_studio(save(ROWS[:2]), control="label").labels == ["cat", "dog"]


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
def test_cells_that_hold_more_than_a_label(cell, label, save):
    rows = [ROWS[0] | {"label": cell}]
    assert read_label_studio(save(rows), control="label").labels == [label]


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


# ------------------------------------------------------------------- the other tools


def test_prodigy(save):
    seen = {"text": "Miaow", "_input_hash": 5, "_annotator_id": "db-ann"}
    lines = [
        seen | {"accept": ["CAT"], "answer": "accept", "options": [{"id": "CAT"}]},
        seen | {"label": "CAT", "answer": "accept", "_annotator_id": "db-bob"},
        {"text": "?", "_session_id": "s1", "accept": ["DOG"], "answer": "accept"},
        seen | {"accept": ["CAT", "DOG"], "answer": "accept"},
        seen | {"accept": [], "answer": "ignore"},
        seen | {"label": "CAT", "answer": "reject"},
        seen | {"spans": [{"start": 0}], "answer": "accept"},
        seen | {"answer": "accept"},
    ]
    answers = read_prodigy(save(lines, lines=True))
    assert triples(answers) == [
        (5, "db-ann", "CAT"),
        (5, "db-bob", "CAT"),
        ("?", "s1", "DOG"),
    ]
    assert answers.left_out == {
        "several labels at once": 1,
        "ignored": 1,
        "rejected": 1,
        "about a part of a sample": 1,
        "empty": 1,
    }
    with pytest.raises(ValueError, match="line 2 has no 'answer'"):
        read_prodigy(save([lines[0], {"text": "?"}], lines=True))


def test_doccano(save):
    lines = [
        {"id": 1, "text": "a", "label": ["cat"]},
        {"id": 2, "text": "b", "label": []},
        {"id": 3, "text": "c", "label": ["cat", "dog"]},
        {"id": 4, "text": "d", "label": [[0, 3, "NAME"]]},
        {"id": 5, "text": "e", "labels": ["dog"]},
        {
            "id": 6,
            "text": "f",
            "annotations": [{"label": 2, "user": 7}, {"label": 1, "user": 8}],
        },
    ]
    answers = read_doccano(
        save(lines, "ann.jsonl", lines=True), label_names={1: "cat", 2: "dog"}
    )
    assert triples(answers) == [
        (1, "ann", "cat"),
        (5, "ann", "dog"),
        (6, 7, "dog"),
        (6, 8, "cat"),
    ]
    assert answers.left_out == {
        "untouched": 1,
        "several labels at once": 1,
        "about a part of a sample": 1,
    }
    shared = read_doccano(save(lines[:1], "all.jsonl", lines=True))
    assert shared.annotators == [""]
    assert read_doccano(save(lines[:1]), annotator="bob").annotators == ["bob"]
    with pytest.raises(ValueError, match="neither 'label' nor 'annotations'"):
        read_doccano(save([{"id": 1}]))


def test_argilla(save):
    given = [
        {"value": "cat", "user_id": "u1"},
        {"value": "dog", "user_id": "u2", "status": "draft"},
    ]
    records = [
        {"id": "r1", "fields": {"text": "a"}, "responses": {"animal": given}},
        {"id": "r2", "fields": {"text": "b"}, "responses": {}},
        {"id": "r3", "responses": {"animal": [{"value": ["a", "b"], "user_id": "u1"}]}},
    ]
    answers = read_argilla(save(records))
    assert triples(answers) == [("r1", "u1", "cat")]
    assert answers.left_out == {
        "drafts": 1,
        "untouched": 1,
        "several labels at once": 1,
    }
    first = {
        "values": {"animal": {"value": "cat"}},
        "user_id": "u1",
        "status": "submitted",
    }
    thrown = first | {"status": "discarded"}
    answers = read_argilla(save([{"external_id": "x", "responses": [first, thrown]}]))
    assert triples(answers) == [("x", "u1", "cat")]
    assert answers.left_out == {"discarded": 1}
    two = {
        "id": "r",
        "responses": {"animal": given[:1], "mood": [{"value": "bad", "user_id": "u1"}]},
    }
    with pytest.raises(ValueError, match="several tags"):
        read_argilla(save([two]))
    assert read_argilla(save([two]), question="mood").labels == ["bad"]


# --------------------------------------------------------------- whatever else it is


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("[1, 2]", "item 1 is 1; expected an object"),
        ("17", "holds 17; expected a list"),
        ("[", "isn't JSON"),
        ("[]", "nothing|isn't what|No|no answer"),
        ('{"id": 1}\n{"id": 2', "line 2 isn't JSON"),
        ("[" * 100_000, "nested too deeply|isn't JSON"),
    ],
)
def test_other_files_are_refused_with_their_name(reader, text, said, save):
    with pytest.raises(ValueError, match=f"export.json.*({said})"):
        reader(save(text))


@pytest.mark.parametrize("reader", READERS)
def test_a_folder_is_refused_and_a_missing_file_is_missed(reader, tmp_path):
    with pytest.raises(ValueError, match="is a folder"):
        reader(tmp_path)
    with pytest.raises(FileNotFoundError):
        reader(tmp_path / "none.json")


WORDS = [
    *("id", "data", "annotations", "completions", "result", "value", "choices", "type"),
    *("from_name", "completed_by", "was_cancelled", "reviews", "rating", "taxonomy"),
    *(
        "drafts",
        "predictions",
        "task",
        "annotation_id",
        "annotator",
        "lead_time",
        "label",
    ),
    *(
        "responses",
        "values",
        "user_id",
        "status",
        "fields",
        "answer",
        "accept",
        "options",
    ),
    *(
        "_input_hash",
        "labels",
        "user",
        "text",
        "index",
        "given",
        "fingerprint",
        "spans",
    ),
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(allow_nan=False),
    st.sampled_from(["choices", "rating", "accept", "label", "cat", "submitted"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    ),
    max_leaves=25,
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    items=st.lists(
        st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=8), max_size=3
    )
)
def test_whatever_json_holds_is_read_or_refused(items, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "fuzz.json"
    path.write_text(json.dumps(items), encoding="utf-8")
    for reader in READERS:
        try:
            answers = reader(path)
        except ValueError as error:
            assert "fuzz.json" in str(error)
        else:
            assert len(answers) == len(answers.tasks) == len(answers.annotators) > 0
    with pytest.raises(ValueError, match="fuzz.json"):
        from_label_studio(["cat", "dog"], path)
