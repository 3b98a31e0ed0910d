"""Consensus of votes: formulas against slow ways and peers, and what always holds."""

import itertools
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import cohen_kappa_score

from sknoisy.annotators import (
    AGREEMENTS,
    Consensus,
    agreement_with_consensus,
    annotator_agreement,
    crowdlab,
    dawid_skene,
    majority_vote,
    one_coin,
    pivot_votes,
)
from sknoisy.annotators._dawid_skene import normalize_rows
from sknoisy.annotators._em import Model, average_confusion
from sknoisy.annotators._one_coin import pool_errors
from sknoisy.annotators._votes import encode_votes
from sknoisy.noise import AnnotatorNoise


def crowdlab_with_dull_classifier(votes, **arguments):
    """CROWDLAB with a classifier that knows how frequent the classes are."""
    counts = encode_votes(votes, **arguments).counts
    shares = counts.sum(axis=0) / counts.sum()
    return crowdlab(votes, np.tile(shares, (len(counts), 1)), **arguments)


CONSENSUS = {
    "crowdlab": crowdlab_with_dull_classifier,
    "dawid_skene": dawid_skene,
    "majority": majority_vote,
    "one_coin": one_coin,
}
EM = {"dawid_skene": dawid_skene, "one_coin": one_coin}
every_consensus = pytest.mark.parametrize("name", sorted(CONSENSUS))
every_em = pytest.mark.parametrize("name", sorted(EM))


def make_votes(n_samples=300, rates=(0.1, 0.3, 0.3, 0.6, 0.6), missing=0.3, seed=0):
    """Return votes on three classes by annotators with these rates, and the truth."""
    y = np.random.default_rng(seed).integers(3, size=n_samples)
    crowd = AnnotatorNoise(rates, missing_rate=missing, random_state=seed)
    return crowd.fit_corrupt(y), y


# ---------------------------------------------------------------- slow ways


def slow_em(votes, smoothing, n_steps, coin):
    """EM with loops and products of probabilities, for votes 0…c−1."""
    (n, m), c = votes.shape, votes.max() + 1
    voted = [[j for j in range(m) if votes[i, j] >= 0] for i in range(n)]
    proba = np.array(
        [
            [np.mean([votes[i, j] == k for j in voted[i]]) for k in range(c)]
            for i in range(n)
        ]
    )
    average = np.zeros((c, c))
    for i, k in itertools.product(range(n), range(c)):
        for j in voted[i]:
            average[k, votes[i, j]] += proba[i, k]
    average /= average.sum(axis=1, keepdims=True)
    for _ in range(n_steps):
        prior = proba.mean(axis=0)
        confusion = np.tile(smoothing * average, (m, 1, 1))
        for i, k in itertools.product(range(n), range(c)):
            for j in voted[i]:
                confusion[j, k, votes[i, j]] += proba[i, k]
        for j in range(m):
            if coin:
                right = np.trace(confusion[j]) / confusion[j].sum()
                confusion[j] = (1 - right) / (c - 1)
                np.fill_diagonal(confusion[j], right)
            else:
                confusion[j] /= confusion[j].sum(axis=1, keepdims=True)
        likelihood = 0
        for i in range(n):
            joint = [
                prior[k] * np.prod([confusion[j, k, votes[i, j]] for j in voted[i]])
                for k in range(c)
            ]
            likelihood += np.log(np.sum(joint))
            proba[i] = joint / np.sum(joint)
    return prior, confusion, proba, likelihood


@every_em
@pytest.mark.parametrize("smoothing", [0, 2.5])
@pytest.mark.parametrize("n_steps", [1, 7])
def test_em_is_that_of_loops_and_products(name, smoothing, n_steps):
    votes, _ = make_votes(60)
    with pytest.warns(ConvergenceWarning, match=f"max_iter={n_steps} steps"):
        found = EM[name](votes, smoothing=smoothing, max_iter=n_steps, tol=0)
    prior, confusion, proba, likelihood = slow_em(
        votes, smoothing, n_steps, coin=name == "one_coin"
    )
    assert_allclose(found.prior, prior, rtol=1e-9)
    assert_allclose(found.confusion, confusion, rtol=1e-9)
    assert_allclose(found.proba, proba, rtol=1e-9)
    assert found.log_likelihood == pytest.approx(likelihood)
    assert_allclose(
        found.annotator_quality,
        [sum(prior[k] * one[k, k] for k in range(3)) for one in confusion],
    )


