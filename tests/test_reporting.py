"""The report: numbers, suspects and why, as JSON and as a page that escapes all."""

import json
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from sknoisy.data_issues import find_data_issues
from sknoisy.detectors import KDN, ConfidentLearning
from sknoisy.reporting import audit_report
from sknoisy.tables import read_table

N = 120
EVIL = "<img src=x onerror=alert(1)>"


def insects():
    rng = np.random.default_rng(0)
    y = np.array(["ant", "bee", EVIL])[np.arange(N) % 3]
    size = 5.0 * (np.arange(N) % 3) + rng.normal(size=N)
    frame = pd.DataFrame({"size": size, f"{EVIL} ": -size + rng.normal(size=N)})
    frame["note"] = [EVIL if i % 5 else "plain" for i in range(N)]
    y = y.astype(object)
    y[[0, 4]] = "bee", "ant"
    y[3] = "ant "
    return frame, y.astype(str)


@pytest.fixture(scope="module")
def report():
    frame, y = insects()
    detector = KDN().fit(frame[["size"]], np.char.strip(y))
    detector.is_issue_ = detector.is_issue_ | (y == "ant ")
    return audit_report(frame, y, detector, title=EVIL, n_worst=2)


class Page(HTMLParser):
    """Tags and attributes of a page, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attrs, self.text, self._open = [], [], "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attrs += attrs
        if tag not in ("meta", "img"):
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += "" if self._open[-1:] == ["style"] else data


def test_the_page_shows_all_text_as_text_and_loads_nothing(report):
    page = Page(report.to_html())
    assert page._open == []
    assert not {"script", "link", "iframe", "a", "form"} & set(page.tags)
    assert page.text.count(EVIL) > 5
    assert not [name for name, _ in page.attrs if name.startswith("on")]
    sources = [value for name, value in page.attrs if name in ("src", "href")]
    assert sources and all(source.startswith("data:image/") for source in sources)


def test_the_worst_come_with_reasons(report):
    content = report.to_dict()
    assert len(content["worst"]) == 2 < content["n_issues"]
    qualities = [item["quality"] for item in content["worst"]]
    assert qualities == sorted(qualities)
    by_row = {item["index"]: item for item in content["worst"]}
    item = by_row[0]
    assert (item["given"], item["suggested"], item["name"]) == ("bee", "ant", "row 0")
    assert item["why"][0].startswith("Of the 5 rows most like it 5 are ant")
    assert all(near["index"] != 0 for near in item["similar"])
    assert {cell["column"] for cell in item["cells"]} == {"size", f"{EVIL} ", "note"}


def test_numbers_agree_with_the_detector(report):
    content = report.to_dict()
    assert content["n_samples"] == N
    assert content["n_classes"] == 3  # without the misspelt one
    assert sum(row["n_issues"] for row in content["classes"]) == content["n_issues"]
    assert sum(row["n_samples"] for row in content["classes"]) == N
    # as on the terminal, what is misspelt counts as what it means
    assert {
        row["name"]: row["n_samples"] for row in content["classes"]
    } == dict.fromkeys(("ant", "bee", EVIL), N // 3)
    assert all(pair["given"] != pair["suggested"] for pair in content["mixups"])
    assert "ant " not in {pair["given"].strip("'") for pair in content["mixups"]}
    assert content["share_of_issues"] == content["n_issues"] / N
    assert content["detector"] == "KDN()"
    kinds = [issue["kind"] for issue in content["data_issues"]]
    assert "look_alikes" in kinds


def test_json_is_what_the_dict_holds(report, tmp_path):
    path = report.save_json(tmp_path / "report.json")
    assert json.loads(path.read_text(encoding="utf-8")) == report.to_dict()
    assert (
        report.save_html(tmp_path / "report.html")
        .read_text(encoding="utf-8")
        .startswith("<!doctype html>")
    )


def test_probabilities_are_told_where_the_detector_has_them():
    frame, y = insects()
    X = frame[["size"]].to_numpy()
    y = np.char.strip(y)
    detector = ConfidentLearning(LogisticRegression(), random_state=0).fit(X, y)
    worst = audit_report(X, y, detector).to_dict()["worst"]
    item = next(item for item in worst if item["index"] == 0)
    told = {part["class"]: part["probability"] for part in item["probabilities"]}
    assert told["ant"] > 0.9 > 0.1 > told["bee"]
    assert item["why"][1].startswith("By features and given label: ant ")


def test_a_table_names_its_rows_and_columns(tmp_path):
    frame, y = insects()
    frame.insert(0, "nr", np.arange(100, 100 + N))
    frame.assign(kind=np.char.strip(y)).to_csv(tmp_path / "a.csv", index=False)
    table = read_table(tmp_path / "a.csv", "kind")
    detector = KDN().fit(table.X[["size"]], table.y)
    content = audit_report(table, None, detector).to_dict()
    assert content["worst"][0]["name"].startswith("row ")
    assert content["worst"][0]["name"].endswith(str(100 + content["worst"][0]["index"]))
    assert content["columns"][0]["role"] == "row number"


def test_texts_and_images_are_shown(tmp_path):
    texts = ["a fine film", "a poor film"] * 20
    y = np.array(["good", "bad"] * 20)
    y[0] = "bad"
    detector = KDN().fit(np.arange(40)[:, None] % 2, y)
    report = audit_report(texts, y, detector)
    worst = report.to_dict()["worst"]
    assert worst[0]["text"] == "a fine film"
    assert "equal it in all features" in " ".join(worst[0]["why"])
    images = np.random.default_rng(0).random((40, 8, 8)) + (y == "bad")[:, None, None]
    report = audit_report(images, y, detector)
    assert len(report.images) == len(report.to_dict()["worst"])
    assert "data:image/png" in report.to_html()


def test_without_matplotlib_there_are_no_pictures(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    frame, y = insects()
    detector = KDN().fit(frame[["size"]], np.char.strip(y))
    report = audit_report(frame, np.char.strip(y), detector)
    assert report.pictures == {}
    assert "<h2>Pictures</h2>" not in report.to_html()


def test_no_issue_and_nothing_odd_make_a_page_as_well():
    X = np.random.default_rng(0).normal(size=(60, 3))
    y = np.array(["a", "b"])[(X[:, 0] > 0).astype(int)]
    detector = KDN().fit(X, y)
    detector.is_issue_[:] = False
    issues = find_data_issues(X, y, checks=["votes"])
    page = Page(audit_report(X, y, detector, data_issues=issues).to_html())
    assert "Nothing odd in the data." in page.text
    assert "0of 60 labels look wrong" in page.text


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_worst": 0}, ValueError, "n_worst"),
        ({"data_issues": {}}, TypeError, "data_issues is of type dict"),
        ({"ids": [1, 2]}, ValueError, "ids has 2 names, but X has 120 samples"),
    ],
)
def test_what_cannot_be_reported_on_is_told(options, error, message):
    frame, y = insects()
    y = np.char.strip(y)
    with pytest.raises(error, match=message):
        audit_report(frame, y, KDN().fit(frame[["size"]], y), **options)


def test_a_judge_that_can_not_be_relied_on_is_told_of_first():
    from dataclasses import dataclass

    @dataclass
    class Weak:
        gain: float
        reasons = ("the judge is <no> better than guessing",)

        def __bool__(self):
            return False

    frame, y = insects()
    y = np.char.strip(y)
    detector = KDN().fit(frame[["size"]], y)
    detector.reliability_, detector.noise_rate_ = Weak(0.1), np.nan
    report = audit_report(frame, y, detector)
    content = report.to_dict()
    assert content["reliability"]["is_reliable"] is False
    assert content["reliability"]["gain"] == 0.1
    assert content["noise_rate"] is None
    text = Page(report.to_html()).text
    assert "rely on these findings: the judge is <no> better than guessing." in text
