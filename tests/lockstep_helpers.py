"""Small networks that train together, and folds for them."""

import numpy as np
import pytest
from helpers import small
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy import BatchedGridSearchCV

FEW = {"max_epochs": 3, "lr": 0.1, "module__hidden": 8}
CV = StratifiedKFold(4, shuffle=True, random_state=0)  # of 37 and 38 samples

may_train_alone = pytest.mark.filterwarnings(
    "ignore::sknoisy.exceptions.TrainsAloneWarning"
)


def network(**options):
    return small(**{**FEW, **options})


def pipeline(**options):
    return Pipeline([("scale", StandardScaler()), ("net", network(**options))])


def both(estimator, grid, X, y, fit_params=None, **options):
    """Return scikit-learn's search and ours, fitted."""
    options = {"cv": CV, **options}
    return [
        kind(estimator, grid, **options).fit(X, y, **(fit_params or {}))
        for kind in (GridSearchCV, BatchedGridSearchCV)
    ]


def assert_same_results(theirs, ours):
    theirs, ours = theirs.cv_results_, ours.cv_results_
    assert list(ours) == list(theirs)
    for name in theirs:
        if name == "params":
            assert [list(p) for p in ours[name]] == [list(p) for p in theirs[name]]
            continue
        assert ours[name].dtype == theirs[name].dtype, name
        assert type(ours[name]) is type(theirs[name]), name
        if "score" in name and "time" not in name:
            assert np.allclose(ours[name], theirs[name], equal_nan=True), name
