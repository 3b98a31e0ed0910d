"""One small objective of every kind goes through the one engine there is."""

import copy

import numpy as np
import pytest
import torch
from sklearn.base import clone
from torch import nn
from torch.nn import functional as F

from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.classifiers._noisy_label import NoisyLabelClassifier
from sknoisy.losses import LOSSES
from sknoisy.objectives import MeanLoss, Objective


def per_sample_ce(logits, labels):
    return F.cross_entropy(logits, labels, reduction="none")


class CoTeaching(Objective):
    """Two networks, each learns from what the other finds easy."""

    n_networks = 2

    def compute(self, logits, labels, index):
        mine, other = (per_sample_ce(logits[:, k], labels) for k in range(2))
        keep = max(1, int(0.7 * len(labels)))
        easy_for = [x.detach().topk(keep, largest=False).indices for x in (mine, other)]
        return mine[easy_for[1]].mean() + other[easy_for[0]].mean()


class EarlyLearning(Objective):
    """Memory of every sample: a buffer, found by index."""

    def __init__(self, n_samples, n_classes, momentum=0.7, strength=3.0):
        super().__init__()
        self.momentum, self.strength = momentum, strength
        self.register_buffer("beliefs", torch.zeros(n_samples, n_classes))

    def compute(self, logits, labels, index):
        proba = logits[:, 0].softmax(-1).clamp(1e-4, 1 - 1e-4)
        belief = torch.lerp(proba.detach(), self.beliefs[index], self.momentum)
        self.beliefs[index] = belief
        agreement = (belief * proba).sum(-1)
        fit = per_sample_ce(logits[:, 0], labels).mean()
        return fit + self.strength * torch.log1p(-agreement).mean()


class Confident(Objective):
    """Nothing but a function of the batch."""

    def compute(self, logits, labels, index):
        entropy = -(logits.softmax(-1) * logits.log_softmax(-1)).sum(-1)
        return F.cross_entropy(logits[:, 0], labels) + 0.1 * entropy.mean()


class LearnedTransition(Objective):
    """A parameter of the method's own, which the optimizer must find."""

    def __init__(self, n_classes):
        super().__init__()
        self.scores = nn.Parameter(3 * torch.eye(n_classes))

    def compute(self, logits, labels, index):
        noisy = logits[:, 0].softmax(-1) @ self.scores.softmax(-1)
        return F.nll_loss(noisy.clamp_min(1e-12).log(), labels)


class MixUp(Objective):
    """Other inputs than the batch: overrides `forward`."""

    def forward(self, networks, features, labels, index):
        partner = torch.randperm(len(labels))
        logits = networks(torch.lerp(features, features[partner], 0.3))[:, 0]
        own, others = (per_sample_ce(logits, labels[p]) for p in (..., partner))
        return (0.7 * own + 0.3 * others).mean()


class SmallestLosses(Objective):
    """Acts between epochs: keeps the easier half, by a pass over all samples."""

    def __init__(self, labels):
        super().__init__()
        self.register_buffer("labels", labels)
        self.register_buffer("keep", torch.ones(len(labels)))
        self.seen = []

    def on_epoch_end(self, epoch, networks, predict):
        losses = per_sample_ce(predict()[:, 0], self.labels)
        self.keep = (losses <= losses.median()).float()
        self.seen.append(epoch)

    def compute(self, logits, labels, index):
        return (per_sample_ce(logits[:, 0], labels) * self.keep[index]).mean()


OBJECTIVES = [CoTeaching, EarlyLearning, LearnedTransition, MixUp, SmallestLosses]


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=300)
    X = rng.normal(size=(300, 4)) + 3 * np.eye(4)[y]
    y_noisy = np.where(rng.random(300) < 0.2, (y + 1) % 3, y)
    return X, y_noisy, y


