"""Files as people have them: each column, word and number means what its owner says."""

import datetime
import decimal
import json

import numpy as np
import openpyxl
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from sknoisy.tables import TableError, change_labels, describe_columns, read_table

N = 40
SIZES = np.random.default_rng(0).normal(5, 2, N).round(2)
KINDS = np.where(SIZES > 5, "dog", "cat")


@pytest.fixture
def file(tmp_path):
    def write(content, name="data.csv"):
        path = tmp_path / name
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
        return path

    return write


def rows_of(*columns, separator=","):
    return "".join(
        separator.join(map(str, cells)) + "\n" for cells in zip(*columns, strict=True)
    )


def pets(path, **options):
    table = read_table(path, options.pop("label", "kind"), **options)
    assert table.y.tolist() == KINDS.tolist()
    return table


def role_and_values(cells, name="x"):
    frame = pd.DataFrame({name: cells, "kind": np.resize(["a", "b"], len(cells))})
    table = read_table(frame, "kind")
    (column,) = table.columns
    return column.role, table.X[name].to_numpy()


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("write", "factor"),
    [
        (lambda x: f"{x:.2f} kg", 1),
        (lambda x: f"{x:.2f}cm", 1),
        (lambda x: f"{x:.2f} °C", 1),
        (lambda x: f"{x:.2f} km/h", 1),
        (lambda x: f"{x:.2f} m²", 1),
        (lambda x: f"R$ {x:.2f}", 1),
        (lambda x: f"US${x:.2f}", 1),
        (lambda x: f"{x:.2f} kr", 1),
        (lambda x: f"Rs. {x:.2f}", 1),
        (lambda x: f"{x:.2f}".replace(".", ",") + " zł", 1),
        (lambda x: f"{x:.2f}K", 1e3),
        (lambda x: f"{x:.2f} M", 1e6),
        (lambda x: "<0.5" if x < 0.5 else f"{x:.2f}", 1),
    ],
)
def test_what_stands_around_a_number_is_no_part_of_it(write, factor):
    numbers = np.round(np.abs(SIZES) + 0.5, 2)
    role, values = role_and_values([write(x) for x in numbers])
    assert role == "number"
    assert_allclose(values, factor * numbers)


def test_thousands_and_millions_in_one_column_are_on_one_scale():
    _, values = role_and_values(["1.5K", "2M", "300", "0.5B", "7", "8"] * 5)
    assert_allclose(values[:6], [1500, 2e6, 300, 5e8, 7, 8])


def test_thousands_are_grouped_as_in_india():
    _, values = role_and_values(["1,23,456.5", "12,34,567", "9,876", "12"] * 5)
    assert_allclose(values[:4], [123456.5, 1234567, 9876, 12])


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["9:05", "13:30", "0:00"], [32700, 48600, 0]),
        (["0:01:02", "1:00:00.5"], [62, 3600.5]),
        (["1:05 PM", "12:10 am"], [47100, 600]),
    ],
)
def test_times_of_day_and_spans_are_numbers(cells, values):
    role, found = role_and_values(cells * 10)
    assert role == "number"
    assert_allclose(found[: len(values)], values)


@pytest.mark.parametrize(
    "cells",
    [
        ["18-25", "26-35", ">50"],  # ranges
        ["<10k", "10k-20k", ">20k"],
        ["<5", ">5"],  # which would be one number
        ["1st", "2nd", "3rd"],
        ["3A", "4B", "12C"],
        ["S1", "S2", "S3"],
        ["12 kg", "500 g", "3 lb"],  # of different units
        ["2:1", "0:0", "3:2"],  # results of games
    ],
)
def test_words_with_digits_stay_words(cells):
    assert role_and_values(cells * 10)[0] == "category"


