#!/usr/bin/env bash
# pyarrow 26.0.1: a column of labels with a missing one loses that row in pyarrow's own CSV
#
# Guess:    write_csv and read_csv at their defaults keep the number of rows; a null comes back as
#           null or as an empty string.
# Happens:  a null in a table of one column is written as an empty line, and read_csv skips
#           empty lines: 4 rows become 3, and every label after the gap moves up by one. pandas
#           writes "" for such a row, and pyarrow reads that as a row. Two columns are no problem,
#           so it's only the plain file of labels that is hit.
# Matters:  missing labels are normal here, and labels in a file of their own beside the
#           features, too. Where the lengths aren't compared, or the tail is cut, every label
#           after the first gap belongs to another sample.
# Output:   file '"y"\n"cat"\n\n"dog"\n"cow"\n'   4 rows -> ['cat', 'dog', 'cow']
#           pandas' file 'y\ncat\n""\ndog\ncow\n' -> 4 rows
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pyarrow==26.0.1 pandas==3.1.1 numpy==2.4.6
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - "$dir" <<'PY'
import os
import sys

import pandas as pd
import pyarrow as pa
from pyarrow import csv

labels = ["cat", None, "dog", "cow"]
here = os.path.join(sys.argv[1], "labels.csv")


def read():
    with open(here) as file:
        text = file.read()
    options = csv.ReadOptions(use_threads=False)
    return text, csv.read_csv(here, read_options=options).column("y").to_pylist()


csv.write_csv(pa.table({"y": labels}), here)
text, back = read()
print(f"file {text!r}   {len(labels)} rows -> {back}")
pd.DataFrame({"y": labels}).to_csv(here, index=False)
text, by_pandas = read()
n_pandas = len(by_pandas)
print(f"pandas' file {text!r} -> {n_pandas} rows")
sys.exit(0 if back == ["cat", "dog", "cow"] and n_pandas == 4 else "the behaviour changed")
PY
