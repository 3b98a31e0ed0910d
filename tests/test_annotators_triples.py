"""Votes as triples: from anything, to anything."""

import copy
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from annotator_helpers import (
    NUMBERS,
    WORDS,
    same_votes,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sknoisy.annotators import (
    Votes,
    pivot_votes,
)

SAMPLES, ANNOTATORS = np.nonzero(NUMBERS >= 0)
LONG = SAMPLES, ANNOTATORS, WORDS[SAMPLES, ANNOTATORS]


# ---------------------------------------------------------------- what they are


def test_votes_are_three_small_codes_that_nobody_writes_to():
    votes = Votes.from_wide(WORDS)
    assert votes.shape == (4, 3) and len(votes) == 4 and votes.n_votes == 9
    assert votes.sample_codes.dtype == votes.label_codes.dtype == np.int8
    with pytest.raises(ValueError, match="read-only"):
        votes.label_codes[0] = 1
    with pytest.raises(AttributeError):
        votes.classes = np.array(["x"])
    assert_array_equal(votes.counts.sum(axis=1), votes.per_sample)
    assert_array_equal(votes.per_annotator, (NUMBERS >= 0).sum(axis=0))


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_votes_survive_copies(copied):
    votes = Votes.from_long(["a", "b", None], [1, 2, 3], ["x", "y", "x"])
    assert same_votes(copied(votes), votes)
    assert copied(votes).left_out == {"without a sample": 1}


def test_a_thousand_classes_and_a_million_names_take_larger_codes():
    n = 70_000
    votes = Votes.from_long(np.arange(n), np.arange(n) % 300, np.arange(n) % 1000)
    assert votes.sample_codes.dtype == np.int32
    assert votes.annotator_codes.dtype == votes.label_codes.dtype == np.int16


def test_order_of_lines_does_not_matter():
    order = np.random.default_rng(0).permutation(len(SAMPLES))
    moved = Votes.from_long(*(part[order] for part in LONG))
    assert same_votes(moved, Votes.from_long(*LONG))
    assert same_votes(moved, Votes.from_wide(WORDS))


NAMES = st.one_of(
    st.integers(-(10**6), 10**6), st.text(min_size=1).filter(lambda name: name.strip())
)
LINES = st.dictionaries(
    st.tuples(NAMES, NAMES), st.sampled_from(["cat", "dog", "01", "1"]), min_size=1
)


@settings(max_examples=40, deadline=None)
@given(LINES)
@pytest.mark.filterwarnings("ignore:.*look alike:UserWarning")
def test_names_of_any_type_lose_nothing_on_the_way(lines):
    triples = {(sample, person, label) for (sample, person), label in lines.items()}
    votes = Votes.from_long(*map(list, zip(*triples, strict=True)))
    assert (
        set(zip(*(part.tolist() for part in votes.to_long()), strict=True)) == triples
    )
    again = Votes.from_long(*votes.to_long())
    assert same_votes(again, votes)
    wide = Votes.from_wide(
        votes.to_wide(), samples=votes.samples, annotators=votes.annotators
    )
    assert same_votes(wide, votes)
    assert same_votes(Votes.from_frame(votes.to_frame()), votes)
    # 1 and True are one key of a dict; 1 and "1" are two
    assert len(votes.samples) == len({(type(s), s) for s, _, _ in triples})


# ---------------------------------------------------------------- gaps and names


def test_a_line_without_an_annotator_is_no_vote():
    d = pd.DataFrame(
        {"id": [1, 3, 3], "annotator": [np.nan, 2, 1], "animal": [None, "dog", "cat"]}
    )
    votes = Votes.from_long(d.id, d.annotator, d.animal)
    assert votes.annotators.tolist() == [1, 2] and votes.samples.tolist() == [3]
    assert votes.left_out == {"without an annotator": 1}
    assert str(votes).endswith("for 2 classes; left out: 1 without an annotator")
    pivot = pivot_votes(d.id, d.annotator, d.animal)
    assert pivot.votes.tolist() == [["cat", "dog"]]
    assert pivot.left_out == {"without an annotator": 1}


@pytest.mark.parametrize("nobody", [None, np.nan, pd.NA, "", "  "])
def test_people_are_called_by_e_mail_and_some_by_nothing(nobody):
    votes = Votes.from_long(
        [1, 1, 2], ["ann@x.org", nobody, "bob@x.org"], ["cat", "dog", "dog"]
    )
    assert votes.annotators.tolist() == ["ann@x.org", "bob@x.org"]
    assert votes.left_out == {"without an annotator": 1}


def test_ids_of_several_types_are_kept_as_they_are():
    votes = Votes.from_long([7, "a.png", 7, "7"], ["x", "x", 3, "x"], [1, 2, 2, 1])
    assert votes.samples.tolist() == [7, "7", "a.png"]
    assert votes.annotators.tolist() == [3, "x"]
    assert pivot_votes([7, "a"], ["x", "x"], [1, 2]).samples.tolist() == [7, "a"]


def test_the_mark_of_no_vote_is_named_and_never_guessed():
    lines = [0, 0, 1], ["a", "b", "a"]
    with pytest.raises(ValueError, match="labels holds -1 beside 0, 1"):
        Votes.from_long(*lines, [-1, 0, 1])
    assert Votes.from_long(*lines, [-1, 0, 1], unlabeled=-1).left_out == {
        "without a label": 1
    }
    assert Votes.from_long(*lines, [-1, 0, 1], unlabeled=None).n_votes == 3
    with pytest.raises(ValueError, match="labels holds '' beside 'x'"):
        Votes.from_long(*lines, ["", "x", "x"])
    with pytest.raises(ValueError, match="None of 3 answers is a vote: 3 without a la"):
        Votes.from_long(*lines, [None] * 3)
    with pytest.raises(ValueError, match="None of 0 answers is a vote: there is none"):
        Votes.from_long([], [], [])


def test_labels_that_look_alike_are_told():
    with pytest.warns(
        UserWarning, match=r"' x' \(1\), 'x' \(2\), 'x ' \(1\) look alike"
    ):
        Votes.from_long([1, 2, 3, 4], list("abcd"), ["x", "x ", " x", "x"])
    with pytest.warns(UserWarning, match="looks like JSON"):
        Votes.from_long([1, 2], ["a", "b"], ['[{"rating":3}]', "x"])


def test_of_votes_given_twice_one_counts_where_that_is_said():
    lines = [7, 7, 7], ["a", "b", "b"], [0, 1, 0]
    with pytest.raises(ValueError, match="1 pair of .* annotator b on sample 7"):
        Votes.from_long(*lines)
    first, last = (
        Votes.from_long(*lines, repeated=which) for which in ("first", "last")
    )
    assert first.labels.tolist() == [0, 1] and last.labels.tolist() == [0, 0]
    assert first.left_out == last.left_out == {"repeated": 1}
    with pytest.raises(ValueError, match="repeated='mean' is not one of"):
        Votes.from_long(*lines, repeated="mean")


def test_classes_and_samples_may_be_more_than_there_are_votes_for():
    votes = Votes.from_long(*LONG, classes=["d", "a", "b", "c"], among=[3, 9, 0, 1])
    assert votes.classes.tolist() == ["a", "b", "c", "d"]
    assert votes.samples.tolist() == [3, 9, 0, 1]
    assert votes.per_sample.tolist() == [2, 0, 2, 2]
    assert votes.left_out == {"on other samples": 3}
    assert votes.of_seen_classes().classes.tolist() == ["a", "b", "c"]
    with pytest.raises(ValueError, match="4 votes aren't among the classes"):
        Votes.from_long(*LONG, classes=["b", "c"])


def test_samples_are_indexed_as_rows_are():
    votes = Votes.from_wide(WORDS, samples=list("wxyz"))
    for rows in ([2, 0], np.array([True, False, True, True]), slice(1, 3), [1, 1]):
        found = votes[rows]
        assert found.to_wide().tolist() == WORDS[rows].tolist()
        assert found.samples.tolist() == votes.samples[rows].tolist()
    moved = votes.reindex(["z", "nobody saw this", "w"])
    assert moved.to_wide().tolist() == [
        WORDS[3].tolist(),
        [None] * 3,
        WORDS[0].tolist(),
    ]
    with pytest.raises(IndexError, match="places, a mask or a slice"):
        votes[1]


def test_codes_that_are_none_are_refused():
    names = np.arange(2), np.arange(2), np.array(["a", "b"])
    with pytest.raises(ValueError, match="label_codes goes from 0 to 2"):
        Votes(*names, [0, 1], [0, 1], [0, 2])
    with pytest.raises(ValueError, match=r"shapes \(\(2,\), \(1,\), \(2,\)\)"):
        Votes(*names, [0, 1], [0], [0, 1])


# ---------------------------------------------------------------- wide tables


def test_wide_tables_come_back_as_they_were():
    for table, mark in (
        (NUMBERS, -1),
        (np.where(NUMBERS < 0, np.nan, NUMBERS), np.nan),
        (WORDS, None),
        (np.where(NUMBERS < 0, "none", WORDS).astype(str), "none"),
        (np.where(NUMBERS < 0, None, NUMBERS > 0), None),
    ):
        votes = Votes.from_wide(table, unlabeled=mark)
        assert_array_equal(votes.to_wide(mark), table)
    with pytest.raises(ValueError, match="unlabeled=1 is one of the classes"):
        Votes.from_wide(NUMBERS, unlabeled=-1).to_wide(1)


def test_frames_name_samples_and_people():
    frame = pd.DataFrame(WORDS, index=list("wxyz"), columns=["Ann", "Bob", "Cy"])
    votes = Votes.from_wide(frame)
    assert votes.samples.tolist() == list("wxyz")
    assert votes.annotators.tolist() == ["Ann", "Bob", "Cy"]
    polars = Votes.from_wide(
        pl.DataFrame(WORDS.tolist(), schema=["A", "B", "C"], orient="row")
    )
    assert polars.annotators.tolist() == ["A", "B", "C"]
    with pytest.raises(ValueError, match="annotators has 2 names, but votes 3"):
        Votes.from_wide(WORDS, annotators=["Ann", "Bob"])


def test_snorkels_matrix_has_a_named_mark():
    matrix = np.array([[0, -1], [1, 1], [-1, 0]])
    votes = Votes.from_wide(matrix, unlabeled=-1, annotators=["lf_a", "lf_b"])
    assert votes.annotators.tolist() == ["lf_a", "lf_b"]
    assert_array_equal(votes.to_wide(-1), matrix)


# ---------------------------------------------------------------- long frames


MTURK = {
    "HITId": ["h1", "h1", "h2"],
    "WorkerId": ["A", "B", "A"],
    "AssignmentStatus": ["Approved", "Rejected", "Submitted"],
    "Input.image": ["1.png", "1.png", "2.png"],
    "Answer.animal": ["cat", "dog", "dog"],
}
TOLOKA = {
    "INPUT:image": ["1.png", "1.png", "2.png"],
    "OUTPUT:animal": ["cat", "dog", "dog"],
    "ASSIGNMENT:task_id": ["h1", "h1", "h2"],
    "ASSIGNMENT:worker_id": ["A", "B", "A"],
    "ASSIGNMENT:status": ["APPROVED", "REJECTED", "SUBMITTED"],
}
CLASSIFIER = dict(MTURK)
CLASSIFIER["Answer.taskAnswers"] = [
    '[{"animal":{"label":"cat"}}]',
    '[{"animal":{"label":"dog"}}]',
    '[{"animal":{"cat":false,"dog":true}}]',
]
del CLASSIFIER["Answer.animal"]


@pytest.mark.parametrize("table", [MTURK, TOLOKA, CLASSIFIER], ids=str)
@pytest.mark.parametrize("library", [pd, pl])
def test_columns_of_platforms_are_known(table, library):
    votes = Votes.from_frame(library.DataFrame(table))
    assert votes.samples.tolist() == ["h1", "h2"] and votes.annotators.tolist() == ["A"]
    assert votes.labels.tolist() == ["cat", "dog"]
    assert votes.left_out == {"rejected by the requester": 1}


OTHERS = {
    "radio buttons": {
        **{k: v for k, v in MTURK.items() if k != "Answer.animal"},
        "Answer.animal.cat": ["true", "false", "false"],
        "Answer.animal.dog": ["false", "true", "true"],
    },
    "no task's id": {k: v for k, v in TOLOKA.items() if k != "ASSIGNMENT:task_id"},
    "Appen": {
        "_unit_id": [1, 1, 2],
        "_worker_id": ["A", "B", "A"],
        "_trust": [0.9, 0.8, 0.9],
        "label": ["cat", "dog", "dog"],
    },
    "Zooniverse": {
        "user_name": ["A", "B", "A"],
        "subject_ids": [1, 1, 2],
        "annotations": [
            f'[{{"task":"T0","task_label":"What?","value":"{animal}"}}]'
            for animal in ("cat", "dog", "dog")
        ],
    },
}


@pytest.mark.parametrize("name", sorted(OTHERS))
@pytest.mark.parametrize("library", [pd, pl])
def test_other_everyday_tables_of_platforms(name, library):
    votes = Votes.from_frame(library.DataFrame(OTHERS[name]))
    assert len(votes) == 2 and votes.annotators.tolist()[0] == "A"
    assert votes[[0]].labels.tolist()[0] == "cat"
    assert votes[[1]].labels.tolist() == ["dog"]


def test_one_of_several_questions_is_named():
    wrapped = dict(CLASSIFIER)
    wrapped["Answer.taskAnswers"] = [
        '[{"animal":{"label":"cat"},"sure":true}]',
        '[{"animal":{"label":"dog"},"sure":true}]',
        '[{"animal":{"cat":false,"dog":false},"sure":true}]',
    ]
    frame = pd.DataFrame(wrapped).drop(columns="AssignmentStatus")
    with pytest.raises(ValueError, match=r"several questions, .*label='animal'"):
        Votes.from_frame(frame)
    votes = Votes.from_frame(frame, label="animal")
    assert votes.labels.tolist() == ["cat", "dog"]
    assert votes.left_out == {"without a label": 1}
    ticks = pd.DataFrame(OTHERS["radio buttons"] | {"Answer.why": ["a", "b", "c"]})
    with pytest.raises(ValueError, match="Several columns hold answers"):
        Votes.from_frame(ticks)
    assert Votes.from_frame(ticks, label="animal").labels.tolist() == ["cat", "dog"]
    ticks["Answer.animal.cat"] = ["true", "perhaps", "false"]
    with pytest.raises(ValueError, match="not only true and false, but 'perhaps'"):
        Votes.from_frame(ticks, label="animal")


def test_columns_may_be_named():
    frame = pd.DataFrame(TOLOKA)
    by_image = Votes.from_frame(frame, sample="INPUT:image", label="animal")
    assert by_image.samples.tolist() == ["1.png", "2.png"]
    crowd_kit = pd.DataFrame({"task": [1, 1], "worker": [1, 2], "label": [0, 1]})
    assert Votes.from_frame(crowd_kit).to_wide().tolist() == [[0, 1]]
    with pytest.raises(ValueError, match="sample='tsk' is no column: there are"):
        Votes.from_frame(crowd_kit, sample="tsk")
    with pytest.raises(ValueError, match="names the annotator can't be told from"):
        Votes.from_frame(crowd_kit.drop(columns="worker"))
    with pytest.raises(ValueError, match="Several columns hold answers"):
        Votes.from_frame(pd.DataFrame(MTURK | {"Answer.why": ["a", "b", "c"]}))


# ---------------------------------------------------------------- datasets


class ClassLabel:
    """What `datasets` has for labels."""

    names = ["cat", "dog", "emu"]


class ListOf:
    """What `datasets` has for lists."""

    def __init__(self, feature):
        self.feature = feature


class Dataset(dict):
    """Columns with features."""

    def __init__(self, features, **columns):
        super().__init__(columns)
        self.features = dict.fromkeys(columns) | features


def test_class_labels_have_names_and_a_range():
    columns = {"task": [5, 5, 6], "who": ["a", "b", "a"], "label": [0, 1, -1]}
    dataset = Dataset({"label": ClassLabel()}, **columns)
    votes = Votes.from_dataset(dataset, sample="task", annotator="who")
    assert votes.classes.tolist() == ["cat", "dog", "emu"]
    assert votes.to_wide().tolist() == [["cat", "dog"]]
    assert votes.left_out == {"without a label": 1}
    dataset["label"] = [0, 3, 1]
    with pytest.raises(ValueError, match="holds 3, but its ClassLabel has 3 names"):
        Votes.from_dataset(dataset, sample="task", annotator="who")


@pytest.mark.parametrize("feature", [ListOf(ClassLabel()), [ClassLabel()]])
def test_lists_of_votes_are_by_people_or_places(feature):
    dataset = Dataset(
        {"label": feature}, label=[[0, 2], [1, -1]], who=[["a", "b"], ["b", "c"]]
    )
    by_place = Votes.from_dataset(dataset)
    assert by_place.to_wide().tolist() == [["cat", "emu"], ["dog", None]]
    named = Votes.from_dataset(dataset, annotator="who")
    assert named.to_wide().tolist() == [["cat", "emu"], [None, "dog"]]
    with pytest.raises(ValueError, match="no column 'labels'"):
        Votes.from_dataset(dataset, label="labels")
    plain = Dataset({}, label=["x", "y"])
    with pytest.raises(ValueError, match="nobody says whose it is"):
        Votes.from_dataset(plain)
