"""A network behind which each annotator has a confusion matrix."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from sknoisy.annotators import CrowdLayerClassifier, Votes
from sknoisy.noise import AnnotatorNoise
from sknoisy.objectives import CrowdLayer


def test_the_loss_is_that_of_a_loop_over_votes():
    rng = np.random.default_rng(0)
    confusion = torch.tensor(rng.dirichlet(np.ones(3), size=(4, 3)))
    people = torch.tensor([[0, 3], [2, -1], [1, 2]])
    said = torch.tensor([[1, 2], [0, -1], [2, 2]])
    layer = CrowdLayer(3, lambda: confusion, people, said, trace_weight=0.5)
    logits = torch.tensor(rng.normal(size=(2, 1, 3)))
    index = torch.tensor([0, 1])
    p = logits[:, 0].softmax(dim=-1).numpy()
    slow = 0.0
    for row, i in enumerate(index.tolist()):
        for j, label in zip(people[i].tolist(), said[i].tolist(), strict=True):
            if j >= 0:
                slow -= np.log(p[row] @ confusion[j, :, label].numpy()) / 2
    slow += 0.5 * np.einsum("jkk->", confusion.numpy()) / 12
    assert layer.compute(logits, None, index).item() == pytest.approx(slow, rel=1e-3)


@pytest.fixture(scope="module")
def crowd():
    X, y = load_digits(return_X_y=True)
    X, y = X[:500], y[:500]
    noise = AnnotatorNoise([0.2, 0.5, 0.7], missing_rate=0.3, random_state=0)
    return X, noise.fit_corrupt(y), y


@pytest.mark.slow
def test_it_finds_what_people_make_of_each_class(crowd):
    X, table, y = crowd
    votes = Votes.from_wide(np.array([*"abcdefghij", ""])[table], unlabeled="")
    clf = CrowdLayerClassifier(random_state=0).fit(X, votes)
    assert (clf.predict(X) == np.array([*"abcdefghij"])[y]).mean() > 0.9
    assert clf.confusion_.shape == (3, 10, 10)
    np.testing.assert_allclose(clf.confusion_.sum(axis=2), 1, rtol=1e-5)
    right = [(table[:, j] == y)[table[:, j] >= 0].mean() for j in range(3)]
    np.testing.assert_allclose(clf.annotator_quality_, right, atol=0.12)


def test_rows_and_classes_without_a_say_are_left_out(crowd):
    X, table, _ = crowd
    table = table.copy()
    table[:5] = -1
    table[10, 0] = 77  # a class by one vote against two
    table[10, 1:] = 3
    clf = CrowdLayerClassifier(unlabeled=-1, max_epochs=2, random_state=0)
    proba = clf.fit(X, table).predict_proba(X)
    assert proba.shape == (500, 10) and 77 not in clf.classes_
    assert np.isfinite(proba).all()
