#!/usr/bin/env bash
# lightgbm 4.7.0: a label that is NaN is trained on as 0
#
# Guess:    lgb.train refuses labels that are NaN, or leaves their rows out. LGBMClassifier and
#           LGBMRegressor say "Input contains NaN", so the native interface will, too.
# Happens:  Dataset stores 0 for each of them, and nothing is logged: in a binary task a missing
#           label is the negative class, in a regression a target of 0, however far from the
#           other targets. Only the wrappers for scikit-learn check.
# Matters:  rows without a label are NaN in a data frame, and often most rows. Forgetting to drop
#           them is not an error but one-sided label noise: with 60 % missing, accuracy falls from
#           1.00 to 0.66, and a target near 50 is predicted as 20.
# Output:   stored for NaN: [0.0], messages about it: 0
#           accuracy: labelled rows 1.00, all rows 0.66
#           mean prediction, target near 50: labelled rows 50.5, all rows 20.0
#           LGBMClassifier: Input contains NaN.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q lightgbm==4.7.0 scikit-learn==1.9.1 numpy==2.4.6
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import sys

import lightgbm as lgb
import numpy as np

told = []


class Listen:
    def info(self, text):
        told.append(text)

    warning = info


lgb.register_logger(Listen())
rng = np.random.default_rng(0)
X = rng.normal(size=(2000, 3))
truth = (X[:, 0] > 0).astype(float)
known = rng.random(2000) >= 0.6
y = np.where(known, truth, np.nan)


def train(objective, X, y):
    settings = {"objective": objective, "num_threads": 1, "seed": 0}
    return lgb.train(settings, lgb.Dataset(X, y), num_boost_round=30)


# What the data set holds in place of the labels that are missing.
stored = lgb.Dataset(X, y).construct().get_label()
found = [
    float(np.mean((model.predict(X) > 0.5) == truth))
    for model in (train("binary", X[known], y[known]), train("binary", X, y))
]
levels = [
    float(model.predict(X).mean())
    for model in (train("regression", X[known], 50 + y[known]), train("regression", X, 50 + y))
]
try:
    lgb.LGBMClassifier().fit(X, y)
    refused = "accepted"
except ValueError as error:
    refused = str(error)
about = [text for text in told if "nan" in text.lower() or "missing" in text.lower()]
print(f"stored for NaN: {np.unique(stored[~known]).tolist()}, messages about it: {len(about)}")
print(f"accuracy: labelled rows {found[0]:.2f}, all rows {found[1]:.2f}")
print(f"mean prediction, target near 50: labelled rows {levels[0]:.1f}, all rows {levels[1]:.1f}")
print(f"LGBMClassifier: {refused}")
as_seen = (
    (stored[~known] == 0).all()
    and not about
    and found[0] > 0.95 > 0.7 > found[1]
    and levels[0] > 49 > 30 > levels[1]
    and "NaN" in refused
)
sys.exit(0 if as_seen else "the behaviour changed")
PY
