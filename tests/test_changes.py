"""The changelog's fragments are in order, and a release loses none of them."""

import importlib.util
import re
from pathlib import Path

import pytest

import sknoisy

SCRIPT = Path(__file__).parents[1] / "changes" / "collect.py"


@pytest.fixture(scope="module")
def collect():
    spec = importlib.util.spec_from_file_location("collect", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\nWords.\n\n## 0.1.0\n\nOld.\n")
    folder = tmp_path / "changes"
    folder.mkdir()
    (folder / "gce-ties.fixed.md").write_text("`gce` breaks ties\nby index.\n")
    (folder / "elr.added.md").write_text("Early learning.\n")
    return folder


def test_the_fragments_of_this_project_are_in_order(collect):
    collect.read_fragments()


def test_fragments_make_a_section_with_their_kinds_in_order(collect, folder):
    assert collect.as_markdown("Next", collect.read_fragments(folder)) == (
        "## Next\n\n### Added\n\n- Early learning.\n\n"
        "### Fixed\n\n- `gce` breaks ties by index.\n"
    )


def test_a_release_goes_above_the_last_one_and_takes_the_fragments_away(
    collect, folder
):
    collect.release("0.2.0", folder)
    text = (folder.parent / "CHANGELOG.md").read_text()
    assert text.startswith("# Changes\n\nWords.\n\n## 0.2.0 (")
    assert text.endswith("by index.\n\n## 0.1.0\n\nOld.\n")
    assert list(folder.iterdir()) == []


def test_words_on_what_comes_next_introduce_the_release(collect, folder):
    changelog = folder.parent / "CHANGELOG.md"
    words = "## In preparation\n\nMany things.\n\n## 0.1.0"
    changelog.write_text(changelog.read_text().replace("## 0.1.0", words))
    collect.release("0.2.0", folder)
    text = changelog.read_text()
    assert "In preparation" not in text
    assert ")\n\nMany things.\n\n### Added\n\n- Early learning.\n" in text
    assert text.endswith("by index.\n\n## 0.1.0\n\nOld.\n")


def test_the_changelog_says_something_and_who_cites_cites_this_version():
    changelog = (SCRIPT.parents[1] / "CHANGELOG.md").read_text("utf-8")
    assert re.search(r"^## .+\n\n\w", changelog, re.MULTILINE)
    citation = (SCRIPT.parents[1] / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {sknoisy.__version__}\n" in citation
    assert "\nlicense: BSD-3-Clause\n" in citation


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("elr.md", "Early learning.", "elr.md is not named <what>.<kind>.md"),
        ("elr.new.md", "Early learning.", "elr.new.md is not named"),
        ("ELR.added.md", "Early learning.", "ELR.added.md is not named"),
        ("elr.added.md", " \n", "elr.added.md is not plain sentences"),
        ("elr.added.md", "# Early", "elr.added.md is not plain sentences"),
    ],
)
def test_a_fragment_out_of_order_is_named(name, text, message, collect, folder):
    (folder / name).write_text(text)
    with pytest.raises(ValueError, match=message):
        collect.read_fragments(folder)
