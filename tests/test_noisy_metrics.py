"""Metrics on given labels that are, on average over the noise, those on true ones."""

import itertools
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.datasets import load_iris
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    cohen_kappa_score,
    confusion_matrix,
    f1_score,
    log_loss,
)
from sklearn.model_selection import (
    StratifiedKFold,
)

from sknoisy.metrics import (
    corrected_accuracy,
    corrected_balanced_accuracy,
    corrected_confusion_matrix,
    corrected_f1,
    forward_log_likelihood,
    peer_accuracy,
)
from sknoisy.noise import (
    ClassConditionalNoise,
    symmetric_transition,
    uniform_transition,
)
from sknoisy.transition import estimate_transition

T = np.array([[0.6, 0.4, 0.0], [0.1, 0.7, 0.2], [0.3, 0.2, 0.5]])
X, Y = load_iris(return_X_y=True)
Y_NOISY = ClassConditionalNoise(T, random_state=0).fit_corrupt(Y)
FOLDS = StratifiedKFold(3, shuffle=True, random_state=0)
NAMES = np.array(["setosa", "versicolor", "virginica"])

codes = st.lists(st.integers(0, 2), min_size=8, max_size=8)


def on_average(score, y, y_pred, transition):
    """Return the mean of a score over all that noise could draw.

    Every sample has every label, weighted by its chance, which does it for scores that
    are linear in the labels.
    """
    n_classes = len(transition)
    labels = np.tile(np.arange(n_classes), len(y))
    chances = np.asarray(transition)[y].ravel()
    return score(labels, np.repeat(y_pred, n_classes), sample_weight=chances)


def corrected(y_noisy, y_pred, **more):
    return corrected_accuracy(y_noisy, y_pred, T, labels=range(3), **more)


@pytest.mark.parametrize("score", [accuracy_score, corrected, peer_accuracy])
def test_the_average_of_these_tests_is_that_over_every_draw(score):
    y, y_pred, mean = [0, 1, 2], [0, 2, 2], 0
    for y_noisy in itertools.product(range(3), repeat=3):
        mean += np.prod(T[y, y_noisy]) * score(np.array(y_noisy), y_pred)
    assert on_average(score, y, y_pred, T) == pytest.approx(mean)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(y=codes, y_pred=codes)
def test_corrected_accuracy_is_that_on_true_labels_on_average(y, y_pred):
    mean = on_average(corrected, y, y_pred, T)
    assert mean == pytest.approx(accuracy_score(y, y_pred), abs=1e-12)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(y=codes, y_pred=codes, seed=st.integers(0, 99))
def test_peer_accuracy_shrinks_alike_for_all_where_the_rate_is_the_wrong_label_s(
    y, y_pred, seed
):
    rates = np.random.default_rng(seed).uniform(0, 0.3, 3)
    mean = on_average(peer_accuracy, y, y_pred, uniform_transition(3, rates))
    expected = (1 - rates.sum()) * peer_accuracy(y, y_pred)
    assert mean == pytest.approx(expected, abs=1e-12)


def test_peer_accuracy_ranks_as_true_labels_do_where_plain_accuracy_does_not():
    transition = uniform_transition(3, [0.0, 0.0, 0.5])
    y = np.repeat([0, 1, 2], 2)
    often_2, better = np.array([0, 2, 2, 2, 2, 2]), np.array([0, 0, 1, 1, 0, 1])
    assert accuracy_score(y, often_2) < accuracy_score(y, better)
    plain, peer = (
        [on_average(score, y, pred, transition) for pred in (often_2, better)]
        for score in (accuracy_score, peer_accuracy)
    )
    assert plain[0] > plain[1] + 0.01
    assert peer[0] < peer[1] - 0.05


def test_peer_accuracy_is_the_mean_over_all_pairs():
    rng = np.random.default_rng(0)
    y, pred = rng.integers(4, size=(2, 30))
    chance = np.mean([[p == label for p in pred] for label in y])
    for alpha in (-1, 0, 0.5, 1, 3.0):
        expected = np.mean(y == pred) - alpha * chance
        assert peer_accuracy(y, pred, alpha=alpha) == pytest.approx(expected)
    kappa = cohen_kappa_score(y, pred) * (1 - chance)
    assert peer_accuracy(y, pred) == pytest.approx(kappa)


