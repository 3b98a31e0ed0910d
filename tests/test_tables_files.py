"""Files: what they hold comes out, however it is written, or one line says why."""

import bz2
import gzip
import io
import json
import lzma
import zipfile

import numpy as np
import pandas as pd
import pytest
import zstandard
from sklearn.datasets import dump_svmlight_file

from sknoisy.tables import TableError, read_frame, read_table

N = 30
SIZES = [round(i * 7 % 11 + 0.5, 1) for i in range(N)]
KINDS = ["ant", "bee", "NA"] * (N // 3)
ROWS = list(zip(SIZES, KINDS, strict=True))


def text(separator=",", decimal=".", above="", names=("size", "kind")):
    rows = [f"{s}".replace(".", decimal) + separator + k for s, k in ROWS]
    return above + "\n".join([separator.join(names), *rows]) + "\n"


@pytest.fixture
def file(tmp_path):
    """Return a function that writes bytes or text to a file and returns its path."""

    def write(content, name="data.csv", encoding="utf-8"):
        path = tmp_path / name
        data = content.encode(encoding) if isinstance(content, str) else content
        path.write_bytes(data)
        return path

    return write


def assert_whole(table):
    """Check that all cells arrived, the class NA among them."""
    assert table.X["size"].tolist() == SIZES
    assert table.y.tolist() == KINDS


def zipped(data, name="data.csv", **others):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as packed:
        packed.writestr(name, data)
        packed.writestr("__MACOSX/._data.csv", "x")
        for other, content in others.items():
            packed.writestr(other, content)
    return memory.getvalue()


# --- text files ---


@pytest.mark.parametrize(
    ("separator", "decimal"),
    [(",", "."), *((mark, decimal) for mark in ";\t|:^~ " for decimal in ".,")],
)
def test_separator_and_decimal_sign_are_found(separator, decimal, file):
    assert_whole(read_table(file(text(separator, decimal)), "kind"))


def test_a_decimal_comma_within_quotes_between_commas(file):
    rows = [f'"{s}",{k}'.replace(".", ",") for s, k in ROWS]
    assert_whole(read_table(file("\n".join(["size,kind", *rows])), "kind"))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_unicode_is_read_whichever_way_it_is_written(encoding, file):
    path = file(text(names=("größe", "kind")), encoding=encoding)
    assert "größe" in read_table(path, "kind").X


@pytest.mark.parametrize(
    ("word", "encoding", "guess"),
    [("größe", "latin-1", "cp1252"), ("размер", "cp1251", "cp1251")],
)
def test_old_encodings_are_guessed_and_the_guess_is_told(word, encoding, guess, file):
    table = read_table(file(text(names=(word, "kind")), encoding=encoding), "kind")
    assert word in table.X
    assert f"read as {guess} (guessed), which makes {word!r} of" in table.notes[0]


def test_an_encoding_that_is_said_is_taken(file):
    path = file(text(names=("rozmiar ż", "kind")), encoding="cp1250")
    assert "rozmiar ż" in read_table(path, "kind", encoding="cp1250").X
    with pytest.raises(TableError, match="line 1: the byte 0xbf is not utf-8"):
        read_table(path, "kind", encoding="utf-8")
    with pytest.raises(TableError, match="encoding='nope' is none that Python knows"):
        read_table(path, "kind", encoding="nope")


def test_an_encoding_that_cannot_be_told_is_asked_for(file):
    path = file(text(names=("大きさ", "kind")), encoding="shift_jis")
    with pytest.raises(
        TableError, match="say it, as in --encoding cp1252 .* shift_jis"
    ):
        read_table(path, "kind")
    assert "大きさ" in read_table(path, "kind", encoding="shift_jis").X


@pytest.mark.parametrize(
    "above",
    [
        "# exported 2024\n",
        "Report 2024,\n,\n",
        "made by hand\n\n",
        "% one\n% two, by x\n",
    ],
)
def test_lines_above_the_header_are_left_out_and_told(above, file):
    table = read_table(file(text(above=above)), "kind")
    assert_whole(table)
    assert "above the header left out: " in table.notes[0]


def test_lines_above_the_header_can_be_counted_by_hand(file):
    path = file("size,kind\nin cm,a word\n" + text())
    with pytest.raises(TableError, match="no column 'nope'. It has: size, kind"):
        read_table(path, "nope", skip=2)
    assert_whole(read_table(path, "kind", skip=2))
    with pytest.raises(TableError, match="skip=99 leaves nothing of its 33 rows"):
        read_table(path, "kind", skip=99)


def test_a_file_without_a_header_gets_names(file):
    path = file(text().partition("\n")[2])
    table = read_table(path, "column 2")
    assert table.X["column 1"].tolist() == SIZES
    assert "its first row looks like data" in table.notes[0]
    assert len(read_table(path, "ant", header=True).y) == N - 1
    with pytest.raises(TableError, match="no column 'ant'.*Note: its first row looks"):
        read_table(path, "ant")


@pytest.mark.parametrize("header", ["country,2019,2020", "0,1,2"])
def test_numbers_that_count_on_are_names(header, file):
    rows = [f"{c},{i * 3 % 7}.5,{i * 5 % 9}.5" for i, c in enumerate(KINDS)]
    rows = (
        rows
        if header[0] == "c"
        else [r.replace(c, "1") for r, c in zip(rows, KINDS, strict=True)]
    )
    path = file("\n".join([header, *rows]))
    with pytest.raises(TableError, match=f"It has: {', '.join(header.split(','))}"):
        read_table(path, "nope")


def test_row_names_as_r_writes_them(file):
    rows = [f'"{i}" {s} "{k}"' for i, (s, k) in enumerate(ROWS, 1)]
    table = read_table(file('"size" "kind"\n' + "\n".join(rows)), "kind")
    assert_whole(table)
    assert [column.role for column in table.columns] == ["row number", "number"]


def test_columns_that_share_a_name_get_numbers(file):
    path = file(text(names=("size", "kind")).replace("size,kind", "kind,kind"))
    table = read_table(path, "kind.1")
    assert list(table.X) == ["kind"]
    assert "several columns are named 'kind'" in table.notes[0]


def test_cells_may_hold_line_breaks_quotes_and_separators(file):
    rows = [f'"a ""b"", c\nd {k}",{s},{k}' for s, k in ROWS]
    table = read_table(file("\n".join(["words,size,kind", *rows])), "kind")
    assert_whole(table)
    assert table.shown["words"][1] == 'a "b", c\nd bee'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "data.csv is empty."),
        (" \n\n", "data.csv is empty."),
        ("a,b\n1,x\n2,y,z\n", r"line 3: 3 cells, where the header has 2: 'y', 'z' at"),
        ("a,b\n1,x,y\n1,x,z\n", "line 2: 3 cells, where the header has 2: 'x', 'y'"),
        ('a,b\n1,x\n"2,y\n3,z\n', "line 3: a quote is opened that nothing closes"),
        ("a,b\n" + "\0" * 99 + "x", "holds no text: "),
        (b"\x89PNG\r\n", "is an image: put features of images"),
        (b"\xd0\xcf\x11\xe0...", "is the Excel format from before 2007: save it as"),
        (b"PK\x03\x04 broken", "can't be unpacked: "),
        (b"\x1f\x8b broken", "can't be unpacked: "),
        (b"PAR1 broken", "can't be read: "),
        ("<!DOCTYPE html><p>", "is a web page: save the table on it as CSV"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(content, message, file):
    with pytest.raises(TableError, match=message):
        read_table(file(content), "b")


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (zipped("x", "archive/data.pkl"), "data.pt", "is a torch file, which may run"),
        (b"\x80\x04\x95...", "data", "is a pickle, which may run code"),
        (b"\x89HDF...", "data.h5", "is HDF5: read it with pandas or h5py"),
        (b"...\xff", "data.dta", "is a file of a statistics program"),
    ],
)
def test_what_is_not_read_is_told_with_a_way_out(content, name, message, file):
    with pytest.raises(TableError, match=f"^{name} {message}"):
        read_table(file(content, name), "kind")


