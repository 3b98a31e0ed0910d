"""The pages' examples run from top to bottom, and print what the pages say."""

import contextlib
import csv
import io
import json
import re
import textwrap
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn import config_context

from sknoisy._fingerprint import fingerprint, label_text
from sknoisy.cleaning._corrections import COLUMNS

ROOT = Path(__file__).parents[1]
PAGES = {
    path.relative_to(ROOT).as_posix(): path
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if path.exists() and "```python" in path.read_text(encoding="utf-8")
}
# pages that train many networks or forests
SLOW = {
    "docs/coming_from_cleanlab.md",
    "docs/guide_annotators.md",
    "docs/guide_deploy.md",
    "docs/guide_hard_samples.md",
    "docs/guide_honest_evaluation.md",
    "docs/guide_methods.md",
    "docs/guide_networks.md",
    "docs/guide_own_network.md",
    "docs/guide_transition.md",
    "docs/guide_which_method.md",
    "docs/guide_wrong_labels.md",
}
# code, and what it prints: a block of text, or in the README indented lines
EXAMPLE = re.compile(
    r"```python\n(?P<code>.*?)```\n"
    r"(?:\n```text\n(?P<text>.*?)```|\n(?P<lines>(?: {4}[^\n]+\n)+))?",
    re.DOTALL,
)


def examples(page):
    """Return pairs of code and what it prints; None where the page doesn't say."""
    found = EXAMPLE.finditer(page.read_text(encoding="utf-8"))
    return [
        (
            part["code"],
            part["text"] or (part["lines"] and textwrap.dedent(part["lines"])),
        )
        for part in found
    ]


def accepted(names, n=3):
    """Return what people decide: to take the first suggestions."""
    rows = np.argsort(names["detector"].quality_)[:n].tolist()
    return [(i, names["detector"].suggested_labels_[i]) for i in rows]


def export_corrections(path, names):
    """Write what the review page exports."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for i, label in accepted(names):
            row = [i, label_text(names["y"][i]), label_text(label), "accept"]
            row.append(fingerprint(names["y"], names["X"]))
            writer.writerow(dict(zip(COLUMNS, row, strict=True)))


def export_annotations(path, names):
    """Write what Label Studio exports."""
    tasks = json.loads(Path("tasks.json").read_text(encoding="utf-8"))
    chosen = dict(accepted(names))
    for task in tasks:
        if task["data"]["index"] in chosen:
            label = label_text(chosen[task["data"]["index"]])
            choice = {"from_name": "label", "value": {"choices": [label]}}
            task["annotations"] = [{"result": [choice]}]
    path.write_text(json.dumps(tasks), encoding="utf-8")


def export_answers(path, names):
    """Write what Argilla exports."""
    records = json.loads(Path("records.json").read_text(encoding="utf-8"))
    chosen = dict(accepted(names))
    for record in records:
        if record["metadata"]["index"] in chosen:
            label = label_text(chosen[record["metadata"]["index"]])
            record["responses"] = {"label": [{"value": label, "user_id": "ann"}]}
    path.write_text(json.dumps(records), encoding="utf-8")


# what people bring into being between two examples
EXPORTS = {
    "exported.json": export_answers,
    "digits-corrections.csv": export_corrections,
    "export.json": export_annotations,
}


def run(code, names, page):
    """Run an example, after people have done their part; return what it prints."""
    for name, export in EXPORTS.items():
        if name in code and not Path(name).exists():
            export(Path(name), names)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, page, "exec"), names)
    return printed.getvalue()


def assert_same_words_and_close_numbers(printed, expected):
    number = r"\d+\.\d+"
    assert re.sub(number, "#", printed) == re.sub(number, "#", expected), printed
    numbers = [np.array(re.findall(number, t), float) for t in (printed, expected)]
    assert_allclose(*numbers, atol=0.03, err_msg=printed)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])
        for name in sorted(PAGES)
    ],
)
def test_examples_run_and_print_what_the_page_says(name, tmp_path, monkeypatch):
    plt = pytest.importorskip("matplotlib.pyplot")
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "__main__"}
    with config_context():  # a page may change scikit-learn's settings
        for code, expected in examples(PAGES[name]):
            printed = run(code, names, name)
            if expected is not None:
                assert_same_words_and_close_numbers(printed, expected)
    plt.close("all")


def test_every_guide_has_examples_and_every_example_is_found():
    if not PAGES:
        pytest.skip("docs/ isn't here")
    assert {"README.md", "docs/guide_review.md"} <= set(PAGES)
    for name, page in PAGES.items():
        text = page.read_text(encoding="utf-8")
        assert len(examples(page)) == text.count("```python"), name
        told = [expected for _, expected in examples(page) if expected]
        assert len(told) >= text.count("```\n\n```text\n"), name


def test_a_page_that_says_something_else_is_found():
    with pytest.raises(AssertionError):
        assert_same_words_and_close_numbers("0.91 of ten\n", "0.97 of ten\n")
    with pytest.raises(AssertionError):
        assert_same_words_and_close_numbers("0.91 of ten\n", "0.91 of nine\n")
