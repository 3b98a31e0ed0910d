"""Estimates of transition matrices find what labels were drawn from, or say why not."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import softmax
from transition_helpers import TRANSITION, spoilt

import sknoisy.transition
from sknoisy.noise import symmetric_transition
from sknoisy.transition import (
    TRANSITIONS,
    anchor_transition,
    confident_joint_transition,
    counts_transition,
    dual_t_transition,
    estimate_transition,
    gold_transition,
    likelihood_transition,
)
from sknoisy.transition._counts import surest
from sknoisy.transition._likelihood import sharpened

# neighbors give few different numbers of votes, and ties are broken by index
TIES = {"hoc": 0.03}


@pytest.fixture(scope="module")
def known():
    return spoilt(TRANSITION, 4000, seed=0)


# --- what holds for all of them ---


@pytest.mark.parametrize("method", sorted(TRANSITIONS))
def test_every_estimate_is_a_matrix_of_distributions(method, known):
    transition = estimate_transition(method, **known)
    assert transition.shape == (3, 3)
    assert transition.dtype == np.float64
    assert (transition >= 0).all()
    assert_allclose(transition.sum(axis=1), 1)


@pytest.mark.parametrize("method", sorted(set(TRANSITIONS) - {"dual_t"}))
def test_every_estimate_finds_the_matrix_of_classes_that_are_apart(method, known):
    assert_allclose(estimate_transition(method, **known), TRANSITION, atol=0.04)


@pytest.mark.parametrize("method", sorted(TRANSITIONS))
def test_no_estimate_depends_on_the_order_of_samples(method, known):
    order = np.random.default_rng(1).permutation(len(known["labels"]))
    shuffled = {name: values[order] for name, values in known.items()}
    assert_allclose(
        estimate_transition(method, **shuffled),
        estimate_transition(method, **known),
        atol=TIES.get(method, 1e-6),
    )


@pytest.mark.parametrize("method", sorted(TRANSITIONS))
def test_every_estimate_follows_the_order_of_classes(method, known):
    order = np.array([2, 0, 1])  # what was class 2 becomes class 0
    place = np.argsort(order)
    renamed = {
        **known,
        "pred_probs": known["pred_probs"][:, order],
        "labels": place[known["labels"]],
        "true_labels": place[known["true_labels"]],
    }
    expected = estimate_transition(method, **known)[np.ix_(order, order)]
    found = estimate_transition(method, **renamed)
    assert_allclose(found, expected, atol=TIES.get(method, 1e-6))


@pytest.mark.parametrize("method", sorted(TRANSITIONS))
def test_lists_and_float32_are_as_good_as_arrays(method):
    few = spoilt(TRANSITION, 200, seed=6, distance=2.5)  # without ties in float32
    plain = {name: values.tolist() for name, values in few.items() if name != "trusted"}
    plain["trusted"] = few["trusted"]
    small = {**few, "pred_probs": few["pred_probs"].astype(np.float32)}
    expected = estimate_transition(method, **few)
    assert_allclose(estimate_transition(method, **plain), expected)
    assert_allclose(estimate_transition(method, **small), expected, atol=1e-3)


@pytest.mark.parametrize("method", sorted(TRANSITIONS))
def test_every_estimate_is_public_under_its_name(method):
    name = f"{method}_transition"
    assert name in sknoisy.transition.__all__
    assert TRANSITIONS[method] is getattr(sknoisy.transition, name)


def test_the_default_is_the_likelihood(known):
    assert_array_equal(
        estimate_transition(**known),
        likelihood_transition(known["labels"], known["pred_probs"]),
    )


def test_parameters_reach_the_method_and_unknown_ones_are_refused(known):
    assert_array_equal(
        estimate_transition("counts", **known, fraction=0.3),
        counts_transition(known["labels"], known["pred_probs"], fraction=0.3),
    )
    with pytest.raises(ValueError, match="did you mean 'fraction'"):
        estimate_transition("counts", **known, fractoin=0.3)


def test_an_unknown_method_is_told_the_known_ones():
    with pytest.raises(ValueError, match="did you mean 'likelihood'.*anchor, conf"):
        estimate_transition("likelyhood")


@pytest.mark.parametrize(
    ("method", "missing"),
    [
        ("likelihood", "labels and pred_probs, which are"),
        ("hoc", "labels and features, which are"),
        ("anchor", "pred_probs, which is"),
        ("gold", "true_labels and pred_probs, which are"),
    ],
)
def test_a_method_says_what_it_misses(method, missing):
    with pytest.raises(ValueError, match=f"method='{method}' needs {missing} not"):
        estimate_transition(method)


def test_a_function_of_ones_own_gets_what_it_names(known):
    def mine(labels, *, scale):
        return scale * labels[:2]

    found = estimate_transition(mine, **known, scale=3)
    assert_array_equal(found, 3 * known["labels"][:2])


# --- anchor points ---


def anchors_the_slow_way(probs, percentile):
    rows = []
    for i in range(probs.shape[1]):
        bar = np.percentile(probs[:, i], percentile, method="lower")
        inside = [row for row in probs if row[i] <= bar]
        rows.append(max(inside, key=lambda row: row[i]))
    return np.array(rows)


@pytest.mark.parametrize("percentile", [50, 97, 100])
def test_anchors_are_those_below_the_percentile(known, percentile):
    probs = known["pred_probs"]
    found = anchor_transition(probs, percentile=percentile)
    assert_allclose(found, anchors_the_slow_way(probs, percentile))


def test_anchors_of_many_classes_are_inside_of_their_class():
    n_classes = 60
    true = np.arange(6000) % n_classes
    probs = symmetric_transition(n_classes, 0.4)[true]
    rng = np.random.default_rng(0)
    probs = softmax(np.log(probs) + rng.normal(scale=0.1, size=probs.shape), axis=1)
    found = anchor_transition(probs).diagonal()
    assert_allclose(found, 0.6, atol=0.1)


def test_outliers_of_one_class_stay_anchors_of_another():
    # the anchor of class 1 is an outlier of class 0: with the slip of published codes
    # its probability of class 0 would be zero
    probs = np.array([[0.5, 0.5, 0.0]] + [[0.2, 0.1, 0.7]] * 8 + [[0.4, 0.45, 0.15]])
    transition = anchor_transition(probs, percentile=90)
    assert_allclose(transition[1], [0.4, 0.45, 0.15])
    assert_allclose(anchor_transition(probs, percentile=100)[1], [0.5, 0.5, 0])


def test_several_anchors_are_averaged():
    probs = np.column_stack([np.arange(10) / 10, 1 - np.arange(10) / 10])
    found = anchor_transition(probs, percentile=100, n_anchors=3)
    assert_allclose(found, [[0.8, 0.2], [0.1, 0.9]])
    everyone = anchor_transition(probs, n_anchors=10)
    assert_allclose(everyone, [probs.mean(axis=0)] * 2)


def test_more_anchors_than_samples_are_refused():
    with pytest.raises(ValueError, match="n_anchors=3 is more than there are samples"):
        anchor_transition([[0.5, 0.5], [0.4, 0.6]], n_anchors=3)


# --- counts ---


def counts_the_slow_way(probs, labels, fraction):
    n_classes = probs.shape[1]
    rows = np.eye(n_classes)
    for k in range(n_classes):
        members = [i for i in range(len(probs)) if probs[i].argmax() == k]
        leads = {i: np.diff(np.sort(probs[i]))[-1] for i in members}
        ranked = sorted(members, key=lambda i: (-leads[i], i))
        kept = ranked[: int(np.ceil(round(fraction * len(members), 9)))]
        if kept:
            rows[k] = [np.mean(labels[kept] == j) for j in range(n_classes)]
    return rows


@pytest.mark.parametrize("fraction", [0.01, 0.35, 0.5, 1.0])
def test_counts_are_of_the_surest_samples_of_each_class(known, fraction):
    probs, labels = known["pred_probs"][:400].round(1), known["labels"][:400]
    probs /= probs.sum(axis=1, keepdims=True)  # rounded, so that there are ties
    found = counts_transition(labels, probs, fraction=fraction)
    assert_allclose(found, counts_the_slow_way(probs, labels, fraction))


def test_surest_samples_come_ranked_by_class_and_lead():
    probs = np.array([[0.6, 0.4], [0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    samples, classes = surest(probs, 0.6)
    assert_array_equal(samples, [1, 0, 2])
    assert_array_equal(classes, [0, 0, 1])


NEVER = np.array([[0.2, 0.8], [0.4, 0.6], [0.3, 0.7], [0.1, 0.9]])


@pytest.mark.parametrize(
    "estimate", [counts_transition, dual_t_transition, likelihood_transition]
)
def test_a_class_that_is_never_predicted_is_warned_of(estimate):
    with pytest.warns(UserWarning, match="predicted to be of class 0.*'anchor' or"):
        transition = estimate([0, 0, 1, 1] * 10, np.tile(NEVER, (10, 1)))
    assert_allclose(transition.sum(axis=1), 1)
    if estimate is not dual_t_transition:
        assert transition[0, 0] > 0.99


@pytest.mark.parametrize("estimate", [counts_transition, likelihood_transition])
def test_a_class_of_few_labels_may_be_missed_by_chance(estimate):
    assert estimate([0, 0, 1, 1], NEVER)[0, 0] > 0.99


def test_a_class_that_nobody_names_is_no_reason_to_warn():
    transition = counts_transition([1, 1, 1, 1], NEVER)
    assert_array_equal(transition, np.eye(2))


# --- confident joint, dual T, gold ---


def test_confident_joint_is_that_of_cleanlab(known):
    count = pytest.importorskip("cleanlab.count")
    probs, labels = known["pred_probs"], known["labels"]
    joint = count.compute_confident_joint(labels, probs)
    found = confident_joint_transition(labels, probs)
    assert_allclose(found, (joint / joint.sum(axis=0)).T)


def test_dual_t_is_the_product_of_its_two_steps(known):
    probs, labels = known["pred_probs"], known["labels"]
    found = dual_t_transition(labels, probs, percentile=90)
    said, given_ = anchor_transition(probs, percentile=90), TRANSITION
    assert_allclose(found, said @ counts_transition(labels, probs))
    assert_allclose(found, said @ given_, atol=0.04)


def test_dual_t_is_right_where_the_model_is_sure(known):
    sure = softmax(5 * known["features"], axis=1)
    assert_allclose(dual_t_transition(known["labels"], sure), TRANSITION, atol=0.04)


def test_gold_is_the_mean_over_trusted_samples_of_a_class(known):
    probs, true_labels = known["pred_probs"], known["true_labels"].copy()
    true_labels[~known["trusted"]] = -99
    found = gold_transition(true_labels, probs, known["trusted"])
    for k in range(3):
        assert_allclose(found[k], probs[true_labels == k].mean(axis=0))


def test_gold_without_a_mask_trusts_all(known):
    probs, true_labels = known["pred_probs"], known["true_labels"]
    everyone = np.ones(len(probs), dtype=bool)
    assert_allclose(
        gold_transition(true_labels, probs),
        gold_transition(true_labels, probs, everyone),
    )


@pytest.mark.parametrize(
    ("true_labels", "trusted", "message"),
    [
        ([0, 0, 1], [True, True, False], "No trusted sample is of class 1"),
        ([0, 1, 1], [0, 1, 2], "mask of bool"),
        ([0, 1, 1], [True, False], "mask of bool"),
        ([0, 1, 1], [False] * 3, "False everywhere"),
        ([0, 1], None, "true_labels has shape"),
        ([0, 1, 2], None, "holds 2"),
        ([0, 1, -1], [True, True, True], "holds -1"),
    ],
)
def test_gold_says_what_is_wrong_with_its_labels(true_labels, trusted, message):
    with pytest.raises(ValueError, match=message):
        gold_transition(true_labels, [[0.5, 0.5]] * 3, trusted)


# --- likelihood ---


def test_likelihood_of_sure_samples_alone_is_their_counts(known):
    probs, labels = known["pred_probs"], known["labels"]
    assert_allclose(
        likelihood_transition(labels, probs, fraction=1.0),
        counts_transition(labels, probs),
        atol=2e-4,
    )


def test_likelihood_uses_overlapping_classes_better_than_counts():
    known = spoilt(symmetric_transition(3, 0.4), 20_000, seed=2, distance=2.5)
    probs, labels = known["pred_probs"], known["labels"]
    truth = symmetric_transition(3, 0.4)
    error = {
        name: abs(estimate_transition(name, pred_probs=probs, labels=labels) - truth)
        for name in ("likelihood", "counts", "confident_joint")
    }
    assert error["likelihood"].mean() < 0.012
    assert error["likelihood"].mean() < error["counts"].mean() / 2
    assert error["likelihood"].mean() < error["confident_joint"].mean()


def test_the_likeliest_sharpness_is_found(known):
    probs, labels = known["pred_probs"], known["labels"]

    def likelihood(a):
        q = softmax(a * np.log(probs), axis=1)
        return np.log((q @ TRANSITION)[np.arange(len(labels)), labels]).mean()

    found = sharpened(probs, labels, TRANSITION)
    best = max(likelihood(a) for a in np.geomspace(0.01, 100, 100))
    of_found = np.log((found @ TRANSITION)[np.arange(len(labels)), labels]).mean()
    assert of_found > best - 1e-4


def test_nothing_near_the_likeliest_matrix_is_likelier():
    overlapping = spoilt(TRANSITION, 1000, seed=8, distance=2.0)
    probs, labels = overlapping["pred_probs"], overlapping["labels"]
    found = likelihood_transition(labels, probs)
    samples, classes = surest(probs, 0.5)
    start = counts_transition(labels, probs, fraction=0.5)
    weights = sharpened(probs, labels, (start + 1e-4) / (1 + 3e-4))
    weights[samples] = np.eye(3)[classes]

    def likelihood(transition):
        return np.log((weights @ transition)[np.arange(1000), labels]).mean()

    rng = np.random.default_rng(0)
    for _ in range(100):
        other = found * np.exp(0.01 * rng.normal(size=(3, 3)))
        other /= other.sum(axis=1, keepdims=True)
        assert likelihood(other) < likelihood(found) + 1e-8


def test_clean_labels_leave_the_identity(known):
    sure = softmax(5 * known["features"], axis=1)
    found = likelihood_transition(known["true_labels"], sure)
    assert_allclose(found, np.eye(3), atol=5e-3)
