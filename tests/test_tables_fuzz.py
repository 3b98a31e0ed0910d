"""Damaged files and random bytes: read, or refused by the room's own error."""

import io
import random

import numpy as np
import pandas as pd
import pytest

from sknoisy.tables import TableError, read_table

FRAME = pd.DataFrame(
    {
        "id": [f"a{i}" for i in range(24)],
        "size": [f"{i * 7 % 11},{i % 10}" for i in range(24)],
        "when": ["2020-01-05", "3/4/2021", ""] * 8,
        "words": ['red "x"', "grün\nblau", "a|b"] * 8,
        "kind": ["ant", "bee", "?"] * 8,
    }
)


def buffer(write):
    memory = io.BytesIO()
    write(memory)
    return memory.getvalue()


ARFF = b"@relation x\n@attribute size real\n@attribute kind {ant,bee}\n@data\n1,ant\n"
SEEDS = {
    "csv": FRAME.to_csv(index=False).encode(),
    "tsv": FRAME.to_csv(index=False, sep="\t").encode("utf-16"),
    "xlsx": buffer(lambda m: FRAME.to_excel(m, index=False)),
    "parquet": buffer(FRAME.to_parquet),
    "feather": buffer(FRAME.to_feather),
    "json": FRAME.to_json(orient="records").encode(),
    "jsonl": FRAME.to_json(orient="records", lines=True).encode(),
    "arff": ARFF + b"2,bee\n1.5,ant\n" * 12,
    "svm": b"1 1:0.5 3:2\n2 2:1.5\n" * 12,
    "npz": buffer(lambda m: np.savez(m, X=np.eye(24), y=np.arange(24) % 2)),
    "npy": buffer(lambda m: np.save(m, np.eye(24))),
    "zip": b"PK\x03\x04" + b"\0" * 60,
    "csv.gz": buffer(lambda m: FRAME.to_csv(m, index=False, compression="gzip")),
    "csv.zst": buffer(lambda m: FRAME.to_csv(m, index=False, compression="zstd")),
}
SNIPPETS = [
    b"\0",
    b'"',
    b"'",
    b"\n",
    b"\r",
    b",",
    b";",
    b"\xff\xfe",
    b"{",
    b"[",
    b"?",
    b"%",
]


def damaged(data, chance):
    """Return `data` with some bytes changed, taken out, doubled or cut off."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(5)
        if kind == 0:
            data[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            data[at:at] = chance.choice(SNIPPETS)
        elif kind == 2:
            del data[at : at + chance.randint(1, 20)]
        elif kind == 3:
            data[at:at] = data[at : at + chance.randint(1, 50)]
        elif chance.random() < 0.3:
            del data[at:]
    return bytes(data)


def read(path, data, label):
    path.write_bytes(data)
    try:
        table = read_table(path, label)
    except TableError as error:
        assert path.stem in str(error), error
        assert "\n" not in str(error), error
        return False
    assert len(table.y) == table.X.shape[0] == len(table.rows)
    return True


@pytest.mark.parametrize("suffix", sorted(SEEDS))
def test_damaged_files_are_read_or_refused(suffix, tmp_path):
    chance = random.Random(suffix)
    label = None if suffix in ("npz", "svm") else "0" if suffix == "npy" else "kind"
    assert read(tmp_path / f"data.{suffix}", SEEDS[suffix], label) == (suffix != "zip")
    for _ in range(25):
        read(tmp_path / f"data.{suffix}", damaged(SEEDS[suffix], chance), label)


@pytest.mark.parametrize("suffix", sorted([*SEEDS, "", "txt"]))
def test_random_bytes_are_refused(suffix, tmp_path):
    chance = random.Random(suffix)
    for n in (1, 7, 300):
        data = chance.randbytes(n)
        read(tmp_path / f"data.{suffix}", data, "kind")


def test_any_cells_make_some_kind_of_column(tmp_path):
    chance = random.Random(0)
    cells = [
        "",
        " ",
        "1",
        "01",
        "1,5",
        "$",
        "%",
        "-",
        "()",
        "1.2.3",
        "ab c",
        "ä",
        "\x07",
    ]
    cells += [
        "2020-01-01",
        "31/12/99",
        "NaN",
        "inf",
        "1e999",
        "0x10",
        "true",
        "a|b",
        "=1",
    ]
    for _ in range(25):
        rows = [[chance.choice(cells) for _ in range(4)] for _ in range(30)]
        frame = pd.DataFrame(rows, columns=["a", "user_id", "when", "kind"])
        read(tmp_path / "data.csv", frame.to_csv(index=False).encode(), "kind")
