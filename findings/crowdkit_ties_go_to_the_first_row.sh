#!/usr/bin/env bash
# crowd-kit 1.4.2: MajorityVote gives a tie to the label that comes first in the whole table
#
# Guess:    a tie goes to the first class in sorted order, as scipy's and pandas' mode have it, or
#           is drawn at random; the order in which votes are listed has no say.
# Happens:  among the tied labels it is the one that occurs first in any row, of this task or of
#           another one. One vote for "a" and one for "b" are "a" where the file begins with an
#           "a", and "b" where it is sorted the other way.
# Matters:  with two people a task every disagreement is a tie. A file sorted by task, where the
#           first rows show a frequent class, turns all of them into that class; shuffle the rows
#           and the consensus is another one.
# Output:   the same four votes: t1 is a   in another order: t1 is b
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q crowd-kit==1.4.2 scikit-learn==1.9.1 numpy==2.4.6 pandas==3.1.1
HF_HOME="$dir/hf" HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import sys

import pandas as pd
from crowdkit.aggregation import MajorityVote

votes = [("t0", "ann", "a"), ("t0", "bob", "a"), ("t1", "ann", "b"), ("t1", "bob", "a")]


def consensus(rows):
    table = pd.DataFrame(rows, columns=["task", "worker", "label"])
    return MajorityVote().fit_predict(table).to_dict()


def t1_among(others):
    """The tie of t1, after votes for other tasks."""
    return consensus([*others, ("t1", "ann", "b"), ("t1", "bob", "a")])["t1"]


listed, turned = consensus(votes)["t1"], consensus(votes[2:] + votes[:2])["t1"]
print(f"the same four votes: t1 is {listed}   in another order: t1 is {turned}")
elsewhere = t1_among([("t0", "eve", "a")]), t1_among([("t0", "eve", "c")])
sys.exit(0 if (listed, turned, elsewhere) == ("a", "b", ("a", "b")) else "the behaviour changed")
PY
