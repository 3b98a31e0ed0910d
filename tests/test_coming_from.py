"""The pages for who comes from elsewhere have a line for every public function."""

import importlib
import inspect
import pkgutil
import re
import warnings
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


def public_names(package):
    """Return names of functions and classes that modules define, with their modules."""
    names = {}
    for module in modules_of(package):
        for name, value in vars(module).items():
            is_public = inspect.isfunction(value) or inspect.isclass(value)
            is_public = is_public and not name.startswith("_")
            if is_public and value.__module__ == module.__name__:
                names[name] = module.__name__
    return names


def modules_of(package):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            parts = found.name.split(".")
            if any(part.startswith("_") or part == "internal" for part in parts):
                continue
            try:
                yield importlib.import_module(found.name)
            except ImportError:  # an extra that isn't there
                continue


def words_in_code(page):
    """Return the words between backticks on a page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    spans = re.findall(r"`([^`\n]+)`", text)
    return {word for span in spans for word in re.findall(r"\w+", span)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("package", "page", "least"),
    [
        ("cleanlab", "coming_from_cleanlab.md", 70),
        ("crowdkit", "coming_from_crowd_kit.md", 30),
    ],
)
def test_every_public_function_has_a_line(package, page, least):
    package = pytest.importorskip(package)
    names = public_names(package)
    assert len(names) >= least
    told = words_in_code(page)
    missing = {name: where for name, where in names.items() if name not in told}
    assert not missing, missing