def test_short_rows_are_filled_up_and_told(file):
    table = read_table(file(text(above="") + "7.5\n"), "kind")
    assert_whole(table)
    assert "1 row shorter than the header, the first in line 32" in table.notes[0]


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        ("separator", "::", "it must be one character, such as ','"),
        ("decimal", "'", "decimal=\"'\": it must be '.' or ','"),
        ("skip", -1, "it must be the number of lines above the header"),
        ("number", "sise", "number: there is no column 'sise'; did you mean 'size'"),
    ],
)
def test_what_is_said_is_checked(parameter, value, message, file):
    with pytest.raises(TableError, match=message):
        read_table(file(text()), "kind", **{parameter: value})


def test_a_column_can_be_one_thing_only(file):
    with pytest.raises(TableError, match="'size' was said to be both id and number"):
        read_table(file(text()), "kind", id="size", number=["size"])


# --- packed files ---


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("data.csv.gz", gzip.compress),
        ("data.csv.bz2", bz2.compress),
        ("data.csv.xz", lzma.compress),
        ("data.csv.zst", zstandard.ZstdCompressor().compress),
        ("data.zip", zipped),
        ("data", gzip.compress),  # the name needn't tell
    ],
)
def test_packed_files_are_unpacked(name, pack, file):
    assert_whole(read_table(file(pack(text().encode()), name), "kind"))


