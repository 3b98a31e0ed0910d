"""What wrapped classifiers mean by a weight is measured, and told where it matters."""

import warnings

import numpy as np
import pytest
import sklearn
from helpers import numpy_left_alone, small
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.fixes import parse_version

from sknoisy import CleanLabelClassifier, ConfidentLearning, NeighborConsensus
from sknoisy.cleaning import WeightMeaning, _weight_caveats, weight_meaning

QUICK = NeighborConsensus()
DENSE = FunctionTransformer(lambda X: X.toarray(), accept_sparse=True)
DRAWS_BY_WEIGHT = parse_version(sklearn.__version__) >= parse_version("1.9")


class Deaf(GaussianNB):
    """A classifier that takes weights and doesn't use them."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(X, y)


class Rounds(GaussianNB):
    """A classifier to which every weight above one is one."""

    def fit(self, X, y, sample_weight=None):
        weight = np.minimum(1, sample_weight) if sample_weight is not None else None
        return super().fit(X, y, weight)


class Draws(GaussianNB):
    """An ensemble of one, shown as many draws as there are rows, by weight."""

    def __init__(self, random_state=None):
        super().__init__()
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None):
        rng, n = np.random.RandomState(self.random_state), len(y)
        weight = np.ones(n) if sample_weight is None else np.asarray(sample_weight)
        self.estimators_samples_ = [rng.choice(n, n, p=weight / weight.sum())]
        self.n_fits_ = Draws.n_fits = getattr(Draws, "n_fits", 0) + 1
        (rows,) = self.estimators_samples_
        return super().fit(X[rows], y[rows])


# --- the measurement ---


@pytest.mark.parametrize(
    ("classifier", "expected"),
    [
        (GaussianNB(), WeightMeaning(True, True, True)),
        (MultinomialNB(), WeightMeaning(True, True, True)),  # none below zero
        (LogisticRegression(), WeightMeaning(True, True, True, balanced="weights")),
        (
            LogisticRegression(C=0.01),  # a penalty is set against the sum of weights
            WeightMeaning(True, True, False, balanced="weights"),
        ),
        (LinearSVC(), WeightMeaning(True, True, True, balanced="weights")),
        (RidgeClassifier(), WeightMeaning(True, True, True, balanced="rows")),
        (SVC(), WeightMeaning(True, True, False, balanced="rows")),
        (DecisionTreeClassifier(), WeightMeaning(True, True, True, balanced="rows")),
        (
            DecisionTreeClassifier(min_samples_leaf=5),
            WeightMeaning(True, False, True, balanced="rows"),
        ),
        (
            HistGradientBoostingClassifier(),  # leaves of 20 rows, bins of rows
            WeightMeaning(False, False, True, balanced="rows"),
        ),
        (Deaf(), WeightMeaning(False, False, None)),
        (Rounds(), WeightMeaning(True, False, None)),
        (DummyClassifier(strategy="uniform"), WeightMeaning()),
        (KNeighborsClassifier(), WeightMeaning()),
        (make_pipeline(StandardScaler(), Deaf()), WeightMeaning(False, False, None)),
        (GridSearchCV(Deaf(), {}), WeightMeaning(False, False, None)),
    ],
    ids=repr,
)
def test_what_a_weight_means_is_found_out(classifier, expected):
    assert weight_meaning(classifier) == expected


def test_what_chance_explains_is_no_difference():
    minibatches = MLPClassifier(16, max_iter=20, learning_rate_init=0.01)
    assert weight_meaning(minibatches).zero_is_absent
    assert weight_meaning(Draws()).zero_is_absent is not False


def test_who_is_drawn_by_weight_is_seen():
    assert weight_meaning(Draws()).drawn
    assert not weight_meaning(ExtraTreesClassifier(5)).drawn
    forest = RandomForestClassifier(10, max_samples=0.5)
    meaning = weight_meaning(forest)
    assert meaning.drawn == DRAWS_BY_WEIGHT
    if DRAWS_BY_WEIGHT:  # a share of the sum of weights
        assert meaning.scale_free is False
        assert meaning.balanced == "weights"


def test_it_is_the_same_whenever_and_by_whomever_it_is_measured():
    classifier = RandomForestClassifier(5, n_jobs=2, verbose=3, class_weight={"a": 2})
    before = repr(classifier)
    with numpy_left_alone():
        first = weight_meaning(classifier)
    assert weight_meaning(classifier) == first != WeightMeaning()
    assert repr(classifier) == before


# --- the warning ---


def told(estimator, X, y, detector=QUICK):
    """Return what is said of a classifier that is fitted with the weights of trust."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        CleanLabelClassifier(estimator, detector, "reweight").fit(X, y)
    return [str(w.message) for w in caught]


