"""What a notebook shows of a fitted estimator, below scikit-learn's diagram."""

import re
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn import config_context
from sklearn.datasets import load_iris

import sknoisy
from sknoisy._findings_html import findings_html


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True)
    names = np.array(["<b>setosa</b>", "versicolor", "virginica"])
    y = names[y]
    y[[7, 70]] = names[2], names[0]
    return X, y


def texts(html):
    """Return the cells of all tables."""
    return re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", html)


def test_a_detector_tells_rate_suspects_and_matrix(iris):
    detector = sknoisy.TrueLabelPosterior(random_state=0).fit(*iris)
    html = detector._repr_mimebundle_()["text/html"]
    assert f"About <b>{detector.noise_rate_:.1%}</b> of the labels are wrong" in html
    assert f"<b>{detector.is_issue_.sum()}</b> of 150 look wrong" in html
    assert {"7", "70"} <= set(texts(html))
    assert "&lt;b&gt;setosa&lt;/b&gt;" in html  # a label is no markup
    assert "<b>setosa" not in html
    assert "percent" in html
    assert "sknoisy-found" in detector._repr_html_()


def test_the_worst_come_first_and_a_cleaner_tells_given_labels(iris):
    cleaner = sknoisy.CleanLabelClassifier(random_state=0).fit(*iris)
    html = findings_html(cleaner)
    issues = cleaner.label_issues_[cleaner.label_issues_["is_issue"]]
    worst = issues[np.argsort(issues["quality"], kind="stable")][0]
    head, cells = texts(html)[:4], texts(html)[4:8]
    assert head == ["row", "given", "suggested", "trust"]
    assert cells[0] == str(worst["index"])
    assert cells[2] == worst["suggested_label"].replace("<", "&lt;").replace(
        ">", "&gt;"
    )


def test_a_network_draws_its_losses(iris):
    clf = sknoisy.NoisyLabelClassifier(max_epochs=3, random_state=0).fit(*iris)
    html = findings_html(clf)
    losses = [epoch["train_loss"] for epoch in clf.history_]
    assert f"{losses[0]:.3g} → {losses[-1]:.3g} in 3 epochs" in html
    points = re.search(r'points="([^"]*)"', html)[1].split()
    heights = [float(point.split(",")[1]) for point in points]
    # downwards, the lowest loss at the lower edge
    assert np.argsort(heights).tolist() == np.argsort(-np.array(losses)).tolist()
    assert max(heights) == 56
    assert min(heights) == 0


def test_twelve_classes_are_a_matrix_and_more_a_list_of_mixups():
    matrix = np.eye(12) * 0.9 + 0.1 / 12
    noise = SimpleNamespace(transition_matrix_=matrix, classes_=np.arange(12))
    assert len(texts(findings_html(noise))) == 13**2
    matrix = np.eye(200)
    matrix[3, [3, 9]] = 0.6, 0.4
    noise = SimpleNamespace(transition_matrix_=matrix, classes_=np.arange(200))
    html = findings_html(noise)
    assert "of 200 classes" in html
    assert texts(html) == ["true", "labeled", "%", "3", "9", "40"]


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"transition_matrix_": np.full((2, 3, 3), 1 / 3)},  # of several annotators
        {"transition_matrix_": np.full((2, 2), np.nan)},
        {"transition_matrix_": None, "noise_rate_": None},
        {"noise_rate_": np.nan},
        {"history_": [{"train_loss": 1.0}]},
    ],
)
def test_nothing_is_shown_where_nothing_is_known(found):
    assert findings_html(SimpleNamespace(**found)) == ""


def test_a_judge_that_is_no_good_is_told():
    X, y = np.random.default_rng(0).normal(size=(80, 3)), np.arange(80) % 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        detector = sknoisy.TrueLabelPosterior(random_state=0).fit(X, y)
    html = findings_html(detector)
    assert not detector.reliability_
    assert "Don’t rely on it" in html
    assert "About" not in html


def test_what_is_not_fitted_is_a_diagram_alone_and_texts_stay_texts():
    detector = sknoisy.TrueLabelPosterior()
    assert "sknoisy-found" not in detector._repr_html_()
    with config_context(display="text"):
        assert not hasattr(detector, "_repr_html_")
        assert "text/html" not in detector._repr_mimebundle_()


def test_losses_that_are_not_finite_are_said_to_be_so():
    history = [{"train_loss": 1.0}, {"train_loss": np.nan}]
    assert "not finite" in findings_html(SimpleNamespace(history_=history))


def test_versions_are_told_for_all_that_is_required(capsys):
    sknoisy.show_versions()
    printed = capsys.readouterr().out
    told = dict(re.findall(r"^ *([\w.-]+): (.+)$", printed, re.M))
    assert told["sknoisy"] == sknoisy.__version__
    assert {"numpy", "torch", "skorch", "skrub", "matplotlib"} <= set(told)
    assert told["skrub"] != ""
