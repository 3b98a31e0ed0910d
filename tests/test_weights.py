"""What a weight means, the same for every estimator of ours.

Zero is absence, two is twice, and only ratios count, where a wrapped classifier has no
say in it; balanced weights of classes count weights.
"""

import inspect

import numpy as np
import pandas as pd
import pytest
from helpers import small
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

import sknoisy
from sknoisy import (
    CleanLabelClassifier,
    ConsensusClassifier,
    CoTrainingClassifier,
    MutualLearningClassifier,
    NoisyTargetClassifier,
    SymmetricNoise,
    TrueLabelCalibratedClassifier,
    TrueLabelPosterior,
)
from sknoisy.cleaning import review_page
from sknoisy.inspection import (
    LabelIssuesDisplay,
    LabelPrecisionRecallDisplay,
    LabelQualityDisplay,
)
from sknoisy.model_selection import (
    corrected_accuracy_scorer,
    forward_log_likelihood_scorer,
    peer_accuracy_scorer,
)


class FarOff(BaseEstimator):
    """A detector that says of each sample by itself whether its label is wrong."""

    def fit(self, X, y):
        X, y = np.asarray(X), np.asarray(y)
        self.suggested_labels_ = np.argmax(X[:, :3], axis=1).astype(y.dtype)
        self.is_issue_ = (self.suggested_labels_ != y) & (X[:, 3] > 0)
        self.quality_ = np.where(self.is_issue_, 0.125, 1.0)
        return self


def full(**options):
    """Full batches in float64 without dropout: rounding is all that's left."""
    return small(
        dtype="float64",
        batch_size=10_000,
        module__dropout=0.0,
        module__hidden=8,
        **options,
    )


def students(**options):
    """Return two networks that teach each other, in full batches."""
    defaults = {"max_epochs": 8, "lr": 2e-2, "random_state": 0, "dtype": "float64"}
    defaults |= {"batch_size": 10_000, "module__dropout": 0.0, "module__hidden": 8}
    return MutualLearningClassifier(**{**defaults, **options})


NETWORKS = {
    "gce": full(),
    "auto": full(loss="auto"),
    "ce, balanced": full(loss="ce", class_weight="balanced"),
    "elr": full(method="elr"),
    "peer": full(method="peer", method__form="expected"),
    "mutual": students(),
    "mutual, balanced, taught": students(class_weight="balanced", distill=GaussianNB()),
}
# in which batches, masks of dropout, folds or draws of noise are random
RANDOM = {
    "minibatches with dropout": sknoisy.NoisyLabelClassifier(
        max_epochs=4, batch_size=16, random_state=0
    ),
    "early stopping": small(batch_size=16, early_stopping=True),
    "mutual in minibatches": students(batch_size=16, module__dropout=0.5),
    "cleaner, default detector": CleanLabelClassifier(
        LogisticRegression(),
        TrueLabelPosterior(GaussianNB(), cv=3, random_state=0),
    ),
    "calibrated, default detector": TrueLabelCalibratedClassifier(
        LogisticRegression(),
        TrueLabelPosterior(GaussianNB(), cv=3, random_state=0),
        random_state=0,
    ),
    "consensus of folds": ConsensusClassifier(
        GaussianNB(), "classifier", cv=3, random_state=0
    ),
    "co-training": CoTrainingClassifier(GaussianNB(), max_iter=3, random_state=0),
    "noise": NoisyTargetClassifier(GaussianNB(), random_state=0),
}
WRAPPED = {
    **{
        f"cleaner, {action}": CleanLabelClassifier(GaussianNB(), FarOff(), action)
        for action in ("drop", "relabel", "reweight", "semi_supervised")
    },
    "cleaner of a pipeline": CleanLabelClassifier(
        make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0)),
        FarOff(),
    ),
    "consensus": ConsensusClassifier(GaussianNB(), "majority"),
    "soft consensus": ConsensusClassifier(full(), "majority"),
    "default consensus": ConsensusClassifier(aggregation="majority"),
    "co-training on labels": CoTrainingClassifier(
        GaussianNB(), views=([0, 1, 2], [3, 4]), random_state=0
    ),
    "no noise": NoisyTargetClassifier(GaussianNB(), SymmetricNoise(0.0)),
}
ALL = {**NETWORKS, **RANDOM, **WRAPPED}
# whose fit hands parameters on, and where weight zero isn't absence
OTHERS = {
    name: "a search cuts folds of all samples, as scikit-learn's"
    for name in sknoisy.__all__
    if name.endswith("SearchCV")
}


