"""Searches that draw candidates or halve them find what scikit-learn's find."""

import inspect
import pickle
import re

import numpy as np
import pytest
from joblib import parallel_config
from lockstep_helpers import (
    CV,
    assert_same_results,
    may_train_alone,
    network,
    pipeline,
)
from scipy.stats import loguniform
from sklearn.base import clone
from sklearn.exceptions import FitFailedWarning
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GroupKFold,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
)

from sknoisy import (
    BatchedHalvingGridSearchCV,
    BatchedHalvingRandomSearchCV,
    BatchedRandomizedSearchCV,
)
from sknoisy._told import entries, sections
from sknoisy.exceptions import TrainsAloneWarning

KINDS = {
    "random": (RandomizedSearchCV, BatchedRandomizedSearchCV),
    "halving": (HalvingGridSearchCV, BatchedHalvingGridSearchCV),
    "halving random": (HalvingRandomSearchCV, BatchedHalvingRandomSearchCV),
}
GRID = {"loss": ["ce", "gce", "mae"], "lr": [1e-4, 0.01, 0.1]}
DRAWN = {"loss": ["ce", "gce", "mae"], "lr": loguniform(1e-4, 0.3)}
EPOCHS = {"resource": "max_epochs", "max_resources": 9}
# search, estimator, what to try, options; and how many train at once, time by time
CASES = {
    "drawn": ("random", network(), DRAWN, {"n_iter": 5}, [20]),
    "drawn of lists": (
        *("random", network(), [GRID, {"lr": [0.5]}]),
        *(
            {"n_iter": 4, "scoring": ["accuracy", "f1_macro"], "refit": "f1_macro"},
            [16],
        ),
    ),
    "epochs": ("halving", network(), GRID, EPOCHS, [18, 18, 12, 4]),
    "samples": ("halving", network(), GRID, {"min_resources": 40}, [18, 18, 12]),
    "few epochs": (
        *("halving", network(), GRID),
        *({**EPOCHS, "min_resources": 3, "aggressive_elimination": True},),
        [18, 18, 12, 4],
    ),
    "pipeline": (
        *("halving", pipeline(), {f"net__{name}": GRID[name] for name in GRID}),
        *({"resource": "net__max_epochs", "max_resources": 4, "factor": 2},),
        [18, 18, 20, 12],
    ),
    "partly alone": (
        *("halving", network(), [{"lr": [1e-4, 0.1]}, {"method": ["elr"]}]),
        *({**EPOCHS, "factor": 2}, [8, 4]),
    ),
    "all alone": ("halving", LogisticRegression(), {"C": [0.1, 1, 9]}, {}, []),
    "drawn, epochs": (
        *("halving random", network(), DRAWN),
        *({**EPOCHS, "n_candidates": 6, "min_resources": "exhaust"}, [12, 12, 8]),
    ),
    "drawn, samples": (
        *("halving random", network(), DRAWN, {"min_resources": 36}),
        [16, 8],
    ),
}


def both(case, seed=lambda: 0, **others):
    """Return scikit-learn's search and ours."""
    kind, estimator, tried, options, _ = CASES[case]
    options = {"cv": CV, **options, **others}
    return [
        search(clone(estimator), tried, random_state=seed(), **options)
        for search in KINDS[kind]
    ]


@may_train_alone
@pytest.mark.parametrize("case", CASES)
def test_results_are_those_of_scikit_learn(case, table, together):
    theirs, ours = (search.fit(*table) for search in both(case))
    assert_same_results(theirs, ours)
    for name in {"iter", "n_resources", "rank_test_score"} & set(theirs.cv_results_):
        assert (ours.cv_results_[name] == theirs.cv_results_[name]).all()
    assert repr(ours.cv_results_["params"]) == repr(theirs.cv_results_["params"])
    assert ours.best_params_ == theirs.best_params_
    assert np.allclose(ours.predict_proba(table[0]), theirs.predict_proba(table[0]))
    learned = {name for name in vars(theirs) if name.endswith("_")}
    assert {name for name in vars(ours) if name.endswith("_")} == learned
    for name in learned:
        if name.startswith(("n_", "min_", "max_")):
            assert getattr(ours, name) == getattr(theirs, name), name
    assert together == CASES[case][-1]


