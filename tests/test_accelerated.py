"""One training in several processes: what each has in the end, and what is refused."""

import os
import pickle
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.base import clone

from sknoisy import NoisyLabelClassifier
from sknoisy._engine import ArrayDataset
from sknoisy._engine.accelerated import Shares

SCRIPT = Path(__file__).parent / "accelerated_script.py"
# sums in another order, rounded otherwise
CLOSE = {"rtol": 0, "atol": 2e-4}


def run(n_processes, folder):
    """Run the script in so many processes; return what each has found."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {
        "WORLD_SIZE": str(n_processes),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "GLOO_SOCKET_IFNAME": "lo",
        "OMP_NUM_THREADS": "1",
    }
    folder.mkdir()
    command = [sys.executable, str(SCRIPT), str(folder)]
    running = []
    for rank in range(n_processes):
        own = {"RANK": str(rank), "LOCAL_RANK": str(rank)}
        where = os.environ | (shared | own if n_processes > 1 else {})
        running.append(subprocess.Popen(command, env=where))
    codes = [process.wait(timeout=600) for process in running]
    assert codes == [0] * n_processes
    return [dict(np.load(folder / f"{rank}.npz")) for rank in range(n_processes)]


@pytest.mark.slow
def test_two_processes_have_equal_weights_and_know_the_same_of_samples(tmp_path):
    pytest.importorskip("accelerate")
    first, second = run(2, tmp_path / "two")
    (alone,) = run(1, tmp_path / "one")
    assert first.keys() == second.keys() == alone.keys()
    for name in first:  # bit by bit, memory of single samples, too
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)
    for name in ("exact", "accumulated", "weights", "watched"):
        for what in ("weights", "proba", "loss"):
            key = f"{name} {what}"
            np.testing.assert_allclose(first[key], alone[key], **CLOSE, err_msg=key)
    for name in ("elr beliefs_", "elr+ beliefs_", "co_teaching kept_"):
        assert np.isfinite(first[name]).all(), name  # of all samples, by index


X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
y = np.arange(40) % 2


def of(n_processes, place=0, **more):
    """Return what stands for an accelerator of so many processes."""
    device = torch.device("cpu")
    more = {"mixed_precision": "no", "reduce": None, "device": device} | more
    return SimpleNamespace(num_processes=n_processes, process_index=place, **more)


def test_what_several_processes_cant_do_is_refused():
    def refused(error, match, **options):
        clf = NoisyLabelClassifier(max_epochs=1, **options)
        with pytest.raises(error, match=match):
            clf.fit(X, y)

    seeded = {"random_state": 0}
    refused(TypeError, r"accelerator=2, .*pip install", accelerator=2, **seeded)
    refused(ValueError, "random_state=None.* pass an int", accelerator=of(2))
    refused(
        ValueError,
        "mixed_precision='fp16'.* set precision='bf16'",
        accelerator=of(2, mixed_precision="fp16"),
        **seeded,
    )
    there = torch.device("cuda", 1)
    refused(
        ValueError,
        "device='cpu', but the accelerator has 'cuda:1'",
        accelerator=of(2, device=there),
        device="cpu",
        **seeded,
    )
    with pytest.raises(ValueError, match="Batches of 6 samples .* each takes 2, all"):
        Shares(ArrayDataset(X, y), 6, accelerator=of(4))


def test_processes_have_parts_of_each_batch_and_nobody_the_same(monkeypatch):
    monkeypatch.setattr("sknoisy._engine.accelerated._of_first", lambda one, *_: one)
    dataset = ArrayDataset(X, y)
    parts = [Shares(dataset, 13, accelerator=of(3, place)) for place in range(3)]
    seen, shares = [[], [], []], []
    for batches in zip(*parts, strict=True):
        indices = [index.tolist() for (_, index), _ in batches]
        assert max(map(len, indices)) - min(map(len, indices)) <= 1
        shares.append([one.part for one in parts])
        for place, index in enumerate(indices):
            seen[place] += index
    assert sorted(sum(seen, [])) == list(range(40))
    np.testing.assert_allclose(np.sum(shares, axis=1), 1)
    assert [len(one.seen()) for one in parts] == [len(one) for one in seen]
    assert parts[0].whole == [13, 13, 14]  # one sample, less than three processes take


def test_one_process_is_as_none_and_can_be_copied_and_pickled():
    accelerate = pytest.importorskip("accelerate")
    options = {"max_epochs": 3, "module__dropout": 0.0, "module__input_dropout": 0.0}
    clf = NoisyLabelClassifier(random_state=0, **options)
    alone = clf.set_params(iterator_train__shuffle=False).fit(X, y).predict_proba(X)
    many = clone(clf).set_params(accelerator=accelerate.Accelerator(cpu=True))
    many = clone(many).fit(X, y)
    np.testing.assert_allclose(many.predict_proba(X), alone, **CLOSE)
    again = pickle.loads(pickle.dumps(many))
    np.testing.assert_array_equal(again.predict_proba(X), many.predict_proba(X))