@pytest.mark.parametrize("normalize", [normalize_rows, pool_errors])
@pytest.mark.parametrize("smoothing", [0, 5])
def test_no_step_of_em_makes_the_votes_less_likely(normalize, smoothing):
    votes = encode_votes(make_votes(80)[0])
    model = Model(votes, normalize, smoothing * average_confusion(votes), None)
    fits = [model.step(votes.shares)]
    for _ in range(50):
        fits.append(model.step(fits[-1].proba))
    objective = np.array([fit.objective for fit in fits])
    assert (np.diff(objective) > -1e-12).all()
    assert objective[-1] > objective[0] + 1e-3


@every_em
def test_em_ends_where_the_objective_hardly_rises(name):
    votes, _ = make_votes()
    rough, fine = (EM[name](votes, tol=tol) for tol in (1e-2, 1e-9))
    assert 1 < rough.n_iter < fine.n_iter < 1000
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        further = EM[name](votes, tol=0, max_iter=2 * fine.n_iter)
    assert_allclose(further.proba, fine.proba, atol=1e-3)


def test_majority_counts_votes():
    votes, _ = make_votes(50)
    found = majority_vote(votes)
    for i, row in enumerate(votes):
        counts = np.bincount(row[row >= 0], minlength=3)
        assert_allclose(found.proba[i], counts / counts.sum())
        assert counts[found.labels[i]] == counts.max()
    for j, column in enumerate(votes.T):
        agrees = [v == found.labels[i] for i, v in enumerate(column) if v >= 0]
        assert found.annotator_quality[j] == pytest.approx(np.mean(agrees))


def test_ties_go_to_the_class_with_more_votes_or_to_any():
    votes = [["a", "b"], ["b", "b"], ["c", "a"], ["c", "c"], ["c", "b"]]
    assert majority_vote(votes).labels.tolist() == ["b", "b", "c", "c", "b"]
    draws = [majority_vote(votes, ties="random", random_state=s) for s in range(20)]
    assert {one.labels[0] for one in draws} == {"a", "b"}
    assert {one.labels[2] for one in draws} == {"a", "c"}
    assert {one.labels[1] for one in draws} == {"b"}
    again = majority_vote(votes, ties="random", random_state=3)
    assert_array_equal(again.labels, draws[3].labels)


def slow_crowdlab(votes, pred_probs):
    """Section 4 of the paper, sample by sample."""
    (n, m), c = votes.shape, pred_probs.shape[1]
    voted = [[j for j in range(m) if votes[i, j] >= 0] for i in range(n)]
    majority = np.empty(n, dtype=int)
    for i in range(n):
        counts = np.bincount(votes[i, voted[i]], minlength=c)
        majority[i] = max(range(c), key=lambda k: (counts[k], pred_probs[i, k]))
    several = [i for i in range(n) if len(voted[i]) > 1]
    most = max(np.mean(majority[several] == k) for k in range(c))
    right = np.mean(pred_probs[several].argmax(axis=1) == majority[several])
    size = np.mean([len(voted[i]) for i in range(n)])
    w_model = (1 - (1 - right) / (1 - most)) * np.sqrt(size)
    weights = []
    for j in range(m):
        pairs = [
            votes[i, j] == votes[i, other]
            for i in range(n)
            for other in voted[i]
            if j in voted[i] and other != j
        ]
        weights.append(1 - (1 - np.mean(pairs)) / (1 - most))
    trust = np.mean(
        [np.mean(votes[i, voted[i]] == majority[i]) for i in several],
    )
    proba = np.empty((n, c))
    for i, k in itertools.product(range(n), range(c)):
        says = [trust if votes[i, j] == k else (1 - trust) / (c - 1) for j in voted[i]]
        mine = [weights[j] for j in voted[i]]
        total = w_model * pred_probs[i, k] + np.dot(mine, says)
        proba[i, k] = total / (w_model + sum(mine))
    return w_model, weights, proba, slow_quality(votes, proba, weights, w_model, size)


