"""DISC: against loops over samples, what its memory knows, and as a method by name."""

import math

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits
from torch import nn

from sknoisy import NoisyLabelClassifier
from sknoisy._engine import Networks
from sknoisy.noise import SymmetricNoise
from sknoisy.objectives import DynamicSelectionAndCorrection
from sknoisy.objectives._mixup import among

LABELS = torch.tensor([0, 2, 1, 1, 0, 2, 1])
INDEX = torch.arange(len(LABELS))
PERMUTED = [3, 0, 6, 5, 1, 2, 4]
# probabilities of the three classes: of the plain and of the strong view
CERTAIN, LIKELY, EVEN = [0.98, 0.01, 0.01], [0.6, 0.2, 0.2], [0.34, 0.33, 0.33]


def shifted(features):
    return 0.5 * features + 0.3


def make(labels=LABELS, **options):
    given = {"strong_augment": shifted, "warm_up_epochs": 1}
    return DynamicSelectionAndCorrection(len(labels), 3, 4, labels, **given | options)


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(3)
    network = nn.Linear(4, 3).double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(3 * torch.randn(parameter.shape, generator=generator))
    features = torch.randn(len(LABELS), 4, generator=generator, dtype=torch.float64)
    return Networks([network]), features, LABELS, INDEX


@pytest.fixture
def drawn(monkeypatch):
    monkeypatch.setattr(
        "sknoisy.objectives._disc.draw_mixture",
        lambda alpha, labels: (0.3, torch.tensor(PERMUTED)),
    )


def probabilities(networks, features):
    with torch.no_grad():
        views = [features, shifted(features)]
        return [networks[0](view).softmax(dim=-1).numpy() for view in views]


def judged(plain, strong, thresholds, *, margin=0.5, most=0.9, momentum=0.95):
    """Return how each label is judged, one after the other, and later thresholds."""
    agreed, purified, guesses, later = [], [], [], []
    for i, label in enumerate(LABELS.tolist()):
        views = [plain[i], strong[i]]
        n = sum(float(p[label] > t) for p, t in zip(views, thresholds[i], strict=True))
        mean = [(a + b) / 2 for a, b in zip(*views, strict=True)]
        limit = min(sum(thresholds[i]) / 2 + margin, most)
        agreed.append(n)
        purified.append(n == 0 and max(mean) > limit)
        guesses.append(int(np.argmax(mean)))
        pairs = zip(views, thresholds[i], strict=True)
        later.append([momentum * t + (1 - momentum) * max(p) for p, t in pairs])
    return agreed, purified, guesses, later


def learned(networks, features, judgement, *, hard_weight=1.0, share=0.7):
    """Return the value, sample by sample."""
    agreed, purified, guesses, _ = judgement
    n, value = len(features), 0.0
    for p in probabilities(networks, features):
        for i, label in enumerate(LABELS.tolist()):
            if agreed[i] == 2:
                value -= math.log(p[i][label]) / n
            elif agreed[i] == 1:
                value += hard_weight * (1 - p[i][label] ** 0.7) / 0.7 / n
    mixing = [i for i in PERMUTED if agreed[i] or purified[i]]
    kinds = zip(purified, guesses, LABELS.tolist(), strict=True)
    target = [guess if pure else label for pure, guess, label in kinds]
    for seen in (features, shifted(features)):
        for place, i in enumerate(mixing):
            j = mixing[(place + 1) % len(mixing)]
            pair = share * seen[i] + (1 - share) * seen[j]
            log_p = networks[0](pair).log_softmax(dim=-1).tolist()
            each = share * log_p[target[i]] + (1 - share) * log_p[target[j]]
            value -= each / len(mixing)
    return value


def test_the_warm_up_learns_both_views_and_changes_no_verdict(batch):
    networks, features, labels, _ = batch
    objective = make()
    objective.on_epoch_begin(0, networks, None)
    both = probabilities(networks, features)
    log_p = [math.log(p[i][y]) for p in both for i, y in enumerate(labels.tolist())]
    assert_allclose(objective(*batch).item(), -sum(log_p) / len(labels), rtol=1e-9)
    assert_allclose(objective.said.numpy(), np.stack(both, axis=1), rtol=1e-5)


