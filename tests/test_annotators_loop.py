"""What to ask next, whom, and when to stop."""

import numpy as np
import pytest
from annotator_helpers import make_votes
from numpy.testing import assert_allclose, assert_array_equal

from sknoisy.annotators import LabelingLoop, Votes, ask_next, crowdlab
from sknoisy.annotators._ask import STRATEGIES, expected_gain


@pytest.fixture(scope="module")
def crowd():
    """Votes on 200 samples, three of which have none, and the truth."""
    table, y = make_votes(200, rates=(0.2, 0.3, 0.3, 0.4), missing=0.5)
    table[:3] = -1
    return Votes.from_wide(table, unlabeled=-1), y


def test_gain_is_what_a_vote_is_expected_to_bring():
    votes = Votes.from_wide(make_votes(50)[0], unlabeled=-1)
    proba = np.random.default_rng(0).dirichlet(np.ones(3), size=50)
    confusion = proba.T @ votes.counts + np.eye(3) + 1 / 3
    confusion /= confusion.sum(axis=1, keepdims=True)
    for i, found in enumerate(expected_gain(votes, proba)):
        after = 0.0
        for label in range(3):
            joint = proba[i] * confusion[:, label]
            after += joint.sum() * (joint / joint.sum()).max()
        assert found == pytest.approx(after - proba[i].max(), abs=1e-9)
        assert found >= 0


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_batches_are_samples_and_people_who_have_not_seen_them(crowd, strategy):
    votes, _ = crowd
    pred_probs = np.full((200, 3), 1 / 3)
    batch = ask_next(votes, pred_probs, n=30, strategy=strategy, random_state=0)
    assert len(set(batch.rows)) == 30
    assert_array_equal(batch.samples, votes.samples[batch.rows])
    assert (np.diff(batch.scores) <= 0).all()
    wide = votes.to_wide(-1)
    for row, who in zip(batch.rows, batch.annotators, strict=True):
        free = np.flatnonzero(wide[row] < 0)
        assert (who in free) if len(free) else who is None


def test_samples_without_votes_come_first(crowd):
    votes, _ = crowd
    assert set(ask_next(votes, n=3).rows) == {0, 1, 2}
    assert set(ask_next(votes, n=3, strategy="least_confidence").rows) == {0, 1, 2}


def test_the_best_who_has_not_seen_it_is_asked_until_he_has_enough(crowd):
    votes, _ = crowd
    batch = ask_next(votes, n=3)  # which nobody has seen
    assert len(set(batch.annotators)) == 1
    batch = ask_next(votes, n=3, at_most=1)
    assert len(set(batch.annotators)) == 3
    batch = ask_next(votes, n=30, at_most=1)
    assert sum(who is not None for who in batch.annotators) <= 4


def test_crowdlabs_score_is_a_mean_of_quality_and_chance(crowd):
    table, y = make_votes(100, missing=0.5)
    pred_probs = 0.5 * np.eye(3)[y] + 0.5 / 3
    found = crowdlab(table, pred_probs, unlabeled=-1)
    batch = ask_next(table, pred_probs, n=100, strategy="crowdlab", unlabeled=-1)
    for row, score in zip(batch.rows, batch.scores, strict=True):
        weights = found.annotator_weight[table[row] >= 0].sum()
        mean = np.average(
            [found.label_quality[row], 1 / 3],
            weights=[weights + found.classifier_weight, found.annotator_weight.mean()],
        )
        assert score == pytest.approx(1 - mean)
    with pytest.raises(ValueError, match="strategy='crowdlab' weighs a classifier"):
        ask_next(table, strategy="crowdlab", unlabeled=-1)
    with pytest.raises(ValueError, match="strategy='gian' is not one of"):
        ask_next(table, strategy="gian", unlabeled=-1)


def answer(batch, y, rng):
    """Return labels by people who are right in seven of ten cases."""
    guess = rng.integers(3, size=len(batch.rows))
    return np.where(rng.random(len(batch.rows)) < 0.7, y[batch.rows], guess)


def run(loop, y, seed=0):
    """Answer whatever the loop asks; return the share of right labels."""
    rng = np.random.default_rng(seed)
    for number, batch in enumerate(loop):
        who = [f"new {number}"] * len(batch.rows)
        loop.tell(batch.samples, who, answer(batch, y, rng))
    return (loop.consensus.labels == y).mean()


def test_a_loop_spends_its_budget_and_gains(crowd):
    votes, y = crowd
    loop = LabelingLoop(votes, budget=95, batch_size=30)
    before = (loop.consensus.labels == y).mean()
    assert run(loop, y) > before + 0.03
    assert loop.n_asked == 95 and loop.votes.n_votes == votes.n_votes + 95
    assert [one["n_asked"] for one in loop.history] == [0, 30, 60, 90]
    assert all(one["gain"] > 0 for one in loop.history)
    assert loop.votes.samples.tolist() == votes.samples.tolist()


@pytest.mark.slow
def test_a_loop_beats_asking_at_random():
    gained = {"gain": [], "random": [], "least_confidence": []}
    for seed in range(4):
        table, y = make_votes(200, rates=(0.2, 0.3, 0.3, 0.4), missing=0.5, seed=seed)
        votes = Votes.from_wide(table, unlabeled=-1)
        for strategy, right in gained.items():
            loop = LabelingLoop(
                votes, budget=100, batch_size=25, strategy=strategy, random_state=seed
            )
            right.append(run(loop, y, seed))
    assert np.mean(gained["gain"]) > np.mean(gained["random"]) + 0.02


def test_a_loop_stops_where_nothing_is_to_be_gained():
    y = np.arange(60) % 3
    votes = Votes.from_wide(np.column_stack([y] * 5))
    loop = LabelingLoop(votes, budget=1000, stop_below=0.01)
    assert run(loop, y) == 1
    assert loop.n_asked == 0 and loop.history == []


def test_a_loop_takes_a_classifier_that_learns(crowd):
    votes, y = crowd
    seen = []

    def learn(consensus):
        seen.append((consensus.labels == y).mean())
        return 0.6 * np.eye(3)[y] + 0.4 / 3

    loop = LabelingLoop(votes, budget=40, batch_size=20, pred_probs=learn)
    assert run(loop, y) > 0.9
    assert len(seen) == 3


def test_answers_come_as_votes_too_and_about_known_samples_only(crowd):
    votes, _ = crowd
    loop = LabelingLoop(votes, budget=10)
    loop.tell(Votes.from_long([0, 1], ["Ann", "Ann"], [1, 1]))
    assert_allclose(loop.votes.per_sample[:3], [1, 1, 0])
    with pytest.raises(ValueError, match="1 answers are about samples that the loop"):
        loop.tell([777], ["Ann"], [1])
    with pytest.raises(ValueError, match="aren't among the classes"):
        loop.tell([0], ["Bob"], [5])
    with pytest.raises(TypeError, match="a loop needs Votes"):
        LabelingLoop([[0, 1]], budget=3)
