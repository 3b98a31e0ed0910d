"""Suspicious labels go out on a page, and whatever stands in the data stays text."""

import base64
import hashlib
import html
import re
from types import SimpleNamespace

import matplotlib.image
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from review_helpers import QUALITY, Scripts, X, Y, content_of, decode
from scipy.sparse import csc_array, csr_array
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from sknoisy.cleaning import review_page
from sknoisy.cleaning._exhibits import EXHIBITS, MAX_CHARACTERS, MAX_COLUMNS
from sknoisy.detectors._base import BaseDetector
from sknoisy.detectors._evidence import Evidence


@pytest.fixture
def detector():
    """What a fitted detector leaves behind."""
    return SimpleNamespace(
        quality_=QUALITY,
        is_issue_=np.array([True, True, False, True, False, False]),
        suggested_labels_=np.array(["cat", "cat", "cat", "bird", "dog", "bird"]),
    )


@pytest.fixture
def content(tmp_path):
    """Write a page and return its data."""
    return lambda *args, **options: content_of(
        review_page(*args, tmp_path / "page.html", **options)
    )


def indices(content):
    return [item["index"] for item in content["items"]]


# ---------------------------------------------------------------- what is on the page


def test_issues_come_first_and_the_least_trusted_first_among_them(detector, content):
    # 1 and 3 tie; 4 is trusted least, but is no issue
    assert indices(content(X, Y, detector)) == [1, 3, 0]
    assert indices(content(X, Y, detector, only_issues=False)) == [1, 3, 0, 4, 2, 5]
    assert indices(content(X, Y, detector, only_issues=False, max_items=4)) == [
        *(1, 3, 0, 4)
    ]


def test_labels_are_codes_of_the_classes(detector, content):
    page = content(X, Y, detector)
    assert [c["text"] for c in page["classes"]] == ["bird", "cat", "dog"]
    labels = [(i["given"], i["suggested"]) for i in page["items"]]
    assert labels == [(2, 1), (2, 0), (1, None)]  # no suggestion is the label itself
    assert (page["n_samples"], page["n_issues"]) == (6, 3)


def test_something_that_holds_a_detector_is_as_good_as_the_detector(detector, content):
    assert content(X, Y, SimpleNamespace(detector_=detector)) == content(X, Y, detector)


def test_labels_that_a_class_keeps_anyway_stay_off_the_page(detector, content):
    columns = [QUALITY, [False, True] + [False] * 4, detector.suggested_labels_]
    names = "quality,is_issue,suggested_label"
    table = np.rec.fromarrays(columns, names=names)
    clf = SimpleNamespace(detector_=detector, label_issues_=table)
    assert indices(content(X, Y, clf)) == [1]


class LastIsWrong(BaseDetector):
    """A detector as they all are."""

    def __init__(self, threshold="auto"):
        self.threshold = threshold

    def _examine(self, X, codes):
        is_issue = np.arange(len(codes)) == len(codes) - 1
        return Evidence(1.0 - is_issue, np.where(is_issue, 1, codes), is_issue)


def test_fitted_detectors_are_understood_and_others_sent_to_fit(content):
    with pytest.warns(UserWarning, match="too small to judge is left alone: 'bird'"):
        detector = LastIsWrong().fit(X, Y)  # the last that is judged
    page = content(X, Y, detector)
    assert [(i["index"], i["suggested"]) for i in page["items"]] == [(4, 2)]
    with pytest.raises(NotFittedError, match="LastIsWrong has no quality_"):
        content(X, Y, LastIsWrong())


def test_qualities_stand_for_a_detector(content):
    page = content(X, Y, QUALITY)
    assert indices(page) == [4, 1, 3, 2, 5, 0]
    assert {item["suggested"] for item in page["items"]} == {None}
    page = content(
        X, Y, -QUALITY, suggested_labels=["dog"] * 6, is_issue=list(QUALITY > 0.4)
    )
    assert indices(page) == [0, 5, 2]
    assert [item["suggested"] for item in page["items"]] == [2, 2, 2]


def test_a_detector_can_be_overruled(detector, content):
    page = content(X, Y, detector, is_issue=np.arange(6) == 5, suggested_labels=Y)
    assert indices(page) == [5]
    assert page["items"][0]["suggested"] is None


