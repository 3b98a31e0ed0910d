"""Whoever takes probabilities takes the same ones, and says the same of others."""

import re

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from sknoisy import metrics, noise, quality, transition
from sknoisy._checks import check_transition
from sknoisy._probs import TOLERANCE, check_probs
from sknoisy.annotators import crowdlab
from sknoisy.inspection import TransitionMatrixDisplay
from sknoisy.model_selection import corrected_accuracy_scorer

RNG = np.random.default_rng(0)
N, NAMES = 60, np.array(["ant", "bee", "cow"])
CODES = np.arange(N) % 3
PROBS = RNG.dirichlet(np.ones(3), size=N) * 0.4 + 0.6 * np.eye(3)[CODES]
VOTES = NAMES[(CODES[:, None] + (RNG.random((N, 4)) < 0.3)) % 3]
T = np.array([[0.7, 0.2, 0.1], [0.0, 0.8, 0.2], [0.1, 0.0, 0.9]])

# functions of codes, who know no names
OF_CODES = {
    "find_label_issues": quality.find_label_issues,
    "get_label_quality_scores": quality.get_label_quality_scores,
    "num_label_issues": quality.num_label_issues,
    "compute_confident_joint": quality.compute_confident_joint,
    "estimate_noise_matrices": lambda y, p: quality.estimate_noise_matrices(y, p)[0],
    "true_label_posterior": lambda y, p: quality.true_label_posterior(y, p)[0],
    "confident_joint": transition.confident_joint_transition,
    "counts": transition.counts_transition,
    "dual_t": transition.dual_t_transition,
    "gold": transition.gold_transition,
    "likelihood": transition.likelihood_transition,
}
# functions of probabilities alone
WITHOUT_LABELS = {
    "anchor": lambda y, p: transition.anchor_transition(p),
    "clean_posterior": lambda y, p: transition.clean_posterior(p, T),
    "prior_ratio": lambda y, p: transition.prior_ratio(p, [0.2, 0.3, 0.5]),
}
# functions that know the classes
OF_NAMES = {
    "crowdlab": lambda y, p: crowdlab(VOTES, p).proba,
    "forward_log_likelihood": lambda y, p: metrics.forward_log_likelihood(
        NAMES[y], p, T
    ),
    "MarginNoise": lambda y, p: (
        noise.MarginNoise(estimator="precomputed", random_state=0)
        .fit(p, NAMES[y])
        .transition_matrix_
    ),
}
EVERY = OF_CODES | WITHOUT_LABELS | OF_NAMES
NAMES_OF_X = {"MarginNoise": "X"}
every = pytest.mark.parametrize("who", EVERY)
knowing = pytest.mark.parametrize("who", OF_NAMES)
blind = pytest.mark.parametrize("who", OF_CODES | WITHOUT_LABELS)


@pytest.fixture
def closed_figures():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    yield
    pyplot.close("all")


def spoilt(row, i=7):
    probs = PROBS.copy()
    probs[i] = row
    return probs


# --- one tolerance, one sentence ---


@every
@pytest.mark.parametrize(
    ("row", "said"),
    [
        ([0.5, 0.5, 0.0012], "sums to 1.0012, not to one: [0.5    0.5    0.0012]."),
        ([0.5, 0.4988, 0], "sums to 0.9988, not to one"),
        ([1.1, -0.1, 0], "holds negative numbers"),
        ([0.5, np.nan, 0.5], "holds NaN or infinity"),
        ([np.inf, 0, 0], "holds NaN or infinity"),
    ],
)
def test_a_row_that_is_no_distribution_is_told_in_the_same_words(who, row, said):
    name = NAMES_OF_X.get(who, "pred_probs")
    with pytest.raises(ValueError, match=re.escape(f"Row 7 of {name} {said}")):
        EVERY[who](CODES, spoilt(row))


@every
@pytest.mark.parametrize("off", [0.9, -0.9])
def test_what_rounding_explains_is_taken(who, off):
    row = np.array([0.5, 0.3, 0.2])
    EVERY[who](CODES, spoilt(row * (1 + off * TOLERANCE)))
    EVERY[who](CODES, spoilt([0.6 + 5e-7, 0.4, -5e-7]))


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_small_floats_are_probabilities(who, dtype):
    found = np.asarray(EVERY[who](CODES, PROBS.astype(dtype)), dtype=float)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("n_classes", [1_000, 10_000])
