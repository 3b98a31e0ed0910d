#!/usr/bin/env bash
# scikit-learn 1.9.1: with class_weight="balanced", weight 0 is "absent" in some estimators only
#
# Guess:    a sample of weight 0 is as good as left out, in every estimator that takes weights;
#           "balanced" weighs classes by what they have, so it makes no difference.
# Happens:  LogisticRegression, LinearSVC balance the sums of weights: the same model as without
#           those rows. SVC, RidgeClassifier and DecisionTreeClassifier count rows,
#           those of weight 0, too, and then weigh the few that are left of a class as if
#           all were there. One parameter of one name, two meanings.
# Matters:  setting the weight of suspected labels to 0 is the gentle way of dropping them. If
#           75 % of a class is suspect, RidgeClassifier then predicts the other class for 83 %
#           of the samples, and for 52 % when the same rows are dropped.
# Output:   share of class 1 predicted, weight 0 / dropped:
#           LogisticRegression 0.50/0.50   LinearSVC 0.51/0.51   SVC 0.84/0.47
#           RidgeClassifier 0.83/0.52   DecisionTreeClassifier 0.84/0.66
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q scikit-learn==1.9.1 numpy==2.4.6
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

rng = np.random.default_rng(0)
X = np.vstack([rng.normal(size=(400, 2)), rng.normal(size=(400, 2)) + 1])
y = np.repeat([0, 1], 400)
weight = np.ones(800)
weight[:300] = 0
kept = weight > 0

same, shown = {}, []
for estimator in (
    LogisticRegression(class_weight="balanced"),
    LinearSVC(class_weight="balanced"),
    SVC(class_weight="balanced"),
    RidgeClassifier(class_weight="balanced"),
    DecisionTreeClassifier(class_weight="balanced", max_depth=2, random_state=0),
):
    weighted = estimator.fit(X, y, sample_weight=weight).predict(X).mean()
    dropped = estimator.fit(X[kept], y[kept]).predict(X).mean()
    name = type(estimator).__name__
    same[name] = abs(weighted - dropped) < 0.01
    shown.append(f"{name} {weighted:.2f}/{dropped:.2f}")
print("share of class 1 predicted, weight 0 / dropped:")
print("   ".join(shown))
wanted = {name: name in ("LogisticRegression", "LinearSVC") for name in same}
sys.exit(0 if same == wanted else "the behaviour changed")
PY
