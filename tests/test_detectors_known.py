"""Probabilities from elsewhere, and labels that are known to be right."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.naive_bayes import GaussianNB

from sknoisy.detectors import ConfidentLearning, TrueLabelPosterior
from sknoisy.noise import PairFlipNoise
from sknoisy.quality import find_label_issues, true_label_posterior

BOTH = [TrueLabelPosterior, ConfidentLearning]


@pytest.fixture(scope="module")
def digits():
    """Return features, given labels, which are wrong, and probabilities."""
    X, y = load_digits(return_X_y=True)
    X, y = X[:600], y[:600]
    given = PairFlipNoise(0.2, random_state=0).fit_corrupt(y)
    judge = LogisticRegression(max_iter=50, C=0.01)
    pred_probs = cross_val_predict(judge, X, given, cv=5, method="predict_proba")
    return X, given, given != y, pred_probs


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_probabilities_are_judged_by_as_by_the_functions(digits):
    X, given, _, pred_probs = digits
    posterior = TrueLabelPosterior().fit(X, given, pred_probs=pred_probs)
    found = true_label_posterior(given, pred_probs)
    assert_allclose(posterior.posterior_, found.probabilities, atol=1e-9)
    assert_allclose(posterior.transition_matrix_, found.transition, atol=1e-9)
    confident = ConfidentLearning().fit(X, given, pred_probs=pred_probs)
    issues = find_label_issues(given, pred_probs)
    assert_array_equal(confident.is_issue_, issues)
    assert not hasattr(posterior, "classifier_")
    assert not hasattr(confident, "classifier_")


@pytest.mark.parametrize("kind", BOTH)
def test_columns_go_by_their_names_and_small_classes_have_one(kind, digits):
    X, given, _, pred_probs = digits
    names = np.array(list("abcdefghij"))
    frame = pd.DataFrame(pred_probs, columns=names)[names[::-1]]
    plain = kind().fit(X, given, pred_probs=pred_probs)
    named = kind().fit(X, names[given], pred_probs=frame)
    assert_array_equal(named.is_issue_, plain.is_issue_)
    y = names[given]
    y[0] = "k"
    frame["k"] = 0.0
    with pytest.warns(UserWarning, match="too small to judge"):
        other = kind().fit(X, y, pred_probs=frame)
    assert np.isnan(other.quality_[0])
    assert (other.is_issue_[1:] == plain.is_issue_[1:]).mean() > 0.99


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("known", [True, False])
def test_trusted_labels_are_never_called_wrong_and_help_with_others(
    kind, known, digits
):
    X, given, wrong, pred_probs = digits
    trusted = ~wrong & (np.arange(len(given)) % 4 == 0)
    told = {"pred_probs": pred_probs} if known else {}
    judge = {} if known else {"classifier": GaussianNB(), "random_state": 0}
    plain = kind(**judge).fit(X, given, **told)
    helped = kind(**judge).fit(X, given, trusted=trusted, **told)
    assert not helped.is_issue_[trusted].any()
    assert_array_equal(helped.suggested_labels_[trusted], given[trusted])
    assert (helped.quality_[trusted] == 1).all()
    assert helped.is_issue_[wrong].mean() >= plain.is_issue_[wrong].mean() - 0.02


def test_trusted_labels_say_nothing_of_how_others_go_wrong(digits):
    X, given, wrong, pred_probs = digits
    trusted = ~wrong & (np.arange(len(given)) % 4 == 0)
    detector = TrueLabelPosterior().fit(
        X, given, pred_probs=pred_probs, trusted=trusted
    )
    found = true_label_posterior(given[~trusted], pred_probs[~trusted])
    assert_allclose(detector.transition_matrix_, found.transition, atol=1e-9)


def test_copies_of_what_is_trusted_are(digits):
    X, given, _, pred_probs = digits
    twice = [np.concatenate([values, values]) for values in (X, given, pred_probs)]
    trusted = np.arange(1200) >= 1100  # the second copies
    detector = TrueLabelPosterior().fit(
        twice[0], twice[1], pred_probs=twice[2], trusted=trusted
    )
    assert not detector.is_issue_[500:600].any()
    assert_array_equal(detector.is_issue_[:600], detector.is_issue_[600:])


@pytest.mark.parametrize(
    ("options", "known", "message"),
    [
        ({"classifier": GaussianNB()}, {"pred_probs": 1}, "both given"),
        ({}, {"pred_probs": lambda p: p[:-1]}, "has 599 rows, but X has 600"),
        ({}, {"pred_probs": lambda p: p[:, :-1]}, "9 columns, but there are 10"),
        ({}, {"pred_probs": lambda p: 2 * p}, "pred_probs"),
        ({}, {"trusted": lambda p: np.ones(600, bool)}, "there is no label to judge"),
        ({}, {"trusted": lambda p: np.ones(600)}, "expected a mask of bool"),
    ],
)
@pytest.mark.parametrize("kind", BOTH)
def test_what_does_not_fit_is_told(kind, options, known, message, digits):
    X, given, _, pred_probs = digits
    told = {
        name: make(pred_probs) if callable(make) else pred_probs
        for name, make in known.items()
    }
    with pytest.raises(ValueError, match=message):
        kind(**options).fit(X, given, **told)