@pytest.mark.parametrize("case", ["drawn", "drawn, samples"])
def test_a_generator_draws_what_it_draws_in_scikit_learn(case, table):
    seed = lambda: np.random.RandomState(5)  # noqa: E731
    theirs, ours = (search.fit(*table) for search in both(case, seed, refit=False))
    assert repr(ours.cv_results_["params"]) == repr(theirs.cv_results_["params"])
    assert_same_results(theirs, ours)


def test_weights_and_groups_reach_folds(table):
    X, y = table
    weight, groups = np.arange(len(y)) % 3 / 2, np.arange(len(y)) // 5
    theirs, ours = (
        search.fit(X, y, sample_weight=weight, groups=groups)
        for search in both("epochs", cv=GroupKFold(3), refit=False)
    )
    assert_same_results(theirs, ours)
    assert ours.cv_results_["split0_test_score"].std() > 0


def test_a_failed_fit_has_the_error_score_in_each_round(table):
    options = {"error_score": 0.0, "refit": False, "return_train_score": False}
    theirs, ours = both("drawn, epochs", **options)
    for search in (theirs, ours):
        search.param_distributions = {"loss": ["ce", "gse"], "lr": [0.01, 0.1]}
        search.n_candidates = 4
        with pytest.warns(FitFailedWarning, match="8 fits failed out of"):
            search.fit(*table)
    assert_same_results(theirs, ours)


@may_train_alone
@pytest.mark.parametrize("n_jobs", [2, None])
def test_what_trains_alone_does_so_in_threads_with_equal_results(table, n_jobs):
    alone = both("all alone")[1].fit(*table)
    with parallel_config("threading", n_jobs=2):
        spread = both("all alone", n_jobs=n_jobs)[1].fit(*table)
    assert_same_results(alone, spread)


def test_the_reason_is_told_once_for_all_rounds(table):
    with pytest.warns(TrainsAloneWarning, match=r"4 of 12 fits .*method='elr'") as told:
        both("partly alone")[1].fit(*table)
    assert len(told) == 1
    assert told[0].filename == __file__


def test_a_resource_that_there_is_not(table):
    said = r"resource='max_epoch' is neither.*of NoisyLabelClassifier; did.*'max_epochs"
    with pytest.raises(ValueError, match=said):
        both("epochs", resource="max_epoch")[1].fit(*table)


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_resources": "auto"},
        {"factor": -1},
        {"min_resources": 10},
        {"cv": StratifiedKFold(2, shuffle=True)},
        {"scoring": "accurate"},
    ],
)
def test_other_mistakes_are_told_by_scikit_learn(wrong, table):
    theirs, ours = both("epochs", **wrong)
    with pytest.raises(ValueError, match=".") as expected:
        theirs.fit(*table)
    with pytest.raises(ValueError, match=re.escape(str(expected.value)[:26])):
        ours.fit(*table)


def test_callbacks_of_scikit_learn_are_told(table, capsys):
    callback = pytest.importorskip("sklearn.callback", reason="scikit-learn < 1.9")
    search = both("epochs")[1].set_callbacks(callback.ProgressBar())
    search.fit(*table)  # warnings are errors
    shown = capsys.readouterr().out
    assert "halving-iteration" in shown
    assert "HandsOut" not in shown


@pytest.mark.parametrize("search", [ours for _, ours in KINDS.values()])
def test_each_parameter_is_told(search):
    told = sections(search.__doc__)[1]
    named = list(inspect.signature(search).parameters)
    assert list(entries(told, "Parameters")) == named
    assert len(entries(told, "Attributes")) >= 12


def test_a_clone_is_fitted_anew(table):
    first = both("drawn, epochs")[1].fit(*table)
    assert_same_results(first, clone(first).fit(*table))
    assert_same_results(first, pickle.loads(pickle.dumps(first)).fit(*table))
