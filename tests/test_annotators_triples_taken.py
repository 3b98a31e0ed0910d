"""Every function of annotators takes votes as triples."""

import numpy as np
import pytest
from annotator_helpers import (
    AGGREGATED,
    NUMBERS,
    WORDS,
    make_votes,
)
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import make_classification
from sklearn.model_selection import KFold, cross_val_score

from sknoisy.annotators import (
    ConsensusClassifier,
    Votes,
    agreement_with_consensus,
    annotator_agreement,
    crowdlab,
)

SAMPLES, ANNOTATORS = np.nonzero(NUMBERS >= 0)
LONG = SAMPLES, ANNOTATORS, WORDS[SAMPLES, ANNOTATORS]


@pytest.mark.parametrize("name", sorted(AGGREGATED))
def test_every_consensus_of_triples_is_that_of_the_table(name):
    table, _ = make_votes(100)
    votes = Votes.from_wide(table, unlabeled=-1)
    found, same = AGGREGATED[name](table, unlabeled=-1), AGGREGATED[name](votes)
    assert_array_equal(found.labels, same.labels)
    assert_allclose(found.proba, same.proba)
    assert_allclose(found.annotator_quality, same.annotator_quality)


def test_agreement_takes_triples():
    table, y = make_votes(100)
    votes = Votes.from_wide(table, unlabeled=-1)
    assert annotator_agreement(votes) == annotator_agreement(table, unlabeled=-1)
    assert_allclose(
        agreement_with_consensus(votes, y),
        agreement_with_consensus(table, y, unlabeled=-1),
    )


def test_a_class_that_nobody_votes_for_has_no_share():
    table, _ = make_votes(100)
    votes = Votes.from_wide(table, unlabeled=-1, classes=[0, 1, 2, 3])
    for function in AGGREGATED.values():
        found = function(votes)
        assert found.classes.tolist() == [0, 1, 2, 3]
        assert (found.labels < 3).all() and np.isfinite(found.proba).all()
        if found.confusion is not None:
            assert_allclose(found.confusion.sum(axis=2), 1)
    pred_probs = np.full((100, 4), 0.25)
    assert crowdlab(votes, pred_probs).proba.shape == (100, 4)


@pytest.mark.parametrize("aggregation", ["classifier", "crowdlab", "dawid_skene"])
def test_a_classifier_is_fitted_on_triples(aggregation):
    X, y = make_classification(120, 6, n_informative=4, random_state=0)
    rng = np.random.default_rng(0)
    table = np.where(rng.random((120, 4)) < 0.3, 1 - y[:, None], y[:, None])
    table[rng.random((120, 4)) < 0.4] = -1
    votes = Votes.from_wide(table, unlabeled=-1)
    clf = ConsensusClassifier(aggregation=aggregation, random_state=0)
    of_triples, of_table = (
        clone.fit(X, one).predict_proba(X)
        for clone, one in (
            (ConsensusClassifier(aggregation=aggregation, random_state=0), votes),
            (clf.set_params(unlabeled=-1), table),
        )
    )
    assert_allclose(of_triples, of_table)
    assert clf.score(X, votes) == clf.score(X, table)
    scores = cross_val_score(clf, X, votes, cv=KFold(3))
    assert_allclose(scores, cross_val_score(clf, X, table, cv=KFold(3)))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        clf.fit(X[:50], votes)
