"""The benchmark of several networks runs, and its figure is what it says."""

import pytest
from benchmark_helpers import digits_as_clothes, read_rows


@pytest.fixture
def script(load_benchmark, monkeypatch):
    """The benchmark on digits instead of clothes."""
    script = load_benchmark("co_teaching")
    monkeypatch.setattr(
        script, "fetch_fashion_mnist", lambda: digits_as_clothes(side=8)
    )
    return script


def test_one_and_two_networks_run_and_rows_survive(script, tmp_path, capsys):
    methods = ["cross entropy", "co-teaching", "co-teaching, told the rate"]
    arguments = ["--quick", "--out", str(tmp_path), "--data", "Fashion-MNIST"]
    arguments += ["--noises", "symmetric 50 %", "--schedules", "constant"]
    arguments += ["--methods", *methods]
    script.main(arguments)
    rows = read_rows(tmp_path / "co_teaching.csv")
    assert [row["method"] for row in rows] == methods
    plain, _, told = rows
    assert plain["noise_rate"] == ""
    assert told["noise_rate"] == told["wrong"]
    script.main(arguments)
    assert read_rows(tmp_path / "co_teaching.csv") == rows
    text = capsys.readouterr().out
    for row in rows:
        assert f"{100 * float(row['last_ten']):.1f}" in text


def test_the_last_ten_epochs_are_scored_and_nothing_else(script):
    X, y, X_test, y_test = script.read("Fashion-MNIST", 300)
    watch = script.LastEpochs(X_test, y_test)
    clf = script.METHODS["cross entropy"](0.5)
    clf.set_params(max_epochs=12, callbacks=[("last", watch)], random_state=0)
    history = clf.fit(X, y).history_
    assert ["test_accuracy" in epoch for epoch in history] == [False] * 2 + [True] * 10
    assert history[-1, "test_accuracy"] == pytest.approx(clf.score(X_test, y_test))
