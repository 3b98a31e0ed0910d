"""Parquet files that are audited piece by piece, with the findings of the whole."""

import csv
import json

import numpy as np
import pandas as pd
import pytest
from review_helpers import content_of

from sknoisy._cli import _large, _sampled, main
from sknoisy.tables import TableError, _large_table, _parquet_rows
from sknoisy.tables._large_table import LargeTable
from sknoisy.tables._parquet_rows import ParquetRows, parquet_files

pytest.importorskip("pyarrow", reason="reads Parquet")

N, N_LEARNED = 3000, 700


def slow(*options):
    """Return options of a test that takes longer."""
    return pytest.param(options, marks=pytest.mark.slow)


def insects(n=N, seed=0):
    """Return a table of which every tenth label is wrong, with gaps and copies."""
    rng = np.random.default_rng(seed)
    true = rng.integers(3, size=n)
    frame = pd.DataFrame(rng.normal(size=(n, 4)) + 2 * np.eye(3, 4)[true])
    frame.columns = ["size", "weight", "legs", "wings"]
    frame["nr"] = np.arange(n)
    frame["town"] = np.array(["Oslo", "Rome", "Lima"])[
        (true + (rng.random(n) < 0.3)) % 3
    ]
    frame["seen"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(
        rng.integers(9**6, size=n), unit="min"
    )
    frame.loc[frame.index % 50 == 3, ["weight", "town"]] = None
    names = np.array(["ant", "bee", "dragonfly"])
    frame["true"] = names[true]
    frame["given"] = np.where(rng.random(n) < 0.1, names[(true + 1) % 3], names[true])
    frame.loc[[5, n // 4], "given"] = None
    frame.loc[[8, n // 3], "given"] = "dragonfyl"  # misspelt
    frame.loc[[9, n // 2], "given"] = "moth"  # too rare to judge
    frame.iloc[n // 3 : n // 3 + 20, :4] = frame.iloc[:20, :4].to_numpy()
    return frame


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder; rows are read and learned from a few at a time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(_parquet_rows, "BATCH", 256)
    for module in (_large, _large_table, _sampled):
        monkeypatch.setattr(module, "BLOCK", 500)
    monkeypatch.setattr(_sampled, "MOST_ROWS", N_LEARNED)
    return tmp_path


def audited(monkeypatch, out, *arguments, parts):
    """Return the issues, and the report, of an audit as a whole or in parts."""
    monkeypatch.setattr(_large, "MOST_CELLS", 0 if parts else 10**9)
    assert main(["audit", *arguments, "--label", "given", "--out", out]) == 0
    with open(f"{out}/issues.csv", newline="", encoding="utf-8") as file:
        issues = list(csv.DictReader(file))
    with open(f"{out}/report.json", encoding="utf-8") as file:
        return issues, json.load(file)


@pytest.mark.parametrize(
    "options",
    [
        (),
        slow("--clean-label", "true", "--threshold", "0.05", "--ignore", "legs"),
        slow("--group", "block"),
        slow("--missing", "moth,Oslo"),
    ],
    ids=["as it comes", "a share", "groups", "words"],
)
def test_parts_find_what_the_whole_finds(folder, monkeypatch, capsys, options):
    frame = insects()
    if "--group" in options:
        frame["block"] = np.arange(N) // 4
    frame.to_parquet("data.parquet", row_group_size=400)
    whole = audited(monkeypatch, "whole", "data.parquet", *options, parts=False)
    told = capsys.readouterr().out.replace("whole", "OUT")
    parts = audited(monkeypatch, "parts", "data.parquet", *options, parts=True)
    assert capsys.readouterr().out.replace("parts", "OUT") == told
    assert len(parts[0]) > 50
    assert parts[0] == whole[0]
    for report in (whole[1], parts[1]):
        for label in report["worst"]:  # similar rows are looked for among fewer
            del label["similar"], label["why"], label["probabilities"], label["cells"]
    assert parts[1] == whole[1]
    for name in ("transition.csv", "columns.csv"):
        assert (folder / "whole" / name).read_text() == (
            folder / "parts" / name
        ).read_text()


@pytest.mark.slow
def test_a_folder_is_its_files_one_after_another(folder, monkeypatch):
    frame = insects()
    frame.to_parquet("data.parquet")
    one = audited(monkeypatch, "one", "data.parquet", parts=True)[0]
    (folder / "many" / "_temporary").mkdir(parents=True)
    (folder / "many" / "_temporary" / "c.parquet").write_bytes(b"left over")
    for name, part in (("a", frame[:1100]), ("b", frame[1100:])):
        part.to_parquet(f"many/{name}.parquet", index=False, row_group_size=500)
    assert audited(monkeypatch, "two", "many", parts=True)[0] == one
    assert audited(monkeypatch, "three", "many", parts=False)[0] == one


def test_names_of_folders_are_a_column(folder):
    frame = insects(200)
    for town, part in frame.groupby("town"):
        (folder / "data" / f"town={town}").mkdir(parents=True)
        part.drop(columns="town").to_parquet(f"data/town={town}/a.parquet", index=False)
    rows = ParquetRows("data")
    assert rows.names[-1] == "town"
    assert rows.take(None)["town"].value_counts().to_dict() == (
        frame["town"].value_counts().to_dict()
    )
    classes, codes = rows.codes("town", (), "")
    assert classes[codes].tolist() == rows.take(None)["town"].tolist()


@pytest.mark.parametrize("size", [1, 7, 256, 300, 10_000])
def test_pieces_are_the_rows_in_order(folder, size):
    frame = insects(1000)[["size", "nr", "town"]]
    frame.to_parquet("data.parquet", row_group_size=333)
    rows = ParquetRows("data.parquet")
    some = np.unique(np.random.default_rng(0).integers(1000, size=300))
    for places in (None, some, some[:1], np.array([999])):
        found = list(rows.pieces(places, size))
        assert {len(piece) for piece in found[:-1]} <= {size}
        expected = frame if places is None else frame.iloc[places]
        pd.testing.assert_frame_equal(pd.concat(found), expected, check_dtype=False)
    assert len(rows.take(np.array([], dtype=int))) == 0


def test_labels_become_codes(folder):
    values = [3, None, 1, 3, 10, None]
    kinds = {
        "texts": (
            [None if v is None else f"{v:02}" for v in values],
            ["01", "03", "10"],
        ),
        "floats": (np.array([3, np.nan, 1, 3, 10, np.nan]), [1, 3, 10]),
        "whole": (pd.array(values, dtype="Int64"), [1, 3, 10]),
        "declared": (pd.Categorical(values), [1, 3, 10]),
        "truths": ([True, None, False, True, True, None], [False, True]),
        "blank": (["b", "", "a", "b", "NA", ""], ["NA", "a", "b"]),
    }
    pd.DataFrame({k: v for k, (v, _) in kinds.items()}).to_parquet(
        "data.parquet", row_group_size=2
    )
    rows = ParquetRows("data.parquet")
    for name, (_, expected) in kinds.items():
        classes, codes = rows.codes(name, (), "")
        assert classes.tolist() == expected, name
        assert (codes < 0).tolist() == [False, True, False, False, False, True], name
        assert codes[0] == codes[3] != codes[2]


@pytest.mark.slow
def test_a_saved_index_names_rows_and_is_no_feature(folder, monkeypatch):
    frame = insects()
    frame.index = [f"r{i}" for i in range(N)]
    frame.to_parquet("data.parquet")
    whole = audited(monkeypatch, "whole", "data.parquet", parts=False)[0]
    assert whole[0]["row"].startswith("r")
    assert audited(monkeypatch, "parts", "data.parquet", parts=True)[0] == whole


def test_row_numbers_are_known_though_a_sample_has_gaps(folder, monkeypatch):
    frame = insects()
    frame["place"] = np.arange(N)[::-1] * 7  # not named so, nor counting
    frame = frame.rename(columns={"nr": "x5"}).assign(given=frame["true"])
    frame.to_parquet("data.parquet")
    monkeypatch.setattr(_large_table, "MOST_SEEN", 500)
    table = LargeTable("data.parquet", "given")
    roles = {column.name: column.role for column in table.seen.columns}
    assert roles["x5"] == "row number"
    assert roles["place"] == "number"
    assert len(table.seen.y) == 500
    assert len(table) == N


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda f: f.assign(seen=f["seen"].dt.strftime("%d.%m.%Y")),
            "Save it as dates",
        ),
        (
            lambda f: f.assign(cost="$" + f["size"].abs().round(2).astype(str)),
            "Save it as numbers",
        ),
        (lambda f: f.assign(given=None), "has no rows with a label"),
    ],
    ids=["dates", "numbers", "no labels"],
)
def test_what_parts_could_read_otherwise_is_refused(folder, change, message):
    change(insects()).to_parquet("data.parquet")
    with pytest.raises(TableError, match=message):
        LargeTable("data.parquet", "given")


def test_a_folder_of_other_things_is_no_table(folder):
    for name in ("a.csv", "b.csv", "c.parquet", "_temporary", "README.md"):
        (folder / name).write_text("x")
    assert parquet_files(folder) == []
    for name in ("d.parquet", "e.pq", "f.parquet"):
        (folder / name).write_text("x")
    assert [path.name for path in parquet_files(folder)] == [
        *("c.parquet", "d.parquet", "e.pq", "f.parquet")
    ]


def test_files_with_other_columns_are_refused(folder):
    (folder / "data").mkdir()
    insects(50).to_parquet("data/a.parquet")
    insects(50).rename(columns={"legs": "feet"}).to_parquet("data/b.parquet")
    with pytest.raises(TableError, match=r"b.parquet has other .*feet, legs"):
        ParquetRows("data")


def test_other_detectors_say_that_they_need_all_rows(folder, monkeypatch, capsys):
    insects().to_parquet("data.parquet")
    monkeypatch.setattr(_large, "MOST_CELLS", 0)
    command = ["audit", "data.parquet", "--label", "given", "--detector", "neighbors"]
    assert main(command) == 2
    assert (
        "--detector neighbors: it needs all rows in memory" in capsys.readouterr().err
    )


@pytest.mark.slow
def test_corrections_of_the_page_fit_the_labels(folder, monkeypatch):
    """The page shows some rows; what it exports is about all."""
    from sknoisy._fingerprint import difference

    frame = insects()
    frame.to_parquet("data.parquet")
    audited(monkeypatch, "parts", "data.parquet", parts=True)
    data = content_of(folder / "parts" / "review.html")
    y = frame["given"].dropna().to_numpy(dtype=str)
    assert difference(data["fingerprint"], y) is None
    names = [one["text"] for one in data["classes"]]
    for item in data["items"]:
        assert y[item["index"]] == names[item["given"]]
