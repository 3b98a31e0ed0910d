"""What users see: the names, their documentation, and what an import costs."""

import inspect
import pkgutil
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path

import pytest
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate
from sklearn.base import BaseEstimator

import sknoisy
from sknoisy._elsewhere import HERE, places_of


def _made_here(function):
    return getattr(function, "__module__", "").startswith("sknoisy")


ROOMS = sorted(
    module.name
    for module in pkgutil.iter_modules(sknoisy.__path__)
    if not module.name.startswith("_")
)
PUBLIC = {
    f"sknoisy.{room}.{name}": getattr(import_module(f"sknoisy.{room}"), name)
    for room in ROOMS
    for name in import_module(f"sknoisy.{room}").__all__
} | {"sknoisy.show_versions": sknoisy.show_versions}
DOCUMENTED = sorted(path for path, thing in PUBLIC.items() if callable(thing))
ESTIMATORS = {
    path: thing
    for path, thing in PUBLIC.items()
    if inspect.isclass(thing) and issubclass(thing, BaseEstimator)
}
METHODS = sorted(
    f"{path}.{name}"
    for path, thing in ESTIMATORS.items()
    for name, member in inspect.getmembers(thing, inspect.isroutine)
    if not name.startswith("_") and _made_here(member)
)

# What numpydoc must not find; its other findings are matters of taste.
FORMAT = {"GL03", "GL06", "GL07", "GL08", "SS01", "SS03", "SS04", "SS06"}
FORMAT |= {"PR01", "PR02", "PR03", "PR04", "PR06", "PR07", "PR10", "RT01"}
COMPLETE = FORMAT | {"EX01"}

# Where one name means one thing in every class; noise models differ in what a rate is.
ONE_TEXT = ("classifiers", "detectors", "cleaning")
# Parameters with several defaults, and why.
SEVERAL_DEFAULTS = {
    "cv": "networks cost more than other classifiers: three folds have to do",
    "estimator": "a search has none without being told what to search for",
    "kind": "it names kinds of different things",
    "loss": "a correction wants a loss whose minimum is a probability",
    "max_iter": "co-training has its published number of rounds",
    "method": "a network learns by one, probabilities are mapped by another",
    "metric": "the published one of each method",
    "min_resources": "scikit-learn's: each search has its own",
    "mixture": "the published one of each method",
    "mixup": "the published one of each method; a plain loss mixes on request",
    "n_rounds": "of training, they are a tenth of its epochs; of voting, a repetition",
    "predict_with": "where one network is the main one, it predicts",
    "return_train_score": "scikit-learn's: halving keeps them, other searches don't",
    "rounds": "a consensus settles more slowly than a single label's posterior",
    "threshold": "that of a quality can be found, that of a probability is chosen",
    "unlabeled": "of samples without label, or with one that is rejected",
    "transition": "noise is made by a matrix, and undone by one that is found",
}
# Parameters with several texts in one room, and why.
SEVERAL_TEXTS = {
    "unlabeled": "a classifier that votes finds no issues",
    "predict_with": "where one network is the main one, it predicts",
    "mixture": "each method has its published default",
    "mixup": "each method has its published default, and mixes other things",
    "warm_up_epochs": "some train plainly in them, some let go of samples bit by bit",
    "action": "a cleaner has no estimator that could take weights",
    "cv": "where forests are the default, folds are but those of a linear model",
    "detector": "a cleaner has no estimator that could judge",
    "classifier": "some detectors take any, others watch a network of ours train",
    "loss": "one is corrected by a matrix, the other one is not",
    "max_epochs": "held-out labels tell a correction how long to train",
    "**routed": "one has more parts than the other",
}


@pytest.mark.parametrize("name", sknoisy.__all__)
def test_every_public_name_resolves_to_what_its_room_offers(name):
    assert any(path.endswith(f".{name}") for path in PUBLIC) or name in ROOMS
    assert getattr(sknoisy, name) is not None
    assert name in dir(sknoisy)


