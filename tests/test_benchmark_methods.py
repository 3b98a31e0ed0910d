"""The benchmark of all methods runs on every kind of data, and keeps its rows."""

import numpy as np
import pytest
from benchmark_helpers import digits_as_clothes, read_rows
from sklearn.datasets import load_digits
from sklearn.utils import Bunch


@pytest.fixture
def methods(load_benchmark, monkeypatch):
    """The benchmark on digits instead of clothes and features, and on few words."""
    script = load_benchmark("methods")
    X, y = load_digits(return_X_y=True)
    spoilt = np.where(np.arange(len(y)) % 4, y, (y + 1) % 10)
    features = Bunch(
        X_train=X.astype(np.float32),
        y_train_true=y,
        human_worse=spoilt,
        human_random1=spoilt,
        X_test=X[900:].astype(np.float32),
        y_test=y[900:],
    )
    words = np.array(["sport goal", "market price", "vote party"])[y % 3]
    texts = Bunch(
        text_train=words,
        y_train_noisy=spoilt % 3,
        y_train_true=y % 3,
        text_test=words[900:],
        y_test=y[900:] % 3,
    )
    monkeypatch.setattr(script, "fetch_fashion_mnist", digits_as_clothes)
    monkeypatch.setattr(script, "fetch_cifar10n_features", lambda: features)
    monkeypatch.setattr(script, "fetch_hausa_topics", lambda: texts)
    return script


def test_methods_run_on_every_kind_of_data_and_rows_survive(methods, tmp_path, capsys):
    arguments = ["--quick", "--out", str(tmp_path)]
    few = [methods.CLEAN, "ce", "elr", "CoTeachingClassifier('co_teaching')"]
    labels = ["instance 35 %", "CIFAR-10N worse", "Hausa"]
    arguments += ["--labels", *labels, "--methods", *few]
    methods.main(arguments)
    rows = read_rows(tmp_path / "methods.csv")
    assert [(row["labels"], row["method"]) for row in rows] == [
        (one, method) for one in labels for method in few
    ]
    assert {row["wrong"] for row in rows if row["labels"] == labels[1]} == {"0.25"}
    methods.main(arguments)
    assert read_rows(tmp_path / "methods.csv") == rows
    text = capsys.readouterr().out
    for row in rows:
        assert f"{100 * float(row['accuracy']):.1f}" in text


def test_the_gap_between_given_and_clean_labels_is_told(methods):
    accuracy = {"ce": "0.6", methods.CLEAN: "0.8", "elr": "0.7"}

    def select(method, **cell):
        return [{"accuracy": accuracy[method]}] if method in accuracy else []

    rows = Bunch(select=select)
    assert list(methods.closed_gap(rows, "all"))[0] == (
        "- CIFAR-10N worse: 60.0 to 80.0; `elr` 50%, `ce` 0%."
    )


def test_every_method_can_be_made_anew(methods):
    for name in methods.METHODS:
        clf = methods.made(name, False, 3)
        assert clf is not methods.made(name, False, 3)
        assert clf.get_params().get("random_state", 3) == 3