@pytest.fixture
def weight(table):
    return np.random.default_rng(1).integers(3, size=len(table[1])).astype(float)


def each(estimators):
    return pytest.mark.parametrize(
        "estimator", list(estimators.values()), ids=list(estimators)
    )


def test_every_classifier_that_takes_weights_is_tested():
    takers = set()
    for name in sknoisy.__all__:
        public = getattr(sknoisy, name)
        if hasattr(public, "get_params") and hasattr(public, "predict"):
            parameters = inspect.signature(public.fit).parameters.values()
            if any(p.name == "sample_weight" or p.kind == 4 for p in parameters):
                takers.add(name)
    assert takers == {type(e).__name__ for e in ALL.values()} | set(OTHERS)


# --- zero is absent ---


@each(ALL)
def test_a_weight_of_zero_is_absence(estimator, table, weight):
    X, y = table
    there = weight > 0
    weighted = clone(estimator).fit(X, y, sample_weight=weight)
    absent = clone(estimator).fit(X[there], y[there], sample_weight=weight[there])
    assert_array_equal(weighted.predict_proba(X), absent.predict_proba(X))
    assert_array_equal(weighted.classes_, absent.classes_)


@each(ALL)
def test_a_class_of_weight_zero_stays_one(estimator, table):
    X, y = table
    names = np.array(["ant", "bee", "cat"])[y]
    if isinstance(estimator, CleanLabelClassifier):
        estimator = clone(estimator).set_params(detector=sknoisy.KDN())
    if estimator in NETWORKS.values():
        estimator = clone(estimator).set_params(max_epochs=60)
    fitted = clone(estimator).fit(X, names, sample_weight=1.0 * (y != 1))
    assert_array_equal(fitted.classes_, ["ant", "bee", "cat"])
    proba = fitted.predict_proba(X)
    assert proba.shape == (150, 3)
    assert_allclose(proba.sum(axis=1), 1, atol=1e-6)
    right = fitted.predict(X) == names
    assert right[y != 1].mean() > 0.8 and not right[y == 1].any()


@each(ALL)
def test_a_single_class_with_weight_is_not_enough(estimator, table):
    X, y = table
    with pytest.raises(ValueError, match="one class|fewer than two classes"):
        clone(estimator).fit(X, y, sample_weight=y == 2)


@pytest.mark.parametrize("classifier", [LinearSVC(), SVC(), GaussianNB()])
def test_wrapped_classifiers_are_kept_from_a_class_of_weight_zero(classifier, table):
    # of which scikit-learn 1.9.1 makes what these can't predict, or predict nonsense
    X, y = table
    weight = 1.0 * (y != 1)
    for meta in (
        CleanLabelClassifier(classifier, sknoisy.KDN()),
        NoisyTargetClassifier(classifier, SymmetricNoise(0.0)),
    ):
        fitted = meta.fit(X, y, sample_weight=weight)
        assert set(fitted.predict(X)) == {0, 2}
        if hasattr(fitted, "decision_function"):
            scores = fitted.decision_function(X)
            assert_array_equal(scores.argmax(axis=1), fitted.predict(X))
            assert (scores[:, 1] == -np.inf).all()
        else:
            assert (fitted.predict_log_proba(X)[:, 1] == -np.inf).all()


def test_the_first_part_may_lack_a_class_and_its_rows_may_have_strange_names(table):
    X, y = table
    clf = small().partial_fit(X, y, classes=[0, 1, 2], sample_weight=1.0 * (y == 0))
    strange = np.where(y == 1, 7, y)  # which only weight makes a class
    clf.partial_fit(X, strange, sample_weight=1.0 * (y != 1))
    assert_array_equal(clf.classes_, [0, 1, 2])


def test_a_class_weight_of_zero_may_not_leave_one_class(table):
    X, y = table
    with pytest.raises(ValueError, match="where .* class_weight aren't zero y holds"):
        small(class_weight={0: 0, 1: 0}).fit(X, y)


