"""Votes where something else is expected, in another order, or of other samples."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from sknoisy import NoisyLabelClassifier
from sknoisy.annotators import (
    Answers,
    ConsensusClassifier,
    CrowdLayerClassifier,
    Votes,
    annotator_report,
    dawid_skene,
    majority_vote,
    read_doccano,
)

NAMES = [f"{i:02d}.png" for i in range(40)]
X = pd.DataFrame({"x": np.arange(40.0)}, index=NAMES)
Y = np.array(["low", "high"])[(np.arange(40) >= 20).astype(int)]


@pytest.fixture
def votes():
    return Votes.from_long(np.tile(NAMES, 2), ["Ann"] * 40 + ["Bob"] * 40, [*Y, *Y])


@pytest.mark.parametrize(
    "clf",
    [
        ConsensusClassifier(LogisticRegression()),
        CrowdLayerClassifier(max_epochs=1, random_state=0),
    ],
    ids=lambda clf: type(clf).__name__,
)
def test_rows_in_another_order_than_votes_are_refused(votes, clf):
    turned = X[::-1]
    with pytest.raises(ValueError, match=r"Row 0 of X is named '39.png', .*reindex"):
        clf.fit(turned, votes)
    there = clf.fit(turned, votes.reindex(turned.index)).predict(turned)
    if isinstance(clf, ConsensusClassifier):
        assert (there == Y[::-1]).all()


def test_names_that_tell_nothing_are_no_reason_to_refuse(votes):
    clf = ConsensusClassifier(LogisticRegression())
    shuffled = X.set_axis(np.random.default_rng(0).permutation(40))
    table = np.column_stack([Y, Y])
    assert clf.fit(shuffled, table).score(shuffled, Y) == 1  # a table counts its rows
    assert clf.fit(shuffled, votes).score(shuffled, Y) == 1  # names of another kind
    rows = np.array([3, 3, 30, 31, 5])  # drawn with replacement, together
    assert clf.fit(X.iloc[rows], votes[rows]).score(X, Y) > 0.8


def test_votes_are_not_taken_to_names_of_which_none_is_known(votes):
    with pytest.raises(ValueError, match="like 0, those of the votes like '00.png'"):
        votes.reindex(range(40))
    assert votes.reindex(["nobody", NAMES[0]]).per_sample.tolist() == [0, 2]


def test_votes_and_answers_say_what_they_are_instead_of_labels(votes):
    with pytest.raises(TypeError, match="One label a sample is dawid_skene"):
        NoisyLabelClassifier().fit(X, votes)
    answers = Answers([7, 7, 8], ["ann", "bob", "ann"], ["cat", "dog", "cat"])
    with pytest.raises(TypeError, match="pass answers.to_votes"):
        dawid_skene(answers)
    with pytest.raises(TypeError, match="not ndarray; with labels alone"):
        annotator_report(votes, majority_vote(votes).labels)


@pytest.mark.parametrize("names", [NAMES, range(40)], ids=["texts", "numbers"])
def test_a_column_that_names_samples_is_no_annotator(votes, names):
    wide = pd.DataFrame({"image": names, "Ann": Y, "Bob": Y})
    with pytest.raises(ValueError, match=r"'image' has another value.*set_index"):
        Votes.from_wide(wide)
    assert len(Votes.from_wide(wide.set_index("image")).annotators) == 2


def test_files_of_several_people_are_read_together(tmp_path):
    paths = [tmp_path / "ann.jsonl", tmp_path / "bob.jsonl"]
    for path, label in zip(paths, ("cat", "dog"), strict=True):
        lines = [{"id": 5, "text": "Miaow", "label": [label]}, {"id": 6, "label": []}]
        path.write_text("\n".join(map(json.dumps, lines)))
    answers = read_doccano(paths)
    assert answers.annotators == ["ann", "bob"] and answers.labels == ["cat", "dog"]
    assert answers.to_votes().left_out == {"untouched": 2}
    assert list(answers.data) == [5, 6]
