"""The benchmark of choosing runs, and tells what its scorers chose."""

import numpy as np
import pytest
from benchmark_helpers import read_rows
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import Bunch


@pytest.fixture
def choosing(load_benchmark, monkeypatch):
    """The benchmark, on four classes that are apart, with two candidates."""
    script = load_benchmark("choosing")
    rng = np.random.default_rng(0)
    y = rng.integers(4, size=900)
    X = 4 * np.eye(4)[y] + rng.normal(size=(900, 4))
    monkeypatch.setattr(
        script, "fetch_keel", lambda name: Bunch(X=X, y=np.array(list("abcd"))[y])
    )
    return script


def two_candidates(seed):
    return {
        "follows noise": KNeighborsClassifier(1),
        "smooth": KNeighborsClassifier(40),
    }


@pytest.mark.slow
def test_every_scorer_has_a_row_for_each_noise(choosing, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(choosing, "make_candidates", two_candidates)
    arguments = ["--quick", "--tables", "segment", "--out", str(tmp_path)]
    choosing.main(arguments)
    rows = read_rows(tmp_path / "choosing.csv")
    scorers = [*choosing.SCORERS, choosing.CHOICE, choosing.CLEAN]
    assert [row["scorer"] for row in rows] == len(choosing.NOISES) * scorers
    text = (tmp_path / "choosing.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == text
    first = 100 * float(rows[0]["regret"])
    assert f"| noisy accuracy | {first:.2f} |" in text
    choosing.main([*arguments, "--only-tables"])
    assert read_rows(tmp_path / "choosing.csv") == rows


@pytest.fixture
def runner(choosing, monkeypatch):
    monkeypatch.setattr(choosing, "make_candidates", two_candidates)
    return choosing.Runner()


JOB = {"table": "segment", "n_train": "200", "noise": "symmetric", "seed": 0}


def test_what_is_picked_is_worth_what_clean_labels_of_other_samples_say(
    choosing, runner
):
    for scorer in choosing.SCORERS:
        row = runner.run(**JOB, rate=0.4, scorer=scorer)
        candidates, reached, _ = runner.cell
        place = list(candidates).index(row["picked"])
        assert row["accuracy"] == pytest.approx(reached[place], abs=1e-5)
        assert row["regret"] == pytest.approx(max(reached) - reached[place], abs=1e-5)
        assert row["is_best"] == (place == reached.argmax())
    plain = runner.run(**JOB, rate=0.4, scorer="noisy accuracy")
    assert (plain["picked"], plain["regret"]) == ("smooth", 0)


def test_candidates_that_score_alike_share_what_they_are_worth(choosing, monkeypatch):
    monkeypatch.setitem(
        choosing.SCORERS, "blind", lambda known: lambda estimator, X, y: 1.0
    )
    monkeypatch.setattr(choosing, "make_candidates", two_candidates)
    runner = choosing.Runner()
    row = runner.run(**JOB, rate=0.4, scorer="blind")
    assert row["accuracy"] == pytest.approx(runner.cell[1].mean(), abs=1e-5)
    assert row["is_best"] == 0.5


def test_scorers_see_no_clean_label(choosing, runner, monkeypatch):
    told = []

    def spy(known):
        return lambda estimator, X, y: told.append((X, y)) or 0.0

    monkeypatch.setitem(choosing.SCORERS, "spy", spy)
    runner.run(**JOB, rate=0.6, scorer="spy")
    known = runner.cell[2]
    assert len(known["noisy"]) == choosing.N_VALIDATION
    assert 0.4 < np.mean(known["noisy"] != known["clean"]) < 0.75
    for X, y in told:
        assert X is known["X"] and y is known["noisy"]


@pytest.mark.parametrize("kind", ["pair", "class map", "sparse", "instance", "margin"])
def test_every_noise_can_be_made_for_any_number_of_classes(choosing, kind):
    rng = np.random.default_rng(0)
    for n_classes in (3, 4):
        y = np.arange(90) % n_classes
        X = rng.normal(size=(90, 3)) + y[:, None]
        noise = choosing.make_noise(kind, choosing.NOISES[kind][-1], n_classes, 0)
        labels = noise.fit(X, y).corrupt(y, X)
        assert 0.05 < np.mean(labels != y) < 0.7
        assert noise.transition_matrix_.shape == (n_classes, n_classes)


def test_prior_ratio_finds_a_class_whose_labels_are_mostly_wrong(choosing):
    X, y = np.repeat([[0.0], [1.0]], 100, axis=0), np.repeat([0, 1], 100)
    noisy = np.where((y == 0) & (np.arange(200) % 10 < 7), 1, y)
    tree = DecisionTreeClassifier(max_depth=1).fit(X, noisy)
    assert (tree.predict(X) == 1).all()
    assert (choosing.PriorRatio(tree).fit(X, noisy).predict(X) == y).all()


def test_all_candidates_can_be_trained(choosing):
    X = np.random.default_rng(0).normal(size=(200, 4))
    for candidate in choosing.make_candidates(0).values():
        proba = candidate.fit(X, np.arange(200) % 3).predict_proba(X)
        assert proba.shape == (200, 3)
