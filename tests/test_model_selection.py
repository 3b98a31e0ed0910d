"""Honest evaluation: equal to a slow hand loop, and clean labels only ever report."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris
from sklearn.ensemble import AdaBoostClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    LeaveOneGroupOut,
    StratifiedKFold,
    cross_validate,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from sknoisy.classifiers import NoisyLabelClassifier
from sknoisy.model_selection import clean_scorer, noisy_cross_validate
from sknoisy.noise import InstanceDependentNoise, SymmetricNoise

X, Y = load_iris(return_X_y=True)
Y_NOISY = SymmetricNoise(0.3, random_state=0).fit_corrupt(Y)
FOLDS, FIVE_FOLDS = (StratifiedKFold(n, shuffle=True, random_state=0) for n in (3, 5))
NAMES = np.array(["setosa", "versicolor", "virginica"])


def slow_scores(estimator, X, y_noisy, y_clean, splits):
    """Return noisy and clean accuracies of each fold, counted one by one."""
    noisy, clean = [], []
    for train, test in splits:
        fitted = clone(estimator).fit(
            np.array([X[i] for i in train]), [y_noisy[i] for i in train]
        )
        predicted = [fitted.predict(X[i : i + 1])[0] for i in test]
        pairs = list(zip(predicted, test, strict=True))
        noisy.append(sum(p == y_noisy[i] for p, i in pairs) / len(pairs))
        clean.append(sum(p == y_clean[i] for p, i in pairs) / len(pairs))
    return noisy, clean


class Recorder(ClassifierMixin, BaseEstimator):
    """Says what it was fitted on; predicts the most frequent label."""

    def fit(self, X, y, **params):
        self.X_, self.y_, self.params_ = X, np.asarray(y), params
        self.classes_, counts = np.unique(y, return_counts=True)
        self.common_ = self.classes_[counts.argmax()]
        return self

    def predict(self, X):
        return np.repeat(self.common_, len(X))


@pytest.mark.parametrize("labels", ["numbers", "strings"])
@pytest.mark.parametrize(
    "estimator",
    [
        DecisionTreeClassifier(random_state=0),
        make_pipeline(StandardScaler(), LogisticRegression()),
        NoisyLabelClassifier(max_epochs=3, random_state=0),
    ],
    ids=["tree", "pipeline", "network"],
)
def test_scores_equal_those_of_a_slow_loop(estimator, labels):
    y, y_noisy = (NAMES[Y], NAMES[Y_NOISY]) if labels == "strings" else (Y, Y_NOISY)
    splits = list(FOLDS.split(X, y_noisy))
    results = noisy_cross_validate(estimator, X, y_noisy, y_clean=y, cv=3)
    noisy, clean = slow_scores(estimator, X, y_noisy, y, splits)
    assert_allclose(results.test_noisy_score, noisy)
    assert_allclose(results.test_clean_score, clean)
    assert results.noise_rate == np.mean(y_noisy != y)


def test_processes_change_nothing_but_the_time():
    estimator = make_pipeline(StandardScaler(), KNeighborsClassifier())
    one, two = (
        noisy_cross_validate(estimator, X, Y_NOISY, y_clean=Y, n_jobs=n_jobs)
        for n_jobs in (None, 2)
    )
    assert_array_equal(one.test_noisy_score, two.test_noisy_score)
    assert_array_equal(one.test_clean_score, two.test_clean_score)


@pytest.mark.parametrize("random_state", [0, None])
def test_noise_is_drawn_once_and_is_the_same_in_every_fold(random_state):
    noise = SymmetricNoise(0.4, random_state=random_state)
    results = noisy_cross_validate(
        Recorder(), X, Y, noise=noise, cv=5, return_estimator=True
    )
    splits = FIVE_FOLDS.split(X, results.y_noisy)
    for fitted, (train, _) in zip(results.estimator, splits, strict=True):
        assert_array_equal(fitted.y_, results.y_noisy[train])
    assert results.noise_rate == np.mean(results.y_noisy != Y) > 0.2
    assert not hasattr(noise, "classes_")  # a clone was fitted, not the user's


def test_noise_that_depends_on_features_sees_them():
    noise = InstanceDependentNoise(0.3, random_state=0)
    results = noisy_cross_validate(DecisionTreeClassifier(), X, Y, noise=noise)
    assert_array_equal(results.y_noisy, noise.fit(X, Y).corrupt(Y, X))


def test_folds_are_stratified_by_noisy_labels_whatever_the_clean_ones_say():
    results = noisy_cross_validate(
        Recorder(), X, Y_NOISY, y_clean=Y, cv=3, return_estimator=True
    )
    assert_array_equal(
        [np.bincount(fitted.y_) for fitted in results.estimator],
        [np.bincount(Y_NOISY[train]) for train, _ in FOLDS.split(X, Y_NOISY)],
    )


def test_wrong_labels_of_sorted_rows_are_spread_over_the_folds():
    rows, y = np.arange(600)[:, None], np.repeat([0, 1, 2], 200)
    y_noisy = SymmetricNoise(0.3, exact=True, random_state=0).fit_corrupt(y)

    def wrong_shares(cv):
        found = noisy_cross_validate(
            Recorder(), rows, y_noisy, cv=cv, return_estimator=True
        )
        held_out = [np.setdiff1d(rows, fitted.X_) for fitted in found.estimator]
        return [np.mean(y_noisy[test] != y[test]) for test in held_out]

    assert np.ptp(wrong_shares(5)) < 0.15
    assert np.ptp(wrong_shares(StratifiedKFold(5))) > 0.3  # what scikit-learn's 5 is


@pytest.mark.parametrize("cv", [None, 3, FOLDS])
def test_the_same_folds_come_again(cv):
    one, other = (
        noisy_cross_validate(Recorder(), X, Y_NOISY, cv=cv, return_estimator=True)
        for _ in range(2)
    )
    for a, b in zip(one.estimator, other.estimator, strict=True):
        assert_array_equal(a.X_, b.X_)


def test_clean_labels_change_nothing_but_the_clean_score():
    without = noisy_cross_validate(KNeighborsClassifier(), X, Y_NOISY)
    other = noisy_cross_validate(KNeighborsClassifier(), X, Y_NOISY, y_clean=Y[::-1])
    assert_array_equal(without.test_noisy_score, other.test_noisy_score)
    assert without.noise_rate is None
    assert "test_clean_score" not in without


def test_several_scorers_give_a_column_each():
    scoring = {"acc": "accuracy", "loss": "neg_log_loss"}
    results = noisy_cross_validate(
        LogisticRegression(max_iter=500),
        X,
        Y_NOISY,
        y_clean=Y,
        scoring=scoring,
        return_train_score=True,
    )
    columns = {
        f"{part}_{kind}_{name}"
        for part in ("test", "train")
        for kind in ("noisy", "clean")
        for name in scoring
    }
    assert columns < set(results)
    assert all(results[name].shape == (5,) for name in columns)
    single = noisy_cross_validate(
        LogisticRegression(max_iter=500), X, Y_NOISY, y_clean=Y, scoring="neg_log_loss"
    )
    assert_array_equal(single.test_clean_score, results.test_clean_loss)


def test_train_scores_show_what_was_memorized():
    results = noisy_cross_validate(
        DecisionTreeClassifier(), X, Y_NOISY, y_clean=Y, return_train_score=True
    )
    assert_allclose(results.train_noisy_score, 1)
    shares = [np.mean(Y_NOISY[t] == Y[t]) for t, _ in FIVE_FOLDS.split(X, Y_NOISY)]
    assert_allclose(results.train_clean_score, shares)


def test_times_are_positive_and_cpu_time_is_of_this_process():
    results = noisy_cross_validate(DecisionTreeClassifier(), X, Y_NOISY)
    for name in ("fit_time", "score_time", "fit_cpu_time"):
        assert results[name].shape == (5,)
        assert (results[name] > 0).all()


def test_fit_parameters_with_a_value_per_sample_are_cut_into_folds():
    weight = np.arange(150.0)
    params = {"weight": weight, "table": {"a": 1}, "word": "x" * 150, "flag": True}
    results = noisy_cross_validate(
        Recorder(), X, Y_NOISY, cv=3, params=params, return_estimator=True
    )
    splits = FOLDS.split(X, Y_NOISY)
    for fitted, (train, _) in zip(results.estimator, splits, strict=True):
        assert_array_equal(fitted.params_.pop("weight"), weight[train])
        assert fitted.params_ == {"table": {"a": 1}, "word": "x" * 150, "flag": True}


def test_groups_reach_the_splitter():
    groups = np.arange(150) % 6
    results = noisy_cross_validate(
        KNeighborsClassifier(),
        X,
        Y_NOISY,
        y_clean=Y,
        cv=GroupKFold(3),
        groups=groups,
    )
    splits = GroupKFold(3).split(X, Y_NOISY, groups)
    _, clean = slow_scores(KNeighborsClassifier(), X, Y_NOISY, Y, splits)
    assert_allclose(results.test_clean_score, clean)


def test_a_class_missing_from_a_training_fold_is_no_hindrance():
    results = noisy_cross_validate(
        NoisyLabelClassifier(max_epochs=2, random_state=0),
        X,
        Y,
        y_clean=Y,
        cv=LeaveOneGroupOut(),
        groups=Y,
    )
    assert_array_equal(results.test_clean_score, [0, 0, 0])  # it can't know the class


def test_clean_labels_may_have_a_class_that_no_given_label_has():
    y_noisy = np.where(Y == 2, 1, Y)
    results = noisy_cross_validate(DecisionTreeClassifier(), X, y_noisy, y_clean=Y)
    assert_allclose(results.noise_rate, 1 / 3)
    assert results.test_noisy_score.mean() > results.test_clean_score.mean()


def test_series_with_another_index_are_taken_row_by_row():
    frame = pd.DataFrame(X).add_prefix("x")
    given = pd.Series(NAMES[Y_NOISY], index=np.arange(150)[::-1], dtype="category")
    clean = pd.Series(NAMES[Y])
    results = noisy_cross_validate(
        KNeighborsClassifier(), frame, given, y_clean=clean, return_estimator=True
    )
    assert results.noise_rate == np.mean(Y_NOISY != Y)
    assert list(results.estimator[0].feature_names_in_) == list(frame.columns)


def test_precomputed_kernels_are_cut_on_both_sides():
    results = noisy_cross_validate(
        SVC(kernel="precomputed"), X @ X.T, Y_NOISY, y_clean=Y
    )
    linear = noisy_cross_validate(SVC(kernel="linear"), X, Y_NOISY, y_clean=Y)
    assert_allclose(results.test_clean_score, linear.test_clean_score)


@pytest.mark.parametrize("routing", [False, True])
def test_works_with_metadata_routing_on_or_off(routing):
    # AdaBoost refuses to be asked for its routing, so routing can't be the way
    estimator = AdaBoostClassifier(n_estimators=3)
    with config_context(enable_metadata_routing=routing):
        results = noisy_cross_validate(estimator, X, Y_NOISY, y_clean=Y, cv=2)
    assert results.test_clean_score.shape == (2,)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"noise": SymmetricNoise()}, "leave out y_clean, or the noise"),
        ({"y_clean": NAMES[Y]}, "have no label in common: y holds 0, 1, 2, y_clean"),
        ({"y_clean": np.where(Y == 0, np.nan, Y)}, "The clean labels: y contains 50"),
        ({"y": np.where(Y == 0, np.nan, Y)}, "y contains 50 missing labels"),
        ({"y_clean": Y[:-1]}, "inconsistent numbers of samples"),
        ({"scoring": "acuracy"}, "acuracy"),
    ],
)
def test_what_cannot_be_used_is_said(changed, message):
    arguments = {"y": Y_NOISY, "y_clean": Y, **changed}
    with pytest.raises(ValueError, match=message):
        noisy_cross_validate(KNeighborsClassifier(), X, **arguments)


def test_an_error_of_the_estimator_is_raised_not_scored():
    with pytest.raises(ValueError, match="n_neighbors"):
        noisy_cross_validate(KNeighborsClassifier(n_neighbors=-1), X, Y_NOISY)


# --- clean_scorer ---


def noisy_and_clean_search(grid=None, **params):
    return GridSearchCV(
        make_pipeline(StandardScaler(), KNeighborsClassifier()),
        {"kneighborsclassifier__n_neighbors": [1, 25]} if grid is None else grid,
        scoring={"noisy": "accuracy", "clean": clean_scorer()},
        refit="noisy",
        cv=FOLDS,
        error_score="raise",
        **params,
    )


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_search_selects_on_noisy_and_reports_clean_scores(n_jobs):
    with config_context(enable_metadata_routing=True):
        search = noisy_and_clean_search(n_jobs=n_jobs).fit(X, Y_NOISY, y_clean=Y)
    found = search.cv_results_
    assert search.best_index_ == found["mean_test_noisy"].argmax()
    for i, params in enumerate(found["params"]):
        honest = noisy_cross_validate(
            clone(search.estimator).set_params(**params), X, Y_NOISY, y_clean=Y, cv=3
        )
        assert_allclose(found["mean_test_noisy"][i], honest.test_noisy_score.mean())
        assert_allclose(found["mean_test_clean"][i], honest.test_clean_score.mean())


def test_clean_labels_do_not_sway_the_search():
    upside_down = np.array([1, 2, 0])[Y]  # by which the worst candidate is the best
    with config_context(enable_metadata_routing=True):
        one, other = (
            noisy_and_clean_search().fit(X, Y_NOISY, y_clean=y)
            for y in (Y, upside_down)
        )
    assert one.best_params_ == other.best_params_
    means = [s.cv_results_["mean_test_clean"] for s in (one, other)]
    assert means[0].max() > 0.8
    assert means[1].max() < 0.2


def test_it_scores_by_hand_without_any_setting():
    fitted = DecisionTreeClassifier(random_state=0).fit(X, Y_NOISY)
    for y in (Y_NOISY, None):  # never looked at
        score = clean_scorer()(fitted, X, y, y_clean=Y)
        assert score == accuracy_score(Y, fitted.predict(X))


@pytest.mark.parametrize("scoring", ["roc_auc_ovr", "neg_log_loss", "f1_macro"])
def test_any_scorer_can_look_at_clean_labels(scoring):
    estimator = LogisticRegression(max_iter=500)
    expected = noisy_cross_validate(estimator, X, Y_NOISY, y_clean=Y, scoring=scoring)
    with config_context(enable_metadata_routing=True):
        found = cross_validate(
            estimator,
            X,
            Y_NOISY,
            scoring=clean_scorer(scoring),
            cv=FIVE_FOLDS,
            params={"y_clean": Y},
        )
    assert_allclose(found["test_score"], expected.test_clean_score)


def test_what_the_inner_scorer_asks_for_still_reaches_it():
    weight = np.where(Y == 0, 0.0, 1.0)
    with config_context(enable_metadata_routing=True):
        inner = make_scorer(accuracy_score).set_score_request(sample_weight=True)
        found = cross_validate(
            KNeighborsClassifier(),
            X,
            Y_NOISY,
            scoring=clean_scorer(inner),
            cv=FIVE_FOLDS,
            params={"y_clean": Y, "sample_weight": weight},
        )
    expected = [
        accuracy_score(
            Y[test],
            KNeighborsClassifier().fit(X[train], Y_NOISY[train]).predict(X[test]),
            sample_weight=weight[test],
        )
        for train, test in FIVE_FOLDS.split(X, Y_NOISY)
    ]
    assert_allclose(found["test_score"], expected)


def test_without_clean_labels_it_says_how_they_would_reach_it():
    fitted = DecisionTreeClassifier().fit(X, Y_NOISY)
    with pytest.raises(ValueError, match="enable_metadata_routing=True"):
        clean_scorer()(fitted, X, Y_NOISY)
    with pytest.raises(ValueError, match="clean_scorer got no clean labels"):
        noisy_and_clean_search().fit(X, Y_NOISY)


def test_an_unknown_score_is_an_error_at_once():
    with pytest.raises(ValueError, match="acuracy"):
        clean_scorer("acuracy")
