"""Corrections come back into the file, and every other byte stays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_corrections import write

from sknoisy._cli import main
from sknoisy.cleaning import apply_corrections
from sknoisy.tables import TableError, change_labels, read_table
from sknoisy.tables._rewrite import with_labels

LINES = [
    "size,kind,note",
    '1,cat,"a, b"',
    "2,,",
    '3,"dog",x ',
    "4,cat ,",
    "",
    '5,"b""ee",  y',
    "6,cat,é",
    "7,dog,z",
]
LABELS = ["cat", "dog", "cat ", 'b"ee', "cat", "dog"]  # without the blank one


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("fixes.csv", LABELS, *[(1, "cat", "choose"), (3, "dog", "choose")])
    return tmp_path


def save(text, encoding="utf-8", name="data.csv"):
    with open(name, "wb") as file:
        file.write(text.encode(encoding))


def load(encoding="utf-8", name="data-corrected.csv"):
    with open(name, "rb") as file:
        return file.read().decode(encoding)


def apply(*options):
    return main(["apply", "data.csv", "fixes.csv", "--label", "kind", *options])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("last", [True, False])
def test_only_corrected_labels_differ(end, encoding, last, folder, capsys):
    text = end.join(LINES) + (end if last else "")
    save(text, encoding)
    assert apply() == 0
    expected = text.replace('3,"dog",x ', '3,"cat",x ').replace(
        '5,"b""ee",  y', '5,"dog",  y'
    )
    assert load(encoding) == expected
    assert "2 of 6 labels corrected" in capsys.readouterr().out


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_stay_and_ask_for_quotes(separator, folder):
    lines = ["size,kind,note", "1,cat,a", "2,dog,b", "3,cat,c", "4,dog,d"] * 1
    rows = [line.replace(",", separator) for line in lines]
    save("\n".join(rows) + "\n")
    y = ["cat", "dog", "cat", "dog"]
    strange = f'a{separator}"b"'
    changes = {1: ("dog", strange)}
    with open("data.csv", "rb") as file:
        new = with_labels(file.read(), "kind", changes, name="data.csv").decode()
    quoted = f'"a{separator}""b"""'
    assert new.splitlines()[2] == f"2{separator}{quoted}{separator}b"
    write("fixes.csv", y, (0, "dog", "choose"))
    assert apply() == 0
    assert load().splitlines()[1] == f"1{separator}dog{separator}a"


def test_titles_above_the_header_and_blank_lines_stay(folder):
    text = "# exported in May\n\n" + "\n".join(LINES) + "\n"
    save(text)
    assert apply("--out", "new.csv") == 0
    assert load(name="new.csv") == text.replace('"dog"', '"cat"').replace(
        '"b""ee"', '"dog"'
    )


def test_words_for_missing_labels_are_left_out_as_in_the_audit(folder):
    save("\n".join(LINES).replace("2,,", "2,none,"))
    assert apply() == 2
    assert apply("--missing", "none") == 0
    assert "2,none," in load()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: lines[:-1], "for 6 samples, but y has 5"),
        (lambda lines: [lines[0], *lines[:0:-1]], "for other labels"),
        (lambda lines: [lines[0].replace("kind", "sort"), *lines[1:]], "no column"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    change, message, folder, capsys
):
    save("\n".join(change(LINES)))
    assert apply() == 2
    assert message in capsys.readouterr().err
    assert not (folder / "data-corrected.csv").exists()


def test_corrections_that_were_applied_are_not_applied_again(folder, capsys):
    save("\n".join(LINES))
    assert apply("--out", "data.csv") == 0
    assert apply() == 2
    assert "not corrected yet" in capsys.readouterr().err


def test_other_formats_are_refused_with_what_to_do(folder, capsys):
    import pandas as pd

    frame = pd.DataFrame({"size": range(6), "kind": LABELS})
    frame.to_parquet("data.parquet")
    frame.to_csv("data.csv.gz", index=False)
    for name, word in (
        ("data.parquet", "apply_corrections"),
        ("data.csv.gz", "unpack"),
    ):
        assert main(["apply", name, "fixes.csv", "--label", "kind"]) == 2
        assert word in capsys.readouterr().err


def test_a_letter_that_the_encoding_lacks_is_told(folder, capsys):
    save("\n".join(LINES), "cp1252")
    write("fixes.csv", LABELS, (1, "żaba", "choose"))
    assert apply() == 2  # no class of the file, either
    assert "none of the labels" in capsys.readouterr().err
    data = "\n".join(LINES).encode("cp1252")
    with pytest.raises(ValueError, match="which has no 'ż'"):
        with_labels(data, "kind", {0: ("cat", "żaba")}, name="data.csv")


CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6
) | st.sampled_from(['a"b', "x,y", "two\nlines", " lead", "trail ", "'", "=1+1"])


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(CELLS, st.sampled_from(["cat", "dog", "a b"]), CELLS),
        min_size=8,
        max_size=12,
    ),
    at=st.integers(0, 7),
)
def test_whatever_stands_in_other_cells_is_read_as_before(rows, at):
    import csv
    import io

    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([("first", "kind", "last"), *rows])
    data = buffer.getvalue().encode()
    old = rows[at][1]
    new = 'bird, or "bat"'
    said = {"separator": ",", "header": True, "skip": 0}
    changed = with_labels(data, "kind", {at: (old, new)}, name="a", **said)
    found = list(csv.reader(io.StringIO(changed.decode(), newline="")))[1:]
    assert [tuple(row) for row in found] == [
        (a, new if i == at else b, c) for i, (a, b, c) in enumerate(rows)
    ]


def test_labels_read_by_pandas_take_the_corrections_of_an_audit_with_gaps(folder):
    import pandas as pd

    save("\n".join(LINES))
    table = read_table("data.csv", "kind")
    assert table.y.tolist() == LABELS
    frame = pd.read_csv("data.csv")
    corrected = apply_corrections(frame["kind"], "fixes.csv")
    assert corrected.isna().sum() == 1
    expected = ["cat", np.nan, "cat", "cat ", "dog", "cat", "dog"]
    assert corrected.fillna("").tolist() == [v if v == v else "" for v in expected]


def test_labels_change_from_python_too_and_the_file_stays(folder):
    text = "\r\n".join(LINES)
    save(text)
    new = change_labels("data.csv", "kind", {0: ("cat", "dog")}, separator=",")
    assert new.decode() == text.replace("1,cat", "1,dog")
    assert load(name="data.csv") == text
    with pytest.raises(TableError, match="of row 0 is 'cat', not 'dog'"):
        change_labels("data.csv", "kind", {0: ("dog", "cat")})
    with pytest.raises(TableError, match="can't be read"):
        change_labels("nowhere.csv", "kind", {})
