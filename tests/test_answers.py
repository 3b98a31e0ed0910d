"""Answers of labelling tools: what was meant comes in, and the rest is counted."""

import json

import pytest
from answer_helpers import triples
from hypothesis import given, settings
from hypothesis import strategies as st

from sknoisy.annotators import (
    Answers,
    read_argilla,
    read_doccano,
    read_label_studio,
    read_prodigy,
)
from sknoisy.cleaning import from_label_studio

READERS = [read_argilla, read_doccano, read_label_studio, read_prodigy]


# ------------------------------------------------------------------- the other tools


def test_prodigy(save_export):
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
    answers = read_prodigy(save_export(lines, lines=True))
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
        read_prodigy(save_export([lines[0], {"text": "?"}], lines=True))


def test_doccano(save_export):
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
        save_export(lines, "ann.jsonl", lines=True), label_names={1: "cat", 2: "dog"}
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
    shared = read_doccano(save_export(lines[:1], "all.jsonl", lines=True))
    assert shared.annotators == [""]
    assert read_doccano(save_export(lines[:1]), annotator="bob").annotators == ["bob"]
    with pytest.raises(ValueError, match="neither 'label' nor 'annotations'"):
        read_doccano(save_export([{"id": 1}]))


def test_doccano_writes_intents_and_tables_too(save_export, tmp_path):
    """What its own exporter makes of intents, of relations, and as CSV."""
    lines = [
        {"id": 4, "text": "a", "entities": [[0, 1, "City"]], "cats": ["flight"]},
        {"id": 5, "text": "b", "entities": [], "cats": []},
        {"id": 6, "text": "c", "entities": [{"label": "ORG"}], "relations": []},
    ]
    answers = read_doccano(save_export(lines, "ann.jsonl", lines=True))
    assert triples(answers) == [(4, "ann", "flight")]
    assert answers.left_out == {"untouched": 1, "about a part of a sample": 1}
    path = tmp_path / "bob.csv"
    path.write_text('id,text,label,Comments\n7,"Hi, you",good,\n8,x,bad#good,\n9,y,,\n')
    answers = read_doccano(path)
    assert triples(answers) == [("7", "bob", "good")]
    assert answers.data["7"] == {"id": "7", "text": "Hi, you", "Comments": ""}
    assert answers.left_out == {"several labels at once": 1, "untouched": 1}
    path.write_text("__label__negative Terrible\n")
    with pytest.raises(ValueError, match=r"fastText's format.* export JSON lines"):
        read_doccano(path)


def test_argilla_in_columns_and_as_version_1_first_had_it(save_export):
    column = {
        "id": "r1",
        "text": "a",
        "index": 3,
        "animal.responses": ["cat", "dog"],
        "animal.responses.users": ["u1", "u2"],
        "animal.responses.status": ["submitted", "draft"],
        "animal.suggestion": "dog",
    }
    empty = {"id": "r2", "animal.suggestion": None, "animal.responses": None}
    answers = read_argilla(save_export([column, empty], lines=True))
    assert triples(answers) == [("r1", "u1", "cat")]
    assert answers.left_out == {"drafts": 1, "untouched": 1}
    assert answers.data["r1"]["index"] == 3
    with pytest.raises(ValueError, match="'animal.responses' has not one person"):
        read_argilla(save_export([column | {"animal.responses.users": []}]))
    old = {"id": 1, "inputs": {"text": "a"}, "annotation_agent": "ann"}
    records = [
        old | {"annotation": "cat", "status": "Validated", "metadata": {"k": 1}},
        old | {"id": 2, "annotation": None, "status": "Default"},
        old | {"id": 3, "annotation": "dog", "status": "Discarded"},
        old | {"id": 4, "annotation": ["dog", "cat"], "multi_label": True},
    ]
    answers = read_argilla(save_export(records, lines=True))
    assert triples(answers) == [(1, "ann", "cat")]
    assert answers.data[1] == {"text": "a", "k": 1}
    assert answers.left_out == {
        "untouched": 1,
        "discarded": 1,
        "several labels at once": 1,
    }


def test_where_argilla_does_not_tell_drafts_apart_we_say_so(save_export):
    given = {"animal": [{"value": "cat", "user_id": "u1"}]}
    record = {"id": "r1", "responses": given, "status": "pending"}
    with pytest.warns(UserWarning, match="1 records .* are pending"):
        answers = read_argilla(save_export([record]))
    assert triples(answers) == [("r1", "u1", "cat")]
    read_argilla(save_export([record | {"status": "completed"}]))


def test_argilla(save_export):
    given = [
        {"value": "cat", "user_id": "u1"},
        {"value": "dog", "user_id": "u2", "status": "draft"},
    ]
    records = [
        {"id": "r1", "fields": {"text": "a"}, "responses": {"animal": given}},
        {"id": "r2", "fields": {"text": "b"}, "responses": {}},
        {"id": "r3", "responses": {"animal": [{"value": ["a", "b"], "user_id": "u1"}]}},
    ]
    answers = read_argilla(save_export(records))
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
    answers = read_argilla(
        save_export([{"external_id": "x", "responses": [first, thrown]}])
    )
    assert triples(answers) == [("x", "u1", "cat")]
    assert answers.left_out == {"discarded": 1}
    two = {
        "id": "r",
        "responses": {"animal": given[:1], "mood": [{"value": "bad", "user_id": "u1"}]},
    }
    with pytest.raises(ValueError, match="several tags"):
        read_argilla(save_export([two]))
    assert read_argilla(save_export([two]), question="mood").labels == ["bad"]


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
def test_other_files_are_refused_with_their_name(reader, text, said, save_export):
    with pytest.raises(ValueError, match=f"export.json.*({said})"):
        reader(save_export(text))


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


@pytest.mark.slow
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


def test_answers_become_votes_and_nothing_is_lost():
    answers = Answers(
        ["a", "a", 7], ["", "bob", "bob"], ["x", "y", "x"], left_out={"skipped": 2}
    )
    votes = answers.to_votes()
    assert votes.annotators.tolist() == ["?", "bob"]
    assert votes.samples.tolist() == [7, "a"]
    assert votes.left_out == {"skipped": 2}
    again = Answers(["a", "a"], ["bob", "bob"], ["x", "y"])
    with pytest.raises(ValueError, match="annotator bob on sample a"):
        again.to_votes()
    assert again.to_votes(repeated="last").labels.tolist() == ["y"]
