"""A classifier on several annotators' votes: where it fits in."""

import pickle

import numpy as np
import pytest
import sklearn
from annotator_helpers import ConsensusClassifier
from helpers import numpy_left_alone
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from sknoisy.annotators._aggregations import AGGREGATIONS, WITH_CLASSIFIER
from sknoisy.model_selection import clean_scorer

# ---------------------------------------------------------------- searches and scores


def test_the_score_is_accuracy_or_agreement_with_votes(crowd):
    clf = ConsensusClassifier(GaussianNB()).fit(crowd.X, crowd.votes)
    predicted = clf.predict(crowd.X)
    assert clf.score(crowd.X, crowd.y) == accuracy_score(crowd.y, predicted)
    weight = np.random.default_rng(0).random(240)
    assert clf.score(crowd.X, crowd.y, sample_weight=weight) == pytest.approx(
        accuracy_score(crowd.y, predicted, sample_weight=weight)
    )
    shares = [
        np.mean(row[row >= 0] == label)
        for row, label in zip(crowd.votes, predicted, strict=True)
        if (row >= 0).any()
    ]
    assert clf.score(crowd.X, crowd.votes) == pytest.approx(np.mean(shares))
    assert clf.score(crowd.X, crowd.votes, sample_weight=weight) == pytest.approx(
        np.average(shares, weights=weight[crowd.given])
    )


def test_a_search_over_aggregations_needs_nothing_but_votes(crowd):
    model = make_pipeline(
        StandardScaler(), ConsensusClassifier(GaussianNB(), rounds=1, random_state=0)
    )
    grid = {
        "consensusclassifier__aggregation": ["majority", "classifier"],
        "consensusclassifier__estimator__var_smoothing": [1e-9, 100],
    }
    search = GridSearchCV(model, grid, cv=3).fit(crowd.X, crowd.votes)
    assert search.best_params_["consensusclassifier__estimator__var_smoothing"] == 1e-9
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.score(crowd.X, crowd.y) > 0.7


def test_a_search_goes_over_parameters_of_the_aggregation(crowd):
    grid = {"aggregation__smoothing": [0, 5], "aggregation__max_iter": [2000]}
    model = ConsensusClassifier(GaussianNB(), "one_coin")
    search = GridSearchCV(model, grid, cv=KFold(3))
    search.fit(crowd.X, np.where(crowd.votes < 0, np.nan, crowd.votes))
    assert search.best_estimator_.consensus_.n_iter > 1


def test_a_search_is_scored_on_true_labels_where_they_are_passed(crowd):
    with sklearn.config_context(enable_metadata_routing=True):
        search = GridSearchCV(
            ConsensusClassifier(GaussianNB()),
            {"aggregation": ["majority", "dawid_skene"]},
            scoring=clean_scorer("accuracy"),
            cv=3,
        )
        search.fit(crowd.X, crowd.votes, y_clean=crowd.y)
    alone = ConsensusClassifier(GaussianNB(), "dawid_skene")
    scores = [
        alone.fit(crowd.X[train], crowd.votes[train]).score(
            crowd.X[test], crowd.y[test]
        )
        for train, test in KFold(3).split(crowd.X)
    ]
    assert search.cv_results_["mean_test_score"][1] == pytest.approx(np.mean(scores))


def test_an_annotator_may_be_silent_in_a_fold(crowd):
    votes = np.column_stack([crowd.votes, np.where(np.arange(240) < 40, crowd.y, -1)])
    for aggregation in AGGREGATIONS:
        clf = ConsensusClassifier(GaussianNB(), aggregation, rounds=1, cv=3)
        clf.fit(crowd.X[80:], votes[80:])
        assert np.isnan(clf.annotator_quality_).tolist() == [False] * 4 + [True]
    assert np.isfinite(cross_val_score(clf, crowd.X, votes, cv=3)).all()


def test_a_class_that_a_fold_lacks_is_no_obstacle(crowd):
    votes = crowd.votes.copy()
    votes[7], votes[9, :2] = 3, 3  # two samples of a fourth class
    for aggregation in WITH_CLASSIFIER:
        clf = ConsensusClassifier(GaussianNB(), aggregation, random_state=0)
        clf.fit(crowd.X, votes)
        assert clf.consensus_proba_.shape == (240, 4)
        assert np.isfinite(clf.consensus_proba_).all()
    rare = np.where(crowd.votes[:30] < 0, -1, 0)
    rare[3] = 1  # without its one sample, a fold knows one class only
    clf.fit(crowd.X[:30], rare)
    assert clf.consensus_proba_.shape == (30, 2)


# ---------------------------------------------------------------- parameters


