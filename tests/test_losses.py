"""Properties that every loss has, from the confident to the absurd logits."""

import ast
import inspect
import math
import pickle
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from sknoisy import losses
from sknoisy.losses import LOSSES, get_loss, get_loss_names

# hyper-parameters at or near the ends of their ranges, beside the defaults
EDGES = {
    "ael": {"a": 0.1},
    "agce": {"a": 1e-5, "q": 0.1},
    "amse": {"a": 1.0},
    "anl": {"alpha": 0.0, "min_prob": 0.1},
    "aul": {"a": 1.1, "q": 0.1},
    "bi_tempered": {"t1": 0.0, "t2": 5.0},
    "bootstrap_hard": {"beta": 0.0},
    "bootstrap_soft": {"beta": 0.0},
    "ce": {"class_weight": [0.5, 1.0, 2.0, 0.0, 3.0]},
    "clipped_ce": {"tau": 0.01},
    "clipped_gce": {"tau": 100.0, "q": 1.0},
    "eps_softmax": {"alpha": 1.0, "m": 0.0, "floor": 0.0},
    "focal": {"gamma": 0.01},
    "gce": {"q": 1e-3},
    "jal": {"alpha": 0.0, "a": 1.0},
    "js": {"label_weight": 0.99},
    "label_smoothing": {"rate": -1.5},
    "mae_shift": {"bias": 20.0},
    "nce_ael": {"a": 0.1},
    "nce_agce": {"a": 0.01, "q": 3.0},
    "nce_aul": {"a": 1.1, "q": 3.0},
    "nce_mae": {"beta": 0.0},
    "nce_rce": {"label_floor": 0.99},
    "nfl": {"gamma": 0.01},
    "nfl_mae": {"gamma": 5.0},
    "nfl_rce": {"gamma": 0.0},
    "nnce": {"min_prob": 0.1},
    "rce": {"label_floor": 1e-30},
    "sce": {"alpha": 6.0, "beta": 0.0},
    "taylor": {"order": 30},
}
CASES = [(name, {}) for name in sorted(LOSSES)] + sorted(EDGES.items())


def every_case_but(*left_out):
    names = [name + "*" * bool(hyper) for name, hyper in CASES]
    chosen = [
        pytest.param(name, hyper, id=label)
        for label, (name, hyper) in zip(names, CASES, strict=True)
        if label not in left_out and name not in left_out
    ]
    return pytest.mark.parametrize(("name", "hyper"), chosen)


every_case = every_case_but()


def make_batch(n_samples=64, scale=2.0, dtype=torch.float64):
    rng = torch.Generator().manual_seed(0)
    logits = torch.randn(n_samples, 5, generator=rng, dtype=torch.float64)
    labels = torch.randint(5, (n_samples,), generator=rng)
    return (scale * logits).to(dtype), labels


def gradient(loss, logits, labels, **hyper):
    logits = logits.detach().clone().requires_grad_()
    loss(logits, labels, **hyper).sum().backward()
    return logits.grad


def assert_close(actual, expected, rtol=1e-10, atol=1e-12):
    np.testing.assert_allclose(
        np.asarray(actual), np.asarray(expected), rtol=rtol, atol=atol
    )


