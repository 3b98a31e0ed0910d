"""One door to every method: its registry, its grid, its phases, and what it refuses."""

import pickle
import re
import runpy
import warnings
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GridSearchCV

from sknoisy import classifiers, objectives
from sknoisy._completed import Completed
from sknoisy._engine import Engine, fits
from sknoisy.classifiers import METHODS, NoisyLabelClassifier
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.losses import LOSSES, get_loss
from sknoisy.objectives import CORRECTIONS, OBJECTIVES, Objective

QUICK = {"max_epochs": 4, "lr": 2e-2, "batch_size": 64, "random_state": 0}
QUICK |= {"module__hidden": 8, "module__dropout": 0.0}
# the doors of their own that methods have, with what they are called there
DOORS = {
    "asymmetric_co_teaching": (classifiers.AsymmetricCoTeachingClassifier, {}),
    "divide_mix": (classifiers.DivideMixClassifier, {}),
    "dynamic_bootstrapping": (classifiers.DynamicBootstrappingClassifier, {}),
    "mutual_learning": (classifiers.MutualLearningClassifier, {}),
    **{
        name: (classifiers.CoTeachingClassifier, {"strategy": name})
        for name in ("co_teaching", "co_teaching_plus", "decoupling", "jocor")
    },
    **{
        name: (classifiers.TransitionCorrectedClassifier, {"correction": name})
        for name in CORRECTIONS
    },
}
every_method = pytest.mark.parametrize("method", sorted(METHODS))


def quick(method="plain", **options):
    return NoisyLabelClassifier(method=method, **QUICK | options)


def test_the_registry_holds_every_method_once():
    own = {"plain", "mutual_learning"}
    assert set(METHODS) == own | set(OBJECTIVES) | set(CORRECTIONS)
    assert not set(OBJECTIVES) & (own | set(CORRECTIONS))


def test_every_method_is_documented_where_objectives_are():
    documented = [getattr(objectives, name) for name in objectives.__all__]
    assert not [name for name, kind in OBJECTIVES.items() if kind not in documented]


@pytest.mark.parametrize("method", sorted(OBJECTIVES))
def test_a_method_is_in_the_file_of_its_name(method):
    file = OBJECTIVES[method].__module__.split(".")[-1]
    assert file == "_" + method.replace("+", "_plus")


def test_the_page_of_the_api_shows_every_method_by_itself():
    path = Path(__file__).parents[1] / "docs" / "methods_table.py"
    if not path.exists():
        pytest.skip("docs/ isn't here")
    told = runpy.run_path(str(path))["methods_table"]()
    assert re.findall(r'^ +\* - ``"(.*)"``$', told, re.MULTILINE) == list(METHODS)
    cells = re.findall(r"^ +(?:\* )?- (.*)$", told, re.MULTILINE)
    assert len(cells) == 5 * (1 + len(METHODS)) and all(cells)


@every_method
def test_every_method_goes_through_the_one_door(method, table):
    X, y = table
    clf = quick(method).fit(X, y)
    proba = clf.predict_proba(X)
    assert proba.shape == (len(X), 3)
    np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-5)
    assert clf.n_iter_ == 4
    again = pickle.loads(pickle.dumps(clf))
    assert_array_equal(again.predict_proba(X), proba)
    if not METHODS[method].needs_whole_fit:
        clone(clf).partial_fit(X, y).partial_fit(X, y)
    else:
        assert not hasattr(clf, "partial_fit")


@pytest.mark.parametrize("method", sorted(DOORS))
def test_a_door_of_its_own_leads_to_the_same_method(method, table):
    X, y = table
    kind, options = DOORS[method]
    own = kind(**options, **QUICK).fit(X, y)
    one = quick(method).fit(X, y)
    assert_array_equal(own.predict_proba(X), one.predict_proba(X))
    found = [n for n in vars(own) if n.endswith("_") and n not in ("net_", "history_")]
    assert set(found) <= set(vars(one))


def test_every_classifier_is_a_door_to_a_method_of_the_registry():
    doors = {kind for kind, _ in DOORS.values()} | {NoisyLabelClassifier}
    offered = [getattr(classifiers, name) for name in classifiers.__all__]
    assert doors == {one for one in offered if isinstance(one, type)}


@pytest.mark.filterwarnings("ignore:More labels of the classes:UserWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores:UserWarning")
def test_one_grid_runs_over_methods_and_losses(table):
    grid = {
        "method": ["plain", "elr", "co_teaching", "jocor", "divide_mix", "forward"],
        "loss": ["ce", "gce"],
    }
    search = GridSearchCV(quick(), grid, cv=2)
    with pytest.warns(FitFailedWarning, match="loss='gce' doesn't go with"):
        search.fit(*table)
    scores = dict(
        zip(
            [(p["method"], p["loss"]) for p in search.cv_results_["params"]],
            search.cv_results_["mean_test_score"],
            strict=True,
        )
    )
    refused = [pair for pair, score in scores.items() if np.isnan(score)]
    assert refused == [("elr", "gce")]


@pytest.mark.parametrize("method", sorted(OBJECTIVES))
def test_a_method_takes_any_loss_or_names_those_it_is_made_for(method, table):
    made_for = OBJECTIVES[method].made_for
    assert set(made_for) <= set(LOSSES)
    clf = quick(method, max_epochs=1, loss="sce")
    if "loss" in OBJECTIVES[method].__init__.__code__.co_varnames:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of one epoch
            clf.fit(*table)
        return
    named = f"loss='sce' doesn't go with method='{re.escape(method)}'"
    with pytest.raises(ValueError, match=named):
        clf.fit(*table)
    for loss in made_for:
        clf.set_params(loss=loss).fit(*table)


