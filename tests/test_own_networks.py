"""Networks that people bring: pretrained, frozen, of other outputs, with callbacks."""

import pickle
from types import SimpleNamespace

import helpers
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from own_network_helpers import Net, same, trained
from skorch.callbacks import (
    Callback,
    Checkpoint,
    EpochScoring,
    Freezer,
    GradientNormClipping,
    Initializer,
    InputShapeSetter,
    LoadInitState,
    TrainEndCheckpoint,
)
from skorch.dataset import Dataset as SkorchDataset
from skorch.dataset import ValidSplit
from skorch.helper import predefined_split
from torch import nn
from torch.utils.data import TensorDataset

import sknoisy
from sknoisy._engine.outputs import Outputs


def small(**options):
    """Return a classifier that learns `data` in a moment."""
    return helpers.small(**{"batch_size": 20, **options})


TWO_NETWORKS = {
    "co_teaching": sknoisy.CoTeachingClassifier,
    "divide_mix": sknoisy.DivideMixClassifier,
    "mutual_learning": sknoisy.MutualLearningClassifier,
    "asymmetric_co_teaching": sknoisy.AsymmetricCoTeachingClassifier,
}


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(160, 5)).astype(np.float32)
    return X, (X[:, 0] + X[:, 1] > 0).astype(int)


class Saying(Net):
    """A network whose output is made into another form of the same thing."""

    def __init__(self, form, **options):
        super().__init__(**options)
        self.form = form

    def forward(self, X):
        return self.form(super().forward(X))


def logit(z):
    return z[:, 1:] - z[:, :1]


FORMS = {
    "log-probabilities": lambda z: z.log_softmax(-1),
    "probabilities": lambda z: z.softmax(-1),
    "one logit": logit,
    "one logit without its axis": lambda z: logit(z).squeeze(1),
    "one probability": lambda z: torch.sigmoid(logit(z)),
    "one probability without its axis": lambda z: torch.sigmoid(logit(z)).squeeze(1),
    "tuple": lambda z: (z, z.mean()),
    "list": lambda z: [z, z],
    "object": lambda z: SimpleNamespace(logits=z, loss=None),
    "dict": lambda z: {"logits": z, "hidden": z},
}


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_form_of_output_trains_the_same_network(form, data):
    def fitted(function):
        torch.manual_seed(0)
        module = Saying(function)
        return small(module=module, loss="ce", max_epochs=3).fit(*data)

    expected = fitted(lambda z: z).predict_proba(data[0])
    assert_allclose(fitted(FORMS[form]).predict_proba(data[0]), expected, atol=1e-5)


def test_a_network_may_say_it_in_bfloat16(data):
    clf = small(module=Saying(lambda z: z.bfloat16()), max_epochs=2).fit(*data)
    assert clf.predict_proba(data[0]).dtype == np.float32
    clf = small(module=Saying(lambda z: z.bfloat16().softmax(-1)), max_epochs=10)
    assert clf.fit(*data).net_.module_.outputs.forms[True] == "probabilities"


class Auxiliary(Net):
    """Two outputs in training, one in evaluation; probabilities in evaluation only."""

    def forward(self, X):
        z = super().forward(X)
        return (z, z) if self.training else z.softmax(-1)


def test_the_form_may_change_between_training_and_evaluation(data):
    clf = small(module=Auxiliary).fit(*data)
    forms = clf.net_.module_.outputs.forms
    assert forms == {False: "probabilities", True: "logits"}
    assert clf.score(*data) > 0.9


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (lambda z: {"hidden": z}, r"is a dict with \['hidden'\].*as `logits`"),
        (lambda z: "yes", "is a str.*Expected a tensor of logits"),
        (lambda z: torch.cat([z, z], 1), r"shape \(2, 4\).*one logit per class"),
        (lambda z: z[:, :, None], r"shape \(2, 2, 1\)"),
    ],
)
def test_what_cannot_be_logits_is_refused_before_training(form, message, data):
    with pytest.raises((ValueError, TypeError), match=message):
        small(module=Saying(form)).fit(*data)


def test_numbers_between_zero_and_one_are_no_probabilities_by_that():
    values = torch.rand(20, 1, requires_grad=True) * 0.5
    assert Outputs(2, torch.float32).recognize(values, 20) == "one logit"


# --- frozen networks ---


@pytest.mark.parametrize("method", sorted(TWO_NETWORKS))
def test_both_networks_keep_a_frozen_backbone(method, data):
    net = trained()
    net.head = nn.Linear(32, 2)
    net.backbone.requires_grad_(False)
    clf = TWO_NETWORKS[method](net, max_epochs=3, random_state=0).fit(*data)
    for network in clf.networks_:
        assert torch.equal(network.backbone[0].weight, net.backbone[0].weight)
        assert not torch.equal(network.head.weight, net.head.weight)
    first, second = clf.networks_
    assert not torch.equal(first.head.weight, second.head.weight)


