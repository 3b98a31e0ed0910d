"""A search that trains together finds what scikit-learn's search finds."""

import inspect
import threading
from typing import ClassVar

import joblib
import numpy as np
import pytest
from joblib.parallel import ThreadingBackend
from lockstep_helpers import (
    CV,
    assert_same_results,
    both,
    may_train_alone,
    network,
    pipeline,
)
from scipy import sparse
from sklearn import config_context
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    ShuffleSplit,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from skorch.dataset import ValidSplit
from torch import nn

from sknoisy import BatchedGridSearchCV, NoisyLabelClassifier
from sknoisy._engine import fits
from sknoisy.model_selection import (
    batched_cross_val_predict,
    clean_scorer,
)
from sknoisy.modules import LeNet5
from sknoisy.optimizers import SAM

# --- the same results ---

GRIDS = {
    "losses": (network(), {"loss": ["ce", "gce", "mae"]}),
    "numbers": (
        network(module__dropout=0.4),
        {"lr": [0.01, 0.03], "weight_decay": [0.0, 0.1], "loss__q": [0.3]},
    ),
    "shapes": (network(), {"module__hidden": [4, (8, 4)], "batch_size": [32, 64]}),
    "seeds": (network(), [{"random_state": [0, 1, 2]}, {"class_weight": ["balanced"]}]),
    "pipeline": (
        pipeline(),
        {"scale": [StandardScaler(), MinMaxScaler(), "passthrough"], "net__lr": [0.01]},
    ),
    "steps": (pipeline(), {"net": [network(loss="sce"), LogisticRegression()]}),
    "partly alone": (network(), [{"loss": ["ce", "mae"]}, {"method": ["elr", "sop"]}]),
    "alone": (LogisticRegression(), {"C": [0.1, 1.0]}),
}


@may_train_alone
@pytest.mark.parametrize("name", GRIDS)
def test_results_are_those_of_scikit_learn(name, table):
    theirs, ours = both(*GRIDS[name], *table, return_train_score=True)
    assert_same_results(theirs, ours)
    assert ours.best_index_ == theirs.best_index_
    assert ours.best_score_ == pytest.approx(theirs.best_score_)
    assert np.allclose(ours.predict_proba(table[0]), theirs.predict_proba(table[0]))
    learned = {name for name in vars(theirs) if name.endswith("_")}
    assert {name for name in vars(ours) if name.endswith("_")} == learned


@may_train_alone
@pytest.mark.parametrize(
    "name, calls",
    [
        ("losses", [12]),
        ("numbers", [16]),
        ("shapes", [4, 4, 4, 4]),
        ("seeds", [16]),
        ("pipeline", [12]),
        ("steps", [4]),
        ("partly alone", [8]),
        ("alone", []),
    ],
)
def test_what_can_trains_together(name, calls, table, together):
    BatchedGridSearchCV(*GRIDS[name], cv=CV, refit=False).fit(*table)
    assert together == calls


def test_many_networks_train_in_parts_of_one_size(table, together, monkeypatch):
    monkeypatch.setitem(fits.AT_ONCE, "cpu", 5)
    both(network(), {"loss": ["ce", "gce", "mae"]}, *table, refit=False)
    assert together == [4, 4, 4]


@may_train_alone
def test_networks_too_large_to_gain_anything_train_alone(table, together, monkeypatch):
    monkeypatch.setattr(fits, "MEMORY", 1)
    assert_same_results(*both(network(), {"loss": ["ce", "gce"]}, *table))
    assert together == []


ALONE = {
    "early stopping": {"early_stopping": True},
    "validation": {"validation_fraction": 0.2},
    "split": {"train_split": ValidSplit(2)},
    "verbose": {"verbose": 1},
    "mixup": {"mixup": 1.0},
    "accumulate": {"accumulate": 2, "batch_size": 20},
    "bf16": {"precision": "bf16"},
    "iterator": {"iterator_train__drop_last": True},
    "print log": {"callbacks__print_log": None},
}


@may_train_alone
@pytest.mark.parametrize("name", ALONE)
def test_what_watches_or_decides_epochs_is_fitted_alone(name, table, together):
    options = {"max_epochs": 2, **ALONE[name]}
    theirs, ours = both(
        network(**options), {"loss": ["ce", "gce"]}, *table, refit=False
    )
    assert together == []
    assert_same_results(theirs, ours)


def test_no_parameter_is_forgotten():
    known = inspect.signature(NoisyLabelClassifier).parameters.values()
    names = {p.name for p in known if p.default is not p.empty}
    assert names > fits.CARRIED
    for name in names - fits.CARRIED:
        odd = network().set_params(**{name: object()})
        assert fits.why_alone(odd).startswith(f"{name}=")


@may_train_alone
def test_convolutions_on_a_cpu_are_fitted_alone(images, together):
    X, y = images
    net = NoisyLabelClassifier(LeNet5, max_epochs=1, device="cpu", random_state=0)
    options = {"cv": 2, "refit": False}
    assert_same_results(*both(net, {"loss": ["ce", "gce"]}, X, y, **options))
    assert together == []


