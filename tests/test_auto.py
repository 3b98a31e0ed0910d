"""AutoNoisyClassifier: what it takes, what it finds, and what it tells."""

import pickle
import time

import numpy as np
import pandas as pd
import pytest
from group_helpers import PATIENTS, found_and_precision
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_matrix
from sklearn.datasets import load_breast_cancer, load_digits, make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy import AutoNoisyClassifier, PairFlipNoise, SymmetricNoise
from sknoisy.auto import _by_folds, _hearing, _learning
from sknoisy.auto._families import FAMILIES, shrunk
from sknoisy.detectors import TrueLabelPosterior
from sknoisy.inspection import AutoDisplay

QUICK = ["logistic_regression", "kernel_ridge", "neighbors"]


@pytest.fixture(autouse=True)
def few_trees(request, monkeypatch):
    """Grow ten trees a forest where it isn't what is tested."""
    if "slow" not in request.keywords:
        monkeypatch.setattr("sknoisy.auto._families.TREES", 10)


def blobs(n_classes=3, n=240, far=3.0, seed=0):
    """Return classes that are apart."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % n_classes
    return far * np.eye(n_classes)[y] + rng.normal(size=(n, n_classes)), y


def make(**options):
    return AutoNoisyClassifier(**{"judges": QUICK, "random_state": 0} | options)


X, Y = blobs()
GIVEN = SymmetricNoise(0.3, random_state=0).fit_corrupt(Y)
FITTED = make().fit(X, GIVEN)


# --- what it finds ---


def test_wrong_labels_are_found_and_true_ones_predicted():
    wrong = GIVEN != Y
    assert FITTED.score(X, Y) > 0.96
    assert (FITTED.is_issue_ == wrong).mean() > 0.92
    assert FITTED.quality_[wrong].mean() < 0.3 < 0.9 < FITTED.quality_[~wrong].mean()
    low, high = FITTED.noise_rate_interval_
    assert low <= FITTED.noise_rate_ <= high
    assert low < wrong.mean() < high


@pytest.mark.parametrize("noise", [SymmetricNoise(0.3), PairFlipNoise(0.3)])
def test_the_matrix_is_found_where_classes_are_apart(noise):
    X, y = blobs(4, 1200, far=4.0)
    noise.set_params(random_state=1).fit(X, y)
    auto = make().fit(X, noise.corrupt(y))
    assert np.abs(auto.transition_matrix_ - noise.transition_matrix_).max() < 0.08


def test_probabilities_are_those_of_true_labels():
    """A calibrated classifier is right as often as it says; it can't be under noise
    if it speaks of given labels."""
    X, y = blobs(3, 1500, far=1.5)
    given = SymmetricNoise(0.3, random_state=2).fit_corrupt(y)
    X, X_test, given, _, _, y_test = train_test_split(X, given, y, random_state=0)
    auto = make().fit(X, given)
    proba = auto.predict_proba(X_test)
    said, right = proba.max(axis=1).mean(), auto.score(X_test, y_test)
    assert abs(said - right) < 0.08


def test_the_table_of_issues_agrees_with_the_rest():
    table = pd.DataFrame(FITTED.label_issues_)
    assert_array_equal(table["given_label"], GIVEN)
    assert_array_equal(table["is_issue"], FITTED.is_issue_)
    assert_array_equal(table["quality"], FITTED.quality_)
    changed = table["suggested_label"] != table["given_label"]
    assert_array_equal(changed, FITTED.is_issue_)


def test_equal_seeds_give_equal_results():
    again = make(judges="auto").fit(X[:90], GIVEN[:90])
    twin = make(judges="auto").fit(X[:90], GIVEN[:90])
    assert_array_equal(again.predict_proba(X), twin.predict_proba(X))
    assert again.report_.splitlines()[:-1] == twin.report_.splitlines()[:-1]


def test_names_of_classes_in_the_same_order_change_nothing():
    named = make().fit(X, np.array(["ant", "bee", "cat"])[GIVEN])
    assert_array_equal(named.predict_proba(X), FITTED.predict_proba(X))
    assert named.classes_.tolist() == ["ant", "bee", "cat"]


def test_names_in_another_order_and_other_rows_first_change_little():
    renamed = make().fit(X, 2 - GIVEN)
    assert (2 - renamed.predict(X) == FITTED.predict(X)).mean() > 0.98
    order = np.random.default_rng(0).permutation(len(X))
    shuffled = make().fit(X[order], GIVEN[order])
    assert (shuffled.predict(X) == FITTED.predict(X)).mean() > 0.98


# --- what it takes ---


def test_a_sparse_table_of_counts():
    rng = np.random.default_rng(0)
    rates = np.full((3, 30), 0.2) + np.kron(np.eye(3), np.full(10, 1.5))
    words = csr_matrix(rng.poisson(rates[Y]))
    auto = make(judges="auto").fit(words, GIVEN)
    assert auto.score(words, Y) > 0.95
    assert "naive_bayes" in {verdict.family for verdict in auto.judges_}


def test_gaps_are_filled():
    gappy = X.copy()
    gappy[::7, 0] = np.nan
    assert make().fit(gappy, GIVEN).score(gappy, Y) > 0.9


def test_images_are_flattened():
    images = np.repeat(X, 4, axis=1).reshape(len(X), 3, 2, 2)
    auto = make(judges=["kernel_ridge"]).fit(images, GIVEN)
    assert auto.score(images, Y) > 0.93


def test_a_frame_with_words():
    frame = pd.DataFrame({"kind": np.array(["x", "y", "z"])[Y], "size": X[:, 0]})
    auto = make().fit(frame, GIVEN)
    assert auto.score(frame, Y) > 0.97
    assert auto.vectorizer_ is not None
    assert auto.feature_names_in_.tolist() == ["kind", "size"]


def test_samples_without_a_label_are_left_out():
    marked = np.where(np.arange(len(Y)) % 10 == 3, -1, GIVEN)
    auto = make(unlabeled=-1).fit(X, marked)
    assert_array_equal(np.isnan(auto.quality_), marked == -1)
    assert not auto.is_issue_[marked == -1].any()
    assert auto.classes_.tolist() == [0, 1, 2]


@pytest.mark.slow
def test_nobody_of_a_group_is_asked_about_the_others():
    X, y, groups = PATIENTS.X, PATIENTS.y, PATIENTS.groups
    judges = ["kernel_ridge", "neighbors", "extra_trees"]
    alone = make(judges=judges).fit(X, y)
    apart = make(judges=judges).fit(X, y, groups=groups)
    assert found_and_precision(alone.is_issue_)[0] < 0.3
    found, precision = found_and_precision(apart.is_issue_)
    assert found > 0.8
    assert precision > 0.8


def test_it_goes_through_pickle():
    auto = make(judges="auto").fit(X[:90], GIVEN[:90])
    copy = pickle.loads(pickle.dumps(auto))
    assert_array_equal(copy.predict_proba(X), auto.predict_proba(X))


# --- who is heard ---


def test_a_judge_that_fails_is_left_out_and_reported(monkeypatch):
    def fail(self, rows, task):
        raise ValueError("no such distance")

    monkeypatch.setattr("sknoisy.auto._neighbors.Neighbors.judge", fail)
    auto = make().fit(X, GIVEN)
    assert auto.score(X, Y) > 0.96
    (verdict, *_) = [v for v in auto.judges_ if v.family == "neighbors"]
    assert verdict.note == "failed: no such distance"
    assert "neighbors (failed: no such distance)" in auto.report_


def test_it_says_so_if_nobody_can_be_heard(monkeypatch):
    def fail(self, rows, task):
        raise ValueError("no such distance")

    monkeypatch.setattr("sknoisy.auto._neighbors.Neighbors.judge", fail)
    with pytest.raises(ValueError, match="None of the judges could be fitted: no such"):
        make(judges=["neighbors"]).fit(X, GIVEN)


def test_candidates_compete_on_some_of_many_rows(monkeypatch):
    monkeypatch.setattr("sknoisy.auto._schedule.TRIAL", 100)
    sizes = []
    hear = _hearing.hear

    def spy(family, rows, task, transition=None):
        sizes.append((len(rows), len(family.candidates)))
        return hear(family, rows, task, transition)

    monkeypatch.setattr(_hearing, "hear", spy)
    auto = make().fit(X, GIVEN)
    assert auto.score(X, Y) > 0.96
    assert {n for n, _ in sizes} == {100, 240}
    assert all(candidates == 1 for n, candidates in sizes if n == 240)


def test_without_a_sound_matrix_the_pool_of_given_labels_predicts(monkeypatch):
    monkeypatch.setattr(_learning, "is_sound", lambda transition: False)
    auto = make().fit(X, GIVEN)
    assert_array_equal(auto.transition_matrix_, np.eye(3))
    assert not auto.is_issue_.any()
    assert {verdict.round for verdict in auto.judges_} == {0}
    assert auto.score(X, Y) > 0.9
    assert "no noise could be told" in auto.report_


def test_of_two_classes_weights_are_between_those_by_given_labels_and_equal_ones():
    X, y = blobs(2, 200, far=1.5)
    given = SymmetricNoise(0.3, random_state=0).fit_corrupt(y)
    auto = make().fit(X, given)
    first = {v.family: v.weight for v in auto.judges_ if v.round == 0 and v.weight}
    last = {v.family: v.weight for v in auto.judges_ if v.round == 2}
    total = sum(first.values())
    between = [0.5 * first[f] / total + 0.5 / len(last) for f in last]
    ratios = np.array(list(last.values())) / between
    assert_allclose(ratios, ratios[0])


def test_of_two_classes_a_detector_is_asked_too(monkeypatch):
    X, y = blobs(2, 200, far=1.5)
    given = SymmetricNoise(0.3, random_state=0).fit_corrupt(y)
    asked = []

    class Spy(TrueLabelPosterior):
        def fit(self, X, y, **params):
            asked.append(params["groups"])
            return super().fit(X, y, **params)

    monkeypatch.setattr(_learning, "TrueLabelPosterior", Spy)
    groups = np.arange(200) // 2
    make().fit(X, given, groups=groups)
    assert_array_equal(asked[0], groups)
    make().fit(*blobs(3, 60))  # not of more classes
    make(time_budget=1e-6).fit(X, given)  # nor where there is no time
    assert len(asked) == 1


def test_a_rare_class_keeps_its_share():
    """One of 20 samples, one label in five wrong: no class may drown in the other."""
    rng = np.random.default_rng(0)
    y = (np.arange(600) % 20 == 0).astype(int)
    X = rng.normal(size=(600, 2)) + 5 * y[:, None]
    given = SymmetricNoise(0.2, random_state=0).fit_corrupt(y)
    found = make().fit(X, given).predict(X)
    assert (found[y == 1] == 1).mean() > 0.8
    assert (found[y == 0] == 0).mean() > 0.97


def test_the_smallest_budget_returns_one_judge():
    X, y = blobs(3, 3000)
    auto = make(judges="auto", time_budget=1e-6).fit(X, y)
    assert len(auto.weights_) == 1
    assert auto.score(X, y) > 0.9
    assert len(auto.quality_) == 3000
    assert "For want of time, judges learned from" in auto.report_


@pytest.mark.slow
@pytest.mark.parametrize(("n", "d"), [(6000, 40), (40000, 100)])
def test_a_budget_is_kept(n, d):
    X, y = make_classification(n, d, n_informative=10, n_classes=5, random_state=0)
    given = SymmetricNoise(0.3, random_state=0).fit_corrupt(y)
    start = time.process_time()
    auto = make(judges="auto", time_budget=10).fit(X, given)
    assert time.process_time() - start < 12
    assert auto.score(X, y) > 0.4


# What is lost to the better of two plain classifiers, which is chosen by the test rows.
# The aim is .3 points; with two classes it is missed: .39 of breast cancer's (a single
# one of its 169 test rows is .6 points), .38 of a made table's, where three seeds leave
# an error of .3.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("load", "most"), [(load_digits, 0.003), (load_breast_cancer, 0.006), (None, 0.006)]
)
def test_clean_labels_cost_next_to_nothing(load, most):
    if load is None:
        X, y = make_classification(2400, 20, n_informative=6, random_state=3)
    else:
        X, y = load(return_X_y=True)
    scores = []
    for seed in range(3):
        parts = train_test_split(X, y, train_size=400, stratify=y, random_state=seed)
        X_train, X_test, y_train, y_test = parts
        some = [
            AutoNoisyClassifier(random_state=seed),
            make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
            RandomForestClassifier(random_state=seed),
        ]
        scores.append([c.fit(X_train, y_train).score(X_test, y_test) for c in some])
    ours, *plain = np.mean(scores, axis=0)
    assert max(plain) - ours <= most


# --- what it tells ---


def test_the_report_tells_what_was_found():
    auto = make().fit(X, np.array(["ant", "bee", "cat"])[GIVEN])
    assert auto.report_.startswith("240 labels of 3 classes. About ")
    assert f"{auto.is_issue_.sum()} are called wrong." in auto.report_
    assert "given as" in auto.report_
    assert "s of CPU time." in auto.report_
    assert set(auto.weights_) <= {verdict.name for verdict in auto.judges_}


def test_a_line_for_each_step(capsys):
    make(verbose=1).fit(X, GIVEN)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("[AutoNoisyClassifier]") for line in lines)
    assert lines[-1].endswith("judges of cleaned labels, round 2")


def test_a_picture_of_judges_and_noise():
    display = AutoDisplay.from_estimator(FITTED)
    assert len(display.bars_) == len(FITTED.weights_)
    widths = [bar.get_width() for bar in display.bars_]
    assert widths == sorted(FITTED.weights_.values(), reverse=True)
    assert_allclose(display.image_.get_array(), FITTED.transition_matrix_)
    assert "labels are wrong" in display.figure_.get_suptitle()
    with pytest.raises(ValueError, match="two are needed"):
        AutoDisplay.from_estimator(FITTED, axes=display.axes_[:1])
    with pytest.raises(TypeError, match="has no weights_ of judges"):
        AutoDisplay.from_estimator(LogisticRegression().fit(X, Y))


# --- what it refuses ---


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"judges": "forest"}, "judges='forest' is neither 'auto' nor a list"),
        ({"judges": []}, "neither 'auto' nor a list of families"),
        ({"judges": ["florist"]}, "judges='florist' is not one of"),
        ({"time_budget": 0}, "time_budget=0 is out of range"),
        ({"verbose": -1}, "verbose=-1 is out of range"),
        ({"random_state": "x"}, "random_state='x' is no seed"),
    ],
)
def test_parameters_that_mean_nothing(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options).fit(X, GIVEN)


def test_one_class_is_too_few():
    with pytest.raises(ValueError, match=r"only one class, \[1\]: AutoNoisyClassifier"):
        make().fit(X, np.ones(len(X), dtype=int))


def test_families_go_by_their_own_names():
    view = type("View", (), {"dense": X, "counts": True, "__len__": lambda _: 9})()
    task = type("Task", (), {"codes": Y, "seed": 0, "groups": None})()
    for name, family in FAMILIES.items():
        assert family(task, False).name == name
    assert [f.name for f in _learning.families(view, task, names=["forest"])] == [
        "forest"
    ]


def test_a_network_judges_where_it_is_asked_for():
    judges = ["logistic_regression", "network"]
    auto = make(judges=judges).fit(X, GIVEN)
    heard = {v.family: v for v in auto.judges_ if v.round == 0}
    assert set(heard) == set(judges)
    assert {v.note for v in auto.judges_} == {"", "beside the pool"}
    assert heard["network"].log_loss < 1.1  # log 3 is that of who knows nothing
    proba = auto.predict_proba(X)
    assert_array_equal(make(judges=judges).fit(X, GIVEN).predict_proba(X), proba)
    assert_array_equal(pickle.loads(pickle.dumps(auto)).predict_proba(X), proba)
    assert auto.score(X, Y) > 0.93


def test_no_network_judges_unasked():
    auto = make(judges="auto").fit(X, GIVEN)
    assert {v.family for v in auto.judges_} >= {"forest", "extra_trees"}
    assert {v.note for v in auto.judges_ if v.family == "network"} == {
        "beside the pool"
    }


def fail_in_the_end(monkeypatch, *families):
    """Let judges of some families be heard in the folds, and fail on all samples."""
    finish = _by_folds.ByFolds._finish

    def fails(self, X, task, weight):
        if self.name.startswith(families):
            raise np.linalg.LinAlgError("The covariance is not full rank.")
        return finish(self, X, task, weight)

    monkeypatch.setattr(_by_folds.ByFolds, "_finish", fails)


def test_who_fails_on_all_samples_is_spoken_for_by_others(monkeypatch):
    judges = ["logistic_regression", "linear_discriminants", "neighbors"]
    whole = make(judges=judges).fit(X, GIVEN)
    fail_in_the_end(monkeypatch, "logistic")
    auto = make(judges=judges).fit(X, GIVEN)
    assert auto.score(X, Y) > 0.95
    last = max(v.round for v in auto.judges_)
    told = [v for v in auto.judges_ if v.round == last and v.family == judges[0]]
    assert [v.note for v in told] == ["failed: The covariance is not full rank."]
    assert not any("logistic" in name for name in auto.weights_)
    assert_allclose(sum(auto.weights_.values()), sum(whole.weights_.values()))
    assert_allclose(auto.predict_proba(X).sum(axis=1), 1)


def test_if_all_fail_in_the_end_it_is_said(monkeypatch):
    fail_in_the_end(monkeypatch, "logistic")
    with pytest.raises(ValueError, match="None of the judges .* not full rank"):
        make(judges=["logistic_regression"]).fit(X, GIVEN)


def test_discriminants_of_older_versions_are_shrunk_by_their_own_name():
    class Older:  # scikit-learn before 1.8
        def __init__(self, *, reg_param=0.0):
            self.reg_param = reg_param

    assert shrunk(Older, 0.3).reg_param == 0.3
    assert 0 < shrunk(Older, "auto").reg_param < 1