def slow_quality(votes, proba, weights, w_model, size):
    """Annotators' quality of CROWDLAB, annotator by annotator."""
    consensus, n_votes = proba.argmax(axis=1), (votes >= 0).sum(axis=1)
    share = w_model / (w_model + size * np.mean(weights))
    quality = []
    for j in range(votes.shape[1]):
        mine = [i for i in range(len(votes)) if votes[i, j] >= 0]
        confidence = np.mean([proba[i, votes[i, j]] for i in mine])
        agreement = np.mean(
            [votes[i, j] == consensus[i] for i in mine if n_votes[i] > 1]
        )
        quality.append(share * confidence + (1 - share) * agreement)
    return quality


@pytest.fixture(scope="module")
def with_classifier():
    """Votes, and probabilities of a classifier that is often right, without ties."""
    votes, y = make_votes(200, rates=(0.2, 0.3, 0.4, 0.5), missing=0.5)
    rng = np.random.default_rng(0)
    pred_probs = rng.dirichlet(np.ones(3), size=200)
    guess = np.where(rng.random(200) < 0.75, y, rng.integers(3, size=200))
    pred_probs = 0.6 * np.eye(3)[guess] + 0.4 * pred_probs
    return votes, pred_probs


def test_crowdlab_is_the_papers_weighing_done_sample_by_sample(with_classifier):
    votes, pred_probs = with_classifier
    found = crowdlab(votes, pred_probs)
    w_model, weights, proba, quality = slow_crowdlab(votes, pred_probs)
    assert found.classifier_weight == pytest.approx(w_model)
    assert_allclose(found.annotator_weight, weights)
    assert_allclose(found.proba, proba)
    assert_array_equal(found.labels, proba.argmax(axis=1))
    assert_allclose(found.annotator_quality, quality)


def test_crowdlab_agrees_with_cleanlab(with_classifier):
    multiannotator = pytest.importorskip("cleanlab.multiannotator")
    votes, pred_probs = with_classifier
    found = crowdlab(votes, pred_probs)
    as_floats = np.where(votes < 0, np.nan, votes)
    # with the majority vote as its own consensus, nothing is weighed a second time
    theirs = multiannotator.get_label_quality_multiannotator(
        as_floats,
        pred_probs,
        consensus_method="majority_vote",
        return_weights=True,
        verbose=False,
    )
    assert theirs["model_weight"] == pytest.approx(found.classifier_weight)
    assert_allclose(theirs["annotator_weight"], found.annotator_weight)
    samples, annotators = np.nonzero(votes >= 0)
    assert_allclose(
        theirs["detailed_label_quality"].to_numpy()[samples, annotators],
        found.proba[samples, votes[samples, annotators]],
    )
    best = multiannotator.get_label_quality_multiannotator(
        as_floats, pred_probs, consensus_method="best_quality", verbose=False
    )
    assert_array_equal(best["label_quality"]["consensus_label"], found.labels)


def test_votes_win_where_no_sample_has_two(with_classifier):
    _, pred_probs = with_classifier
    y = np.arange(200) % 3
    votes = np.where(np.arange(200)[:, None] % 2 == [0, 1], y[:, None], -1)
    found = crowdlab(votes, pred_probs)
    assert_array_equal(found.labels, y)
    assert_array_equal(found.annotator_weight, [1, 1])


def test_who_knows_less_than_the_most_frequent_class_has_no_weight(with_classifier):
    votes, pred_probs = with_classifier
    contrary = np.where(votes[:, :1] < 0, 0, (votes[:, :1] + 1) % 3)
    found = crowdlab(np.hstack([votes, contrary]), pred_probs)
    assert found.annotator_weight[-1] == 1e-6
    assert crowdlab(votes, np.roll(pred_probs, 1, axis=1)).classifier_weight < 1e-5


