"""Fits on a cluster of dask's: the same results, though a worker dies."""

import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import make_blobs
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from sknoisy import (
    ConfidentLearning,
    NoisyLabelClassifier,
    TransitionCorrectedClassifier,
)
from sknoisy.model_selection import spread_over

X, Y = make_blobs(400, centers=3, n_features=5, cluster_std=3.0, random_state=0)
X = X.astype(np.float32)


def test_without_dask_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ImportError, match=r"sknoisy\[distributed\]"), spread_over(None):
        pass


class Deadly(ClassifierMixin, BaseEstimator):
    """A network whose third fit anywhere ends the process that it is in."""

    def __init__(self, folder=None, lr=0.01):
        self.folder = folder
        self.lr = lr

    def fit(self, X, y):
        folder = Path(self.folder)
        (folder / f"{os.getpid()}-{len(list(folder.iterdir()))}").touch()
        if len(list(folder.iterdir())) >= 3 and not (folder / "killed").exists():
            (folder / "killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        network = NoisyLabelClassifier(max_epochs=2, lr=self.lr, random_state=0)
        self.network_ = network.fit(X, y)
        self.classes_ = self.network_.classes_
        return self

    def predict(self, X):
        return self.network_.predict(X)


@pytest.fixture(scope="module")
def client():
    """Two workers, in processes of their own."""
    distributed = pytest.importorskip("distributed", reason="an extra of its own")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


pytestmark = pytest.mark.filterwarnings("default")  # of dask's, when workers go


@pytest.mark.slow
@pytest.mark.parametrize(
    "estimator",
    [
        GridSearchCV(
            NoisyLabelClassifier(max_epochs=2, random_state=0),
            {"lr": [0.01, 0.1]},
            cv=2,
        ),
        TransitionCorrectedClassifier(max_epochs=3, cv=2, random_state=0),
        ConfidentLearning(LogisticRegression(), cv=2, random_state=0),
    ],
    ids=["search", "cross-fit", "detector"],
)
def test_a_cluster_finds_what_one_process_finds(client, estimator):
    alone = clone(estimator).fit(X, Y)
    with spread_over(client, scatter=[X]):
        spread = clone(estimator).fit(X, Y)
    if hasattr(alone, "cv_results_"):
        scores = [one.cv_results_["mean_test_score"] for one in (alone, spread)]
        np.testing.assert_array_equal(*scores)
    for name in ("quality_", "predict_proba"):
        if hasattr(alone, name):
            first, second = (getattr(one, name) for one in (alone, spread))
            first, second = (f(X) if callable(f) else f for f in (first, second))
            np.testing.assert_array_equal(first, second)


@pytest.mark.slow
def test_nothing_is_lost_when_a_worker_dies(client, tmp_path):
    def search(name):
        (tmp_path / name).mkdir()
        return GridSearchCV(
            Deadly(str(tmp_path / name)),
            {"lr": [0.001, 0.01, 0.1]},
            cv=3,
            refit=False,
            error_score="raise",
        )

    with spread_over(client):
        spread = search("spread").fit(X, Y)
    assert (tmp_path / "spread" / "killed").exists()
    alone = search("alone")
    (tmp_path / "alone" / "killed").touch()
    alone.fit(X, Y)
    np.testing.assert_array_equal(
        alone.cv_results_["mean_test_score"], spread.cv_results_["mean_test_score"]
    )