# --- callbacks, by the user's own names and as the user's own objects ---


def test_freezing_goes_by_the_names_of_the_users_network(data):
    torch.manual_seed(0)
    net = Net()
    clf = small(module=net, callbacks=[Freezer("backbone.*")]).fit(*data)
    (network,) = clf.networks_
    assert torch.equal(network.backbone[0].weight, net.backbone[0].weight)
    assert not torch.equal(network.head.weight, net.head.weight)


def test_initializers_reach_all_networks(data):
    clf = sknoisy.CoTeachingClassifier(
        Net,
        max_epochs=1,
        lr=1e-9,
        weight_decay=0.0,
        callbacks=[Initializer("head.weight", fn=nn.init.zeros_)],
    ).fit(*data)
    assert all(network.head.weight.abs().max() < 1e-6 for network in clf.networks_)


@pytest.mark.parametrize("pattern", ["0.backbone.*", "bakcbone*"])
def test_a_pattern_that_matches_nothing_is_refused(pattern, data):
    with pytest.raises(ValueError, match=r"Freezer.*no parameter.*backbone\.0\.weight"):
        small(module=Net, callbacks=[Freezer(pattern)]).fit(*data)
    with pytest.raises(ValueError, match="optimizer__param_groups.*no parameter"):
        small(module=Net, optimizer__param_groups=[(pattern, {"lr": 0.1})]).fit(*data)


def test_groups_of_parameters_have_rates_of_their_own(data):
    torch.manual_seed(0)
    net = Net()
    groups = [("backbone.*", {"lr": 0.0})]
    clf = small(module=net, optimizer__param_groups=groups, weight_decay=0.0)
    clf.fit(*data)
    assert torch.equal(clf.networks_[0].backbone[0].weight, net.backbone[0].weight)
    assert clf.score(*data) > 0.8
    again = clf.partial_fit(*data).networks_[0]
    assert torch.equal(again.backbone[0].weight, net.backbone[0].weight)


def test_training_goes_on_from_a_checkpoint(tmp_path, data):
    end = TrainEndCheckpoint(dirname=tmp_path)
    first = small(module=Net, callbacks=[end], max_epochs=3).fit(*data)

    class Look(Callback):
        def on_train_begin(self, net, **kwargs):
            self.seen = [
                same(*pair) for pair in zip(first.networks_, net.module_, strict=True)
            ]

    callbacks = [LoadInitState(end), Look()]
    second = small(module=Net, callbacks=callbacks, max_epochs=2).fit(*data)
    assert [epoch["epoch"] for epoch in second.history_] == [1, 2, 3, 4, 5]
    assert all(callbacks[1].seen[0].values())


def test_a_checkpoint_pickles_the_net(tmp_path, data):
    keep = Checkpoint(dirname=tmp_path, f_pickle="net.pkl", monitor="train_loss_best")
    clf = small(module=Net, callbacks=[keep]).fit(*data)
    net = pickle.loads((tmp_path / "net.pkl").read_bytes())
    assert_allclose(net.predict_proba(data[0]), clf.predict_proba(data[0]), atol=0.2)


def test_the_input_shape_may_be_set_by_a_callback(data):
    setter = InputShapeSetter(param_name="width", input_dim_fn=lambda X: 7)
    clf = small(module=Net, callbacks=[setter]).fit(*data)
    assert clf.networks_[0].head.in_features == 7
    assert clf.score(*data) > 0.9


def test_weights_load_by_the_users_own_names(data):
    net = trained()
    clf = small(module=Net, module__width=32, max_epochs=1).fit(*data)
    clf.net_.module_.load_state_dict(net.state_dict())
    assert all(same(net, clf.networks_[0]).values())


class Unpicklable:
    """A writer of logs, which holds what can't be copied."""

    def __init__(self):
        self.lines = (line for line in ())  # a generator


def test_loggers_write_to_the_users_own_run(data):
    class Logger(EpochScoring):
        def __init__(self, writer):
            super().__init__("accuracy", on_train=True, lower_is_better=False)
            self.writer = writer

        def on_epoch_end(self, net, **kwargs):
            self.writer.count = len(net.history)

    writer = Unpicklable()
    small(callbacks=[Logger(writer)]).fit(*data)
    assert writer.count == 8


def test_clipping_does_not_run_the_network_twice(data):
    calls = []

    class Counting(Net):
        def forward(self, X):
            calls.append(self.training)
            return super().forward(X)

    clip = GradientNormClipping(1.0)
    small(module=Counting, callbacks=[clip], max_epochs=2).fit(*data)
    assert calls.count(True) == 16  # batches of 20 from 160 samples
    assert calls.count(False) == 4  # twice before training, twice after it


