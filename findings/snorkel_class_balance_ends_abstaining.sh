#!/usr/bin/env bash
# snorkel 0.10.0: telling LabelModel the class balance makes it label what no rule covers
#
# Guess:    predict's default policy is "abstain": a sample for which every labelling function
#           abstains gets -1, whatever the class balance.
# Happens:  it gets -1 only because the default prior is uniform and the classes tie. With
#           class_balance=[0.7, 0.3], which is there to make the model better, each uncovered
#           sample is labelled 0 with probability 0.7; MajorityLabelVoter says -1 for them
#           either way. Nothing in the output tells these labels from those that rules gave.
# Matters:  in weak supervision most samples may be uncovered. A change that looks like a better
#           prior fills the training set with one class, and `labels != -1` filters nothing.
# Output:   of 200 uncovered samples, labelled: uniform 0, class_balance 200 (all 0), majority 0
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q snorkel==0.10.0 torch==2.13.0 numpy==2.3.5 scikit-learn==1.9.1
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import sys

import numpy as np
from snorkel.labeling.model import LabelModel, MajorityLabelVoter

rng = np.random.default_rng(0)
y = (rng.random(1000) < 0.3).astype(int)
votes = np.full((1000, 4), -1)
for rule, accuracy in enumerate((0.9, 0.8, 0.75, 0.7)):
    covered = rng.random(1000) < 0.5
    right = rng.random(1000) < accuracy
    votes[covered, rule] = np.where(right, y, 1 - y)[covered]
votes[:200] = -1


def labels(**balance):
    model = LabelModel(cardinality=2, verbose=False)
    model.fit(votes, seed=0, n_epochs=100, progress_bar=False, **balance)
    return model.predict(votes, tie_break_policy="abstain")[:200]


uniform, balanced = labels(), labels(class_balance=[0.7, 0.3])
majority = MajorityLabelVoter(cardinality=2).predict(votes)[:200]
print(f"of 200 uncovered samples, labelled: uniform {np.sum(uniform != -1)}, class_balance "
      f"{np.sum(balanced != -1)} (all {np.unique(balanced).tolist()}), majority {np.sum(majority != -1)}")
as_seen = (uniform == -1).all() and (balanced == 0).all() and (majority == -1).all()
sys.exit(0 if as_seen else "the behaviour changed")
PY
