#!/usr/bin/env bash
# scikit-learn 1.9.1: what dump_svmlight_file writes, load_svmlight_file may read shifted by a column
#
# Guess:    the two functions are each other's inverse at their defaults; the file even says
#           "# Column indices are zero-based" at its top.
# Happens:  the loader doesn't read that line. With its default zero_based="auto" it takes a file
#           in which no row uses column 0 for one that counts from 1: all features move one
#           column to the left, and the matrix has one column less. One sample that uses column
#           0 puts everything right again.
# Matters:  files of one data set are cut into train, test, suspected and kept rows. A part in
#           which a rare first feature doesn't occur is shifted against the others; if n_features
#           is given, the shapes even agree.
# Output:   header True   (2, 3) -> (2, 2)   n_features=3: [[1, 2, 0], [0, 3, 0]] for [[0, 1, 2], [0, 0, 3]]
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q scikit-learn==1.9.1 numpy==2.4.6
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import io
import sys

import numpy as np
from sklearn.datasets import dump_svmlight_file, load_svmlight_file

X = np.array([[0, 1, 2], [0, 0, 3]])
file = io.BytesIO()
dump_svmlight_file(X, [0, 1], file, comment="two rows")
says_so = b"# Column indices are zero-based" in file.getvalue()
file.seek(0)
alone = load_svmlight_file(file)[0]
file.seek(0)
wide = load_svmlight_file(file, n_features=3)[0].toarray().astype(int).tolist()
file.seek(0)
told = load_svmlight_file(file, n_features=3, zero_based=True)[0].toarray()
print(f"header {says_so}   {X.shape} -> {alone.shape}   n_features=3: {wide} for {X.tolist()}")
as_seen = (
    says_so
    and alone.shape == (2, 2)
    and wide == [[1, 2, 0], [0, 3, 0]]
    and np.array_equal(told, X)
)
sys.exit(0 if as_seen else "the behaviour changed")
PY
