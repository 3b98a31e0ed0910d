"""Label Studio's own converter and validator, beside our reader and writer.

They pin older packages than we test with, so they live in an environment of their own:
SKNOISY_LABEL_STUDIO_PYTHON names its interpreter, after `pip install label-studio-sdk`.
"""

import json
import os
import subprocess

import numpy as np
import pytest
from answer_helpers import annotation, choice, result, task

from sknoisy.annotators import read_label_studio
from sknoisy.cleaning import to_label_studio

PYTHON = os.environ.get("SKNOISY_LABEL_STUDIO_PYTHON")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not PYTHON, reason="SKNOISY_LABEL_STUDIO_PYTHON names no interpreter"
    ),
]

CONTROLS = {
    "choices": '<Choices name="label" toName="x" choice="multiple">'
    '<Choice value="a"/><Choice value="b"/><Choice value="c d"/></Choices>',
    "rating": '<Rating name="label" toName="x"/>',
    "taxonomy": '<Taxonomy name="label" toName="x"><Choice value="top">'
    '<Choice value="a"/><Choice value="b"/></Choice></Taxonomy>',
    "number": '<Number name="label" toName="x"/>',
}
CONVERT = """
import json, sys
from pathlib import Path
from label_studio_sdk.converter import Converter

folder = Path(sys.argv[1])
converter = Converter((folder / "config.xml").read_text(), str(folder))
tasks = str(folder / "tasks.json")
converter.convert_to_json_min(tasks, str(folder / "min"), is_dir=False)
converter.convert_to_csv(tasks, str(folder / "csv"), is_dir=False, sep=",")
"""
VALIDATE = """
import json, sys
from pathlib import Path
from label_studio_sdk.label_interface import LabelInterface

folder = Path(sys.argv[1])
interface = LabelInterface((folder / "tasks.xml").read_text())
for task in json.loads((folder / "tasks.json").read_text(encoding="utf-8")):
    predictions = task.pop("predictions")  # with them, 2.1 calls itself wrongly
    assert interface.validate_task(task), task
    for prediction in predictions:
        assert interface.validate_prediction(prediction), prediction
"""


def run(script, folder):
    done = subprocess.run([PYTHON, "-c", script, folder], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-2000:]


def random_annotation(kind, rng, number):
    label = str(rng.choice(["a", "b", "c d"]))
    made = {
        "choices": lambda: choice(label),
        "rating": lambda: result({"rating": int(rng.randint(1, 6))}, "rating"),
        "taxonomy": lambda: result({"taxonomy": [["top", label[0]]]}, "taxonomy"),
        "number": lambda: result({"number": int(rng.randint(9))}, "number"),
    }[kind]()
    more = {"id": number, "created_at": f"2024-01-01T00:00:{number % 60:02d}Z"}
    who = int(rng.randint(5)) if rng.rand() < 0.7 else {"id": 9, "email": "i@x.org"}
    state = rng.choice(["plain", "skipped", "rejected", "empty", "many"])
    results = {
        "empty": [],
        "many": [choice("a", "b")] if kind == "choices" else [made],
    }.get(state, [made])
    more["was_cancelled"] = state == "skipped"
    if state == "rejected":
        more["last_action"] = "rejected"
    return annotation(*results, who=who, **more)


@pytest.mark.parametrize("kind", sorted(CONTROLS))
def test_the_tools_own_exports_say_what_its_json_says(kind, tmp_path):
    """JSON_MIN and CSV of 1,000 random tasks; they can't tell what was rejected."""
    rng = np.random.RandomState(0)
    tasks = [
        task(
            i, *[random_annotation(kind, rng, 7 * i + j) for j in range(rng.randint(4))]
        )
        for i in range(1000)
    ]
    (tmp_path / "tasks.json").write_text(json.dumps(tasks))
    config = f'<View><Text name="x" value="$text"/>{CONTROLS[kind]}</View>'
    (tmp_path / "config.xml").write_text(config)
    run(CONVERT, tmp_path)
    whole = read_label_studio(tmp_path / "tasks.json", reviews="all")
    assert len(whole) > 500
    for name, path in (("min", "result.json"), ("csv", "result.csv")):
        rows = read_label_studio(tmp_path / name / path, control="label")
        assert as_texts(rows) == as_texts(whole), name
    accepted = read_label_studio(tmp_path / "tasks.json")
    assert 0 < accepted.left_out["rejected by a reviewer"] == len(whole) - len(accepted)


def as_texts(answers):
    """Return triples, sorted; CSV makes numbers text, which our reader leaves so."""
    triples = zip(answers.tasks, answers.annotators, answers.labels, strict=True)
    return sorted(tuple(map(str, triple)) for triple in triples)


def test_the_tool_takes_the_tasks_that_we_write(tmp_path):
    rng = np.random.RandomState(0)
    texts = np.array([f"Text {i}: <b>&\"'é" for i in range(1000)])
    y = rng.choice(["good & bad", 'a "b"', "<c>"], size=1000)
    to_label_studio(
        texts,
        y,
        rng.rand(1000),
        tmp_path / "tasks.json",
        suggested_labels=rng.permutation(y),
        max_items=1000,
    )
    run(VALIDATE, tmp_path)
