"""ONNX files, run by onnxruntime: the same probabilities, for any number of samples."""

import json
import sys

import numpy as np
import pytest
import torch
from export_helpers import FAMILIES, Squeezed, fitted
from helpers import small
from numpy.testing import assert_allclose
from sklearn.calibration import CalibratedClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from sknoisy import NoisyLabelClassifier
from sknoisy.export import _onnx, to_module, to_onnx
from sknoisy.modules import SmallResNet

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")
pytest.importorskip("onnxscript")


def session_of(path):
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def served(path, X, dtype=np.float32):
    features = np.asarray(X).astype(dtype)
    return session_of(path).run(["probabilities"], {"features": features})[0]


class Several(torch.nn.Module):
    """Many modules as one: an export takes seconds, however small it is."""

    def __init__(self, modules):
        super().__init__()
        self.inner = torch.nn.ModuleList(modules)

    def forward(self, features):
        return torch.cat([module(features) for module in self.inner], dim=1)


@pytest.mark.slow
def test_every_family_is_served_as_it_predicts(table, tmp_path):
    # families that differ in their weights alone make the same graph
    kinds = {}
    for family in FAMILIES:
        clf = fitted(family, table)
        kinds.setdefault(str(to_module(clf)), clf)
    assert len(kinds) > 3
    module = Several(map(to_module, kinds.values())).eval()
    program = _onnx._exported(module, _onnx.example_features(clf))
    program.save(str(tmp_path / "all.onnx"), external_data=False)
    X = table[0]
    expected = np.hstack([clf.predict_proba(X) for clf in kinds.values()])
    for rows in (slice(None), slice(0, 1)):
        found = served(tmp_path / "all.onnx", X[rows])
        assert_allclose(found, expected[rows], rtol=0, atol=1e-6)


@pytest.mark.slow
def test_a_file_tells_classes_names_and_versions(table, tmp_path):
    pd = pytest.importorskip("pandas")
    X, y = table
    frame = pd.DataFrame(X, columns=list("abcde"))
    clf = small(module=Squeezed, max_epochs=2)
    clf.fit(frame, np.array(["low", "mid", "high"])[y])
    path = to_onnx(clf, tmp_path / "clf.onnx")
    assert [file.name for file in tmp_path.iterdir()] == ["clf.onnx"]
    assert_allclose(served(path, X), clf.predict_proba(frame), rtol=0, atol=1e-6)
    told = session_of(path).get_modelmeta().custom_metadata_map
    assert json.loads(told["classes"]) == ["high", "low", "mid"]
    assert json.loads(told["feature_names"]) == list("abcde")
    assert json.loads(told["versions"])["torch"] == torch.__version__
    assert session_of(path).get_inputs()[0].shape == ["n_samples", 5]
    assert session_of(path).get_outputs()[0].shape == ["n_samples", 3]


@pytest.mark.slow
def test_images_scalers_temperatures_and_double_precision(table, tmp_path):
    X, y = table
    images = np.random.default_rng(0).normal(size=(len(y), 8, 8, 3))
    resnet = NoisyLabelClassifier(SmallResNet, max_epochs=1, random_state=0)
    path = to_onnx(resnet.fit(images, y), tmp_path / "resnet.onnx")
    expected = resnet.predict_proba(images)
    assert_allclose(served(path, images), expected, rtol=0, atol=1e-6)
    scaled = make_pipeline(MinMaxScaler(clip=True), small(max_epochs=2))
    around = CalibratedClassifierCV(scaled, method="temperature", cv=2).fit(X, y)
    found = served(to_onnx(around, tmp_path / "around.onnx"), X)
    assert_allclose(found, around.predict_proba(X), rtol=0, atol=1e-6)
    double = small(max_epochs=2, dtype="float64").fit(X, y)
    found = served(to_onnx(double, tmp_path / "double.onnx"), X, np.float64)
    assert_allclose(found, double.predict_proba(X), rtol=0, atol=1e-12)


@pytest.mark.slow
def test_a_file_that_would_say_otherwise_is_not_written(table, tmp_path, monkeypatch):
    clf = small(max_epochs=1).fit(*table)
    path = tmp_path / "clf.onnx"
    path.write_bytes(b"what was there")
    real = _onnx._exported

    def wrong(module, features):
        other = to_module(small(max_epochs=1, random_state=1).fit(*table))
        return real(other, features)

    monkeypatch.setattr(_onnx, "_exported", wrong)
    with pytest.raises(ValueError, match="would give other probabilities"):
        to_onnx(clf, path)
    assert path.read_bytes() == b"what was there"
    assert [file.name for file in tmp_path.iterdir()] == ["clf.onnx"]


def test_what_is_missing_is_named(table, tmp_path, monkeypatch):
    clf = small(max_epochs=1).fit(*table)
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(ImportError, match=r"needs onnxscript: pip install .*\[export]"):
        to_onnx(clf, tmp_path / "clf.onnx")


def test_networks_too_large_for_one_file_are_refused(table, tmp_path, monkeypatch):
    monkeypatch.setattr(_onnx, "LARGEST", 100)
    with pytest.raises(ValueError, match="an ONNX file holds 2 GiB at most"):
        to_onnx(small(max_epochs=1).fit(*table), tmp_path / "clf.onnx")
