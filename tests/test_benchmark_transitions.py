"""The benchmarks of transition matrices and noise rates run and tell what they find."""

import numpy as np
import pytest
from benchmark_helpers import digits_as_clothes, read_rows
from sklearn.utils import Bunch

from sknoisy.noise import SymmetricNoise


@pytest.fixture
def rates(load_benchmark, monkeypatch):
    """The benchmark of noise rates on three classes that are apart."""
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=400)
    X = 4 * np.eye(3)[y] + rng.normal(size=(400, 3))
    script = load_benchmark("noise_rates")
    monkeypatch.setattr(script, "fetch_keel", lambda name: Bunch(X=X, y=y))
    return script


@pytest.fixture
def matrices(load_benchmark, monkeypatch):
    """The benchmark of matrices on digits instead of clothes."""
    script = load_benchmark("transition_matrices")
    monkeypatch.setattr(
        script, "fetch_fashion_mnist", lambda: digits_as_clothes(side=8)
    )
    return script


def test_noise_rates_have_a_row_for_each_estimate(rates, tmp_path, capsys):
    arguments = ["--quick", "--out", str(tmp_path), "--tables", "optdigits"]
    rates.main(arguments)
    rows = read_rows(tmp_path / "noise_rates.csv")
    assert [row["method"] for row in rows] == 2 * list(rates.METHODS)
    first = next(row for row in rows if row["method"] == "likelihood")
    assert abs(float(first["error"])) < 0.05
    text = (tmp_path / "noise_rates.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == text
    assert f"| `likelihood` | {100 * float(first['error']):+.1f} |" in text
    rates.main([*arguments, "--only-tables"])
    assert read_rows(tmp_path / "noise_rates.csv") == rows


def test_noise_rates_are_held_against_the_realized_share(rates):
    runner = rates.Runner(n_trees=5)
    job = {"table": "letter", "size": "400", "rate": 0.3, "seed": 0}
    row = runner.run(**job, method="counts")
    y, labels = runner.data[1], runner.data[0]["labels"]
    assert (labels == SymmetricNoise(0.3, random_state=0).fit(None, y).corrupt(y)).all()
    transition = rates.estimate_transition("counts", **runner.data[0])
    estimate = rates.noise_rate(np.bincount(labels), transition)
    assert row["error"] == pytest.approx(estimate - np.mean(labels != y), abs=1e-4)


@pytest.mark.filterwarnings("ignore:No sample is predicted:UserWarning")
def test_matrices_have_a_row_for_each_estimate_and_noise(matrices, tmp_path):
    matrices.main(["--quick", "--out", str(tmp_path)])
    rows = read_rows(tmp_path / "transition_matrices.csv")
    methods = [matrices.DRAWN, *matrices.METHODS]
    assert [row["method"] for row in rows] == len(matrices.NOISES) * methods
    text = (tmp_path / "transition_matrices.md").read_text(encoding="utf-8")
    value = float(rows[0]["mean_absolute"])
    assert f"| {matrices.DRAWN} | {value:.4f} ({value:.4f}) |" in text
    assert "- `likelihood` on T0.5:" in text


def test_gold_is_told_a_hundred_labels_and_nobody_else_any(matrices):
    runner = matrices.Runner()
    facts, _, _ = runner.prepare("300", 1, "T0.5", 0)
    assert facts["trusted"].sum() == 100
    told = []
    matrices.METHODS["spy"] = (lambda labels, pred_probs: told.append(labels), {}, None)
    runner.estimate("spy", facts)
    assert (told[0] != facts["true_labels"]).mean() > 0.3
