"""Confident learning beside cleanlab's, on problems with and without ties."""

import warnings
from contextlib import contextmanager
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from sknoisy.quality import (
    compute_confident_joint,
    estimate_noise_matrices,
    find_label_issues,
    get_label_quality_scores,
    num_label_issues,
    order_label_issues,
)
from sknoisy.quality._confident_joint import round_rows
from sknoisy.quality._issues import FILTERS
from sknoisy.quality._scores import SCORES

cleanlab = pytest.importorskip("cleanlab")
from cleanlab import count, filter, rank  # noqa: E402

PRUNERS = ("both", "prune_by_class", "prune_by_noise_rate")


def make_problem(seed, n_samples, n_classes, *, n_levels=0, dtype=np.float64, skill=2):
    """Return labels, some wrong, and probabilities, on a grid if levels are given."""
    rng = np.random.default_rng(seed)
    true = rng.integers(n_classes, size=n_samples)
    wrong = rng.random(n_samples) < 0.3
    labels = np.where(wrong, rng.integers(n_classes, size=n_samples), true)
    logits = rng.normal(size=(n_samples, n_classes)) * 1.5
    logits[np.arange(n_samples), true] += skill
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    if n_levels:
        draws = [rng.multinomial(n_levels, row / row.sum()) for row in probs]
        probs = np.array(draws) / n_levels
    return labels, probs.astype(dtype)


@st.composite
def problems(draw, *, levels=(0, 4, 10)):
    """Small problems: classes without samples, probabilities with ties, both floats."""
    n_classes = draw(st.integers(2, 7))
    labels, probs = make_problem(
        draw(st.integers(0, 2**32)),
        draw(st.integers(2, 80)),
        n_classes,
        n_levels=draw(st.sampled_from(levels)),
        dtype=draw(st.sampled_from([np.float32, np.float64])),
        skill=draw(st.sampled_from([0, 2, 4])),
    )
    absent = draw(st.sampled_from([None, *range(n_classes)]))
    if absent is not None:
        labels[labels == absent] = (absent + 1) % n_classes
    assume(len(np.unique(labels)) > 1)  # cleanlab asks for two
    return labels, probs


@contextmanager
def stable_cleanlab():
    """Let cleanlab break ties by index, and say nothing."""
    original = np.argsort

    def stable(values, axis=-1, kind=None):
        return original(values, axis=axis, kind="stable")

    with warnings.catch_warnings(), mock.patch.object(np, "argsort", stable):
        warnings.simplefilter("ignore")
        yield


def slow_rounding(values):
    """Round each row, then move what rounding moved furthest, one at a time."""
    rounded = np.round(values)
    for row, new in zip(values, rounded, strict=True):
        while new.sum() != np.round(row.sum()):
            up = new.sum() < np.round(row.sum())
            i = np.argmax(row - new) if up else np.argmin(row - new)
            new[i] += 1 if up else -1
    return rounded


examples = settings(max_examples=30, deadline=None, derandomize=True)


# --- the joint ---


@examples
@given(problem=problems(), calibrate=st.booleans())
def test_confident_joint_is_cleanlabs(problem, calibrate):
    with stable_cleanlab():
        theirs, their_rows = count.compute_confident_joint(
            *problem, calibrate=calibrate, return_indices_of_off_diagonals=True
        )
        ours, our_rows = compute_confident_joint(
            *problem, calibrate=calibrate, return_indices_of_off_diagonals=True
        )
    assert_array_equal(ours, theirs)
    assert_array_equal(our_rows, their_rows)
    assert ours.dtype == np.int64


@examples
@given(problem=problems(levels=(0,)), data=st.data())
def test_thresholds_are_used_as_cleanlab_uses_them(problem, data):
    n_classes = problem[1].shape[1]
    thresholds = data.draw(
        st.lists(st.floats(0, 1), min_size=n_classes, max_size=n_classes)
    )
    theirs = count.compute_confident_joint(
        *problem, thresholds=thresholds, calibrate=False
    )
    ours = compute_confident_joint(*problem, thresholds=thresholds, calibrate=False)
    assert_array_equal(ours, theirs)
    column = np.reshape(thresholds, (-1, 1))
    again = compute_confident_joint(*problem, thresholds=column, calibrate=False)
    assert_array_equal(again, ours)


@examples
@given(problem=problems())
def test_calibrated_joint_counts_every_sample_under_its_label(problem):
    labels, probs = problem
    joint = compute_confident_joint(labels, probs)
    assert_array_equal(joint.sum(axis=1), np.bincount(labels, minlength=probs.shape[1]))


