"""Losses corrected by a transition matrix, against their definitions."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from sknoisy.losses import (
    LOSSES,
    backward_correction,
    cross_entropy,
    forward_correction,
    generalized_cross_entropy,
    importance_reweighting,
    logit_adjustment,
)

CORRECTIONS = {
    "forward": forward_correction,
    "backward": backward_correction,
    "reweight": importance_reweighting,
}


@pytest.fixture
def problem():
    """Logits, labels and a matrix without zeros, in double precision."""
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(20, 4, dtype=torch.float64, generator=generator)
    labels = torch.randint(4, (20,), generator=generator)
    transition = torch.rand(4, 4, dtype=torch.float64, generator=generator)
    transition = transition + 2 * torch.eye(4, dtype=torch.float64)
    return logits, labels, transition / transition.sum(dim=1, keepdim=True)


def probabilities(logits):
    return np.asarray(torch.softmax(logits, dim=-1))


def test_forward_is_the_negative_log_of_the_mixed_probability(problem):
    logits, labels, transition = problem
    mixed = probabilities(logits) @ transition.numpy()
    expected = [-np.log(mixed[i, y]) for i, y in enumerate(labels)]
    got = forward_correction(logits, labels, transition=transition)
    np.testing.assert_allclose(got, expected)


def test_backward_is_a_row_of_the_inverse_times_all_losses(problem):
    logits, labels, transition = problem
    inverse, log_p = np.linalg.inv(transition), np.log(probabilities(logits))
    expected = [
        -sum(inverse[y, j] * log_p[i, j] for j in range(4))
        for i, y in enumerate(labels)
    ]
    got = backward_correction(logits, labels, transition=transition)
    np.testing.assert_allclose(got, expected)


def test_reweighting_weighs_by_the_ratio_of_the_two_probabilities(problem):
    logits, labels, transition = problem
    p = probabilities(logits)
    mixed = p @ transition.numpy()
    expected = [-p[i, y] / mixed[i, y] * np.log(p[i, y]) for i, y in enumerate(labels)]
    got = importance_reweighting(logits, labels, transition=transition)
    np.testing.assert_allclose(got, expected)


def test_no_gradient_flows_through_the_weights(problem):
    logits, labels, transition = problem
    logits.requires_grad_()
    loss = importance_reweighting(logits, labels, transition=transition)
    nll = cross_entropy(logits, labels)
    weights = (loss / nll).detach()
    got = torch.autograd.grad(loss.sum(), logits)[0]
    assert_close(got, torch.autograd.grad((weights * nll).sum(), logits)[0])


@pytest.mark.parametrize("correction", sorted(CORRECTIONS))
def test_the_identity_corrects_nothing(correction, problem):
    logits, labels, _ = problem
    corrected = CORRECTIONS[correction]
    identity = torch.eye(4, dtype=logits.dtype)
    for loss in [None, generalized_cross_entropy]:
        got = corrected(logits, labels, transition=identity, loss=loss)
        assert_close(got, (loss or cross_entropy)(logits, labels))


@pytest.mark.parametrize("correction", sorted(CORRECTIONS))
def test_cross_entropy_by_name_and_by_default_are_the_same(correction, problem):
    logits, labels, transition = problem
    corrected = CORRECTIONS[correction]
    assert_close(
        corrected(logits, labels, transition=transition, loss=cross_entropy),
        corrected(logits, labels, transition=transition),
    )


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_backward_correction_is_unbiased_for_every_loss(name, problem):
    logits, _, transition = problem
    loss = LOSSES[name]
    for true in range(4):
        every = torch.arange(4).repeat(len(logits), 1)
        corrected = torch.stack(
            [
                backward_correction(logits, y, transition=transition, loss=loss)
                for y in every.T
            ]
        )
        expected = loss(logits, torch.full((len(logits),), true))
        assert_close(transition[true] @ corrected, expected)


def test_forward_correction_has_the_minimizer_of_true_labels(problem):
    _, _, transition = problem
    true = torch.tensor([0.7, 0.1, 0.15, 0.05], dtype=torch.float64)
    given = true @ transition
    logits = torch.zeros(1, 4, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([logits], max_iter=200, tolerance_grad=1e-12)

    def closure():
        optimizer.zero_grad()
        losses = forward_correction(
            logits.expand(4, 4), torch.arange(4), transition=transition
        )
        (given @ losses).backward()
        return given @ losses

    optimizer.step(closure)
    assert_close(logits.softmax(-1)[0], true, atol=1e-4, rtol=0)


def test_a_label_that_the_network_rules_out_still_has_a_gradient():
    """Zeros of the matrix and a saturated network together."""
    logits = torch.tensor([[200.0, 0.0, 0.0]], requires_grad=True)
    transition = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.7, 0.3], [0.0, 0.3, 0.7]])
    loss = forward_correction(logits, torch.tensor([1]), transition=transition)
    loss.sum().backward()
    assert torch.isfinite(loss).all()
    assert logits.grad[0, 1] < -0.1 and logits.grad[0, 0] > 0.9


@pytest.mark.parametrize("tau", [0.0, 0.5, 1.0])
def test_logit_adjustment_adds_the_log_prior(tau, problem):
    logits, labels, _ = problem
    prior = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64)
    scaled = probabilities(logits) * prior.numpy() ** tau
    expected = -np.log(scaled[np.arange(20), labels] / scaled.sum(axis=1))
    got = logit_adjustment(logits, labels, prior=prior, tau=tau)
    np.testing.assert_allclose(got, expected)
