import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import sklearn
from cleaning_helpers import QUICK, insects, spoilt
from helpers import numpy_left_alone
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, clone
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from sknoisy.cleaning import CleanLabelClassifier
from sknoisy.cleaning._actions import ACTIONS
from sknoisy.cleaning._findings import is_table_of_numbers
from sknoisy.detectors import (
    ConfidentLearning,
    TrueLabelPosterior,
)


class Told(BaseEstimator):
    """A detector that is told what to find."""

    def __init__(self, issues=(), suggested=None, quality=None):
        self.issues = issues
        self.suggested = suggested
        self.quality = quality

    def fit(self, X, y):
        y = np.asarray(y)
        self.is_issue_ = np.isin(np.arange(len(y)), self.issues)
        self.suggested_labels_ = y if self.suggested is None else self.suggested
        even = np.where(self.is_issue_, 0.1, 0.9)
        self.quality_ = even if self.quality is None else np.asarray(self.quality)
        return self


class Remember(LogisticRegression):
    """A classifier that remembers what it was fitted on."""

    def fit(self, X, y, sample_weight=None):
        self.seen_ = X, y, sample_weight
        return super().fit(X, y, sample_weight)


@pytest.fixture(scope="module")
def blobs():
    return insects()


@pytest.fixture(scope="module")
def noisy(blobs):
    return *blobs, spoilt(blobs[1])


@pytest.mark.filterwarnings("ignore:action='reweight' makes weights")  # as it should
@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_cleaning_helps_whatever_the_action(action, noisy):
    X, y, given = noisy
    tree = DecisionTreeClassifier(min_samples_leaf=5, random_state=0)
    clf = CleanLabelClassifier(tree, QUICK, action).fit(X, given)
    assert clf.score(X, y) > tree.fit(X, given).score(X, y) + 0.02
    assert_array_equal(clf.classes_, ["ant", "bee", "cat"])
    assert_array_equal(clf.estimator_.classes_, clf.classes_)


def test_drop_leaves_out_what_was_found(blobs):
    X, y = blobs
    clf = CleanLabelClassifier(Remember(), Told([3, 40])).fit(X, y)
    rows = np.delete(np.arange(150), [3, 40])
    seen_X, seen_y, seen_weight = clf.estimator_.seen_
    assert_array_equal(seen_X, X[rows])
    assert_array_equal(seen_y, y[rows])
    assert seen_weight is None


def test_relabel_gives_suggested_labels_to_issues_alone(blobs):
    X, y = blobs
    told = Told([3, 40], suggested=np.full(150, "cat"))
    clf = CleanLabelClassifier(Remember(), told, "relabel").fit(X, y)
    expected = y.copy()
    expected[[3, 40]] = "cat"
    assert_array_equal(clf.estimator_.seen_[1], expected)
    assert clf.estimator_.seen_[0] is X  # nothing to cut, nothing copied


def test_reweight_multiplies_trust_and_weights(blobs):
    X, y = blobs
    trust = np.linspace(0.1, 1, 150)
    clf = CleanLabelClassifier(Remember(), Told(quality=trust), "reweight")
    assert_allclose(clf.fit(X, y).estimator_.seen_[2], trust)
    weight = np.linspace(1, 2, 150)
    clf.fit(X, y, sample_weight=weight)
    assert_allclose(clf.estimator_.seen_[2], trust * weight)


def test_the_estimator_judges_sparse_features_with_gaps_which_no_forest_takes(noisy):
    X, y, given = noisy
    X = sp.csr_array(np.c_[X, np.where(np.arange(150) % 9, 1.0, np.nan)])
    model = make_pipeline(FunctionTransformer(without_gaps), LogisticRegression())
    clf = CleanLabelClassifier(model, random_state=0).fit(X, given)
    assert clf.detector_.classifier is model
    assert np.mean(clf.detector_.suggested_labels_ == y) > 0.95


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "dok", "lil", "dia", "bsr"])
def test_sparse_features_of_any_kind_are_a_table_where_they_have_no_gaps(kind):
    X = sp.eye_array(4).tolil()
    assert is_table_of_numbers(X.asformat(kind))
    X[1, 2] = np.nan
    assert not is_table_of_numbers(X.asformat(kind))


