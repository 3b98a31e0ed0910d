"""What detectors that fit classifiers say of the data; and texts that stand once."""

import ast
import inspect
import pickle
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpydoc.docscrape import NumpyDocString
from sklearn.naive_bayes import GaussianNB

import sknoisy.detectors
from sknoisy import CleanLabelClassifier
from sknoisy._completed import CompletedText
from sknoisy._told import HEADER
from sknoisy.data_issues import find_data_issues
from sknoisy.data_issues._quick import QUICK
from sknoisy.detectors import (
    KDN,
    ConfidentLearning,
    InstanceHardness,
    IterativePartitioningFilter,
    TrueLabelPosterior,
)

N = 240
DETECTORS = {
    "default": TrueLabelPosterior(GaussianNB(), random_state=0),
    "confident": ConfidentLearning(GaussianNB(), random_state=0),
    "hardness": InstanceHardness([GaussianNB()], random_state=0),
    "parts": IterativePartitioningFilter(GaussianNB(), random_state=0),
}
SMALL = "ignore:.*too small to judge:UserWarning"


@pytest.fixture
def insects():
    rng = np.random.default_rng(0)
    y = np.array(["wasp", "beetle", "fly"])[rng.integers(0, 3, N)]
    X = rng.normal(size=(N, 3)) + 4 * (y[:, None] == ["wasp", "beetle", "fly"])
    return X, y.astype("U8")


@pytest.mark.filterwarnings(SMALL)
@pytest.mark.parametrize("name", DETECTORS)
def test_typos_copies_and_contradictions_are_told(name, insects):
    X, y = insects
    y[5] = "beetel"
    X[:20] = X[20:40]
    y[:18] = y[20:38]
    y[18:20] = np.where(y[38:40] == "fly", "wasp", "fly")
    found = DETECTORS[name].fit(X, y).data_issues_
    assert found["exact_duplicates"].rows.tolist() == list(range(40))
    assert found["contradictions"].rows.tolist()[:2] == [18, 19]
    if "beetel" in y:
        assert found["look_alikes"].rows.tolist() == [5]


@pytest.mark.filterwarnings(SMALL)
def test_it_is_what_the_room_itself_says(insects):
    X, y = insects
    y[[5, 9]] = "beetel", "n/a"
    y[0] = y[1] = "moth"
    X[100:150] = X[:50]
    found = DETECTORS["default"].fit(X, y).data_issues_
    expected = find_data_issues(X, y, checks=list(QUICK))
    assert [str(one) for one in found] == [str(one) for one in expected]
    assert found.to_dict() == expected.to_dict()
    assert len(found) >= 4


@pytest.mark.filterwarnings(SMALL)
def test_rows_are_places_in_y_where_some_have_no_label(insects):
    X, y = insects
    y = y.astype(object)
    y[:30] = None
    y[35] = "beetel"
    detector = TrueLabelPosterior(GaussianNB(), unlabeled=None, random_state=0)
    found = detector.fit(X, y).data_issues_
    assert found["look_alikes"].rows.tolist() == [35]
    assert found.n_samples == N - 30


def test_nothing_odd_is_an_empty_report_that_travels(insects):
    found = DETECTORS["default"].fit(*insects).data_issues_
    assert len(found) == 0
    assert "look_alikes" in str(found)
    assert len(pickle.loads(pickle.dumps(found))) == 0


@pytest.mark.filterwarnings(SMALL)
def test_frames_of_words_and_what_cannot_be_compared_are_looked_at(insects):
    X, y = insects
    y[5] = "beetel"
    frame = pd.DataFrame(X, columns=list("abc")).assign(word=["x", "y"] * (N // 2))
    clf = CleanLabelClassifier(random_state=0).fit(frame, y)
    assert clf.detector_.data_issues_["look_alikes"].classes == ("beetel",)


def test_who_fits_no_classifier_has_none(insects):
    assert not hasattr(KDN().fit(*insects), "data_issues_")


class Base(CompletedText):
    """Base.

    Parameters
    ----------
    first : int, default=1
        The first.

    second : int, default=2
        The second.

    Attributes
    ----------
    found_ : int
        What was found.
    """


class Middle(Base):
    """Middle.

    Parameters
    ----------
    second : int, default=2
        Another second.
    """


class Own(Middle):
    """Own.

    Parameters
    ----------
    third : int, default=3
        Mine.

    See Also
    --------
    Base : Has texts.
    """

    def __init__(self, third=3, *, second=2, first=1):
        self.first, self.second, self.third = first, second, third


def test_texts_of_the_nearest_base_are_added_in_the_order_of_the_signature():
    told = NumpyDocString(inspect.getdoc(Own))
    names = [one.name for one in told["Parameters"]]
    assert names == ["third", "second", "first"]
    texts = [one.desc for one in told["Parameters"]]
    assert texts == [["Mine."], ["Another second."], ["The first."]]
    assert [one.name for one in told["Attributes"]] == ["found_"]
    assert Middle.__doc__.count("second : int") == 1  # it isn't made, and has its own


def entries_by_class():
    """Return (class, name, text) of what the source itself says of parameters."""
    folder = Path(sknoisy.detectors.__file__).parent
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            told = isinstance(node, ast.ClassDef) and ast.get_docstring(node)
            if not told:
                continue
            _, *rest = HEADER.split(told)
            for title, text in zip(rest[::2], rest[1::2], strict=True):
                if title == "Parameters":
                    for entry in re.split(r"\n\n(?=\S)", text.strip()):
                        yield node.name, entry.split(" :")[0], entry


def test_a_text_on_a_parameter_stands_once():
    detectors = {*sknoisy.detectors.__all__, "BaseDetector", "FeatureDetector"}
    detectors |= {"JudgesByFits", "AsksNeighbors", "TrainingDetector"}
    where = defaultdict(list)
    for one, name, entry in entries_by_class():
        if one in detectors:
            where[name, entry].append(one)
    twice = {name: by for (name, _), by in where.items() if len(by) > 1}
    assert twice == {"voting": ["DetectorEnsemble", "IterativePartitioningFilter"]}
