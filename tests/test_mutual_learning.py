"""MutualLearningClassifier: networks that learn from one another."""

import math
import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from helpers import numpy_left_alone
from numpy.testing import assert_allclose, assert_array_equal
from objective_helpers import LABELS, WEIGHT, P
from sklearn.base import clone
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from torch import nn

from sknoisy import MutualLearningClassifier, NoisyLabelClassifier
from sknoisy.losses import cross_entropy, generalized_cross_entropy
from sknoisy.modules import SmallResNet
from sknoisy.objectives import MeanLoss, MutualLearning

RNG = np.random.default_rng(1)
LOGITS = RNG.normal(size=(10, 3, 3)) * 2  # of three networks
INDEX = torch.arange(10)


def quick(**options):
    defaults = {"max_epochs": 6, "lr": 2e-2, "batch_size": 64, "random_state": 0}
    if "module" not in options:
        defaults |= {"module__dropout": 0.0, "module__hidden": 16}
    return MutualLearningClassifier(**{**defaults, **options})


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def kl(p, q):
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))


def slowly(logits, alpha, beta=0.0, temperature=1.0, teacher=None, weight=None):
    """Return the mean over samples of the sum over networks, term by term."""
    n, n_networks, _ = logits.shape
    total = 0.0
    for i in range(n):
        soft = [softmax(z / temperature) for z in logits[i]]
        for k in range(n_networks):
            value = -math.log(softmax(logits[i, k])[LABELS[i]])
            others = [kl(soft[m], soft[k]) for m in range(n_networks) if m != k]
            value += temperature**2 * alpha * sum(others) / max(1, len(others))
            if teacher is not None:
                target = softmax(np.log(teacher[i]) / temperature)
                value += temperature**2 * beta * kl(target, soft[k])
            total += value * (1 if weight is None else weight[i] / weight.mean())
    return total / n


def evaluate(objective, logits=LOGITS):
    z = torch.tensor(logits, requires_grad=True)
    value = objective.compute(z, torch.tensor(LABELS), INDEX)
    value.backward()
    return value.item(), z.grad.numpy()


# --- the objective ---


