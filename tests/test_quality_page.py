"""The page for those who come from cleanlab: what it names is there."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "coming_from_cleanlab.md"


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
