"""A classifier on several annotators' votes: what it is fitted on."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from annotator_helpers import (
    ConsensusClassifier,
    crowdlab,
    dawid_skene,
    majority_vote,
    one_coin,
)
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import coo_array
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.exceptions import DataConversionWarning
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from sknoisy import NoisyLabelClassifier
from sknoisy.annotators._aggregations import AGGREGATIONS, WITH_CLASSIFIER

BY_VOTES = {"dawid_skene": dawid_skene, "majority": majority_vote, "one_coin": one_coin}


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers what all its clones were fitted on; knows how frequent labels are."""

    calls: list = []

    def __init__(self, takes_soft_labels=False):
        self.takes_soft_labels = takes_soft_labels

    def fit(self, X, y):
        self.calls.append((X, y))
        codes = np.arange(y.shape[1]) if y.ndim == 2 else y
        self.classes_, counts = np.unique(codes, return_counts=True)
        self.proba_ = y.mean(axis=0) if y.ndim == 2 else counts / len(y)
        return self

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def predict_proba(self, X):
        return np.tile(self.proba_, (len(X), 1))


@pytest.fixture
def calls():
    Recorder.calls.clear()
    return Recorder.calls


# ---------------------------------------------------------------- consensus and fit


@pytest.mark.parametrize("aggregation", sorted(BY_VOTES))
def test_the_consensus_is_the_functions(aggregation, crowd):
    clf = ConsensusClassifier(aggregation=aggregation).fit(crowd.X, crowd.votes)
    found = BY_VOTES[aggregation](crowd.votes[crowd.given])
    assert_array_equal(clf.has_votes_, crowd.given)
    assert_array_equal(clf.consensus_labels_[crowd.given], found.labels)
    assert_allclose(clf.consensus_proba_[crowd.given], found.proba)
    assert_allclose(clf.label_quality_[crowd.given], found.label_quality)
    assert_allclose(clf.annotator_quality_, found.annotator_quality)
    # of samples without votes, only the shares of classes are known
    assert_allclose(clf.consensus_proba_[~crowd.given], [found.prior] * 12)


@pytest.mark.parametrize("aggregation", sorted(AGGREGATIONS))
def test_everything_has_its_shape(aggregation, crowd):
    names = np.array(["x", "y", "z"])
    words = np.where(crowd.votes < 0, None, names[crowd.votes])
    clf = ConsensusClassifier(GaussianNB(), aggregation, rounds=1, random_state=0)
    clf.fit(crowd.X, words)
    assert clf.classes_.tolist() == ["x", "y", "z"]
    assert clf.consensus_labels_.shape == clf.label_quality_.shape == (240,)
    assert clf.consensus_proba_.shape == (240, 3)
    assert clf.annotator_quality_.shape == (4,)
    assert set(clf.predict(crowd.X)) <= set(names)
    assert clf.predict_proba(crowd.X).shape == (240, 3)
    assert clf.n_features_in_ == 3
    assert clf.score(crowd.X, names[crowd.y]) > 0.6


def test_a_classifier_among_the_annotators_finds_more_than_votes_tell(crowd):
    right = {}
    for aggregation in AGGREGATIONS:
        clf = ConsensusClassifier(GaussianNB(), aggregation, random_state=0)
        labels = clf.fit(crowd.X, crowd.votes).consensus_labels_
        right[aggregation] = (labels == crowd.y)[crowd.given].mean()
    assert right["dawid_skene"] > right["majority"]
    assert right["crowdlab"] > right["dawid_skene"] + 0.05
    assert right["classifier"] > right["dawid_skene"] + 0.1


def test_the_classifiers_own_quality_is_told(crowd):
    asked = ConsensusClassifier(GaussianNB(), "classifier", random_state=0)
    consensus = asked.fit(crowd.X, crowd.votes).consensus_
    assert 0.7 < consensus.classifier_quality < 1
    assert consensus.confusion.shape == (4, 3, 3)
    asked.set_params(aggregation="crowdlab").fit(crowd.X, crowd.votes)
    assert asked.consensus_.classifier_weight > 0
    assert asked.consensus_.annotator_weight.shape == (4,)


def test_crowdlab_gets_probabilities_out_of_fold(crowd):
    X, votes = crowd.X[crowd.given], crowd.votes[crowd.given]
    folds = KFold(4)
    clf = ConsensusClassifier(GaussianNB(), "crowdlab", rounds=1, cv=folds)
    clf.set_params(training="hard").fit(X, votes)
    labels, pred_probs = dawid_skene(votes).labels, np.empty((len(X), 3))
    for train, test in folds.split(X):
        fold = GaussianNB().fit(X[train], labels[train])
        pred_probs[test] = fold.predict_proba(X[test])
    assert_allclose(clf.consensus_proba_, crowdlab(votes, pred_probs, passes=1).proba)


def test_nobody_votes_on_what_he_was_fitted_on(crowd):
    # a tree knows by heart what it has seen, and would find itself always right
    tree = DecisionTreeClassifier(random_state=0)
    clf = ConsensusClassifier(tree, "classifier", rounds=1, random_state=0)
    consensus = clf.fit(crowd.X, crowd.votes).consensus_
    assert consensus.classifier_quality < 0.8