@pytest.mark.parametrize("n_networks", [1, 2, 3])
@pytest.mark.parametrize("temperature", [1.0, 4.0])
@pytest.mark.parametrize("taught", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_objective_is_the_formula(n_networks, temperature, taught, weighted):
    weight = torch.tensor(WEIGHT) if weighted else None
    objective = MutualLearning(
        MeanLoss(cross_entropy, weight),
        n_networks,
        sample_weight=weight,
        teacher=torch.tensor(P).log() if taught else None,
        mutual_weight=0.7,
        distill_weight=0.3,
        temperature=temperature,
    )
    logits = LOGITS[:, :n_networks]
    expected = slowly(
        logits,
        0.7,
        0.3,
        temperature,
        P if taught else None,
        WEIGHT if weighted else None,
    )
    assert evaluate(objective, logits)[0] == pytest.approx(expected)


def test_a_network_is_moved_by_its_own_divergence_only():
    """What a peer says is a constant to the one that learns it."""
    objective = MutualLearning(MeanLoss(cross_entropy), 3, mutual_weight=2.0)
    _, gradient = evaluate(objective)
    step = 1e-6
    for i, k, c in [(0, 0, 0), (3, 1, 2), (9, 2, 1)]:

        def own(z, i=i, k=k):
            peers = [softmax(LOGITS[i, m]) for m in range(3) if m != k]
            divergences = [kl(peer, softmax(z)) for peer in peers]
            return -math.log(softmax(z)[LABELS[i]]) + 2.0 * sum(divergences) / 2

        up, down = LOGITS[i, k].copy(), LOGITS[i, k].copy()
        up[c], down[c] = up[c] + step, down[c] - step
        numeric = (own(up) - own(down)) / (2 * step)
        assert gradient[i, k, c] == pytest.approx(numeric / 10, abs=1e-8)


def test_learning_from_peers_is_distilling_from_their_mean():
    peers = torch.tensor(LOGITS).softmax(-1)
    _, mutual = evaluate(MutualLearning(MeanLoss(cross_entropy), 3))
    for k in range(3):
        mean = peers[:, [m for m in range(3) if m != k]].mean(dim=1)
        alone = MutualLearning(MeanLoss(cross_entropy), 1, teacher=mean.log())
        _, distilled = evaluate(alone, LOGITS[:, [k]])
        assert_allclose(mutual[:, k], distilled[:, 0], atol=1e-12)


def test_without_weights_it_is_so_many_plain_losses():
    objective = MutualLearning(
        MeanLoss(generalized_cross_entropy), 3, mutual_weight=0.0
    )
    plain = sum(
        generalized_cross_entropy(torch.tensor(LOGITS[:, k]), torch.tensor(LABELS))
        for k in range(3)
    )
    assert evaluate(objective)[0] == pytest.approx(plain.mean().item())


def test_extreme_logits_give_finite_values_and_gradients():
    logits = np.array([[[500.0, -500.0, 0.0], [-500.0, 500.0, 0.0]]] * 10)
    teacher = torch.full((10, 3), -20.0)
    teacher[:, 2] = 0.0
    value, gradient = evaluate(
        MutualLearning(MeanLoss(cross_entropy), 2, teacher=teacher), logits
    )
    assert np.isfinite(value) and np.isfinite(gradient).all()


# --- the classifier ---


def test_grafting_acts_between_epochs_and_only_there(table, monkeypatch):
    seen = []

    def watch(own, neighbor):
        seen.append(own.shape)
        return 1.0

    alone = quick(mutual_weight=0.0, max_epochs=4).fit(*table)
    watched = quick(mutual_weight=0.0, max_epochs=4, grafting=watch).fit(*table)
    assert len(seen) == (4 - 1) * 2 * 2  # pauses, networks, layers of an MLP
    assert_array_equal(watched.predict_proba(table[0]), alone.predict_proba(table[0]))
    mixed = quick(mutual_weight=0.0, max_epochs=4, grafting="entropy").fit(*table)
    assert np.abs(mixed.predict_proba(table[0]) - alone.predict_proba(table[0])).max()


def test_grafting_draws_networks_together(table):
    def distance(**options):
        first, second = quick(mutual_weight=0.0, **options).fit(*table).networks_
        pairs = zip(first.parameters(), second.parameters(), strict=True)
        return sum((a - b).pow(2).sum().item() for a, b in pairs)

    assert distance(grafting="entropy") < 0.2 * distance()
    far = distance(grafting="entropy", grafting__amplitude=1.0)
    assert far > distance(grafting="entropy", grafting__amplitude=0.0)


def test_statistics_of_norm_layers_stay_finite_and_are_those_of_the_last_epoch(images):
    X, y = images
    clf = quick(
        module=SmallResNet,
        module__widths=(16,),
        n_networks=3,
        grafting="entropy",
        max_epochs=4,
        batch_size=32,
    ).fit(X, y)
    assert np.isfinite(clf.predict_proba(X)).all()
    assert clf.score(X, y) > 0.3  # chance is .1
    for network in clf.networks_:
        norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
        assert all(torch.isfinite(norm.running_mean).all() for norm in norms)
        assert all((norm.running_var > 0).all() for norm in norms)
        assert {norm.num_batches_tracked.item() for norm in norms} == {4 * 10}
        # what the first norm remembers is the spread of what it is fed, not a mixture
        fed = network[2](
            network[1](network[0](torch.as_tensor(X, dtype=torch.float32)))
        )
        assert_allclose(norms[0].running_mean, fed.mean((0, 2, 3)).detach(), atol=0.3)


@pytest.mark.parametrize("kind", ["estimator", "scikit-learn", "module"])
def test_a_teacher_teaches_and_learns_nothing(kind, table):
    X, y = table
    names = np.array(["a", "b", "c"])[y]
    rng = np.random.default_rng(5)
    noise = rng.choice(["a", "b", "c"], size=len(y))  # labels that tell nothing
    teachers = {
        "estimator": NoisyLabelClassifier(max_epochs=20, lr=2e-2, random_state=0),
        "scikit-learn": LogisticRegression(),
    }
    if kind == "module":
        teacher = nn.Linear(5, 3)
        with torch.no_grad():
            teacher.weight.copy_(3 * torch.eye(5)[:3])
        knows = {n: t.clone() for n, t in teacher.state_dict().items()}
    else:
        teacher = teachers[kind].fit(X, names)
        knows = pickle.dumps(teacher.predict_proba(X))
    options = {"mutual_weight": 0.0, "max_epochs": 20, "grafting": "entropy"}
    student = quick(**options, distill=teacher, distill_weight=5.0).fit(X, noise)
    assert student.score(X, names) > 0.85
    assert quick(**options).fit(X, noise).score(X, names) < 0.7
    assert student.teacher_ is teacher
    if kind == "module":
        assert all(parameter.grad is None for parameter in teacher.parameters())
        assert all(torch.equal(knows[n], t) for n, t in teacher.state_dict().items())
        assert teacher.training  # as it was
    else:
        assert pickle.dumps(teacher.predict_proba(X)) == knows
    n_learned = sum(len(g["params"]) for g in student.net_.optimizer_.param_groups)
    assert n_learned == 2 * 4  # weights and biases of two layers of two students


def test_a_teacher_that_is_not_fitted_learns_from_the_same_data(table):
    X, y = table
    names = np.array(["a", "b", "c"])[y]
    teacher = LogisticRegression()
    student = quick(distill=teacher).fit(X, names)
    fitted = LogisticRegression().fit(X.astype(np.float32), names)
    assert_allclose(student.teacher_.coef_, fitted.coef_, rtol=1e-4)
    with pytest.raises(NotFittedError):
        teacher.predict(X)
    weight = np.where(y == 0, 5.0, 1.0)
    weighted = quick(distill=teacher).fit(X, names, sample_weight=weight)
    assert np.abs(weighted.teacher_.coef_ - fitted.coef_).max() > 0.01


def test_a_teacher_that_is_fitted_here_gets_the_seeds_that_it_lacks(table):
    tree = DecisionTreeClassifier(max_features=1, random_state=7)
    teacher = make_pipeline(StandardScaler(), BaggingClassifier(tree, n_estimators=3))
    options = {"distill": teacher, "max_epochs": 1}
    with numpy_left_alone():
        first, second = (quick(**options).fit(*table) for _ in range(2))
        other, unseeded = (
            quick(**options, random_state=seed).fit(*table) for seed in (1, None)
        )
    assert_array_equal(first.predict_proba(table[0]), second.predict_proba(table[0]))
    bagging = [clf.teacher_[-1] for clf in (first, second, other, unseeded)]
    assert len({one.random_state for one in bagging}) == 3
    assert all(one.estimator.random_state == 7 for one in bagging)
    assert teacher[-1].random_state is None
    ready = quick(distill=first.teacher_, max_epochs=1).fit(*table)  # learns as first
    assert_array_equal(ready.predict_proba(table[0]), first.predict_proba(table[0]))


def test_a_search_fits_the_teacher_in_every_fold_or_keeps_a_frozen_one(table):
    X, y = table
    teacher = LogisticRegression().fit(X, y)
    assert clone(quick(distill=teacher)).fit(X[:60], y[:60]).teacher_ is not teacher
    frozen = clone(quick(distill=FrozenEstimator(teacher))).fit(X[:60], y[:60])
    assert frozen.teacher_.estimator is teacher
    grid = {
        "temperature": [1.0, 4.0],
        "grafting__steepness": [1.0],
        "distill__C": [2.0],
    }
    search = GridSearchCV(quick(distill=teacher, grafting="entropy"), grid, cv=2)
    assert search.fit(X, y).best_score_ > 0.8


def test_who_predicts_can_be_chosen_after_fit(table):
    X, y = table
    clf = quick(n_networks=3).fit(X, y)
    each = [clf.set_params(predict_with=k).predict_proba(X) for k in range(3)]
    assert np.abs(each[0] - each[1]).max() > 1e-3
    mean = clf.set_params(predict_with="mean").predict_proba(X)
    assert_allclose(mean, np.mean(each, axis=0), atol=1e-6)
    rows = torch.as_tensor(X, dtype=torch.float32)
    own = clf.networks_[2].eval()(rows).softmax(-1).detach()
    assert_allclose(each[2], own, atol=1e-6)
    clf.predict_with = 3
    with pytest.raises(ValueError, match="'mean' or the number of a network.*0 to 2"):
        clf.predict(X)
    with pytest.raises(NotFittedError):
        _ = quick().networks_


def test_mutual_learning_brings_networks_to_agree(table):
    X, y = table

    def disagreement(weight):
        clf = quick(mutual_weight=weight, module__dropout=0.0).fit(X, y)
        first, second = (
            clf.set_params(predict_with=k).predict_proba(X) for k in range(2)
        )
        return np.abs(first - second).mean()

    assert disagreement(5.0) < 0.5 * disagreement(0.0)


@pytest.mark.parametrize(
    "options",
    [{}, {"grafting": "entropy"}, {"distill": LogisticRegression(), "mixup": 1.0}],
)
def test_equal_seeds_give_equal_numbers_also_after_pickling(options, table):
    X, y = table
    first, second = (quick(**options).fit(X, y) for _ in range(2))
    assert_array_equal(first.predict_proba(X), second.predict_proba(X))
    again = pickle.loads(pickle.dumps(first))
    assert_array_equal(again.predict_proba(X), first.predict_proba(X))
    assert first.score(X, y) > 0.8


def test_soft_labels_and_learning_in_parts(table):
    X, y = table
    clf = quick(n_networks=3, grafting="entropy").fit(X, np.eye(3)[y])
    assert clf.score(X, y) > 0.8
    parts = quick(distill=clf)
    for _ in range(15):
        parts.partial_fit(X, y, classes=[0, 1, 2])
    assert parts.score(X, y) > 0.8
    assert not hasattr(quick(distill=LogisticRegression()), "partial_fit")


def test_a_teacher_of_a_data_frame_must_name_the_same_features(table):
    X = pd.DataFrame(table[0], columns=list("abcde"))
    teacher = LogisticRegression().fit(X, table[1])
    quick(distill=teacher, max_epochs=1).fit(X, table[1])
    with pytest.raises(ValueError, match="the same, in the same order"):
        quick(distill=teacher, max_epochs=1).fit(X[list("edcba")], table[1])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_networks": 0}, ValueError, "n_networks=0"),
        ({"mutual_weight": -1.0}, ValueError, "mutual_weight=-1"),
        ({"distill_weight": -1.0}, ValueError, "distill_weight=-1"),
        ({"temperature": 0.0}, ValueError, "temperature=0"),
        ({"grafting": "entrophy"}, ValueError, "did you mean 'entropy'"),
        ({"grafting": "entropy", "grafting__bins": 3}, ValueError, "takes: amplitude"),
        ({"loss": "elr"}, ValueError, "'elr' is a method"),
        ({"predict_with": 2}, ValueError, "from 0 to 1"),
        ({"predict_with": "max"}, ValueError, "'mean' or the number"),
        ({"distill": "peers"}, TypeError, "is no teacher"),
        ({"distill": nn.Linear(5, 2)}, ValueError, r"\(150, 2\): expected \(150, 3\)"),
    ],
)
def test_bad_parameters_are_refused_with_a_reason(options, error, message, table):
    with pytest.raises(error, match=message):
        quick(**{"max_epochs": 1, **options}).fit(*table)


class Raw(nn.Module):
    """A layer that can't draw its weights anew."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(5, 3))

    def forward(self, X):
        return X @ self.weight


@pytest.mark.parametrize("module", [Raw(), Raw, nn.Linear(5, 3)])
def test_networks_that_start_alike_are_warned_of(module, table):
    if isinstance(module, nn.Linear):  # of which further copies draw new weights
        quick(module=module, max_epochs=1).fit(*table)
        return
    with pytest.warns(UserWarning, match="start with equal weights"):
        quick(module=module, max_epochs=1).fit(*table)
    quick(module=module, max_epochs=1, n_networks=1).fit(*table)


def test_a_teacher_of_other_classes_is_refused(table):
    teacher = LogisticRegression().fit(table[0], table[1] + 1)
    with pytest.raises(ValueError, match=r"knows the classes \[1 2 3\], but y holds"):
        quick(distill=teacher).fit(*table)
