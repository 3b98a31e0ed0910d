"""Labels and frames in the containers that people have them in."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge

from sknoisy import CleanLabelClassifier, LabelCleaner, TrueLabelPosterior
from sknoisy.data_issues import find_data_issues

N = 90
CODES = np.random.default_rng(0).integers(0, 3, N)
NAMES = np.array(["a", "b", "c"])[CODES]
NUMBERS = np.random.default_rng(1).normal(size=(N, 2)) + 4 * np.eye(3)[CODES][:, :2]


def arrow(values):
    return pytest.importorskip("pyarrow").array(values)


def polars(values, kind=None):
    library = pytest.importorskip("polars")
    return library.Series(values, dtype=kind and getattr(library, kind))


LABELS = {
    "unused categories": lambda: pd.Series(pd.Categorical(NAMES, list("abcz"))),
    "nullable text": lambda: pd.Series(NAMES, dtype="string"),
    "nullable integers": lambda: pd.Series(CODES, dtype="Int64"),
    "pyarrow in pandas": lambda: pd.Series(CODES, dtype="int64[pyarrow]"),
    "arrow": lambda: arrow(NAMES.tolist()),
    "polars": lambda: polars(NAMES.tolist()),
    "polars categories": lambda: polars(NAMES.tolist(), "Categorical"),
    "floats": lambda: CODES + 1.0,
    "object integers": lambda: CODES.astype(object),
    "dates": lambda: np.array(["2024-01", "2024-02", "2024-03"], "M8[M]")[CODES],
}


@pytest.mark.parametrize("kind", LABELS)
def test_labels_of_any_container_are_the_same_classes(kind):
    detector = TrueLabelPosterior(LogisticRegression(), random_state=0)
    plain = detector.fit(NUMBERS, CODES).is_issue_
    found = detector.fit(NUMBERS, LABELS[kind]())
    assert len(found.classes_) == 3
    assert_array_equal(found.is_issue_, plain)


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        ([datetime.date(2024, 1 + c, 1) for c in CODES.tolist()], "date"),
        ([decimal.Decimal(c) for c in CODES.tolist()], "Decimal"),
    ],
)
def test_labels_that_nobody_takes_are_told_with_a_way_out(labels, kind):
    with pytest.raises(
        TypeError, match=rf"of the type {kind}, .* with y.astype\(str\)"
    ):
        TrueLabelPosterior().fit(NUMBERS, labels)


@pytest.mark.parametrize(
    "fit",
    [
        TrueLabelPosterior().fit,
        CleanLabelClassifier().fit,
        LabelCleaner().fit_resample,
    ],
)
def test_quantities_are_no_classes(fit):
    with pytest.raises(ValueError, match=r"y holds quantities \(214 different numbers"):
        fit(*load_diabetes(return_X_y=True))


@pytest.mark.filterwarnings("ignore::UserWarning")  # scikit-learn doubts them, too
def test_whole_quantities_are_told_of():
    y = np.resize(np.arange(60) * 3, N)  # which may be numbers of persons
    detector = TrueLabelPosterior(LogisticRegression(), cv=2, random_state=0)
    assert "numeric_target" in detector.fit(NUMBERS, y).data_issues_


def test_a_regressor_is_told():
    with pytest.raises(TypeError, match=r"estimator=Ridge\(\) is a regressor"):
        CleanLabelClassifier(Ridge()).fit(NUMBERS, NAMES)


def mixed(**columns):
    dates = pd.date_range("2024", periods=N, tz="Europe/Berlin")
    frame = {"size": NUMBERS[:, 0], "word": NAMES, "when": dates, "is": CODES > 0}
    return pd.DataFrame(frame | columns)


FRAMES = {
    "integers as names": lambda: mixed().set_axis([3, 1, 0, 2], axis=1),
    "names of two levels": lambda: mixed().set_axis(
        pd.MultiIndex.from_product([["x"], list("abcd")]), axis=1
    ),
    "nullable": lambda: mixed().convert_dtypes(),
    "pyarrow": lambda: mixed().convert_dtypes(dtype_backend="pyarrow"),
    "unused categories": lambda: mixed(word=pd.Categorical(NAMES, list("abcxyz"))),
    "gaps": lambda: mixed(word=pd.Series(NAMES).where(CODES > 0)),
    "decimals": lambda: mixed(
        size=[decimal.Decimal(f"{v:.3f}") for v in NUMBERS[:, 0]]
    ),
    "periods": lambda: mixed(when=pd.period_range("2024", periods=N, freq="D")),
    "spans": lambda: mixed(when=pd.to_timedelta(np.arange(N) % 7, unit="h")),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_frames_of_any_columns_are_learned_from(kind):
    if kind == "pyarrow":
        pytest.importorskip("pyarrow")
    frame = FRAMES[kind]()
    clf = CleanLabelClassifier(random_state=0).fit(frame, NAMES)
    assert clf.score(frame, NAMES) > 0.9
    assert clf.predict(frame.iloc[:1]).shape == (1,)
    assert find_data_issues(frame, NAMES).n_samples == N
