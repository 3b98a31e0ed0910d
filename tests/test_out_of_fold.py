"""Folds, and what classifiers say of samples that they were not fitted on."""

import warnings

import numpy as np
import pandas as pd
import pytest
from group_helpers import Duck, ProbableDuck, Silent, Spy
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sknoisy import NoisyTargetClassifier
from sknoisy._folds import folds_to_judge_by, make_folds
from sknoisy._out_of_fold import predict_out_of_fold
from sknoisy.annotators import ConsensusClassifier
from sknoisy.cleaning import CleanLabelClassifier
from sknoisy.detectors import (
    KDN,
    ConfidentLearning,
    InstanceHardness,
    IterativePartitioningFilter,
    TrueLabelPosterior,
)
from sknoisy.model_selection import noisy_cross_validate
from sknoisy.noise import MarginNoise
from sknoisy.semi_supervised import CoTrainingClassifier

Y = np.random.default_rng(0).integers(3, size=90)
X = np.random.default_rng(1).normal(size=(90, 4)) + 2 * np.eye(4)[Y]
GROUPS = np.arange(90) // 5


def same(folds, others):
    assert len(folds) == len(others := list(others))
    for one, other in zip(folds, others, strict=True):
        assert_array_equal(one[0], other[0])
        assert_array_equal(one[1], other[1])


# --- folds ---


def test_a_number_means_shuffled_stratified_folds():
    kind = StratifiedKFold(4, shuffle=True, random_state=3)
    same(make_folds(4, Y, random_state=3), kind.split(X, Y))


def test_with_groups_a_number_keeps_them_together():
    kind = StratifiedGroupKFold(4, shuffle=True, random_state=3)
    same(make_folds(4, Y, GROUPS, random_state=3), kind.split(X, Y, GROUPS))
    same(
        make_folds(4, Y, GROUPS, shuffle=False, stratified=False),
        GroupKFold(4).split(X, Y, GROUPS),
    )


@pytest.mark.parametrize("cv", [GroupKFold(3), LeaveOneGroupOut(), KFold(18)])
def test_splitters_decide_for_themselves(cv):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that KFold doesn't look at groups
        expected = list(cv.split(X, Y, GROUPS))
    same(make_folds(cv, Y, GROUPS), expected)


def test_pairs_of_indices_or_masks_are_folds():
    first = np.arange(90) < 45
    same(make_folds([(first, ~first)], Y), [(np.flatnonzero(first), np.arange(45, 90))])


def test_groups_may_be_anything_that_can_be_told_apart():
    names = np.array([f"patient {g}" for g in GROUPS])
    mixed = np.array([int(g) if g % 2 else f"p{g}" for g in GROUPS], dtype=object)
    for groups in (names, pd.Series(names), list(names)):
        found = make_folds(4, Y, groups, random_state=0)
        same(found, make_folds(4, Y, names, random_state=0))
    for train, test in make_folds(4, Y, mixed, random_state=0):
        assert not set(GROUPS[train]) & set(GROUPS[test])


def test_there_are_no_more_folds_than_groups():
    assert len(make_folds(5, Y, np.arange(90) % 3)) == 3


MISTAKES = [
    (GroupKFold(3), None, r"cv=GroupKFold\(.* needs groups: pass groups=…"),
    (5, np.zeros(90), "a single group, .*: there must be two at least"),
    (5, np.zeros(9), "groups holds 9 values, but there are 90 samples"),
    (5, [None, *range(89)], "groups holds 1 missing values, the first at position 0"),
    (KFold(4), GROUPS, "cv divides groups: .* such as GroupKFold"),
    ([(np.arange(90), np.arange(90))], GROUPS, "cv divides groups"),
    (ShuffleSplit(1), None, r"cv=ShuffleSplit.* leaves 81 of 90 samples out of every"),
    ([([1], [2])], None, "^cv leaves 89 of 90 samples out of every"),
]


@pytest.mark.parametrize(("cv", "groups", "message"), MISTAKES)
def test_folds_that_cannot_serve_are_told(cv, groups, message):
    with pytest.raises(ValueError, match=message):
        folds_to_judge_by(cv, Y, groups)