@pytest.mark.parametrize(
    "options",
    [{}, {"hard_weight": 0.2}, {"margin": 0.05, "momentum": 0.5}, {"most": 0.3}],
    ids=str,
)
def test_labels_are_judged_and_learned_as_one_by_one(options, batch, drawn):
    networks, features, labels, _ = batch
    objective = make(**options)
    hard_weight = options.pop("hard_weight", 1.0)
    thresholds, seen = [[1 / len(labels)] * 2] * len(labels), set()
    judgement = None
    for epoch in range(4):
        objective.on_epoch_begin(epoch, networks, None)
        value = objective(*batch)
        if judgement is not None:
            expected = learned(networks, features, judgement, hard_weight=hard_weight)
            assert_allclose(value.item(), float(expected), rtol=1e-6)
        both = probabilities(networks, features)
        judgement = judged(*both, thresholds, **options)
        objective.on_epoch_end(epoch, networks, None)
        agreed, purified, _, thresholds = judgement
        assert_array_equal(objective.agreed.numpy(), agreed)
        assert_array_equal(objective.purified.numpy(), purified)
        assert_allclose(objective.thresholds.numpy(), thresholds, rtol=1e-5)
        kinds = zip(agreed, purified, strict=True)
        seen |= {(n, bool(pure)) for n, pure in kinds}
        networks[0].weight.data.add_(0.4 * torch.sign(networks[0].weight.data))
    assert len(seen) > 2  # several kinds of verdicts were tried


def test_what_is_clean_hard_purified_and_left_out():
    objective = make(torch.tensor([0, 0, 1, 1]))
    objective.thresholds = torch.full((4, 2), 0.3)
    plain = [CERTAIN, CERTAIN, CERTAIN, LIKELY]
    strong = [LIKELY, [0.2, 0.7, 0.1], CERTAIN, EVEN[::-1]]
    objective.said = torch.tensor([plain, strong]).transpose(0, 1)
    objective.on_epoch_end(0, None, None)
    assert_array_equal(objective.findings()["kept"], [1.0, 0.5, 0.0, 0.5])
    assert_array_equal(objective.purified, [False, False, True, False])
    assert_array_equal(objective.target, [0, 0, 0, 1])


def test_partners_are_chosen_ones_and_all_of_them():
    chosen = torch.tensor([True, False, True, True, False, True])
    partner = among(torch.tensor([5, 4, 0, 1, 3, 2]), chosen)
    assert partner[[5, 0, 3, 2]].tolist() == [0, 3, 2, 5]
    nobody = torch.zeros(6, dtype=torch.bool)
    assert among(torch.arange(6), nobody).shape == (6,)


def test_a_batch_of_which_nothing_is_believed_teaches_nothing(batch):
    networks, features, labels, index = batch
    objective = make()
    objective.on_epoch_begin(1, networks, None)
    objective.agreed = torch.zeros(len(labels))
    objective(networks, features, labels, index).backward()
    assert (networks[0].weight.grad == 0).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"momentum": 1.0}, "momentum=1.0"),
        ({"margin": -0.1}, "margin=-0.1"),
        ({"most": 1.5}, "most=1.5"),
        ({"hard_weight": -1.0}, "hard_weight=-1.0"),
        ({"mixup": -1.0}, "mixup=-1.0"),
        ({"swap": 1.0}, "swap=1.0"),
        ({"augment": 3}, "augment=3"),
    ],
)
def test_what_a_parameter_can_t_be_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        make(**options)


def test_wrong_labels_of_digits_are_the_ones_that_no_view_bears_out():
    X, y = load_digits(return_X_y=True)
    noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    options = {"max_epochs": 20, "module__hidden": 64, "random_state": 0}
    clf = NoisyLabelClassifier(method="disc", **options).fit(X, noisy)
    right = noisy == y
    assert clf.kept_[right].mean() > clf.kept_[~right].mean() + 0.3
    assert clf.score(X, y) > 0.85