def test_what_is_absent_is_marked_in_what_is_found(table, weight):
    X, y = table
    there = weight > 0
    clf = CleanLabelClassifier(GaussianNB(), FarOff()).fit(X, y, sample_weight=weight)
    issues = clf.label_issues_
    assert len(issues) == 150 and len(clf.detector_.quality_) == there.sum()
    assert_array_equal(issues["quality"][there], clf.detector_.quality_)
    assert np.isnan(issues["quality"][~there]).all()
    assert not issues["is_issue"][~there].any() and issues["is_issue"].any()
    assert_array_equal(issues["suggested_label"][~there], y[~there])
    noisy = NoisyTargetClassifier(random_state=0).fit(X, y, sample_weight=weight)
    assert (noisy.given_labels_ != y)[there].mean() == noisy.noise_.realized_rate_
    assert_array_equal(noisy.given_labels_[~there], y[~there])
    votes = np.where(np.arange(150) % 2, y, -1)
    trained = CoTrainingClassifier(GaussianNB(), random_state=0)
    trained.fit(X, votes, sample_weight=weight)
    assert (trained.labeled_iter_[~there] == -1).all()
    assert_array_equal(trained.transduction_[~there], votes[~there])
    consensus = ConsensusClassifier().fit(X, np.c_[y, y], sample_weight=weight)
    assert_array_equal(consensus.consensus_labels_[there], y[there])
    assert (consensus.consensus_proba_[~there] == consensus.consensus_.prior).all()


def test_displays_and_the_review_page_leave_out_what_is_absent(table, tmp_path):
    X, y = table
    weight = np.where(np.arange(150) % 3, 1.0, 0.0)
    clf = CleanLabelClassifier(GaussianNB(), FarOff()).fit(X, y, sample_weight=weight)
    assert len(LabelQualityDisplay.from_estimator(clf, mixture=None).quality) == 100
    wrong = np.arange(150) % 2 == 0
    shown = LabelPrecisionRecallDisplay.from_estimator(clf, wrong)
    assert_array_equal(shown.is_wrong, wrong[weight > 0])
    LabelIssuesDisplay.from_estimator(clf, y)
    page = review_page(X, y, clf, tmp_path / "page.html")
    assert page.exists()


# --- two is twice ---


@each({**NETWORKS, **WRAPPED})
def test_integer_weights_are_repetitions(estimator, table, weight):
    X, y = table
    weighted = clone(estimator).fit(X, y, sample_weight=weight)
    times = weight.astype(int)
    repeated = clone(estimator).fit(np.repeat(X, times, axis=0), np.repeat(y, times))
    expected = repeated.predict_proba(X)
    # the default consensus scales features in a step that no weight reaches
    tolerance = 0.02 if estimator is WRAPPED["default consensus"] else 1e-7
    assert_allclose(weighted.predict_proba(X), expected, atol=tolerance)


# --- only ratios count ---


@each({**NETWORKS, "float32": small(batch_size=16)})
@pytest.mark.parametrize("factor", [2.0**-60, 2.0**60, 1000.0, 1e-30])
def test_only_the_ratio_of_weights_counts(factor, estimator, table, weight):
    X, y = table
    expected = clone(estimator).fit(X, y, sample_weight=weight).predict_proba(X)
    scaled = clone(estimator).fit(X, y, sample_weight=factor * weight).predict_proba(X)
    if np.log2(factor) % 1 == 0 or estimator.dtype == "float32":
        assert_array_equal(scaled, expected)
    else:  # 1000 · w is rounded before anybody sees it
        assert_allclose(scaled, expected, rtol=1e-9)


# --- balanced weights of classes ---


def test_balanced_classes_have_equal_sums_of_weights(table):
    X, y = table
    weight = np.random.default_rng(0).uniform(0.1, 5, size=150)
    sums = np.bincount(y, weight)
    by_hand = full().fit(X, y, sample_weight=weight / sums[y])
    balanced = full(class_weight="balanced").fit(X, y, sample_weight=weight)
    assert_allclose(balanced.predict_proba(X), by_hand.predict_proba(X))


# --- in which form they come ---


