"""The examples of the gallery run without a warning, and each draws one picture."""

import ast
import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "examples"
EXAMPLES = sorted(path.name for path in FOLDER.glob("plot_*.py"))


def test_the_gallery_is_found():
    if not FOLDER.is_dir():
        pytest.skip("docs/ isn't here")
    assert EXAMPLES
    others = {path.name for path in FOLDER.iterdir() if path.is_file()}
    assert others == {*EXAMPLES, "GALLERY_HEADER.rst"}  # or it isn't run


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_a_title_and_a_word_about_it(name):
    source = (FOLDER / name).read_text(encoding="utf-8")
    title, line, *text = ast.get_docstring(ast.parse(source)).splitlines()
    assert line == "=" * len(title)
    assert " ".join(text).strip()


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_and_draws(name, tmp_path, monkeypatch):
    plt = pytest.importorskip("matplotlib.pyplot")
    monkeypatch.chdir(tmp_path)
    plt.close("all")
    runpy.run_path(str(FOLDER / name), run_name="__main__")
    assert len(plt.get_fignums()) == 1
    plt.close("all")
