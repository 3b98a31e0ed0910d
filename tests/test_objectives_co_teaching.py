"""Objectives of co-teaching and its relatives, batch by batch, against the slow way."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from sknoisy.classifiers._co_teaching import STRATEGIES
from sknoisy.losses import LOSSES
from sknoisy.objectives import (
    CoTeaching,
    CoTeachingPlus,
    Decoupling,
    JoCoR,
    Mixup,
    _keep_rate,
)
from sknoisy.objectives._selection import easiest, per_network

N = 12
RNG = np.random.default_rng(3)
LOGITS = RNG.normal(size=(N, 2, 3)) * 2
LABELS = RNG.integers(3, size=N)


def make(strategy, epoch=9, **options):
    """Return the objective as it is in an epoch; the warm-up takes four."""
    kind = STRATEGIES[strategy]
    if kind is not Decoupling:
        known = {"labels": torch.tensor(LABELS), "warm_up_epochs": 4}
        options = {**known, "noise_rate": 0.2, **options}
    objective = kind(N, 10, **options)
    for passed in range(epoch + 1):
        objective.on_epoch_begin(passed, None, None)
    return objective


def evaluate(objective, logits=LOGITS, rows=range(N)):
    """Return the value for some rows, and its gradient by their logits."""
    rows = torch.tensor(list(rows))
    logits = torch.tensor(logits)[rows].requires_grad_()
    value = objective.compute(logits, torch.tensor(LABELS)[rows], rows)
    value.backward()
    return value.item(), logits.grad.numpy()


def nll(i, k):
    z = LOGITS[i, k]
    return np.log(sum(np.exp(v) for v in z)) - z[LABELS[i]]


def smallest(loss, candidates, share):
    n = max(1, round(share * len(candidates))) if candidates else 0
    return sorted(candidates, key=loss)[:n]


def picks_of(strategy, share, warm):
    """Return what each network learns from, the slow way."""
    everyone = list(range(N))
    differ = [i for i in everyone if LOGITS[i, 0].argmax() != LOGITS[i, 1].argmax()]
    if strategy == "decoupling":
        return differ, differ
    if strategy == "jocor":
        both = smallest(joint, everyone, share)
        return both, both
    among = differ if strategy == "co_teaching_plus" and warm else everyone
    first, second = (smallest(lambda i, k=k: nll(i, k), among, share) for k in (0, 1))
    return second, first


def joint(i, agreement=0.3):
    p, q = (np.exp(z) / np.exp(z).sum() for z in LOGITS[i])
    kl = sum(a * np.log(a / b) + b * np.log(b / a) for a, b in zip(p, q, strict=True))
    return (1 - agreement) * (nll(i, 0) + nll(i, 1)) + agreement * kl


def expected(strategy, share, warm):
    picks = picks_of(strategy, share, warm)
    if strategy == "jocor":
        return np.mean([joint(i) for i in picks[0]])
    return sum(np.mean([nll(i, k) for i in picks[k]]) for k in (0, 1))


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
@pytest.mark.parametrize(
    ("epoch", "share", "warm"), [(0, 1.0, False), (2, 0.8, False), (9, 0.6, True)]
)
def test_the_value_is_that_of_the_slow_way(strategy, epoch, share, warm):
    rate = {} if strategy == "decoupling" else {"noise_rate": 0.4}
    value, _ = evaluate(make(strategy, epoch, **rate))
    assert value == pytest.approx(expected(strategy, share, warm))


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_each_network_hears_of_its_own_picks_and_of_nothing_else(strategy):
    rate = {} if strategy == "decoupling" else {"noise_rate": 0.4}
    _, gradient = evaluate(make(strategy, **rate))
    for k, picks in enumerate(picks_of(strategy, 0.6, warm=True)):
        heard = np.flatnonzero(np.abs(gradient[:, k]).sum(axis=1))
        assert_array_equal(heard, sorted(picks))
    one, other = picks_of("co_teaching", 0.6, warm=True)
    assert sorted(one) != sorted(other)  # or networks might be swapped unnoticed


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.0])
def test_the_share_kept_follows_the_schedule(exponent):
    for epoch in range(10):
        teaching = make("co_teaching", epoch, noise_rate=0.4, exponent=exponent)
        rate = 0.4 * min((epoch / 4) ** exponent, 1)
        assert teaching.keep_rate == pytest.approx(1 - rate)


def test_a_warm_up_can_be_left_out_or_be_a_quarter_of_the_training():
    labels = torch.tensor(LABELS)
    assert make("jocor", 0, noise_rate=0.4, warm_up_epochs=0).keep_rate == 0.6
    assert CoTeaching(N, 100, labels).warm_up_epochs == 25
    assert CoTeaching(N, 1, labels).warm_up_epochs == 1


@pytest.mark.parametrize("strategy", ["co_teaching_plus", "decoupling"])
def test_networks_that_agree_learn_nothing_and_nothing_breaks(strategy):
    same = np.repeat(LOGITS[:, :1], 2, axis=1)
    value, gradient = evaluate(make(strategy), same)
    assert value == 0
    assert_array_equal(gradient, 0)
    same[4, 1] = -same[4, 0]  # the only one to differ is kept, whatever the share
    value, gradient = evaluate(make(strategy), same)
    assert_array_equal(np.flatnonzero(np.abs(gradient).sum(axis=(1, 2))), [4])
    assert np.isfinite(value)


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_a_batch_of_one_sample_is_fine(strategy):
    differing = picks_of("decoupling", None, None)[0][0]
    value, gradient = evaluate(make(strategy), rows=[differing])
    assert np.isfinite(value)
    assert np.abs(gradient).sum() > 0


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_one_call_for_all_networks_gives_what_one_for_each_would(name):
    logits, labels = torch.tensor(LOGITS), torch.tensor(LABELS)
    both = per_network(LOSSES[name], logits, labels)
    for k in range(2):
        alone = LOSSES[name](logits[:, k], labels)
        torch.testing.assert_close(both[:, k], alone)


def test_a_loss_that_reduces_itself_is_told_so():
    teaching = make("co_teaching", loss=torch.nn.functional.cross_entropy)
    with pytest.raises(ValueError, match="expected one value a sample"):
        evaluate(teaching)


def test_easiest_keeps_a_share_of_those_it_may_choose_from():
    losses = torch.tensor([[5.0], [1.0], [4.0], [2.0], [3.0]])
    among = torch.tensor([[True], [False], [True], [False], [True]])
    assert easiest(losses, 0.4).ravel().tolist() == [False, True, False, True, False]
    assert easiest(losses, 0.7, among).ravel().nonzero().ravel().tolist() == [2, 4]
    assert not easiest(losses, 0.7, torch.zeros_like(among)).any()


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("some", [False, True])
def test_easiest_of_each_group_are_those_of_the_group_alone(share, some):
    rng = np.random.default_rng(0)
    losses = torch.tensor(rng.exponential(size=(60, 2)))
    groups = torch.tensor(rng.choice([0, 1, 3], size=60))  # nobody is in group 2
    among = torch.tensor(rng.random((60, 1)) < 0.5) if some else None
    chosen = easiest(losses, share, among, groups, 4)
    for group in (0, 1, 3):
        rows = groups == group
        alone = easiest(losses[rows], share, None if among is None else among[rows])
        assert_array_equal(chosen[rows], alone)


@pytest.mark.parametrize(
    ("rank_within", "is_fair"), [("auto", True), ("label", True), ("batch", False)]
)
@pytest.mark.parametrize("kind", [CoTeaching, CoTeachingPlus, JoCoR])
def test_a_hard_class_is_not_left_out_by_ranking_within_labels(
    kind, rank_within, is_fair
):
    labels = torch.arange(40) % 2
    easy = torch.where(labels == 0, 4.0, 1.0).unsqueeze(1)  # both right, one surer
    rng = np.random.default_rng(0)
    surer = easy * torch.tensor(rng.uniform(0.9, 1.1, size=(40, 2)))
    logits = torch.zeros(40, 2, 2, dtype=surer.dtype)
    logits.scatter_(2, labels.view(-1, 1, 1).expand(-1, 2, 1), surer.unsqueeze(2))
    logits[::3] = -logits[::3]  # labels that seem wrong
    logits[1::6, 0] *= -1  # and some on which they disagree
    options = {"noise_rate": 0.5, "warm_up_epochs": 0, "rank_within": rank_within}
    objective = kind(40, 10, labels, **options)
    objective.on_epoch_begin(0, None, None)
    objective.is_warm = False  # co-teaching+ as long as it is co-teaching
    objective.compute(logits, labels, torch.arange(40))
    kept = objective.findings()["kept"]
    shares = [kept[labels == label].mean().item() for label in (0, 1)]
    assert (abs(shares[0] - shares[1]) < 0.05) == is_fair


def test_small_batches_of_many_classes_are_ranked_as_a_whole():
    labels, index = torch.arange(30) % 10, torch.arange(30)
    logits = torch.randn(30, 2, 10, generator=torch.manual_seed(0))
    values = {}
    for within in ("auto", "batch", "label"):
        options = {"noise_rate": 0.4, "warm_up_epochs": 0, "rank_within": within}
        objective = CoTeaching(30, 10, labels, **options)
        objective.on_epoch_begin(0, None, None)
        values[within] = objective.compute(logits, labels, index).item()
    assert values["auto"] == values["batch"] != values["label"]


@pytest.mark.parametrize("kind", [CoTeaching, CoTeachingPlus, JoCoR])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"noise_rate": 1.0}, "noise_rate=1.0 is out of range"),
        ({"warm_up_epochs": -1}, "warm_up_epochs=-1 is out of range"),
        ({"exponent": 0.0}, "exponent=0.0 is out of range"),
        ({"loss": "cee"}, "did you mean 'ce'"),
    ],
)
def test_objectives_refuse_bad_parameters(kind, options, message):
    with pytest.raises(ValueError, match=message):
        kind(N, 10, torch.tensor(LABELS), **options)


def test_samples_that_pick_themselves_cannot_be_mixed():
    with pytest.raises(ValueError, match="leave mixup out"):
        Mixup(make("co_teaching"), 1.0)


# --- the noise rate, found on the way, and what is kept ---


@pytest.fixture
def rates(monkeypatch):
    """Let estimates be those in a list, of networks that foretell labels or don't."""

    def given(*values, is_told=True):
        left = list(values)
        monkeypatch.setattr(_keep_rate, "estimate_noise_rate", lambda y, p: left.pop(0))
        monkeypatch.setattr(_keep_rate, "foretells", lambda y, p: is_told)
        return left

    return given


