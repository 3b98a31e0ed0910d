"""The benchmark of label quality runs, measures both sides, and writes its tables."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("cleanlab")


@pytest.fixture
def script(load_benchmark):
    return load_benchmark("speed_quality")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
def test_speed_and_memory_are_measured_and_held_against_bounds(
    script, tmp_path, monkeypatch, capsys
):
    def run_here(command, **options):
        capsys.readouterr()
        script.main(command[2:])
        return SimpleNamespace(stdout=capsys.readouterr().out)

    monkeypatch.setattr(script.subprocess, "run", run_here)
    script.main(["--quick", "--out", str(tmp_path)])
    text = (tmp_path / "speed_quality.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == (2 + 12) + (2 + 1) + (2 + 2)
    judged = [line for line in lines if line.endswith(("| pass |", "| **miss** |"))]
    assert len(judged) == 6 + 1 + 1
    assert "on which the masks differ: 0." in text


def test_peak_is_that_of_what_is_held_at_once(script):
    def one_after_another():
        for _ in range(3):
            np.ones(1_000_000, dtype=np.uint8)

    assert 1e6 < script.peak_bytes(one_after_another) < 1.5e6


def test_problem_in_a_file_is_made_of_parts(script, tmp_path):
    script.write_problem(tmp_path, 1000, 3, lift=4.0, n_parts=4)
    labels = np.load(tmp_path / "labels.npy")
    probs = np.load(tmp_path / "probs.npy", mmap_mode="r")
    assert np.allclose(probs.sum(axis=1), 1, atol=1e-5)
    last_labels, last_probs = script.make_problem(250, 3, 4.0, seed=3)
    assert np.array_equal(labels[750:], last_labels)
    assert np.array_equal(probs[750:], last_probs)
    agree = np.mean(labels == probs.argmax(axis=1))
    assert 0.7 < agree < 0.95