@pytest.mark.parametrize("sharp", [1, 20])
def test_float16_of_many_classes_passes(n_classes, sharp):
    probs = RNG.dirichlet(np.ones(n_classes) / sharp, size=50).astype(np.float16)
    assert abs(probs.astype(float).sum(axis=1) - 1).max() < TOLERANCE
    assert_allclose(check_probs(probs).sum(axis=1), 1, rtol=1e-12)


@every
@pytest.mark.parametrize(
    ("probs", "said"),
    [
        (PROBS[:, 0], "has shape (60,): expected a dense array"),
        (PROBS[:, :1], "has shape (60, 1): expected a dense array"),
        (PROBS[:0], "has shape (0, 3): expected a dense array"),
        (sparse.csr_array(PROBS), "has shape (): expected a dense array"),
    ],
)
def test_what_is_no_table_is_told_in_the_same_words(who, probs, said):
    if who == "MarginNoise" and (sparse.issparse(probs) or not len(probs)):
        pytest.skip("of X, others look at the samples before")
    with pytest.raises(ValueError, match=re.escape(said)):
        EVERY[who](CODES, probs)


# --- one order ---


@pytest.mark.parametrize("who", OF_CODES)
def test_labels_come_first(who):
    first = "true_labels" if who == "gold" else "labels"
    said = rf"{first} has shape \(60, 3\).* The order is {first}, pred_probs"
    with pytest.raises(ValueError, match=said):
        OF_CODES[who](PROBS, CODES)


def test_labels_come_first_elsewhere_too():
    with pytest.raises(ValueError, match="The order is y_noisy, pred_probs"):
        metrics.forward_log_likelihood(PROBS, CODES, T)
    with pytest.raises(ValueError, match="The order is labels, features"):
        transition.hoc_transition(PROBS, CODES)
    with pytest.raises(ValueError, match="The order is labels, features"):
        quality.neighbor_agreement(PROBS, CODES)
    with pytest.raises(ValueError, match="The order is labels, logits"):
        quality.mean_loss(PROBS[None], CODES)


@pytest.mark.parametrize("labels", [["2", "33"] * 30, [2, 33] * 30])
def test_labels_that_are_no_codes_are_quoted_as_they_were_given(labels):
    said = f"labels holds {labels[1]!r} (at position 1), but pred_probs has 3 columns"
    with pytest.raises(ValueError, match=re.escape(said)):
        quality.find_label_issues(labels, PROBS)


# --- frames: columns have names ---

MAKERS = {
    "pandas": lambda values, columns: pd.DataFrame(values, columns=columns),
    "polars": lambda values, columns: pl.DataFrame(
        dict(zip(map(str, columns), values.T, strict=True))
    ),
}
framed = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


@knowing
@framed
def test_columns_named_after_classes_are_put_in_their_order(who, make):
    expected = OF_NAMES[who](CODES, PROBS)
    for order in ([2, 0, 1], [0, 1, 2]):
        frame = make(PROBS[:, order], NAMES[order])
        assert_array_equal(OF_NAMES[who](CODES, frame), expected)


@blind
@framed
def test_columns_named_after_codes_are_put_in_their_order(who, make):
    expected = EVERY[who](CODES, PROBS)
    frame = make(PROBS[:, [2, 0, 1]], [2, 0, 1])
    assert_array_equal(EVERY[who](CODES, frame), expected)


@every
@framed
@pytest.mark.parametrize("columns", [["p0", "p1", "p2"], ["1", "2", "3"], NAMES])
def test_names_that_only_count_or_are_in_line_stay(who, make, columns):
    expected = EVERY[who](CODES, PROBS)
    assert_array_equal(EVERY[who](CODES, make(PROBS, columns)), expected)


@every
def test_frames_without_names_are_read_by_place(who):
    expected = EVERY[who](CODES, PROBS)
    assert_array_equal(EVERY[who](CODES, pd.DataFrame(PROBS)), expected)
    assert_array_equal(EVERY[who](CODES, pl.DataFrame(PROBS)), expected)