def test_editors_see_every_public_name():
    stub = Path(sknoisy.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    seen = re.findall(r" as (\w+)", stub)
    assert sorted(seen) == sknoisy.__all__


def test_every_estimator_of_a_room_is_offered_at_the_door():
    estimators = {path.split(".")[-1] for path in ESTIMATORS}
    assert sorted(estimators - set(sknoisy.__all__)) == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_page_in_the_docs(room):
    pages = Path(__file__).parents[1] / "docs" / "api.rst"
    assert f"   sknoisy.{room}\n" in pages.read_text(encoding="utf-8")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="NoisyLabelClasifier"):
        _ = sknoisy.NoisyLabelClasifier


def test_import_costs_little_and_loads_neither_torch_nor_scikit_learn():
    script = (
        "import sys, time; start = time.process_time(); import sknoisy;"
        "print(time.process_time() - start);"
        "print(sorted({'torch', 'sklearn', 'skorch', 'scipy'} & set(sys.modules)))"
    )
    seconds = []
    for _ in range(2):  # the first may have to compile
        output = subprocess.check_output([sys.executable, "-c", script], text=True)
        cost, loaded = output.splitlines()
        assert loaded == "[]"
        seconds.append(float(cost))
    assert min(seconds) < 0.3


@pytest.mark.parametrize("path", DOCUMENTED)
def test_everything_public_is_documented_in_full(path):
    assert findings(path, COMPLETE) == []


@pytest.mark.parametrize("path", METHODS)
def test_every_public_method_is_documented(path):
    assert findings(path, FORMAT) == []


def findings(path, codes):
    """Return what numpydoc says against the docstring at `path`, less other codes."""
    thing = PUBLIC.get(path)
    if inspect.isclass(thing) and not _made_here(thing.__init__):
        codes = codes - {"PR01"}  # torch's *args and **kwargs are not ours to tell
    return [text for code, text in validate(path)["errors"] if code in codes]


def parameters_of(classes):
    """Return (class, name, default, "type: text") of all documented parameters."""
    return [
        (
            one.__name__,
            entry.name,
            inspect.signature(one).parameters[entry.name].default,
            f"{entry.type}: {' '.join(entry.desc).strip()}",
        )
        for one in classes
        for entry in NumpyDocString(inspect.getdoc(one))["Parameters"]
        if entry.name in inspect.signature(one).parameters
    ]


def disagreements(rows):
    """Return the names of (class, name, value) that come with different values."""
    told = defaultdict(dict)
    for one, name, value in rows:
        told[name][one] = value
    return {name: by for name, by in told.items() if len(set(by.values())) > 1}


def test_a_parameter_has_the_same_default_everywhere():
    rows = [(one, n, repr(d)) for one, n, d, _ in parameters_of(ESTIMATORS.values())]
    wrong = disagreements(rows)
    assert {n: by for n, by in wrong.items() if n not in SEVERAL_DEFAULTS} == {}


@pytest.mark.parametrize("room", ONE_TEXT)
def test_a_parameter_has_one_text_in_a_room(room):
    classes = [one for path, one in ESTIMATORS.items() if path.split(".")[1] == room]
    rows = [(one, n, text) for one, n, _, text in parameters_of(classes)]
    wrong = disagreements(rows)
    assert {n: by for n, by in wrong.items() if n not in SEVERAL_TEXTS} == {}


class First:
    """Do this.

    Parameters
    ----------
    rate : float, default=0.2
        How much.
    """

    def __init__(self, rate=0.2):
        self.rate = rate


class Second:
    """Do that.

    Parameters
    ----------
    rate : float, default=0.3
        How often.
    """

    def __init__(self, rate=0.3):
        self.rate = rate


def test_parameters_that_disagree_are_found():
    rows = parameters_of([First, Second])
    assert set(disagreements((one, n, d) for one, n, d, _ in rows)) == {"rate"}
    assert disagreements((one, n, text) for one, n, _, text in rows)["rate"] == {
        "First": "float, default=0.2: How much.",
        "Second": "float, default=0.3: How often.",
    }


def test_every_room_is_said_to_be_stable_or_experimental():
    page = Path(__file__).parents[1] / "docs" / "promises.md"
    if not page.exists():
        pytest.skip("docs/ isn't here")
    rows = re.findall(
        r"^\| (?:stable|experimental) \| (.*) \|$", page.read_text("utf-8"), re.M
    )
    told = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(told) == ROOMS