def without_gaps(X):
    return sp.csr_array((np.nan_to_num(X.data), X.indices, X.indptr), X.shape)


def test_semi_supervised_learns_from_samples_that_lost_their_label():
    X = np.r_[np.arange(10.0), 30 + np.arange(10.0)][:, None]
    y = np.repeat([0, 1], 10)
    given = np.where(np.arange(20) == 19, 0, y)  # the last one is wrong
    told = Told([5, 19])
    clf = CleanLabelClassifier(Remember(), told, "semi_supervised").fit(X, given)
    seen_X, seen_y, _ = clf.estimator_.seen_
    assert_array_equal(seen_X.ravel()[-2:], [5.0, 39.0])
    assert_array_equal(seen_y[-2:], [0, 1])  # by the classifier, not as given


def test_unsure_samples_stay_without_a_label(blobs):
    X = np.r_[np.zeros(10), np.ones(10)][:, None] * 1e-3  # nothing to tell them by
    y = np.repeat([0, 1], 10)
    clf = CleanLabelClassifier(Remember(), Told([0, 10]), "semi_supervised").fit(X, y)
    assert len(clf.estimator_.seen_[1]) == 18


def test_every_class_keeps_its_most_trusted_samples(blobs):
    X, y = blobs
    quality = np.random.default_rng(0).uniform(size=150)
    told = Told(np.arange(150), quality=quality)
    clf = CleanLabelClassifier(Remember(), told, min_per_class=4).fit(X, y)
    best = [
        np.flatnonzero(y == label)[np.argsort(-quality[y == label])[:4]]
        for label in clf.classes_
    ]
    kept = np.flatnonzero(~clf.label_issues_["is_issue"])
    assert_array_equal(kept, np.sort(np.concatenate(best)))
    assert_array_equal(clf.estimator_.seen_[0], X[kept])


def test_a_class_smaller_than_the_minimum_stays_whole(blobs):
    X, y = blobs
    few = np.r_[np.flatnonzero(y != "cat"), np.flatnonzero(y == "cat")[:3]]
    told = Told(np.arange(len(few)))
    clf = CleanLabelClassifier(GaussianNB(), told).fit(X[few], y[few])
    kept = y[few][~clf.label_issues_["is_issue"]]
    assert {label: int((kept == label).sum()) for label in clf.classes_} == {
        "ant": 5,
        "bee": 5,
        "cat": 3,
    }


def test_label_issues_become_a_data_frame(noisy):
    X, _, given = noisy
    clf = CleanLabelClassifier(GaussianNB(), QUICK).fit(X, given)
    table = pd.DataFrame(clf.label_issues_)
    assert list(table) == [
        "index",
        "given_label",
        "suggested_label",
        "quality",
        "is_issue",
    ]
    assert_array_equal(table["given_label"], given)
    assert_array_equal(table["suggested_label"], clf.detector_.suggested_labels_)
    assert_array_equal(table["is_issue"], clf.detector_.is_issue_)
    assert_array_equal(table["quality"], clf.detector_.quality_)


def test_the_default_finds_most_wrong_labels_and_is_reproducible(noisy):
    X, y, given = noisy
    clf = CleanLabelClassifier(random_state=0).fit(X, given)
    assert isinstance(clf.detector_, TrueLabelPosterior)
    assert ((given != y) == clf.label_issues_["is_issue"]).mean() > 0.9
    again = CleanLabelClassifier(random_state=0).fit(X, given)
    assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
    loaded = pickle.loads(pickle.dumps(clf))
    assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))