def test_threshold_has_cleanlabs_slack():
    # the mean of class 1 is 0.8; the first sample is 5e-7 short of it, the next 5e-6
    for short, counted in [(5e-7, 1), (5e-6, 0)]:
        given_1 = np.array([0.8 - short, 0.9, 0.7])
        probs = np.column_stack([1 - given_1, given_1])
        joint = compute_confident_joint(
            [0, 1, 1], probs, thresholds=[1.0, 0.8], calibrate=False
        )
        assert joint[0, 1] == counted


def test_where_several_classes_are_reached_the_most_probable_counts_even_unreached():
    joint = compute_confident_joint(
        [0, 1, 2], [[0.3, 0.3, 0.4]] * 3, thresholds=[0.3, 0.3, 0.5], calibrate=False
    )
    assert joint[:, 2].tolist() == [1, 1, 1]


def test_where_one_class_is_reached_it_counts_though_another_is_more_probable():
    joint = compute_confident_joint(
        [0, 1], [[0.3, 0.7]] * 2, thresholds=[0.2, 0.9], calibrate=False
    )
    assert joint.tolist() == [[1, 0], [1, 1]]


@examples
@given(seed=st.integers(0, 2**32), n_classes=st.integers(1, 9))
def test_rounding_moves_what_it_moved_furthest(seed, n_classes):
    values = np.random.default_rng(seed).random((5, n_classes)) * 10
    values = values / values.sum(axis=1, keepdims=True) * [[1], [7], [20], [3], [50]]
    ours = round_rows(values)
    assert_array_equal(ours, slow_rounding(values))


# --- issues ---


@pytest.mark.parametrize("filter_by", sorted(FILTERS))
@settings(examples, max_examples=25)
@given(problem=problems())
def test_issues_are_cleanlabs_with_ties_by_index(filter_by, problem):
    with stable_cleanlab():
        theirs = filter.find_label_issues(*problem, filter_by=filter_by, n_jobs=1)
        ours = find_label_issues(*problem, filter_by=filter_by)
    assert_array_equal(ours, theirs)
    assert ours.dtype == bool


@pytest.mark.parametrize("filter_by", PRUNERS)
@settings(examples, max_examples=25)
@given(
    problem=problems(),
    frac_noise=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    least=st.integers(0, 12),
    seed=st.integers(0, 99),
)
def test_budgets_of_issues_are_cleanlabs(filter_by, problem, frac_noise, least, seed):
    n_classes = problem[1].shape[1]
    joint = np.random.default_rng(seed).integers(9, size=(n_classes, n_classes))
    options = {
        "frac_noise": frac_noise,
        "min_examples_per_class": least,
        "confident_joint": joint if seed % 2 else None,
    }
    with stable_cleanlab():
        theirs = filter.find_label_issues(
            *problem, filter_by=filter_by, n_jobs=1, **options
        )
        ours = find_label_issues(*problem, filter_by=filter_by, **options)
    assert_array_equal(ours, theirs)


@pytest.mark.parametrize("filter_by", PRUNERS)
def test_only_sample_of_a_label_is_left_alone_whatever_is_asked_for(filter_by):
    problem = np.array([0, 1, 1]), np.array([[0.1, 0.9], [0.2, 0.8], [0.1, 0.9]])
    options = {"min_examples_per_class": 0, "confident_joint": [[0, 1], [0, 2]]}
    assert not find_label_issues(*problem, filter_by=filter_by, **options).any()
    twice = [np.repeat(part, 2, axis=0) for part in problem]
    assert find_label_issues(*twice, filter_by=filter_by, **options)[0]


@examples
@given(problem=problems(), data=st.data())
def test_number_to_remove_is_cleanlabs_by_class(problem, data):
    labels, probs = problem
    counts = np.bincount(labels, minlength=probs.shape[1])
    removed = [data.draw(st.integers(0, int(count))) for count in counts]
    options = {"filter_by": "prune_by_class", "num_to_remove_per_class": removed}
    with stable_cleanlab(), np.errstate(all="ignore"):
        theirs = filter.find_label_issues(*problem, n_jobs=1, **options)
        ours = find_label_issues(*problem, **options)
    assert_array_equal(ours, theirs)


def test_number_to_remove_is_that_of_given_labels_by_noise_rate():
    labels, probs = make_problem(0, 3000, 4, skill=3)
    removed = [30, 0, 12, 1]
    is_issue = find_label_issues(
        labels,
        probs,
        filter_by="prune_by_noise_rate",
        num_to_remove_per_class=removed,
    )
    found = np.bincount(labels[is_issue], minlength=4)
    assert (found <= removed).all()  # a sample that two classes claim is removed once
    assert found.sum() >= 0.9 * sum(removed)