def code_of_the_docs():
    """Return the code of guides and examples, as one text."""
    docs = Path(__file__).parents[1] / "docs"
    # between fences, or indented
    code = re.compile(r"(?ms)^```\w*\n(.*?)^```$|^ {4}(\S[^\n]*)$")
    parts = [
        found[1] or found[2]
        for page in sorted(docs.glob("*.md"))
        for found in code.finditer(page.read_text(encoding="utf-8"))
    ]
    parts += [p.read_text(encoding="utf-8") for p in docs.glob("examples/*/*.py")]
    return "\n".join(parts)


def is_told(path):
    """Whether it is what something else returns, or a warning or error."""
    thing = PUBLIC[path]
    is_tuple = inspect.isclass(thing) and issubclass(thing, tuple)
    return is_tuple or is_dataclass(thing) or path.startswith("sknoisy.exceptions")


def test_a_guide_or_an_example_uses_whatever_can_be_called():
    code = code_of_the_docs()
    if not code:
        pytest.skip("docs/ isn't here")
    used = set(re.findall(r"\w+", code))
    names = {path.split(".")[-1] for path in DOCUMENTED if not is_told(path)}
    assert names <= used, names - used


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("DivideMix", "; did you mean 'DivideMixClassifier'?"),
        ("NoisyLabelClasifier", "; did you mean 'NoisyLabelClassifier'?"),
        ("GCE", ". 'gce' is a loss: NoisyLabelClassifier(loss='gce')."),
        ("something", ""),
        ("to_onnx", "; it is sknoisy.export.to_onnx."),
        ("load", "; it is sknoisy.export.load."),
        ("export_onnx", "; did you mean sknoisy.export.to_onnx?"),
        ("Datalab", "; did you mean sknoisy.data_issues.find_data_issues?"),
        ("read_labelstudio", "; did you mean sknoisy.annotators.read_label_studio?"),
        ("_private", ""),
    ],
)
def test_a_name_that_is_not_here_is_told_where_it_is(name, told):
    with pytest.raises(AttributeError) as error:
        getattr(sknoisy, name)
    assert str(error.value) == f"module 'sknoisy' has no attribute {name!r}{told}"
    if told and not told.startswith("."):  # where it is imported, the same is said
        with pytest.raises(ImportError) as error:
            exec(f"from sknoisy import {name}")
        assert str(error.value) == f"cannot import name {name!r} from 'sknoisy'{told}"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("GCELoss", "; the loss is get_loss('gce'), for estimators loss='gce'."),
        ("SCELoss", "; the loss is get_loss('sce'), for estimators loss='sce'."),
        ("gce", "; the loss is get_loss('gce'), for estimators loss='gce'."),
        ("Nothing", ""),
    ],
)
def test_a_loss_under_another_name_is_told_what_it_is_called(name, told):
    with pytest.raises(AttributeError) as error:
        getattr(sknoisy.losses, name)
    end = f"attribute {name!r}{told}"
    assert str(error.value) == f"module 'sknoisy.losses' has no {end}"
    with pytest.raises(ImportError, match=re.escape(told or "cannot import name")):
        exec(f"from sknoisy.losses import {name}")


def test_whatever_is_said_to_be_elsewhere_is_there():
    for place in HERE:
        room, _, name = place.rpartition(".")
        assert hasattr(import_module(f"sknoisy.{room}".rstrip(".")), name)
    here = {name.lower() for name in sknoisy.__all__}
    words = [word for words in HERE.values() for word in words.lower().split()]
    assert len(set(words)) == len(words) and not here & set(words)
    names = {path.split(".")[-1].lower() for path in PUBLIC}
    assert not names & set(words)


def test_names_of_rooms_are_found_without_loading_them():
    assert set(places_of(ROOMS, sknoisy.__path__[0])) == {
        path.removeprefix("sknoisy.") for path in PUBLIC if path.count(".") == 2
    }
    script = (
        "import sys, sknoisy; assert not hasattr(sknoisy, 'to_onnx');"
        "assert not {'torch', 'sklearn'} & set(sys.modules);"
        "assert 'export' in dir(sknoisy); print(sknoisy.metrics.noise_rate_error)"
    )
    subprocess.check_output([sys.executable, "-c", script])
