"""A folder holds what predicts, runs nothing, and says so if it isn't whole."""

import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from export_helpers import FAMILIES, QUICK, Squeezed, fitted
from helpers import small
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy import AutoNoisyClassifier, MutualLearningClassifier, NoisyLabelClassifier
from sknoisy.exceptions import VersionWarning
from sknoisy.export import load, save, to_module
from sknoisy.losses import generalized_cross_entropy
from sknoisy.modules import MLP, SmallResNet

pytest.importorskip("safetensors")


@pytest.fixture(scope="module")
def clf(table):
    return small(max_epochs=2).fit(*table)


@pytest.fixture
def folder(clf, tmp_path):
    return save(clf, tmp_path / "kept" / "clf")


def check_same(again, clf, X):
    assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
    assert_array_equal(again.predict(X), clf.predict(X))
    assert_array_equal(again.classes_, clf.classes_)
    assert again.classes_.dtype.kind == clf.classes_.dtype.kind
    assert again.n_features_in_ == clf.n_features_in_
    assert again.n_iter_ == clf.n_iter_
    assert again.history_[:, "train_loss"] == clf.history_[:, "train_loss"]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_comes_back_as_it_was(family, table, tmp_path):
    clf = fitted(family, table)
    again = load(save(clf, tmp_path))
    assert type(again) is type(clf)
    check_same(again, clf, table[0])
    assert again.get_params() == clf.get_params()
    for name in ("transition_matrix_", "prior_", "noise_rate_"):
        if hasattr(clf, name):
            assert_array_equal(getattr(again, name), getattr(clf, name))
    assert {file.name for file in tmp_path.iterdir()} == {
        "classifier.json",
        "weights.safetensors",
    }


@pytest.mark.parametrize(
    "labels",
    [
        ["b", "a", "ä"],
        np.array(["no", "yes", "maybe"], dtype=object),
        np.array([3, 5, 9], dtype=np.int8),
        [1.0, 2.0, 3.0],
        np.array([2**60 + 1, 1, 2]),
    ],
)
def test_labels_of_any_kind_come_back(labels, table, tmp_path):
    X, y = table
    clf = small(max_epochs=1).fit(X, np.asarray(labels)[y])
    check_same(load(save(clf, tmp_path)), clf, X)


def test_names_of_features_come_back_and_are_checked(table, tmp_path):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(table[0], columns=list("abcde"))
    clf = small(max_epochs=1).fit(frame, table[1] == 1)
    again = load(save(clf, tmp_path))
    check_same(again, clf, frame)
    assert_array_equal(again.feature_names_in_, list("abcde"))
    with pytest.raises(ValueError, match="feature names should match"):
        again.predict(frame[list("edcba")])


@pytest.mark.parametrize(
    ("module", "shape"), [(None, (8, 8)), (SmallResNet, (8, 8, 3)), (MLP, (7,))]
)
def test_networks_of_ours_are_built_again(module, shape, table, tmp_path):
    X = np.random.default_rng(0).normal(size=(len(table[1]), *shape))
    clf = NoisyLabelClassifier(module, max_epochs=1, random_state=0).fit(X, table[1])
    again = load(save(clf, tmp_path))
    check_same(again, clf, X)
    assert again.module is module


def test_sparse_input_and_double_precision(table, tmp_path):
    from scipy import sparse

    X = sparse.csr_matrix(np.maximum(table[0], 0))
    clf = small(max_epochs=1, dtype="float64").fit(X, table[1])
    check_same(load(save(clf, tmp_path)), clf, X)


def test_parameters_come_back_as_they_are(table, tmp_path):
    options = {
        "module__hidden": (8, 4),
        "optimizer": torch.optim.SGD,
        "optimizer__momentum": 0.9,
        "loss": generalized_cross_entropy,
        "loss__q": np.float64(0.4),
        "class_weight": {0: 2.0, 1: 1, 2: 1},
        "device": torch.device("cpu"),
    }
    clf = NoisyLabelClassifier(**QUICK | options).fit(*table)
    again = load(save(clf, tmp_path))
    assert again.get_params() == clf.get_params() | {"device": "cpu"}
    assert_array_equal(
        again.fit(*table).predict_proba(table[0]), clf.predict_proba(table[0])
    )


