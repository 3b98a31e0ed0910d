"""``sknoisy compare`` ends with one recommendation, and says why."""

import numpy as np
import pandas as pd
import pytest
from sklearn.utils import Bunch

from sknoisy._cli import main
from sknoisy._cli._methods import BASELINE, METHODS, choose_methods
from sknoisy._cli._recommendation import recommend


def found(scores, seconds=1.0, kind="clean"):
    """Return what folds gave."""
    times = np.full(len(scores), seconds)
    return Bunch(**{f"test_{kind}_score": np.array(scores)}, fit_cpu_time=times)


def test_a_clear_winner_is_recommended_whatever_it_costs():
    told = recommend(
        {"a": found([0.8, 0.8, 0.9], 0.1), "b": found([0.9, 0.9, 0.99], 50)}, "accuracy"
    )
    assert told.name == "b"
    assert str(told) == (
        "recommended: b, clean accuracy 0.930: the best; a, next, is 0.097 behind, more"
        " than a standard error over folds."
    )


def test_the_cheapest_of_those_as_good_is_recommended():
    told = recommend(
        {"a": found([0.8, 0.9, 0.7], 0.5), "b": found([0.9, 0.8, 0.73], 10)}, "accuracy"
    )
    assert told.name == "a"
    assert "b has 0.810, no more than a standard error over folds ahead" in told.why
    assert told.why.endswith("takes 20 times the CPU time.")


def test_who_is_behind_on_every_fold_by_as_much_is_not_as_good():
    told = recommend({"a": found([0.8, 0.9]), "b": found([0.79, 0.89], 0.1)}, "f1")
    assert told.name == "a"


def test_clean_scores_decide_and_noisy_ones_come_with_a_warning():
    a, b = found([0.9, 0.9], kind="noisy"), found([0.8, 0.8], kind="noisy")
    told = recommend({"a": a, "b": b}, "accuracy")
    assert "noisy accuracy 0.900" in told.why
    assert "a lead may mean that the mistake was learned" in told.why
    a["test_clean_score"], b["test_clean_score"] = np.array([[0.1, 0.1], [0.7, 0.7]])
    told = recommend({"a": a, "b": b}, "accuracy")
    assert told.name == "b"
    assert "mistake" not in told.why


def test_a_single_method_and_a_best_that_is_cheapest():
    assert "nothing else was compared" in recommend({"a": found([0.9, 0.8])}, "x").why
    some = {"a": found([0.9, 0.8], 1), "b": found([0.8, 0.9], 2)}
    assert recommend(some, "x").why.endswith("the best, and the cheapest of 2 as good.")


def test_auto_names_the_baseline(tmp_path, monkeypatch, capsys):
    assert list(choose_methods(None, auto=True)) == ["auto", "logistic", "boosting"]
    rng = np.random.default_rng(0)
    y = np.repeat(["no", "yes"], 40)
    X = rng.normal(size=(80, 3)) + 2 * (y == "yes")[:, None]
    monkeypatch.chdir(tmp_path)
    pd.DataFrame(X, columns=list("abc")).assign(y=y).to_csv("d.csv", index=False)
    monkeypatch.setattr("sknoisy._cli._methods.BASELINE", BASELINE[:2])
    monkeypatch.setattr("sknoisy.auto._families.TREES", 5)
    assert main(["compare", "d.csv", "--label", "y", "--auto", "--folds", "2"]) == 0
    out = capsys.readouterr().out
    assert "AutoNoisyClassifier()" in out
    assert out.splitlines()[-1].startswith("recommended: ")
    assert set(BASELINE) <= set(METHODS)


def test_auto_and_methods_contradict(capsys):
    assert main(["compare", "--auto", "--methods", "ce"]) == 2
    assert "--auto names the methods: leave out" in capsys.readouterr().err


@pytest.mark.parametrize("n_folds", [2, 5])
def test_without_a_difference_the_cheapest_wins(n_folds):
    some = {"a": found([0.8] * n_folds, 2), "b": found([0.8] * n_folds, 1)}
    assert recommend(some, "accuracy").name == "b"
