"""However fits are spread, results are the same, bit by bit."""

import cloudpickle
import numpy as np
import pytest
from joblib import parallel_config
from joblib.parallel import ParallelBackendBase
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.linear_model import LogisticRegression
from test_common import INSTANCES, SAID

import sknoisy

X, Y = make_blobs(90, centers=3, cluster_std=2.0, random_state=0)
X = X.astype(np.float32)
Y[::9] = (Y[::9] + 1) % 3


class Copies(ParallelBackendBase):
    """Runs tasks here, but on copies, as other processes and machines do.

    Tasks within tasks are spread, too, as they are by dask.
    """

    n_tasks = 0

    def effective_n_jobs(self, n_jobs):
        return 2

    def get_nested_backend(self):
        return Copies(nesting_level=(self.nesting_level or 0) + 1), 2

    def submit(self, func, callback=None):
        Copies.n_tasks += 1
        done = Done(copied(copied(func)()))
        callback(done)
        return done


class Done:
    """What a task gave."""

    def __init__(self, found):
        self.found = found

    def get(self, timeout=None):
        return self.found


def copied(something):
    return cloudpickle.loads(cloudpickle.dumps(something))


def spread(estimator):
    """Return it fitted in copies, and how many tasks there were."""
    Copies.n_tasks = 0
    with parallel_config(backend=Copies(), n_jobs=2):
        return clone(estimator).fit(X, Y), Copies.n_tasks


TIMED = ("refit_time_", "report_")  # which tell seconds


def found_by(estimator):
    """Return what was learned that can be compared: numbers, labels, predictions."""
    found = {
        name: value
        for name, value in vars(estimator).items()
        if name.endswith("_")
        and name not in TIMED
        and isinstance(value, np.ndarray | float | int | str)
    }
    for method in ("predict_proba", "predict"):
        if hasattr(estimator, "classes_") and hasattr(estimator, method):
            found[method] = getattr(estimator, method)(X)
    return found


# fits that draw their seeds, so that it shows if copies draw them
MORE = {
    "TransitionCorrectedClassifier": sknoisy.TransitionCorrectedClassifier(
        max_epochs=4, cv=3, accumulate=2, random_state=0
    ),  # so that folds don't train together, which would leave nothing to spread
    "ConsensusClassifier": sknoisy.ConsensusClassifier(
        sknoisy.NoisyLabelClassifier(max_epochs=2, random_state=0),
        "classifier",
        cv=2,
        random_state=0,
    ),
    "IterativePartitioningFilter": sknoisy.IterativePartitioningFilter(random_state=0),
    "MarginNoise": sknoisy.MarginNoise(estimator=LogisticRegression(), random_state=0),
    "TrueLabelPosterior": sknoisy.TrueLabelPosterior(random_state=0),
}
SPREADS = (
    *(name for name in INSTANCES if name.endswith("SearchCV")),
    *("CLNI", "CleanLabelClassifier", "CoTrainingClassifier"),
    *("ConfidentLearning", "ConsensusClassifier", "DetectorEnsemble", "ForestKDN"),
    *("InstanceHardness", "IterativePartitioningFilter", "KDN", "LabelCleaner"),
    *("MarginNoise", "NeighborConsensus", "TransitionCorrectedClassifier"),
    *("TrueLabelCalibratedClassifier", "TrueLabelPosterior", "WANNClassifier"),
)


@pytest.mark.filterwarnings(*(f"ignore:{text}:UserWarning" for text in SAID))
@pytest.mark.parametrize("name", sorted(INSTANCES))
def test_results_are_bit_equal_however_fits_are_spread(name):
    estimator = clone(MORE.get(name, INSTANCES[name][-1]))
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=0)
    alone = found_by(clone(estimator).fit(X, Y))
    parallel, n_tasks = spread(estimator)
    assert (n_tasks > 1) == (name in SPREADS), n_tasks
    others = found_by(parallel)
    assert alone and list(others) == list(alone)
    for attribute, value in alone.items():
        np.testing.assert_array_equal(others[attribute], value, err_msg=attribute)
