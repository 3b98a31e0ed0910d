"""A search that was interrupted goes on, and ends with the same scores, bit by bit."""

import time

import numpy as np
import pandas as pd
import pytest
from checkpoint_helpers import is_killed_after
from lockstep_helpers import CV, may_train_alone, network, pipeline
from numpy.testing import assert_array_equal
from search_helpers import search_and_save
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import fbeta_score, make_scorer

from sknoisy import BatchedGridSearchCV
from sknoisy._engine import fits
from sknoisy.exceptions import VersionWarning
from sknoisy.model_selection import _rehearsal

pytest.importorskip("safetensors")

GRIDS = {
    "together": (network(), {"loss": ["ce", "gce", "mae"], "lr": [0.01, 0.1]}),
    "shapes": (network(), {"batch_size": [32, 64], "module__hidden": [4, 8]}),
    "partly alone": (network(), [{"loss": ["ce", "mae"]}, {"method": ["elr"]}]),
    "pipeline": (pipeline(), {"net": [network(), LogisticRegression()]}),
    "alone": (LogisticRegression(), {"C": [0.1, 1.0]}),
}


class Killed(BaseException):
    """As if the process had gone."""


@pytest.fixture
def few_at_once(monkeypatch):
    monkeypatch.setitem(fits.AT_ONCE, "cpu", 4)


@pytest.fixture
def killed_at(monkeypatch):
    """Return a context in which the n-th call of a function is the last."""

    def at(n, owner, name):
        context, real, calls = pytest.MonkeyPatch.context(), getattr(owner, name), []

        def counted(*arguments, **more):
            if len(calls) == n:
                raise Killed
            calls.append(arguments)
            return real(*arguments, **more)

        class Context:
            def __enter__(self):
                self.patch = context.__enter__()
                self.patch.setattr(owner, name, counted)
                return calls

            def __exit__(self, kind, *rest):
                context.__exit__(kind, *rest)
                return kind is Killed

        return Context()

    return at


def search(name, folder, **options):
    return BatchedGridSearchCV(*GRIDS[name], cv=CV, checkpoint=folder, **options)


def check_same(one, other, X):
    for key, values in other.cv_results_.items():
        if "score" in key and "time" not in key:
            assert_array_equal(one.cv_results_[key], values)
            assert one.cv_results_[key].dtype == values.dtype
    assert one.best_params_.keys() == other.best_params_.keys()
    assert one.best_index_ == other.best_index_
    assert_array_equal(one.predict_proba(X), other.predict_proba(X))
    assert vars(one).keys() == vars(other).keys()


def test_networks_are_lost_in_no_other_batch_than_the_one_under_way(
    table, tmp_path, few_at_once, killed_at
):
    whole = search("together", None).fit(*table)
    with killed_at(3, fits, "_train_trainees") as trained:
        search("together", tmp_path).fit(*table)
    assert len(trained) == 3
    assert len(list(tmp_path.glob("batch-*"))) == 3
    with killed_at(99, fits, "_train_trainees") as trained:
        found = search("together", tmp_path).fit(*table)
    assert len(trained) == 3  # of six
    check_same(found, whole, table[0])
    assert {p.name for p in tmp_path.iterdir()} == {"search.json", "scores.jsonl"}


@may_train_alone
@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("n", [1, 6])
def test_scores_are_kept_one_by_one(name, n, table, tmp_path, few_at_once, killed_at):
    options = {"scoring": ["accuracy", "neg_log_loss"], "return_train_score": True}
    options["refit"] = "accuracy"
    whole = search(name, None, **options).fit(*table)
    with killed_at(n, _rehearsal.Cell, "result"):
        search(name, tmp_path, **options).fit(*table)
    lines = (tmp_path / "scores.jsonl").read_text().splitlines()
    assert len(lines) == n
    with killed_at(999, _rehearsal, "_fit_alone") as alone:
        found = search(name, tmp_path, **options).fit(*table)
    check_same(found, whole, table[0])
    n_cells = 4 * len(whole.cv_results_["params"])
    assert len(alone) <= n_cells - n


