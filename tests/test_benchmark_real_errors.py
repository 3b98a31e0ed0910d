"""The benchmark of errors that people made runs, and scores what was judged."""

import numpy as np
import pytest
from benchmark_helpers import needs_data, read_rows
from sklearn.datasets import load_digits
from sklearn.utils import Bunch

pytest.importorskip("cleanlab")


@pytest.fixture
def script(load_benchmark):
    """The benchmark, imported as its own script would be."""
    return load_benchmark("real_errors")


@pytest.fixture
def on_digits(script, monkeypatch):
    """The benchmark on digits, every fifth of which is labelled one too high."""
    X, true = load_digits(return_X_y=True)
    X, true = X[:400].astype(np.float32), true[:400]
    y = np.where(np.arange(len(true)) % 5, true, (true + 1) % 10)
    people = Bunch(X_train=X, y_train_true=true, human_worse=y, human_random1=true)
    judged = Bunch(
        X=X.reshape(-1, 8, 8),
        y=y,
        pred_probs=np.full((400, 10), 0.02) + 0.8 * np.eye(10)[true],
        issue_id=np.array([35, 31, 10, 2, 350]),
        issue_is_error=np.array([True, False, True, False, True]),
    )
    monkeypatch.setattr(script, "fetch_cifar10n_features", lambda: people)
    monkeypatch.setattr(script, "fetch_label_errors", lambda name: judged)
    return script


def found(script, quality, flags=None):
    """Return the scores of six rows, of which 1, 3 and 4 were judged, 1 as wrong."""
    rows = Bunch(known=np.array([4, 1, 3]), wrong=np.array([False, True, False]))
    return script.scores(rows, quality, flags)


# --- scores ---


def test_only_judged_rows_count_among_the_judged(script):
    quality = np.array([0.0, 0.3, 0.1, 0.2, 0.5, 0.05])
    told = found(script, quality)
    assert told["average_precision"] == told["auroc"] == 0.5  # second of three
    assert told["precision"] == 0
    assert told["in_front"] == 0  # rows 0, 5 and 2, which nobody judged
    assert found(script, -quality)["in_front"] == 1  # rows 4, 1 and 3


def test_flags_of_unjudged_rows_are_neither_right_nor_wrong(script):
    flags = np.array([True, True, False, False, True, True])
    told = found(script, None, flags)
    assert [told[name] for name in script.FLAGGING] == [4, 1, 1]
    assert told["average_precision"] == ""


def test_judged_rows_stay_judged_in_a_part_of_the_data(on_digits):
    whole, part = (on_digits.read("mnist", size) for size in ("all", 300))
    assert len(whole.y) == 400 and len(part.y) == 300
    assert whole.known.tolist() == [35, 31, 10, 2, 350]
    for name in ("X", "y", "pred_probs"):
        assert np.array_equal(part[name][part.known], whole[name][whole.known])


# --- methods ---


def test_cleanlab_gives_the_same_on_the_same_probabilities(on_digits, tmp_path):
    on_digits.main(f"--data 20news --out {tmp_path}".split())
    rows = read_rows(tmp_path / "real_errors.csv")
    gaps = [float(row["gap"]) for row in rows if row["gap"]]
    assert len(gaps) == len(on_digits.SCORES) + len(on_digits.FILTERS)
    assert max(gaps) < 1e-12
    told = {row["method"]: row["average_precision"] for row in rows}
    assert told["self_confidence"] == told["cleanlab: self_confidence"] == "1.0"


def test_a_gap_to_cleanlab_is_told(script, monkeypatch):
    y, pred_probs = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9]])
    ours = script.judge("predicted_neq_given", y, pred_probs)[1]
    monkeypatch.setattr(script, "cleanlab_issues", lambda *args, **kwargs: ~ours)
    _, flags, gap = script.judge(script.THEIRS + "predicted_neq_given", y, pred_probs)
    assert np.array_equal(flags, ~ours) and gap == 3
    row = {"gap": "3", "flagged": str(flags.sum())}
    assert script.same_as({}, [row]).endswith("flags, 3 others")


def test_every_detector_of_the_library_takes_part(script):
    assert set(script.detectors.__all__) <= set(script.ON_FEATURES)


def test_fits_are_counted_and_trees_of_a_forest_are_not(script):
    X, y = load_digits(n_class=3, return_X_y=True)
    rows = Bunch(X=X[:90], y=y[:90], known=np.arange(90), wrong=np.arange(90) < 9)
    fits = {
        method: script.detect(rows, method, 0)["fits"]
        for method in ("NeighborConsensus", "ConfidentLearning", script.BY_REGRESSION)
    }
    both = "1 extra trees, 5 logistic regression"
    assert list(fits.values()) == ["none", both, "5 logistic regression"]
    assert not hasattr(script.LogisticRegression.fit, "counts")
    before = script.LogisticRegression.fit
    with script.counted_fits():
        assert script.LogisticRegression.fit is not before
    assert script.LogisticRegression.fit is before


def test_both_scores_of_cleanlab_are_charged_for_the_fits_they_share(on_digits):
    runner = on_digits.Runner()
    rows = [
        runner.run(data="worse", size=300, method=method, seed=0)
        for method in on_digits.OUT_OF_FOLD
    ]
    assert len(runner.kept) == 2  # the data, and probabilities
    assert rows[0]["cpu_seconds"] == rows[1]["cpu_seconds"]
    assert {row["fits"] for row in rows} == {"5 logistic regression"}
    assert min(row["average_precision"] for row in rows) > 0.6


# --- the script ---


def test_what_draws_nothing_runs_once_and_rows_survive(on_digits, tmp_path):
    methods = "NeighborConsensus IterativePartitioningFilter"
    arguments = f"--data worse --out {tmp_path} --methods {methods}".split()
    on_digits.main([*arguments, "--seeds", "0", "1"])
    rows = read_rows(tmp_path / "real_errors.csv")
    assert [(row["method"], row["seed"]) for row in rows] == [
        ("NeighborConsensus", "0"),
        ("IterativePartitioningFilter", "0"),
        ("IterativePartitioningFilter", "1"),
    ]
    on_digits.main([*arguments, "--only-tables"])
    assert read_rows(tmp_path / "real_errors.csv") == rows
    text = (tmp_path / "real_errors.md").read_text(encoding="utf-8")
    precision = 100 * float(rows[0]["average_precision"])
    assert f"| `NeighborConsensus` | {precision:.1f} |" in text
    assert text.index("`NeighborConsensus`") < text.index("`IterativePart")


@needs_data
def test_it_runs_on_the_real_data(script, tmp_path):
    methods = "normalized_margin both true_label_posterior NeighborConsensus"
    script.main(f"--quick --out {tmp_path} --methods {methods}".split())
    assert len(read_rows(tmp_path / "real_errors.csv")) == 9
