"""ProMix: against loops over samples and networks, and as a method by its name."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits
from torch import nn

from sknoisy import NoisyLabelClassifier
from sknoisy._engine import Networks
from sknoisy.noise import SymmetricNoise
from sknoisy.objectives import ProMix

LABELS = torch.tensor([0, 2, 1, 1, 0, 2, 1, 0])
N = len(LABELS)
INDEX = torch.arange(N)
PERMUTED = [3, 0, 6, 5, 1, 7, 2, 4]


def shifted(features):
    return 0.5 * features + 0.3


def make(labels=LABELS, **options):
    given = {"strong_augment": shifted, "warm_up_epochs": 1}
    return ProMix(3, 10, labels, **given | options)


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(4)
    networks = Networks([nn.Linear(4, 3).double() for _ in range(2)])
    with torch.no_grad():
        for parameter in networks.parameters():
            parameter.copy_(3 * torch.randn(parameter.shape, generator=generator))
    features = torch.randn(N, 4, generator=generator, dtype=torch.float64)
    return networks, features, LABELS, INDEX


@pytest.fixture
def drawn(monkeypatch):
    monkeypatch.setattr(
        "sknoisy.objectives._promix.draw_mixture",
        lambda alpha, labels: (0.3, torch.tensor(PERMUTED)),
    )


def softmax(logits):
    powers = [math.exp(z - max(logits)) for z in logits]
    return [power / sum(powers) for power in powers]


def nll(logits, label):
    return -math.log(softmax(logits)[label])


def easy_by_hand(losses, share):
    """Return who is easy to one network: as many of each class, or all there are."""
    easy = [False] * len(losses)
    for label in range(3):
        own = [i for i in range(len(losses)) if LABELS[i] == label]
        own.sort(key=lambda i: losses[i])
        for i in own[: math.ceil(share * len(losses) / 3)]:
            easy[i] = True
    return easy


def targets_by_hand(p, easy, bias, *, tau, debias, guessing, most):
    """Return for each network who is learned, and as what."""
    learned = []
    for k in range(2):
        chosen = [easy[k][i] or p[k][i][LABELS[i]] > tau for i in range(N)]
        target = LABELS.tolist()
        agreed = []
        for i in range(N) if guessing else ():
            alike = np.argmax(p[0][i]) == np.argmax(p[1][i])
            if alike and min(max(p[0][i]), max(p[1][i])) > tau and not chosen[i]:
                agreed.append(i)
        agreed.sort(key=lambda i: -max(p[0][i]) - max(p[1][i]))
        for i in agreed[: max(0, int(most * N) - sum(chosen))]:
            unbiased = np.log(p[k][i]) - debias * np.log(bias[k])
            chosen[i], target[i] = True, int(np.argmax(unbiased))
        learned.append((chosen, target))
    return learned


def shifted_logits(network, x, bias, debias):
    pairs = zip(network(x).tolist(), bias, strict=True)
    return [z + debias * math.log(share) for z, share in pairs]


def value_by_hand(networks, features, learned, bias, debias):
    """Return the sum over networks of three means over samples that are learned."""
    value, share = 0.0, 0.7
    for network, (chosen, target), own_bias in zip(
        networks, learned, bias, strict=True
    ):
        said = partial(shifted_logits, network, bias=own_bias, debias=debias)
        turn = [i for i in PERMUTED if chosen[i]]
        for place, i in enumerate(turn):
            j = turn[(place + 1) % len(turn)]
            both = nll(said(features[i]), target[i])
            both += nll(said(shifted(features[i])), target[i])
            pair = said(share * features[i] + (1 - share) * features[j])
            mix = share * nll(pair, target[i]) + (1 - share) * nll(pair, target[j])
            value += (both + mix) / len(turn)
    return value


def test_the_warm_up_is_plain_training_of_both_networks(batch):
    networks, features, labels, _ = batch
    objective = make()
    objective.on_epoch_begin(0, networks, None)
    expected = sum(
        nll(network(x).tolist(), y) / N
        for network in networks
        for x, y in zip(features, labels.tolist(), strict=True)
    )
    assert_allclose(objective(*batch).item(), expected, rtol=1e-9)


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_as_many_easy_labels_of_each_class_are_trusted(share):
    objective = make(share=share)
    logits = torch.randn(N, 2, 3, generator=torch.Generator().manual_seed(1))
    objective.on_epoch_end(0, None, lambda: logits)
    for k in range(2):
        each = zip(logits[:, k].tolist(), LABELS.tolist(), strict=True)
        easy = easy_by_hand([nll(z, y) for z, y in each], share)
        assert_array_equal(objective.easy[:, k], easy)


@pytest.mark.parametrize("epoch", [3, 9])
@pytest.mark.parametrize("debias", [0.0, 0.8])
@pytest.mark.parametrize("share", [0.1, 0.6])
def test_it_learns_what_is_chosen_one_by_one(epoch, debias, share, batch, drawn):
    networks, features, _, _ = batch
    options = {"share": share, "confidence": 0.6, "debias": debias, "averaging": 0.75}
    objective = make(**options, guess_from=0.6, most=0.7)
    objective.on_epoch_end(2, networks, lambda: networks(features).detach())
    objective.on_epoch_begin(epoch, networks, None)
    bias = [[1 / 3] * 3] * 2
    for _ in range(2):
        with torch.no_grad():
            p = [
                [softmax(network(x).tolist()) for x in features] for network in networks
            ]
        easy = objective.easy.T.tolist()
        how = {"tau": 0.6, "debias": debias, "guessing": epoch == 9, "most": 0.7}
        learned = targets_by_hand(p, easy, bias, **how)
        expected = value_by_hand(networks, features, learned, bias, debias)
        assert_allclose(objective(*batch).item(), expected, rtol=1e-6)
        for k, (chosen, _) in enumerate(learned):
            mean = np.mean(
                [q for q, is_in in zip(p[k], chosen, strict=True) if is_in], 0
            )
            bias = [*bias[:k], 0.75 * np.array(bias[k]) + 0.25 * mean, *bias[k + 1 :]]
        assert_allclose(objective.bias.numpy(), bias, rtol=1e-5)


def test_guesses_come_late_and_change_what_is_learned(batch, drawn):
    networks, features, _, _ = batch
    values = []
    for epoch in (3, 9):
        objective = make(share=0.1, confidence=0.6, guess_from=0.6)
        objective.on_epoch_begin(epoch, networks, None)
        values.append(objective(*batch).item())
    assert values[0] != pytest.approx(values[1])


def test_a_batch_of_which_nothing_is_believed_teaches_nothing(batch):
    networks, _, labels, _ = batch
    objective = make(confidence=1.0, guess_from=1.0)
    objective.on_epoch_begin(2, networks, None)
    objective.easy = torch.zeros(N, 2, dtype=torch.bool)
    objective(*batch).backward()
    assert all((p.grad == 0).all() for p in networks.parameters())
    assert_allclose(objective.bias.numpy(), 1 / 3)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"share": 0.0}, "share=0.0"),
        ({"confidence": 1.5}, "confidence=1.5"),
        ({"debias": -1.0}, "debias=-1.0"),
        ({"averaging": 1.0}, "averaging=1.0"),
        ({"mixup": -1.0}, "mixup=-1.0"),
        ({"guess_from": 2.0}, "guess_from=2.0"),
        ({"most": -1.0}, "most=-1.0"),
        ({"swap": 1.0}, "swap=1.0"),
        ({"strong_augment": 3}, "strong_augment=3"),
    ],
)
def test_what_a_parameter_can_t_be_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        make(**options)


def test_right_labels_of_digits_are_trusted_more():
    X, y = load_digits(return_X_y=True)
    noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    options = {"max_epochs": 20, "module__hidden": 64, "random_state": 0}
    clf = NoisyLabelClassifier(method="promix", **options).fit(X, noisy)
    right = noisy == y
    assert clf.kept_[right].mean() > clf.kept_[~right].mean() + 0.3
    assert clf.score(X, y) > 0.85