def test_the_global_random_state_is_left_alone(noisy):
    X, _, given = noisy
    with numpy_left_alone():
        CleanLabelClassifier().fit(X, given)


def test_texts_are_judged_by_the_estimator_itself():
    texts = ["good film", "bad film", "good book", "bad book"] * 15
    y = np.array(["up", "down"] * 30)
    given = y.copy()
    given[[4, 11]] = "down", "up"
    model = make_pipeline(CountVectorizer(), MultinomialNB())
    clf = CleanLabelClassifier(model, random_state=0).fit(texts, given)
    assert clf.detector_.classifier is model
    assert_array_equal(np.flatnonzero(clf.label_issues_["is_issue"]), [4, 11])
    assert clf.score(texts, y) == 1


@pytest.mark.filterwarnings("ignore:.*no noise rate is stated:UserWarning")
def test_tables_with_strings_are_judged_by_the_estimator_itself(noisy):
    X, _, given = noisy
    frame = pd.DataFrame({"text": ["a"] * 150, "number": X[:, 0]})

    class Numbers(GaussianNB):
        def fit(self, X, y, sample_weight=None):
            assert list(X) == ["text", "number"]  # still a data frame
            return super().fit(X[["number"]].to_numpy(), y)

        def predict_proba(self, X):
            return super().predict_proba(X[["number"]].to_numpy())

    clf = CleanLabelClassifier(Numbers(), random_state=0).fit(frame, given)
    assert isinstance(clf.detector_.classifier, Numbers)
    assert_array_equal(clf.feature_names_in_, ["text", "number"])


@pytest.mark.parametrize("kind", [sp.csr_array, sp.csc_matrix, sp.coo_array])
def test_sparse_tables_give_what_dense_ones_give(kind, noisy):
    X, _, given = noisy
    detector = TrueLabelPosterior(LogisticRegression(), cv=2, random_state=0)
    clf = CleanLabelClassifier(LogisticRegression(), detector)
    dense, sparse = clone(clf).fit(X, given), clone(clf).fit(kind(X), given)
    assert_array_equal(
        dense.label_issues_["is_issue"], sparse.label_issues_["is_issue"]
    )
    assert_array_equal(dense.predict(X), sparse.predict(kind(X)))


def test_weights_are_cut_to_the_samples_that_are_kept(blobs):
    X, y = blobs
    weight = np.random.default_rng(0).uniform(0.5, 2, 150)
    clf = CleanLabelClassifier(Remember(), Told([0, 7]))
    clf.fit(X, y, sample_weight=weight)
    assert_array_equal(clf.estimator_.seen_[2], np.delete(weight, [0, 7]))


@pytest.mark.parametrize("name", ["sample_weight", "remember__sample_weight"])
def test_weights_reach_the_last_step_of_a_pipeline(name, blobs):
    X, y = blobs
    weight = np.random.default_rng(0).uniform(0.5, 2, 150)
    pipeline = make_pipeline(StandardScaler(), Remember())
    clf = CleanLabelClassifier(pipeline, Told([0])).fit(X, y, **{name: weight})
    assert_array_equal(clf.estimator_[-1].seen_[2], weight[1:])


def test_weights_follow_metadata_routing(blobs):
    X, y = blobs
    weight = np.random.default_rng(0).uniform(0.5, 2, 150)
    with sklearn.config_context(enable_metadata_routing=True):
        asking = Remember().set_fit_request(sample_weight=True)
        clf = CleanLabelClassifier(asking, Told([0])).fit(X, y, sample_weight=weight)
        assert_array_equal(clf.estimator_.seen_[2], weight[1:])
        with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError):
            CleanLabelClassifier(Remember(), Told()).fit(X, y, sample_weight=weight)


def test_a_meta_estimator_hands_weights_on(blobs):
    X, y = blobs
    search = GridSearchCV(Remember(), {"C": [1.0]}, cv=2)
    weight = np.random.default_rng(0).uniform(0.5, 2, 150)
    clf = CleanLabelClassifier(search, Told([0])).fit(X, y, sample_weight=weight)
    assert_array_equal(clf.estimator_.best_estimator_.seen_[2], weight[1:])