def test_no_issue_at_all_makes_an_empty_page(content):
    assert content(X, Y, QUALITY, is_issue=np.zeros(6, dtype=bool))["items"] == []


@pytest.mark.parametrize(
    "y, texts",
    [
        ([1, 0, 1, 0, 10, 2], ["0", "1", "2", "10"]),
        (np.array([1.0, 0, 1, 0, 1, 2]), ["0", "1", "2"]),
        (np.array([True, False] * 3), ["False", "True"]),
        (pd.Series(Y, index=list("abcdef"), dtype="category"), ["bird", "cat", "dog"]),
        (pl.Series(Y), ["bird", "cat", "dog"]),
        (np.array([0.5, 1.5] * 3, dtype=object).astype(str), ["0.5", "1.5"]),
        (["", " a "] * 3, ["", " a "]),
    ],
)
def test_labels_of_every_kind_have_a_text(y, texts, content):
    assert [c["text"] for c in content(X, y, QUALITY)["classes"]] == texts


def test_classes_can_be_named_and_widened(content):
    page = content(
        X, Y, QUALITY, classes=["dog", "cat", "bird", "eel"], class_names={"cat": "Cat"}
    )
    assert [c["text"] for c in page["classes"]] == ["dog", "cat", "bird", "eel"]
    assert [c["name"] for c in page["classes"]] == ["dog", "Cat", "bird", "eel"]
    page = content(X, Y, QUALITY, class_names=["Bird", "", "Dog"])
    assert [c["name"] for c in page["classes"]] == ["Bird", "(empty)", "Dog"]


def test_names_that_differ_in_blanks_only_can_be_told_apart(content):
    y = ["cat", " cat", "dog ", "cat", "dog ", "dog "]
    page = content(X, y, QUALITY)
    assert [c["name"] for c in page["classes"]] == ["' cat'", "cat", "dog"]


def test_many_classes_to_choose_from_are_no_regression_problem(content):
    classes = ["cat", "dog", "bird", *map(str, range(100))]  # scikit-learn would warn
    assert len(content(X, Y, QUALITY, classes=classes)["classes"]) == 103


def test_samples_have_names_where_there_are_any(content):
    frame = pd.DataFrame(X, index=list("abcdef"))
    assert content(X, Y, QUALITY)["items"][0]["id"] is None
    assert content(frame, Y, QUALITY)["items"][0]["id"] == "e"
    assert content(frame.reset_index(drop=True), Y, QUALITY)["items"][0]["id"] is None
    ids = pd.Series(range(10, 16), index=range(5, -1, -1))
    assert content(frame, Y, QUALITY, ids=ids)["items"][0]["id"] == "14"


def test_the_title_is_that_of_the_file_unless_given(content):
    page = content(X, Y, QUALITY)
    assert (page["title"], page["file"]) == ("page", "page-corrections.csv")
    assert content(X, Y, QUALITY, title="Pets")["title"] == "Pets"


