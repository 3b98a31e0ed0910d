#!/usr/bin/env bash
# imbalanced-learn 0.14.2: SMOTE of 0/1 columns makes rows that are in no category
#
# Guess:    SMOTE doesn't know categories, so dummy columns become fractions that add up to 1, or
#           are rounded to the nearer row's category. Their dtype makes no difference to it.
# Happens:  what was interpolated is cut down to the dtype of the column. With int dummies, and
#           with bool ones as pandas.get_dummies makes them, 0.7 is 0: a third of the rows made
#           (98 of 306) have no category at all. With float dummies all add up to 1. Other
#           integers, such as ages or counts, are cut down as well.
# Matters:  the rows made are all of the rare class, so "no colour" is a sure sign of that class
#           which no real row has. A model can learn it, scores on the resampled set count it as
#           success, and on real rows it is of no use.
# Output:   int: 306 rows made, 98 without a colour, 208 that add up to 1
#           bool: 306 rows made, 98 without a colour, 208 that add up to 1
#           float: 306 rows made, 0 without a colour, 306 that add up to 1
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q imbalanced-learn==0.14.2 scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import sys

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE

rng = np.random.default_rng(0)
colour = pd.Series(rng.choice(["red", "green", "blue"], size=400))
y = (rng.random(400) < 0.15).astype(int)
frame = pd.get_dummies(colour).assign(age=rng.integers(0, 9, size=400))
names = ["red", "green", "blue"]


def without_colour(dtype):
    X = frame.astype({name: dtype for name in names})
    made = SMOTE(random_state=0).fit_resample(X, y)[0].iloc[400:]
    assert (made.dtypes == X.dtypes).all()
    total = made[names].astype(float).sum(axis=1)
    return len(made), int((total < 0.5).sum()), int((abs(total - 1) < 1e-9).sum())


for dtype in (int, bool, float):
    made, none, one = without_colour(dtype)
    print(f"{dtype.__name__}: {made} rows made, {none} without a colour, {one} that add up to 1")
whole, truth, real = without_colour(int), without_colour(bool), without_colour(float)
as_seen = whole[1] > 0.25 * whole[0] and truth == whole and real[1] == 0 and real[2] == real[0]
sys.exit(0 if as_seen else "the behaviour changed")
PY