def test_forward_log_likelihood_counts_sample_by_sample():
    rng = np.random.default_rng(0)
    probs, y = rng.dirichlet(np.ones(3), 20), rng.integers(3, size=20)
    slow = [
        np.log(sum(p[i] * T[i, label] for i in range(3)))
        for p, label in zip(probs, y, strict=True)
    ]
    assert forward_log_likelihood(y, probs, T) == pytest.approx(np.mean(slow))
    expected = -log_loss(y, probs)
    assert forward_log_likelihood(y, probs, np.eye(3)) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_true_probabilities_have_the_highest_forward_likelihood(seed):
    rng = np.random.default_rng(seed)
    truth, other = rng.dirichlet(np.ones(3), 2)
    # the mean over given labels, each as often as it is expected
    score = [
        forward_log_likelihood(range(3), np.tile(q, (3, 1)), T, sample_weight=truth @ T)
        for q in (truth, other)
    ]
    assert score[0] > score[1]


def test_likelihood_of_decisions_ranks_as_accuracy_under_symmetric_noise():
    rng = np.random.default_rng(0)
    y, transition = rng.integers(3, size=60), symmetric_transition(3, 0.4)
    preds = rng.integers(3, size=(8, 60))
    scores = [forward_log_likelihood(y, np.eye(3)[p], transition) for p in preds]
    accuracies = [accuracy_score(y, p) for p in preds]
    assert_allclose(np.corrcoef(scores, accuracies), 1)


def test_a_matrix_counted_on_the_same_predictions_explains_every_mistake():
    rng = np.random.default_rng(0)
    y, y_pred = rng.integers(3, size=(2, 200))
    probs = np.eye(3)[y_pred]
    own = estimate_transition("counts", pred_probs=probs, labels=y)
    assert corrected_accuracy(y, y_pred, own, max_condition=1e6) == pytest.approx(1)


@pytest.mark.parametrize("score", ["corrected", "forward", "peer"])
def test_weights_are_repetitions_and_names_are_as_good_as_numbers(score):
    rng = np.random.default_rng(0)
    y, pred = rng.integers(3, size=(2, 30))
    weight, probs = rng.integers(3, size=30), np.eye(3)[pred] * 0.8 + 0.2 / 3

    def value(y, pred, probs, **more):
        if score == "peer":
            return peer_accuracy(y, pred, **more)
        if score == "corrected":
            return corrected_accuracy(y, pred, T, **more)
        return forward_log_likelihood(y, probs, T, **more)

    repeated = value(*(np.repeat(a, weight, axis=0) for a in (y, pred, probs)))
    assert value(y, pred, probs, sample_weight=weight) == pytest.approx(repeated)
    assert value(NAMES[y], NAMES[pred], probs) == value(y, pred, probs)


def test_labels_say_what_the_rows_are():
    order = [2, 0, 1]
    turned = T[np.ix_(order, order)]
    pred, probs = (Y + (np.arange(150) % 5 == 0)) % 3, np.full((150, 3), 1 / 3)
    probs[:, 0] += 0.1
    probs /= probs.sum(axis=1, keepdims=True)
    assert corrected_accuracy(Y_NOISY, pred, turned, labels=order) == pytest.approx(
        corrected_accuracy(Y_NOISY, pred, T)
    )
    assert forward_log_likelihood(
        Y_NOISY, probs[:, order], turned, labels=order
    ) == pytest.approx(forward_log_likelihood(Y_NOISY, probs, T))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: corrected_accuracy([0, 1], [0, 0], T), r"There are 3 classes, but"),
        (lambda: corrected_accuracy([0, 3], [0, 0], T, labels=range(3)), r"out \[3\]"),
        (lambda: corrected_accuracy([0, 1], [0], np.eye(2)), "inconsistent"),
        (lambda: corrected_accuracy([0, 1], [0, 1], [[1, 1], [0, 1]]), "Row 0"),
        (lambda: corrected_accuracy([0, 1], [0, 1], np.full((2, 2), 0.5)), "All rows"),
        (
            lambda: corrected_accuracy(
                [0, 1], [0, 1], [[0.51, 0.49], [0.49, 0.51]], max_condition=10
            ),
            "condition number of transition is 50",
        ),
        (lambda: corrected_accuracy([0, np.nan], [0, 1], np.eye(2)), "1 missing"),
        (lambda: forward_log_likelihood([0, 1], np.eye(3)[:2], T), "There are 3"),
        (
            lambda: forward_log_likelihood([0, 1], np.eye(2), T, labels=[0, 1, 2]),
            "pred_probs has 2 columns, but there are 3 classes",
        ),
        (
            lambda: forward_log_likelihood([0, 1, 1], np.eye(2), np.eye(2)),
            "inconsistent",
        ),
        (lambda: peer_accuracy([0, 1], [0, 1], alpha=np.inf), "alpha=inf"),
        (lambda: peer_accuracy([0, 1], [0]), "inconsistent"),
    ],
)
def test_what_cannot_be_scored_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("score", ["corrected", "forward", "peer"])
def test_weights_that_are_none_are_refused(score):
    scores = {
        "corrected": lambda w: corrected_accuracy(Y_NOISY, Y, T, sample_weight=w),
        "forward": lambda w: forward_log_likelihood(
            Y_NOISY, np.eye(3)[Y], T, sample_weight=w
        ),
        "peer": lambda w: peer_accuracy(Y_NOISY, Y, sample_weight=w),
    }
    ones = np.ones(len(Y))
    for weight, message in (
        (np.where(Y == 0, np.nan, 1), "NaN"),
        (0 * ones, "zero for every sample"),
        (-ones, "negative weights"),
        (ones[:, None], "expected"),
        (ones[1:], "expected"),
    ):
        with pytest.raises(ValueError, match=message):
            scores[score](weight)