def test_parameters_that_cannot_be_kept_are_named(table, tmp_path):
    clf = small(max_epochs=1, lr_schedule=lambda progress: 1.0).fit(*table)
    save(clf, tmp_path)
    with pytest.warns(UserWarning, match=r"doesn't hold: lr_schedule \(<function"):
        again = load(tmp_path)
    check_same(again, clf, table[0])
    assert again.lr_schedule == "one_cycle"


def test_a_network_of_the_users_own_is_passed(table, tmp_path):
    clf = small(module=Squeezed, module__hidden=5, max_epochs=2).fit(*table)
    save(clf, tmp_path)
    with pytest.raises(ValueError, match="a network of your own, module=.*Squeezed"):
        load(tmp_path)
    before = torch.get_rng_state()
    for module in (Squeezed, Squeezed(5, 3, 5)):
        kept = clf.get_params() | {"module": module}
        if isinstance(module, torch.nn.Module):
            kept.pop("module__hidden")
            clf._routed = {}
            save(clf.set_params(module=module), tmp_path)
            before = torch.get_rng_state()
        again = load(tmp_path, module=module)
        check_same(again, clf, table[0])
        assert again.get_params() == kept
    assert torch.equal(torch.get_rng_state(), before)


def test_a_network_of_another_shape_is_refused(table, tmp_path):
    save(small(module=Squeezed, max_epochs=1).fit(*table), tmp_path)
    with pytest.raises(ValueError, match="don't fit the network"):
        load(tmp_path, module=Squeezed(5, 3, hidden=9))
    with pytest.raises(ValueError, match="don't fit the network"):
        load(tmp_path, module=MLP)


def test_what_comes_back_can_go_on(clf, table, folder):
    again = load(folder)
    again.partial_fit(*table)
    assert again.n_iter_ == clf.n_iter_ + 1
    again.set_params(warm_start=True).fit(*table)
    assert again.score(*table) > 0.8


def test_strided_weights_are_written_right(table, tmp_path):
    X, y = table
    clf = small(module=torch.nn.Linear(5, 3), max_epochs=1).fit(X, y)
    layer = clf.net_.module_[0]
    layer.weight = torch.nn.Parameter(layer.weight.detach().T.contiguous().T)
    assert not layer.weight.is_contiguous()
    again = load(save(clf, tmp_path), module=torch.nn.Linear(5, 3))
    assert torch.equal(again.networks_[0].weight, layer.weight)
    assert_allclose(again.predict_proba(X), clf.predict_proba(X), rtol=1e-5)


def test_other_versions_are_told(folder):
    path = folder / "classifier.json"
    told = json.loads(path.read_text())
    told["versions"]["torch"] = "1.0.0"
    told["versions"]["numpy"] += ".9"  # a third number doesn't count
    path.write_text(json.dumps(told))
    with pytest.warns(VersionWarning, match=r"kept with torch 1.0.0 \(now 2"):
        load(folder)


def test_whoever_may_read_one_file_may_read_the_other(folder):
    modes = {path.name: path.stat().st_mode for path in folder.iterdir()}
    assert modes["weights.safetensors"] == modes["classifier.json"]


def test_a_folder_that_is_replaced_is_whole_at_any_time(table, folder):
    other = small(max_epochs=1, random_state=3).fit(*table)
    weights = (folder / "weights.safetensors").read_bytes()
    save(other, folder)
    check_same(load(folder), other, table[0])
    (folder / "weights.safetensors").write_bytes(weights)  # as if cut off in between
    with pytest.raises(ValueError, match="isn't the file that classifier.json"):
        load(folder)


TAMPERED = {
    "format": "pickle",
    "format_version": 2,
    "class": "os.system",
    "n_networks": 3,
    "speaker": "0",
    "undo": "__import__",
    "classes": {"array": [1], "dtype": "int64"},
    "parameters": {"lr": {"known": "builtins.eval"}},
    "input": {},
    "history": 3,
    "weights_sha256": "0",
}


