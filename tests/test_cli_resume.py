"""A comparison that was interrupted: what is done is there, and isn't done again."""

import csv

import numpy as np
import pandas as pd
import pytest

import sknoisy._cli._folds as folds
from sknoisy._cli import main

METHODS = "logistic,forest"
FITS = "out/comparison-fits.jsonl"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    y = rng.choice(["a", "b"], 90)
    pd.DataFrame({"x": rng.normal(size=90) + (y == "b"), "y": y}).to_csv("d.csv")
    return tmp_path


def compare(*options, methods=METHODS, out="out"):
    arguments = ["compare", "d.csv", "--label", "y", "--folds", "3", "--out", out]
    return main([*arguments, "--methods", methods, *options])


def scores(out="out"):
    with open(f"{out}/comparison.csv", newline="", encoding="utf-8") as file:
        return {row["method"]: row["noisy_mean"] for row in csv.DictReader(file)}


def interrupt_after(n, monkeypatch):
    """Let the n-th fit from now on be the last; return the fits that were begun."""
    run, begun = folds._run_fold, []

    def interrupted(*arguments):
        if len(begun) == n:
            raise KeyboardInterrupt
        begun.append(arguments)
        return run(*arguments)

    monkeypatch.setattr(folds, "_run_fold", interrupted)
    return begun


def test_resumed_work_ends_like_work_that_was_never_interrupted(
    folder, monkeypatch, capsys
):
    assert compare(out="whole") == 0
    with monkeypatch.context() as patch:
        interrupt_after(4, patch)
        assert compare() == 130
    assert "4 fits are kept in out/comparison-fits.jsonl" in capsys.readouterr().err
    assert list(scores()) == ["logistic"]  # the method that was through
    begun = interrupt_after(99, monkeypatch)
    assert compare("--resume") == 0
    assert len(begun) == 2
    assert scores() == scores("whole")
    assert "resumed: 4 of 6 fits were done before" in capsys.readouterr().out
    assert compare("--resume") == 0
    assert len(begun) == 2  # nothing was left
    assert scores() == scores("whole")


@pytest.mark.parametrize(
    "options",
    [
        ["--seed", "1"],
        ["--folds", "4"],
        ["--scoring", "balanced_accuracy"],
        ["--noise", "pair:0.2"],
    ],
)
def test_what_was_done_otherwise_is_done_again(options, folder, monkeypatch):
    assert compare(methods="logistic") == 0
    begun = interrupt_after(99, monkeypatch)
    assert compare("--resume", *options, methods="logistic") == 0
    assert len(begun) == (4 if "--folds" in options else 3)


def test_other_data_are_done_again_and_without_resume_so_is_all(folder, monkeypatch):
    assert compare(methods="logistic") == 0
    begun = interrupt_after(99, monkeypatch)
    assert compare(methods="logistic") == 0
    assert len(begun) == 3
    frame = pd.read_csv("d.csv")
    frame["x"] *= -2
    frame.to_csv("d.csv", index=False)
    assert compare("--resume", methods="logistic") == 0
    assert len(begun) == 6


def test_another_method_is_added_and_a_cut_line_is_no_matter(folder, monkeypatch):
    assert compare(methods="logistic") == 0
    with open(FITS, "a", encoding="utf-8") as file:
        file.write('{"key": "cut o')
    begun = interrupt_after(99, monkeypatch)
    assert compare("--resume") == 0
    assert len(begun) == 3
    assert set(scores()) == {"logistic", "forest"}
