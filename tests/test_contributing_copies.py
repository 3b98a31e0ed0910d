"""The recipes of CONTRIBUTING, each followed in a fresh copy; and what is forgotten."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "CONTRIBUTING.md"
pytestmark = pytest.mark.slow

# class -> its file
FILES = {
    "MutualTrust": "objectives/_mutual_trust.py",
    "MutualTrustClassifier": "classifiers/_mutual_trust.py",
    "NearestMiddle": "detectors/_nearest_middle.py",
    "FilledInNoise": "noise/_filled_in.py",
    "LabelCountsDisplay": "inspection/_label_counts.py",
}
AT_THE_DOOR = ("MutualTrustClassifier", "NearestMiddle", "FilledInNoise")
# step 4, and what names a method: file, the line to go behind, and what goes there
ENTRIES = [
    (
        "sknoisy/objectives/__init__.py",
        "OBJECTIVES = {",
        '"mutual_trust": MutualTrust,',
    ),
    ("sknoisy/_doors.py", '    "a method: ', '*("mutual_trust",),'),
    (
        "tests/test_common.py",
        "INSTANCES = {",
        '"MutualTrustClassifier": [sknoisy.MutualTrustClassifier(**EXACT)],'
        '"NearestMiddle": [sknoisy.NearestMiddle()],'
        '"FilledInNoise": [sknoisy.FilledInNoise()],',
    ),
    (
        "tests/test_methods.py",
        "DOORS = {",
        '"mutual_trust": (classifiers.MutualTrustClassifier, {}),',
    ),
    (
        "tests/test_detectors.py",
        "from sknoisy.detectors import (",
        "    NearestMiddle,",
    ),
    ("tests/test_detectors.py", "DETECTORS = {", '"NearestMiddle": NearestMiddle,'),
    (
        "tests/test_displays_common.py",
        "MADE = {",
        '"LabelCountsDisplay": lambda d: (d.given, d.wrong),',
    ),
]
CHECKED = (
    *("public", "typed", "floors", "messages", "training_parameters", "methods"),
    *("common", "detectors", "displays_common", "objectives_common"),
)


def examples():
    """Return the file of each class that the page shows, by name."""
    blocks = re.findall(
        r"^```python\n(.*?)^```\n", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    return {
        name: next(
            block
            for block in blocks
            if f"class {name}(" in f"{block}(" or f"class {name}:" in block
        )
        for name in FILES
    }


def insert(path, line, new):
    """Put `new` behind the first line that begins so."""
    text = path.read_text("utf-8")
    at = re.search(rf"^{re.escape(line)}.*\n", text, re.MULTILINE)
    assert at, f"{path.name} has no line {line!r}"
    path.write_text(text[: at.end()] + new + "\n" + text[at.end() :], "utf-8")


def fresh_copy(folder):
    """Copy what the recipes touch and the tests need."""
    for name in ("sknoisy", "tests", "docs", "changes", "benchmarks"):
        ignored = shutil.ignore_patterns("__pycache__", "_build", "auto_examples")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for path in ROOT.glob("*.*"):
        if path.is_file():
            shutil.copy(path, folder)
    for name, file in FILES.items():
        (folder / "sknoisy" / file).write_text(examples()[name], "utf-8")
        room, module = file.removesuffix(".py").split("/")
        door = folder / "sknoisy" / room / "__init__.py"
        text = door.read_text("utf-8")
        line = f"from sknoisy.{room}.{module} import {name}\n"
        first = re.search(r"^from ", text, re.MULTILINE).start()
        text = text[:first] + line + text[first:]
        door.write_text(
            text.replace("__all__ = [", f'__all__ = [\n    "{name}",'), "utf-8"
        )


def name_at_the_door(folder):
    """Do the rest of the second step."""
    for name in AT_THE_DOOR:
        room = FILES[name].split("/")[0]
        insert(folder / "sknoisy/__init__.py", "_HOMES = {", f'    "{name}": "{room}",')
        stub = folder / "sknoisy/__init__.pyi"
        line = f"from sknoisy.{room} import {name} as {name}\n"
        stub.write_text(stub.read_text("utf-8") + line, "utf-8")


def run(folder, *options):
    """Run the tests of the copy; return the exit status, and what they say."""
    files = [f"tests/test_{name}.py" for name in CHECKED]
    environment = {**os.environ, "PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *options, *files],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout


def test_whoever_follows_the_recipes_passes_the_tests(tmp_path):
    fresh_copy(tmp_path)
    name_at_the_door(tmp_path)
    for file, line, new in ENTRIES:
        insert(tmp_path / file, line, new)
    names = " or ".join([*FILES, "mutual_trust", "every_", "registry", "says_its"])
    files = [f"sknoisy/{file}" for file in FILES.values()]
    code, told = run(tmp_path, "-v", "-k", f"{names} or imports", *files)
    assert code == 0, told
    passed = [line for line in told.splitlines() if "PASSED" in line]
    for name in FILES:  # the examples of its text and some of the common tests ran
        assert sum(name in line for line in passed) > 3, name


def test_what_is_forgotten_is_named(tmp_path):
    fresh_copy(tmp_path)  # files and their rooms, and nothing else
    code, told = run(tmp_path, "-k", "every_ or offered or made_here or doors or DOORS")
    assert code == 1
    assert "KeyError" not in told
    for name in ("NearestMiddle", "FilledInNoise", "MutualTrustClassifier"):
        assert re.search(rf"^E .*{name}", told, re.MULTILINE), told
    assert re.search(r"^E .*LabelCountsDisplay", told, re.MULTILINE), told
