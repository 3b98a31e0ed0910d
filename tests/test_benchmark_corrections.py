"""The benchmark of corrections runs, and tells what it was given."""

import numpy as np
import pytest
from benchmark_helpers import read_rows
from sklearn.utils import Bunch


@pytest.fixture
def corrections(load_benchmark, monkeypatch):
    """The benchmark on images of bright squares, each class at a place of its own."""
    script = load_benchmark("corrections")
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(10), 200)
    images = rng.integers(0, 60, size=(2000, 28, 28))
    for label in range(10):
        row, column = divmod(label, 4)
        images[y == label, 8 * row : 8 * row + 6, 7 * column : 7 * column + 6] += 150
    images, y = images[order := rng.permutation(2000)].astype(np.uint8), y[order]
    data = Bunch(X_train=images, y_train=y, X_test=images[:500], y_test=y[:500])
    monkeypatch.setattr(script, "fetch_fashion_mnist", lambda: data)
    return script


@pytest.mark.slow
def test_methods_run_on_both_networks_and_rows_survive(corrections, tmp_path, capsys):
    methods = [corrections.CLEAN, "TransitionCorrectedClassifier()"]
    arguments = ["--quick", "--out", str(tmp_path), "--noises", "T0.5", "--methods"]
    corrections.main([*arguments, *methods])
    rows = read_rows(tmp_path / "corrections.csv")
    assert {(row["network"], row["method"]) for row in rows} == {
        (network, method) for network in ("lenet", "alexnet") for method in methods
    }
    clean = [row for row in rows if row["method"] == corrections.CLEAN]
    assert min(float(row["accuracy"]) for row in clean) > 0.95
    estimated = [row for row in rows if row not in clean]
    assert max(float(row["transition_error"]) for row in estimated) < 0.1
    corrections.main([*arguments, *methods])
    assert read_rows(tmp_path / "corrections.csv") == rows
    text = capsys.readouterr().out
    for row in rows:
        assert f"{100 * float(row['accuracy']):.1f}" in text


def test_a_method_runs_where_it_is_meant_to(corrections):
    jobs = corrections.make_jobs(corrections.parse(["--seeds", "0", "1"]))
    names = ("noise", "network", "pool", "method")
    places = {tuple(job[name] for name in names) for job in jobs}
    assert len(places) == len(jobs) / 2
    assert ("T0.5", "lenet", 1, corrections.TOLD) in places
    assert ("T0.5", "lenet", 1, 'correction="prior_ratio"') not in places
    assert ("Sparse, High", "lenet", 2, 'correction="prior_ratio"') in places
    assert ("Sparse, High", "alexnet", 2, corrections.CLEAN) not in places
    many = corrections.make_jobs(corrections.parse([]))
    assert {job["pool"] for job in many if job["seed"] == 19} == {2}


def test_the_line_without_correction_trains_as_long_as_the_default(
    corrections, tmp_path
):
    path = tmp_path / "corrections.csv"
    rows = corrections.Rows(path, keys=corrections.KEYS, values=corrections.VALUES)
    cell = {
        "noise": "T0.5",
        "network": "lenet",
        "train_size": 900,
        "pool": 2,
        "seed": 0,
    }
    runner = corrections.Runner(rows)
    assert runner.epochs(corrections.AS_LONG, cell) == {}
    values = dict.fromkeys(corrections.VALUES, 7)
    rows.append(**cell, method=corrections.DEFAULT, **values)
    assert runner.epochs(corrections.AS_LONG, cell) == {"max_epochs": 7}
    assert runner.epochs(corrections.CLEAN, cell) == {}


def test_the_parts_hold_the_first_classes(corrections):
    images, y = corrections.Runner(None).part("train", 3, 300, 2)
    assert images.shape == (300, 14, 14) and set(y) == {0, 1, 2}
    assert images.dtype == np.float32 and images.max() <= 1