@pytest.mark.parametrize("kind", OBJECTIVES)
def test_every_kind_of_objective_learns_through_the_one_engine(kind, blobs):
    X, y_noisy, y = blobs
    fitted = NoisyLabelClassifier(
        method=kind,
        max_epochs=20,
        lr=1e-2,
        batch_size=64,
        module__dropout=0.0,
        random_state=0,
    ).fit(X, y_noisy)
    assert fitted.score(X, y) > 0.9
    assert len(fitted.net_.module_) == kind.n_networks


@pytest.mark.parametrize("kind", OBJECTIVES)
def test_every_kind_works_with_validation_and_gives_the_same_twice(kind, blobs):
    X, y_noisy, _ = blobs
    clf = NoisyLabelClassifier(
        method=kind, max_epochs=3, validation_fraction=0.2, random_state=0
    )
    first, second = (clone(clf).fit(X, y_noisy) for _ in range(2))
    assert np.isfinite(first.history_[:, "valid_loss"]).all()
    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))


def test_a_learned_parameter_of_the_objective_is_trained(blobs):
    X, y_noisy, _ = blobs
    fitted = NoisyLabelClassifier(
        method=LearnedTransition, max_epochs=5, random_state=0
    )
    learned = fitted.fit(X, y_noisy).net_.criterion_.scores.detach()
    assert not torch.equal(learned, 3 * torch.eye(3))


def test_memory_is_indexed_by_the_place_in_the_training_set(blobs):
    X, y_noisy, _ = blobs
    fitted = NoisyLabelClassifier(
        method=EarlyLearning, max_epochs=1, validation_fraction=0.2, random_state=0
    ).fit(X, y_noisy)
    beliefs = fitted.net_.criterion_.beliefs
    assert beliefs.shape == (300, 3)
    # one belief for every training sample; held-out samples touched no memory
    assert int((beliefs.sum(dim=1) > 0).sum()) == 240


def test_hooks_are_called_once_an_epoch_and_see_every_sample(blobs):
    X, y_noisy, _ = blobs
    fitted = NoisyLabelClassifier(
        method=SmallestLosses, max_epochs=4, validation_fraction=0.2, random_state=0
    ).fit(X, y_noisy)
    assert fitted.net_.criterion_.seen == [0, 1, 2, 3]
    assert len(fitted.net_.criterion_.keep) == 300


def test_networks_that_forget_nothing_learn_as_if_each_were_alone():
    """The sum of two losses gives each network the gradient of its own."""
    from sknoisy._engine import Networks

    torch.manual_seed(0)
    pair = Networks([nn.Linear(4, 3), nn.Linear(4, 3)])
    alone = copy.deepcopy(pair[1])
    X, y = torch.randn(8, 4), torch.randint(3, (8,))
    logits = pair(X)
    (
        per_sample_ce(logits[:, 0], y).mean() + per_sample_ce(logits[:, 1], y).mean()
    ).backward()
    per_sample_ce(alone(X), y).mean().backward()
    torch.testing.assert_close(pair[1].weight.grad, alone.weight.grad)


def test_mean_loss_scales_weights_over_the_training_set_not_the_batch():
    weight = torch.tensor([1.0, 3.0, 4.0, 0.0])
    objective = MeanLoss(per_sample_ce, sample_weight=weight)
    logits, labels = torch.randn(2, 1, 3), torch.tensor([0, 2])
    got = objective.compute(logits, labels, torch.tensor([1, 2]))
    losses = per_sample_ce(logits[:, 0], labels)
    expected = (3.0 * losses[0] + 4.0 * losses[1]) / 2.0 / 2.0  # mean weight is 2
    torch.testing.assert_close(got, expected)


@pytest.mark.parametrize("kind", ["ohem", "ogc", "peer", "sparse_regularization"])
@pytest.mark.parametrize("form", ["expected", "sampled"])
def test_so_is_one_that_is_a_part_of_something_larger(kind, form, blobs):
    options = {"method__form": form} if kind == "peer" else {}
    clf = NoisyLabelClassifier(method=kind, loss=F.cross_entropy, **options)
    with pytest.raises(ValueError, match="one value a sample.*not reduced"):
        clf.fit(*blobs[:2])


