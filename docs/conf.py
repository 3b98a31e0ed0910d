"""How Sphinx builds the documentation: `make docs`."""

import importlib.util
import re
import sys
from pathlib import Path

import sknoisy

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from methods_table import methods_table  # noqa: E402

project = "sknoisy"
author = "the sknoisy developers"
project_copyright = f"2026, {author}"
version = release = sknoisy.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "myst_parser",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "examples", "generated/unreleased.md"]
templates_path = ["_templates"]
html_theme = "pydata_sphinx_theme"
html_theme_options = {"show_toc_level": 2, "header_links_before_dropdown": 3}
# pages without pages below them need no column for these
html_sidebars = {
    name: []
    for name in ["guide_*", "coming_*", "benchmarks", "changes", "design", "does_*"]
    + ["faq", "glossary", "index", "install", "promises", "quickstart"]
}
html_title = f"sknoisy {version}"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
myst_heading_anchors = 2  # parts of a page, by the names that GitHub gives them

autosummary_ignore_module_all = False
autosummary_imported_members = True
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
default_role = "code"  # docstrings name parameters in single backticks

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "auto_examples",
    "matplotlib_animations": False,
    "remove_config_comments": True,
    "abort_on_example_error": True,
    "download_all_examples": False,
}


def setup(app):
    """Leave out what estimators and objectives inherit from other libraries."""
    app.connect("autodoc-skip-member", _is_another_library_s)
    app.connect("autodoc-process-docstring", _without_its_links, priority=900)


def _without_its_links(app, what, name, thing, options, lines):
    # numpydoc links an inherited property to itself, wherever that is, and shows
    # scikit-learn's text of it, which refers to scikit-learn's glossary
    for i, line in enumerate(lines):
        line = re.sub(r":obj:`(\w+) <\.\1>`", r"**\1**", line)
        lines[i] = re.sub(r":term:`(\w+)`", r"\1", line)


def _is_another_library_s(app, what, name, thing, skip, options):
    maker = getattr(thing, "fget", thing)  # a property has no module of its own
    made_by = getattr(maker, "__module__", None) or "sknoisy"
    return skip or not made_by.startswith("sknoisy")


def _write_unreleased():
    """Write the changelog's fragments as one page, which changes.md includes."""
    spec = importlib.util.spec_from_file_location(
        "collect", HERE.parent / "changes" / "collect.py"
    )
    collect = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(collect)
    page = HERE / "generated" / "unreleased.md"
    page.parent.mkdir(exist_ok=True)
    texts = collect.read_fragments()
    text = collect.as_markdown("Not released yet", texts) if any(texts.values()) else ""
    page.write_text(text, encoding="utf-8")


_write_unreleased()
(HERE / "generated" / "methods.txt").write_text(methods_table(), encoding="utf-8")
