"""What CONTRIBUTING shows works as it stands."""

import importlib
import inspect
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.utils.estimator_checks import check_estimator

from sknoisy.classifiers import METHODS, NoisyLabelClassifier
from sknoisy.classifiers._method import as_method
from sknoisy.noise import SymmetricNoise

PAGE = Path(__file__).parents[1] / "CONTRIBUTING.md"
BLOCKS = re.findall(
    r"^```python\n(.*?)^```\n", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
)
METHOD, DOOR = (
    next(block for block in BLOCKS if f"class {name}(" in block)
    for name in ("MutualTrust", "MutualTrustClassifier")
)
QUICK = {"max_epochs": 20, "lr": 2e-2, "batch_size": 64, "random_state": 0}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Return the names of a file that holds both examples, imported as it is."""
    folder = tmp_path_factory.mktemp("contributed")
    here = DOOR.replace("from sknoisy.objectives import MutualTrust\n", "")
    (folder / "mutual_trust.py").write_text(METHOD + here, encoding="utf-8")
    sys.path.insert(0, str(folder))
    yield vars(importlib.import_module("mutual_trust"))
    sys.path.remove(str(folder))
    del sys.modules["mutual_trust"]


def test_a_method_of_two_networks_is_one_short_file():
    assert "n_networks = 2" in METHOD
    assert len(METHOD.splitlines()) <= 60


def test_it_goes_through_the_one_door_by_its_name(shown, table, monkeypatch):
    X, y = table
    noisy = SymmetricNoise(0.3, random_state=0).fit_corrupt(y)
    monkeypatch.setitem(METHODS, "mutual_trust", as_method(shown["MutualTrust"]))
    clf = NoisyLabelClassifier(method="mutual_trust", method__momentum=0.5, **QUICK)
    clf.fit(X, noisy)
    assert clf.score(X, y) > 0.8
    assert len(clf.networks_) == 2
    assert roc_auc_score(noisy == y, clf.trust_) > 0.7
    assert clf.net_.criterion_.trust is None  # forgotten
    door = shown["MutualTrustClassifier"](momentum=0.5, **QUICK).fit(X, noisy)
    assert_array_equal(door.predict_proba(X), clf.predict_proba(X))
    with pytest.raises(ValueError, match="momentum=2 is out of range"):
        clf.set_params(method__momentum=2).fit(X, noisy)


@pytest.mark.slow
def test_its_own_door_has_every_parameter_and_passes_the_suite(shown):
    kind = shown["MutualTrustClassifier"]
    taken = list(inspect.signature(kind).parameters)
    assert taken[:4] == ["module", "loss", "momentum", "max_epochs"]
    assert "lr_schedule : " in kind.__doc__ and "net_ : " in kind.__doc__
    assert clone(kind(lr=0.1)).get_params()["lr"] == 0.1
    check_estimator(
        kind(max_epochs=30, lr=0.1, module__hidden=16, random_state=0), on_skip=None
    )


def test_the_trust_is_the_average_that_is_shown(shown):
    import torch

    trust = shown["MutualTrust"](2, momentum=0.5)
    logits = torch.zeros(1, 2, 2, dtype=torch.float64)
    value = trust.compute(logits, torch.tensor([1]), torch.tensor([1]))
    assert np.allclose(trust.trust, [[1, 1], [0.75, 0.75]])
    assert float(value) == pytest.approx(2 * 0.75 * np.log(2))
