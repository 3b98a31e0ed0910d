"""The benchmark of annotators runs, and writes its table."""

import numpy as np
import pytest
from sklearn.utils import Bunch

from sknoisy.annotators import majority_vote
from sknoisy.noise import AnnotatorNoise


def test_the_benchmark_runs_and_writes_its_table(load_benchmark, monkeypatch, tmp_path):
    script = load_benchmark("annotators_labelme")
    rng = np.random.default_rng(0)
    y = np.arange(160) % 8
    X = np.eye(8)[y] + rng.normal(scale=0.3, size=(160, 8))
    votes = AnnotatorNoise([0.2] * 5, missing_rate=0.5, random_state=0).fit_corrupt(y)
    data = Bunch(X_train=X, y_train_true=y, votes=votes, X_test=X, y_test=y)
    monkeypatch.setattr(script, "fetch_labelme_votes", lambda: data)
    script.main(["--quick", "--out", str(tmp_path)])
    text = (tmp_path / "annotators_labelme.md").read_text(encoding="utf-8")
    assert "| majority vote |" in text and "| one-coin |" in text
    assert "5 people cast" in text


def test_the_benchmark_of_crowds_runs(load_benchmark, tmp_path):
    script = load_benchmark("annotators_crowds")
    script.main(["--quick", "--out", str(tmp_path)])
    text = (tmp_path / "annotators_crowds.md").read_text(encoding="utf-8")
    assert "| small |" in text and "dawid_skene (default)" in text
    for name, (n, m, _, c, _, _) in script.CROWDS.items():
        votes, y, told = script.make_crowd(name, 0)
        if told is not None:  # who knows all is ahead of who knows nothing
            by_most = majority_vote(votes).labels
            assert (told == y).mean() >= (by_most == y).mean()
        assert (len(votes), votes.n_classes, len(y)) == (n, c, n)
        assert votes.n_annotators <= m


@pytest.mark.slow
def test_the_benchmark_of_asking_again_runs(load_benchmark, tmp_path):
    load_benchmark("annotators_loop").main(["--quick", "--out", str(tmp_path)])
    text = (tmp_path / "annotators_loop.md").read_text(encoding="utf-8")
    assert "| two classes | gain |" in text


def test_the_benchmark_of_few_labels_runs(load_benchmark, tmp_path):
    load_benchmark("few_labels").main(["--quick", "--out", str(tmp_path)])
    text = (tmp_path / "few_labels.md").read_text(encoding="utf-8")
    assert "| scikit-learn LabelSpreading |" in text and "30% of labels wrong" in text


@pytest.mark.slow
def test_the_benchmark_of_a_million_votes_runs(load_benchmark, tmp_path):
    load_benchmark("speed_votes").main(["--quick", "--out", str(tmp_path)])
    text = (tmp_path / "speed_votes.md").read_text(encoding="utf-8")
    assert "| dawid_skene |" in text and "1,000 votes by 10 people" in text