@may_train_alone
def test_no_network_that_cannot_be_stacked_is_built_twice_in_vain(images):
    built = []

    def convolutional(input_shape, n_classes):
        built.append(1)
        return LeNet5(input_shape, n_classes)

    net = NoisyLabelClassifier(convolutional, max_epochs=1, random_state=0)
    grid = {"loss": ["ce", "gce"]}
    BatchedGridSearchCV(net, grid, cv=2, refit=False).fit(*images)
    assert len(built) == 1 + 4


class Counted(TransformerMixin, BaseEstimator):
    """A transformer that counts its fits."""

    fits: list = []

    def __init__(self, factor=1.0):
        self.factor = factor

    def fit(self, X, y=None):
        self.fits.append(self.factor)
        self.factor_ = self.factor
        return self

    def transform(self, X):
        return self.factor_ * X


def test_preprocessing_is_fitted_once_a_fold_and_once_a_setting(table):
    Counted.fits.clear()
    pipe = Pipeline([("count", Counted()), ("net", network())])
    grid = {"count__factor": [1.0, 2.0], "net__loss": ["ce", "gce", "mae"]}
    BatchedGridSearchCV(pipe, grid, cv=CV, refit=False).fit(*table)
    assert sorted(Counted.fits) == [1.0] * 4 + [2.0] * 4


@may_train_alone
@pytest.mark.parametrize(
    "estimator, name, values",
    [
        (LogisticRegression(), "C", [0.1, 1.0]),
        (network(), "method", ["elr", "sop"]),
        (
            network(),
            "loss",
            [nn.CrossEntropyLoss(reduction="none"), nn.NLLLoss(reduction="none")],
        ),
        (network(), "mixup", [1.0, 2.0]),
        (network(), "optimizer", ["sam", SAM]),
    ],
)
def test_preprocessing_is_not_fitted_in_vain(estimator, name, values, table):
    Counted.fits.clear()
    pipe = Pipeline([("count", Counted()), ("last", estimator)])
    grid = {f"last__{name}": values}
    BatchedGridSearchCV(pipe, grid, cv=CV, refit=False).fit(*table)
    assert len(Counted.fits) == 8


@may_train_alone
def test_preprocessing_is_not_fitted_in_vain_for_soft_labels(table):
    Counted.fits.clear()
    pipe = Pipeline([("count", Counted()), ("net", network())])
    batched_cross_val_predict(pipe, table[0], np.eye(3)[table[1]], cv=KFold(3))
    assert len(Counted.fits) == 3


@may_train_alone
def test_preprocessing_is_fitted_once_to_see_that_networks_cannot_be_stacked(images):
    Counted.fits.clear()
    net = NoisyLabelClassifier(LeNet5, max_epochs=1, device="cpu", random_state=0)
    pipe = Pipeline([("count", Counted()), ("net", net)])
    grid = {"net__loss": ["ce", "gce"]}
    BatchedGridSearchCV(pipe, grid, cv=3, refit=False).fit(*images)
    assert len(Counted.fits) == 1 + 6


@may_train_alone
def test_sparse_tables_are_fitted_alone(table, together):
    X = sparse.csr_matrix(np.maximum(table[0], 0))
    theirs, ours = both(network(), {"loss": ["ce", "mae"]}, X, table[1], refit=False)
    assert together == []
    assert_same_results(theirs, ours)


def test_two_grids_of_equal_settings_are_two_candidates(table):
    theirs, ours = both(pipeline(), [{"net__lr": [0.1]}, {"net__lr": [0.1]}], *table)
    assert_same_results(theirs, ours)


# --- errors ---


@pytest.mark.filterwarnings("ignore:One or more of the test scores:UserWarning")
@pytest.mark.parametrize("wrong", [{"loss": ["ce", "gse"]}, {"lr": [0.1, 1e38]}])
def test_a_fit_that_fails_has_the_error_score_and_no_effect_on_others(wrong, table):
    net = network(optimizer="sgd", weight_decay=0.0)
    with pytest.warns(FitFailedWarning, match="4 fits failed"):
        theirs, ours = both(net, wrong, *table)
    assert_same_results(theirs, ours)
    assert np.isnan(ours.cv_results_["mean_test_score"]).tolist() == [False, True]
    with pytest.raises(ValueError, match="gse|diverged"):
        both(net, wrong, *table, error_score="raise")


def hostile(logits, labels):
    raise RuntimeError("I never work.")


@may_train_alone
def test_a_loss_that_raises_is_told_of_as_usual_and_spares_the_others(table):
    with pytest.warns(FitFailedWarning, match="I never work"):
        ours = BatchedGridSearchCV(
            network(), {"loss": ["ce", hostile]}, cv=CV, error_score=0.0
        ).fit(*table)
    assert ours.cv_results_["mean_test_score"][0] > 0.5
    assert ours.cv_results_["mean_test_score"][1] == 0


def test_a_parameter_that_there_is_not_is_refused_at_once(table):
    with pytest.raises(ValueError, match="Invalid parameter 'los'"):
        BatchedGridSearchCV(pipeline(), {"net__los": ["ce"]}).fit(*table)