def test_rounds_repeat_what_one_does(calls, crowd):
    for rounds in (1, 2):
        calls.clear()
        clf = ConsensusClassifier(Recorder(), "classifier", rounds=rounds, cv=4)
        clf.fit(crowd.X, crowd.votes)
        assert len(calls) == 4 * rounds + 1
    calls.clear()
    ConsensusClassifier(Recorder()).fit(crowd.X, crowd.votes)
    assert len(calls) == 1


def test_folds_are_ones_own_if_one_likes(calls, crowd):
    folds = StratifiedKFold(3)
    ConsensusClassifier(Recorder(), "classifier", cv=folds, rounds=1).fit(
        crowd.X, crowd.votes
    )
    assert [len(y) for _, y in calls] == [152, 152, 152, 228]


def test_a_function_of_ones_own_is_an_aggregation(crowd):
    def first_come(votes, boost=0.0):
        given = votes >= 0
        first = votes[np.arange(len(votes)), given.argmax(axis=1)]
        return np.eye(3)[first] * (1 - boost) + boost / 3

    clf = ConsensusClassifier(GaussianNB(), first_come, aggregation__boost=0.3)
    clf.fit(crowd.X, crowd.votes)
    first = [row[row >= 0][0] for row in crowd.votes[crowd.given]]
    assert_array_equal(clf.consensus_labels_[crowd.given], first)
    assert clf.label_quality_[crowd.given] == pytest.approx(0.8)
    smoother = ConsensusClassifier(GaussianNB(), partial(dawid_skene, smoothing=50))
    by_name = ConsensusClassifier(GaussianNB(), aggregation__smoothing=50)
    assert_allclose(
        smoother.fit(crowd.X, crowd.votes).consensus_proba_[crowd.given],
        by_name.fit(crowd.X, crowd.votes).consensus_proba_[crowd.given],
    )
    with pytest.raises(ValueError, match=r"shape \(228,\) .* expected .*\(228, 3\)"):
        ConsensusClassifier(aggregation=lambda votes: votes[:, 0]).fit(
            crowd.X, crowd.votes
        )


# ---------------------------------------------------------------- one annotator


def test_labels_by_one_annotator_are_the_consensus(crowd):
    y = crowd.y - 1
    for aggregation in BY_VOTES:
        clf = ConsensusClassifier(GaussianNB(), aggregation, unlabeled=None)
        clf.fit(crowd.X, y)
        assert_array_equal(clf.consensus_labels_, y)
        plain = GaussianNB().fit(crowd.X, y)
        assert_array_equal(clf.predict_proba(crowd.X), plain.predict_proba(crowd.X))


def test_a_single_column_of_votes_may_miss_some_and_warns(crowd):
    column = crowd.votes[:, :1]
    clf = ConsensusClassifier(GaussianNB())
    with pytest.warns(DataConversionWarning, match="column-vector"):
        clf.fit(crowd.X, column)
    assert_array_equal(clf.has_votes_, column[:, 0] >= 0)
    assert clf.classes_.tolist() == [0, 1, 2]


# ---------------------------------------------------------------- training


def test_soft_labels_go_to_whom_takes_them(calls, crowd):
    clf = ConsensusClassifier(Recorder(takes_soft_labels=True))
    clf.fit(crowd.X, np.where(crowd.votes < 0, -1, 10 * crowd.votes))
    assert clf.training_ == "soft"
    ((_, y),) = calls
    assert_array_equal(y, clf.consensus_proba_[crowd.given])
    assert clf.classes_.tolist() == [0, 10, 20]
    assert set(clf.predict(crowd.X)) <= {0, 10, 20}
    piped = ConsensusClassifier(make_pipeline(StandardScaler(), clf.estimator))
    assert piped.fit(crowd.X, crowd.votes).training_ == "soft"


def test_our_network_fits_the_soft_consensus(crowd):
    network = NoisyLabelClassifier(max_epochs=5, module__hidden=8, random_state=0)
    words = np.where(crowd.votes < 0, None, np.array(["x", "y", "z"])[crowd.votes])
    clf = ConsensusClassifier(network, training="soft").fit(crowd.X, words)
    direct = clone(network).fit(crowd.X[crowd.given], clf.consensus_proba_[crowd.given])
    assert_array_equal(clf.predict_proba(crowd.X), direct.predict_proba(crowd.X))
    assert set(clf.predict(crowd.X)) <= {"x", "y", "z"}


def test_a_network_is_fitted_on_soft_labels_without_being_told(crowd):
    network = NoisyLabelClassifier(max_epochs=2, random_state=0)
    clf = ConsensusClassifier(network).fit(crowd.X, crowd.votes)
    assert clf.training_ == "soft"


@pytest.mark.parametrize(("method", "takes"), [("plain", True), ("ohem", False)])
def test_a_method_says_whether_soft_labels_have_a_meaning(method, takes):
    assert NoisyLabelClassifier(method=method).takes_soft_labels is takes


