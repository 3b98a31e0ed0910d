"""scikit-learn's callbacks and a search whose networks train together."""

import pytest
from lockstep_helpers import network

from sknoisy import BatchedGridSearchCV

callback = pytest.importorskip("sklearn.callback", reason="scikit-learn < 1.9")


def test_a_search_with_a_progress_bar_speaks_of_public_things_only(
    table, together, capsys
):
    search = BatchedGridSearchCV(network(), {"lr": [0.01, 0.1]}, cv=2)
    search.set_callbacks(callback.ProgressBar()).fit(*table)  # warnings are errors
    assert together
    shown = capsys.readouterr().out
    assert "refit-with-best-params | NoisyLabelClassifier" in shown
    assert "HandsOut" not in shown
