"""The same questions to cleanlab's Datalab: planted rows alike, fewer false alarms."""

import contextlib
import io

import numpy as np
import pytest
from test_data_issues import (
    blobs,
    heavy_tails,
    plant_copies,
    plant_near_copies,
    two_numbers,
    whole_numbers,
)

from sknoisy.data_issues import find_data_issues

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # Datalab's own
]


def datalab(X, y):
    """Return how many samples Datalab counts for each kind."""
    pytest.importorskip("datasets", reason="Datalab keeps its data in it")
    from cleanlab import Datalab

    with contextlib.redirect_stdout(io.StringIO()):
        lab = Datalab(
            data={"y": np.asarray(y).astype(str)}, label_name="y", verbosity=0
        )
        lab.find_issues(features=np.asarray(X, dtype=float))
    summary = lab.get_issue_summary()
    return dict(zip(summary["issue_type"], summary["num_issues"], strict=True))


@pytest.mark.parametrize("plant", [plant_near_copies, plant_copies])
def test_both_find_copies(plant):
    X, y, rows = plant(np.random.default_rng(0))
    report = find_data_issues(X, y, checks=["near_duplicates", "exact_duplicates"])
    (ours,) = (set(issue.rows.tolist()) for issue in report)
    assert ours == set(rows)
    assert abs(datalab(X, y)["near_duplicate"] - len(rows)) <= 0.05 * len(rows)


@pytest.mark.parametrize("make", [blobs, two_numbers, heavy_tails, whole_numbers])
def test_where_nothing_was_planted_datalab_finds_more(make):
    X, y = make(np.random.default_rng(0))
    found = datalab(X, y)
    assert len(find_data_issues(X, y, checks=["near_duplicates", "outliers"])) == 0
    assert found["near_duplicate"] > 0
    assert found["outlier"] > 0