# ---------------------------------------------------------------- what must always hold


@every_consensus
class TestEveryConsensus:
    def test_has_a_distribution_a_label_and_a_quality_for_all(self, name):
        votes, _ = make_votes(100)
        found = CONSENSUS[name](votes)
        assert isinstance(found, Consensus)
        assert found.proba.shape == (100, 3)
        assert_allclose(found.proba.sum(axis=1), 1)
        assert (found.proba >= 0).all()
        assert found.prior.sum() == pytest.approx(1)
        assert found.labels.dtype == votes.dtype
        assert_allclose(found.label_quality, found.proba.max(axis=1))
        assert ((found.annotator_quality >= 0) & (found.annotator_quality <= 1)).all()
        if found.confusion is not None:
            assert_allclose(found.confusion.sum(axis=2), 1)

    def test_finds_what_all_agree_on(self, name):
        y = np.array([0, 1, 2, 2, 1, 0, 0])
        found = CONSENSUS[name](np.column_stack([y, y, y]))
        assert_array_equal(found.labels, y)
        assert (found.label_quality > 0.8).all()

    def test_ranks_annotators(self, name):
        votes, _ = make_votes(400, rates=(0.1, 0.3, 0.5))
        quality = CONSENSUS[name](votes).annotator_quality
        assert (np.diff(quality) < 0).all()

    def test_does_not_care_who_comes_first(self, name):
        votes, _ = make_votes(100)
        order = np.random.default_rng(0).permutation(5)
        found, moved = CONSENSUS[name](votes), CONSENSUS[name](votes[:, order])
        assert_allclose(moved.proba, found.proba)
        assert_allclose(moved.annotator_quality, found.annotator_quality[order])
        if found.confusion is not None:
            assert_allclose(moved.confusion, found.confusion[order])

    def test_does_not_care_which_sample_comes_first(self, name):
        votes, _ = make_votes(100)
        order = np.random.default_rng(0).permutation(100)
        found, moved = CONSENSUS[name](votes), CONSENSUS[name](votes[order])
        assert_allclose(moved.proba, found.proba[order])
        assert_allclose(moved.annotator_quality, found.annotator_quality)

    def test_does_not_care_what_classes_are_called(self, name):
        votes, _ = make_votes(100)
        names = np.array(["z", "m", "a"])  # the order of the classes turns round
        words = np.where(votes < 0, None, names[votes])
        found, spoken = CONSENSUS[name](votes), CONSENSUS[name](words)
        assert spoken.classes.tolist() == ["a", "m", "z"]
        assert_allclose(spoken.proba[:, ::-1], found.proba)
        assert_allclose(spoken.annotator_quality, found.annotator_quality)
        clear = np.sort(found.proba)[:, -1] > np.sort(found.proba)[:, -2] + 1e-9
        assert_array_equal(spoken.labels[clear], names[found.labels][clear])

    def test_takes_a_copy_of_an_annotator_for_just_as_good(self, name):
        votes, _ = make_votes(100)
        found = CONSENSUS[name](np.column_stack([votes, votes[:, 2]]))
        assert_allclose(found.annotator_quality[-1], found.annotator_quality[2])

    def test_shows_itself_in_one_line(self, name):
        found = CONSENSUS[name](make_votes(10)[0])
        assert repr(found) == (
            "Consensus(n_samples=10, n_annotators=5, classes=[0, 1, 2])"
        )


@settings(max_examples=30, deadline=None)
@given(
    votes=arrays(
        np.int64,
        st.tuples(st.integers(1, 7), st.integers(1, 4)),
        elements=st.integers(-1, 3),
    )
)
def test_votes_of_any_kind_are_refused_with_a_reason_or_agreed_upon(votes):
    given = votes >= 0
    fine = given.any(axis=1).all() and given.any(axis=0).all()
    fine = fine and len(np.unique(votes[given])) > 1
    for consensus in CONSENSUS.values():
        if not fine:
            with pytest.raises(ValueError, match="no vote|one class|y contains"):
                consensus(votes)
            continue
        found = consensus(votes)
        assert np.isfinite(found.proba).all() and np.isfinite(found.prior).all()
        assert_allclose(found.proba.sum(axis=1), 1)
        assert set(found.labels.tolist()) <= set(votes[given].tolist())
        assert np.isfinite(found.annotator_quality).all()


