"""Votes come in many forms, in long tables too, or are refused with a reason."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from annotator_helpers import (
    CONSENSUS,
    NUMBERS,
    WORDS,
    dawid_skene,
    encode_votes,
    every_consensus,
    majority_vote,
)
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array

from sknoisy.annotators import pivot_votes
from sknoisy.annotators._from_wide import codes_of_table
from sknoisy.noise import AnnotatorNoise

# ---------------------------------------------------------------- what votes look like


AS_FLOATS = np.where(NUMBERS < 0, np.nan, NUMBERS)
AS_OBJECTS = np.where(NUMBERS < 0, None, NUMBERS.astype(object))
SAME_NUMBERS = {
    "floats": AS_FLOATS,
    "objects": AS_OBJECTS,
    "lists": AS_OBJECTS.tolist(),
    "pandas": pd.DataFrame(AS_FLOATS),
    "pandas with NA": pd.DataFrame(AS_FLOATS).astype("Int64"),
    "polars": pl.DataFrame(AS_OBJECTS.tolist(), orient="row"),
    "masked": np.ma.masked_array(NUMBERS, NUMBERS < 0),
    "small": NUMBERS.astype(np.int8),
    "another mark": np.where(NUMBERS < 0, 99, NUMBERS),
    "no mark": AS_FLOATS - 1,
}
SAME_WORDS = {
    "nan": np.where(NUMBERS < 0, np.nan, WORDS),
    "empty": np.where(NUMBERS < 0, "", WORDS).astype(str),
    "lists": WORDS.tolist(),
    "-1 among words": np.where(NUMBERS < 0, -1, WORDS),
    "pandas": pd.DataFrame(WORDS),
    "pandas strings": pd.DataFrame(WORDS).astype("string"),
    "pandas categories": pd.DataFrame(WORDS).astype("category"),
    "polars": pl.DataFrame(WORDS.tolist(), orient="row"),
    "a word": np.where(NUMBERS < 0, "abstain", WORDS),
}
MARKS = {"another mark": 99, "no mark": None, "a word": "abstain", "empty": ""}


@pytest.mark.parametrize("kind", sorted(SAME_NUMBERS))
def test_numbers_come_in_any_container(kind):
    votes = encode_votes(SAME_NUMBERS[kind], unlabeled=MARKS.get(kind, -1))
    assert_array_equal(codes_of_table(votes), NUMBERS)
    assert votes.classes.dtype.kind in "if"
    assert_array_equal(votes.classes, [-1, 0, 1] if kind == "no mark" else [0, 1, 2])


@pytest.mark.parametrize("kind", sorted(SAME_WORDS))
def test_words_come_in_any_container(kind):
    votes = encode_votes(SAME_WORDS[kind], unlabeled=MARKS.get(kind, -1))
    assert_array_equal(codes_of_table(votes), NUMBERS)
    assert votes.classes.tolist() == ["a", "b", "c"]


def test_truth_values_are_labels():
    votes = [[True, False, None], [None, False, False], [True, True, True]]
    found = majority_vote(votes)
    assert found.labels.dtype == bool
    assert found.labels.tolist() == [True, False, True]
    assert majority_vote(np.array([[True, False, True]])).labels.tolist() == [True]


def test_what_annotator_noise_draws_is_taken_as_it_is():
    y = np.array(["no", "yes"] * 50)
    crowd = AnnotatorNoise([0.1, 0.2, 0.3], missing_rate=0.5, random_state=0)
    votes = crowd.fit_corrupt(y)
    assert votes.dtype == object and -1 in votes.ravel().tolist()
    found = dawid_skene(votes)
    assert found.classes.tolist() == ["no", "yes"]
    assert (found.labels == y).mean() > 0.75


# ---------------------------------------------------------------- what is refused


WRONG = {
    "one dimension": ([0, 1, 1], r"shape \(3,\).*votes.reshape\(-1, 1\)"),
    "three dimensions": (np.zeros((2, 2, 2)), r"shape \(2, 2, 2\)"),
    "no sample": (np.zeros((0, 2)), r"shape \(0, 2\)"),
    "no annotator": (np.zeros((3, 0)), r"shape \(3, 0\)"),
    "no vote at all": ([[-1, -1], [-1, -1]], r"shape \(2, 2\), holds no vote"),
    "a sample without": ([[0, 1], [-1, -1], [1, 0]], "1 of 3 samples .* position 1"),
    "an annotator without": ([[0, 1, -1], [1, 0, -1]], r"columns \[2\] gave no vote"),
    "one class": ([[1, -1], [1, 1]], r"one class, \[1\]"),
    "minus one as a class": (
        [[-1, 1], [1, 1], [1, -1]],
        "as `unlabeled` counts as missing",
    ),
    "fractions": ([[0.5, 1.0], [1.0, 0.5]], "Unknown label type"),
    "infinity": ([[np.inf, 1.0], [1.0, 0.0]], "infinity"),
}


@every_consensus
@pytest.mark.parametrize("case", sorted(WRONG))
def test_votes_that_are_none_are_refused_with_a_reason(name, case):
    votes, message = WRONG[case]
    with pytest.raises(ValueError, match=message):
        CONSENSUS[name](votes)


def test_votes_of_two_types_are_refused():
    with pytest.raises(TypeError, match="mixes labels of types"):
        majority_vote([["a", 1], ["a", None]])
    with pytest.raises(TypeError, match="toarray"):
        majority_vote(csr_array(np.eye(3)))


# ---------------------------------------------------------------- long tables


@pytest.mark.parametrize("votes", [NUMBERS, AS_FLOATS - 0.0, WORDS], ids=str)
def test_a_long_table_and_votes_are_two_forms_of_one_thing(votes):
    samples, annotators = np.nonzero(NUMBERS >= 0)
    order = np.random.default_rng(0).permutation(len(samples))
    samples, annotators = samples[order], annotators[order]
    pivot = pivot_votes(samples, annotators, votes[samples, annotators])
    assert_array_equal(pivot.votes, votes)
    assert_array_equal(pivot.samples, np.arange(4))
    assert_array_equal(pivot.annotators, np.arange(3))


def test_a_long_table_may_hold_minus_one_as_a_label():
    pivot = pivot_votes([0, 0, 1], ["a", "b", "a"], [-1, 1, 1])
    assert pivot.votes.tolist() == [[-1, 1], [1, None]]
    assert majority_vote(pivot.votes, unlabeled=None).classes.tolist() == [-1, 1]


def test_a_long_table_with_a_vote_twice_is_refused():
    with pytest.raises(ValueError, match="annotator b on sample 7: keep one"):
        pivot_votes([7, 7, 7], ["a", "b", "b"], [0, 1, 0])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        pivot_votes([7, 7, 7], ["a", "b"], [0, 1, 0])
