"""Frames of words, dates and gaps, where no classifier or transformer was named."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from sknoisy import NoisyLabelClassifier, TransitionCorrectedClassifier
from sknoisy.cleaning import CleanLabelClassifier, LabelCleaner
from sknoisy.detectors import (
    CLNI,
    KDN,
    ConfidentLearning,
    DetectorEnsemble,
    ForestKDN,
    InstanceHardness,
    NeighborConsensus,
    SmallLoss,
    TrueLabelPosterior,
)
from sknoisy.modules import MLP

DETECTORS = [
    CLNI(),
    KDN(),
    NeighborConsensus(),
    ConfidentLearning(random_state=0),
    DetectorEnsemble(random_state=0),
    ForestKDN(random_state=0),
    InstanceHardness(random_state=0),
    pytest.param(SmallLoss(random_state=0), marks=pytest.mark.slow),
    TrueLabelPosterior(random_state=0),
]
N = 240


def pets(seed=0):
    """Return a frame, given labels of which 24 are wrong, and true ones."""
    rng = np.random.default_rng(seed)
    true = rng.choice(["cat", "dog"], N)
    breeds = {"cat": ["siamese", "manx", "persian"], "dog": ["poodle", "boxer", "pug"]}
    frame = pd.DataFrame(
        {
            "breed": pd.Categorical([rng.choice(breeds[kind]) for kind in true]),
            "colour": rng.choice(["red", "black", None], N),
            "weight": np.where(true == "dog", 12, 4) + rng.normal(size=N),
            "born": pd.Timestamp("2020-01-01")
            + pd.to_timedelta(rng.integers(0, 900, N), unit="D"),
        },
        index=np.arange(N)[::-1] + 1000,
    )
    frame.loc[rng.choice(frame.index, 20), "weight"] = np.nan
    given = true.copy()
    wrong = rng.choice(N, 24, replace=False)
    given[wrong] = np.where(true[wrong] == "cat", "dog", "cat")
    return frame, given, true


def words(X):
    return X.astype(object).fillna("?").astype(str)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: type(one).__name__)
def test_default_detectors_take_frames_of_anything(detector):
    frame, given, true = pets()
    detector = clone(detector).fit(frame, given)
    assert_array_equal(detector.feature_names_in_, list(frame))
    assert detector.n_features_in_ == 4
    wrong = given != true
    assert detector.quality_[wrong].mean() < detector.quality_[~wrong].mean() - 0.2


def test_the_default_classifier_takes_frames_of_anything():
    frame, given, true = pets()
    clf = CleanLabelClassifier(random_state=0).fit(frame, given)
    test, _, y_test = pets(1)
    assert clf.score(test, y_test) > 0.97
    assert_array_equal(clf.feature_names_in_, list(frame))
    assert clf.predict_proba(test).shape == (N, 2)
    wrong = given != true
    assert clf.label_issues_["is_issue"][wrong].mean() > 0.85
    frame["row"] = np.arange(N)  # a column that counts is never a feature
    with_rows = CleanLabelClassifier(random_state=0).fit(frame, given)
    assert_array_equal(with_rows.label_issues_, clf.label_issues_)


def test_polars_frames_are_taken_too():
    frame, given, _ = pets()
    table = pl.from_pandas(frame.astype({"breed": str}))
    clf = CleanLabelClassifier(random_state=0).fit(table, given)
    assert clf.score(table, given) > 0.85


@pytest.mark.parametrize(
    "network",
    [
        NoisyLabelClassifier(random_state=0),
        NoisyLabelClassifier(method="co_teaching", random_state=0),
        TransitionCorrectedClassifier(cv=2, max_epochs=30, random_state=0),
    ],
    ids=lambda one: type(one).__name__,
)
def test_default_networks_take_frames_of_anything(network):
    frame, given, _ = pets()
    network = clone(network).fit(frame, given)
    test, _, y_test = pets(1)
    assert network.score(test, y_test) > 0.95
    assert_array_equal(network.feature_names_in_, list(frame))
    assert network.n_features_in_ == 4
    with pytest.raises(ValueError, match="[Ff]eature names"):
        network.predict(test[list(test)[::-1]])
    with (
        pytest.warns(UserWarning, match="valid feature names"),
        pytest.raises(ValueError, match="expected a data frame"),
    ):
        network.predict(np.zeros((2, 4)))
    numbers = frame[["weight"]].fillna(0.0)
    assert not hasattr(network.fit(numbers, given), "vectorizer_")
    assert network.n_features_in_ == 1


def test_networks_on_frames_are_copied_searched_and_weighed():
    frame, given, true = pets()
    network = NoisyLabelClassifier(max_epochs=20, random_state=0).fit(frame, given)
    again = pickle.loads(pickle.dumps(network))
    assert_array_equal(again.predict_proba(frame), network.predict_proba(frame))
    search = GridSearchCV(network, {"loss": ["ce", "gce"]}, cv=2).fit(frame, given)
    assert search.score(frame, true) > 0.95
    weight = np.ones(N)
    weight[::2] = 0
    network.fit(frame, given, sample_weight=weight)
    assert network.score(frame, true) > 0.9


def test_a_named_module_gets_frames_as_they_are():
    frame, given, _ = pets()
    with pytest.raises(ValueError, match="could not convert|no table of numbers|float"):
        NoisyLabelClassifier(MLP, max_epochs=1).fit(frame, given)


@pytest.mark.parametrize("action", ["relabel", "reweight", "semi_supervised"])
@pytest.mark.filterwarnings("ignore:action='reweight' makes weights")
def test_frames_are_taken_whatever_the_action(action):
    frame, given, true = pets()
    clf = CleanLabelClassifier(action=action, random_state=0)
    assert clf.fit(frame, given).score(frame, true) > 0.95
    weight = np.ones(N)
    weight[:3] = 0
    clf.fit(frame, given, sample_weight=weight)
    assert np.isnan(clf.label_issues_["quality"][:3]).all()


@pytest.mark.slow
def test_frames_go_to_a_named_classifier_untouched():
    frame, given, _ = pets()

    class Sees(OrdinalEncoder):
        def fit(self, X, y=None):
            assert list(X) == list(frame)
            return super().fit(words(X))

        def transform(self, X):
            return super().transform(words(X))

    encoder = Sees(handle_unknown="use_encoded_value", unknown_value=-1)
    model = make_pipeline(encoder, RandomForestClassifier(random_state=0))
    for estimator in (
        TrueLabelPosterior(model, random_state=0),
        NeighborConsensus(transformer=make_pipeline(encoder)),
        CleanLabelClassifier(model, random_state=0),
        CleanLabelClassifier(detector=TrueLabelPosterior(model, random_state=0)),
    ):
        estimator.fit(frame, given)
        assert not hasattr(estimator, "vectorizer_")


@pytest.mark.filterwarnings("ignore:.*no noise rate is stated:UserWarning")
def test_numbers_stay_as_they_are():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), np.arange(60) % 2
    X[:, 0] += y
    of_array = TrueLabelPosterior(random_state=0).fit(X, y)
    of_frame = TrueLabelPosterior(random_state=0).fit(pd.DataFrame(X), y)
    assert_array_equal(of_array.quality_, of_frame.quality_)
    assert not hasattr(of_frame, "vectorizer_")


def test_the_table_of_issues_keeps_the_index():
    frame, given, _ = pets()
    clf = CleanLabelClassifier(random_state=0).fit(frame, given)
    assert_array_equal(clf.label_issues_["index"], frame.index)
    names = pd.Index([f"row {i}" for i in range(N)])
    cleaner = LabelCleaner(random_state=0)
    X = pd.get_dummies(frame[["breed"]]).to_numpy(dtype=float)
    cleaner.fit(X, pd.Series(given, index=names))
    assert_array_equal(cleaner.label_issues_["index"], names)
    assert_array_equal(cleaner.fit(X, given).label_issues_["index"], np.arange(N))
    table = pd.DataFrame(clf.label_issues_).set_index("index")
    assert table.loc[frame.index[5], "given_label"] == given[5]
    given = given.astype(object)
    given[3] = None
    clf = CleanLabelClassifier(unlabeled=None, random_state=0).fit(frame, given)
    assert_array_equal(clf.label_issues_["index"], frame.index)