@each(ALL)
def test_weights_come_in_any_container_and_one_number_stands_for_all(estimator, table):
    X, y = table
    weight = 1 + np.arange(150) % 2

    def proba(sample_weight):
        fitted = clone(estimator).fit(X, y, sample_weight=sample_weight)
        return fitted.predict_proba(X)

    expected = proba(weight.astype(float))
    shuffled = pd.Series(weight, index=np.arange(150)[::-1])  # places count, not names
    for same in (weight, weight.tolist(), shuffled):
        assert_array_equal(proba(same), expected)
    assert_array_equal(proba(3), proba(np.full(150, 3.0)))
    assert_array_equal(proba(weight == 1), proba(1.0 * (weight == 1)))


@each(ALL)
@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (np.r_[-1.0, np.ones(149)], ValueError, "1 negative weights, the first at po"),
        (np.r_[np.nan, np.ones(149)], ValueError, "sample_weight contains NaN"),
        (np.ma.masked_less(np.arange(150), 3), ValueError, "contains NaN"),
        (np.r_[np.inf, np.ones(149)], ValueError, "sample_weight contains infinity"),
        (np.ones(149), ValueError, r"has shape \(149,\), but X has 150 samples: expe"),
        (np.ones((150, 1)), ValueError, r"has shape \(150, 1\), but X has 150"),
        (0, ValueError, "sample_weight is zero for every sample: none is left"),
        ("balanced", TypeError, "sample_weight='balanced' can't be read as weights: p"),
        ({"ant": 1.0}, TypeError, "can't be read as weights"),
    ],
)
def test_what_is_no_weight_is_refused(wrong, error, message, estimator, table):
    with pytest.raises(error, match=message):
        clone(estimator).fit(*table, sample_weight=wrong)


# --- scores ---

T = np.full((3, 3), 0.1) + 0.7 * np.eye(3)
SCORERS = {
    "accuracy through a known matrix": corrected_accuracy_scorer(T),
    "accuracy through an estimate": corrected_accuracy_scorer("confident_joint"),
    "likelihood through neighbors": forward_log_likelihood_scorer("hoc"),
    "peer": peer_accuracy_scorer(),
}


@each(SCORERS)
def test_scores_leave_out_what_weighs_nothing_and_know_no_scale(
    estimator, table, weight
):
    scorer, (X, y), there = estimator, table, weight > 0
    given = SymmetricNoise(0.2, random_state=0).fit_corrupt(y)
    clf = GaussianNB().fit(X, given)
    weighted = scorer(clf, X, given, sample_weight=weight)
    absent = scorer(clf, X[there], given[there], sample_weight=weight[there])
    assert weighted == pytest.approx(absent, rel=1e-12)
    assert weighted != scorer(clf, X, given)
    assert scorer(clf, X, given, sample_weight=1000 * weight) == pytest.approx(weighted)
    assert scorer(clf, X, given, sample_weight=7) == pytest.approx(
        scorer(clf, X, given)
    )
    with pytest.raises(ValueError, match="negative weights"):
        scorer(clf, X, given, sample_weight=-weight)


def test_agreement_with_votes_leaves_out_what_weighs_nothing(table, weight):
    X, y = table
    given = SymmetricNoise(0.2, random_state=0).fit_corrupt(y)
    clf, there = ConsensusClassifier().fit(X, given), weight > 0
    weighted = clf.score(X, given, sample_weight=weight)
    assert weighted == pytest.approx(
        clf.score(X[there], given[there], weight[there]), rel=1e-12
    )
    with pytest.raises(ValueError, match="negative weights"):
        clf.score(X, given, sample_weight=-weight)


def test_a_classifier_whose_fit_returns_nothing_will_do(table):
    class Silent(GaussianNB):
        def fit(self, X, y, sample_weight=None):
            super().fit(X, y, sample_weight)

    X, y = table
    for meta in (
        CleanLabelClassifier(Silent(), FarOff(), "reweight"),
        NoisyTargetClassifier(Silent(), SymmetricNoise(0.0)),
        ConsensusClassifier(Silent()),
        CoTrainingClassifier(Silent()),
    ):
        assert meta.fit(X, y).score(X, y) > 0.9