@blind
@framed
def test_names_that_nobody_can_place_are_refused(who, make):
    said = r"columns \['cow', 'ant', 'bee'\], but labels are codes 0 to 2.*to_numpy\(\)"
    with pytest.raises(ValueError, match=said):
        EVERY[who](CODES, make(PROBS, NAMES[[2, 0, 1]]))


@knowing
@framed
def test_names_that_contradict_the_classes_are_refused(who, make):
    said = r"\['cow', 'ant', 'owl'\], but the classes are \['ant', 'bee', 'cow'\]"
    if who == "crowdlab":  # may have more classes than anybody voted for
        said = r"for 'bee': classes=\['ant', 'cow', 'owl'\]"
    with pytest.raises(ValueError, match=said):
        OF_NAMES[who](CODES, make(PROBS, ["cow", "ant", "owl"]))


# --- transition matrices ---

ORDER = [2, 0, 1]
TURNED = pd.DataFrame(T[np.ix_(ORDER, ORDER)], index=NAMES[ORDER], columns=NAMES[ORDER])
OF_MATRICES = {
    "corrected_accuracy": lambda t: metrics.corrected_accuracy(
        NAMES[CODES], NAMES[np.roll(CODES, 1)], t
    ),
    "forward_log_likelihood": lambda t: metrics.forward_log_likelihood(
        NAMES[CODES], PROBS, t
    ),
    "ClassConditionalNoise": lambda t: (
        noise.ClassConditionalNoise(t).fit(None, NAMES[CODES]).transition_matrix_
    ),
    "AnnotatorNoise": lambda t: (
        noise.AnnotatorNoise([t]).fit(None, NAMES[CODES]).transition_matrix_
    ),
    "scorer": lambda t: corrected_accuracy_scorer(t, labels=NAMES).transition,
    "display": lambda t: (
        TransitionMatrixDisplay(t, classes=NAMES).plot().images_[0].get_array()
    ),
}
of_matrices = pytest.mark.parametrize("who", OF_MATRICES)


@of_matrices
def test_a_matrix_with_names_is_put_in_the_order_of_the_classes(who, closed_figures):
    assert_allclose(OF_MATRICES[who](TURNED), OF_MATRICES[who](T))
    only_columns = pd.DataFrame(T, columns=NAMES)
    assert_allclose(OF_MATRICES[who](only_columns), OF_MATRICES[who](T))


@of_matrices
@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        (TURNED.rename(columns={"cow": "owl"}), "has the rows .* but the columns"),
        (
            TURNED.rename(columns={"cow": "owl"}, index={"cow": "owl"}),
            r"\['owl', 'ant', 'bee'\], but the classes are",
        ),
    ],
)
def test_a_matrix_of_other_classes_is_refused(who, matrix, said, closed_figures):
    with pytest.raises(ValueError, match=said):
        OF_MATRICES[who](matrix)


@pytest.mark.parametrize(
    "check",
    [
        transition.noise_rate.__get__([0.2, 0.3, 0.5]),
        transition.condition_number,
        check_transition,
    ],
)
def test_a_matrix_whose_names_say_nothing_is_refused(check):
    with pytest.raises(ValueError, match="labels are codes 0 to 2"):
        check(TURNED)
    by_codes = pd.DataFrame(TURNED.to_numpy(), index=ORDER, columns=ORDER)
    assert_allclose(check(by_codes), check(T))


def test_rows_without_names_are_in_the_order_of_the_columns():
    frame = pl.DataFrame(dict(zip("201", T[np.ix_(ORDER, ORDER)].T, strict=True)))
    assert_array_equal(check_transition(frame), T)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ([0.7, 0.2, 0.1012], "Row 0 of transition sums to 1.0012, not to one"),
        ([1.1, -0.1, 0], "Row 0 of transition holds negative numbers"),
        ([np.nan, 1, 0], "Row 0 of transition holds NaN or infinity"),
    ],
)
def test_rows_of_matrices_pass_the_same_gate(row, said):
    with pytest.raises(ValueError, match=said):
        check_transition([row, *T[1:]])
    assert check_transition([[0.7, 0.2, 0.1009], *T[1:]])[0].sum() == pytest.approx(1)