# ---------------------------------------------------------------- worth of the models


def test_models_of_annotators_beat_the_majority():
    votes, y = make_votes(1000, rates=(0.05, 0.6, 0.6, 0.6, 0.6), missing=0.2)
    right = {name: (CONSENSUS[name](votes).labels == y).mean() for name in CONSENSUS}
    assert right["one_coin"] > right["majority"] + 0.1
    assert right["dawid_skene"] > right["majority"] + 0.1


def test_confusion_matrices_are_recovered():
    matrices = np.array(
        [
            [[0.8, 0.2, 0.0], [0.1, 0.9, 0.0], [0.1, 0.1, 0.8]],
            [[0.9, 0.0, 0.1], [0.0, 0.7, 0.3], [0.1, 0.0, 0.9]],
            [[0.6, 0.4, 0.0], [0.0, 0.6, 0.4], [0.4, 0.0, 0.6]],
            [[0.7, 0.1, 0.2], [0.2, 0.7, 0.1], [0.1, 0.2, 0.7]],
        ]
    )
    y = np.random.default_rng(0).choice(3, p=[0.5, 0.3, 0.2], size=20_000)
    votes = AnnotatorNoise(matrices, missing_rate=0.1, random_state=0).fit_corrupt(y)
    found = dawid_skene(votes, smoothing=0)
    assert_allclose(found.confusion, matrices, atol=0.03)
    assert_allclose(found.prior, [0.5, 0.3, 0.2], atol=0.02)


def test_accuracies_are_recovered():
    votes, y = make_votes(10_000, rates=(0.1, 0.3, 0.4, 0.6))
    found = one_coin(votes, smoothing=0)
    assert_allclose(found.annotator_quality, [0.9, 0.7, 0.6, 0.4], atol=0.02)
    assert_allclose(
        found.annotator_quality, agreement_with_consensus(votes, y), atol=0.02
    )


def test_dawid_skene_undoes_an_error_that_all_make():
    # class 0 is called 1 by most annotators, and 1 never 0: any vote for 0 is telling
    confused = [[0.4, 0.6], [0.0, 1.0]]
    y = np.random.default_rng(0).integers(2, size=3000)
    votes = AnnotatorNoise([confused] * 5, random_state=0).fit_corrupt(y)
    assert (majority_vote(votes).labels == y).mean() < 0.9
    assert (dawid_skene(votes).labels == y).mean() > 0.93


def test_one_annotator_is_his_own_consensus():
    y = np.array([0, 1, 1, 2, 0, 1])
    for consensus in (majority_vote, one_coin, dawid_skene):
        found = consensus(y.reshape(-1, 1))
        assert_array_equal(found.labels, y)
        assert_allclose(found.proba, np.eye(3)[y])


def test_who_gave_few_votes_is_taken_for_an_average_annotator():
    votes, _ = make_votes(300, rates=(0.2, 0.2, 0.2, 0.2), missing=0)
    rare = np.full((300, 1), -1)
    rare[0] = (votes[0, 0] + 1) % 3  # one vote, and that against all others
    votes = np.hstack([votes, rare])
    smooth, plain = (dawid_skene(votes, smoothing=s).annotator_quality for s in (50, 0))
    assert abs(smooth[-1] - smooth[:-1].mean()) < 0.05
    assert abs(plain[-1] - plain[:-1].mean()) > 0.3


def test_known_shares_of_classes_decide_where_votes_are_even():
    votes = np.array([[0, 1], [0, 0], [1, 1], [0, 0], [1, 1]])
    for prior in ([0.9, 0.1], [0.1, 0.9]):
        for consensus in (one_coin, dawid_skene):
            found = consensus(votes, class_prior=prior)
            assert found.labels[0] == np.argmax(prior)
            assert_array_equal(found.prior, prior)


