"""What a caller has set, or drawn, changes no fit; and no fit changes it."""

import threading
from contextlib import ExitStack, contextmanager

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from random_helpers import (
    DETECTORS,
    NAMES,
    Draws,
    found_by,
    make_classifier,
    make_detector,
    nothing_changes,
)

from sknoisy import NoisyLabelClassifier
from sknoisy._settings import own_settings
from sknoisy._streams import generator
from sknoisy.model_selection import batched_cross_val_predict


@contextmanager
def default_type(dtype):
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


SETTINGS = {
    "no_grad": torch.no_grad,
    "set_grad_enabled": lambda: torch.set_grad_enabled(False),
    "inference_mode": torch.inference_mode,
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
    "float64": lambda: default_type(torch.float64),
    "float16": lambda: default_type(torch.float16),
    "device": lambda: torch.device("meta"),
}


@contextmanager
def all_settings():
    """Set all of that at once."""
    with ExitStack() as stack:
        for name in ("inference_mode", "autocast", "float64", "device"):
            stack.enter_context(SETTINGS[name]())
        yield


@pytest.fixture
def small_table(table):
    X, y = table
    return X[:60], y[:60]


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("module", [None, Draws])
def test_no_setting_of_the_caller_reaches_a_fit(setting, module, small_table):
    X, y = small_table
    options = {} if module is None else {"module": module}

    def fit_and_go_on():
        network = make_classifier("NoisyLabelClassifier", random_state=0, **options)
        first = network.fit(X, y).predict_proba(X)
        return first, network.partial_fit(X, y).predict_proba(X)

    expected = fit_and_go_on()
    with SETTINGS[setting](), nothing_changes():
        found = fit_and_go_on()
    assert_array_equal(found, expected)


@pytest.mark.parametrize("name", [*NAMES, *DETECTORS])
def test_nothing_global_reaches_any_estimator(name, small_table):
    X, y = small_table
    make = make_detector if name in DETECTORS else make_classifier

    def fit():
        return found_by(make(name, random_state=0).fit(X, y), X)

    with nothing_changes():
        expected = fit()
    torch.manual_seed(3)
    np.random.seed(3)
    with all_settings(), nothing_changes():
        found = fit()
    assert_array_equal(found, expected, strict=True)


def test_nothing_global_reaches_networks_that_train_together(small_table, together):
    X, y = small_table
    network = make_classifier("NoisyLabelClassifier", random_state=0)

    def predict():
        return batched_cross_val_predict(network, X, y, cv=3)

    expected = predict()
    with all_settings(), nothing_changes():
        found = predict()
    assert together == [3, 3]
    assert_array_equal(found, expected)


def test_a_network_fitted_elsewhere_predicts_alike_under_any_setting(small_table):
    X, y = small_table
    network = make_classifier("NoisyLabelClassifier", random_state=0).fit(X, y)
    proba = network.predict_proba(X)
    with all_settings(), nothing_changes():
        assert_array_equal(network.predict_proba(X), proba, strict=True)


def test_a_pretrained_module_made_in_inference_mode_trains(small_table):
    with torch.inference_mode():
        module = torch.nn.Linear(5, 3)
        fitted = NoisyLabelClassifier(module, max_epochs=2).fit(*small_table)
    assert not torch.equal(fitted.net_.module_[0].weight, module.weight)


def test_fits_that_overlap_leave_the_default_type_to_the_last(small_table):
    second_may_leave = threading.Event()

    def outlasts():
        with own_settings():
            assert torch.get_default_dtype() is torch.float32
            assert second_may_leave.wait(60)

    with default_type(torch.float64):
        with own_settings():
            thread = threading.Thread(target=outlasts)
            thread.start()
            while len(_users()) < 2:
                pass
        assert torch.get_default_dtype() is torch.float32  # the other needs it still
        second_may_leave.set()
        thread.join()
        assert torch.get_default_dtype() is torch.float64


def _users():
    from sknoisy._settings import _default_type

    return dict(_default_type.users)


def test_outside_of_a_fit_layers_draw_from_torchs_own_generator():
    from sknoisy.modules import Dropout

    assert generator() is None
    torch.manual_seed(0)
    first = Dropout(0.5)(torch.ones(100))
    torch.manual_seed(0)
    assert torch.equal(Dropout(0.5)(torch.ones(100)), first)
    assert not torch.equal(Dropout(0.5)(torch.ones(100)), first)


# --- arrays that torch hasn't got ---


def backwards(array):
    """Return the same numbers, in memory that runs backwards."""
    return np.ascontiguousarray(array[::-1])[::-1]


def packed(array):
    """Return the same numbers, as a field between bytes of others."""
    rows = np.zeros(len(array), [("other", "i1"), ("it", array.dtype, array.shape[1:])])
    rows["it"] = array
    return rows["it"]


def swapped(array):
    """Return the same numbers in the order of bytes of other machines."""
    return array.astype(array.dtype.newbyteorder())


@pytest.mark.parametrize("strange", [backwards, packed, swapped])
def test_arrays_may_lie_in_memory_as_they_like(strange, small_table):
    X, y = small_table
    X, soft = X.astype(np.float32), np.eye(3, dtype=np.float32)[y]
    weight = np.linspace(0.5, 2, len(y), dtype=np.float32)

    def results(see):
        def new():
            return make_classifier("NoisyLabelClassifier", random_state=0)

        yield new().fit(see(X), see(y), sample_weight=see(weight)).predict_proba(see(X))
        yield new().fit(see(X), see(soft)).predict_proba(see(X))
        yield new().partial_fit(see(X), see(y), classes=see(np.arange(3))).predict(X)
        mutual = make_classifier("MutualLearningClassifier", random_state=0)
        mutual.set_params(distill=new().fit(X, y))
        yield mutual.fit(see(X), see(y)).predict_proba(see(X))
        trusted = see(np.arange(len(y)) < 20)
        corrected = make_classifier("TransitionCorrectedClassifier", random_state=0)
        yield corrected.fit(see(X), see(y), trusted=trusted).predict_proba(see(X))

    for found, expected in zip(results(strange), results(np.array), strict=True):
        assert_array_equal(found, expected)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_images_may_be_mirrored_views(axis, images):
    X = images[0][:40].astype(np.float32)
    y = images[1][:40]
    view = np.flip(np.flip(X, axis).copy(), axis)
    network = NoisyLabelClassifier(max_epochs=1, random_state=0)
    expected = network.fit(X, y).predict_proba(X)
    assert_array_equal(network.predict_proba(view), expected)
    assert_array_equal(network.fit(view, y).predict_proba(X), expected)
    network.partial_fit(view, y)