@every_case
class TestEveryLoss:
    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
    def test_gives_one_finite_value_a_sample_in_the_dtype_of_the_logits(
        self, name, hyper, dtype
    ):
        loss = LOSSES[name](*make_batch(dtype=dtype), **hyper)
        assert loss.shape == (64,)
        assert loss.dtype == dtype
        assert torch.isfinite(loss).all()

    def test_of_no_sample_is_empty(self, name, hyper):
        labels = torch.empty(0, dtype=torch.int64)
        assert LOSSES[name](torch.empty(0, 5), labels, **hyper).shape == (0,)

    def test_of_one_sample_depends_on_no_other(self, name, hyper):
        logits, labels = make_batch()
        loss = LOSSES[name](logits, labels, **hyper)
        assert_close(LOSSES[name](logits[3:4], labels[3:4], **hyper), loss[3:4])
        logits.requires_grad_()
        LOSSES[name](logits, labels, **hyper)[3].backward()
        others = torch.arange(64) != 3
        assert (logits.grad[others] == 0).all()

    def test_follows_the_order_of_the_samples(self, name, hyper):
        logits, labels = make_batch()
        order = torch.randperm(64, generator=torch.Generator().manual_seed(1))
        loss = LOSSES[name](logits, labels, **hyper)
        assert_close(LOSSES[name](logits[order], labels[order], **hyper), loss[order])

    def test_never_waits_for_the_device_to_tell_a_value(self, name, hyper):
        logits, labels = (tensor.to("meta") for tensor in make_batch())  # has no values
        loss = LOSSES[name](logits.requires_grad_(), labels, **hyper)
        loss.mean().backward()
        assert loss.device == logits.grad.device == torch.device("meta")

    def test_leaves_its_arguments_alone(self, name, hyper):
        logits, labels = make_batch()
        kept_logits, kept_labels = logits.clone(), labels.clone()
        LOSSES[name](logits, labels, **hyper)
        assert torch.equal(logits, kept_logits) and torch.equal(labels, kept_labels)

    def test_has_the_gradient_of_finite_differences(self, name, hyper):
        logits, labels = make_batch(n_samples=8)
        logits.requires_grad_()
        assert torch.autograd.gradcheck(
            lambda z: LOSSES[name](z, labels, **hyper), logits, atol=1e-6, rtol=1e-5
        )

    def test_has_the_same_value_and_gradient_in_float32(self, name, hyper):
        logits, labels = make_batch(n_samples=200, scale=3.0, dtype=torch.float32)
        loss = LOSSES[name]
        exact = loss(logits.double(), labels, **hyper)
        size = 1 + exact.abs().max()
        assert_close(loss(logits, labels, **hyper), exact, rtol=2e-6, atol=1e-6 * size)
        exact = gradient(loss, logits.double(), labels, **hyper)
        assert_close(
            gradient(loss, logits, labels, **hyper), exact, rtol=2e-5, atol=5e-6
        )

    @pytest.mark.parametrize("size", [0.0, 1.0, 17.0, 80.0, 1e4])
    def test_stays_finite_with_its_gradient_at_extreme_logits(self, name, hyper, size):
        rows = torch.cartesian_prod(*[torch.tensor([-size, 0.0, size])] * 5)
        for label in range(5):
            labels = torch.full((len(rows),), label)
            assert torch.isfinite(LOSSES[name](rows, labels, **hyper)).all()
            assert torch.isfinite(gradient(LOSSES[name], rows, labels, **hyper)).all()


@every_case_but("ce*")  # its weights are told by the code
def test_does_not_care_which_class_has_which_code(name, hyper):
    logits, labels = make_batch()
    loss = LOSSES[name](logits, labels, **hyper)
    recoded = LOSSES[name](logits.flip(-1), 4 - labels, **hyper)
    assert_close(recoded, loss)


@every_case_but("clipped_ce", "clipped_gce")  # the norm of the logits changes
def test_does_not_change_under_a_shift_of_all_logits(name, hyper):
    logits, labels = make_batch()
    loss = LOSSES[name](logits, labels, **hyper)
    assert_close(LOSSES[name](logits + 7, labels, **hyper), loss, atol=1e-10)


@every_case_but("label_smoothing")  # it wants the smoothed label
def test_is_least_at_a_confident_prediction_of_the_label(name, hyper):
    logits, labels = make_batch(n_samples=500)
    certain = 1e9 * (F.one_hot(labels, 5) - 0.2).double()
    least = LOSSES[name](certain, labels, **hyper)
    assert (LOSSES[name](logits, labels, **hyper) >= least).all()


def test_every_loss_is_public_documented_and_takes_hyper_parameters_by_keyword():
    for loss in LOSSES.values():
        doc = inspect.getdoc(loss)
        assert loss.__name__ in losses.__all__
        parameters = list(inspect.signature(loss).parameters.values())
        assert [p.name for p in parameters[:2]] == ["logits", "labels"]
        for p in parameters[2:]:
            assert p.kind is p.KEYWORD_ONLY
            told = re.search(rf"^{p.name} : .*default=(\S+)$", doc, re.M)
            assert told, f"{loss.__name__} doesn't tell the default of {p.name}"
            assert p.default == ast.literal_eval(told[1])
        assert "Examples\n--------" in doc


def test_every_public_name_exists_and_every_loss_survives_pickling():
    assert all(hasattr(losses, name) for name in losses.__all__)
    assert losses.__all__ == sorted(losses.__all__)
    for loss in LOSSES.values():
        assert pickle.loads(pickle.dumps(loss)) is loss


def test_a_loss_is_found_by_its_name_and_a_function_is_returned_as_is():
    assert get_loss("gce") is losses.generalized_cross_entropy
    assert get_loss(len) is len
    assert get_loss_names() == sorted(LOSSES)


