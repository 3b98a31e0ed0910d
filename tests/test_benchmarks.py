"""What benchmarks share, and those of speed, losses, tables and cleaning, run."""

from pathlib import Path

import numpy as np
import pytest
from benchmark_helpers import FOLDER, digits_as_clothes, needs_data, read_rows
from lockstep_helpers import may_train_alone
from sklearn.utils import Bunch


@pytest.fixture
def losses(load_benchmark, monkeypatch):
    """The losses' benchmark on images made of digits."""
    script = load_benchmark("losses_fashion_mnist")
    monkeypatch.setattr(script, "fetch_fashion_mnist", digits_as_clothes)
    return script


@pytest.fixture
def tables(load_benchmark, monkeypatch):
    """The tables' benchmark on a small table of each kind."""
    pytest.importorskip("cleanlab")
    script = load_benchmark("tables")

    def fetch(name):
        rng = np.random.default_rng(0)
        y = rng.integers(2 if name == "mushroom" else 3, size=400)
        codes = rng.integers(3, size=(400, 2))
        X = np.column_stack([y + rng.normal(scale=0.3, size=400), codes])
        return Bunch(X=X.astype(np.float32), y=y, categorical=np.array([1, 2]))

    monkeypatch.setattr(script, "fetch_keel", fetch)
    return script


# --- what they share ---


def test_functions_are_timed_in_turns_and_the_first_round_is_not_counted(
    load_benchmark,
):
    calls = []
    seconds = load_benchmark("_common").time_in_turns(
        {name: lambda name=name: calls.append(name) for name in "ab"}, rounds=2
    )
    assert "".join(calls) == "abbaab"
    assert {name: len(values) for name, values in seconds.items()} == {"a": 2, "b": 2}


def test_repeats_are_timed_as_one_and_divided_by_their_number(
    load_benchmark, monkeypatch
):
    common = load_benchmark("_common")
    monkeypatch.setattr(common.time, "process_time", iter([0.0, 6.0] * 2).__next__)
    seconds = common.time_in_turns({"a": lambda: None}, rounds=1, repeats=3)
    assert seconds["a"].tolist() == [2.0]


def test_ratio_is_taken_within_rounds(load_benchmark):
    ours, theirs = np.array([1.0, 40.0, 3.0]), np.array([1.0, 20.0, 1.0])
    assert load_benchmark("_common").paired_ratio(ours, theirs)[0] == 2.0


def test_rows_survive_a_stop(load_benchmark, tmp_path):
    common, ran = load_benchmark("_common"), []

    def run(seed):
        if seed == 2:
            raise KeyboardInterrupt
        ran.append(seed)
        return {"accuracy": seed / 10}

    def rows():
        return common.Rows(tmp_path / "a.csv", keys=["seed"], values=["accuracy"])

    jobs = [{"seed": seed} for seed in range(3)]
    with pytest.raises(KeyboardInterrupt):
        common.run_missing(jobs, rows(), run)
    common.run_missing(jobs[:2], rows(), run)
    assert ran == [0, 1]
    assert rows().select(seed=1) == [{"seed": "1", "accuracy": "0.1"}]