def test_what_an_earlier_fit_found_of_other_samples_is_gone(blobs):
    X, y, _ = blobs
    clf = NoisyLabelClassifier(method="elr", method__keep=True, max_epochs=2)
    assert clf.fit(X, y).beliefs_.shape[0] == len(y)
    assert not hasattr(clf.set_params(method__keep=False).fit(X[:9], y[:9]), "beliefs_")


def test_samples_held_out_have_no_findings(blobs):
    for loss, name in (("sop", "label_noise_"), ("elr", "beliefs_")):
        clf = NoisyLabelClassifier(
            method=loss, method__keep=True, max_epochs=2, validation_fraction=0.25
        )
        unknown = np.isnan(getattr(clf.fit(*blobs[:2]), name)).all(axis=1)
        assert unknown.sum() == np.ceil(0.25 * len(unknown))


def test_a_loss_that_reduces_itself_is_told_so(blobs):
    X, y_noisy, _ = blobs
    clf = NoisyLabelClassifier(loss=F.cross_entropy)
    text = r"expected one value a sample, \(300,\).*reduction='none'.*loss='ce'"
    with pytest.raises(ValueError, match=text):
        clf.fit(X, y_noisy)


def test_what_belongs_to_single_samples_is_gone_after_fit(blobs):
    X, y_noisy, _ = blobs
    fitted = NoisyLabelClassifier(max_epochs=1).fit(X, y_noisy, np.ones(300))
    assert fitted.net_.criterion_.mean.sample_weight is None


class Nothing(BaseNoisyClassifier):
    """A classifier that names no method."""

    loss = "ce"


def test_a_classifier_without_a_method_is_told_so(blobs):
    with pytest.raises(TypeError, match="None is no method"):
        Nothing().fit(*blobs[:2])
    with pytest.raises(TypeError, match="4 is no method"):
        NoisyLabelClassifier(method=4).fit(*blobs[:2])


def test_an_objective_without_compute_says_what_it_lacks():
    with pytest.raises(NotImplementedError, match="must define compute"):
        Objective().compute(None, None, None)


