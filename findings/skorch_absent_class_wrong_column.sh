#!/usr/bin/env bash
# skorch 1.4.0 in scikit-learn 1.9.1: with one class absent from y, scorers read a wrong column
#
# Guess:    a network with three outputs, fitted on labels in which class 1 doesn't occur, has
#           either three entries in classes_ or an error: predict_proba has three columns.
# Happens:  classes_ is what occurs in y, [0, 2], while predict_proba keeps three columns and
#           predict is right. With two classes left scikit-learn takes column 1 for the second
#           one, the probability of the class nobody has. The accuracy is 0.998, the ROC AUC
#           0.45; with the labels {1, 2} the AUC is 0.0002, where the true one is 0.9998. Log
#           loss and CalibratedClassifierCV go wrong the same way: the "calibrated" network
#           predicts at chance level. No warning.
# Matters:  filters of wrong labels, rare classes and folds leave labels out. Grid searches
#           scored by AUC or log loss then choose the worst network.
# Output:   y in {0, 2}: classes_ [0, 2], 3 columns, accuracy 0.998, AUC scored 0.447, AUC true 1.000,
#           accuracy after calibration 0.540
#           y in {1, 2}: AUC scored 0.000
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q torch==2.13.0 skorch==1.4.0 scikit-learn==1.9.1 numpy==2.4.6
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import sys
import warnings

import numpy as np
import torch
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import get_scorer, roc_auc_score
from skorch import NeuralNetClassifier

warnings.simplefilter("ignore")
X = np.random.default_rng(0).normal(size=(400, 4)).astype("float32")
positive = X[:, 0] > 0
score_auc = get_scorer("roc_auc_ovr")


def fitted(y):
    torch.manual_seed(0)
    net = NeuralNetClassifier(
        torch.nn.Sequential(torch.nn.Linear(4, 3)),
        criterion=torch.nn.CrossEntropyLoss,
        max_epochs=40,
        lr=0.5,
        train_split=None,
        verbose=0,
    )
    return net.fit(X, y)


y = np.where(positive, 2, 0)
net = fitted(y)
proba = net.predict_proba(X)
accuracy, scored = net.score(X, y), score_auc(net, X, y)
true = roc_auc_score(positive, proba[:, 2])
calibrated = CalibratedClassifierCV(FrozenEstimator(net), method="sigmoid").fit(X, y).score(X, y)
print(f"y in {{0, 2}}: classes_ {net.classes_.tolist()}, {proba.shape[1]} columns, accuracy "
      f"{accuracy:.3f}, AUC scored {scored:.3f}, AUC true {true:.3f}, "
      f"accuracy after calibration {calibrated:.3f}")
upside_down = score_auc(fitted(np.where(positive, 2, 1)), X, np.where(positive, 2, 1))
print(f"y in {{1, 2}}: AUC scored {upside_down:.3f}")
as_seen = (
    net.classes_.tolist() == [0, 2]
    and proba.shape[1] == 3
    and min(accuracy, true) > 0.98
    and scored < 0.8
    and calibrated < 0.8
    and upside_down < 0.02
)
sys.exit(0 if as_seen else "the behaviour changed")
PY