def test_labels_of_two_kinds_twice_or_none_at_all_are_refused():
    two = np.array([[0.8, 0.2], [0.2, 0.8]])
    for call in (
        lambda: peer_accuracy(NAMES[Y], Y),
        lambda: corrected_accuracy(["a", "b"], [0, 1], two),
        lambda: corrected_accuracy([0, 1], [0, 1], two, labels=["0", "1"]),
    ):
        with pytest.raises(TypeError, match="convert them to one type"):
            call()
    with pytest.raises(ValueError, match="names a class twice"):
        corrected_accuracy([0, 1], [0, 1], T, labels=[0, 1, 1])
    with pytest.raises(ValueError, match="no samples"):
        peer_accuracy([], [])


# --- the confusion matrix, and scores made of it ---


@given(codes, codes)
def test_the_mean_confusion_matrix_is_that_on_true_labels(y, y_pred):
    y, y_pred = np.array(y), np.array(y_pred)
    known = partial(corrected_confusion_matrix, transition=T, labels=range(3))
    found = on_average(lambda *a, **k: known(*a, **k), y, y_pred, T)
    expected = confusion_matrix(y, y_pred, labels=range(3), normalize="all")
    assert_allclose(found, expected, atol=1e-12)


def test_without_noise_scores_are_scikit_learns():
    y, y_pred = Y, np.roll(Y, 20)
    same = {"y_noisy": y, "y_pred": y_pred, "transition": np.eye(3)}
    expected = balanced_accuracy_score(y, y_pred)
    assert corrected_balanced_accuracy(**same) == pytest.approx(expected)
    expected = f1_score(y, y_pred, average=None)
    assert corrected_f1(**same) == pytest.approx(expected.mean())
    for label in range(3):
        found = corrected_f1(**same, pos_label=label)
        assert found == pytest.approx(expected[label])


def test_scores_of_rare_classes_come_near_those_on_true_labels():
    rng = np.random.default_rng(0)
    y = rng.choice(3, p=[0.9, 0.06, 0.04], size=40_000)
    y_pred = np.where(rng.random(len(y)) < 0.2, rng.integers(3, size=len(y)), y)
    given = ClassConditionalNoise(T, random_state=0).fit_corrupt(y)
    found = corrected_balanced_accuracy(given, y_pred, T)
    assert found == pytest.approx(balanced_accuracy_score(y, y_pred), abs=0.05)
    found = corrected_f1(given, y_pred, T)
    assert found == pytest.approx(f1_score(y, y_pred, average="macro"), abs=0.05)
    assert balanced_accuracy_score(given, y_pred) < 0.6  # as it is: .87 on true ones


def test_a_class_that_is_not_there_is_left_out():
    # of given labels 0, 0, 0, 1 a fifth of class 1 would have been expected
    transition = [[0.7, 0.3], [0.0, 1.0]]
    found = corrected_balanced_accuracy([0, 0, 0, 1], [0, 0, 0, 0], transition)
    assert found == pytest.approx(1.0)
    assert corrected_f1([0, 0, 0, 1], [0, 0, 0, 0], transition, pos_label=1) == 0
    with pytest.raises(ValueError, match="pos_label=5 is none of the classes"):
        corrected_f1([0, 1], [0, 1], transition, pos_label=5)
