"""choose_model: which model is best on true labels, by noisy ones."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_matrix
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.neighbors import KNeighborsClassifier

from sknoisy.auto import _choosing, choose_model
from sknoisy.noise import ClassMapNoise, SymmetricNoise


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    """Grow a small forest."""
    monkeypatch.setattr(_choosing, "TREES", 25)


def blobs(n, seed):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    return rng.normal(size=(n, 3)) + 3 * np.eye(3)[y], y


class Habit:
    """Knows the true class, but takes class 0 for class 1, as most labels have it."""

    classes_ = np.arange(3)

    def __init__(self, share):
        self.share = share

    def predict_proba(self, X):
        told = X.argmax(axis=1)
        fooled = (told == 0) & (np.arange(len(X)) % 100 < 100 * self.share)
        return np.eye(3)[np.where(fooled, 1, told)]


X, TRUE = blobs(400, 0)


def test_who_learned_the_mistake_isnt_chosen():
    """70 % of one class's labels are another's: plain noisy accuracy is misled."""
    noise = ClassMapNoise({0: 1}, 0.45, random_state=0)
    given = noise.fit_corrupt(TRUE)
    models = {"fooled": Habit(0.9), "right": Habit(0.0)}
    choice = choose_model(models, X, given, random_state=0)
    assert choice.best == "right"
    truth = {
        k: np.mean(m.predict_proba(X).argmax(1) == TRUE) for k, m in models.items()
    }
    for key, accuracy in choice.accuracies.items():
        assert abs(accuracy - truth[key]) < 0.06
    assert abs(choice.transition[0, 1] - 0.45) < 0.12


def test_estimates_are_means_of_the_posterior():
    given = SymmetricNoise(0.3, random_state=0).fit_corrupt(TRUE)
    X_train, y_train = blobs(300, 1)
    models = [KNeighborsClassifier(k).fit(X_train, y_train) for k in (1, 15)]
    choice = choose_model(
        models, X, given, X_train=X_train, y_train=y_train, random_state=0
    )
    assert_allclose(choice.posterior.sum(axis=1), 1)
    for place, model in enumerate(models):
        said = model.predict(X)
        expected = choice.posterior[np.arange(len(X)), said].mean()
        assert choice.accuracies[place] == pytest.approx(expected)
    assert choice.best == max(choice.accuracies, key=choice.accuracies.get)
    assert (choice.posterior.argmax(axis=1) == TRUE).mean() > 0.9


def test_classes_may_be_named_and_unknown_to_a_model():
    names = np.array(["ant", "bee", "cat"])[TRUE]
    some = TRUE != 2
    models = {
        "all": LogisticRegression().fit(X, names),
        "two": LogisticRegression().fit(X[some], names[some]),
        "none": DummyClassifier().fit(X, names),
    }
    choice = choose_model(models, X, names, random_state=0)
    assert list(choice.accuracies) == ["all", "two", "none"]
    assert choice.accuracies["all"] > choice.accuracies["two"] > 0.55
    assert choice.accuracies["none"] < 0.4


def test_sparse_and_dense_tables_with_equal_seeds():
    given = SymmetricNoise(0.2, random_state=0).fit_corrupt(TRUE)
    model = LogisticRegression().fit(X, given)
    found = [choose_model([model], csr_matrix(X), given, random_state=1) for _ in "ab"]
    assert_array_equal(found[0].posterior, found[1].posterior)
    gappy = np.where(np.arange(3) == np.arange(400)[:, None] % 40, np.nan, X)
    assert choose_model([Habit(0)], gappy, given, random_state=0).accuracies[0] > 0.8


@pytest.mark.parametrize(
    ("models", "labels", "options", "error", "message"),
    [
        ([], TRUE, {}, ValueError, "models is empty"),
        ([Perceptron().fit(X, TRUE)], TRUE, {}, TypeError, "has no predict_proba"),
        ([Habit(0)], TRUE, {"X_train": X}, ValueError, "belong together"),
        ([Habit(0)], np.ones(400), {}, ValueError, "only one class"),
        ([Habit(0)], TRUE[1:], {}, ValueError, "inconsistent numbers of samples"),
    ],
)
def test_what_it_refuses(models, labels, options, error, message):
    with pytest.raises(error, match=message):
        choose_model(models, X, labels, **options)
