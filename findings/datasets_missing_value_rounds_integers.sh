#!/usr/bin/env bash
# datasets 5.2.0: one missing label turns a column of integers into float32 and rounds its ids
#
# Guess:    an int64 column with a None comes out of the numpy format as float64 with a NaN, as
#           in pandas, or as objects.
# Happens:  it comes out as float32: integers above 2**24 are rounded to even ones, so ids of
#           different rows fall together. Row by row the same ids are exact, and so are they
#           in the pandas format; a column without None stays int64. It depends on what is read:
#           a slice without the missing value is exact again.
# Matters:  sample ids join labels with features and with the people who gave them. One missing
#           value among millions of rows, and votes are given to other samples.
# Output:   float32 [16777216.0, 16777216.0, nan]   2 ids became 1   row by row: 16777217   without None: int64
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q datasets==5.2.0 pyarrow==26.0.1 numpy==2.4.6 pandas==3.1.1
HF_HOME="$dir/hf" HF_HUB_OFFLINE=1 "$dir/venv/bin/python" - <<'PY'
import sys

import datasets
import numpy as np

ids = [16777216, 16777217, None]
data = datasets.Dataset.from_dict({"id": ids})
column = data.with_format("numpy")["id"][:]
row = data.with_format("numpy")[1]["id"]
frame = data.with_format("pandas")[:]["id"]
whole = data.with_format("numpy")[:2]["id"]
n_left = len(np.unique(column[:2]))
print(f"{column.dtype} {column.tolist()}   2 ids became {n_left}   row by row: {row}   "
      f"without None: {whole.dtype}")
as_seen = (
    column.dtype == np.float32
    and n_left == 1
    and row == ids[1]
    and frame.iloc[1] == ids[1]
    and whole.tolist() == ids[:2]
)
sys.exit(0 if as_seen else "the behaviour changed")
PY
