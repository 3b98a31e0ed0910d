"""Votes in files: whatever is read is counted, and whatever is written comes back."""

import json
import pickle

import numpy as np
import pandas as pd
import pytest
from annotator_helpers import NUMBERS, WORDS, same_votes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sknoisy.annotators import (
    Votes,
    read_cifar_n,
    read_peerannot,
    read_votes,
    read_wrench,
    write_peerannot,
    write_votes,
    write_wrench,
)
from sknoisy.tables import TableError

torch = pytest.importorskip("torch")
checks = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}
alike = pytest.mark.filterwarnings("ignore:.*look alike:UserWarning")
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)
NAMES = TEXT.filter(lambda name: name.strip() == name and name)
LABELS = st.sampled_from(["cat", "=1+1", "'=x", "01", "1", "NA", "-", 'a "b", c\n'])
LINES = st.dictionaries(st.tuples(NAMES, NAMES), LABELS, min_size=1)


def votes_of(lines):
    """Return votes of a dict of lines."""
    rows = [(*names, label) for names, label in lines.items()]
    return Votes.from_long(*map(list, zip(*rows, strict=True)))


def csv_there_and_back(lines, folder):
    votes = votes_of(lines)
    write_votes(votes, folder / "votes.csv")
    assert same_votes(read_votes(folder / "votes.csv", separator=","), votes)


def peerannot_there_and_back(lines, folder):
    votes = votes_of({(f"t {s}", f"w {p}"): label for (s, p), label in lines.items()})
    write_peerannot(votes, folder / "answers.json")
    found = read_peerannot(folder / "answers.json", classes=votes.classes)
    assert same_votes(found, votes)


def wrench_there_and_back(lines, folder):
    votes = votes_of({(f"s {s}", p): label for (s, p), label in lines.items()})
    write_wrench(votes, folder / "train.json")
    found = read_wrench(folder / "train.json")
    assert found.samples.tolist() == votes.samples.tolist()
    assert found.to_wide().tolist() == votes.to_wide().tolist()


every_trip = pytest.mark.parametrize(
    "trip", [csv_there_and_back, peerannot_there_and_back, wrench_there_and_back]
)


@alike
@every_trip
@settings(max_examples=20, **checks)
@given(LINES)
def test_files_come_back(tmp_path, trip, lines):
    trip(lines, tmp_path)


@alike
@pytest.mark.slow
@every_trip
@settings(max_examples=1000, **checks)
@given(LINES)
def test_a_thousand_files_come_back(tmp_path, trip, lines):
    trip(lines, tmp_path)


def test_peerannot_numbers_tasks_and_workers(tmp_path):
    votes = Votes.from_wide(NUMBERS, unlabeled=-1, annotators=[10, 2, 33])
    path = tmp_path / "answers.json"
    write_peerannot(votes, path)
    found = read_peerannot(path)
    assert found.annotators.tolist() == [2, 10, 33]
    assert set(zip(*map(np.ndarray.tolist, found.to_long()), strict=True)) == set(
        zip(*map(np.ndarray.tolist, votes.to_long()), strict=True)
    )
    path.write_text('{"0": {"1": 0}, "1": {}, "2": {"1": 1}}')
    assert read_peerannot(path).left_out == {"untouched": 1}
    mixed = Votes.from_long([7, "7"], [1, 1], ["a", "b"])
    with pytest.raises(ValueError, match="Two names would both be '7'"):
        write_peerannot(mixed, path)


def test_wrench_names_classes_where_label_json_does(tmp_path):
    votes = Votes.from_wide(WORDS, classes=["a", "b", "c", "d"])
    write_wrench(votes, tmp_path / "train.json", data=[{"text": "x"}] * 4)
    item = json.loads((tmp_path / "train.json").read_text())["0"]
    assert item == {"label": -1, "weak_labels": [0, 2, -1], "data": {"text": "x"}}
    found = read_wrench(tmp_path / "train.json")
    assert found.classes.tolist() == ["a", "b", "c", "d"] and len(found) == 4
    (tmp_path / "label.json").unlink()
    assert read_wrench(tmp_path / "train.json").classes.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="2 entries for 4 samples"):
        write_wrench(votes, tmp_path / "train.json", data=[{}, {}])


WRONG = {
    read_peerannot: {
        "[]": r"is \[\]; expected",
        "{}": "holds no vote",
        '{"0": 3}': "task '0' is 3; expected",
        '{"0": {"1": null}}': "holds null where a label should be",
        '{"0": {"1": [1]}}': r"holds \[1\] where a label should be",
        "{": "isn't JSON",
        "[" * 10_000: "nested too deeply|isn't JSON",
    },
    read_wrench: {
        "{}": "holds no weak label",
        '{"0": {"label": 1}}': "expected 'weak_labels' in it",
        '{"0": {"weak_labels": 1}}': "'weak_labels' is 1, which can't be read",
        '{"0": {"weak_labels": [1]}, "1": {"weak_labels": []}}': "'1' has 0 weak",
        '{"0": {"weak_labels": [-1]}}': "None of 1 answers is a vote",
    },
}


@pytest.mark.parametrize(
    ("reader", "text", "message"),
    [(r, text, why) for r, cases in WRONG.items() for text, why in cases.items()],
)
def test_json_of_another_form_is_refused_with_file_and_place(
    tmp_path, reader, text, message
):
    path = tmp_path / "file.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        reader(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
