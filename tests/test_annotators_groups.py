"""Groups of people and of samples: their matrices, and whether these differ."""

import numpy as np
import pytest
from annotator_helpers import make_votes
from numpy.testing import assert_allclose

from sknoisy.annotators import Votes, compare_groups, majority_vote
from sknoisy.annotators._groups import likelihood_ratio


@pytest.fixture(scope="module")
def crowd():
    """Votes of four good people and four bad ones."""
    votes = Votes.from_wide(make_votes(200, (0.1,) * 4 + (0.5,) * 4)[0], unlabeled=-1)
    return votes, majority_vote(votes)


@pytest.mark.parametrize("of", ["annotators", "samples"])
def test_matrices_are_those_of_a_loop_over_votes(crowd, of):
    votes, consensus = crowd
    groups = np.arange(votes.n_annotators if of == "annotators" else len(votes)) % 3
    found = compare_groups(votes, consensus, groups, of=of, n_draws=3)
    counts = np.zeros((3, 3, 3))
    for i, j, label in zip(
        votes.sample_codes, votes.annotator_codes, votes.label_codes, strict=True
    ):
        counts[groups[j if of == "annotators" else i], :, label] += consensus.proba[i]
    assert_allclose(
        found.transition_matrices, counts / counts.sum(axis=2, keepdims=True)
    )
    assert_allclose(found.n_votes, counts.sum(axis=(1, 2)))


def test_the_statistic_is_that_of_a_table_of_counts():
    counts = np.array([[[30.0, 10], [5, 40]], [[20, 20], [4, 50]]])
    slow = 0.0
    for k in range(2):
        pooled = counts[:, k].sum(axis=0) / counts[:, k].sum()
        for g in range(2):
            own = counts[g, k] / counts[g, k].sum()
            slow += 2 * (counts[g, k] * np.log(own / pooled)).sum()
    assert likelihood_ratio(counts) == pytest.approx(slow)


def test_groups_that_differ_are_told_from_those_by_lot(crowd):
    votes, consensus = crowd
    options = {"n_draws": 99, "random_state": 0}
    found = compare_groups(votes, consensus, [0] * 4 + [1] * 4, **options)
    assert found.p_value <= 0.06  # of 70 ways to part eight people, two are as extreme
    assert (found.low <= found.transition_matrices).all()
    assert (found.high >= found.transition_matrices).all()
    good, bad = found.transition_matrices.diagonal(axis1=1, axis2=2)
    assert (good > bad + 0.1).all()
    by_lot = np.random.default_rng(1000).integers(2, size=len(votes))
    assert (
        compare_groups(votes, consensus, by_lot, of="samples", **options).p_value > 0.1
    )


def test_p_values_of_groups_by_lot_are_even():
    values = []
    for seed in range(25):
        votes = Votes.from_wide(make_votes(60, (0.3,) * 6, seed=seed)[0], unlabeled=-1)
        groups = np.random.default_rng(1000 + seed).integers(2, size=60)
        groups[:2] = 0, 1
        found = compare_groups(
            votes,
            majority_vote(votes),
            groups,
            of="samples",
            n_draws=19,
            random_state=seed,
        )
        values.append(found.p_value)
    assert np.mean(np.asarray(values) <= 0.05) < 0.2 and 0.3 < np.mean(values) < 0.7


def test_groups_must_be_two_and_fit(crowd):
    votes, consensus = crowd
    with pytest.raises(ValueError, match="expected one for each of the 8 annotators"):
        compare_groups(votes, consensus, [0, 1])
    with pytest.raises(ValueError, match="in one group"):
        compare_groups(votes, consensus, [0] * 8)
