"""A search that trains together scores, refits and tells times as usual."""

import pickle
from types import SimpleNamespace

import numpy as np
import pytest
from lockstep_helpers import (
    CV,
    FEW,
    assert_same_results,
    both,
    may_train_alone,
    network,
    pipeline,
)
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from sknoisy import BatchedGridSearchCV, NoisyLabelClassifier
from sknoisy._engine import fits
from sknoisy.model_selection import (
    _rehearsal,
)


def test_several_scorers(table):
    options = {"scoring": ["accuracy", "neg_log_loss"], "refit": "neg_log_loss"}
    theirs, ours = both(network(), {"loss": ["ce", "mae"]}, *table, **options)
    assert_same_results(theirs, ours)
    assert ours.multimetric_ and set(ours.scorer_) == set(theirs.scorer_)
    assert ours.score(*table) == pytest.approx(theirs.score(*table))


def of_the_net(estimator, X, y):
    assert isinstance(estimator, Pipeline)
    assert estimator[-1].n_iter_ == FEW["max_epochs"]
    return {"rows": len(X), "acc": estimator.score(X, y)}


def test_a_scorer_sees_the_fitted_estimator_itself(table):
    options = {"scoring": of_the_net, "refit": "acc"}
    theirs, ours = both(pipeline(), {"net__loss": ["ce", "mae"]}, *table, **options)
    assert_same_results(theirs, ours)
    assert ours.scorer_ is of_the_net


def test_refit_may_be_a_function_of_scores_and_times(table):
    def fastest(results):
        assert (results["mean_fit_time"] > 0).all()
        return 1

    options = {"refit": fastest, "cv": CV}
    ours = BatchedGridSearchCV(network(), {"loss": ["ce", "mae"]}, **options)
    assert ours.fit(*table).best_params_ == {"loss": "mae"}
    assert not hasattr(ours, "best_score_")


def test_several_scorers_without_one_to_refit_by_are_refused(table):
    ours = BatchedGridSearchCV(network(), {"lr": [0.1]}, scoring=["accuracy"], cv=CV)
    with pytest.raises(ValueError, match="refit"):
        ours.fit(*table)


@may_train_alone
def test_a_fit_takes_its_share_of_the_time(table, monkeypatch):
    clock = SimpleNamespace(now=0.0, perf_counter=lambda: clock.now)

    def ten_seconds(function):
        def takes_ten(*args, **kwargs):
            clock.now += 10
            return function(*args, **kwargs)

        return takes_ten

    for module in (fits, _rehearsal):
        monkeypatch.setattr(module, "time", clock)
    together, alone = fits._train_trainees, NoisyLabelClassifier.fit
    monkeypatch.setattr(fits, "_train_trainees", ten_seconds(together))
    monkeypatch.setattr(NoisyLabelClassifier, "fit", ten_seconds(alone))
    grid = {"method": ["plain", "elr"]}
    times = BatchedGridSearchCV(network(), grid, cv=CV, refit=False).fit(*table)
    # the four folds of the first train together, those of the second one by one
    assert list(times.cv_results_["mean_fit_time"]) == [2.5, 10]
    assert list(times.cv_results_["std_fit_time"]) == [0, 0]


def test_the_best_estimator_is_one_of_the_users_own_kind(table):
    ours = BatchedGridSearchCV(pipeline(), {"net__loss": ["ce"]}, cv=CV).fit(*table)
    alone = pipeline(loss="ce").fit(*table)
    assert type(ours.best_estimator_) is Pipeline
    assert np.allclose(ours.predict_proba(table[0]), alone.predict_proba(table[0]))
    again = pickle.loads(pickle.dumps(ours))
    assert np.array_equal(again.predict(table[0]), ours.predict(table[0]))
    assert clone(ours).get_params().keys() == ours.get_params().keys()


def test_a_search_that_does_not_refit_leaves_an_earlier_best_estimator_alone(table):
    ours = BatchedGridSearchCV(network(), {"loss": ["ce"]}, cv=CV).fit(*table)
    best = ours.best_estimator_
    ours.set_params(refit=False).fit(*table)
    assert ours.best_estimator_ is best
    assert not hasattr(ours, "predict")