NEARLY = st.dictionaries(
    st.text(), st.dictionaries(st.sampled_from(["weak_labels", "1"]), JSON) | JSON
)


def read_or_refuse(path, content):
    """Read what there is, or say which file can't be."""
    path.write_text(json.dumps(content), encoding="utf-8")
    for reader in (read_peerannot, read_wrench):
        try:
            assert reader(path).n_votes > 0
        except ValueError as error:
            assert str(path) in str(error)


@alike
@settings(max_examples=20, **checks)
@given(JSON | NEARLY)
def test_whatever_else_json_holds_is_a_value_error(tmp_path, content):
    read_or_refuse(tmp_path / "file.json", content)


@alike
@pytest.mark.slow
@settings(max_examples=1000, **checks)
@given(JSON | NEARLY)
def test_a_thousand_other_files_are_value_errors(tmp_path, content):
    read_or_refuse(tmp_path / "file.json", content)


# ---------------------------------------------------------------- tables


def test_files_of_platforms_are_read_as_text(tmp_path):
    path = tmp_path / "batch.csv"
    path.write_text("HITId,WorkerId,Answer.x\nh1,A,01\nh1,B,1\nh2,B,\nh3,,1\n")
    with pytest.warns(UserWarning, match=r"'01' \(1\), '1' \(1\) look alike"):
        votes = read_votes(path)
    assert votes.labels.tolist() == ["01", "1"]
    assert votes.left_out == {"without an annotator": 1, "without a label": 1}
    frame = pd.DataFrame({"task": [1, 2], "worker": ["a", None], "label": ["x", "y"]})
    frame.to_parquet(tmp_path / "votes.parquet")
    found = read_votes(tmp_path / "votes.parquet")
    assert found.samples.tolist() == [1] and found.left_out == {
        "without an annotator": 1
    }


def test_files_that_are_no_table_of_votes_are_named(tmp_path):
    path = tmp_path / "votes.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="votes.csv: Which column names the sample"):
        read_votes(path)
    path.write_text("task,worker,label\n1,,2\n")
    with pytest.raises(ValueError, match="votes.csv: None of 1 answers is a vote"):
        read_votes(path)
    with pytest.raises(TableError, match="there is no such file"):
        read_votes(tmp_path / "nowhere.csv")
    np.savez(tmp_path / "votes.npz", votes=NUMBERS)
    with pytest.raises(ValueError, match="holds arrays, and no table"):
        read_votes(tmp_path / "votes.npz")


# ---------------------------------------------------------------- CIFAR-N


HUMAN = {
    "clean_label": np.array([0, 1, 2]),
    "worse_label": np.array([1, 1, 2]),
    "aggre_label": np.array([0, 1, 2]),
    "random_label1": np.array([0, 1, 2]),
    "random_label2": np.array([1, 1, 2]),
    "random_label3": np.array([0, 2, 2]),
}


def test_the_human_labels_of_cifar_are_votes(tmp_path):
    path = tmp_path / "CIFAR-10_human.pt"
    torch.save(HUMAN, path)
    votes = read_cifar_n(path, classes=range(10))
    assert votes.annotators.tolist() == [f"random_label{i}" for i in (1, 2, 3)]
    assert votes.to_wide(-1).tolist() == [[0, 1, 0], [1, 1, 2], [2, 2, 2]]
    assert votes.n_classes == 10
    torch.save({"noisy_label": np.array([5, 7]), "clean_label": np.array([5, 6])}, path)
    assert read_cifar_n(path).annotators.tolist() == ["noisy_label"]


def test_files_by_numpy_1_are_read_too(tmp_path, monkeypatch):
    path = tmp_path / "old.pt"
    torch.save(HUMAN, path, _use_new_zipfile_serialization=False)
    content = path.read_bytes().replace(
        b"numpy._core.multiarray", b"numpy.core.multiarray"
    )
    path.write_bytes(content)
    assert b"numpy.core.multiarray" in content
    assert read_cifar_n(path).n_votes == 9


class Runs:
    """What runs code when it is unpickled."""

    def __reduce__(self):
        return print, ("this was run",)


def test_nothing_in_the_file_is_run(tmp_path, capsys):
    path = tmp_path / "evil.pt"
    torch.save({"random_label1": Runs()}, path)
    with pytest.raises(
        ValueError, match="can't be loaded without running what it holds"
    ):
        read_cifar_n(path)
    assert "this was run" not in capsys.readouterr().out
    path.write_bytes(pickle.dumps(HUMAN)[:40])
    with pytest.raises(ValueError, match="evil.pt can't be loaded"):
        read_cifar_n(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1, 2], "holds list; expected named labels"),
        ({"clean_label": np.array([1])}, "no 'random_label1' or 'noisy_label'"),
        ({"noisy_label": np.array([[1]])}, "aren't one a sample"),
        ({"noisy_label": np.array([1, -1])}, "whole numbers from 0 on"),
    ],
)
def test_other_files_of_torch_are_refused(tmp_path, content, message):
    torch.save(content, tmp_path / "x.pt")
    with pytest.raises(ValueError, match=message):
        read_cifar_n(tmp_path / "x.pt")
