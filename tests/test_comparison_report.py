"""One page about several methods, from Python and from the command."""

import csv
import json

import numpy as np
import pandas as pd
import pytest
from sklearn.utils import Bunch

from sknoisy._cli import main
from sknoisy.reporting import comparison_report

EVIL = "<img src=x onerror=alert(1)>"


def results(clean=True):
    found = {}
    for shift, name in enumerate((EVIL, "plain")):
        scores = {"test_noisy_score": np.array([0.5, 0.7]) - 0.1 * shift}
        if clean:
            scores["test_clean_score"] = np.array([0.8, 0.8]) + 0.1 * shift
        found[name] = Bunch(**scores, fit_cpu_time=np.array([1.0, 3.0]))
    return found


def test_the_best_on_clean_labels_comes_first_with_means_and_deviations():
    report = comparison_report(results(), notes=["It is so."], title="Pets")
    first, second = report.to_dict()["methods"]
    assert first["method"] == "plain"
    assert first["clean_mean"] == pytest.approx(0.9)
    assert second["noisy_mean"] == pytest.approx(0.6)
    assert second["noisy_std"] == pytest.approx(0.1)
    assert second["fit_seconds"] == 2
    assert json.loads(report.to_json())["notes"] == ["It is so."]


def test_the_page_escapes_and_loads_nothing():
    page = comparison_report(results(), title=EVIL, notes=[EVIL]).to_html()
    assert EVIL not in page
    assert page.count("&lt;img src=x") >= 4  # title, heading, note, method
    assert "<script" not in page
    assert "http" not in page.split("</head>")[1]
    assert "data:image/svg+xml" in page


def test_without_clean_labels_there_is_no_column_of_them():
    report = comparison_report(results(clean=False), score_label="balanced accuracy")
    assert report.to_dict()["methods"][0]["method"] == EVIL
    assert "<th>clean</th>" not in report.to_html()
    assert "balanced accuracy" in report.to_html()


def test_nothing_to_compare_is_refused():
    with pytest.raises(ValueError, match="one method at least"):
        comparison_report({})


def test_the_command_writes_the_page_where_asked(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    size = rng.normal(size=120)
    kind = np.where(size > 0, "yes", "no")
    pd.DataFrame({"size": size, "kind": kind}).to_csv("data.csv", index=False)
    arguments = ["data.csv", "--label", "kind", "--noise", "pair:0.2", "--folds", "2"]
    assert main(["compare", *arguments, "--methods", "logistic", "--html"]) == 0
    assert "comparison.png, comparison.html" in capsys.readouterr().out
    folder = tmp_path / "sknoisy-compare"
    page = (folder / "comparison.html").read_text(encoding="utf-8")
    with (folder / "comparison.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    for kind in ("clean", "noisy"):
        mean, spread = float(row[f"{kind}_mean"]), float(row[f"{kind}_std"])
        assert f"<td>{mean:.3f} ± {spread:.3f}</td>" in page
    assert "pair noise" in page