def test_the_rate_is_estimated_from_what_the_other_network_says(monkeypatch):
    asked = []

    def estimate(labels, probabilities):
        asked.append((probabilities, labels))
        return 0.25

    monkeypatch.setattr(_keep_rate, "estimate_noise_rate", estimate)
    monkeypatch.setattr(_keep_rate, "foretells", lambda y, p: True)
    objective = make("jocor", 0, noise_rate="auto")
    side = objective.side.numpy()
    for c in range(3):
        assert abs((side[c == LABELS] == 0).sum() - (c == LABELS).sum() / 2) <= 0.5
    _, gradient = evaluate(objective)
    heard = np.abs(gradient).sum(axis=2) > 0
    assert_array_equal(heard, side[:, None] == [0, 1])
    objective.on_epoch_end(0, None, lambda: torch.tensor(LOGITS))
    assert objective.is_apart  # a first estimate has to be seen to stay
    assert objective.keep_rate == 1
    objective.on_epoch_end(1, None, lambda: torch.tensor(LOGITS))
    _, (probabilities, labels) = asked
    others = LOGITS[np.arange(N), 1 - side]
    oracle = np.exp(others) / np.exp(others).sum(axis=1, keepdims=True)
    assert_allclose(probabilities, oracle)
    assert_array_equal(labels, LABELS)
    objective.on_epoch_begin(2, None, None)
    assert objective.keep_rate == pytest.approx(1 - 0.25 * 2 / 4)
    assert objective.estimates() == {"noise_rate": 0.25}