@pytest.mark.parametrize(("times", "role"), [(1, "id"), (2, "number")])
def test_codes_with_a_letter_are_no_numbers(times, role):
    cells = [f"{100 + 7 * i}A" for i in range(60 // times)] * times
    columns = describe_columns(pd.DataFrame({"specimen": cells}))
    assert columns[0].role == role


# ---------------------------------------------------------------- several values


def test_lists_of_numbers_are_a_column_each(file):
    records = [
        {"emb": [s, 2 * s], "at": {"x": s, "to": [1.0, s]}, "kind": k}
        for s, k in zip(SIZES.tolist(), KINDS.tolist(), strict=True)
    ]
    table = pets(file("\n".join(map(json.dumps, records)), "data.jsonl"))
    names = ["emb.0", "emb.1", "at.x", "at.to.1"]  # at.to.0 is always 1
    assert table.X.columns.tolist() == names
    assert_allclose(table.X["at.to.1"], SIZES)
    assert "column 'emb' holds 2 numbers a row" in table.notes[0]


def test_types_of_parquet_are_what_they_say(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    start = datetime.datetime(2024, 1, 1)
    hours = [start + datetime.timedelta(hours=7 * i % 50) for i in range(N)]
    columns = {
        "dictionary": arrow.array(["x", "y"] * (N // 2)).dictionary_encode(),
        "decimal": arrow.array([decimal.Decimal(f"{s:.2f}") for s in SIZES]),
        "zoned": arrow.array(hours, arrow.timestamp("us", "Europe/Berlin")),
        "day": arrow.array([one.date() for one in hours]),
        "time": arrow.array([datetime.time(i % 24, 3) for i in range(N)]),
        "span": arrow.array([one - start for one in hours]),
        "list": arrow.array([[s, 2 * s] for s in SIZES.tolist()]),
        "words": arrow.array([["a", "b"][: i % 3] for i in range(N)]),
        "struct": arrow.array([{"u": s} for s in SIZES.tolist()]),
        "bytes": arrow.array([b"x", b"y"] * (N // 2)),
        "small": arrow.array([None if i % 9 == 0 else i % 5 for i in range(N)]),
        "kind": arrow.array(KINDS.tolist()).dictionary_encode(),
    }
    parquet.write_table(arrow.table(columns), tmp_path / "data.parquet")
    table = pets(tmp_path / "data.parquet")
    roles = {column.name: column.role for column in table.columns}
    expected = dict.fromkeys(["dictionary", "words", "bytes"], "category")
    expected |= dict.fromkeys(["zoned", "day"], "date")
    numbers = ["decimal", "time", "span", "list.0", "list.1", "struct.u", "small"]
    assert roles == expected | dict.fromkeys(numbers, "number")
    assert set(table.X["bytes"]) == {"x", "y"}


def test_lists_of_labels_are_refused_whatever_holds_them(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "data.parquet"
    pd.DataFrame({"x": SIZES, "kind": [["a", "b"], ["a"]] * 20}).to_parquet(path)
    with pytest.raises(TableError, match="40 cells of 'kind' hold several labels"):
        read_table(path, "kind")


def test_a_frame_with_lists_is_told_what_to_do():
    frame = pd.DataFrame({"emb": [[1.0, 2.0]] * 20})
    with pytest.raises(TableError, match=r"numpy.vstack\(frame\['emb'\]\)"):
        describe_columns(frame)


def test_several_labels_in_libsvm_are_told(file):
    content = "".join(f"0,{i % 2} 1:{s} 3:2\n" for i, s in enumerate(SIZES))
    with pytest.raises(TableError, match="several labels in a row, such as '0,0'"):
        read_table(file(content, "data.libsvm"))


# ---------------------------------------------------------------- where the table is


def test_names_in_a_comment_are_names(file):
    path = file("# made by numpy\n# size,w,kind\n" + rows_of(SIZES, 2 * SIZES, KINDS))
    assert pets(path).X.columns.tolist() == ["size", "w"]
    path = file("# size w kind\n" + rows_of(SIZES, 2 * SIZES, KINDS, separator=" "))
    assert pets(path).X.columns.tolist() == ["size", "w"]


@pytest.mark.parametrize("upper", ["body,body,what", "body,,what"])
def test_two_rows_of_names_are_joined(upper, file):
    path = file(f"{upper}\nsize,w,kind\n" + rows_of(SIZES, 2 * SIZES, KINDS))
    table = pets(path, label="what.kind")
    assert table.X.columns.tolist() == ["body.size", "body.w"]
    assert "first two rows name the columns" in table.notes[0]
    with pytest.raises(TableError, match=r"no column 'kind'; did you mean 'what.kind'"):
        read_table(path, "kind")
    row = 3
    changes = {row: (KINDS[row], "bird")}
    assert change_labels(path, "what.kind", changes).decode().count("bird") == 1


@pytest.mark.parametrize(
    "first",
    ["0,NA,cat", "0,,cat", "x,unknown,dog"],  # a gap above numbers names no column
)
def test_a_first_row_with_gaps_is_data(first, file):
    index = [first.split(",")[0], *range(1, N)]
    lines = rows_of(index, ["", *SIZES[1:]], KINDS).splitlines()[1:]
    table = read_table(file("\n".join([",size,kind", first, *lines])), "kind")
    assert len(table.y) == N


def test_lines_in_quotes_as_a_whole_are_rows(file):
    lines = ["size,name,kind", *rows_of(SIZES, ['""x""'] * N, KINDS).splitlines()]
    path = file("".join(f'"{line}"\n' for line in lines))
    assert "each line was in quotes" in pets(path, category="name").notes[0]


def test_quotes_within_quotes_may_have_a_backslash(file):
    note = r'"he said \"hi, there\" and went"'
    path = file("size,note,kind\n" + rows_of(SIZES, [note] * N, KINDS))
    table = pets(path, text="note")
    assert set(table.X["note"]) == {'he said "hi, there" and went'}
    row = 3
    changes = {row: (KINDS[row], "bird")}
    try:
        written = change_labels(path, "kind", changes).decode()
    except TableError as error:  # or it says that it can't
        assert "can't be written" in str(error)
    else:
        assert written.replace("bird", KINDS[row]) == path.read_text()


def test_a_backslash_at_the_end_of_a_path_is_one(file):
    path = file("size,place,kind\n" + rows_of(SIZES, ['"C:\\data\\"'] * N, KINDS))
    assert set(pets(path, category="place").X["place"]) == {"C:\\data\\"}


# ---------------------------------------------------------------- workbooks and JSON


def workbook(path, rows, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(path)
    return path


def test_a_merged_cell_is_the_cell_of_all_its_rows(tmp_path):
    order = np.argsort(KINDS, kind="stable")
    n = int((KINDS == "cat").sum())
    rows = [
        [KINDS[i] if at in (0, n) else None, float(SIZES[i])]
        for at, i in enumerate(order)
    ]
    path = workbook(
        tmp_path / "data.xlsx",
        [["kind", "size"], *rows],
        [f"A2:A{n + 1}", f"A{n + 2}:A{N + 1}"],
    )
    assert read_table(path, "kind").y.tolist() == KINDS[order].tolist()


def test_a_merged_title_names_no_column(tmp_path):
    rows = [[float(s), i % 7, k] for i, (s, k) in enumerate(zip(SIZES, KINDS))]  # noqa: B905
    rows = [["Pets"], [], ["size", "w", "kind"], *rows]
    table = pets(workbook(tmp_path / "data.xlsx", rows, ["A1:C1"]))
    assert table.X.columns.tolist() == ["size", "w"]


def test_formulas_that_nobody_computed_are_told(tmp_path):
    rows = [[float(s), f'=IF(A{i}>5,"a","b")'] for i, s in enumerate(SIZES, start=2)]
    path = workbook(tmp_path / "data.xlsx", [["size", "kind"], *rows])
    with pytest.raises(TableError, match="40 cells with formulas whose values aren't"):
        read_table(path, "kind")


@pytest.mark.parametrize("orient", ["records", "columns", "index", "split", "table"])
def test_json_is_read_whichever_way_round(orient, tmp_path):
    path = tmp_path / "data.json"
    pd.DataFrame({"size": SIZES, "kind": KINDS}).to_json(path, orient=orient)
    assert_allclose(pets(path).X["size"], SIZES)


@pytest.mark.parametrize(
    ("arrays", "label"),
    [
        ({"X": SIZES[:, None], "y": (KINDS == "dog")[:, None]}, None),
        ({"x_train": SIZES[:, None], "y_train": KINDS == "dog"}, None),
        ({"X": SIZES[:, None], "labels": KINDS == "dog"}, None),
        ({"X": SIZES[:, None], "y": np.eye(2)[(KINDS == "dog").astype(int)]}, None),
        ({"X": SIZES[:, None], "mine": KINDS.astype("S")}, "mine"),
    ],
)
def test_labels_of_arrays_are_of_many_shapes(arrays, label, tmp_path):
    np.savez(tmp_path / "data.npz", **arrays)
    y = read_table(tmp_path / "data.npz", label).y
    assert y.shape == (N,)
    is_dog = y == "dog" if y.dtype.kind == "U" else y.astype(bool)
    assert is_dog.tolist() == (KINDS == "dog").tolist()
