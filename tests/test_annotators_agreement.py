"""How far annotators agree, with each other and with a consensus."""

import numpy as np
import pytest
from annotator_helpers import (
    NUMBERS,
    WORDS,
    agreement_with_consensus,
    annotator_agreement,
    make_votes,
)
from numpy.testing import assert_allclose
from sklearn.metrics import cohen_kappa_score

from sknoisy.annotators import AGREEMENTS

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
    assert annotator_agreement(votes, unlabeled=0) == pytest.approx(0.691, abs=1e-3)


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