@pytest.mark.parametrize("filter_by", ["prune_by_class", "prune_by_noise_rate", "both"])
def test_one_number_to_remove_is_that_of_each_class(filter_by):
    labels, probs = make_problem(0, 3000, 4, skill=3)
    options = {"filter_by": filter_by}
    one, each = (
        find_label_issues(labels, probs, num_to_remove_per_class=removed, **options)
        for removed in (12, [12] * 4)
    )
    assert_array_equal(one, each)
    assert 0 < one.sum() <= 48


@pytest.mark.parametrize(("size", "n_classes"), [(3000, 3), (4000, 40), (2500, 150)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.slow
def test_issues_of_larger_problems_are_cleanlabs(size, n_classes, dtype):
    problem = make_problem(1, size, n_classes, dtype=dtype, skill=3)
    for filter_by in FILTERS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = filter.find_label_issues(*problem, filter_by=filter_by, n_jobs=1)
        ours = find_label_issues(*problem, filter_by=filter_by)
        assert 0 < theirs.sum() < size
        assert_array_equal(ours, theirs)


@settings(examples, max_examples=25)
@given(
    problem=problems(),
    adjust=st.booleans(),
    rank_by=st.sampled_from(["normalized_margin", "self_confidence"]),
)
def test_ranking_follows_scores_and_breaks_ties_by_index(problem, adjust, rank_by):
    options = {"adjust_pred_probs": adjust}
    ranked = find_label_issues(
        *problem, return_indices_ranked_by=rank_by, rank_by_kwargs=options
    )
    mask = find_label_issues(*problem)
    assert sorted(ranked) == np.flatnonzero(mask).tolist()
    scores = get_label_quality_scores(*problem, method=rank_by, **options)[ranked]
    step = np.diff(scores)
    assert (step >= 0).all()
    assert (np.diff(ranked)[step == 0] > 0).all()
    again = order_label_issues(mask, *problem, rank_by=rank_by, rank_by_kwargs=options)
    assert_array_equal(again, ranked)


@pytest.mark.parametrize("rank_by", sorted(SCORES))
def test_order_is_cleanlabs(rank_by):
    problem = make_problem(2, 400, 5)
    mask = find_label_issues(*problem)
    theirs = rank.order_label_issues(mask, *problem, rank_by=rank_by)
    assert_array_equal(order_label_issues(mask, *problem, rank_by=rank_by), theirs)


@pytest.mark.parametrize("filter_by", PRUNERS)
def test_of_equal_samples_the_first_are_flagged(filter_by):
    # 60 sure samples; then 20 that look like class 1, as one does, but are labelled 0
    labels = np.repeat([0, 1, 0], [30, 30, 20])
    probs = np.repeat([[0.9, 0.1], [0.1, 0.9], [0.2, 0.8]], [30, 30, 20], axis=0)
    joint = [[37, 13], [0, 30]]
    found = find_label_issues(labels, probs, filter_by=filter_by, confident_joint=joint)
    assert np.flatnonzero(found).tolist() == list(range(60, 73))


def test_of_equal_scores_the_first_are_flagged():
    # 10 surely are of class 1, but 20 are as unlikely to be of class 0
    labels = np.repeat([0, 1, 0], [30, 30, 20])
    probs = np.repeat(np.eye(3), [30, 30, 20], axis=0)
    probs[30:60] = [0.1, 0.6, 0.3]
    probs[60:] = [0.2, 0.5, 0.3]
    probs[60:80:2] = [0.2, 0.8, 0.0]
    assert num_label_issues(labels, probs) == 10
    found = find_label_issues(labels, probs, filter_by="low_self_confidence")
    assert np.flatnonzero(found).tolist() == list(range(60, 70))


def test_label_exactly_at_the_end_of_its_slack_wins_only_as_the_first_class():
    given, highest = 0.25, 0.25 + 1e-6
    rest = 1 - given - highest
    first = [given, highest, rest / 2, rest / 2]
    second = [highest, given, rest / 2, rest / 2]
    problem = np.array([0, 1]), np.array([first, second])
    ours = find_label_issues(*problem, filter_by="predicted_neq_given")
    theirs = filter.find_label_issues(
        *problem, filter_by="predicted_neq_given", n_jobs=1
    )
    assert ours.tolist() == theirs.tolist() == [False, True]


def test_label_within_slack_of_the_likeliest_class_is_no_issue():
    for behind, is_issue in [(5e-7, False), (5e-6, True)]:
        probs = [[0.5 - behind / 2, 0.5 + behind / 2], [0.9, 0.1], [0.1, 0.9]]
        found = find_label_issues([0, 0, 1], probs, filter_by="predicted_neq_given")
        assert found.tolist() == [is_issue, False, False]


# --- how many ---


@examples
@given(problem=problems())
def test_number_of_issues_is_cleanlabs(problem):
    joint = count.compute_confident_joint(*problem, calibrate=False)
    for method in ("off_diagonal", "off_diagonal_calibrated", "off_diagonal_custom"):
        options = {"estimation_method": method}
        if method == "off_diagonal_custom":
            options["confident_joint"] = joint
        with stable_cleanlab():
            theirs = count.num_label_issues(*problem, **options)
            ours = num_label_issues(*problem, **options)
        assert ours == theirs and type(ours) is int


def test_number_of_issues_is_that_of_the_filter():
    problem = make_problem(3, 500, 4)
    found = find_label_issues(*problem, filter_by="confident_learning")
    assert num_label_issues(*problem) == found.sum() > 0


# --- scores ---


@pytest.mark.parametrize("method", sorted(SCORES))
@settings(examples, max_examples=25)
@given(problem=problems(), adjust=st.booleans())
def test_scores_are_cleanlabs(method, problem, adjust):
    adjust = adjust and method != "confidence_weighted_entropy"
    options = {"method": method, "adjust_pred_probs": adjust}
    theirs = rank.get_label_quality_scores(*problem, **options)
    ours = get_label_quality_scores(*problem, **options)
    single = problem[1].dtype == np.float32
    assert_allclose(ours, theirs, rtol=2e-5 if single else 1e-9, atol=2e-6 * single)
    assert ours.dtype == problem[1].dtype


@pytest.mark.parametrize("method", sorted(SCORES))
def test_scores_of_many_classes_are_cleanlabs(method):
    problem = make_problem(4, 300, 60)
    theirs = rank.get_label_quality_scores(*problem, method=method)
    assert_allclose(get_label_quality_scores(*problem, method=method), theirs)


# --- noise rates ---


@pytest.mark.parametrize("py_method", ["cnt", "eqn", "marginal", "marginal_ps"])
@settings(examples, max_examples=25)
@given(problem=problems(), converge=st.booleans(), calibrate=st.booleans())
def test_noise_matrices_are_cleanlabs(py_method, problem, converge, calibrate):
    options = {
        "py_method": py_method,
        "converge_latent_estimates": converge,
        "calibrate": calibrate,
    }
    with stable_cleanlab():
        joint = compute_confident_joint(*problem, calibrate=calibrate)
        assume(py_method != "eqn" or np.linalg.cond(joint) < 1e4)
        theirs = count.estimate_py_and_noise_matrices_from_probabilities(
            *problem, **options
        )
        ours = estimate_noise_matrices(*problem, **options)
    for mine, their in zip(ours, theirs, strict=True):
        assert_allclose(mine, their, rtol=1e-6, atol=1e-12)


@examples
@given(problem=problems())
def test_rows_of_transition_matrix_are_true_classes(problem):
    found = estimate_noise_matrices(*problem, converge_latent_estimates=False)
    transition = found.transition_matrix
    assert_allclose(transition.sum(axis=1), 1)
    columns = found.confident_joint.sum(axis=0)
    for i in np.flatnonzero(columns):
        expected = found.confident_joint[:, i] / columns[i]
        assert_allclose(transition[i], expected, atol=2e-4)
    assert (transition[columns == 0].diagonal() <= 1).all()


def test_noise_is_found_as_it_was_made():
    rng = np.random.default_rng(0)
    transition = np.array([[0.8, 0.2, 0.0], [0.0, 0.9, 0.1], [0.3, 0.0, 0.7]])
    true = rng.integers(3, size=20_000)
    labels = (rng.random(20_000)[:, None] > transition.cumsum(axis=1)[true]).sum(axis=1)
    probs = np.full((20_000, 3), 0.05)
    probs[np.arange(20_000), true] = 0.9
    found = estimate_noise_matrices(labels, probs)
    assert_allclose(found.transition_matrix, transition, atol=0.02)
    assert found.noise_rate == pytest.approx(np.mean(labels != true), abs=0.002)
    assert_allclose(found.noise_matrix, found.transition_matrix.T)