def test_an_unknown_name_gets_a_suggestion_and_the_list():
    with pytest.raises(ValueError, match="is not a loss") as caught:
        get_loss("gse")
    assert str(caught.value) == (
        "loss='gse' is not a loss sknoisy knows; did you mean 'gce'? It knows: "
        + ", ".join(sorted(LOSSES))
        + "; or pass a function (logits, labels) -> (n_samples,)."
    )


@pytest.mark.parametrize(
    ("name", "hyper", "allowed"),
    [
        ("ael", {"a": 0}, "(0, inf)"),
        ("agce", {"a": 0}, "(0, inf)"),
        ("agce", {"q": -1}, "(0, inf)"),
        ("amse", {"a": 0.5}, "[1, inf)"),
        ("anl", {"min_prob": 0}, "(0, 1)"),
        ("aul", {"a": 1}, "(1, inf)"),
        ("aul", {"q": math.nan}, "(0, inf)"),
        ("bi_tempered", {"t1": 1.2}, "[0, 1]"),
        ("bi_tempered", {"t2": 0.8}, "[1, 5]"),
        ("bootstrap_hard", {"beta": 1.1}, "[0, 1]"),
        ("bootstrap_soft", {"beta": -0.1}, "[0, 1]"),
        ("clipped_ce", {"tau": 0}, "(0, inf)"),
        ("clipped_gce", {"tau": -1}, "(0, inf)"),
        ("clipped_gce", {"q": 2}, "(0, 1]"),
        ("eps_softmax", {"alpha": -1}, "[0, inf)"),
        ("eps_softmax", {"m": math.inf}, "[0, inf)"),
        ("eps_softmax", {"floor": 1}, "[0, 1)"),
        ("focal", {"gamma": -0.5}, "[0, inf)"),
        ("gce", {"q": 0}, "(0, 1]"),
        ("gce", {"q": 1.5}, "(0, 1]"),
        ("gce", {"q": "0.7"}, "(0, 1]"),
        ("gce", {"q": None}, "(0, 1]"),
        ("jal", {"a": 0}, "[1, inf)"),
        ("js", {"label_weight": 1}, "(0, 1)"),
        ("label_smoothing", {"rate": 1.5}, "(-inf, 1]"),
        ("label_smoothing", {"rate": -math.inf}, "(-inf, 1]"),
        ("mae_shift", {"bias": -1}, "[0, 50]"),
        ("nce_ael", {"a": -1}, "(0, inf)"),
        ("nce_agce", {"beta": -1}, "[0, inf)"),
        ("nce_aul", {"a": 0.5}, "(1, inf)"),
        ("nce_mae", {"alpha": -1}, "[0, inf)"),
        ("nce_rce", {"label_floor": 0}, "(0, 1)"),
        ("nfl", {"gamma": -1}, "[0, inf)"),
        ("nfl_mae", {"gamma": -1}, "[0, inf)"),
        ("nfl_rce", {"beta": -1}, "[0, inf)"),
        ("nnce", {"min_prob": 1}, "(0, 1)"),
        ("rce", {"label_floor": 1}, "(0, 1)"),
        ("sce", {"beta": -0.1}, "[0, inf)"),
    ],
)
def test_a_hyper_parameter_out_of_range_is_told_with_the_range(name, hyper, allowed):
    ((parameter, value),) = hyper.items()
    with pytest.raises(ValueError, match="out of range") as caught:
        LOSSES[name](*make_batch(), **hyper)
    assert str(caught.value).startswith(
        f"{parameter}={value!r} is out of range: it must be a number in {allowed}."
    )


@pytest.mark.parametrize("order", [0, 1.5, "2", None, math.inf])
def test_the_order_of_taylor_must_be_a_whole_number(order):
    with pytest.raises(ValueError, match=r"must be a whole number, 1 or more"):
        LOSSES["taylor"](*make_batch(), order=order)


def test_a_smallest_probability_must_leave_room_for_all_classes():
    with pytest.raises(ValueError, match=r"with 5 classes it must be below 1/5"):
        LOSSES["nnce"](*make_batch(), min_prob=0.2)


def test_class_weights_must_be_one_for_each_class():
    with pytest.raises(ValueError, match=r"shape \(3,\), but there are 5 classes"):
        LOSSES["ce"](*make_batch(), class_weight=[1, 2, 3])
