#!/usr/bin/env bash
# imbalanced-learn 0.14.2: on balanced classes, cleaning by neighbours never cleans class 0
#
# Guess:    EditedNearestNeighbours() leaves the minority class alone. Where all classes are
#           of one size there is no minority, so either every class is cleaned or none.
# Happens:  "auto" means "not minority", and of classes of equal size the first counts as the
#           minority. Class 0 keeps all its 200 samples, class 1 loses 44; name the same
#           classes the other way round, and the other one is spared. Nothing is said.
# Matters:  it is the classic filter of wrong labels. On a balanced set, symmetric noise is
#           removed from every class but one: what is left is one-sided noise, and the class
#           that keeps its errors depends on the alphabet.
# Output:   kept of both groups: [200, 156]   names swapped: [151, 200]   'all': [151, 156]
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q imbalanced-learn==0.14.2 scikit-learn==1.9.1 numpy==2.4.6
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import sys

import numpy as np
from imblearn.under_sampling import EditedNearestNeighbours

rng = np.random.default_rng(0)
X = np.vstack([rng.normal(size=(200, 2)), rng.normal(size=(200, 2)) + 2])
group = np.repeat([0, 1], 200)


def kept(names, strategy="auto"):
    y = np.array(names)[group]
    cleaned = EditedNearestNeighbours(sampling_strategy=strategy).fit_resample(X, y)[1]
    return [int(np.sum(cleaned == name)) for name in names]


usual, swapped, everywhere = kept(["a", "b"]), kept(["b", "a"]), kept(["a", "b"], "all")
print(f"kept of both groups: {usual}   names swapped: {swapped}   'all': {everywhere}")
as_seen = usual[0] == 200 > usual[1] and swapped[1] == 200 > swapped[0] and max(everywhere) < 200
sys.exit(0 if as_seen else "the behaviour changed")
PY
