"""What is no label: one rule for everybody who takes a y."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from helpers import small
from numpy.testing import assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.naive_bayes import GaussianNB
from test_common import INSTANCES

import sknoisy
from sknoisy._unlabeled import as_labels, find_unlabeled, is_ambiguous
from sknoisy.annotators import dawid_skene, majority_vote
from sknoisy.detectors._base import PER_SAMPLE
from sknoisy.model_selection import batched_cross_val_predict, noisy_cross_validate

REFUSED = "holds -1 beside 0, 1: pass unlabeled=-1 if it marks samples without a label"
# who is there for labels that are missing, and marks them by -1
MARKS = {"AnnotatorNoise", "CoTrainingClassifier", "MissingLabelNoise"}
NO_LABELS = {"FeatureNoise"}  # whose y is ignored
# what they search over says what is no label
SEARCHES = {name for name in sknoisy.__all__ if name.endswith("SearchCV")}
TAKES_ALL = {"ConsensusClassifier"}  # samples without votes are its daily bread
ALL = {
    name: instances[0]
    for name, instances in INSTANCES.items()
    if name not in NO_LABELS | SEARCHES
}
ASKING = {name: one for name, one in ALL.items() if name not in MARKS}
RNG = np.random.default_rng(0)
CODES = np.repeat([0, 1], 30)
X = RNG.normal(size=(60, 3)) + 3 * CODES[:, None]
GONE = np.isin(np.arange(60), [4, 17, 40, 59])
MARKED = np.where(GONE, -1, CODES)


def quick(name, **parameters):
    """Return an instance that fits fast, and the same again at every call."""
    one = clone(ALL[name])
    known = one.get_params()
    fast = {"max_epochs": 2, "warm_up_epochs": 1, "random_state": 0}
    return one.set_params(**{k: v for k, v in fast.items() if k in known}, **parameters)


def fitted(name, y, **parameters):
    return quick(name, **parameters).fit(X, y)


every = pytest.mark.parametrize("name", sorted(ALL))
asking = pytest.mark.parametrize("name", sorted(ASKING))


# --- the rule itself ---


@pytest.mark.parametrize(
    ("labels", "ambiguous"),
    [
        ([-1, 0, 1], True),
        ([-1, 0], True),
        ([-1, 1, 2], True),
        ([-1.0, 0.0, 1.0], True),
        (np.array([-1, 0, 1], dtype=object), True),
        ([-1, 1], False),
        ([-1], False),
        ([0, 1], False),
        ([-2, -1, 0], False),
        ([-1.0, 0.5, 0.0], False),
        (["-1", "0", "1"], False),
        ([True, False], False),
        ([], False),
    ],
)
def test_minus_one_may_be_either_beside_other_whole_numbers(labels, ambiguous):
    assert is_ambiguous(np.asarray(labels)) == ambiguous


NOTHING = {
    "nan": np.array([0, np.nan, 1]),
    "None": [0, None, 1],
    "None among words": ["a", None, "b"],
    "nan among words": ["a", np.nan, "b"],
    "pandas": pd.Series([0, pd.NA, 1], dtype="Int64"),
    "pandas strings": pd.Series(["a", None, "b"], dtype="string"),
    "pandas categories": pd.Series(["a", None, "b"], dtype="category"),
    "polars": pl.Series([0, None, 1]),
    "masked": np.ma.masked_array([0, 7, 1], [False, True, False]),
    "masked words": np.ma.masked_array(["a", "x", "b"], [False, True, False]),
}


@pytest.mark.parametrize("kind", NOTHING)
def test_what_is_never_a_label(kind):
    labels = as_labels(NOTHING[kind])
    assert_array_equal(find_unlabeled(labels, None), [False, True, False])
    assert_array_equal(find_unlabeled(labels, 5), [False, True, False])
    assert_array_equal(find_unlabeled(labels, may_miss=True), [False, True, False])
    with pytest.raises(ValueError, match=r"1 missing labels.*position 1.*unlabeled="):
        find_unlabeled(labels)


@pytest.mark.parametrize("unlabeled", [-1, "?", None, float("nan"), "auto"])
def test_a_value_marks_nothing_among_labels_of_another_type(unlabeled):
    for labels in (["a", "b"], [0.0, 1.0], [True, False], np.array([0, 1], object)):
        assert not find_unlabeled(np.asarray(labels), unlabeled).any()


@pytest.mark.parametrize("labels", [["a", "", "b"], np.array(["a", "", "b"], object)])
def test_an_empty_text_is_asked_about(labels):
    labels = as_labels(labels)
    assert not find_unlabeled(labels, None).any()
    assert_array_equal(find_unlabeled(labels, ""), [False, True, False])
    for unlabeled in ("auto", -1):
        with pytest.raises(ValueError, match="y holds '' beside 'a', 'b': .*unlab.*''"):
            find_unlabeled(labels, unlabeled)
    with pytest.raises(ValueError, match="pass unlabeled='' if it marks samples"):
        sknoisy.KDN().fit(X[:3], labels)


def test_lists_keep_their_type():
    assert as_labels(["a", "b"]).dtype.kind == "U"
    assert as_labels([0, 1]).dtype.kind == "i"
    assert as_labels(["a", None]).tolist() == ["a", None]
    text = np.array(["a", "bc"], dtype=np.dtypes.StringDType())
    assert as_labels(text).dtype.kind == "U"


# --- the same from everybody ---


@asking
def test_minus_one_among_classes_is_refused_in_one_sentence(name):
    with pytest.raises(ValueError, match=REFUSED):
        fitted(name, MARKED)


@pytest.mark.parametrize("name", sorted(set(ASKING) - TAKES_ALL))
@pytest.mark.parametrize("nothing", [np.nan, None])
def test_missing_labels_are_refused_in_a_sentence_that_names_the_parameter(
    name, nothing
):
    y = np.where(GONE, nothing, CODES.astype(object))
    said = "y contains 4 missing labels .*first at position 4.* unlabeled=None"
    with pytest.raises(ValueError, match=said):
        fitted(name, y if nothing is None else y.astype(float))


@every
def test_marks_are_no_class_where_the_user_says_so(name):
    words = np.where(GONE, "?", np.array(["no", "yes"])[CODES])
    for y, mark, classes in (
        (MARKED, -1, [0, 1]),
        (words, "?", ["no", "yes"]),
        (np.where(GONE, np.nan, CODES), None, [0, 1]),
    ):
        found = fitted(name, y, unlabeled=mark)
        assert_array_equal(found.classes_, classes)


@every
def test_minus_one_is_a_class_where_the_user_says_so(name):
    found = fitted(name, CODES - 1, unlabeled=None)
    assert_array_equal(found.classes_, [-1, 0])


@asking
def test_minus_one_and_one_are_two_classes(name):
    assert_array_equal(fitted(name, 2 * CODES - 1).classes_, [-1, 1])


@every
def test_numbers_in_an_array_of_objects_are_numbers(name):
    found = fitted(name, CODES.astype(object))
    assert found.classes_.dtype.kind in "iu"


@pytest.mark.parametrize("name", sorted(set(ALL) - TAKES_ALL))
def test_the_mask_of_an_array_is_honored(name):
    found = fitted(name, np.ma.masked_array(CODES + 5 * GONE, GONE), unlabeled=None)
    assert_array_equal(found.classes_, [0, 1])


# --- what becomes of samples without a label ---

CLASSIFIERS = [
    name
    for name in sorted(ASKING)
    if is_classifier(ASKING[name]) and name not in TAKES_ALL | {"NoisyTargetClassifier"}
]
LEARNS = "DivideMixClassifier"  # from their features
CLASSIFIERS.remove(LEARNS)
DETECTORS = [name for name in sorted(ALL) if hasattr(ALL[name], "threshold")]
DETECTORS = [name for name in DETECTORS if not is_classifier(ALL[name])]
SHIFTERS = [name for name in sorted(ASKING) if hasattr(ASKING[name], "corrupt")]


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers_train_without_them(name):
    without = quick(name).fit(X[~GONE], CODES[~GONE])
    found = fitted(name, MARKED, unlabeled=-1)
    assert_array_equal(found.predict_proba(X), without.predict_proba(X))


def test_some_learn_from_their_features():
    semi = sknoisy.CleanLabelClassifier(
        GaussianNB(), sknoisy.KDN(5), "semi_supervised", unlabeled=-1
    )
    for with_them in (quick(LEARNS, unlabeled=-1), semi):
        found = clone(with_them).fit(X, MARKED).predict_proba(X)
        without = (
            clone(with_them).set_params(unlabeled=None).fit(X[~GONE], CODES[~GONE])
        )
        assert np.abs(found - without.predict_proba(X)).max() > 1e-3
        assert found.shape == (len(X), len(without.classes_))


@pytest.mark.parametrize("name", DETECTORS)
def test_detectors_give_no_verdict(name):
    without = quick(name).fit(X[~GONE], CODES[~GONE])
    found = fitted(name, MARKED, unlabeled=-1)
    assert_array_equal(found.is_issue_[GONE], False)
    assert np.isnan(found.quality_[GONE]).all()
    assert_array_equal(found.suggested_labels_[GONE], -1)
    for one in (*PER_SAMPLE, "suggested_labels_"):
        if hasattr(found, one):
            assert_array_equal(getattr(found, one)[~GONE], getattr(without, one))
    assert found.noise_rate_ == without.noise_rate_
    per_sample = {
        one
        for one, value in vars(without).items()
        if isinstance(value, np.ndarray) and len(value) == (~GONE).sum()
    }
    assert per_sample <= {*PER_SAMPLE, "suggested_labels_"}


@pytest.mark.parametrize("name", SHIFTERS)
def test_noise_leaves_them_as_they_are(name):
    noise = quick(name, unlabeled=-1)
    given = noise.fit_corrupt(MARKED, X)
    assert_array_equal(given[GONE], -1)
    assert not (given[~GONE] == -1).any()
    assert_array_equal(noise.noise_mask_, given != MARKED)
    assert noise.realized_rate_ == noise.noise_mask_.sum() / (~GONE).sum()
    if name != "MarginNoise":  # whose fit looks out of fold
        assert_array_equal(noise.corrupt(MARKED, X), given)


@pytest.mark.parametrize("action", ["drop", "relabel"])
def test_the_cleaner_leaves_them_out_or_as_they_are(action):
    y = pd.Series(MARKED)
    cleaner = sknoisy.LabelCleaner(sknoisy.KDN(5), action, unlabeled=-1)
    X_clean, y_clean = cleaner.fit_resample(X, y)
    table = cleaner.label_issues_
    assert_array_equal(table["given_label"], MARKED)
    assert not table["is_issue"][GONE].any() and np.isnan(table["quality"][GONE]).all()
    assert np.isnan(cleaner.detector_.quality_[GONE]).all()
    kept = cleaner.sample_indices_
    assert len(X_clean) == len(y_clean) == len(kept)
    assert_array_equal(X_clean, X[kept])
    assert np.isin(kept, np.flatnonzero(GONE)).sum() == (
        4 if action == "relabel" else 0
    )
    assert (y_clean == -1).sum() == (4 if action == "relabel" else 0)


@pytest.mark.parametrize("action", ["drop", "relabel", "reweight"])
def test_the_clean_label_classifier_is_not_trained_on_them(action):
    make = [GaussianNB(), sknoisy.KDN(5), action]
    weight = RNG.uniform(1, 2, size=60)
    weighted = [weight, weight[~GONE]]
    found = sknoisy.CleanLabelClassifier(*make, unlabeled=-1)
    found.fit(X, MARKED, sample_weight=weighted[0])
    without = sknoisy.CleanLabelClassifier(*make)
    without.fit(X[~GONE], CODES[~GONE], sample_weight=weighted[1])
    assert_array_equal(found.predict_proba(X), without.predict_proba(X))
    assert_array_equal(found.label_issues_["index"], np.arange(60))
    assert_array_equal(found.label_issues_["suggested_label"][GONE], -1)


def test_a_class_that_was_settled_is_not_asked_about_again():
    y = np.repeat([-1, 0, 1], 20)
    network = small(max_epochs=2)
    for outer in (
        sknoisy.CleanLabelClassifier(network, sknoisy.KDN(5), unlabeled=None),
        sknoisy.NoisyTargetClassifier(network, unlabeled=None, random_state=0),
        sknoisy.CoTrainingClassifier(network, unlabeled=None, random_state=0),
        sknoisy.ConsensusClassifier(network, unlabeled=None, training="hard"),
    ):
        assert_array_equal(outer.fit(X, y).classes_, [-1, 0, 1])
    assert network.unlabeled == "auto"


def test_findings_on_samples_are_nan_where_there_is_no_label():
    clf = small(method="elr", method__keep=True, max_epochs=2, unlabeled=-1).fit(
        X, MARKED
    )
    (kept,) = [v for k, v in vars(clf).items() if k.endswith("_") and len_of(v) == 60]
    assert_array_equal(np.isnan(kept).any(axis=tuple(range(1, kept.ndim))), GONE)


def len_of(value):
    return len(value) if isinstance(value, np.ndarray) else None


def test_weights_and_trusted_labels_keep_their_samples():
    weight = RNG.uniform(1, 2, size=60)
    clf = small(max_epochs=2)
    without = clone(clf).fit(X[~GONE], CODES[~GONE], sample_weight=weight[~GONE])
    clf.set_params(unlabeled=-1).fit(X, MARKED, sample_weight=weight)
    assert_array_equal(clf.predict_proba(X), without.predict_proba(X))
    clf = quick("TransitionCorrectedClassifier", transition=[[0.9, 0.1], [0.2, 0.8]])
    trusted = np.arange(60) % 2 == CODES
    without = clone(clf).fit(X[~GONE], CODES[~GONE], trusted=trusted[~GONE])
    clf.set_params(unlabeled=-1).fit(X, MARKED, trusted=trusted)
    assert_array_equal(clf.predict_proba(X), without.predict_proba(X))


def test_folds_by_place_and_missing_labels_do_not_go_together():
    folds = [(np.arange(30, 60), np.arange(30)), (np.arange(30), np.arange(30, 60))]
    detector = sknoisy.ConfidentLearning(GaussianNB(), cv=folds, unlabeled=-1)
    with pytest.raises(ValueError, match="cv lists folds by the places of samples"):
        detector.fit(X, MARKED)


def test_a_y_without_any_label_is_refused():
    for one in (small(), sknoisy.KDN(), sknoisy.SymmetricNoise()):
        with pytest.raises(ValueError, match="y holds no label"):
            one.set_params(unlabeled=-1).fit(X, np.full(60, -1))


def test_partial_fit_leaves_them_out_too():
    clf = small(unlabeled=-1, dtype="float64")
    clf.partial_fit(X, MARKED, classes=[0, 1])
    without = clone(clf).partial_fit(X[~GONE], CODES[~GONE], classes=[0, 1])
    assert_array_equal(clf.predict_proba(X), without.predict_proba(X))


# --- votes, and cross-validation ---


def test_votes_are_asked_the_same_question():
    votes = np.column_stack([CODES, MARKED, CODES])
    for function in (majority_vote, dawid_skene):
        with pytest.raises(ValueError, match="votes " + REFUSED):
            function(votes)
        assert function(votes, unlabeled=None).classes.tolist() == [-1, 0, 1]
        assert function(votes, unlabeled=-1).classes.tolist() == [0, 1]
    assert majority_vote(2 * votes.clip(0) - 1).classes.tolist() == [-1, 1]


def test_what_missing_label_noise_makes_is_understood_by_all():
    noise = sknoisy.MissingLabelNoise(0.2, exact=True, random_state=0)
    y = noise.fit_corrupt(CODES)
    for name in sorted(set(ALL) - {"MissingLabelNoise"}):
        assert_array_equal(fitted(name, y, unlabeled=-1).classes_, [0, 1])


def test_cross_validation_asks_and_leaves_them_out():
    model = LogisticRegression()
    with pytest.raises(ValueError, match="y " + REFUSED):
        noisy_cross_validate(model, X, MARKED)
    found = noisy_cross_validate(model, X, MARKED, unlabeled=-1)
    assert_array_equal(found.y_noisy, MARKED)
    assert (found.test_noisy_score > 0.9).all()
    known = noisy_cross_validate(model, X, MARKED, y_clean=CODES, unlabeled=-1)
    assert known.noise_rate == 0
    by_hand = noisy_cross_validate(model, X, MARKED, unlabeled=-1, cv=KFold(3))
    assert len(by_hand.test_noisy_score) == 3
    as_class = noisy_cross_validate(model, X, MARKED, unlabeled=None, cv=3)
    assert as_class.test_noisy_score.mean() < found.test_noisy_score.mean()


def test_predictions_of_folds_need_labels():
    clf = small(max_epochs=2, unlabeled=-1)
    with pytest.raises(ValueError, match="4 samples of y have no label"):
        batched_cross_val_predict(clf, X, MARKED)
    folds = KFold(2, shuffle=True, random_state=0)
    found = batched_cross_val_predict(clf, X, MARKED, cv=folds, method="predict")
    assert set(found) <= {0, 1}
    with pytest.raises(ValueError, match="y " + REFUSED):
        batched_cross_val_predict(small(max_epochs=2), X, MARKED)
