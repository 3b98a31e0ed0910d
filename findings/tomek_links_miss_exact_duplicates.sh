#!/usr/bin/env bash
# imbalanced-learn 0.14.2: TomekLinks doesn't see the clearest conflicts, exact duplicates
#
# Guess:    two samples with the same features and opposite labels are each other's nearest
#           neighbours at distance 0, so they are the purest Tomek links there are; with
#           sampling_strategy="all" both go.
# Happens:  none of 60 such pairs is found. Move one of each pair by 1e-9 and all 60 are.
#           The two nearest neighbours of every sample are searched and the second is taken,
#           as if the first were the sample itself. Of two samples at distance 0, the first
#           in the data is "first" for both: one of the two is given itself as its neighbour.
# Matters:  the same row labelled twice, differently, is the commonest sign of wrong labels
#           in tables and votes. A filter that is used for such rows leaves exactly them.
# Output:   pairs found: equal 0 of 60, 1e-9 apart 60 of 60
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q imbalanced-learn==0.14.2 scikit-learn==1.9.1 numpy==2.4.6
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import sys

import numpy as np
from imblearn.under_sampling import TomekLinks

X = np.random.default_rng(0).normal(size=(60, 2))
y = np.repeat([0, 1], 60)


def pairs_found(shift):
    kept, _ = TomekLinks(sampling_strategy="all").fit_resample(np.vstack([X, X + shift]), y)
    return (120 - len(kept)) // 2


equal, apart = pairs_found(0), pairs_found(1e-9)
print(f"pairs found: equal {equal} of 60, 1e-9 apart {apart} of 60")
sys.exit(0 if (equal, apart) == (0, 60) else "the behaviour changed")
PY
