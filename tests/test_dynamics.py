"""What is said of training dynamics, against the definitions written the slow way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from sknoisy.quality import (
    TrainingDynamics,
    area_under_margin,
    data_map,
    forgetting_events,
    mean_loss,
)

FUNCTIONS = {
    "area_under_margin": area_under_margin,
    "data_map": data_map,
    "forgetting_events": forgetting_events,
    "mean_loss": mean_loss,
}
every_function = pytest.mark.parametrize("name", sorted(FUNCTIONS))


@st.composite
def recordings(draw):
    """Logits of some epochs, samples and classes, and labels."""
    shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 6), st.integers(2, 4)))
    # whole numbers, so that ties between classes come up
    logits = draw(arrays(np.float64, shape, elements=st.integers(-4, 4).map(float)))
    labels = draw(arrays(np.int64, shape[1], elements=st.integers(0, shape[2] - 1)))
    return logits, labels


def probability(z):
    exponentials = [np.exp(value) for value in z]
    return [value / sum(exponentials) for value in exponentials]


@settings(max_examples=60, deadline=None)
@given(recordings())
def test_the_area_is_the_mean_lead_over_the_best_other_logit(recording):
    logits, labels = recording
    for i, y in enumerate(labels):
        leads = [z[i][y] - max(np.delete(z[i], y)) for z in logits]
        # around zero, where nothing is small beside anything, rounding is what is left
        assert_allclose(
            area_under_margin(labels, logits)[i], np.mean(leads), atol=1e-12
        )


@settings(max_examples=60, deadline=None)
@given(recordings())
def test_the_loss_is_the_mean_negative_log_probability(recording):
    logits, labels = recording
    for i, y in enumerate(labels):
        losses = [-np.log(probability(z[i])[y]) for z in logits]
        assert_allclose(mean_loss(labels, logits)[i], np.mean(losses))


@settings(max_examples=60, deadline=None)
@given(recordings())
def test_events_are_counted_from_one_epoch_to_the_next(recording):
    logits, labels = recording
    for i, y in enumerate(labels):
        right = [list(z[i]).index(max(z[i])) == y for z in logits]
        pairs = zip(right[:-1], right[1:], strict=True)
        n_events = sum(before and not after for before, after in pairs)
        expected = n_events if any(right) else len(logits)
        assert forgetting_events(labels, logits)[i] == expected


@settings(max_examples=60, deadline=None)
@given(recordings(), st.floats(0, 3))
def test_the_map_holds_mean_deviation_and_share_of_hits(recording, width):
    logits, labels = recording
    found = data_map(labels, logits, width)
    for i, y in enumerate(labels):
        p = np.array([probability(z[i]) for z in logits])
        assert_allclose(found.confidence[i], p[:, y].mean())
        assert_allclose(found.variability[i], p[:, y].std(), atol=1e-7)
        hits = [list(z[i]).index(max(z[i])) == y for z in logits]
        assert_allclose(found.agreement[i], np.mean(hits))
        lead = p[:, y].mean() - np.delete(p.mean(axis=0), y).max()
        assert_allclose(found.lead[i], lead, atol=1e-6)
        if abs(abs(lead) - width * p[:, y].std()) > 1e-5:  # not on the line itself
            steady = abs(lead) > width * p[:, y].std()
            expected = ("easy" if lead > 0 else "wrong") if steady else "hard"
            assert found.difficulty[i] == expected


def test_a_steady_sample_is_easy_or_wrong_and_a_wavering_one_hard():
    steady, against = [4.0, 0.0], [0.0, 4.0]
    logits = [[steady, against, steady], [steady, against, against]]
    found = data_map([0, 0, 0], logits)
    assert_array_equal(found.difficulty, ["easy", "wrong", "hard"])
    assert_array_equal(data_map([1, 1, 1], logits).difficulty[:2], ["wrong", "easy"])
    assert_array_equal(found.agreement, [1, 0, 0.5])


@every_function
def test_a_generator_of_epochs_gives_the_same(name):
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(4, 30, 3)), rng.integers(3, size=30)
    whole = FUNCTIONS[name](labels, logits)
    streamed = FUNCTIONS[name](labels, (epoch for epoch in logits))
    for key in whole if name == "data_map" else [...]:
        assert_array_equal(streamed[key], whole[key])


@every_function
def test_what_is_added_to_all_logits_of_a_sample_makes_no_difference(name):
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(4, 30, 3)), rng.integers(3, size=30)
    moved = FUNCTIONS[name](labels, logits + 7 * rng.normal(size=(4, 30, 1)))
    plain = FUNCTIONS[name](labels, logits)
    for key in ("confidence", "variability") if name == "data_map" else [...]:
        assert_allclose(moved[key], plain[key], atol=1e-12)


@every_function
def test_logits_in_float32_and_huge_ones_keep_everything_finite(name):
    logits = np.array([[[1e4, -1e4], [-1e4, 1e4]]] * 3, dtype=np.float32)
    values = FUNCTIONS[name]([0, 0], logits)
    values = values.confidence if name == "data_map" else values
    assert values.dtype in (np.float64, np.int64)
    assert np.isfinite(values).all()
    assert values[0] != values[1]


@every_function
@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (np.zeros((0, 2, 2)), [0, 1], "logits holds no epoch"),
        (np.zeros((2, 2)), [0, 1], r"of an epoch have shape \(2,\)"),
        (np.zeros((1, 2, 1)), [0, 0], "with at least two classes"),
        (np.full((1, 2, 2), np.nan), [0, 1], "Row 0 of the logits of epoch 0 holds"),
        (np.zeros((1, 2, 2)), [0, 2], r"labels holds 2 \(at position 1\)"),
        (np.zeros((1, 2, 2)), [0, -1], "labels holds -1"),
        (np.zeros((1, 2, 2)), [0], r"expected \(1, 2\), as many rows as labels"),
        ([np.zeros((2, 2)), np.zeros((2, 3))], [0, 1], "logits of epoch 1 have shape"),
        ([np.array([["a", "b"]] * 2)], [0, 1], "expected numbers of shape"),
    ],
)
def test_strange_recordings_are_refused(name, logits, labels, message):
    with pytest.raises(ValueError, match=message):
        FUNCTIONS[name](labels, logits)


def test_a_negative_width_is_refused():
    with pytest.raises(ValueError, match="n_deviations=-1 is out of range"):
        data_map([0, 1], np.zeros((1, 2, 2)), -1)


def test_the_record_grows_with_samples_and_not_with_epochs():
    rng = np.random.default_rng(0)
    dynamics = TrainingDynamics(rng.integers(3, size=40))
    sizes = []
    for _ in range(5):
        dynamics.record(rng.normal(size=(40, 3)))
        arrays = [v for v in vars(dynamics).values() if isinstance(v, np.ndarray)]
        sizes.append(sum(array.nbytes for array in arrays))
    assert dynamics.n_epochs == 5
    assert len(set(sizes)) == 1
    assert_allclose(dynamics.probabilities.sum(axis=1), 1, rtol=1e-6)


def test_a_small_spread_keeps_its_digits():
    p = 0.5 + 1e-9 * np.array([-1, 1, -1, 1])
    logits = np.stack([np.log(p), np.log(1 - p)], axis=1)[:, None, :]
    assert_allclose(data_map([0], logits).variability, 1e-9, rtol=1e-3)
