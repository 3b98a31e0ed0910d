#!/usr/bin/env bash
# crowd-kit 1.4.2: DawidSkene answers the more frequent class where only one-time workers voted
#
# Guess:    a task that three people label "1", each of whom labels nothing else, comes out as 1:
#           little is known about them, but they agree.
# Happens:  it comes out as 0 with the probability of class 0 in the whole data, whatever they
#           said. The row of a worker's error matrix for a class in which the worker never
#           voted isn't smoothed: one vote has the likelihood 1 under every class and says
#           nothing. One-coin Dawid-Skene, GLAD, MACE and the majority all answer 1.
# Matters:  open crowdsourcing has a long tail of workers with one vote, and rare classes are
#           what is looked for. Unanimous votes for the rare class are turned over.
# Output:   P(1) after three votes for 1: DawidSkene 0.27, OneCoinDawidSkene 1.00, MACE 1.00, GLAD 1.00
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q crowd-kit==1.4.2 scikit-learn==1.9.1 numpy==2.4.6 pandas==3.1.1
HF_HOME="$dir/hf" HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import sys

import numpy as np
import pandas as pd
from crowdkit.aggregation import GLAD, MACE, DawidSkene, OneCoinDawidSkene

rng = np.random.default_rng(0)
votes = []
for task in range(40):  # three regular workers, a quarter of the tasks of class 1
    true = int(task % 4 == 0)
    for worker in ("ann", "bob", "eve"):
        votes.append((task, worker, true if rng.random() < 0.9 else 1 - true))
for task in range(100, 103):  # three tasks, each labelled 1 by three one-time workers
    votes += [(task, f"once-{task}-{i}", 1) for i in range(3)]
votes = pd.DataFrame(votes, columns=["task", "worker", "label"])

found = {}
for aggregate in (DawidSkene(), OneCoinDawidSkene(), MACE(), GLAD()):
    found[type(aggregate).__name__] = float(aggregate.fit_predict_proba(votes).loc[100, 1])
print("P(1) after three votes for 1: " + ", ".join(f"{k} {v:.2f}" for k, v in found.items()))
dawid_skene = found.pop("DawidSkene")
sys.exit(0 if dawid_skene < 0.5 < 0.9 < min(found.values()) else "the behaviour changed")
PY
