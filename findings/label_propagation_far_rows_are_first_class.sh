#!/usr/bin/env bash
# scikit-learn 1.9.1: LabelPropagation and LabelSpreading give the first class to rows that
# no label reaches, and say nothing
#
# Guess:    a row so far from all others that the kernel is zero stays -1, or all classes
#           are alike for it, or a warning tells.
# Happens:  with the default kernel (rbf, gamma=20) and features as they are measured, no
#           label leaves its own row: label_distributions_ of the others is all zeros, and
#           transduction_, an argmax, calls every one of them the first class. fit is silent.
#           predict on such rows says the first class, too, where predict_proba is NaN.
# Matters:  with few labels of a table (wine, 30 of 178 labelled, not standardized) most of
#           what comes back is class 0, looks like an answer, and goes on into training.
# Output:   LabelPropagation: 137 of 148 rows all zeros, all called 0, warnings 0
#           LabelSpreading: 137 of 148 rows all zeros, all called 0, warnings 0
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q scikit-learn==1.9.1 numpy==2.4.6
"$dir/venv/bin/python" - <<'PY'
import warnings

import numpy as np
from sklearn.datasets import load_wine
from sklearn.semi_supervised import LabelPropagation, LabelSpreading

X, true = load_wine(return_X_y=True)
y = np.full(len(true), -1)
known = np.random.default_rng(0).permutation(len(true))[:30]
y[known] = true[known]
rest = y < 0
for Model in (LabelPropagation, LabelSpreading):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = Model().fit(X, y)
    zeros = rest & (model.label_distributions_.sum(axis=1) == 0)
    called = set(model.transduction_[zeros].tolist())
    print(
        f"{Model.__name__}: {zeros.sum()} of {rest.sum()} rows all zeros,"
        f" all called {called.pop()}, warnings {len(caught)}"
    )
    assert not called and not caught
    assert (zeros.sum(), rest.sum()) == (137, 148)
    assert len(set(true[zeros])) == 3
PY