@may_train_alone
def test_a_search_that_is_over_fits_the_best_one_only(table, tmp_path, killed_at):
    first = search("partly alone", tmp_path).fit(*table)
    with (
        killed_at(0, fits, "prepare_fits"),
        killed_at(0, _rehearsal, "_fit_alone"),
    ):
        found = search("partly alone", tmp_path).fit(*table)
    check_same(found, first, table[0])
    assert_array_equal(
        found.cv_results_["mean_fit_time"], first.cv_results_["mean_fit_time"]
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"estimator": network(lr=0.3)}, "estimator was .*, now .*'lr': 0.3"),
        ({"param_grid": {"loss": ["ce"]}}, "param_grid was"),
        ({"scoring": "f1_macro"}, "scoring was 'None', now"),
        ({"scoring": make_scorer(fbeta_score, beta=2, average="macro")}, "beta=2"),
        ({"return_train_score": True}, "return_train_score was 'False', now 'True'"),
        ({"cv": 3}, "cv was"),
        ("X", ": X was"),
        ("y", "; y was"),
        ("weight", "sample_weight of fit was None, now"),
    ],
)
def test_another_search_is_refused_and_what_differs_is_named(
    change, message, table, tmp_path
):
    X, y = table
    search("together", tmp_path, refit=False).fit(X, y)
    before = (tmp_path / "scores.jsonl").read_bytes()
    other, params = search("together", tmp_path, refit=False), {}
    if change == "X":
        X = X + 1e-3
    elif change == "y":
        y = np.roll(y, 1)
    elif change == "weight":
        params["sample_weight"] = np.ones(len(y))
    else:
        other.set_params(**change)
    with pytest.raises(ValueError, match=f"holds another search(.*)({message})"):
        other.fit(X, y, **params)
    assert (tmp_path / "scores.jsonl").read_bytes() == before


def test_frames_and_what_does_not_change_scores(table, tmp_path):
    X = pd.DataFrame(table[0], columns=[f"c{i}" for i in range(table[0].shape[1])])
    first = search("together", tmp_path).fit(X, table[1])
    options = {"n_jobs": 2, "refit": False, "error_score": "raise"}
    again = search("together", tmp_path, **options).fit(X, table[1])
    assert again.best_score_ == first.best_score_
    X.iloc[3, 1] += 1
    with pytest.raises(ValueError, match="X was"):
        search("together", tmp_path).fit(X, table[1])


def test_files_that_were_cut_or_are_no_ones_are_done_again(
    table, tmp_path, few_at_once, killed_at
):
    whole = search("together", None).fit(*table)
    with killed_at(3, fits, "_train_trainees"):
        search("together", tmp_path).fit(*table)
    path = tmp_path / "batch-0.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    (tmp_path / "batch-1.safetensors").write_bytes(
        (tmp_path / "batch-2.safetensors").read_bytes()
    )
    (tmp_path / "scores.jsonl").write_text('{"place": 0, "calls": [["sc')
    with killed_at(99, fits, "_train_trainees") as trained:
        check_same(search("together", tmp_path).fit(*table), whole, table[0])
    assert len(trained) == 5
    with killed_at(0, _rehearsal, "_fit_alone"):
        check_same(search("together", tmp_path).fit(*table), whole, table[0])
    (tmp_path / "search.json").write_text("{")
    with pytest.raises(ValueError, match="isn't what a search of sknoisy has written"):
        search("together", tmp_path).fit(*table)


@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
def test_fits_that_fail_are_tried_again(table, tmp_path):
    grid = {"lr": [0.01, 1e30]}
    for _ in range(2):
        found = BatchedGridSearchCV(
            network(loss="ce"), grid, cv=CV, checkpoint=tmp_path
        )
        with pytest.warns(FitFailedWarning, match="diverged"):
            found.fit(*table)
        assert np.isnan(found.cv_results_["mean_test_score"]).tolist() == [0, 1]
        assert len((tmp_path / "scores.jsonl").read_text().splitlines()) == 4


@may_train_alone
def test_other_versions_are_told(table, tmp_path, monkeypatch):
    from sknoisy import _versions

    search("alone", tmp_path).fit(*table)
    other = _versions.versions_now() | {"torch": "1.0.0"}
    monkeypatch.setattr(_versions, "versions_now", lambda: other)
    with pytest.warns(VersionWarning, match=r"The search in .*torch 2"):
        search("alone", tmp_path).fit(*table)


@pytest.mark.slow
def test_a_process_that_is_killed_goes_on(tmp_path):
    whole, parts = tmp_path / "whole.npz", tmp_path / "parts.npz"

    def run(folder, out, seconds):
        return is_killed_after(seconds, search_and_save, folder, out)

    run(None, whole, 600)  # warms up
    start = time.perf_counter()
    assert not run(None, whole, 600)
    seconds = time.perf_counter() - start
    rng = np.random.default_rng(0)
    folder = tmp_path / "search"
    kills = [run(folder, parts, rng.uniform(0.4, 0.7) * seconds) for _ in range(3)]
    assert any(kills)
    assert not run(folder, parts, 600)
    for name in ("scores", "proba"):
        assert_array_equal(np.load(parts)[name], np.load(whole)[name])