def test_a_pair_that_is_refused_is_told_what_there_is(table):
    with pytest.raises(ValueError, match="leave loss='auto' or loss='ce'.*jocor, "):
        quick("elr", loss="gce").fit(*table)
    with pytest.raises(ValueError, match="loss__q doesn't go with method='elr'"):
        quick("elr", loss__q=0.3).fit(*table)
    with pytest.raises(ValueError, match="leave loss='auto', or"):
        quick("dmi", loss="gce").fit(*table)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "jocorr"}, "method='jocorr' is not a method.*did you mean 'jocor'"),
        ({"method": "gce"}, "'gce' is a loss"),
        (
            {"method": "elr", "method__momentun": 1},
            "did you mean 'momentum'",
        ),
        ({"method": "plain", "method__q": 1}, "method__q is not a parameter of plain"),
        ({"method": "forward", "method__cvv": 3}, "method__cvv is not a parameter"),
        ({"method": "co_teaching", "method__noise_rate": 2.0}, "noise_rate=2.0 is out"),
        ({"method": "divide_mix", "mixup": 1.0}, "leave mixup out"),
        ({"method": "forward", "class_weight": {0: 2.0}}, "no exact meaning"),
        ({"method": "jocor", "predict_with": 2}, "from 0 to 1"),
        (
            {"method": "asymmetric_co_teaching", "method__split__threshhold": 0.5},
            "did you mean 'threshold'",
        ),
    ],
)
def test_what_a_method_has_no_use_for_is_refused(options, message, table):
    with pytest.raises(ValueError, match=message):
        NoisyLabelClassifier(**QUICK | options).fit(*table)


def test_parameters_reach_a_method_and_its_parts(table):
    clf = quick("asymmetric_co_teaching", method__split="neighbors")
    clf.set_params(method__split__n_neighbors=5).fit(*table)
    assert clf.net_.criterion_.split.keywords == {"n_neighbors": 5}
    clf = quick("forward", method__transition="counts", method__cv=2).fit(*table)
    assert clf.transition_matrix_.shape == (3, 3)


@every_method
def test_networks_train_before_a_method_is_built_or_after(method, table, monkeypatch):
    trained, real = [], Engine.partial_fit
    monkeypatch.setattr(
        Engine, "partial_fit", lambda *a, **k: trained.append(1) or real(*a, **k)
    )
    together = fits.train_in_lockstep  # where networks look at samples of other folds
    monkeypatch.setattr(
        fits, "train_in_lockstep", lambda t, *a: trained.extend(t) or together(t, *a)
    )
    built, build = [], NoisyLabelClassifier._build

    def watched(self, *args, **kwargs):
        before = len(trained)
        engine = build(self, *args, **kwargs)
        built.append(len(trained) - before)
        return engine

    monkeypatch.setattr(NoisyLabelClassifier, "_build", watched)
    quick(method).fit(*table)
    assert built == [0]
    needs_look = method in CORRECTIONS and CORRECTIONS[method].needs_matrix
    assert len(trained) == (4 if needs_look else 1)


@every_method
def test_a_fit_that_fails_leaves_nothing_behind(method, table):
    X, y = table
    options = {"optimizer": "sgd", "lr": 1e25, "lr_schedule": "constant"}
    failing = {**options, "weight_decay": 0.0}
    if method in CORRECTIONS:
        failing["method__transition"] = np.eye(3) * 0.7 + 0.1
    fresh = quick(method).set_params(**failing)
    with pytest.raises(NonFiniteLossError):
        fresh.fit(X, y)
    assert not [name for name in vars(fresh) if name.endswith("_")]
    clf = quick(method).fit(X, y)
    before = {n: v for n, v in vars(clf).items() if n.endswith("_")}
    proba = clf.predict_proba(X)
    with pytest.raises(NonFiniteLossError):
        clf.set_params(**failing).fit(X[:, :3], y)
    assert {n: v for n, v in vars(clf).items() if n.endswith("_")} == before
    assert_array_equal(clf.predict_proba(X), proba)


class Halves(Objective):
    """A method of somebody else's."""

    n_networks = 2

    def __init__(self, loss="ce", weight=0.5):
        super().__init__()
        self.weight = weight
        self.of = get_loss(loss)

    def compute(self, logits, labels, index):
        first, second = (self.of(logits[:, k], labels).mean() for k in range(2))
        return self.weight * first + (1 - self.weight) * second

    def estimates(self):
        return {"weight": self.weight}


def test_a_class_of_the_users_own_is_a_method(table):
    clf = quick(Halves, method__weight=0.3, loss="gce", loss__q=0.5).fit(*table)
    assert clf.weight_ == 0.3
    assert len(clf.networks_) == 2
    assert clf.net_.criterion_.of.keywords == {"q": 0.5}
    clf.set_params(method="plain", method__weight=None)
    assert not hasattr(clone(clf), "weight_")


def test_parameters_of_its_own_are_those_that_a_class_names():
    assert issubclass(NoisyLabelClassifier, Completed)
    assert NoisyLabelClassifier._own_parameters == ("loss", "method")