def test_a_zip_of_several_files_is_refused(file):
    path = file(zipped(text(), other="x"), "data.zip")
    with pytest.raises(TableError, match="holds 2 files.*data.csv, other"):
        read_table(path, "kind")


# --- other formats ---


@pytest.fixture
def frame():
    return pd.DataFrame({"size": SIZES, "kind": KINDS})


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("data.parquet", lambda f, p: f.to_parquet(p)),
        ("data.feather", lambda f, p: f.to_feather(p)),
        ("data.xlsx", lambda f, p: f.to_excel(p, index=False)),
        ("data.json", lambda f, p: f.to_json(p, orient="records")),
        ("split.json", lambda f, p: f.to_json(p, orient="split")),
        ("columns.json", lambda f, p: f.to_json(p)),
        ("lists.json", lambda f, p: p.write_text(json.dumps(f.to_dict("list")))),
        ("data.jsonl", lambda f, p: f.to_json(p, orient="records", lines=True)),
        ("no_suffix", lambda f, p: f.to_parquet(p)),
        ("no_suffix", lambda f, p: f.to_json(p, orient="records", lines=True)),
        ("data.npy", lambda f, p: np.save(p, f.astype({"kind": "U3"}).to_records())),
    ],
)
def test_every_format_gives_the_same(name, write, frame, tmp_path):
    if name.endswith("npy"):
        records = np.array(
            ROWS,
            dtype=[("size", float), ("kind", "U3")],
        )
        np.save(tmp_path / name, records)
    else:
        write(frame, tmp_path / name)
    assert_whole(read_table(tmp_path / name, "kind"))


def test_a_sheet_with_a_title_and_others_beside_it(frame, tmp_path):
    path = tmp_path / "data.xlsx"
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame().to_excel(writer, sheet_name="blank")
        frame.to_excel(writer, sheet_name="first", index=False, startrow=3)
        writer.sheets["first"]["A1"] = "Insects of 2024"
        frame[:20].to_excel(writer, sheet_name="second", index=False)
    table = read_table(path, "kind")
    assert_whole(table)
    assert "sheet 'first' read; there are others: blank, second" in table.notes[0]
    assert len(read_table(path, "kind", sheet="second").y) == 20
    with pytest.raises(
        TableError, match="no sheet 'third'; it has: blank, first, second"
    ):
        read_table(path, "kind", sheet="third")


def test_types_of_a_workbook_are_kept(tmp_path):
    frame = pd.DataFrame(
        {"code": ["01", "1"] * 15, "size": SIZES, "grade": [1, 2, 3] * 10}
    )
    frame.to_excel(tmp_path / "data.xlsx", index=False)
    table = read_table(tmp_path / "data.xlsx", "code")
    assert table.y.tolist() == ["01", "1"] * 15
    table = read_table(tmp_path / "data.xlsx", "grade")
    assert table.y.tolist() == [1, 2, 3] * 10


ARFF = """% a comment
@RELATION insects
@attribute size NUMERIC
@attribute 'wing span' {small, 'very large', 'it\\'s ?'}
@attribute kind {ant, bee, NA}
@attribute words string

@DATA
"""


