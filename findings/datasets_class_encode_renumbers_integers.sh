#!/usr/bin/env bash
# datasets 5.2.0: class_encode_column renumbers the integer labels of more than ten classes
#
# Guess:    a column that holds the integers 0..11 keeps them as class ids; only the type of
#           the column becomes ClassLabel.
# Happens:  the integers are turned into text and sorted as text: 0, 1, 10, 11, 2, 3, ... The
#           label 2 is stored as 4, 10 as 2. With ten classes or fewer nothing moves, so code
#           that was tried on ten digits breaks on twelve classes; and a missing-label code
#           of -1 moves every class even with three: -1, 0, 1, 2 become 0, 1, 2, 3.
# Matters:  noisy labels that went through it and clean labels that didn't are compared by id.
#           The "noise rate" of two equal columns is then 10 of 12.
# Output:   [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3]   differ: 10 of 12   [0, 1, -1, 2] -> [1, 2, 0, 3]
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q datasets==5.2.0 pyarrow==26.0.1 numpy==2.4.6 pandas==3.1.1
HF_HOME="$dir/hf" HF_HUB_OFFLINE=1 "$dir/venv/bin/python" - <<'PY'
import sys

import datasets

datasets.disable_progress_bars()


def encoded(values):
    return datasets.Dataset.from_dict({"y": values}).class_encode_column("y")["y"][:]


labels = list(range(12))
moved, ten, partly = encoded(labels), encoded(labels[:10]), encoded([0, 1, -1, 2])
differ = sum(a != b for a, b in zip(labels, moved))
print(f"{moved}   differ: {differ} of 12   [0, 1, -1, 2] -> {partly}")
as_seen = ten == labels[:10] and moved[2] == 4 and moved[10] == 2 and partly == [1, 2, 0, 3]
sys.exit(0 if as_seen else "the behaviour changed")
PY