# --- the net is one of skorch's ---


def test_the_net_speaks_as_skorch_nets_do(data):
    X, y = data
    names = np.array(["no", "yes"])[y]
    clf = small(module=Net).fit(X, names)
    net = clf.net_
    assert net.forward(X).shape == (160, 2)
    assert_allclose(net.predict_proba(X), clf.predict_proba(X), atol=1e-6)
    assert_array_equal(net.predict(X), clf.predict(X))
    assert net.score(X, names) == clf.score(X, names)
    assert_array_equal(net.predict(torch.from_numpy(X)), clf.predict(X))
    net.trim_for_prediction()
    assert_array_equal(clf.predict(X), net.predict(X))


# --- how it trains ---


def test_validation_data_may_come_from_elsewhere(data):
    X, y = data
    clean = TensorDataset(torch.tensor(X[:40]), torch.tensor(y[:40]))
    rng = np.random.default_rng(0)
    noisy = np.where(rng.random(120) < 0.3, 1 - y[40:], y[40:])
    clf = small(module=Net, train_split=predefined_split(clean), early_stopping=True)
    clf.fit(X[40:], noisy)
    best = max(clf.history_[:, "valid_acc"])
    assert clf.score(X[:40], y[:40]) == pytest.approx(best)


def test_skorchs_own_data_set_may_be_what_to_validate_on(data):
    X, y = data
    split = predefined_split(SkorchDataset(X[:40], y[:40]))
    clf = small(module=Net, train_split=split, max_epochs=2).fit(X, y)
    own = small(module=Net, max_epochs=2).fit(X, y)
    log_loss = -np.log(own.predict_proba(X[:40])[range(40), y[:40]]).mean()
    assert clf.history_[-1]["valid_loss"] == pytest.approx(log_loss, abs=1e-5)


def test_skorch_splits_choose_among_the_samples(data):
    clf = small(module=Net, train_split=ValidSplit(4, stratified=True)).fit(*data)
    assert "valid_loss" in clf.history_[-1]
    with pytest.raises(ValueError, match="both say what to validate on"):
        small(train_split=ValidSplit(4), validation_fraction=0.1).fit(*data)
    with pytest.raises(TypeError, match="train_split=3"):
        small(train_split=3).fit(*data)


class Watcher(Callback):
    """Looks at batches, which makes the engine take skorch's way."""

    def on_batch_begin(self, net, **kwargs):
        """See one."""


@pytest.mark.parametrize("slow", [False, True])
def test_accumulated_batches_are_one_large_batch(slow, data):
    def fitted(**options):
        torch.manual_seed(0)
        options |= {"callbacks": [Watcher()] if slow else None}
        clf = small(module=Net(), loss="ce", dtype="float64", **options)
        return clf.set_params(lr_schedule="constant").fit(*data).predict_proba(data[0])

    large = fitted(batch_size=80)
    assert_allclose(fitted(batch_size=20, accumulate=4), large, atol=1e-9)
    assert not np.allclose(fitted(batch_size=20), large, atol=1e-3)


def test_what_looks_at_a_batch_twice_does_not_accumulate(data):
    with pytest.raises(ValueError, match="accumulate=2 doesn't go with LBFGS"):
        small(optimizer=torch.optim.LBFGS, accumulate=2).fit(*data)


def test_bf16_is_what_layers_compute_in_while_they_train(data):
    seen = set()

    class Looking(Net):
        def forward(self, X):
            z = super().forward(X)
            seen.add((self.training, z.dtype))
            return z

    clf = small(module=Looking, precision="bf16").fit(*data)
    assert seen == {(True, torch.bfloat16), (False, torch.float32)}
    assert clf.score(*data) > 0.9
    assert clf.networks_[0].head.weight.dtype == torch.float32
    with pytest.raises(ValueError, match="precision='fp8' is not one of"):
        small(precision="fp8").fit(*data)


@pytest.mark.slow
def test_a_compiled_network_is_the_same_network(data):
    def fitted(**options):
        torch.manual_seed(0)
        return small(module=Net(), max_epochs=2, **options).fit(*data)

    torch.compiler.reset()
    compiled = fitted(compile={"backend": "eager"})
    assert compiled.networks_[0]._compiled_call_impl is not None
    expected = fitted().predict_proba(data[0])
    assert_allclose(compiled.predict_proba(data[0]), expected, atol=1e-5)
    again = pickle.loads(pickle.dumps(compiled))
    assert_allclose(again.predict_proba(data[0]), expected, atol=1e-5)


def test_a_batch_may_be_all_there_is(data):
    clf = small(module=Net, batch_size=-1, max_epochs=2).fit(*data)
    assert clf.history_[-1]["train_loss"] > 0
    with pytest.raises(ValueError, match="batch_size=-2"):
        small(batch_size=-2).fit(*data)