def test_arff_declares_what_columns_are(file):
    rows = [f"{s}, 'very large', {k}, \"a, b\"" for s, k in ROWS]
    rows[0] = "?, 'it\\'s ?', ant, ?"
    table = read_table(file(ARFF + "\n".join(rows), "data.arff"), "kind")
    assert table.y.tolist() == KINDS
    assert np.isnan(table.X["size"][0]) and table.X["size"][1:].tolist() == SIZES[1:]
    assert table.X["wing span"][:2].tolist() == ["it's ?", "very large"]
    sparse = ["{0 1.5, 2 bee}"] * 15 + ["{}"] * 15
    table = read_table(file(ARFF + "\n".join(sparse), "data.arff"), "kind")
    assert table.X["size"].tolist() == [1.5] * 15 + [0] * 15
    assert table.y.tolist() == ["bee"] * 15 + ["ant"] * 15


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("@relation x\n@attribute a numeric\n1\n", "has no line @data"),
        ("@relation x\n@attribute a relational\n@data\n", "line 2: 'relational' is no"),
        ("@relation x\n@attribute a real\n@data\n1,2\n", "line 4: 2 cells, where the"),
        ("@relation x\n@attribute a real\n@data\nhigh\n", "'a': Unable to parse"),
        ("@relation x\n@attribute a real\n@data\n{7 1}\n", "line 4: column 7, but"),
        ("@relation x\n@data\n1\n", "declares no attributes"),
    ],
)
def test_an_arff_file_that_is_none_is_told(content, message, file):
    with pytest.raises(TableError, match=message):
        read_table(file(content, "data.arff"), "a")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[1, 2]", r"record 0: expected an object such as"),
        ("{}", "holds no table that can be recognised"),
        ("[]", "is empty"),
        ('{"a": 1}\n{"a": \n', "line 2: neither the file nor this line is JSON"),
        ("[" * 100_000, "is nested too deeply|is no JSON"),
        ('{"columns": ["a"], "data": [[1, 2]]}', "must be lists of 1 cells"),
    ],
)
def test_json_that_is_no_table_is_told(content, message, file):
    with pytest.raises(TableError, match=message):
        read_table(file(content, "data.json"), "a")


@pytest.mark.parametrize("name", ["data.libsvm", "no_suffix"])
def test_libsvm_files_are_sparse(name, tmp_path):
    X = np.arange(60.0).reshape(N, 2) % 5
    dump_svmlight_file(X, np.arange(N) % 3, str(tmp_path / name), comment="by hand")
    table = read_table(tmp_path / name)
    np.testing.assert_array_equal(table.X.toarray(), X)
    assert table.y.dtype.kind == "i"


def test_a_table_of_numbers_is_named_by_place(tmp_path):
    np.save(tmp_path / "data.npy", np.column_stack([SIZES, np.arange(N) % 3]))
    table = read_table(tmp_path / "data.npy", "1")
    assert table.X["0"].tolist() == SIZES
    assert table.y.tolist() == [0, 1, 2] * 10
    with pytest.raises(TableError, match=r"has no array 'y'. It has: X"):
        read_table(tmp_path / "data.npy")


def test_frames_keep_their_index(frame):
    frame.index = [f"sample {i}" for i in range(N)]
    frame.loc["sample 3", "kind"] = None
    table = read_table(frame, "kind", name="insects")
    assert table.rows.tolist()[2:4] == ["sample 2", "sample 4"]
    assert table.notes[0] == "1 row without a label left out"
    polars = pytest.importorskip("polars")
    assert_whole(read_table(polars.DataFrame({"size": SIZES, "kind": KINDS}), "kind"))


def test_a_frame_has_all_cells_as_they_stand(tmp_path):
    path = tmp_path / "votes.csv"
    path.write_text("task;worker;label\n01;ann;cat\n02;;1,5\n", encoding="utf-8")
    frame = read_frame(path, separator="semicolon")
    assert frame.to_numpy().tolist() == [["01", "ann", "cat"], ["02", "", "1,5"]]
    assert read_frame(frame) is frame


def test_arrays_are_no_frame(tmp_path):
    np.save(tmp_path / "votes.npy", np.eye(3))
    with pytest.raises(TableError, match=r"votes\.npy holds arrays.*from_wide"):
        read_frame(tmp_path / "votes.npy")
