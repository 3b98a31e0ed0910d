"""A search in a process of its own, which somebody may kill."""

import numpy as np
from sklearn.datasets import make_classification

from sknoisy import BatchedGridSearchCV, NoisyLabelClassifier

GRID = [
    {"loss": ["ce", "gce", "mae"], "lr": [1e-3, 1e-2, 3e-2], "module__hidden": [32]},
    {"module__hidden": [16], "random_state": [0, 1, 2]},
    {"method": ["elr"], "module__hidden": [8]},
]


def search_and_save(folder, out):
    """Search, from where an earlier process got to, and save the scores."""
    X, y = make_classification(600, 20, n_informative=8, n_classes=3, random_state=0)
    search = BatchedGridSearchCV(
        NoisyLabelClassifier(max_epochs=30, batch_size=32, random_state=0),
        GRID,
        cv=4,
        checkpoint=folder,
    ).fit(X, y)
    found = [search.cv_results_[f"split{i}_test_score"] for i in range(4)]
    np.savez(out, scores=found, proba=search.predict_proba(X))