# ---------------------------------------------------------------- what votes look like

NUMBERS = np.array([[0, 2, -1], [1, -1, 1], [2, 2, 0], [-1, 0, 0]])
AS_FLOATS = np.where(NUMBERS < 0, np.nan, NUMBERS)
AS_OBJECTS = np.where(NUMBERS < 0, None, NUMBERS.astype(object))
WORDS = np.where(NUMBERS < 0, None, np.array(["a", "b", "c"], dtype=object)[NUMBERS])
SAME_NUMBERS = {
    "floats": AS_FLOATS,
    "objects": AS_OBJECTS,
    "lists": AS_OBJECTS.tolist(),
    "pandas": pd.DataFrame(AS_FLOATS),
    "pandas with NA": pd.DataFrame(AS_FLOATS).astype("Int64"),
    "polars": pl.DataFrame(AS_OBJECTS.tolist(), orient="row"),
    "masked": np.ma.masked_array(NUMBERS, NUMBERS < 0),
    "small": NUMBERS.astype(np.int8),
    "another marker": np.where(NUMBERS < 0, 99, NUMBERS),
    "no marker": AS_FLOATS - 1,
}
SAME_WORDS = {
    "nan": np.where(NUMBERS < 0, np.nan, WORDS),
    "empty": np.where(NUMBERS < 0, "", WORDS).astype(str),
    "lists": WORDS.tolist(),
    "-1 among words": np.where(NUMBERS < 0, -1, WORDS),
    "pandas": pd.DataFrame(WORDS),
    "pandas strings": pd.DataFrame(WORDS).astype("string"),
    "pandas categories": pd.DataFrame(WORDS).astype("category"),
    "polars": pl.DataFrame(WORDS.tolist(), orient="row"),
    "a word": np.where(NUMBERS < 0, "abstain", WORDS),
}
MARKERS = {"another marker": 99, "no marker": None, "a word": "abstain"}


@pytest.mark.parametrize("kind", sorted(SAME_NUMBERS))
def test_numbers_come_in_any_container(kind):
    votes = encode_votes(SAME_NUMBERS[kind], MARKERS.get(kind, -1))
    assert_array_equal(votes.codes, NUMBERS)
    assert votes.classes.dtype.kind in "if"
    assert_array_equal(votes.classes, [-1, 0, 1] if kind == "no marker" else [0, 1, 2])


@pytest.mark.parametrize("kind", sorted(SAME_WORDS))
def test_words_come_in_any_container(kind):
    votes = encode_votes(SAME_WORDS[kind], MARKERS.get(kind, -1))
    assert_array_equal(votes.codes, NUMBERS)
    assert votes.classes.tolist() == ["a", "b", "c"]


def test_truth_values_are_labels():
    votes = [[True, False, None], [None, False, False], [True, True, True]]
    found = majority_vote(votes)
    assert found.labels.dtype == bool
    assert found.labels.tolist() == [True, False, True]
    assert majority_vote(np.array([[True, False, True]])).labels.tolist() == [True]


def test_what_annotator_noise_draws_is_taken_as_it_is():
    y = np.array(["no", "yes"] * 50)
    crowd = AnnotatorNoise([0.1, 0.2, 0.3], missing_rate=0.5, random_state=0)
    votes = crowd.fit_corrupt(y)
    assert votes.dtype == object and -1 in votes.ravel().tolist()
    found = dawid_skene(votes)
    assert found.classes.tolist() == ["no", "yes"]
    assert (found.labels == y).mean() > 0.75


