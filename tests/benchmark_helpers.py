"""Where the benchmarks are, and what tests of them need to write less."""

import csv
import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "benchmarks"
needs_data = pytest.mark.skipif(
    "SKNOISY_DATA" not in os.environ, reason="SKNOISY_DATA doesn't say where data are"
)


def read_rows(path):
    """Return the rows of a CSV file, each as a dictionary of texts."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
