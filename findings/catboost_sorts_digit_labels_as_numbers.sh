#!/usr/bin/env bash
# catboost 1.2.10: labels that are text are ordered as numbers if all of them look like numbers
#
# Guess:    classes_ of string labels is in the order of np.unique, as for each scikit-learn
#           classifier, and so are the columns of predict_proba.
# Happens:  "10", "2", "9" are sorted as numbers: 2, 9, 10. One more class that isn't a number
#           ("10", "9", "yes") brings the text order back. "1e1" counts as a number, too. So the
#           columns depend on which labels occur, though the type of y is the same.
# Matters:  functions of labels and probabilities (confident learning, out-of-fold scores,
#           log_loss) take columns in np.unique's order. Here predict is right for 90 % of the
#           training rows, and np.unique(y)[predict_proba.argmax(1)] for 4 %: nearly all labels
#           look wrong.
# Output:   ['2', '9', '10'] predict 0.90, by np.unique 0.04   ['10', '9', 'yes'] predict 0.90, by np.unique 0.90
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q catboost==1.2.10 numpy==2.3.5
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import sys

import numpy as np
from catboost import CatBoostClassifier

rng = np.random.default_rng(0)
X = rng.normal(size=(300, 4))
group = np.digitize(X[:, 0] + 0.3 * rng.normal(size=300), [-0.5, 0.5])


def look(names):
    y = np.array(names)[group]
    model = CatBoostClassifier(iterations=10, thread_count=1, verbose=0, allow_writing_files=False)
    model.fit(X, y)
    right = np.mean(model.predict(X).ravel() == y)
    by_unique = np.mean(np.unique(y)[model.predict_proba(X).argmax(axis=1)] == y)
    return [str(name) for name in model.classes_], right, by_unique


digits, mixed = look(["10", "9", "2"]), look(["10", "9", "yes"])
for classes, right, by_unique in (digits, mixed):
    print(f"{classes} predict {right:.2f}, by np.unique {by_unique:.2f}")
as_seen = (
    digits[0] == ["2", "9", "10"]
    and digits[1] > 0.8 > 0.3 > digits[2]
    and mixed[0] == ["10", "9", "yes"]
    and mixed[1] == mixed[2]
)
sys.exit(0 if as_seen else "the behaviour changed")
PY