@pytest.mark.parametrize(
    ("found", "n_epochs", "rate"),
    [
        ([0.3, 0.28], 2, 0.28),
        ([0.5, 0.4, 0.39], 4, 0.39),  # later, as it fell
        ([0.5, 0.4, 0.3], 4, None),  # it falls to the end
        ([0.2, 0.3], 2, 0.3),
    ],
)
def test_a_rate_that_still_falls_is_estimated_again_or_not_known(
    found, n_epochs, rate, rates
):
    left = rates(*found)
    objective = make("co_teaching", 0, noise_rate="auto")
    for epoch in range(n_epochs):
        assert objective.is_apart
        objective.on_epoch_end(epoch, None, lambda: torch.tensor(LOGITS))
    assert not objective.is_apart and not left
    assert objective.estimates() == {"noise_rate": rate}
    objective.on_epoch_begin(5, None, None)
    assert objective.keep_rate == 1 - (rate or 0)


def test_networks_that_have_taken_many_steps_are_asked_once(rates):
    left = rates(0.5, 0.3)
    objective = make("co_teaching", 0, noise_rate="auto")
    objective.n_batches = _keep_rate.MANY
    objective.on_epoch_end(0, None, None)  # it would be asked here, had it taken fewer
    assert objective.is_apart and len(left) == 2
    objective.on_epoch_end(1, None, lambda: torch.tensor(LOGITS))
    assert objective.estimates() == {"noise_rate": 0.5}


