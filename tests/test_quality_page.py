"""The page for those who come from cleanlab: its examples print what it says."""

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "coming_from_cleanlab.md"


def test_examples_print_what_the_page_says():
    if not PAGE.exists():
        pytest.skip("docs/ isn't here")
    text = PAGE.read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)
    assert len(examples) == text.count("```python")
    names = {}
    for code, expected in examples:
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(code, str(PAGE), "exec"), names)
        assert printed.getvalue() == expected


def test_functions_that_the_page_names_are_there():
    if not PAGE.exists():
        pytest.skip("docs/ isn't here")
    import sknoisy.annotators
    import sknoisy.detectors
    import sknoisy.noise
    import sknoisy.quality

    named = re.findall(
        r"`(?:sknoisy\.)?(quality|detectors|noise|annotators)\.(\w+)",
        PAGE.read_text(encoding="utf-8"),
    )
    assert len(named) > 10
    for room, name in named:
        assert name in getattr(sknoisy, room).__all__