class Scaled(nn.Module):
    """A loss with a parameter of its own."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, logits, labels):
        return per_sample_ce(logits * self.scale, labels)


def test_a_loss_with_parameters_is_copied_not_trained_in_place(blobs):
    X, y_noisy, _ = blobs
    clf = NoisyLabelClassifier(loss=Scaled(), max_epochs=2, random_state=0)
    first = clf.fit(X, y_noisy).predict_proba(X)
    assert clf.loss.scale.item() == 1
    assert clf.net_.criterion_.loss.scale.item() != 1
    np.testing.assert_array_equal(clf.fit(X, y_noisy).predict_proba(X), first)


# --- soft labels ---


def test_the_loss_of_a_soft_label_is_its_expectation_for_every_loss():
    soft = torch.tensor([[0.2, 0.8, 0.0], [0.0, 0.0, 1.0]])
    logits, labels = torch.randn(2, 1, 3), torch.tensor([1, 2])
    for name, loss in LOSSES.items():
        objective = MeanLoss(loss, soft_labels=soft)
        got = objective.compute(logits[[1, 0]], labels[[1, 0]], torch.tensor([1, 0]))
        by_class = torch.stack(
            [loss(logits[:, 0], torch.full((2,), c)) for c in range(3)]
        )
        torch.testing.assert_close(got, (soft.T * by_class).sum(dim=0).mean(), msg=name)


def test_one_hot_soft_labels_train_as_labels_do(blobs):
    X, y_noisy, _ = blobs
    options = {"max_epochs": 3, "random_state": 0, "validation_fraction": 0.2}
    hard = NoisyLabelClassifier(**options).fit(X, y_noisy)
    soft = NoisyLabelClassifier(**options).fit(X, np.eye(3)[y_noisy])
    np.testing.assert_allclose(
        soft.predict_proba(X), hard.predict_proba(X), rtol=1e-4, atol=1e-6
    )
    np.testing.assert_array_equal(soft.classes_, [0, 1, 2])
    assert soft.net_.criterion_.soft_labels is None


def test_soft_labels_are_learned_as_they_are(blobs):
    X = blobs[0]
    soft = np.tile([0.1, 0.3, 0.6], (300, 1))
    clf = NoisyLabelClassifier(loss="ce", max_epochs=60, lr=1e-2, random_state=0)
    np.testing.assert_allclose(
        clf.fit(X, soft).predict_proba(X).mean(axis=0), soft[0], atol=0.03
    )


def test_soft_labels_go_with_weights_and_in_parts(blobs):
    X, y_noisy, _ = blobs
    soft, weight = np.eye(3)[y_noisy], np.arange(300) % 2
    clf = NoisyLabelClassifier(max_epochs=3, random_state=0)
    present = weight > 0
    np.testing.assert_array_equal(
        clone(clf).fit(X, soft, weight).predict_proba(X),
        clone(clf).fit(X[present], soft[present]).predict_proba(X),
    )
    assert clone(clf).partial_fit(X, soft).partial_fit(X, soft).n_iter_ == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"class_weight": "balanced"}, "class_weight='balanced' has no effect on soft"),
        ({"method": Confident}, "Confident takes one label a sample"),
    ],
)
def test_what_soft_labels_do_not_go_with_is_refused(options, message, blobs):
    X, y_noisy, _ = blobs
    with pytest.raises(ValueError, match=message):
        NoisyLabelClassifier(**options).fit(X, np.eye(3)[y_noisy])


# --- what an objective says of itself ---


def test_an_objective_of_the_users_own_is_as_good_as_a_name(blobs):
    X, y_noisy, y = blobs
    fitted = NoisyLabelClassifier(
        method=EarlyLearning,
        method__momentum=0.9,
        max_epochs=20,
        lr=1e-2,
        random_state=0,
    ).fit(X, y_noisy)
    assert fitted.net_.criterion_.momentum == 0.9
    assert fitted.score(X, y) > 0.9


def test_weights_without_a_meaning_are_refused_and_equal_ones_are_not(blobs):
    X, y_noisy, _ = blobs
    clf = NoisyLabelClassifier(method=Confident, max_epochs=1)
    clf.fit(X, y_noisy, np.full(300, 2.0))
    with pytest.raises(ValueError, match="no exact meaning for Confident"):
        clf.fit(X, y_noisy, 1.0 + np.arange(300))


def test_partial_fit_is_refused_where_something_belongs_to_a_whole_fit(blobs):
    X, y_noisy, _ = blobs
    for what in [{"method": LearnedTransition}, {"loss": Scaled()}]:
        with pytest.raises(ValueError, match="belongs to one whole fit"):
            NoisyLabelClassifier(**what).partial_fit(X, y_noisy)


def test_learned_parameters_have_their_own_rate_and_no_decay(blobs):
    X, y_noisy, _ = blobs

    class Slow(LearnedTransition):
        lr_factor = 0.1

    fitted = NoisyLabelClassifier(method=Slow, lr=0.01, max_epochs=1).fit(X, y_noisy)
    networks, own = fitted.net_.optimizer_.param_groups
    assert networks["weight_decay"] == 1e-2
    assert own["weight_decay"] == 0
    assert own["params"] == [fitted.net_.criterion_.scores]
    assert own["initial_lr"] == pytest.approx(0.1 * networks["initial_lr"])


def test_an_objective_learns_how_long_training_will_be(blobs):
    X, y_noisy, _ = blobs

    class Long(Confident):
        def __init__(self, n_epochs):
            super().__init__()
            self.n_epochs = n_epochs

    fitted = NoisyLabelClassifier(method=Long, max_epochs=7).fit(X, y_noisy)
    assert fitted.net_.criterion_.n_epochs == 7