@pytest.mark.parametrize("name", sorted(TAMPERED))
@pytest.mark.parametrize("is_there", [True, False])
def test_a_folder_that_was_changed_is_refused(name, is_there, folder, monkeypatch):
    path = folder / "classifier.json"
    told = json.loads(path.read_text())
    told.pop(name)
    path.write_text(json.dumps(told | {name: TAMPERED[name]} if is_there else told))
    monkeypatch.setattr("builtins.eval", None)
    with pytest.raises(ValueError, match=r"classifier\.json|networks|changed"):
        load(folder)


@pytest.mark.parametrize(
    ("name", "value"),
    [("lr", -1.0), ("strange", 1), ("module__hiden", 3), ("device", "tpu:0")],
)
def test_parameters_that_cannot_be_are_refused(name, value, folder):
    path = folder / "classifier.json"
    told = json.loads(path.read_text())
    told["parameters"][name] = value
    path.write_text(json.dumps(told))
    with pytest.raises(ValueError, match=name.split("__")[-1]):
        load(folder)


def test_folders_that_hold_no_classifier_are_refused(folder, tmp_path):
    with pytest.raises(ValueError, match="holds no classifier: there is no"):
        load(tmp_path)
    (folder / "weights.safetensors").unlink()
    with pytest.raises(ValueError, match="is missing: the folder isn't whole"):
        load(folder)
    (folder / "classifier.json").write_text("[1, 2")
    with pytest.raises(ValueError, match="isn't JSON"):
        load(folder)
    (folder / "classifier.json").write_bytes(b"\x80\x04\x95")  # a pickle
    with pytest.raises(ValueError, match="isn't JSON"):
        load(folder)


def test_weights_that_are_a_pickle_are_refused(clf, folder):
    class Evil:
        def __reduce__(self):
            return Path.touch, (folder / "ran",)

    for content in (pickle.dumps(Evil()), b"", b"\xff" * 64):
        (folder / "weights.safetensors").write_bytes(content)
        path = folder / "classifier.json"
        told = json.loads(path.read_text())
        told["weights_sha256"] = hashlib.sha256(content).hexdigest()
        path.write_text(json.dumps(told))
        with pytest.raises(ValueError, match=r"weights.safetensors can't be read"):
            load(folder)
    assert not (folder / "ran").exists()


def test_what_cannot_be_kept_is_told_before_anything_is_written(table, tmp_path):
    with pytest.raises(TypeError, match="is a RandomForestClassifier: keep it as a p"):
        save(RandomForestClassifier(n_estimators=2).fit(*table), tmp_path / "a")
    pipeline = make_pipeline(StandardScaler(), small(max_epochs=1)).fit(*table)
    with pytest.raises(TypeError, match="save the NoisyLabelClassifier that predicts"):
        save(pipeline, tmp_path / "a")

    class Mine(NoisyLabelClassifier):
        pass

    with pytest.raises(TypeError, match="a class of your own"):
        save(Mine(**QUICK).fit(*table), tmp_path / "a")
    days = np.array(["2026-01-01", "2026-01-02", "2026-01-03"], dtype="M8[D]")
    clf = small(max_epochs=1).fit(*table)
    clf.classes_ = days
    with pytest.raises(ValueError, match="neither numbers nor texts"):
        save(clf, tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_a_teacher_stays_outside(table, tmp_path):
    teacher = RandomForestClassifier(n_estimators=3, random_state=0)
    clf = MutualLearningClassifier(distill=teacher, **QUICK).fit(*table)
    save(clf, tmp_path)
    with pytest.warns(UserWarning, match="distill"):
        again = load(tmp_path)
    check_same(again, clf, table[0])
    assert not hasattr(again, "teacher_")


def test_what_has_no_network_is_named_with_its_article():
    X, y = load_iris(return_X_y=True)
    auto = AutoNoisyClassifier(judges=["neighbors"], random_state=0).fit(X, y)
    with pytest.raises(TypeError, match="is an AutoNoisyClassifier: keep it as a pic"):
        save(auto, "nowhere")
    with pytest.raises(TypeError, match="a pool of scikit-learn's classifiers"):
        to_module(auto)
