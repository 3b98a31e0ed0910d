"""Scores on given labels that are, on average over the noise, those on true ones."""

import itertools
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris, make_blobs
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, cohen_kappa_score, log_loss
from sklearn.model_selection import (
    GridSearchCV,
    PredefinedSplit,
    StratifiedKFold,
    cross_validate,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from sknoisy.detectors import ConfidentLearning
from sknoisy.metrics import (
    corrected_accuracy,
    forward_log_likelihood,
    peer_accuracy,
)
from sknoisy.model_selection import (
    corrected_accuracy_scorer,
    forward_log_likelihood_scorer,
    noisy_cross_validate,
    peer_accuracy_scorer,
)
from sknoisy.noise import (
    ClassConditionalNoise,
    SymmetricNoise,
    symmetric_transition,
    uniform_transition,
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

codes = st.lists(st.integers(0, 2), min_size=8, max_size=8)


def on_average(score, y, y_pred, transition):
    """Return the mean of a score over all that noise could draw.

    Every sample has every label, weighted by its chance, which does it for scores that
    are linear in the labels.
    """
    n_classes = len(transition)
    labels = np.tile(np.arange(n_classes), len(y))
    chances = np.asarray(transition)[y].ravel()
    return score(labels, np.repeat(y_pred, n_classes), sample_weight=chances)


def corrected(y_noisy, y_pred, **more):
    return corrected_accuracy(y_noisy, y_pred, T, labels=range(3), **more)


# --- the formulas ---


@pytest.mark.parametrize("score", [accuracy_score, corrected, peer_accuracy])
def test_the_average_of_these_tests_is_that_over_every_draw(score):
    y, y_pred, mean = [0, 1, 2], [0, 2, 2], 0
    for y_noisy in itertools.product(range(3), repeat=3):
        mean += np.prod(T[y, y_noisy]) * score(np.array(y_noisy), y_pred)
    assert on_average(score, y, y_pred, T) == pytest.approx(mean)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(y=codes, y_pred=codes)
def test_corrected_accuracy_is_that_on_true_labels_on_average(y, y_pred):
    mean = on_average(corrected, y, y_pred, T)
    assert mean == pytest.approx(accuracy_score(y, y_pred), abs=1e-12)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(y=codes, y_pred=codes, seed=st.integers(0, 99))
def test_peer_accuracy_shrinks_alike_for_all_where_the_rate_is_the_wrong_label_s(
    y, y_pred, seed
):
    rates = np.random.default_rng(seed).uniform(0, 0.3, 3)
    mean = on_average(peer_accuracy, y, y_pred, uniform_transition(3, rates))
    expected = (1 - rates.sum()) * peer_accuracy(y, y_pred)
    assert mean == pytest.approx(expected, abs=1e-12)


def test_peer_accuracy_ranks_as_true_labels_do_where_plain_accuracy_does_not():
    transition = uniform_transition(3, [0.0, 0.0, 0.5])
    y = np.repeat([0, 1, 2], 2)
    often_2, better = np.array([0, 2, 2, 2, 2, 2]), np.array([0, 0, 1, 1, 0, 1])
    assert accuracy_score(y, often_2) < accuracy_score(y, better)
    plain, peer = (
        [on_average(score, y, pred, transition) for pred in (often_2, better)]
        for score in (accuracy_score, peer_accuracy)
    )
    assert plain[0] > plain[1] + 0.01
    assert peer[0] < peer[1] - 0.05


def test_peer_accuracy_is_the_mean_over_all_pairs():
    rng = np.random.default_rng(0)
    y, pred = rng.integers(4, size=(2, 30))
    chance = np.mean([[p == label for p in pred] for label in y])
    for alpha in (-1, 0, 0.5, 1, 3.0):
        expected = np.mean(y == pred) - alpha * chance
        assert peer_accuracy(y, pred, alpha=alpha) == pytest.approx(expected)
    kappa = cohen_kappa_score(y, pred) * (1 - chance)
    assert peer_accuracy(y, pred) == pytest.approx(kappa)


def test_forward_log_likelihood_counts_sample_by_sample():
    rng = np.random.default_rng(0)
    probs, y = rng.dirichlet(np.ones(3), 20), rng.integers(3, size=20)
    slow = [
        np.log(sum(p[i] * T[i, label] for i in range(3)))
        for p, label in zip(probs, y, strict=True)
    ]
    assert forward_log_likelihood(y, probs, T) == pytest.approx(np.mean(slow))
    expected = -log_loss(y, probs)
    assert forward_log_likelihood(y, probs, np.eye(3)) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_true_probabilities_have_the_highest_forward_likelihood(seed):
    rng = np.random.default_rng(seed)
    truth, other = rng.dirichlet(np.ones(3), 2)
    # the mean over given labels, each as often as it is expected
    score = [
        forward_log_likelihood(range(3), np.tile(q, (3, 1)), T, sample_weight=truth @ T)
        for q in (truth, other)
    ]
    assert score[0] > score[1]


def test_likelihood_of_decisions_ranks_as_accuracy_under_symmetric_noise():
    rng = np.random.default_rng(0)
    y, transition = rng.integers(3, size=60), symmetric_transition(3, 0.4)
    preds = rng.integers(3, size=(8, 60))
    scores = [forward_log_likelihood(y, np.eye(3)[p], transition) for p in preds]
    accuracies = [accuracy_score(y, p) for p in preds]
    assert_allclose(np.corrcoef(scores, accuracies), 1)


def test_a_matrix_counted_on_the_same_predictions_explains_every_mistake():
    rng = np.random.default_rng(0)
    y, y_pred = rng.integers(3, size=(2, 200))
    probs = np.eye(3)[y_pred]
    own = estimate_transition("counts", pred_probs=probs, labels=y)
    assert corrected_accuracy(y, y_pred, own, max_condition=1e6) == pytest.approx(1)


@pytest.mark.parametrize("score", ["corrected", "forward", "peer"])
def test_weights_are_repetitions_and_names_are_as_good_as_numbers(score):
    rng = np.random.default_rng(0)
    y, pred = rng.integers(3, size=(2, 30))
    weight, probs = rng.integers(3, size=30), np.eye(3)[pred] * 0.8 + 0.2 / 3

    def value(y, pred, probs, **more):
        if score == "peer":
            return peer_accuracy(y, pred, **more)
        if score == "corrected":
            return corrected_accuracy(y, pred, T, **more)
        return forward_log_likelihood(y, probs, T, **more)

    repeated = value(*(np.repeat(a, weight, axis=0) for a in (y, pred, probs)))
    assert value(y, pred, probs, sample_weight=weight) == pytest.approx(repeated)
    assert value(NAMES[y], NAMES[pred], probs) == value(y, pred, probs)


def test_labels_say_what_the_rows_are():
    order = [2, 0, 1]
    turned = T[np.ix_(order, order)]
    pred, probs = (Y + (np.arange(150) % 5 == 0)) % 3, np.full((150, 3), 1 / 3)
    probs[:, 0] += 0.1
    probs /= probs.sum(axis=1, keepdims=True)
    assert corrected_accuracy(Y_NOISY, pred, turned, labels=order) == pytest.approx(
        corrected_accuracy(Y_NOISY, pred, T)
    )
    assert forward_log_likelihood(
        Y_NOISY, probs[:, order], turned, labels=order
    ) == pytest.approx(forward_log_likelihood(Y_NOISY, probs, T))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: corrected_accuracy([0, 1], [0, 0], T), r"There are 3 classes, but"),
        (lambda: corrected_accuracy([0, 3], [0, 0], T, labels=range(3)), r"out \[3\]"),
        (lambda: corrected_accuracy([0, 1], [0], np.eye(2)), "inconsistent"),
        (lambda: corrected_accuracy([0, 1], [0, 1], [[1, 1], [0, 1]]), "Row 0"),
        (lambda: corrected_accuracy([0, 1], [0, 1], np.full((2, 2), 0.5)), "All rows"),
        (
            lambda: corrected_accuracy(
                [0, 1], [0, 1], [[0.51, 0.49], [0.49, 0.51]], max_condition=10
            ),
            "condition number of transition is 50",
        ),
        (lambda: corrected_accuracy([0, np.nan], [0, 1], np.eye(2)), "1 missing"),
        (lambda: forward_log_likelihood([0, 1], np.eye(3)[:2], T), "There are 3"),
        (lambda: forward_log_likelihood([0, 1], np.eye(2), T), "y has 2 classes"),
        (lambda: forward_log_likelihood([0], np.eye(2), np.eye(2)), "inconsistent"),
        (lambda: peer_accuracy([0, 1], [0, 1], alpha=np.inf), "alpha=inf"),
        (lambda: peer_accuracy([0, 1], [0]), "inconsistent"),
    ],
)
def test_what_cannot_be_scored_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()


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
    matrix = estimate_transition("hoc", features=X, labels=Y_NOISY)
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
