"""Probabilities out of fold, of networks that train together, are scikit-learn's."""

import numpy as np
import pytest
from lockstep_helpers import CV, may_train_alone, network, pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    KFold,
    cross_val_predict,
)

from sknoisy.model_selection import batched_cross_val_predict


@may_train_alone
@pytest.mark.parametrize("method", ["predict_proba", "predict_log_proba", "predict"])
@pytest.mark.parametrize("estimator", [network(), pipeline(), LogisticRegression()])
def test_predictions_out_of_fold_are_those_of_scikit_learn(estimator, method, table):
    X, y = table
    y = np.array(["c", "a", "b"])[y]
    options = {"cv": CV, "method": method}
    ours = batched_cross_val_predict(estimator, X, y, **options)
    theirs = cross_val_predict(estimator, X, y, **options)
    if method == "predict":
        assert np.array_equal(ours, theirs)
    else:
        assert np.allclose(ours, theirs, rtol=1e-4, atol=1e-6)


@may_train_alone
def test_soft_labels_are_taken_as_scikit_learn_does(table):
    X, y = table
    soft = 0.8 * np.eye(3)[y] + 0.2 / 3
    cv = KFold(3, shuffle=True, random_state=0)
    ours = batched_cross_val_predict(network(), X, soft, cv=cv)
    theirs = cross_val_predict(network(), X, soft, cv=cv, method="predict_proba")
    assert np.allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_all_folds_train_at_once(table, together):
    batched_cross_val_predict(network(), *table, cv=5)
    assert together == [5]


@may_train_alone
def test_a_class_that_a_fold_has_not_seen_has_probability_zero(table):
    X, y = table
    y = np.where(np.arange(len(y)) == 0, "z", np.array(["a", "b", "c"])[y])
    with pytest.warns(RuntimeWarning, match="Number of classes in training fold"):
        proba = batched_cross_val_predict(network(), X, y, cv=KFold(3))
    assert proba.shape == (len(y), 4)
    assert (proba[:50, 3] == 0).all() and (proba[50:, 3] > 0).all()


def test_weights_of_classes_are_given_by_label(table):
    X, y = table
    words = np.array(["few", "more", "most"])[y]
    by_code = network(class_weight={1: 9.0})
    by_word = network(class_weight={"more": 9.0})
    found = batched_cross_val_predict(by_word, X, words, cv=CV)
    assert np.allclose(found, batched_cross_val_predict(by_code, X, y, cv=CV))
    assert not np.allclose(found, batched_cross_val_predict(network(), X, y, cv=CV))


def test_weights_are_cut_into_folds(table):
    X, y = table
    params = {"sample_weight": np.linspace(0.1, 1, len(y))}
    ours = batched_cross_val_predict(network(), X, y, cv=CV, params=params)
    theirs = cross_val_predict(
        network(), X, y, cv=CV, params=params, method="predict_proba"
    )
    assert np.allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    assert not np.allclose(ours, batched_cross_val_predict(network(), X, y, cv=CV))