def test_networks_no_better_than_guessing_know_no_rate(rates):
    rates(0.4, 0.4, 0.4, is_told=False)
    objective = make("co_teaching_plus", 0, noise_rate="auto")
    for epoch in range(4):
        objective.on_epoch_end(epoch, None, lambda: torch.tensor(LOGITS))
    assert objective.estimates() == {"noise_rate": None}
    objective.on_epoch_begin(5, None, None)
    _, gradient = evaluate(objective)
    assert (np.abs(gradient).sum(axis=2) > 0).all()  # those that both agree on, too


@pytest.mark.parametrize(("share", "told"), [(0.5, False), (0.55, False), (0.7, True)])
def test_labels_are_foretold_where_they_are_hit_more_often_than_by_chance(share, told):
    labels = np.tile([0, 1], 100)
    hits = np.arange(200) < share * 200
    says = np.eye(2)[np.where(hits, labels, 1 - labels)]
    assert _keep_rate.foretells(labels, says) == told
    assert not _keep_rate.foretells(
        np.arange(200) // 180, np.tile([0.9, 0.1], (200, 1))
    )


def test_the_last_epoch_is_the_latest_to_estimate_the_rate(rates):
    rates(0.1)
    with pytest.warns(UserWarning, match="warm_up_epochs=99 leaves none of 10 epochs"):
        objective = make("jocor", 0, noise_rate="auto", warm_up_epochs=99)
    for epoch in range(10):
        assert objective.is_apart
        objective.on_epoch_end(epoch, None, lambda: torch.tensor(LOGITS))
    assert objective.rate == 0.1


def test_kept_counts_the_epochs_after_the_warm_up_only():
    objective = make("co_teaching", 3, noise_rate=0.4)
    evaluate(objective, rows=range(8))
    assert_allclose(objective.findings()["kept"][8:], np.nan)
    objective.on_epoch_begin(4, None, None)
    for _ in range(2):
        evaluate(objective, rows=range(2, N))
    evaluate(objective, rows=[3])
    kept = objective.findings()["kept"]
    assert_allclose(kept[:2], np.nan)
    assert kept[3] >= 1 / 3
    n_kept = 2 * kept[2:].sum() + kept[3]  # seen twice, the one alone three times
    assert n_kept == pytest.approx(2 * 6 + 1)  # 0.6 of ten, twice, and 1
    objective.forget()
    assert [*objective.buffers()] == []


def test_kept_leaves_out_the_epoch_that_finds_the_noise_rate(rates):
    rates(0.4)
    options = {"noise_rate": "auto", "warm_up_epochs": 0}
    objective = make("co_teaching", 0, **options)
    evaluate(objective, rows=range(2, N))
    assert_allclose(objective.findings()["kept"][2:], 0.5)  # by one network each
    objective.on_epoch_end(0, None, lambda: torch.tensor(LOGITS))
    objective.on_epoch_begin(1, None, None)
    evaluate(objective, rows=range(2, N))
    assert objective.keep_rate == 0.6
    kept = objective.findings()["kept"][2:]
    assert kept.sum() == pytest.approx(6)  # 0.6 of ten
