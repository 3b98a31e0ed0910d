#!/usr/bin/env bash
# polars 2.1.0: the codes of a Categorical column depend on what else the process has seen
#
# Guess:    to_physical() numbers the categories of a column 0, 1, ... in order of appearance,
#           as pandas' codes and pyarrow's dictionary indices are numbered in their column.
# Happens:  all Categorical columns of a process share one table. The same line of code on the
#           same two labels gives [0, 1] in a fresh process, [2, 3] while another column is
#           alive. Two columns of one frame have codes 0, 1 and 1, 2. Enum is numbered alone.
# Matters:  codes are used as class ids. A label column next to any text column has ids beyond
#           the number of its classes: one-hot rows of the wrong width, indices out of range, or,
#           where ids fit, other classes in training than in prediction.
# Output:   alone [0, 1]   beside another column [2, 3]   two columns of a frame [[0, 1], [1, 2]]   Enum [0, 1]
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q polars==2.1.0
cat > "$dir/codes.py" <<'PY'
import sys

import polars as pl

if sys.argv[1] == "beside":
    other = pl.Series(["red", "green"], dtype=pl.Categorical)
labels = pl.Series(["cat", "dog"], dtype=pl.Categorical)
print(labels.to_physical().to_list())
PY
alone=$("$dir/venv/bin/python" "$dir/codes.py" alone)
beside=$("$dir/venv/bin/python" "$dir/codes.py" beside)
frame=$("$dir/venv/bin/python" - <<'PY'
import polars as pl

frame = pl.DataFrame({"given": ["cat", "dog"], "checked": ["dog", "cow"]}).cast(pl.Categorical)
print([column.to_physical().to_list() for column in frame.get_columns()])
PY
)
enum=$("$dir/venv/bin/python" - <<'PY'
import polars as pl

other = pl.Series(["red", "green"], dtype=pl.Enum(["red", "green"]))
print(pl.Series(["cat", "dog"], dtype=pl.Enum(["cat", "dog"])).to_physical().to_list())
PY
)
echo "alone $alone   beside another column $beside   two columns of a frame $frame   Enum $enum"
test "$alone" = "[0, 1]" && test "$beside" != "$alone" && test "$enum" = "[0, 1]" &&
  test "$frame" = "[[0, 1], [1, 2]]" || { echo "the behaviour changed" >&2; exit 1; }
