"""The cleaner: a step before a classifier that drops samples or mends labels."""

import numpy as np
import pandas as pd
import pytest
from cleaning_helpers import QUICK, insects, spoilt
from numpy.testing import assert_array_equal
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from sknoisy.cleaning import LabelCleaner


@pytest.fixture(scope="module")
def blobs():
    return insects()


@pytest.fixture(scope="module")
def noisy(blobs):
    return *blobs, spoilt(blobs[1])


@pytest.mark.parametrize("container", [np.asarray, list, pd.Series])
def test_the_cleaner_returns_the_containers_that_it_got(container, noisy):
    X, _, given = noisy
    frame = pd.DataFrame(X, columns=["a", "b"], index=np.arange(150) + 1000)
    cleaner = LabelCleaner(QUICK)
    X_clean, y_clean = cleaner.fit_resample(frame, container(given.tolist()))
    rows = cleaner.sample_indices_
    assert_array_equal(rows, np.flatnonzero(~cleaner.detector_.is_issue_))
    pd.testing.assert_frame_equal(X_clean, frame.iloc[rows])
    assert type(y_clean) is type(container(given.tolist()))
    assert_array_equal(y_clean, given[rows])


def test_polars_tables_stay_polars(noisy):
    polars = pytest.importorskip("polars")
    X, _, given = noisy
    frame, labels = polars.DataFrame(X), polars.Series("label", given)
    cleaner = LabelCleaner(QUICK)
    X_clean, y_clean = cleaner.fit_resample(frame, labels)
    assert X_clean.equals(frame[cleaner.sample_indices_])
    assert y_clean.equals(labels[cleaner.sample_indices_])
    _, mended = LabelCleaner(QUICK, "relabel").fit_resample(frame, labels)
    assert isinstance(mended, polars.Series) and mended.name == "label"


def test_relabeling_keeps_every_sample(noisy):
    X, y, given = noisy
    cleaner = LabelCleaner(QUICK, "relabel")
    X_same, mended = cleaner.fit_resample(X, given)
    assert X_same is X
    assert_array_equal(cleaner.sample_indices_, np.arange(150))
    assert (mended == y).mean() > (given == y).mean() + 0.15
    told = pd.Series(given, name="label")
    _, series = cleaner.fit_resample(X, told)
    assert series.name == "label"
    assert_array_equal(series, mended)


def test_one_hot_targets_stay_one_hot(noisy):
    X, _, given = noisy
    one_hot = pd.get_dummies(given).to_numpy().astype(int)
    _, mended = LabelCleaner(QUICK, "relabel").fit_resample(X, one_hot)
    assert mended.shape == (150, 3)
    assert_array_equal(mended.sum(axis=1), np.ones(150))


@pytest.mark.parametrize("action", ["reweight", "semi_supervised", "dorp"])
def test_a_cleaner_can_only_drop_and_relabel(action, blobs):
    with pytest.raises(ValueError, match=r"is not one of \['drop', 'relabel'\]"):
        LabelCleaner(QUICK, action).fit_resample(*blobs)


def test_fit_only_looks(noisy):
    X, _, given = noisy
    cleaner = LabelCleaner(QUICK).fit(X, given)
    assert cleaner.label_issues_["is_issue"].any()
    assert not hasattr(cleaner, "sample_indices_")


def test_a_cleaner_is_a_step_of_imbalanced_learns_pipeline(noisy):
    pipeline = pytest.importorskip("imblearn.pipeline")
    over_sampling = pytest.importorskip("imblearn.over_sampling")
    X, y, given = noisy
    X_train, X_test, _, y_test, given, _ = train_test_split(X, y, given, random_state=0)
    model = pipeline.make_pipeline(
        StandardScaler(),
        LabelCleaner(QUICK),
        over_sampling.RandomOverSampler(random_state=0),
        DecisionTreeClassifier(random_state=0),
    )
    grid = {
        "labelcleaner__action": ["drop", "relabel"],
        "labelcleaner__detector__threshold": ["auto", 0.3],
        "labelcleaner": [LabelCleaner(QUICK)],
    }
    search = GridSearchCV(model, grid, cv=3, error_score="raise").fit(X_train, given)
    tree = DecisionTreeClassifier(random_state=0).fit(X_train, given)
    assert search.score(X_test, y_test) > tree.score(X_test, y_test) + 0.1
    assert len(search.predict(X_test)) == len(X_test)  # nothing is dropped here
