#!/usr/bin/env bash
# usearch 2.26.6: a batch search that finds too few neighbours fills up with key 0
#
# Guess:    missing neighbours in the array of keys are marked by something no row has (faiss
#           takes -1; usearch's documentation speaks of default keys and the largest distance), or
#           the array is cut to what was found, as with a single query.
# Happens:  they are 0 at distance NaN, and 0 is a valid key, of the first row in the usual
#           numbering, or of no row at all as here. Only .counts tells. One query alone gives
#           the short array, so code that was tried on one is wrong on many.
# Matters:  labels[matches.keys] gives the first sample's label a vote in every neighbourhood that
#           is short: after rows are removed, or in small classes. Nothing fails.
# Output:   3 keys in the index; one query: [100, 101, 102]   batch: [100, 101, 102, 0, 0], distances end in NaN
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q usearch==2.26.6 numpy==2.4.6
"$dir/venv/bin/python" - <<'PY'
import sys

import numpy as np
from usearch.index import Index

points = np.arange(24, dtype="float32").reshape(6, 4)
index = Index(ndim=4, metric="l2sq", dtype="f32")
index.add(np.arange(100, 106), points)
for key in (103, 104, 105):
    index.remove(key)

one = index.search(points[0], 5).keys.tolist()
batch = index.search(points, 5)
print(f"{len(index)} keys in the index; one query: {one}   batch: {batch.keys[0].tolist()}, "
      f"distances end in {batch.distances[0, 3:].tolist()}")
as_seen = (
    sorted(one) == [100, 101, 102]
    and (batch.keys[:, 3:] == 0).all()
    and np.isnan(batch.distances[:, 3:]).all()
    and (batch.counts == 3).all()
)
sys.exit(0 if as_seen else "the behaviour changed")
PY