WRONG = {
    "one dimension": ([0, 1, 1], r"shape \(3,\).*votes.reshape\(-1, 1\)"),
    "three dimensions": (np.zeros((2, 2, 2)), r"shape \(2, 2, 2\)"),
    "no sample": (np.zeros((0, 2)), r"shape \(0, 2\)"),
    "no annotator": (np.zeros((3, 0)), r"shape \(3, 0\)"),
    "no vote at all": ([[-1, -1], [-1, -1]], r"shape \(2, 2\), holds no vote"),
    "a sample without": ([[0, 1], [-1, -1], [1, 0]], "1 of 3 samples .* position 1"),
    "an annotator without": ([[0, 1, -1], [1, 0, -1]], r"columns \[2\] gave no vote"),
    "one class": ([[1, -1], [1, 1]], r"one class, \[1\]"),
    "minus one as a class": ([[-1, 1], [1, 1], [1, -1]], "like the marker"),
    "two ways to miss": ([[-1, 0.0], [np.nan, 1.0]], "pass marker=None"),
    "fractions": ([[0.5, 1.0], [1.0, 0.5]], "Unknown label type"),
    "infinity": ([[np.inf, 1.0], [1.0, 0.0]], "infinity"),
}


@every_consensus
@pytest.mark.parametrize("case", sorted(WRONG))
def test_votes_that_are_none_are_refused_with_a_reason(name, case):
    votes, message = WRONG[case]
    with pytest.raises(ValueError, match=message):
        CONSENSUS[name](votes)


def test_votes_of_two_types_are_refused():
    with pytest.raises(TypeError, match="mixes labels of types"):
        majority_vote([["a", 1], ["a", None]])
    with pytest.raises(TypeError, match="toarray"):
        majority_vote(csr_array(np.eye(3)))


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"smoothing": -1}, "smoothing == -1"),
        ({"smoothing": np.nan}, "smoothing=nan must be a finite number"),
        ({"tol": np.inf}, "tol=inf must be a finite number"),
        ({"max_iter": 0}, "max_iter == 0"),
        ({"class_prior": [0.5, 0.5]}, "for each of the 3 classes"),
        ({"class_prior": [0.5, 0.5, 0]}, "a positive share"),
        ({"class_prior": [0.5, 0.5, 0.5]}, "a sum of one"),
    ],
)
@every_em
def test_numbers_out_of_range_are_refused(name, wrong, message):
    with pytest.raises(ValueError, match=message):
        EM[name](make_votes(10)[0], **wrong)


def test_probabilities_that_are_none_are_refused(with_classifier):
    votes, pred_probs = with_classifier
    with pytest.raises(ValueError, match=r"shape \(200, 2\), expected \(200, 3\)"):
        crowdlab(votes, pred_probs[:, :2])
    with pytest.raises(ValueError, match=r"shape \(9, 3\), expected \(200, 3\)"):
        crowdlab(votes, pred_probs[:9])
    wrong = pred_probs.copy()
    wrong[5] = [0.5, 0.6, 0.1]
    with pytest.raises(ValueError, match="Row 5 of pred_probs sums to 1.2"):
        crowdlab(votes, wrong)
    wrong[5] = [1.5, -0.5, 0]
    with pytest.raises(ValueError, match="Row 5 of pred_probs .* negative"):
        crowdlab(votes, wrong)
    with pytest.raises(ValueError, match="NaN"):
        crowdlab(votes, np.where(pred_probs > 0.9, np.nan, pred_probs))


def test_an_unknown_way_to_break_ties_is_refused():
    with pytest.raises(ValueError, match="ties='randm' .* did you mean 'random'"):
        majority_vote(NUMBERS, ties="randm")


# ---------------------------------------------------------------- agreement

