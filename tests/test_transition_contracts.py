"""What estimates of transition matrices take, and refuse with a reason."""

import inspect
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from sknoisy.transition import TRANSITIONS, estimate_transition, likelihood_transition

ON_PROBS = sorted(
    name
    for name, function in TRANSITIONS.items()
    if "pred_probs" in inspect.signature(function).parameters
)

SPOILERS = {
    "NaN": lambda probs: (
        probs + np.where(np.arange(probs.size) == 0, np.nan, 0).reshape(probs.shape)
    ),
    "sum": lambda probs: 1.5 * probs,
    "negative": lambda probs: probs - np.eye(*probs.shape) + np.eye(*probs.shape, k=1),
    "infinite": lambda probs: np.full(probs.shape, np.inf),
    "one column": lambda probs: probs[:, :1] * 0 + 1,
    "no row": lambda probs: probs[:0],
    "one dimension": lambda probs: probs[0],
    "text": lambda probs: probs.astype(str).astype(object) + "x",
}
LABEL_SPOILERS = {
    "too high": lambda labels, c: np.where(np.arange(len(labels)) == 0, c, labels),
    "negative": lambda labels, c: np.where(np.arange(len(labels)) == 0, -1, labels),
    "fraction": lambda labels, c: labels + 0.5,
    "NaN": lambda labels, c: np.where(np.arange(len(labels)) == 0, np.nan, labels),
    "text": lambda labels, c: np.array(["a"] * len(labels)),
    "too short": lambda labels, c: labels[1:],
}


@st.composite
def samples(draw):
    n_samples = draw(st.integers(2, 12))
    n_classes = draw(st.integers(2, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    probs = rng.dirichlet(
        np.full(n_classes, draw(st.sampled_from([0.05, 1.0]))), n_samples
    )
    labels = rng.integers(draw(st.integers(1, n_classes)), size=n_samples)
    return probs, labels


def facts_of(probs, labels):
    n_classes = np.shape(probs)[-1] if np.ndim(probs) == 2 else 2
    true_labels = np.arange(len(labels)) % n_classes
    return {"pred_probs": probs, "labels": labels, "true_labels": true_labels}


@given(samples(), st.sampled_from(ON_PROBS))
@settings(max_examples=100, deadline=None)
def test_small_samples_and_absent_classes_give_distributions(drawn, method):
    probs, labels = drawn
    if method == "gold" and len(labels) < probs.shape[1]:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of classes never predicted
        transition = estimate_transition(method, **facts_of(probs, labels))
    assert transition.shape == (probs.shape[1],) * 2
    assert (transition >= 0).all()
    assert_allclose(transition.sum(axis=1), 1)


@pytest.mark.parametrize("what", sorted(SPOILERS))
@pytest.mark.parametrize("method", ON_PROBS)
def test_what_is_no_probability_is_refused(method, what):
    probs, labels = np.full((4, 3), 1 / 3), np.array([0, 1, 2, 0])
    with pytest.raises(ValueError, match=r"pred_probs"):
        estimate_transition(method, **facts_of(SPOILERS[what](probs), labels))


@pytest.mark.parametrize("what", sorted(LABEL_SPOILERS))
@pytest.mark.parametrize("method", sorted(set(ON_PROBS) - {"anchor", "gold"}))
def test_what_is_no_code_is_refused(method, what):
    probs, labels = np.full((4, 3), 1 / 3), np.array([0, 1, 2, 0])
    with pytest.raises(ValueError, match="labels"):
        estimate_transition(
            method, pred_probs=probs, labels=LABEL_SPOILERS[what](labels, 3)
        )


@pytest.mark.parametrize("method", ["counts", "likelihood"])
@pytest.mark.parametrize("fraction", [0, 1.1, float("nan")])
def test_a_fraction_outside_of_its_range_is_refused(method, fraction):
    with pytest.raises(ValueError, match="fraction"):
        estimate_transition(
            method, pred_probs=[[0.4, 0.6]], labels=[1], fraction=fraction
        )


def test_an_estimate_without_a_step_is_refused():
    with pytest.raises(ValueError, match="max_iter=0 is out"):
        likelihood_transition([1], [[0.4, 0.6]], max_iter=0)