# --- folds, weights, containers ---


@pytest.mark.parametrize(
    "cv", [3, KFold(4), GroupKFold(3), ShuffleSplit(2, random_state=None)]
)
@pytest.mark.filterwarnings("ignore:The groups parameter is ignored:UserWarning")
def test_any_splitter_does(cv, table):
    X, y = table
    groups = np.arange(len(y)) % 7
    ours = BatchedGridSearchCV(network(), {"loss": ["ce", "gce"]}, cv=cv)
    ours.fit(X, y, groups=groups)
    assert np.isfinite(ours.cv_results_["mean_test_score"]).all()
    if not isinstance(cv, ShuffleSplit):
        theirs = GridSearchCV(network(), {"loss": ["ce", "gce"]}, cv=cv)
        assert_same_results(theirs.fit(X, y, groups=groups), ours)


def test_splits_may_be_a_generator(table):
    splits = list(CV.split(*table))
    ours = BatchedGridSearchCV(network(), {"lr": [0.01]}, cv=iter(splits)).fit(*table)
    assert ours.n_splits_ == 4


@may_train_alone
@pytest.mark.parametrize(
    "estimator, name, calls",
    [(network(), "sample_weight", [8]), (pipeline(), "net__sample_weight", [])],
)
def test_weights_reach_the_networks(estimator, name, calls, table, together):
    X, y = table
    weight = np.where(y == 0, 0.0, np.linspace(0.1, 1, len(y)))
    grid = {"loss": ["ce", "mae"]}
    if isinstance(estimator, Pipeline):
        grid = {f"net__{key}": values for key, values in grid.items()}
    with np.errstate(all="ignore"):
        theirs, ours = both(estimator, grid, X, y, {name: weight}, refit=False)
    assert together == calls
    assert_same_results(theirs, ours)


def test_clean_labels_are_routed_to_the_scorer(table):
    X, y = table
    y_noisy = np.where(np.arange(len(y)) % 4 == 0, 0, y)
    options = {"scoring": {"noisy": "accuracy", "clean": clean_scorer()}}
    with config_context(enable_metadata_routing=True):
        theirs, ours = both(
            network(),
            {"loss": ["ce", "mae"]},
            *(X, y_noisy, {"y_clean": y}),
            **options,
            refit="noisy",
        )
    assert_same_results(theirs, ours)
    assert "mean_test_clean" in ours.cv_results_


def test_frames_and_words(table):
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(table[0], columns=list("abcde"))
    y = np.array(["few", "more", "most"])[table[1]]
    theirs, ours = both(pipeline(), {"net__loss": ["ce", "mae"]}, X, y)
    assert_same_results(theirs, ours)
    assert ours.feature_names_in_.tolist() == list("abcde")
    assert ours.classes_.tolist() == ["few", "more", "most"]


@may_train_alone
def test_what_is_fitted_alone_may_be_fitted_side_by_side(table):
    grid = [{"method": ["elr", "sop"]}, {"loss": ["mae", "gse"]}]
    options = {"cv": CV, "refit": False, "n_jobs": 2, "error_score": 0.0}
    with pytest.warns(FitFailedWarning), joblib.parallel_config(backend="threading"):
        ours = BatchedGridSearchCV(network(), grid, **options).fit(*table)
    scores = ours.cv_results_["mean_test_score"]
    assert (scores[:3] > 0.5).all() and scores[3] == 0


class SeesThreads(TransformerMixin, BaseEstimator):
    """Notes in which threads it transforms."""

    seen: ClassVar[set] = set()

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        self.seen.add(threading.get_ident())
        return X

    def __sklearn_is_fitted__(self):
        return True


class Spreading(ThreadingBackend):
    """Asks nobody how many jobs there should be, as the backend of dask."""

    def effective_n_jobs(self, n_jobs):
        return 2


@pytest.mark.parametrize("backend", ["threading", Spreading()])
def test_what_trains_together_stays_here_whatever_joblib_is_told(backend, table):
    estimator = Pipeline([("see", SeesThreads()), ("net", network())])
    SeesThreads.seen.clear()
    with joblib.parallel_config(backend=backend, n_jobs=2):
        search = BatchedGridSearchCV(estimator, {"net__lr": [0.01, 0.1]}, cv=CV)
        search.fit(*table)
        batched_cross_val_predict(estimator, *table, cv=CV)
    assert SeesThreads.seen == {threading.get_ident()}
    alone = GridSearchCV(estimator, {"net__lr": [0.01, 0.1]}, cv=CV).fit(*table)
    assert_same_results(alone, search)


def test_progress_is_shown_on_request(table, capsys):
    options = {"cv": CV, "refit": False}
    BatchedGridSearchCV(network(), {"lr": [0.1]}, **options, verbose=1).fit(*table)
    out, err = capsys.readouterr()
    assert "4 networks in lock-step" in err and "12/12" in err
    assert "Fitting 4 folds" in out
    BatchedGridSearchCV(network(), {"lr": [0.1]}, **options).fit(*table)
    assert capsys.readouterr() == ("", "")