# Fleiss' own example, ten patients and fourteen psychiatrists, as counts
PSYCHIATRISTS = np.array(
    [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
)
# three coders and fifteen units, as textbooks on Krippendorff's alpha have it
CODERS = np.array(
    [
        [0, 0, 0, 0, 0, 3, 4, 1, 2, 1, 1, 3, 3, 0, 3],
        [1, 0, 2, 1, 3, 3, 4, 3, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 2, 1, 3, 4, 4, 0, 2, 1, 1, 3, 3, 0, 4],
    ]
).T


def test_agreement_is_that_of_textbooks():
    votes = np.array([np.repeat(np.arange(5), row) for row in PSYCHIATRISTS])
    assert annotator_agreement(votes, measure="percent") == pytest.approx(
        0.378, abs=1e-3
    )
    assert annotator_agreement(votes, measure="fleiss") == pytest.approx(
        0.210, abs=1e-3
    )
    votes = CODERS[CODERS.any(axis=1)]
    assert annotator_agreement(votes, marker=0) == pytest.approx(0.691, abs=1e-3)


@pytest.mark.parametrize("measure", sorted(AGREEMENTS))
class TestEveryAgreement:
    def test_is_one_where_all_agree(self, measure):
        y = np.arange(9) % 3
        votes = np.column_stack([y, y, np.where(y == 1, -1, y)])
        assert annotator_agreement(votes, measure=measure) == 1

    def test_is_nothing_for_noise_but_the_share_of_pairs(self, measure):
        votes = np.random.default_rng(0).integers(4, size=(3000, 4))
        found = annotator_agreement(votes, measure=measure)
        assert found == pytest.approx(0.25 if measure == "percent" else 0, abs=0.02)

    def test_does_not_count_samples_with_one_vote(self, measure):
        votes, _ = make_votes(50)
        single = np.full((20, 5), -1)
        single[:, 0] = 2
        assert annotator_agreement(
            np.vstack([votes, single]), measure=measure
        ) == pytest.approx(
            annotator_agreement(votes[(votes >= 0).sum(axis=1) > 1], measure=measure)
        )

    def test_needs_samples_with_two_votes(self, measure):
        with pytest.raises(ValueError, match="No sample has two votes"):
            annotator_agreement([[0, -1], [-1, 1]], measure=measure)


def test_agreement_of_two_annotators_is_near_cohens():
    votes, _ = make_votes(5000, rates=(0.2, 0.2), missing=0)
    cohen = cohen_kappa_score(*votes.T)
    for measure in ("fleiss", "krippendorff"):
        assert annotator_agreement(votes, measure=measure) == pytest.approx(
            cohen, abs=1e-3
        )


def test_agreement_on_one_class_is_nothing_to_tell_from_chance():
    votes = [[0, 0], [0, 0], [1, -1]]
    assert annotator_agreement(votes, measure="percent") == 1
    assert np.isnan(annotator_agreement(votes, measure="fleiss"))
    assert np.isnan(annotator_agreement(votes))


def test_agreement_has_known_names():
    with pytest.raises(ValueError, match="measure='fleis' .* did you mean 'fleiss'"):
        annotator_agreement(NUMBERS, measure="fleis")


def test_agreement_with_a_consensus_is_a_share_for_each_annotator():
    found = agreement_with_consensus(WORDS, ["a", "b", "c", "c"])
    assert_allclose(found, [1, 1 / 3, 1 / 3])
    with pytest.raises(ValueError, match="no label in common"):
        agreement_with_consensus(NUMBERS, ["a", "b", "c", "c"])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        agreement_with_consensus(NUMBERS, [0, 1])


# ---------------------------------------------------------------- long tables


@pytest.mark.parametrize("votes", [NUMBERS, AS_FLOATS - 0.0, WORDS], ids=str)
def test_a_long_table_and_votes_are_two_forms_of_one_thing(votes):
    samples, annotators = np.nonzero(NUMBERS >= 0)
    order = np.random.default_rng(0).permutation(len(samples))
    samples, annotators = samples[order], annotators[order]
    pivot = pivot_votes(samples, annotators, votes[samples, annotators])
    assert_array_equal(pivot.votes, votes)
    assert_array_equal(pivot.samples, np.arange(4))
    assert_array_equal(pivot.annotators, np.arange(3))


def test_a_long_table_may_hold_minus_one_as_a_label():
    pivot = pivot_votes([0, 0, 1], ["a", "b", "a"], [-1, 1, 1])
    assert pivot.votes.tolist() == [[-1, 1], [1, None]]
    assert majority_vote(pivot.votes, marker=None).classes.tolist() == [-1, 1]


def test_a_long_table_with_a_vote_twice_is_refused():
    with pytest.raises(ValueError, match="annotator b on sample 7: keep one"):
        pivot_votes([7, 7, 7], ["a", "b", "b"], [0, 1, 0])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        pivot_votes([7, 7, 7], ["a", "b"], [0, 1, 0])