@pytest.mark.parametrize(
    "change, error, message",
    [
        ({"y": Y[:5]}, ValueError, r"inconsistent numbers of samples: \[6, 5\]"),
        ({"detector": LogisticRegression()}, NotFittedError, "no quality_: fit it on"),
        ({"detector": QUALITY[:4]}, ValueError, r"quality has shape \(4,\), but y has"),
        ({"detector": [np.nan] * 6}, ValueError, "quality contains NaN"),
        ({"is_issue": [0] * 6}, TypeError, "is_issue has the type int64; expected a"),
        ({"is_issue": [True]}, ValueError, r"is_issue has shape \(1,\)"),
        ({"suggested_labels": Y[:3]}, ValueError, r"suggested_labels has shape \(3,\)"),
        (
            {"suggested_labels": ["dgo"] * 6},
            ValueError,
            "suggested_labels holds 'dgo', which is none of the 3 classes; did you mean"
            " 'dog'",
        ),
        ({"classes": ["cat"]}, ValueError, r"classes lacks \['bird', 'dog'\], which y"),
        ({"class_names": ["a"]}, ValueError, "class_names has 1 names, but there are"),
        ({"max_items": 0}, ValueError, "max_items=0 is out of range"),
        ({"ids": [1]}, ValueError, "ids has 1 names, but X has 6 samples"),
        ({"kind": "tabel"}, ValueError, "kind='tabel' is not one of .*'table'"),
        ({"image_shape": (3, 3)}, ValueError, "asks for 9 values, but a sample of X"),
        (
            {"feature_names": ["a"]},
            ValueError,
            "feature_names has 1 names, but X has 2",
        ),
        ({"X": np.zeros((6, 2, 2, 2, 2)), "kind": "images"}, ValueError, "An image of"),
        ({"X": np.zeros((6, 5, 5, 2))}, ValueError, r"shape \(5, 5, 2\); expected"),
        ({"X": ["a.txt"] * 6, "kind": "image_files"}, ValueError, "isn't named as an"),
        (
            {"X": ["https://a.b/c.png"] * 6, "kind": "image_files"},
            ValueError,
            "is on the network, which a page that stands alone can't reach",
        ),
    ],
)
def test_what_does_not_fit_is_refused(change, error, message, tmp_path):
    arguments = {"X": X, "y": Y, "detector": QUALITY, "path": tmp_path / "p.html"}
    with pytest.raises(error, match=message):
        review_page(**{**arguments, **change})


# ---------------------------------------------------------------- what is shown


NASTY = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</script /x",
    "<!-- <script>",
    "]]> & &amp; \u2028 \u2029 \x00 {{data}} {{script}}",
    '" onload="alert(1)',
    "\\u003c \\",
    "نص عربي 🐈 한국어",
]


@pytest.mark.parametrize("nasty", NASTY)
def test_whatever_stands_in_the_data_stays_text(nasty, tmp_path):
    y = [nasty, "other"]
    frame = pd.DataFrame({nasty: [nasty, "b"]}, index=[nasty, "b"])
    plain = review_page(["a", "b"], ["c", "d"], [0, 1], tmp_path / "plain.html")
    for X_shown in ([nasty, "b"], frame):
        path = review_page(X_shown, y, [0, 1], tmp_path / "p.html", title=nasty)
        page = path.read_text(encoding="utf-8")
        assert Scripts(page).tags == Scripts(plain.read_text(encoding="utf-8")).tags
        data = re.search(r'id="data">(.*?)</script>', page)[1]
        assert not set("<>") & set(data)
        content = content_of(path)
        assert nasty in [c["text"] for c in content["classes"]]
        assert content["title"] == nasty
        item = content["items"][0]
        assert item.get("text", item.get("cells", [{}])[0].get("text")) == nasty
    assert content["columns"][0]["name"] == nasty == item["id"]


@settings(max_examples=25, deadline=None)
@given(text=st.text())
def test_every_text_arrives_as_it_was(text, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "p.html"
    content = content_of(review_page([text, "b"], ["c", "d"], [0, 1], path))
    assert content["items"][0]["text"] == text


def test_half_a_surrogate_pair_does_not_stop_the_page(content):
    assert content(["\ud800 a", "b"], [0, 1], [0, 1])["items"][0]["text"] == "? a"


def test_the_page_allows_its_own_script_and_nothing_else(tmp_path):
    page = review_page(X, Y, QUALITY, tmp_path / "p.html").read_text(encoding="utf-8")
    policy = html.unescape(re.search(r'Policy" content="([^"]*)"', page)[1])
    assert policy.startswith("default-src 'none'; ")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    for kind, text in [("style", style), ("script", Scripts(page).found[1][1])]:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}';" in policy
    assert not re.search(r"https?://|//[a-z]+\.|@import|url\(", page)


