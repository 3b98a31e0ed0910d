"""What functions on probabilities promise for whatever they are given."""

import re
import tracemalloc

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps
from numpy.testing import assert_array_equal

from sknoisy import _probs
from sknoisy._counting import lowest
from sknoisy.quality import (
    compute_confident_joint,
    estimate_noise_matrices,
    find_label_issues,
    get_label_quality_scores,
    num_label_issues,
    order_label_issues,
    true_label_posterior,
)
from sknoisy.quality._issues import FILTERS
from sknoisy.quality._scores import SCORES


def options_of(function, name, values):
    return {
        f"{function.__name__}-{value}": lambda y, p, v=value: function(
            y, p, **{name: v}
        )
        for value in sorted(values)
    }


FUNCTIONS = {
    **options_of(find_label_issues, "filter_by", FILTERS),
    **options_of(get_label_quality_scores, "method", SCORES),
    "adjusted": lambda y, p: get_label_quality_scores(y, p, adjust_pred_probs=True),
    "joint": compute_confident_joint,
    "matrices": lambda y, p: np.concatenate([estimate_noise_matrices(y, p)[0]]),
    "number": lambda y, p: np.array(num_label_issues(y, p)),
    "order": lambda y, p: order_label_issues(np.ones(len(y), dtype=bool), y, p),
    "posterior": lambda y, p: true_label_posterior(y, p).probabilities,
    "ranked": lambda y, p: find_label_issues(
        y, p, return_indices_ranked_by="self_confidence"
    ),
}
every_function = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=60)
    logits = rng.normal(size=(60, 3)) + 2 * np.eye(3)[labels]
    labels[:8] = rng.integers(3, size=8)
    return labels, np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


# --- any input ---

strange_labels = st.one_of(
    nps.arrays(
        st.sampled_from([np.int8, np.int64, np.uint8, np.float32, np.float64, bool]),
        st.integers(0, 6),
    ),
    nps.arrays(np.int64, st.integers(1, 6), elements=st.integers(-1, 3)),
    st.lists(st.sampled_from([0, 1, 2, 1.0, True]), min_size=1, max_size=6),
    st.lists(st.sampled_from([0, 1.5, "a", None, float("nan")]), max_size=4),
    st.just([[0, 1], [1, 0]]),
)
strange_probs = st.one_of(
    nps.arrays(
        st.sampled_from([np.float16, np.float32, np.float64, np.int64, bool]),
        nps.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=6),
    ),
    nps.arrays(np.float64, (4, 3), elements=st.sampled_from([0, 0.5, 1, -0.5, np.nan])),
    st.just([["a", "b"]]),
    st.none(),
)


@st.composite
def right_probs(draw, n_samples):
    """Probabilities in thirds, quarters or exactly zero and one, in either float."""
    n_classes = draw(st.integers(2, 5))
    counts = nps.arrays(np.int64, (n_samples, n_classes), elements=st.integers(0, 3))
    counts = draw(counts)
    counts[counts.sum(axis=1) == 0, draw(st.integers(0, n_classes - 1))] = 1
    probs = counts / counts.sum(axis=1, keepdims=True)
    return probs.astype(draw(st.sampled_from([np.float32, np.float64])))


@every_function
@settings(max_examples=10, deadline=None, derandomize=True)
@given(labels=strange_labels, probs=strange_probs)
def test_strange_input_is_a_value_error_or_answered(function, labels, probs):
    try:
        answer = np.asarray(function(labels, probs))
    except ValueError as error:
        assert re.match("labels|pred_probs|Row", str(error))
    else:
        assert np.isfinite(answer).all()


