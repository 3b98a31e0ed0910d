"""Scores on given labels that are, on average over the noise, those on true ones."""

import copy
import pickle
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris, make_blobs, make_classification
from sklearn.exceptions import NotFittedError, UnsetMetadataPassedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score
from sklearn.model_selection import (
    GridSearchCV,
    PredefinedSplit,
    StratifiedKFold,
    TunedThresholdClassifierCV,
    cross_val_score,
    cross_validate,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import scale
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from sknoisy.classifiers import TransitionCorrectedClassifier
from sknoisy.detectors import ConfidentLearning
from sknoisy.metrics import (
    corrected_accuracy,
    forward_log_likelihood,
    peer_accuracy,
)
from sknoisy.model_selection import (
    corrected_accuracy_scorer,
    corrected_balanced_accuracy_scorer,
    corrected_f1_scorer,
    forward_log_likelihood_scorer,
    noisy_cross_validate,
    peer_accuracy_scorer,
)
from sknoisy.noise import (
    ClassConditionalNoise,
    SymmetricNoise,
    symmetric_transition,
)
from sknoisy.transition import estimate_transition

T = np.array([[0.6, 0.4, 0.0], [0.1, 0.7, 0.2], [0.3, 0.2, 0.5]])
X, Y = load_iris(return_X_y=True)
Y_NOISY = ClassConditionalNoise(T, random_state=0).fit_corrupt(Y)
FOLDS = StratifiedKFold(3, shuffle=True, random_state=0)
NAMES = np.array(["setosa", "versicolor", "virginica"])


def seldom_wrong(pred_probs, labels):
    """Estimate nothing: a function that a process can be sent."""
    return symmetric_transition(pred_probs.shape[1], 0.3)


SCORERS = {
    "corrected": corrected_accuracy_scorer(T),
    "corrected, own": corrected_accuracy_scorer(seldom_wrong),
    "forward": forward_log_likelihood_scorer(T),
    "forward, own": forward_log_likelihood_scorer("confident_joint"),
    "forward, decisions": forward_log_likelihood_scorer(T, response_method="predict"),
    "peer": peer_accuracy_scorer(),
}

# --- the scorers ---


class Says(ClassifierMixin, BaseEstimator):
    """Predicts what its features say, with three quarters of the probability."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        n_classes = len(self.classes_)
        said = np.eye(n_classes)[X[:, 0].astype(int) % n_classes]
        return 0.75 * said + 0.25 / n_classes

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@pytest.mark.parametrize("labels", ["numbers", "strings"])
def test_a_search_gives_the_metric_of_every_fold(labels):
    y = NAMES[Y_NOISY] if labels == "strings" else Y_NOISY
    results = cross_validate(
        KNeighborsClassifier(15), X, y, scoring=SCORERS, cv=FOLDS, error_score="raise"
    )
    for fold, (train, test) in enumerate(FOLDS.split(X, y)):
        fitted = KNeighborsClassifier(15).fit(X[train], y[train])
        pred, probs = fitted.predict(X[test]), fitted.predict_proba(X[test])
        own = estimate_transition(
            "confident_joint", pred_probs=probs, labels=Y_NOISY[test]
        )
        guessed = symmetric_transition(3, 0.3)
        decided = 0.99 * np.eye(3)[np.searchsorted(np.unique(y), pred)] + 0.01 / 3
        expected = {
            "corrected": corrected_accuracy(y[test], pred, T),
            "corrected, own": corrected_accuracy(y[test], pred, guessed),
            "forward": forward_log_likelihood(y[test], probs, T),
            "forward, own": forward_log_likelihood(y[test], probs, own),
            "forward, decisions": forward_log_likelihood(y[test], decided, T),
            "peer": peer_accuracy(y[test], pred),
        }
        for name, value in expected.items():
            assert results[f"test_{name}"][fold] == pytest.approx(value), name


def test_a_search_takes_several_of_them_also_from_a_pickle():
    def search(scoring):
        return GridSearchCV(
            KNeighborsClassifier(),
            {"n_neighbors": [1, 15]},
            scoring=scoring,
            refit="corrected",
            cv=FOLDS,
            error_score="raise",
        ).fit(X, Y_NOISY)

    # what a process is sent
    one, two = search(SCORERS), search(pickle.loads(pickle.dumps(SCORERS)))
    for name in SCORERS:
        column = f"mean_test_{name}"
        assert_array_equal(one.cv_results_[column], two.cv_results_[column])
    assert one.best_params_ == {"n_neighbors": 15}


@pytest.mark.parametrize("name", sorted(SCORERS))
def test_a_class_that_one_side_of_the_split_misses_is_no_hindrance(name):
    rows = np.concatenate([np.arange(0, 150, 3), [149, 148]])
    y = Y_NOISY.copy()
    for lone in (rows[Y_NOISY[rows] == 2], np.setdiff1d(np.arange(150), rows)):
        side = np.isin(np.arange(150), rows)
        labels = np.where((y == 2) & np.isin(np.arange(150), lone), 1, y)
        results = cross_validate(
            KNeighborsClassifier(9),
            X,
            labels,
            scoring=SCORERS[name],
            cv=PredefinedSplit(np.where(side, 0, -1)),
            error_score="raise",
        )
        assert np.isfinite(results["test_score"]).all()


def test_a_fold_that_lacks_a_class_everywhere_wants_to_be_told_the_classes():
    fitted, some = Says().fit(X, Y % 2), Y_NOISY % 2
    with pytest.raises(ValueError, match=r"3 rows, but .* know the classes \[0, 1\]"):
        corrected_accuracy_scorer(T)(fitted, X, some)
    told = corrected_accuracy_scorer(T, labels=[0, 1, 2])(fitted, X, some)
    expected = corrected_accuracy(some, fitted.predict(X), T, labels=[0, 1, 2])
    assert told == expected


def test_a_detector_is_as_good_as_its_matrix():
    judge = LogisticRegression(max_iter=1000)
    detector = ConfidentLearning(judge, random_state=0).fit(X, NAMES[Y_NOISY])
    fitted = KNeighborsClassifier(15).fit(X, NAMES[Y_NOISY])
    for make in (corrected_accuracy_scorer, forward_log_likelihood_scorer):
        by_matrix = make(detector.transition_matrix_, labels=NAMES)
        assert make(detector)(fitted, X, NAMES[Y_NOISY]) == by_matrix(
            fitted, X, NAMES[Y_NOISY]
        )


def test_a_function_is_asked_by_name():
    asked = []

    def mine(labels, pred_probs, features):
        asked.append((labels, pred_probs, features))
        return T

    fitted = Says().fit(X, NAMES[Y_NOISY])
    score = corrected_accuracy_scorer(mine)(fitted, X, NAMES[Y_NOISY])
    assert score == corrected_accuracy(NAMES[Y_NOISY], fitted.predict(X), T)
    assert_array_equal(asked[0][0], Y_NOISY)
    assert_array_equal(asked[0][1], fitted.predict_proba(X))
    assert asked[0][2] is X


def test_who_has_no_probabilities_is_scored_by_decisions():
    machine = LinearSVC(random_state=0).fit(X, Y_NOISY)
    decisions = 0.99 * np.eye(3)[machine.predict(X)] + 0.01 / 3
    scorer = forward_log_likelihood_scorer(T, response_method="predict")
    assert scorer(machine, X, Y_NOISY) == forward_log_likelihood(Y_NOISY, decisions, T)
    matrix = estimate_transition("hoc", features=scale(X), labels=Y_NOISY)
    by_features = corrected_accuracy_scorer("hoc")(machine, X, Y_NOISY)
    assert by_features == corrected_accuracy(Y_NOISY, machine.predict(X), matrix)
    for scorer in (
        forward_log_likelihood_scorer(T),
        corrected_accuracy_scorer("dual_t"),
    ):
        with pytest.raises(TypeError, match="LinearSVC has no predict_proba"):
            scorer(machine, X, Y_NOISY)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: corrected_accuracy_scorer("anchr"), "did you mean 'anchor'?"),
        (lambda: corrected_accuracy_scorer("gold"), "'gold' is not an estimate"),
        (lambda: corrected_accuracy_scorer([[1, 1], [0, 1]]), "Row 0 of transition"),
        (lambda: corrected_accuracy_scorer(T, labels=[0, 1]), "y has 2 classes"),
        (
            lambda: forward_log_likelihood_scorer(T, response_method="decide"),
            "response_method='decide'",
        ),
        (lambda: peer_accuracy_scorer(alpha=np.nan), "alpha=nan"),
    ],
)
def test_a_mistake_in_a_scorer_is_said_when_it_is_made(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_scorers_say_what_they_are():
    assert repr(SCORERS["corrected"]) == "corrected_accuracy_scorer(<3 × 3 matrix>)"
    own = repr(forward_log_likelihood_scorer())
    assert own == "forward_log_likelihood_scorer('likelihood')"


def test_it_stands_beside_clean_scores():
    results = noisy_cross_validate(
        DecisionTreeClassifier(max_depth=2, random_state=0),
        X,
        Y_NOISY,
        y_clean=Y,
        scoring={"plain": "accuracy", "corrected": SCORERS["corrected"]},
    )
    # the one is what the other estimates
    found = results.test_noisy_corrected.mean()
    assert found == pytest.approx(results.test_clean_plain.mean(), abs=0.1)
    assert abs(found - results.test_noisy_plain.mean()) > 0.2


# --- a story ---


@pytest.mark.parametrize("seed", range(3))
def test_where_a_wrong_label_is_the_most_frequent_one_only_the_matrix_chooses_well(
    seed,
):
    transition = np.array([[0.3, 0.6, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]])
    X, y = make_blobs(
        900, centers=[[0, 0], [5, 0], [0, 5]], cluster_std=0.8, random_state=seed
    )
    y_noisy = ClassConditionalNoise(transition, random_state=seed).fit_corrupt(y)
    candidates = GridSearchCV(
        LogisticRegression(),
        {"class_weight": [None, "balanced"], "C": [1e-5, 1]},
        scoring={
            "plain": "accuracy",
            "corrected": corrected_accuracy_scorer(transition),
            "likelihood": forward_log_likelihood_scorer(
                transition, response_method="predict"
            ),
        },
        refit=False,
        cv=FOLDS,
    ).fit(X, y_noisy)
    reached = {}
    for name in candidates.scoring:
        best = candidates.cv_results_[f"mean_test_{name}"].argmax()
        chosen = clone(candidates.estimator)
        chosen.set_params(**candidates.cv_results_["params"][best])
        reached[name] = (chosen.fit(X, y_noisy).predict(X) == y).mean()
    assert reached["plain"] < 0.75
    assert min(reached["corrected"], reached["likelihood"]) > 0.95


def test_symmetric_noise_leaves_the_order_of_accuracies_as_it_is():
    y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(Y)
    scorer = corrected_accuracy_scorer(symmetric_transition(3, 0.4))
    models = [KNeighborsClassifier(k).fit(X, Y_NOISY) for k in (1, 5, 20, 60)]
    corrected = [scorer(model, X, y_noisy) for model in models]
    plain = [model.score(X, y_noisy) for model in models]
    assert_allclose(np.corrcoef(corrected, plain), 1)


def test_an_estimator_without_a_matrix_is_refused():
    X, y = load_iris(return_X_y=True)
    clf = TransitionCorrectedClassifier(
        correction="prior_ratio", max_epochs=1, random_state=0
    ).fit(X, y)
    with pytest.raises(ValueError, match="was fitted without a transition matrix"):
        corrected_accuracy_scorer(clf)


@pytest.mark.parametrize("name", sorted(SCORERS))
def test_weights_reach_the_score_where_they_are_asked_for(name):
    weight = np.random.default_rng(0).uniform(0.5, 2, size=len(Y))
    fitted = LogisticRegression(max_iter=500).fit(X, Y_NOISY)
    scorer = copy.deepcopy(SCORERS[name])
    assert scorer(fitted, X, Y_NOISY, sample_weight=np.ones(len(Y))) == pytest.approx(
        scorer(fitted, X, Y_NOISY)
    )
    assert scorer(fitted, X, Y_NOISY, sample_weight=weight) != scorer(
        fitted, X, Y_NOISY
    )
    with config_context(enable_metadata_routing=True):
        how = {"scoring": scorer, "params": {"sample_weight": weight}, "cv": FOLDS}
        candidate = LogisticRegression(max_iter=500).set_fit_request(
            sample_weight=False
        )
        with pytest.raises(UnsetMetadataPassedError):
            cross_val_score(candidate, X, Y_NOISY, **how)
        scorer.set_score_request(sample_weight=True)
        found = cross_val_score(candidate, X, Y_NOISY, **how)
    train, test = next(FOLDS.split(X, Y_NOISY))
    candidate.fit(X[train], Y_NOISY[train])
    alone = scorer(candidate, X[test], Y_NOISY[test], sample_weight=weight[test])
    assert found[0] == pytest.approx(alone)


def test_distances_are_those_of_features_on_one_scale():
    machine = LinearSVC(random_state=0).fit(X, Y_NOISY)
    stretched = X * [1, 1000, 1, 1]
    scorer = corrected_accuracy_scorer("hoc")
    far = LinearSVC(random_state=0).fit(X, Y_NOISY)
    far.coef_ = far.coef_ / [1, 1000, 1, 1]
    assert scorer(far, stretched, Y_NOISY) == pytest.approx(scorer(machine, X, Y_NOISY))
    with pytest.raises(ValueError, match="must be numbers: could not convert"):
        scorer(machine, X.astype(str).astype(object) + "x", Y_NOISY)


def test_classes_that_labels_leave_out_or_name_twice_are_told():
    fitted = LogisticRegression(max_iter=500).fit(X, Y_NOISY)
    scorer = forward_log_likelihood_scorer("counts", labels=[0, 1])
    with pytest.raises(ValueError, match=r"labels leaves out \[2\], which the candid"):
        scorer(fitted, X, Y_NOISY)
    with pytest.raises(ValueError, match="names a class twice"):
        corrected_accuracy_scorer(T, labels=[0, 1, 1])
    with pytest.raises(NotFittedError):
        corrected_accuracy_scorer(ConfidentLearning(LogisticRegression()))
    with pytest.raises(TypeError, match=r"transition=0.3 is no matrix"):
        corrected_accuracy_scorer(0.3)


# --- thresholds ---

RARE = np.array([[1.0, 0.0], [0.5, 0.5]])  # half of the positives are missed
MADE, POSITIVE = make_classification(
    1500, weights=[0.9], flip_y=0, class_sep=1.5, random_state=0
)
MISSED = ClassConditionalNoise(RARE, random_state=0).fit_corrupt(POSITIVE)
CORRECTED = {
    "accuracy": (corrected_accuracy_scorer, accuracy_score),
    "balanced": (corrected_balanced_accuracy_scorer, balanced_accuracy_score),
    "f1": (partial(corrected_f1_scorer, pos_label=1), f1_score),
}


@pytest.mark.parametrize("kind", CORRECTED)
@pytest.mark.parametrize("known", ["matrix", "fitted"])
def test_a_threshold_is_tuned_through_the_matrix(kind, known):
    make, metric = CORRECTED[kind]
    transition = RARE
    if known == "fitted":
        transition = ConfidentLearning(LogisticRegression(), cv=2).fit(MADE, MISSED)
        transition.transition_matrix_ = RARE
    tuned = TunedThresholdClassifierCV(
        LogisticRegression(), scoring=make(transition), thresholds=20, cv=3
    ).fit(MADE, MISSED)
    plain = LogisticRegression().fit(MADE, MISSED)
    gain = metric(POSITIVE, tuned.predict(MADE)) - metric(POSITIVE, plain.predict(MADE))
    assert gain > 0.03
    assert tuned.best_threshold_ < 0.45


def test_a_tuned_threshold_is_that_of_the_metric_itself():
    scoring = corrected_accuracy_scorer(RARE)
    tuned = TunedThresholdClassifierCV(
        LogisticRegression(), scoring=scoring, cv="prefit", refit=False, thresholds=20
    )
    tuned.set_params(estimator=LogisticRegression().fit(MADE, MISSED))
    tuned.set_params(store_cv_results=True).fit(MADE, MISSED)
    said = tuned.estimator.predict_proba(MADE)[:, 1]
    for threshold, score in zip(*tuned.cv_results_.values(), strict=True):
        expected = corrected_accuracy(MISSED, 1 * (said >= threshold), RARE)
        assert score == pytest.approx(expected)


def test_names_of_classes_and_weights_reach_a_tuned_threshold():
    names = np.array(["no", "yes"])
    weight = np.random.default_rng(0).integers(1, 3, size=len(MADE)).astype(float)
    with config_context(enable_metadata_routing=True):
        scoring = corrected_f1_scorer(RARE, pos_label="yes", labels=names)
        tuned = TunedThresholdClassifierCV(
            LogisticRegression().set_fit_request(sample_weight=True),
            scoring=scoring.set_score_request(sample_weight=True),
            thresholds=20,
        ).fit(MADE, names[MISSED], sample_weight=weight)
    assert f1_score(names[POSITIVE], tuned.predict(MADE), pos_label="yes") > 0.75


@pytest.mark.parametrize(
    ("scoring", "message"),
    [
        (corrected_accuracy_scorer("likelihood"), "finds a matrix .*pass the matrix"),
        (corrected_f1_scorer(seldom_wrong), "finds a matrix from what a candidate"),
        (forward_log_likelihood_scorer(RARE), "scores probab.*corrected_accuracy_scor"),
    ],
)
def test_what_cannot_tune_a_threshold_says_so(scoring, message):
    tuned = TunedThresholdClassifierCV(LogisticRegression(), scoring=scoring)
    with pytest.raises(AttributeError, match=message):
        tuned.fit(MADE, MISSED)