def test_equal_seeds_give_equal_results_and_pickles_serve(crowd):
    def fitted(seed):
        clf = ConsensusClassifier(GaussianNB(), "classifier", random_state=seed)
        return clf.fit(crowd.X, crowd.votes)

    with numpy_left_alone():
        first, same, other = fitted(0), fitted(0), fitted(1)
        fitted(None)
    assert_array_equal(first.consensus_proba_, same.consensus_proba_)
    assert (first.consensus_proba_ != other.consensus_proba_).any()
    loaded = pickle.loads(pickle.dumps(first))
    assert_array_equal(loaded.predict(crowd.X), first.predict(crowd.X))


def test_parameters_of_the_aggregation_are_the_estimators():
    clf = ConsensusClassifier(GaussianNB(), aggregation__smoothing=2)
    assert clone(clf).get_params()["aggregation__smoothing"] == 2
    clf.set_params(aggregation__smoothing=3, estimator__var_smoothing=1e-3)
    assert clf.get_params()["aggregation__smoothing"] == 3
    assert clf.estimator.var_smoothing == 1e-3


@pytest.mark.parametrize(
    "wrong, error, message",
    [
        ({"aggregation": "dawid"}, ValueError, "did you mean 'dawid_skene'"),
        ({"aggregation__smothing": 1}, ValueError, "did you mean 'smoothing'"),
        ({"aggregation__unlabeled": 0}, TypeError, "set unlabeled instead"),
        ({"agregation__smoothing": 1}, TypeError, "unexpected argument"),
        ({"training": "softly"}, ValueError, "training='softly' .* 'soft'"),
        ({"training": "weighted"}, ValueError, "KNeighborsClassifier doesn't"),
        ({"without_votes": "ignore"}, ValueError, "without_votes='ignore'"),
        ({"rounds": 0}, ValueError, "rounds=0"),
        ({"aggregation": "classifier", "cv": 1}, ValueError, "cv=1"),
    ],
)
def test_wrong_parameters_are_told(wrong, error, message, crowd):
    clf = ConsensusClassifier(KNeighborsClassifier(), **wrong)
    with pytest.raises(error, match=message):
        clf.fit(crowd.X, crowd.votes)


def test_what_cannot_be_fitted_is_told(crowd):
    clf = ConsensusClassifier()
    with pytest.raises(ValueError, match="requires y to be passed"):
        clf.fit(crowd.X, None)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        clf.fit(crowd.X[:9], crowd.votes)
    with pytest.raises(ValueError, match="one class"):
        clf.fit(crowd.X, np.where(crowd.votes < 0, -1, 2))
    with pytest.raises(NotFittedError):
        ConsensusClassifier().predict(crowd.X)


def test_what_the_estimator_cannot_do_is_not_offered(crowd):
    clf = ConsensusClassifier(LinearSVC(), "classifier", cv=3, rounds=1)
    assert not hasattr(clf, "predict_proba")
    clf.fit(crowd.X, crowd.votes)
    assert clf.decision_function(crowd.X).shape == (240, 3)
    assert not hasattr(clf, "predict_log_proba")
    naive = ConsensusClassifier(GaussianNB()).fit(crowd.X, crowd.votes)
    assert_allclose(
        np.exp(naive.predict_log_proba(crowd.X)), naive.predict_proba(crowd.X)
    )


def test_fit_parameters_reach_every_fit(crowd):
    weight = np.random.default_rng(0).uniform(0.5, 2, size=240)
    X, given = crowd.X[crowd.given], weight[crowd.given]
    clf = ConsensusClassifier(LogisticRegression(), "majority")
    clf.fit(crowd.X, crowd.votes, sample_weight=weight)
    proba = clf.consensus_proba_[crowd.given]
    rows, codes = np.nonzero(proba)
    plain = LogisticRegression().fit(
        X[rows], codes, sample_weight=proba[rows, codes] * given[rows]
    )
    assert_allclose(clf.estimator_.coef_, plain.coef_)
    hard = clf.set_params(training="hard").fit(
        crowd.X, crowd.votes, sample_weight=weight
    )
    plain = LogisticRegression().fit(X, hard.consensus_labels_[crowd.given], given)
    assert_allclose(hard.estimator_.coef_, plain.coef_)


def test_metadata_routing_asks_the_estimator(crowd):
    weight = np.random.default_rng(0).uniform(0.5, 2, size=240)
    with sklearn.config_context(enable_metadata_routing=True):
        asking = LogisticRegression().set_fit_request(sample_weight=True)
        clf = ConsensusClassifier(asking, "classifier", rounds=1, random_state=0)
        clf.fit(crowd.X, crowd.votes, sample_weight=weight)
        routed = clf.estimator_.coef_
        with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError):
            ConsensusClassifier(LogisticRegression()).fit(
                crowd.X, crowd.votes, sample_weight=weight
            )
        # a Pipeline would ask every step that can take weights
        piped = ConsensusClassifier().fit(crowd.X, crowd.votes)
        assert piped.training_ == "hard"
    clf.fit(crowd.X, crowd.votes, sample_weight=weight)
    assert_allclose(clf.estimator_.coef_, routed)
