"""Attributes of skorch, torch and Keras: who looks for them is told where they are."""

import copy
import pickle

import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError

from sknoisy import CoTeachingClassifier, NoisyLabelClassifier
from sknoisy._habits import HABITS, NET, NETWORK, WORDS

X, y = load_iris(return_X_y=True)


@pytest.fixture(scope="module")
def fitted():
    return CoTeachingClassifier(max_epochs=1, random_state=0).fit(X, y)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("module_", "the trained networks are networks_[0] and so on;"),
        ("history", "history_ has a record for each epoch: history_[:, 'train_loss']."),
        ("save_params", "sknoisy.export.save keeps it in a folder"),
        ("initialize", "fit makes the networks, and warm_start=True goes on"),
        ("optimizer_", "the net of skorch's that was trained, net_, has it: "),
        ("device_", "net_.device is where it was trained"),
        ("state_dict", "the trained networks have it, networks_[0].state_dict;"),
    ],
)
def test_an_attribute_of_other_libraries_is_told_where_it_is(fitted, name, told):
    for clf in (fitted, NoisyLabelClassifier()):
        assert not hasattr(clf, name)
        with pytest.raises(AttributeError) as error:
            getattr(clf, name)
        begin = f"{type(clf).__name__!r} object has no attribute {name!r}: "
        assert str(error.value).startswith(begin + told)


def test_what_is_said_of_them_is_true(fitted):
    for name in WORDS:
        assert not hasattr(fitted, name), name
    assert all(hasattr(fitted.net_, name) for name in HABITS[NET])
    assert all(hasattr(fitted.networks_[0], name) for name in HABITS[NETWORK])
    assert fitted.net_.module_[0] is fitted.networks_[0]
    assert len(fitted.history_[:, "train_loss"]) == fitted.n_iter_ == 1
    assert str(fitted.net_.device)


def test_other_names_are_said_as_ever(fitted):
    with pytest.raises(AttributeError) as error:
        _ = fitted.nothing
    assert str(error.value).endswith("object has no attribute 'nothing'")
    with pytest.raises(NotFittedError, match="not fitted yet"):
        _ = NoisyLabelClassifier().networks_


def test_copies_and_pickles_are_as_ever(fitted):
    expected = fitted.predict(X)
    for again in (pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted)):
        assert (again.predict(X) == expected).all()
    assert not hasattr(clone(fitted), "net_") and not hasattr(copy.copy(fitted), "net")
