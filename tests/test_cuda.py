"""What only a CUDA device can show; all of it is skipped where there is none."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from skorch.callbacks import Callback

from sknoisy import BatchedGridSearchCV, NoisyLabelClassifier, SymmetricNoise
from sknoisy._engine.batches import ArrayDataset, _fits
from sknoisy.modules import SmallResNet

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="torch finds no CUDA GPU here"
)
REMEMBERING = ["elr", "elr+", "sop", "co_teaching", "divide_mix", "truncated_gce"]
FAST = {"max_epochs": 4, "batch_size": 64, "module__hidden": 16, "random_state": 0}


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    X = X[:600].astype(np.float32)
    return X, SymmetricNoise(0.3, random_state=0).fit_corrupt(y[:600])


def small(**options):
    return NoisyLabelClassifier(**{**FAST, "device": "cuda", **options})


def test_data_live_on_the_device_for_the_whole_of_training(digits):
    there = ArrayDataset(*digits).to("cuda")
    assert there.X.is_cuda and there.codes.is_cuda and there.rows.is_cuda
    clf = small().fit(*digits)
    assert next(clf.networks_[0].parameters()).is_cuda
    assert isinstance(clf.predict_proba(digits[0]), np.ndarray)


@pytest.mark.parametrize("method", REMEMBERING)
def test_memory_of_single_samples_is_where_networks_are(method, digits):
    clf = small(method=method).fit(*digits)
    proba = clf.predict_proba(digits[0])
    assert np.isfinite(proba).all()
    again = small(method=method).fit(*digits)
    np.testing.assert_allclose(again.predict_proba(digits[0]), proba, atol=1e-4)


def test_a_fit_draws_from_its_own_generators_and_leaves_others_alone(digits):
    before = torch.cuda.get_rng_state(), torch.get_rng_state()
    first = small().fit(*digits).predict_proba(digits[0])
    torch.rand(3, device="cuda")
    torch.cuda.set_rng_state(before[0])
    second = small().fit(*digits).predict_proba(digits[0])
    np.testing.assert_allclose(first, second, atol=1e-4)
    assert torch.equal(torch.cuda.get_rng_state(), before[0])
    assert torch.equal(torch.get_rng_state(), before[1])


class Stop(Callback):
    """Ends a training before its fourth epoch, as if it were killed."""

    goes_on = False

    def on_epoch_begin(self, net, **kwargs):
        if len(net.history) == 3 and not self.goes_on:
            raise RuntimeError("killed")


@pytest.mark.parametrize("method", ["plain", "elr", "co_teaching"])
@pytest.mark.parametrize("second", ["cuda", "cpu"])
def test_training_goes_on_from_a_checkpoint_also_on_another_device(
    method, second, digits, tmp_path
):
    options = {"method": method, "lr_schedule": "constant", "checkpoint": tmp_path}
    options |= {"module__dropout": 0.0, "module__input_dropout": 0.0}
    stop = Stop()
    options |= {"checkpoint_every": 1, "callbacks": [stop]}
    with pytest.raises(RuntimeError, match="killed"):
        small(**options).fit(*digits)
    stop.goes_on = True
    short = small(**options, resume=True).set_params(device=second).fit(*digits)
    expected = small(**options).fit(*digits).predict_proba(digits[0])
    atol = 1e-5 if second == "cuda" else 1e-2  # kernels of another kind round otherwise
    np.testing.assert_allclose(short.predict_proba(digits[0]), expected, atol=atol)


@pytest.mark.parametrize("kind", ["table", "images"])
def test_stacked_searches_score_as_one_by_one_with_running_statistics(kind, digits):
    X, y = digits
    options = {"max_epochs": 3, "batch_size": 128}
    if kind == "images":
        X = X.reshape(-1, 8, 8, 1)
        clf = NoisyLabelClassifier(
            SmallResNet, device="cuda", random_state=0, **options
        )
    else:
        clf = small(**options)
    grid = {"lr": [1e-3, 1e-2]}
    scores = [
        search(clf, grid, cv=2, refit=False).fit(X, y).cv_results_["mean_test_score"]
        for search in (BatchedGridSearchCV, GridSearchCV)
    ]
    np.testing.assert_allclose(*scores, atol=0.05)


def test_memory_that_torch_keeps_in_its_cache_counts_as_free():
    free, _ = torch.cuda.mem_get_info()
    large = torch.empty(int(0.8 * free), dtype=torch.uint8, device="cuda")
    del large  # torch keeps it: the driver says that little is free
    assert _fits(torch.empty(int(0.3 * free), dtype=torch.uint8), "cuda")
    torch.cuda.empty_cache()
