"""Networks that do what few do: used rightly, or refused in one sentence."""

import warnings

import numpy as np
import pytest
import torch
from helpers import small
from numpy.testing import assert_array_equal
from own_network_helpers import Net
from skorch.callbacks import Freezer, InputShapeSetter
from torch import nn
from torch.nn.utils import parametrizations
from torch.nn.utils.rnn import pack_sequence
from torch.utils.data import TensorDataset

import sknoisy
import sknoisy.datasets
from sknoisy.export import to_module


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 5)).astype(np.float32)
    return X, (X[:, 0] + X[:, 1] > 0).astype(int)


class InPlace(Net):
    """A network that changes what it is given, or a copy of that."""

    def __init__(self, copies=False, change=torch.Tensor.relu_):
        super().__init__()
        self.copies, self.change = copies, change

    def forward(self, X):
        return super().forward(self.change(X.clone() if self.copies else X))


CHANGES = {
    "relu": torch.Tensor.relu_,
    "scale": lambda X: X.mul_(0.5),
    "data": lambda X: X.data.add_(1),  # which autograd doesn't see
}


@pytest.mark.parametrize("method", ["plain", "co_teaching", "mixup", "elr+"])
@pytest.mark.parametrize("change", sorted(CHANGES))
def test_what_a_network_does_in_place_is_its_own_affair(change, method, data):
    X, y = data[0].copy(), data[1]

    def said(copies):
        torch.manual_seed(0)
        net = InPlace(copies, CHANGES[change])
        method_ = {} if method == "mixup" else {"method": method}
        mixup = {"mixup": 1.0} if method == "mixup" else {}
        return small(module=net, **method_, **mixup).fit(X, y).predict_proba(X)

    assert_array_equal(said(False), said(True))
    assert_array_equal(X, data[0])


def test_nor_does_it_change_what_a_search_stacks(data):
    X = data[0].copy()

    def scores(inplace):
        def make():
            return nn.Sequential(nn.ReLU(inplace), nn.Linear(5, 8), nn.Linear(8, 2))

        search = sknoisy.BatchedGridSearchCV(
            small(module=make), {"lr": [1e-2, 1e-3]}, cv=2
        )
        return search.fit(X, data[1]).cv_results_["mean_test_score"]

    assert_array_equal(scores(True), scores(False))
    assert_array_equal(X, data[0])


class Remembering(Net):
    """A network that keeps its last output, as those do that show attention."""

    def forward(self, X):
        self.last = super().forward(X)
        return self.last


@pytest.mark.parametrize("options", [{"method": "elr+"}, {"average": "swa"}, {}])
def test_a_network_may_keep_what_it_said_last(options, data):
    net = Remembering()
    net(torch.from_numpy(data[0]))  # with gradients, which deepcopy refuses
    clf = small(module=net, batch_size=20, **options).fit(*data)
    assert clf.score(*data) > 0.8
    module = to_module(clf)
    found = module(torch.from_numpy(data[0])).detach().numpy()
    assert np.abs(found - clf.predict_proba(data[0])).max() < 1e-6


@pytest.mark.parametrize(
    "normed",
    [
        pytest.param(nn.utils.weight_norm, id="old weight_norm"),
        pytest.param(nn.utils.spectral_norm, id="old spectral_norm"),
        pytest.param(parametrizations.weight_norm, id="weight_norm"),
        pytest.param(parametrizations.spectral_norm, id="spectral_norm"),
        pytest.param(parametrizations.orthogonal, id="orthogonal"),
    ],
)
def test_normed_weights_are_drawn_for_each_network(normed, data):
    with warnings.catch_warnings():  # of torch, which has other names for some
        warnings.simplefilter("ignore", FutureWarning)
        net = nn.Sequential(normed(nn.Linear(5, 5)), nn.ReLU(), nn.Linear(5, 2))
    net(torch.from_numpy(data[0]))
    clf = sknoisy.CoTeachingClassifier(net, max_epochs=5, random_state=0).fit(*data)
    first, second = clf.networks_
    assert not torch.equal(first[0].weight, second[0].weight)
    assert not torch.equal(first[2].weight, second[2].weight)


def quantized():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own, of its deprecated quantization
        return torch.ao.quantization.quantize_dynamic(Net(), {nn.Linear})


def scripted():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.jit.script(Net())


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: nn.Flatten(), ValueError, "nothing to train: the module has no param"),
        (quantized, ValueError, "Quantized modules have none: train the module first"),
        (lambda: Net().requires_grad_(False), ValueError, "all parameters .* are froz"),
        (scripted, TypeError, "TorchScript module.*pass the module that it was made"),
        (lambda: scripted, TypeError, "TorchScript module.*pass the module that it wa"),
    ],
)
def test_what_cannot_be_trained_is_refused(make, kind, message, data):
    with pytest.raises(kind, match=message):
        small(module=make()).fit(
            data[0][:, :2] if "no param" in message else data[0], data[1]
        )


def test_who_freezes_all_is_told(data):
    freezer = Freezer(["backbone.*", "head.*"])
    with pytest.raises(ValueError, match="all parameters of the module are frozen"):
        small(module=Net, callbacks=[freezer]).fit(*data)


def test_a_sigmoid_for_each_class_is_no_silent_affair(data):
    net = nn.Sequential(nn.Linear(5, 2), nn.Sigmoid())
    with pytest.warns(UserWarning, match="ends with a sigmoid for each class.*Leave"):
        small(module=net).fit(*data)


@pytest.mark.parametrize(
    ("label", "told"),
    [
        (lambda y: torch.eye(2)[y], r"2 parts of shapes \(5,\), \(2,\)"),
        (lambda y: y[:, None], r"2 parts of shapes \(5,\), \(1,\)"),
    ],
)
def test_labels_that_cannot_be_told_are_asked_for(label, told, data):
    X, y = map(torch.from_numpy, data)
    with pytest.raises(ValueError, match=f"no label, or none.*{told}.*Or pass y"):
        small().fit(TensorDataset(X, label(y)))


def test_packed_sequences_are_packed_by_the_network():
    def pack(rows):
        return pack_sequence([torch.tensor(row) for row in rows], enforce_sorted=False)

    tokens = [np.arange(n + 2) for n in range(8)]
    clf = small(module=Net, iterator_train__collate_fn=pack)
    with pytest.raises(TypeError, match="PackedSequence.*pack them in the network's"):
        clf.fit(tokens, np.arange(8) % 2)


def test_a_third_part_of_a_sample_can_be_left_out(data):
    X, y = data
    rows = TensorDataset(*map(torch.from_numpy, (X, y, np.arange(len(y)))))
    samples = sknoisy.datasets.Samples(rows, transform=lambda parts: parts[0])
    found = small(max_epochs=2).fit(samples, y).predict_proba(samples)
    expected = small(max_epochs=2).fit(X, y).predict_proba(X)
    assert_array_equal(found, expected)


def test_a_network_of_the_wrong_size_is_told_how_large_samples_are(data):
    class Sized(nn.Module):
        def __init__(self, input_dim=10):
            super().__init__()
            self.layer = nn.Linear(input_dim, 2)

        def forward(self, X):
            return self.layer(X)

    setter = InputShapeSetter(param_name="input_dim", input_dim_fn=lambda X: 5)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied") as caught:
        small(module=Sized, callbacks=[setter]).fit(*data)
    (note,) = caught.value.__notes__
    assert note.startswith("A sample of X has shape (5,), and the module failed")
    assert "module__NAME: skorch's InputShapeSetter comes too late" in note
    small(module=Sized, module__input_dim=5).fit(*data)