@every_function
@settings(max_examples=10, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_labels_with_any_probabilities_are_answered(function, data):
    """Also classes that no label names, labels of one class, one sample of each."""
    n_samples = data.draw(st.integers(1, 8))
    probs = data.draw(right_probs(n_samples))
    codes = st.integers(0, probs.shape[1] - 1)
    labels = data.draw(nps.arrays(np.int64, n_samples, elements=codes))
    before = labels.copy(), probs.copy()
    answer = np.asarray(function(labels, probs))
    assert np.isfinite(answer).all()
    assert_array_equal(labels, before[0])
    assert_array_equal(probs, before[1])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_answers_are_right_where_they_can_be_told_from_outside(data):
    n_samples = data.draw(st.integers(1, 12))
    probs = data.draw(right_probs(n_samples))
    n_classes = probs.shape[1]
    codes = st.integers(0, n_classes - 1)
    labels = data.draw(nps.arrays(np.int64, n_samples, elements=codes))
    counts = np.bincount(labels, minlength=n_classes)

    for method in SCORES:
        quality = get_label_quality_scores(labels, probs, method=method)
        assert quality.shape == (n_samples,)
        assert (quality >= 0).all() and (quality <= 1 + 1e-6).all()
    agree = probs[np.arange(n_samples), labels] == probs.max(axis=1)
    for filter_by in FILTERS:
        is_issue = find_label_issues(labels, probs, filter_by=filter_by)
        assert is_issue.shape == (n_samples,) and is_issue.dtype == bool
        if not filter_by.startswith("low"):
            lone = counts[labels] == 1
            others = probs.max(axis=1) == 1  # no tie with the likeliest class
            assert not (is_issue & agree & others).any()
            if filter_by in ("both", "prune_by_class", "prune_by_noise_rate"):
                assert not (is_issue & lone).any()
    found = estimate_noise_matrices(labels, probs)
    assert_array_equal(found.confident_joint.sum(axis=1), counts)
    assert found.py.sum() == pytest.approx(1)
    assert np.allclose(found.transition_matrix.sum(axis=1), 1)
    assert 0 <= found.noise_rate <= 1
    assert 0 <= num_label_issues(labels, probs) <= n_samples


# --- messages ---


@every_function
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 3], "labels holds 3 (at position 2), but pred_probs has 3 columns"),
        ([0, -1, 1], "labels holds -1 (at position 1)"),
        ([0, 1], "labels has 2 entries, but pred_probs has 3 rows"),
        ([0, 1, 0.5], "labels holds 0.5 at position 2, which is no code."),
        ([0, 1, np.nan], "labels holds nan at position 2"),
        (["a", "b", "c"], "np.unique(labels, return_inverse=True)"),
        ([0, None, 1], "labels holds None at position 1, which is no code."),
        ([], "labels has shape (0,): expected (n_samples,), with at least one"),
        ([[0, 1], [1, 2], [2, 0]], "labels has shape (3, 2)"),
    ],
)
def test_labels_that_are_no_codes_are_told(function, labels, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        function(np.array(labels, dtype=object if None in labels else None), np.eye(3))


@every_function
@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            [0.5, 0.2, 0.2],
            "Row 2 of pred_probs sums to 0.9, not to one: [0.5 0.2 0.2].",
        ),
        ([0.5, np.nan, 0.2], "Row 2 of pred_probs holds NaN or infinity"),
        ([0.5, np.inf, -np.inf], "Row 2 of pred_probs holds NaN or infinity"),
        ([1.5, -0.5, 0], "Row 2 of pred_probs holds negative numbers"),
        ([-2.0, 3.0, 4.0], "scipy.special.softmax(logits, axis=1)"),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_that_are_no_probabilities_are_told(function, row, message, dtype):
    probs = np.eye(3, dtype=dtype)[[0, 1, 2, 0]]
    probs[2] = row
    with pytest.raises(ValueError, match=re.escape(message)):
        function([0, 1, 2, 0], probs)


@every_function
@pytest.mark.parametrize(
    "probs", [[0.1, 0.9], np.ones((2, 1)), np.ones((2, 2, 2)), np.ones((0, 3)), None]
)
def test_shapes_that_hold_no_probabilities_are_told(function, probs):
    with pytest.raises(ValueError, match=r"pred_probs (has shape|holds)"):
        function([0, 1], probs)


