#!/usr/bin/env bash
# pyarrow 26.0.1, polars 2.1.0, pandas 3.1.1, duckdb 2.0.1: what a folder "label=01" is called
#
# Guess:    a data set of Parquet files in one folder a class, label=01, label=1, label=2, comes
#           back with three classes: the type is guessed for the column as a whole, so either all
#           are text, or somebody complains.
# Happens:  pyarrow and polars read 1, 1, 2: two folders have become one class, without a word.
#           pandas asks pyarrow for categories and fails: "Categorical categories must be
#           unique". duckdb keeps all three. One more folder, label=x, and everybody has the
#           names as they stand. polars also turns 1e3 and 2 into 1000.0 and 2.0, and
#           true/false into booleans, which pyarrow doesn't.
# Matters:  codes with leading zeros are usual names of classes (diagnoses, postcodes, product
#           groups). A class disappears, or the labels of a subset are of another type than
#           those of the whole.
# Output:   01, 1, 2: pyarrow [1, 1, 2]  polars [1, 1, 2]  pandas ValueError  duckdb ['01', '1', '2']
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pyarrow==26.0.1 polars==2.1.0 pandas==3.1.1 duckdb==2.0.1 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import sys
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq


def read_back(*names):
    root = Path("-".join(names))
    for i, name in enumerate(names):
        folder = root / f"label={name}"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"x": [i]}), folder / "part.parquet")
    files = f"{root}/*/*.parquet"
    try:
        by_pandas = pd.read_parquet(root)["label"].tolist()
    except ValueError as error:
        by_pandas = str(error)
    query = f"select label from read_parquet('{files}', hive_partitioning=true) order by 1"
    return {
        "pyarrow": pq.read_table(root)["label"].to_pylist(),
        "polars": pl.scan_parquet(files, hive_partitioning=True).collect()["label"].to_list(),
        "pandas": by_pandas,
        "duckdb": [label for (label,) in duckdb.sql(query).fetchall()],
    }


codes, mixed = read_back("01", "1", "2"), read_back("01", "2", "x")
powers = read_back("1e3", "2")
print("01, 1, 2:", codes)
print("01, 2, x:", mixed)
print("1e3, 2:  ", {name: powers[name] for name in ("pyarrow", "polars")})
as_seen = (
    codes["pyarrow"] == codes["polars"] == [1, 1, 2]
    and codes["pandas"] == "Categorical categories must be unique"
    and codes["duckdb"] == ["01", "1", "2"]
    and all(labels == ["01", "2", "x"] for labels in mixed.values())
    and powers["pyarrow"] == ["1e3", "2"]
    and powers["polars"] == [1000.0, 2.0]
)
sys.exit(0 if as_seen else "the behaviour changed")
PY
