"""The parameters of training are said once, and seen by whoever looks for them."""

import inspect
import pickle
import subprocess
import sys
from inspect import Signature
from typing import ClassVar

import pytest
import training_names
from numpydoc.docscrape import NumpyDocString
from sklearn.base import clone

from sknoisy import classifiers
from sknoisy._completed import Completed, field
from sknoisy.classifiers._training import TrainingParameters

NAMES = [n for n in inspect.signature(TrainingParameters).parameters if n != "routed"]
EVERY = [
    getattr(classifiers, name) for name in classifiers.__all__ if name[0].isupper()
]
EVERY = [one for one in EVERY if inspect.isclass(one)]
every_classifier = pytest.mark.parametrize("kind", EVERY)
THIRD = (3,)
USER = """
from sknoisy import CoTeachingClassifier, NoisyLabelClassifier

CoTeachingClassifier(None, noise_rate=0.3, lr=0.1, strategy__agreement=0.5)
NoisyLabelClassifier(module__hidden=4, loss__q=0.5, class_weight="balanced")
NoisyLabelClassifier().set_params(module__width=4)
CoTeachingClassifier(lerning_rate=0.1)
CoTeachingClassifier(class_weight="balanced")
NoisyLabelClassifier(max_epochs="many")
"""


@every_classifier
def test_every_parameter_is_in_the_signature_and_told_in_its_order(kind):
    taken = [p for p in inspect.signature(kind).parameters if p != "self"]
    told = NumpyDocString(inspect.getdoc(kind))["Parameters"]
    assert set(NAMES) < set(taken)
    assert [one.name.lstrip("*") for one in told] == taken
    assert set(taken) - {"routed"} == set(kind().get_params())
    assert {"net_", "classes_"} <= {
        one.name for one in NumpyDocString(inspect.getdoc(kind))["Attributes"]
    }


@every_classifier
def test_a_parameter_of_training_survives_clone_pickle_and_repr(kind):
    clf = kind(lr=0.25, module__hidden=4)
    for other in (clone(clf), pickle.loads(pickle.dumps(clf))):
        assert other.get_params() == clf.get_params()
    assert "lr=0.25" in repr(clf)


@every_classifier
def test_no_parameter_of_training_is_told_in_a_class_of_its_own(kind):
    source = inspect.getsource(kind)
    assert not [n for n in NAMES if f"\n    {n} : " in source and n not in OTHERWISE]
    assert all(f"\n    {name} : " in source for name in kind._own_parameters)


# what a class means otherwise, and so says for itself
OTHERWISE = {"max_epochs"}


@pytest.mark.parametrize("kind", EVERY)
def test_a_name_that_is_none_gets_a_hint(kind):
    with pytest.raises(TypeError, match="did you mean 'lr'"):
        kind(learning_rate=0.1).fit([[0.0], [1.0]], [0, 1])


def test_what_a_method_has_no_meaning_for_is_no_parameter_of_it():
    with pytest.raises(TypeError, match="unexpected argument 'class_weight'"):
        classifiers.CoTeachingClassifier(class_weight="balanced").fit(
            [[0.0], [1.0]], [0, 1]
        )


class Base(Completed):
    """Base.

    Parameters
    ----------
    first : int, default=1
        The first.

    second : int, default=2
        The second.
    """

    first: int = field(default=1, kw_only=False)
    second: int = 2


class Own(Base):
    """Own.

    Parameters
    ----------
    third : list, default=THIRD
        The third.

    second : int, default=5
        Mine.

    See Also
    --------
    Base : Another one.
    """

    kind: ClassVar[str] = "no parameter"
    _hidden: int = 7
    third: tuple[int, ...] = THIRD
    second: int = 5


def test_a_text_is_completed_and_what_a_class_says_for_itself_stays():
    told = NumpyDocString(inspect.getdoc(Own))
    assert [one.name for one in told["Parameters"]] == ["first", "third", "second"]
    assert told["Parameters"][2].desc == ["Mine."]
    assert "Another one." in Own.__doc__
    taken = inspect.signature(Own).replace(return_annotation=Signature.empty)
    plain = [p.replace(annotation=p.empty) for p in taken.parameters.values()]
    assert str(taken.replace(parameters=plain)) == (
        "(first=1, *, third=(3,), second=5, **routed)"
    )
    assert taken.parameters["third"].annotation == tuple[int, ...]


def test_the_constructor_that_is_made_stores_and_does_nothing_else():
    own = Own(4, second=6, part__name=8)
    assert vars(own) == {
        "first": 4,
        "third": THIRD,
        "second": 6,
        "_routed": {"part__name": 8},
    }
    assert own.third is THIRD
    assert (own.kind, own._hidden) == ("no parameter", 7)
    assert vars(Own()) == {"first": 1, "third": THIRD, "second": 5, "_routed": {}}
    assert Own._own_parameters == ("third", "second")
    with pytest.raises(TypeError, match="too many positional"):
        Own(1, 2)
    with pytest.raises(TypeError, match="multiple values|first"):
        Own(1, first=2)


def test_a_parameter_is_no_attribute_of_its_class():
    assert not [name for name in ("first", "second", "third") if hasattr(Own, name)]


class WrittenByHand(classifiers.NoisyLabelClassifier):
    """A class whose constructor hands the rest on."""

    def __init__(self, extra=1, **others):
        super().__init__(**others)
        self.extra = extra


def test_a_constructor_written_by_hand_hands_on_what_a_clone_keeps():
    clf = WrittenByHand(2, lr=0.1, loss="gce", loss__q=0.5)
    copy = clone(clf)
    assert repr(copy) == "WrittenByHand(extra=2, loss='gce', loss__q=0.5, lr=0.1)"
    assert (copy.extra, copy.lr) == (2, 0.1)
    assert copy.set_params(lr=0.2).get_params()["lr"] == 0.2
    assert pickle.loads(pickle.dumps(clf)).lr == 0.1


def test_a_constructor_written_by_hand_is_kept():
    class Both(classifiers.NoisyLabelClassifier):
        top: int = 3

        def __init__(self, top=5, **others):
            super().__init__(**others)
            self.top = top

    assert Both().top == 5
    assert clone(Both(4, lr=0.1)).get_params()["lr"] == 0.1


def test_a_value_in_the_body_is_the_default_of_a_parameter_of_a_base():
    class Faster(classifiers.NoisyLabelClassifier):
        lr = 0.1
        module = int

        def loss(self):
            """Return what no default is: a method."""

    taken = inspect.signature(Faster).parameters
    assert taken["lr"].default == Faster().lr == 0.1
    assert taken["lr"].annotation is float
    assert taken["loss"].default == "auto"
    assert Faster().module is int and Faster(float).module is float
    assert repr(Faster(lr=0.005)) == "Faster(lr=0.005)"


def test_the_stub_for_type_checkers_is_the_one_that_would_be_made():
    made = training_names.STUB.read_text(encoding="utf-8")
    assert made == training_names.stub(), "run python tests/training_names.py"


@pytest.mark.slow
def test_a_type_checker_sees_every_parameter_and_refuses_others(tmp_path):
    path = tmp_path / "user.py"
    path.write_text(USER, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-m", "mypy", str(path)], capture_output=True, text=True
    ).stdout
    wrong = [line for line in told.splitlines() if "error:" in line]
    assert [line.split(":")[1] for line in wrong] == ["7", "8", "9"]
    assert 'Unexpected keyword argument "lerning_rate"' in wrong[0]
    assert 'Unexpected keyword argument "class_weight"' in wrong[1]