def test_row_is_told_by_its_number_in_a_late_block(monkeypatch):
    monkeypatch.setattr(_probs, "BLOCK_SIZE", 6)
    probs = np.full((9, 2), 0.5)
    probs[7] = 0
    with pytest.raises(ValueError, match="Row 7 of pred_probs sums to 0, not to one"):
        get_label_quality_scores(np.zeros(9, dtype=int), probs)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filter_by": "prune_by_clas"}, "did you mean 'prune_by_class'?"),
        ({"return_indices_ranked_by": "margin"}, "'margin' is not a score"),
        ({"frac_noise": 1.5}, "frac_noise"),
        ({"min_examples_per_class": -1}, "min_examples_per_class"),
        ({"confident_joint": np.eye(2)}, "confident_joint has shape (2, 2)"),
        ({"confident_joint": -np.eye(3)}, "confident_joint holds NaN, infinite or"),
        ({"num_to_remove_per_class": [1, 2]}, "shape (2,), but pred_probs has 3"),
        ({"num_to_remove_per_class": [61, 0, 0]}, "asks for 61 samples labelled 0"),
        ({"num_to_remove_per_class": [0.5, 0, 0]}, "aren't whole"),
        (
            {"filter_by": "confident_learning", "num_to_remove_per_class": [1, 1, 1]},
            "num_to_remove_per_class has no meaning for filter_by='confident_learning'",
        ),
        (
            {
                "return_indices_ranked_by": "self_confidence",
                "rank_by_kwargs": {"adjust": True},
            },
            "rank_by_kwargs holds ['adjust']",
        ),
    ],
)
def test_options_of_issues_that_mean_nothing_are_told(problem, options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        find_label_issues(*problem, **options)


@pytest.mark.parametrize(
    "options", [{"frac_noise": 0.5}, {"confident_joint": np.eye(3)}]
)
def test_options_that_make_no_difference_are_warned_of_where_they_are_set(
    problem, options
):
    with pytest.warns(UserWarning, match="is ignored: filter_by=") as caught:
        find_label_issues(*problem, filter_by="predicted_neq_given", **options)
    assert caught[0].filename == __file__


def test_joint_in_vain_is_warned_of_where_it_is_set(problem):
    with pytest.warns(UserWarning, match="confident_joint is ignored") as caught:
        num_label_issues(*problem, confident_joint=np.eye(3))
    assert caught[0].filename == __file__


def test_other_options_that_mean_nothing_are_told(problem):
    labels, probs = problem
    with pytest.raises(ValueError, match="did you mean 'self_confidence'"):
        get_label_quality_scores(labels, probs, method="self_confidense")
    with pytest.raises(ValueError, match="adjust_pred_probs=True is not for method="):
        get_label_quality_scores(
            labels, probs, method="confidence_weighted_entropy", adjust_pred_probs=True
        )
    with pytest.raises(ValueError, match="one boolean for each of the 60 samples"):
        order_label_issues([0, 1], labels, probs)
    with pytest.raises(ValueError, match="did you mean 'off_diagonal'"):
        num_label_issues(labels, probs, estimation_method="off_diagonals")
    with pytest.raises(ValueError, match="counts in a confident_joint"):
        num_label_issues(labels, probs, estimation_method="off_diagonal_custom")
    with pytest.raises(ValueError, match="py_method='count' is not one of"):
        estimate_noise_matrices(labels, probs, py_method="count")
    with pytest.raises(ValueError, match="thresholds holds NaN"):
        compute_confident_joint(labels, probs, thresholds=[0.5, np.nan, 0.5])


def test_singular_noise_is_told():
    probs = np.repeat([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], 4, axis=0)
    labels = [0, 0, 1, 1, 0, 0, 1, 1]
    with pytest.raises(ValueError, match="noise matrix is singular.*Choose 'cnt'"):
        estimate_noise_matrices(labels, probs, py_method="eqn")


# --- kinds of input ---

KINDS = {
    "list": (list, np.ndarray.tolist),
    "tuple": (tuple, lambda p: tuple(map(tuple, p))),
    "pandas": (lambda y: pd.Series(y, index=y[::-1]), pd.DataFrame),
    "nullable pandas": (lambda y: pd.Series(y, dtype="Int64"), pd.DataFrame),
    "column": (lambda y: pd.DataFrame({"y": y}), pd.DataFrame),
    "polars": (pl.Series, lambda p: pl.DataFrame(p, schema=["a", "b", "c"])),
    "fortran": (lambda y: y.astype(np.uint8), np.asfortranarray),
    "strided": (lambda y: np.repeat(y, 2)[::2], lambda p: np.repeat(p, 2, axis=0)[::2]),
    "float labels": (lambda y: y.astype(np.float32), np.array),
    "objects": (lambda y: y.astype(object), lambda p: p.astype(object)),
    "read-only": (np.array, lambda p: np.frombuffer(p.tobytes()).reshape(p.shape)),
}


@every_function
@pytest.mark.parametrize("kind", KINDS)
def test_answer_does_not_depend_on_the_kind_of_container(function, kind, problem):
    make_labels, make_probs = KINDS[kind]
    labels, probs = problem
    expected = function(labels, probs)
    assert_array_equal(function(make_labels(labels), make_probs(probs)), expected)


@every_function
def test_answer_does_not_depend_on_the_size_of_blocks(function, problem, monkeypatch):
    expected = function(*problem)
    monkeypatch.setattr(_probs, "BLOCK_SIZE", 16)
    assert np.allclose(function(*problem), expected)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_coarse_probabilities_of_many_classes_sum_to_one_closely_enough(dtype):
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.full(2000, 0.1), size=50).astype(dtype)
    quality = get_label_quality_scores(np.arange(50), probs)
    assert quality.dtype == np.float32