def test_kinds_are_told_apart(tmp_path):
    picture = matplotlib.image.imsave
    paths = [str(tmp_path / f"{i}.png") for i in range(2)]
    for path in paths:
        picture(path, np.eye(4))
    samples = {
        "image": [
            np.zeros((2, 4, 4)),
            np.zeros((2, 4, 4, 3)),
            np.zeros((2, 1, 4, 4)),
            [np.zeros((4, 4)), np.zeros((5, 3, 3))],
        ],
        "text": [["a", "b"], np.array(["a", "b"], dtype=object), pd.Series(list("ab"))],
        "table": [
            np.zeros((2, 3)),
            [[1, 2], [3, 4]],
            csr_array(np.eye(2)),
            pd.DataFrame({"a": ["b", "c"]}),
            pl.DataFrame({"a": ["b", "c"]}),
        ],
    }
    for kind, many in samples.items():
        for one in many:
            page = content_of(review_page(one, [0, 1], [0, 1], tmp_path / "p.html"))
            assert page["kind"] == kind
    files = pd.Series(paths, index=[1, 0])
    page = review_page(files, [0, 1], [0, 1], tmp_path / "p.html", kind="image_files")
    with open(paths[0], "rb") as file:
        expected = "data:image/png;base64," + base64.b64encode(file.read()).decode()
    assert content_of(page)["items"][0]["image"] == expected
    assert set(EXHIBITS) == {"image_files", "images", "table", "text"}


def test_long_texts_say_how_much_is_left_out(content):
    text = content(["x" * (MAX_CHARACTERS + 1500), "b"], [0, 1], [0, 1])["items"][0]
    assert text["text"] == "x" * MAX_CHARACTERS + " … (1,500 more characters)"


def test_flat_rows_become_images(content):
    rows = np.arange(12).reshape(2, 6)
    page = content(rows, [0, 1], [0, 1], image_shape=(2, 3))
    image = decode(page["items"][0]["image"])
    # 0 to 11 over both images is black to white
    assert_array_equal(image, np.rint(255 * np.arange(6).reshape(2, 3) / 11))


def test_of_a_wide_table_the_most_unusual_values_are_shown(content):
    X = np.zeros((20, MAX_COLUMNS + 10))
    X[3, [5, 44]] = 9.0  # nobody else has anything there
    page = content(X, [0, 1] * 10, np.arange(20) != 3)
    cells = page["items"][0]["cells"]
    columns = [cell["column"] for cell in cells]
    assert page["items"][0]["index"] == 3
    assert len(cells) == MAX_COLUMNS
    assert {5, 44} <= set(columns)
    assert columns == sorted(columns)


@pytest.mark.parametrize("container", [csr_array, csc_array])
def test_of_a_sparse_row_the_largest_entries_are_shown(container, content):
    X = np.zeros((2, 1000))
    X[0, [7, 900, 30]] = [0.5, -2, 1]
    names = [f"word {j}" for j in range(1000)]
    page = content(container(X), [0, 1], [0, 1], feature_names=names)
    shown = [
        (page["columns"][cell["column"]]["name"], cell["text"])
        for cell in page["items"][0]["cells"]
    ]
    assert shown == [("word 900", "-2"), ("word 30", "1"), ("word 7", "0.5")]
    assert page["items"][1]["cells"] == []
    assert len(page["columns"]) == 3


# ---------------------------------------------------------------- reasons


def test_similar_samples_and_probabilities_are_told(tmp_path):
    X_ = np.repeat([[0.0], [9.0]], 6, axis=0) + np.arange(12)[:, None] / 100
    y = np.array(["a"] * 5 + ["b"] * 7)
    pred_probs = np.tile([0.97, 0.03], (12, 1))
    quality = 1.0 - (np.arange(12) == 5)
    path = review_page(X_, y, quality, tmp_path / "p.html", pred_probs=pred_probs)
    item = content_of(path)["items"][0]
    assert item["index"] == 5
    assert item["why"] == [
        "Of the 5 rows most like it 5 are a, none b.",
        "By features and given label: a 97 %, b 3 %.",
    ]
    path = review_page(X_, y, np.ones(12), tmp_path / "p.html", n_similar=0)
    assert "why" not in content_of(path)["items"][0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pred_probs": np.ones((6, 2))}, r"expected \(6, 3\): a row for each sample"),
        ({"n_similar": -1}, "n_similar"),
        ({"notes": ["a"]}, "notes has 1 texts, but X has 6 samples"),
    ],
)
def test_reasons_that_do_not_fit_are_told(options, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        review_page(X, Y, QUALITY, tmp_path / "page.html", **options)