@pytest.mark.parametrize(
    ("classifier", "phrases"),
    [
        (Draws(), ["Draws takes them in its own way: a weight is the chance of a sam"]),
        (
            DecisionTreeClassifier(min_samples_leaf=5),
            ["DecisionTreeClassifier takes them", "a weight of two isn't the same as"],
        ),
        (Deaf(), ["a sample of weight zero isn't the same as none; a weight of two"]),
        (
            make_pipeline(StandardScaler(), SVC(class_weight="balanced")),
            ["SVC takes them in its own way: class_weight='balanced' counts samples,"],
        ),
    ],
    ids=repr,
)
def test_a_classifier_with_other_weights_is_told_once_with_what_to_do(
    classifier, phrases, table
):
    (message,) = told(classifier, *table)
    for phrase in [*phrases, "action='reweight'", "Choose action='drop', or a class"]:
        assert phrase in message


@pytest.mark.parametrize(
    "classifier",
    [
        LogisticRegression(class_weight="balanced"),
        SVC(),  # whose "balanced" nobody has asked for
        small(max_epochs=2),
        GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=2),
    ],
    ids=repr,
)
def test_nothing_is_said_of_weights_that_are_what_they_say(classifier, table):
    assert told(classifier, *table) == []


def test_nothing_is_said_of_what_cannot_be_measured_or_not_soon(table, monkeypatch):
    X, y = table
    assert told(Deaf(priors=[0.2, 0.3, 0.5]), X, y) != []
    assert told(DecisionTreeClassifier(min_samples_leaf=5), X, y) != []
    monkeypatch.setattr(_weight_caveats, "_measured", {})
    monkeypatch.setattr(_weight_caveats, "PATIENCE", 0.0)
    assert told(DecisionTreeClassifier(min_samples_leaf=5), X, y) == []
    X, y = X[y != 2], y[y != 2]
    assert told(Deaf(priors=[0.2, 0.8]), X, y) == []  # which don't suit the trial


def test_texts_are_measured_by_the_last_step(table):
    words = np.array(["cat purrs", "dog barks", "cow moos"])[table[1]]
    for bayes, n_told in ((MultinomialNB(), 0), (Deaf(), 1)):
        classifier = make_pipeline(CountVectorizer(), DENSE, bayes)
        detector = ConfidentLearning(classifier, cv=2)
        assert len(told(classifier, words, table[1], detector)) == n_told


def test_a_search_measures_each_setting_once(table, monkeypatch):
    monkeypatch.setattr(_weight_caveats, "_measured", {})
    told(Draws(), *table)
    once = Draws.n_fits
    told(Draws(), *table)
    assert Draws.n_fits == once + 1  # the fit itself
    for state in range(_weight_caveats.MOST_REMEMBERED + 1):
        _weight_caveats._measured.setdefault(state, None)
    told(Draws(7), *table)
    assert len(_weight_caveats._measured) == 1  # not all that ever was


@pytest.mark.skipif(not DRAWS_BY_WEIGHT, reason="older forests weigh what they draw")
def test_the_default_forest_is_told_of_too(table):
    (message,) = told(None, *table)
    assert (
        "RandomForestClassifier takes them in its own way: a weight is the" in message
    )


def test_the_benchmark_writes_its_table(load_benchmark, tmp_path):
    load_benchmark("weight_meanings").main(["--quick", "--out", str(tmp_path)])
    text = (tmp_path / "weight_meanings.md").read_text(encoding="utf-8")
    assert "| `GaussianNB()` | yes | yes | yes | no | – |" in text
    assert "| `SVC()` | yes | yes | **no** | no | **rows** |" in text
    assert "| `LinearDiscriminantAnalysis()` | – | – | – | no | – |" in text
