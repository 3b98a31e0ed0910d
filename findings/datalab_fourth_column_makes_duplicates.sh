#!/usr/bin/env bash
# cleanlab 2.9.0: from the fourth feature on, a row and three times that row are exact duplicates
#
# Guess:    Datalab's near-duplicate check compares rows of a table by the distance of their
#           numbers; a person of 50 kg and one of 150 kg are not the same.
# Happens:  up to three features it does (Euclidean); with four or more it takes the cosine, which
#           sees directions only. A row and its multiple are at distance 0, score 0: "exact
#           duplicates", listed before every real pair that differs in the last digit. Outliers are
#           judged by the same neighbours: a row a hundred times as long as all others is none.
# Matters:  features=X is offered for tables as well as for embeddings. Duplicates are dropped, or
#           kept in one fold, by this list; and one more column changes what it means.
# Output:   3 features: no pair, the long row is an outlier   4 features: pair (0, 1) at distance 0, no outlier
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q "cleanlab[datalab]==2.9.0" numpy==2.4.6 scikit-learn==1.9.1
"$dir/venv/bin/python" - <<'PY' 2>"$dir/errors" || { cat "$dir/errors"; exit 1; }
import contextlib
import io
import sys

import numpy as np
from cleanlab import Datalab


def looked_at(n_features):
    rng = np.random.default_rng(0)
    X = rng.uniform(1, 2, size=(200, n_features))
    X[1] = 3 * X[0]  # another size of the same shape
    X[2] = 100 * X[3]  # far from everything
    with contextlib.redirect_stdout(io.StringIO()):
        lab = Datalab({"label": rng.integers(0, 2, 200)}, label_name="label")
        lab.find_issues(features=X, issue_types={"near_duplicate": {}, "outlier": {}})
    twins = lab.get_issues("near_duplicate")
    exact = np.flatnonzero(twins["distance_to_nearest_neighbor"] < 1e-12)
    return exact.tolist(), bool(lab.get_issues("outlier")["is_outlier_issue"].iloc[2])


found = {n: looked_at(n) for n in (3, 4)}
for n, (exact, is_outlier) in found.items():
    print(f"{n} features: at distance 0 {exact}, the long row is an outlier: {is_outlier}")
as_seen = found == {3: ([], True), 4: ([0, 1, 2, 3], False)}
sys.exit(0 if as_seen else "the behaviour changed")
PY
