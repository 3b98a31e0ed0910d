"""Who judges labels where the user names nobody."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.fixes import parse_version

from sknoisy._folds import folds_to_judge_by
from sknoisy.cleaning import CleanLabelClassifier
from sknoisy.detectors import (
    ConfidentLearning,
    DetectorEnsemble,
    InstanceHardness,
    TrueLabelPosterior,
)
from sknoisy.detectors._confident_learning import make_forest
from sknoisy.detectors._looks import (
    Linear,
    OutOfFold,
    _trusted,
    best_look,
    log_probabilities,
    make_looks,
)
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
    X = embeddings[0][:, :8].copy()  # of more a forest can't tell the sides apart
    y = (X.sum(axis=1) > 0).astype(int)
    X[::9, 3] = np.nan
    found = detector(random_state=0).fit(X, spoil(y))
    assert isinstance(found.classifier_, ExtraTreesClassifier)


@pytest.mark.parametrize("detector", DETECTORS)
def test_sparse_features_are_not_scaled(detector, embeddings):
    X, y = embeddings
    X = sparse.csr_array(np.where(np.abs(X) < 1.3, 0, X))
    found = detector(random_state=0).fit(X, spoil(y))
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


@pytest.mark.parametrize("rounds", [1, 2])
def test_the_classifier_is_the_one_that_judged_last(rounds, checkers):
    X, y = checkers
    found = TrueLabelPosterior(rounds=rounds, random_state=0).fit(X, spoil(y))
    expected = RandomForestClassifier if rounds == 1 else ExtraTreesClassifier
    assert type(found.classifier_) is expected


@pytest.mark.parametrize("place", [0, 1, 2])
def test_of_three_looks_the_best_is_taken_wherever_it_stands(place):
    codes, shuffled = np.repeat([0, 1], 50), np.random.default_rng(0).permutation(100)
    n_wrong = np.roll([0, 20, 40], place)
    seen = [np.where(shuffled < n, 1 - codes, codes) for n in n_wrong]
    looks = [lambda X, codes, one=one: 0.1 + 0.8 * np.eye(2)[one] for one in seen]
    assert best_look(looks, None, codes)[0] is looks[place]


# --- few samples, of all classes or of some ---

DEFAULTS = [
    CleanLabelClassifier,
    ConfidentLearning,
    DetectorEnsemble,
    InstanceHardness,
    TrueLabelPosterior,
]


@pytest.mark.filterwarnings("ignore:.*too small to judge:UserWarning")
@pytest.mark.filterwarnings("ignore:.*no noise rate is stated:UserWarning")
@pytest.mark.parametrize("kind", DEFAULTS)
@pytest.mark.parametrize("counts", [(2, 1), (4, 2), (12, 12, 1)])
def test_one_sample_of_a_class_is_enough_for_an_answer(kind, counts):
    y = np.repeat(np.arange(len(counts)), counts)
    X = np.random.default_rng(0).normal(size=(len(y), 2)) + 5 * y[:, None]
    found = kind(random_state=0).fit(X, y)
    detector = getattr(found, "detector_", found)
    judged = ~np.isin(y, detector.unjudged_classes_)
    assert judged.sum() >= len(y) - 1
    assert_array_equal(np.isfinite(detector.quality_), judged)
    assert_allclose(detector.transition_matrix_.sum(axis=1), 1)
    assert_array_equal(detector.classes_, np.unique(y))


@pytest.mark.filterwarnings("ignore:.*too small to judge:UserWarning")
@pytest.mark.parametrize("detector", DETECTORS)
def test_rare_classes_leave_the_judgement_of_others_alone(detector):
    y = np.repeat([0, 1, 2, 3], [60, 60, 3, 1])
    X = np.random.default_rng(0).normal(size=(124, 3)) + 6 * np.eye(4)[y][:, 1:]
    given = y.copy()
    given[[5, 70]] = 1, 0
    found = detector(random_state=0).fit(X, given)
    assert set(found.quality_[:120].argsort()[:2]) == {5, 70}
    assert np.mean(found.suggested_labels_[:120] == y[:120]) > 0.98


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("gap", [0.0, np.nan])
def test_labels_that_nobody_shares_are_told_whatever_the_features(detector, gap):
    X = np.arange(8.0)[:, None]
    X[3] = gap
    with pytest.raises(ValueError, match="has a label of its own"):
        detector(random_state=0).fit(X, np.arange(8))


def test_a_fold_of_one_class_says_so():
    X, y = np.arange(6.0)[:, None], np.array([0, 0, 0, 0, 0, 1])
    folds = [(np.arange(3), np.arange(3, 6)), (np.arange(3, 6), np.arange(3))]
    votes = OutOfFold(LogisticRegression(), folds)(X, y)
    assert_array_equal(votes[3:], [[1, 0]] * 3)
    assert ((votes[:3] > 0) & (votes[:3] < 1)).all()


def test_a_class_that_would_be_lost_is_kept_whole():
    codes = np.array([0, 0, 0, 1, 1, 2, 2])
    kept = np.array([True, False, True, False, False, True, False])
    train = np.array([0, 1, 3, 4, 6])
    assert_array_equal(_trusted(train, kept, codes), [0, 3, 4, 6])


# --- what users may ask for ---


@pytest.mark.parametrize(
    ("cv", "n_folds"),
    [(3, 3), (10, 10), ("oob", 5), (RepeatedStratifiedKFold(n_splits=2), 20)],
)
def test_folds_are_those_of_the_linear_model(cv, n_folds, checkers):
    looks = make_looks(ConfidentLearning(cv=cv), *checkers, make_forest)
    assert len(looks[1].folds) == n_folds


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("cv", ["nonsense", 1, 2.5])
def test_folds_that_mean_nothing_are_told(detector, cv, checkers):
    with pytest.raises(ValueError, match="cv"):
        detector(cv=cv).fit(*checkers)


NOT_NUMBERS = {
    "texts": ["a good film", "a bad film"] * 4,
    "objects": np.array([[1, {}]] * 8, dtype=object),
}


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("X", NOT_NUMBERS.values(), ids=NOT_NUMBERS)
def test_what_is_no_number_wants_a_pipeline(detector, X):
    message = "no table of numbers, which classifier=None needs.*a Pipeline"
    with pytest.raises((ValueError, TypeError), match=message):
        detector().fit(X, [0, 1] * 4)


@pytest.mark.parametrize(
    "kind",
    [list, lambda X: X.astype(object), lambda X: pd.DataFrame(X).astype("Int64")],
)
def test_numbers_may_be_of_any_kind(kind, checkers):
    X, y = kind(checkers[0].astype(int)), checkers[1]
    assert len(make_looks(ConfidentLearning(), X, y, make_forest)) == 2


@pytest.mark.slow
def test_steps_that_do_not_converge_are_no_news_in_processes_either(capfd):
    X = np.random.default_rng(0).normal(size=(60, 30)) * np.logspace(0, 4, 30)
    y = np.arange(60) % 3
    X = sparse.csr_array(X)
    with pytest.warns(ConvergenceWarning):
        LogisticRegression(max_iter=200).fit(X, y)
    folds = folds_to_judge_by(2, y)
    votes = Linear(X, folds, n_jobs=2)(X, y)
    assert_array_equal(votes, Linear(X, folds)(X, y))
    if parse_version(sklearn.__version__) >= parse_version("1.7"):  # hands filters on
        assert "ConvergenceWarning" not in capfd.readouterr().err