def test_one_hot_predictions_are_probabilities():
    labels, predicted = np.array([0, 1, 2, 0]), np.array([0, 1, 2, 2])
    assert find_label_issues(
        labels, np.eye(3, dtype=int)[predicted], filter_by="predicted_neq_given"
    ).tolist() == [False, False, False, True]


@pytest.fixture
def in_a_file(tmp_path):
    """Labels, and probabilities of 25.6 MB in a file."""
    rng = np.random.default_rng(0)
    labels = rng.integers(64, size=100_000)
    path = tmp_path / "probs.npy"
    shape = (100_000, 64)
    probs = np.lib.format.open_memmap(path, "w+", dtype=np.float32, shape=shape)
    probs[:] = rng.random(shape, dtype=np.float32)
    probs[np.arange(100_000), np.where(rng.random(100_000) < 0.2, 7, labels)] += 40
    probs /= probs.sum(axis=1, keepdims=True)
    probs.flush()
    return labels, np.load(path, mmap_mode="r")


@pytest.mark.parametrize("filter_by", sorted(FILTERS))
def test_memory_mapped_probabilities_are_not_copied(in_a_file, filter_by):
    labels, probs = in_a_file
    tracemalloc.start()
    is_issue = find_label_issues(labels, probs, filter_by=filter_by)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < probs.nbytes / 3
    assert 0.05 < is_issue.mean() < 0.3


# --- a part ---


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    values=nps.arrays(np.int64, st.integers(0, 20), elements=st.integers(0, 4)),
    count=st.integers(-1, 25),
)
def test_lowest_are_the_first_of_a_stable_sort(values, count):
    expected = np.zeros(len(values), dtype=bool)
    expected[np.argsort(values, kind="stable")[: max(count, 0)]] = True
    assert_array_equal(lowest(values, count), expected)