def test_rows_of_another_benchmark_are_left_alone(load_benchmark, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("something,else\n1,2\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="move it away"):
        load_benchmark("_common").Rows(path, keys=["seed"], values=["accuracy"])


@pytest.mark.parametrize(
    "values, text", [([80.0], "80.0"), ([80.0, 82.0, 84.0], "82.0 ± 2.0")]
)
def test_mean_and_deviation_are_those_of_a_sample(load_benchmark, values, text):
    assert load_benchmark("_common").mean_and_deviation(values) == text


SCRIPTS = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_tells_its_options(load_benchmark, script, capsys):
    pytest.importorskip("cleanlab")
    with pytest.raises(SystemExit) as stop:
        load_benchmark(script).main(["--help"])
    assert stop.value.code == 0
    assert "--quick" in capsys.readouterr().out


# --- speed ---


@pytest.mark.slow
def test_speed_is_measured_and_held_against_every_bound(
    load_benchmark, tmp_path, capsys
):
    load_benchmark("speed_fit").main(["--quick", "--out", str(tmp_path)])
    text = (tmp_path / "speed_fit.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == text
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    assert len(lines) == 11
    assert all(line.endswith(("| pass |", "| **miss** |")) for line in lines)


def test_hand_written_loop_takes_our_steps(load_benchmark):
    script = load_benchmark("speed_fit")
    work = script.make_workloads(quick=True)[3]  # with dropout
    ours, by_hand = script.fit_ours(work).net_.module_[0], script.fit_by_hand(work)
    assert [p.shape for p in ours.parameters()] == [
        p.shape for p in by_hand.parameters()
    ]
    for mine, theirs in zip(ours.buffers(), by_hand.buffers(), strict=True):
        assert np.allclose(mine, theirs, rtol=1e-2)  # one divides by n, one by n - 1


@pytest.mark.slow
@may_train_alone  # LeNet does
def test_a_search_is_timed_and_both_ways_find_the_same(
    load_benchmark, tmp_path, capsys
):
    load_benchmark("speed_search").main(["--quick", "--out", str(tmp_path)])
    text = (tmp_path / "speed_search.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == text
    lines = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    speed, scores = lines[2:10], lines[12:]
    assert all(line[-1] in ("pass |", "**miss** |") for line in speed)
    assert len(scores) == 16
    for _, _, together, one_by_one, _ in scores:
        assert abs(float(together) - float(one_by_one)) < 1


def test_skorch_is_given_our_network(load_benchmark):
    script = load_benchmark("speed_search")
    work = script.make_workloads(quick=True)[3]  # with dropout
    by_hand = script.ByHand(work.hidden, work.dropout)
    ours = script.NoisyLabelClassifier(max_epochs=1, **work.module)
    ours.fit(*script.make_data(quick=True))
    assert [p.shape for p in ours.net_.module_.parameters()] == [
        p.shape for p in by_hand.parameters()
    ]


# --- losses ---


def test_losses_make_rows_once_and_tables_each_time(losses, tmp_path):
    arguments = ["--quick", "--out", str(tmp_path), "--noises", "symmetric 20 %"]
    losses.main(arguments)
    path = tmp_path / "losses_fashion_mnist_mlp.csv"
    rows = read_rows(path)
    assert [(row["schedule"], row["loss"]) for row in rows] == [
        ("constant", "ce"),
        ("constant", "gce"),
        ("annealed", "ce"),
        ("annealed", "gce"),
    ]
    losses.main([*arguments, "--losses", "ce", "--only-tables"])
    assert read_rows(path) == rows
    text = path.with_suffix(".md").read_text(encoding="utf-8")
    assert f"{100 * float(rows[0]['last']):.1f}" in text


def test_selected_network_is_that_of_the_best_noisy_validation_epoch(losses):
    settings = {"train_size": 600, "test_size": 500, "pool": 1}
    runner = losses.Runner(losses.fetch_fashion_mnist(), "mlp", settings)
    job = {"loss": "ce", "noise": "symmetric 50 %", "schedule": "constant", "seed": 0}
    long = runner.run(**job, epochs=12, lr=1e-2)
    assert long["selected_epoch"] < 12 and long["selected"] > long["last"]
    # a constant rate doesn't know how many epochs follow: stop there and compare
    short = runner.run(**job, epochs=long["selected_epoch"], lr=1e-2)
    assert short["last"] == short["selected"] == long["selected"]


def test_divergence_is_a_row_of_its_own(losses, tmp_path):
    losses.main(
        f"--quick --out {tmp_path} --losses ce --schedules constant --lr 1e30".split()
    )
    path = tmp_path / "losses_fashion_mnist_mlp.csv"
    assert {row["last"] for row in read_rows(path)} == {""}
    assert "(1 diverged)" in path.with_suffix(".md").read_text(encoding="utf-8")


def test_asymmetric_noise_is_what_the_header_says(losses):
    y = np.repeat(np.arange(10), 1000)
    noise = losses.NOISES["asymmetric 40 %"](0).fit(None, y)
    moved = noise.transition_matrix_ - np.diag(noise.transition_matrix_.diagonal())
    found = {(int(i), int(j)): moved[i, j] for i, j in np.argwhere(moved)}
    wanted = [(9, 7), (7, 5), (2, 6), (4, 3), (3, 4)]
    assert found == pytest.approx(dict.fromkeys(wanted, 0.4))


def test_lenet_takes_shrunken_images(losses, tmp_path):
    losses.main(
        f"--quick --network lenet --out {tmp_path} --losses ce"
        " --schedules annealed --pool 4".split()
    )
    assert len(read_rows(tmp_path / "losses_fashion_mnist_lenet.csv")) == 4


def test_shrunken_images_hold_the_means_of_squares(losses):
    image = np.arange(16, dtype=np.uint8).reshape(1, 4, 4)
    assert np.allclose(
        losses.pooled(image, 2)[0] * 255, [[2.5, 4.5], [10.5, 12.5]], rtol=1e-6
    )


@needs_data
def test_losses_run_on_the_real_images(load_benchmark, tmp_path):
    load_benchmark("losses_fashion_mnist").main(
        f"--quick --out {tmp_path} --losses ce --schedules annealed".split()
    )
    assert len(read_rows(tmp_path / "losses_fashion_mnist_mlp.csv")) == 4


# --- tables ---


@pytest.mark.slow
def test_every_method_runs_on_a_table_with_categories(tables, tmp_path):
    arguments = ["--quick", "--tables", "mushroom", "--noises", "pair 35 %"]
    tables.main([*arguments, "--out", str(tmp_path)])
    rows = read_rows(tmp_path / "tables.csv")
    assert [row["method"] for row in rows] == list(tables.METHODS)
    assert min(float(row["accuracy"]) for row in rows) > 0.5


def test_ours_is_compared_with_the_best_plain_classifier_of_each_cell(
    tables, load_benchmark
):
    columns = {"keys": tables.KEYS, "values": tables.VALUES}
    rows = load_benchmark("_common").Rows(Path("nowhere.csv"), **columns)
    accuracy = {
        "letter": {tables.OURS: 0.9, "RandomForest": 0.8, "MLPClassifier": 0.7},
        "segment": {tables.OURS: 0.7, "RandomForest": 0.8, "MLPClassifier": 0.6},
    }
    rows.rows = [
        {
            "table": table,
            "size": "all",
            "noise": "pair 35 %",
            "seed": "0",
            "method": method,
            "accuracy": str(value),
        }
        for table, values in accuracy.items()
        for method, value in values.items()
    ]
    text, leads = tables.accuracy_table(rows, list(accuracy["letter"]), "all")
    assert "| letter | pair 35 % | 90.0 | **80.0** | 70.0 | +10.0 |" in text
    assert "at or above the best plain classifier in 1 of 2 cells" in tables.verdict(
        leads
    )
    assert tables.verdict(leads).endswith("it is below on segment with pair 35 %.")


def test_two_classes_flip_one_way_under_pair_noise(tables):
    y = np.repeat([0, 1], 50)
    matrix = tables.pair(2, seed=0).fit(None, y).transition_matrix_
    assert np.allclose(matrix, [[1, 0], [0.3, 0.7]])


@needs_data
def test_tables_run_on_a_real_table(load_benchmark, tmp_path):
    pytest.importorskip("cleanlab")
    load_benchmark("tables").main(
        f"--quick --out {tmp_path} --tables mushroom --methods"
        " LogisticRegression HistGradientBoosting".split()
    )
    assert len(read_rows(tmp_path / "tables.csv")) == 4


# --- cleaning ---


@pytest.mark.slow
def test_cleaning_is_compared_over_every_classifier(tables, load_benchmark, tmp_path):
    script = load_benchmark("cleaning_tables")
    arguments = ["--quick", "--tables", "segment", "--noises", "symmetric 40 %"]
    script.main([*arguments, "--out", str(tmp_path)])
    rows = read_rows(tmp_path / "cleaning_tables.csv")
    assert [row["method"] for row in rows] == list(script.METHODS)
    assert min(float(row["accuracy"]) for row in rows) > 0.5
    text = (tmp_path / "cleaning_tables.md").read_text(encoding="utf-8")
    for row in rows:
        assert f"{100 * float(row['accuracy']):.1f}" in text


def test_a_cell_that_is_lower_by_more_than_its_deviation_is_told(
    tables, load_benchmark
):
    script = load_benchmark("cleaning_tables")
    rows = load_benchmark("_common").Rows(
        Path("nowhere.csv"), keys=tables.KEYS, values=tables.VALUES
    )
    accuracy = {
        "letter": {
            "{}": 0.7,
            "CleanLearning({})": 0.9,
            "CleanLabelClassifier({})": 0.8,
        },
        "segment": {
            "{}": 0.7,
            "CleanLearning({})": 0.8,
            "CleanLabelClassifier({})": 0.9,
        },
    }
    rows.rows = [
        {
            "table": table,
            "size": "all",
            "noise": "pair 35 %",
            "seed": str(seed),
            "method": way.format("RandomForest"),
            "accuracy": str(value + 0.01 * seed),
        }
        for table, values in accuracy.items()
        for way, value in values.items()
        for seed in range(3)
    ]
    _, lines, _, behind = script.comparison(rows, "RandomForest", "all")
    assert [line[-1] for line in lines] == ["-10.0", "+10.0"]
    assert behind == ["letter with pair 35 %"]


# --- calibration ---


@pytest.mark.slow
def test_calibration_is_compared_in_every_way(tables, load_benchmark, tmp_path):
    script = load_benchmark("calibration")
    arguments = ["--quick", "--tables", "segment", "--noises", "pair 35 %"]
    arguments += ["--classifiers", "LogisticRegression", "HistGradientBoosting"]
    script.main([*arguments, "--out", str(tmp_path)])
    script.main([*arguments, "--out", str(tmp_path), "--only-tables"])
    rows = read_rows(tmp_path / "calibration.csv")
    ways = [row["way"] for row in rows if row["classifier"] == "LogisticRegression"]
    assert sorted(ways) == sorted(script.ALL_WAYS)
    assert len(rows) == 2 * len(ways) - 1  # boosting isn't cleaned as well
    text = (tmp_path / "calibration.md").read_text(encoding="utf-8")
    assert "## HistGradientBoosting: log loss" in text
    assert "at most half of scikit-learn's default in" in text


def test_the_calibration_error_is_the_mean_gap_of_confidence_and_accuracy(
    load_benchmark,
):
    error = load_benchmark("calibration").calibration_error
    probs = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.4, 0.6]])
    assert error(probs, np.array([0, 1, 1, 1])) == pytest.approx((0.4 + 0.4) / 2)


def test_resampling_goes_both_ways_round(load_benchmark, monkeypatch, tmp_path):
    pytest.importorskip("imblearn")
    script = load_benchmark("resampling")
    y = np.arange(900) % 26
    X = np.random.default_rng(0).normal(size=(900, 4)) + 2 * (y < 3)[:, None]
    monkeypatch.setattr(script, "fetch_keel", lambda name: Bunch(X=X, y=y))
    ways = ["SMOTE", "cleaned → under", "edited → SMOTE"]
    script.main(
        ["--quick", "--noises", "both ways 10 %", "--out", str(tmp_path)]
        + ["--ways", *ways]
    )
    rows = {row["way"]: row for row in read_rows(tmp_path / "resampling.csv")}
    assert list(rows) == ways
    for row in rows.values():  # balanced, whichever way
        assert int(row["rare_rows"]) * 2 == int(row["rows"])
        assert float(row["forest_average_precision"]) > 0.6
    assert int(rows["SMOTE"]["rows"]) > 200 > int(rows["cleaned → under"]["rows"])