def test_weights_say_how_likely_a_class_is(crowd):
    X, votes = crowd.X[crowd.given], crowd.votes[crowd.given]
    clf = ConsensusClassifier(LogisticRegression(), "majority").fit(X, votes)
    assert clf.training_ == "weighted"
    rows, codes = np.nonzero(majority_vote(votes).proba)
    weight = majority_vote(votes).proba[rows, codes]
    plain = LogisticRegression().fit(X[rows], codes, sample_weight=weight)
    assert_allclose(clf.estimator_.coef_, plain.coef_)


def test_weights_find_the_last_step_of_a_pipeline(crowd):
    model = make_pipeline(StandardScaler(), make_pipeline(LogisticRegression()))
    clf = ConsensusClassifier(model, "majority").fit(crowd.X, crowd.votes)
    assert clf.training_ == "weighted"
    X, proba = crowd.X[crowd.given], clf.consensus_proba_[crowd.given]
    rows, codes = np.nonzero(proba)
    plain = clone(model).fit(
        X[rows], codes, pipeline__logisticregression__sample_weight=proba[rows, codes]
    )
    assert_allclose(clf.predict_proba(X), plain.predict_proba(X))


def test_hard_labels_go_to_all_others(crowd):
    X, votes = crowd.X[crowd.given], crowd.votes[crowd.given]
    neighbors = KNeighborsClassifier(3)
    clf = ConsensusClassifier(neighbors, "majority").fit(X, votes)
    assert clf.training_ == "hard"
    plain = clone(neighbors).fit(X, majority_vote(votes).labels)
    assert_array_equal(clf.predict(X), plain.predict(X))
    chosen = ConsensusClassifier(LogisticRegression(), training="hard")
    assert chosen.fit(X, votes).training_ == "hard"


def test_features_are_handed_on_as_they_are(calls, crowd):
    votes = np.where(crowd.votes < 0, 0, crowd.votes)
    X = crowd.X.astype(np.float32, order="F")
    ConsensusClassifier(Recorder()).fit(X, votes)
    assert calls[-1][0] is X
    table = pd.DataFrame(X, columns=["a", "b", "c"])
    ConsensusClassifier(Recorder(), "classifier", cv=3).fit(table, crowd.votes)
    assert all(isinstance(given, pd.DataFrame) for given, _ in calls[1:])
    clf = ConsensusClassifier(GaussianNB()).fit(table, crowd.votes)
    assert clf.feature_names_in_.tolist() == ["a", "b", "c"]
    sparse = ConsensusClassifier(random_state=0).fit(coo_array(crowd.X), crowd.votes)
    dense = ConsensusClassifier(random_state=0).fit(crowd.X, crowd.votes)
    assert_allclose(
        sparse.predict_proba(coo_array(crowd.X)),
        dense.predict_proba(crowd.X),
        atol=1e-3,
    )


# ---------------------------------------------------------------- samples without votes


def test_samples_without_votes_are_left_out_of_training(calls, crowd):
    ConsensusClassifier(Recorder(), "classifier").fit(crowd.X, crowd.votes)
    assert_array_equal(calls[-1][0], crowd.X[crowd.given])
    blind = {tuple(row) for row in crowd.X[~crowd.given]}
    assert not any(blind & {tuple(row) for row in X} for X, _ in calls)


@pytest.mark.parametrize("aggregation", sorted(WITH_CLASSIFIER))
def test_samples_without_votes_are_kept_with_the_classifiers_label(aggregation, crowd):
    clf = ConsensusClassifier(
        GaussianNB(), aggregation, without_votes="keep", rounds=2, random_state=0
    )
    clf.fit(crowd.X, crowd.votes)
    assert clf.estimator_.class_count_.sum() == pytest.approx(240, rel=1e-3)
    right = (clf.consensus_labels_ == crowd.y)[~crowd.given]
    assert right.mean() > 0.75
    assert_array_equal(clf.has_votes_, crowd.given)


def test_votes_alone_say_nothing_of_samples_without(crowd):
    with pytest.raises(ValueError, match=r"one of \['classifier', 'crowdlab'\]"):
        ConsensusClassifier(without_votes="keep").fit(crowd.X, crowd.votes)


def test_rules_that_abstain_teach_a_classifier_what_they_do_not_say():
    rng = np.random.default_rng(0)
    words = {0: ["awful", "dull", "poor"], 1: ["great", "lovely", "fine"]}
    y = rng.integers(2, size=300)
    texts = [" ".join(rng.choice([*words[k], "film", "plot"], size=4)) for k in y]

    def rule(word, label):
        return [label if word in text else -1 for text in texts]

    votes = np.column_stack([rule("awful", 0), rule("great", 1), rule("dull", 0)])
    silent = (votes < 0).all(axis=1)
    assert 0.2 < silent.mean() < 0.5
    clf = ConsensusClassifier(make_pipeline(CountVectorizer(), MultinomialNB()))
    clf.fit(texts, votes)
    assert accuracy_score(y[silent], clf.predict(np.array(texts)[silent])) > 0.85