def test_a_class_of_few_samples_is_no_news():
    codes = np.append(Y, [3, 3])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(folds_to_judge_by(5, codes)) == 5
    assert len(folds_to_judge_by(5, codes, knows_all=True)) == 2
    assert folds_to_judge_by(5, np.append(Y, 3), knows_all=True) == []


# --- fits and predictions ---


def test_probabilities_are_those_of_scikit_learn():
    folds = make_folds(4, Y, random_state=0)
    expected = cross_val_predict(GaussianNB(), X, Y, cv=folds, method="predict_proba")
    assert_allclose(predict_out_of_fold(GaussianNB(), X, Y, folds), expected)


def test_distances_to_samples_are_cut_on_both_sides():
    kernel = X @ X.T
    machine = SVC(kernel="precomputed")
    folds = make_folds(3, Y, random_state=0)
    found = noisy_cross_validate(machine, kernel, Y, cv=folds)
    expected = noisy_cross_validate(SVC(kernel="linear"), X, Y, cv=folds)
    assert_allclose(found.test_noisy_score, expected.test_noisy_score)
    judged = IterativePartitioningFilter(machine, random_state=0).fit(kernel, Y)
    plain = IterativePartitioningFilter(SVC(kernel="linear"), random_state=0).fit(X, Y)
    assert_array_equal(judged.is_issue_, plain.is_issue_)


def test_weights_count_and_zero_is_absence():
    weight = np.random.default_rng(5).integers(0, 3, size=90).astype(float)
    folds = make_folds(3, Y, random_state=0)
    found = predict_out_of_fold(LogisticRegression(), X, Y, folds, sample_weight=weight)
    for train, test in folds:
        there = np.repeat(train, weight[train].astype(int))
        expected = LogisticRegression().fit(X[there], Y[there]).predict_proba(X[test])
        assert_allclose(found[test], expected, atol=1e-3)


def test_who_takes_no_weights_can_still_do_without_samples():
    weight = (np.arange(90) % 3 > 0).astype(float)
    folds = make_folds(3, Y, random_state=0)
    found = predict_out_of_fold(ProbableDuck(), X, Y, folds, sample_weight=weight)
    train, test = folds[0]
    left = train[weight[train] > 0]
    expected = LogisticRegression().fit(X[left], Y[left]).predict_proba(X[test])
    assert_allclose(found[test], expected)
    with pytest.raises(TypeError, match="and ProbableDuck doesn't"):
        predict_out_of_fold(ProbableDuck(), X, Y, folds, sample_weight=weight / 2)


def test_a_fold_without_anybody_to_learn_from_is_told():
    weight = np.zeros(90)
    weight[:2] = 1
    folds = [(np.arange(45), np.arange(45, 90)), (np.arange(45, 90), np.arange(45))]
    with pytest.raises(ValueError, match="A fold has no sample to fit on"):
        predict_out_of_fold(GaussianNB(), X, Y, folds, sample_weight=weight)


