"""Who judges labels where the user names nobody."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.detectors import ConfidentLearning, TrueLabelPosterior
from sknoisy.detectors._looks import OutOfFold, best_look, log_probabilities
from sknoisy.noise import SymmetricNoise

DETECTORS = [ConfidentLearning, TrueLabelPosterior]


def spoil(y):
    return SymmetricNoise(0.3, random_state=0).fit_corrupt(y)


@pytest.fixture(scope="module")
def embeddings():
    """Two classes on both sides of a plane through many dimensions."""
    X = np.random.default_rng(0).normal(size=(1000, 40))
    return X, (X.sum(axis=1) > 0).astype(int)


@pytest.fixture(scope="module")
def checkers():
    """Two classes on a board of two features, which no plane divides."""
    X = np.random.default_rng(0).uniform(0, 2, size=(400, 2))
    return X, (np.floor(X).sum(axis=1) % 2).astype(int)


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_linear_model_judges_embeddings(detector, embeddings):
    X, y = embeddings
    found = detector(random_state=0).fit(X, spoil(y))
    assert isinstance(found.classifier_[-1], LogisticRegression)
    forest = detector(RandomForestClassifier(random_state=0), cv="oob")
    of_forest = forest.fit(X, spoil(y)).suggested_labels_
    assert np.mean(found.suggested_labels_ == y) > np.mean(of_forest == y) + 0.05


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_forest_judges_what_no_plane_divides(detector, checkers):
    X, y = checkers
    found = detector(random_state=0).fit(X, spoil(y))
    assert isinstance(found.classifier_, ExtraTreesClassifier)
    assert np.mean(found.suggested_labels_ == y) > 0.85


@pytest.mark.parametrize("detector", DETECTORS)
def test_forests_alone_judge_what_has_gaps(detector, embeddings):
    X, y = embeddings[0].copy(), embeddings[1]
    X[::9, 3] = np.nan
    found = detector(random_state=0).fit(X, spoil(y))
    assert isinstance(found.classifier_, ExtraTreesClassifier)


@pytest.mark.parametrize("detector", DETECTORS)
def test_sparse_features_are_not_scaled(detector, embeddings):
    X, y = embeddings
    found = detector(random_state=0).fit(sparse.csr_array(X), spoil(y))
    assert isinstance(found.classifier_, LogisticRegression)


@pytest.mark.parametrize("detector", DETECTORS)
def test_who_was_named_judges(detector, embeddings):
    X, y = embeddings
    found = detector(GaussianNB(), random_state=0).fit(X, spoil(y))
    assert isinstance(found.classifier_, GaussianNB)
    assert not hasattr(found.classifier_, "classes_")


def test_the_best_look_makes_given_labels_likeliest():
    codes = np.repeat([0, 1], 50)
    sure = np.where(np.arange(100)[:, None] < 50, [0.9, 0.1], [0.2, 0.8])
    looks = [lambda X, codes: 1 - sure, lambda X, codes: sure]
    look, votes = best_look(looks, None, codes)
    assert look is looks[1]
    assert_array_equal(votes, sure)


def test_the_first_look_stays_where_none_is_clearly_better():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2, 100)
    blind = [np.full((100, 2), 0.5), 0.5 + 0.01 * rng.normal(size=(100, 1)) * [1, -1]]
    looks = [lambda X, codes, votes=votes: votes for votes in blind]
    assert best_look(looks, None, codes)[0] is looks[0]
    assert best_look(looks[::-1], None, codes)[0] is looks[1]


def test_sounding_too_sure_is_no_fault():
    rng = np.random.default_rng(0)
    votes = rng.dirichlet(np.full(3, 5.0), 500)
    codes = np.array([rng.choice(3, p=row) for row in votes])
    for power in (0.5, 2):
        other = votes**power / (votes**power).sum(axis=1, keepdims=True)
        assert_allclose(
            log_probabilities(codes, other), log_probabilities(codes, votes)
        )


def test_a_label_without_a_vote_is_unlikely_not_impossible():
    votes = np.array([[0.0, 1.0], [0.0, 1.0]])
    assert np.isfinite(log_probabilities(np.array([0, 1]), votes)).all()


def test_a_second_look_trains_on_what_is_kept(embeddings):
    X, y = embeddings
    folds = [
        (np.arange(500), np.arange(500, 1000)),
        (np.arange(500, 1000), np.arange(500)),
    ]
    model = make_pipeline(StandardScaler(), LogisticRegression())
    kept = np.random.default_rng(1).random(1000) > 0.3
    votes = OutOfFold(model, folds)(X, y, kept)
    for train, test in folds:
        some = train[kept[train]]
        by_hand = model.fit(X[some], y[some]).predict_proba(X[test])
        assert_allclose(votes[test], by_hand)
