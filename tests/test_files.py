"""Files are whole or as before, and no cell of a CSV is run by a spreadsheet."""

import csv
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknoisy._files import (
    read_text,
    set_aside,
    with_formula,
    without_formula,
    write_csv,
)


@pytest.mark.parametrize(
    "error", [OSError("disk full"), KeyboardInterrupt(), ValueError()]
)
def test_what_was_there_stays_when_writing_fails(error, tmp_path):
    path = tmp_path / "review.html"
    path.write_text("good")
    with pytest.raises(type(error)), set_aside(path) as aside:
        aside.write_text("ha")
        raise error
    assert path.read_text() == "good"
    assert [p.name for p in tmp_path.iterdir()] == ["review.html"]


def test_a_file_is_there_only_when_it_is_whole(tmp_path):
    path = tmp_path / "new.png"
    with set_aside(path) as aside:
        aside.write_bytes(b"1")
        assert not path.exists()
        assert aside.suffix == ".png"  # by which some writers know the format
    assert path.read_bytes() == b"1"
    assert len(list(tmp_path.iterdir())) == 1


def test_links_modes_and_pipes_are_kept(tmp_path):
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_csv(link, [["new"]])
    assert link.is_symlink()
    assert target.read_text() == "new\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    mask = os.umask(0o027)
    try:
        write_csv(tmp_path / "fresh.csv", [["new"]])
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "fresh.csv").stat().st_mode) == 0o640
    write_csv(os.devnull, [["nobody reads this"]])


@pytest.mark.parametrize(
    "cell", ["=1+1", "@name", "+cmd", "-cmd|x", "\t=1", "\r=1", "'=1", "''@x", "-", "+"]
)
def test_what_looks_like_a_formula_gets_an_apostrophe(cell):
    assert without_formula(cell) == f"'{cell}"
    assert with_formula(f"'{cell}") == cell


@pytest.mark.parametrize(
    "cell",
    ["-1", "+5", "-1.5e-3", "1e5", "-12%", "-1,000.5", "cat", "'cat", "", "a=b", 7],
)
def test_numbers_and_plain_text_stay_as_they_are(cell):
    assert without_formula(cell) == cell


@given(st.text())
def test_every_text_comes_back(cell):
    assert with_formula(without_formula(cell)) == cell


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_no_written_cell_starts_like_a_formula(tmp_path_factory, row):
    path = tmp_path_factory.getbasetemp() / "cells.csv"
    write_csv(path, [row])
    with path.open(newline="", encoding="utf-8") as file:
        (cells,) = csv.reader(file)
    for cell in cells:
        try:
            float(cell.replace(",", "").replace("%", ""))
        except ValueError:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_any_encoding_that_a_spreadsheet_writes(encoding, tmp_path):
    path = tmp_path / "c.csv"
    path.write_bytes("größe,1\r\n".encode(encoding))
    assert read_text(path).lstrip("\ufeff") == "größe,1\r\n"


def test_what_is_no_text_is_said_with_the_name_of_the_file(tmp_path):
    path = tmp_path / "c.csv"
    path.write_bytes(b"\xff\xfea")  # marked as UTF-16, but half a character long
    with pytest.raises(ValueError, match="c.csv can't be read as text"):
        read_text(path)