TEXTS = ["a fine film", "a bad film"] * 15
KINDS = {
    "list": (TEXTS, make_pipeline(CountVectorizer(), LogisticRegression())),
    "frame": (pd.DataFrame({"a": [1.0, 2.0] * 15, "b": 0.0}), GaussianNB()),
    "coo": (sparse.coo_array(np.array([[1.0, 0], [0, 1]] * 15)), LogisticRegression()),
    "rows of lists": ([[1.0, 0], [0, 1.0]] * 15, GaussianNB()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_only_picked(kind):
    samples, classifier = KINDS[kind]
    y = np.array(["good", "bad"] * 15)
    y[4] = "bad"
    found = ConfidentLearning(classifier, random_state=0).fit(
        samples, y, groups=np.arange(30) // 2
    )
    assert_array_equal(np.flatnonzero(found.is_issue_), [4])


# --- classifiers that are less than scikit-learn's ---


def repr_of(one):
    return type(one).__name__


NOT_RETURNING = {
    "CleanLabelClassifier": lambda one: CleanLabelClassifier(one, KDN()).fit(X, Y),
    "CleanLabelClassifier(semi_supervised)": lambda one: CleanLabelClassifier(
        one, KDN(), action="semi_supervised"
    ).fit(X, Y),
    "ConfidentLearning": lambda one: ConfidentLearning(one).fit(X, Y),
    "TrueLabelPosterior": lambda one: TrueLabelPosterior(one).fit(X, Y),
    "InstanceHardness": lambda one: InstanceHardness([one]).fit(X, Y),
    "IterativePartitioningFilter": lambda one: IterativePartitioningFilter(one).fit(
        X, Y
    ),
    "MarginNoise": lambda one: MarginNoise(estimator=one).fit(X, Y),
    "NoisyTargetClassifier": lambda one: NoisyTargetClassifier(one).fit(X, Y),
    "ConsensusClassifier": lambda one: ConsensusClassifier(one, "crowdlab").fit(X, Y),
    "CoTrainingClassifier": lambda one: CoTrainingClassifier(one).fit(
        X, np.where(np.arange(90) % 4, -1, Y)
    ),
}


@pytest.mark.parametrize(
    "classifier", [Silent(), ProbableDuck()], ids=["Silent", "Duck"]
)
@pytest.mark.parametrize("name", NOT_RETURNING)
def test_what_fit_returns_is_nobodys_business(name, classifier):
    if name in ("NoisyTargetClassifier", "CoTrainingClassifier"):
        classifier = Silent()  # they promise the estimator's own classes_
    found = NOT_RETURNING[name](classifier)
    if hasattr(found, "predict"):
        assert np.mean(found.predict(X) == Y) > 0.6


@pytest.mark.parametrize("name", ["CleanLabelClassifier", "ConsensusClassifier"])
def test_labels_alone_are_enough_where_nobody_needs_more(name):
    assert np.mean(NOT_RETURNING[name](Duck()).predict(X) == Y) > 0.6
    assert IterativePartitioningFilter(Duck(), random_state=0).fit(X, Y).n_iter_ > 0


def test_probabilities_are_asked_for_where_they_are_needed():
    for fit in (ConfidentLearning(Duck()).fit, MarginNoise(estimator=Duck()).fit):
        with pytest.raises(TypeError, match="Duck has no predict_proba, which gives"):
            fit(X, Y)


@pytest.mark.filterwarnings("ignore:.*no noise rate is stated:UserWarning")
def test_a_spy_sees_what_it_should():
    numbered = np.column_stack([np.arange(90), X])
    Spy.seen.clear()
    weight = np.random.default_rng(5).integers(0, 3, size=90).astype(float)
    pipeline = make_pipeline(StandardScaler(with_mean=False, with_std=False), Spy())
    ConfidentLearning(pipeline, cv=3, random_state=0).fit(
        numbered, Y, sample_weight=weight, groups=GROUPS
    )
    assert len(Spy.seen) == 3
    for rows, asked, theirs in Spy.seen:
        assert not set(GROUPS[rows]) & set(GROUPS[asked])
        assert_array_equal(theirs, weight[rows])
        assert (theirs > 0).all()
    assert_array_equal(np.sort(np.concatenate([a for _, a, _ in Spy.seen])), range(90))


@pytest.mark.filterwarnings("ignore:.*no noise rate is stated:UserWarning")
def test_columns_that_nobody_can_tell_apart_are_refused():
    class Fixed(LogisticRegression):
        """Gives four columns whatever it was fitted on, as a network may."""

        def predict_proba(self, X):
            return np.full((len(X), 4), 0.25)

    X = np.random.default_rng(0).normal(size=(40, 3))
    codes = np.arange(40) % 5
    pairs = codes // 2  # fits without two of the classes
    folds = [(np.flatnonzero(pairs != k), np.flatnonzero(pairs == k)) for k in range(3)]
    with pytest.raises(
        ValueError, match="Fixed was fitted on 3 of 5 classes, but gives 4"
    ):
        ConfidentLearning(Fixed(), cv=folds, random_state=0).fit(X, codes)