def test_estimators_without_weights_say_so(blobs):
    X, y = blobs
    message = "needs an estimator whose fit takes sample_weight, and KNeighbors"
    with pytest.raises(TypeError, match=message):
        CleanLabelClassifier(KNeighborsClassifier(), QUICK).fit(
            X, y, sample_weight=np.ones(150)
        )
    with pytest.raises(TypeError, match="action='reweight' " + message):
        CleanLabelClassifier(KNeighborsClassifier(), QUICK, "reweight").fit(X, y)
    pipeline = make_pipeline(StandardScaler(), KNeighborsClassifier())
    with pytest.raises(TypeError, match="Pipeline with KNeighborsClassifier at its"):
        CleanLabelClassifier(pipeline, QUICK, "reweight").fit(X, y)


def test_no_weights_are_as_good_as_none(blobs):
    X, y = blobs
    clf = CleanLabelClassifier(KNeighborsClassifier(), QUICK)
    assert clf.fit(X, y, sample_weight=None).score(X, y) > 0.9


def test_wrong_arguments_are_told(blobs):
    X, y = blobs
    with pytest.raises(ValueError, match="action='relable' is not one.*'relabel'"):
        CleanLabelClassifier(action="relable").fit(X, y)
    with pytest.raises(ValueError, match="min_per_class=0 is out of range"):
        CleanLabelClassifier(GaussianNB(), QUICK, min_per_class=0).fit(X, y)
    with pytest.raises(TypeError, match="predict_proba, and LinearSVC has none"):
        CleanLabelClassifier(LinearSVC(), QUICK, "semi_supervised").fit(X, y)
    with pytest.raises(ValueError, match="only one class"):
        CleanLabelClassifier().fit(X, np.zeros(150))
    with pytest.raises(ValueError, match=r"expected \(150,\)"):
        CleanLabelClassifier().fit(X, y, sample_weight=np.ones(3))


def test_it_has_the_methods_that_its_estimator_has(blobs):
    X, y = blobs
    svc = CleanLabelClassifier(LinearSVC(), QUICK)
    assert hasattr(svc, "decision_function") and not hasattr(svc, "predict_proba")
    svc.fit(X, y)
    assert_array_equal(svc.decision_function(X), svc.estimator_.decision_function(X))
    bayes = CleanLabelClassifier(GaussianNB(), QUICK).fit(X, y)
    assert not hasattr(bayes, "decision_function")
    assert_array_equal(
        bayes.predict_log_proba(X), bayes.estimator_.predict_log_proba(X)
    )
    weight = np.linspace(0, 1, 150)
    score = bayes.estimator_.score(X, y, sample_weight=weight)
    assert bayes.score(X, y, sample_weight=weight) == score


def test_searches_go_over_detectors_and_actions(noisy):
    X, _, given = noisy
    clf = CleanLabelClassifier(LogisticRegression(), QUICK)
    pipeline = make_pipeline(StandardScaler(), clf)
    grid = [
        {
            "cleanlabelclassifier__detector__threshold": ["auto", 0.3],
            "cleanlabelclassifier__estimator__C": [0.1, 1.0],
        },
        {
            "cleanlabelclassifier__action": ["relabel", "reweight"],
            "cleanlabelclassifier__detector": [ConfidentLearning(GaussianNB(), cv=2)],
        },
    ]
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(X, given)
    assert len(search.cv_results_["params"]) == 6
    assert search.best_estimator_.score(X, given) > 0.6


def test_cross_validation_judges_on_all_samples(noisy):
    X, _, given = noisy
    clf = CleanLabelClassifier(GaussianNB(), QUICK)
    assert cross_val_score(clf, X, given, cv=3, error_score="raise").mean() > 0.6
