"""Consensus of votes: formulas against slow ways, and what always holds."""

import itertools
import warnings

import numpy as np
import pytest
from annotator_helpers import (
    CONSENSUS,
    NUMBERS,
    agreement_with_consensus,
    dawid_skene,
    encode_votes,
    every_consensus,
    majority_vote,
    make_votes,
    one_coin,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import ConvergenceWarning

from sknoisy.annotators import Consensus
from sknoisy.annotators._coins import CoinErrors
from sknoisy.annotators._confusions import ConfusionErrors
from sknoisy.annotators._em import Model
from sknoisy.noise import AnnotatorNoise

EM = {"dawid_skene": dawid_skene, "one_coin": one_coin}
every_em = pytest.mark.parametrize("name", sorted(EM))


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


@pytest.mark.parametrize("errors", [ConfusionErrors, CoinErrors])
@pytest.mark.parametrize("smoothing", [0, 5])
def test_no_step_of_em_makes_the_votes_less_likely(errors, smoothing):
    votes = encode_votes(make_votes(80)[0])
    model = Model(votes, errors(votes, smoothing), None)
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
        if name != "crowdlab":  # whose second pass rates the labels of the first
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
        assert_allclose(found.proba, np.eye(3)[y], atol=1e-5)


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


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"smoothing": -1}, "smoothing=-1"),
        ({"smoothing": np.nan}, "smoothing=nan is out of range"),
        ({"tol": np.inf}, "tol=inf is out of range"),
        ({"max_iter": 0}, "max_iter=0"),
        ({"class_prior": [0.5, 0.5]}, "for each of the 3 classes"),
        ({"class_prior": [0.5, 0.5, 0]}, "a positive share"),
        ({"class_prior": [0.5, 0.5, 0.5]}, "a sum of one"),
    ],
)
@every_em
def test_numbers_out_of_range_are_refused(name, wrong, message):
    with pytest.raises(ValueError, match=message):
        EM[name](make_votes(10)[0], **wrong)


def test_an_unknown_way_to_break_ties_is_refused():
    with pytest.raises(ValueError, match="ties='randm' .* did you mean 'random'"):
        majority_vote(NUMBERS, ties="randm")
