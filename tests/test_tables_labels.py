"""Labels: as they stand, none lost, and what looks alike is told."""

import numpy as np
import pandas as pd
import pytest

from sknoisy.tables import TableError, read_table

N = 120
rng = np.random.default_rng(0)


def table_of(labels, tmp_path=None, **how):
    labels = [labels[i % len(labels)] for i in range(N)]
    frame = pd.DataFrame({"size": rng.normal(size=N), "y": labels})
    if tmp_path is None:
        return read_table(frame, "y", **how)
    frame.to_csv(tmp_path / "data.csv", index=False)
    return read_table(tmp_path / "data.csv", "y", **how)


@pytest.mark.parametrize(
    "labels",
    [
        ["01", "1", "2"],
        ["001", "2"],
        ["NA", "None", "null", "nan", "NaN", "N/A", "EU"],
        ["-", "?", "unknown", "a"],
        [" ", "a"],
        ["adelie ", "adelie", "gentoo"],
        ["1.0", "2.0"],
        ["True", "False"],
        ["1e5", "0x1F"],
    ],
)
def test_labels_of_a_text_file_are_texts_and_none_is_lost(labels, tmp_path):
    table = table_of(labels, tmp_path)
    assert sorted(set(table.y.tolist())) == sorted(labels)
    assert len(table.y) == N


@pytest.mark.parametrize(
    ("labels", "note"),
    [
        (["01", "1", "2"], "'y': '01' (40), '1' (40) look alike; kept as 2 classes"),
        (["adelie ", "adelie"], "'adelie' (60), 'adelie ' (60) look alike"),
        (["Yes", "yes", "no"], "'Yes' (40), 'yes' (40) look alike"),
        (
            ["a", "?", "unknown"],
            "'?' (40), 'unknown' (40) may mean that there is no",
        ),
        (
            ["a", " "],
            "' ' (60) may mean that there is no label; kept as classes",
        ),
        (["NA", "EU"], "'NA' (60) may mean that there is no label"),
        (
            ["gentoo"] * 59 + ["gento"] + ["adelie"] * 60,
            "'gento' (1) may be 'gentoo' m",
        ),
    ],
)
def test_labels_that_look_alike_are_told_and_kept(labels, note, tmp_path):
    notes = table_of(labels, tmp_path).notes
    assert note in notes[0]
    assert len(notes) == 1


@pytest.mark.parametrize(
    "labels", [["ND", "SD"], ["class 1", "class 2"], ["cat", "bat"], ["a", "b", "c"]]
)
def test_labels_that_differ_give_no_note(labels, tmp_path):
    assert table_of(labels, tmp_path).notes == []


def test_words_for_missing_labels_are_what_people_say(tmp_path):
    table = table_of(["a", "b", "?"], tmp_path, missing="?")
    assert sorted(set(table.y.tolist())) == ["a", "b"]
    assert table.notes == ["40 rows without a label left out"]
    assert table.rows[:4].tolist() == [0, 1, 3, 4]


def test_empty_cells_are_no_labels(tmp_path):
    table = table_of(["a", "b", None], tmp_path)
    assert len(table.y) == 80
    with pytest.raises(TableError, match="data.csv has no rows with a label"):
        table_of([None], tmp_path)


@pytest.mark.parametrize(
    ("labels", "values"),
    [
        ([1, 2], [1, 2]),
        ([1.0, 2.0, np.nan], [1, 2]),
        (pd.array([1, 2, None], dtype="Int64"), [1, 2]),
        (np.array([3, 4], dtype=object), [3, 4]),
        ([True, False], [False, True]),
        ([0.5, 1.5], None),
    ],
)
def test_numbers_that_the_file_calls_numbers_stay_numbers(labels, values):
    if values is None:
        with pytest.raises(TableError, match="'y' holds quantities"):
            table_of(labels)
    else:
        table = table_of(labels)
        assert sorted(set(table.y.tolist())) == values
        assert table.y.dtype.kind in "ib"


def test_declared_categories_are_texts():
    frame = pd.DataFrame({"size": rng.normal(size=N), "y": ["a", "b"] * (N // 2)})
    table = read_table(frame.astype({"y": "category"}), "y")
    assert table.y.dtype.kind == "U"


@pytest.mark.parametrize(
    "labels",
    [["a|b", "a", "b"], ["a;b", "b;c", "a"], ["a,b", "a", "b"], ["a|b", "b|a"]],
)
def test_several_labels_in_a_cell_are_refused(labels):
    with pytest.raises(TableError, match="hold several labels in one, such as 'a.b'"):
        table_of(labels)


@pytest.mark.parametrize("labels", [["Smith, John", "Doe, Jane"], ["a|b", "c"]])
def test_separators_within_a_name_are_fine(labels):
    assert sorted(set(table_of(labels).y.tolist())) == sorted(labels)


def test_lists_are_refused():
    with pytest.raises(
        TableError, match=r"120 cells of 'y' hold several labels, such as"
    ):
        table_of([["a", "b"], ["a"]])


@pytest.mark.parametrize("kind", [str, float])
def test_a_continuous_target_is_refused(kind):
    values = [kind(round(v, 2)) for v in rng.normal(size=N)]
    with pytest.raises(TableError, match="holds quantities .* must name classes"):
        table_of(values)


def test_a_target_of_whole_quantities_is_refused():
    from sklearn.datasets import load_diabetes

    frame = load_diabetes(as_frame=True).frame
    with pytest.raises(
        TableError, match="quantities .214 different numbers in 442 rows"
    ):
        read_table(frame, "target")


def test_given_and_clean_labels_are_different_columns():
    with pytest.raises(TableError, match="given and clean labels are the same column"):
        read_table(pd.DataFrame({"a": [1, 2], "y": [1, 2]}), "y", "y")
    with pytest.raises(TableError, match="say which column of the frame holds the lab"):
        read_table(pd.DataFrame({"a": [1, 2], "y": [1, 2]}))
