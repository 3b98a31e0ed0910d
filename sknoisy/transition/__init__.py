"""Transition matrices, estimated: how often each class is labelled as each other.

Functions on class probabilities or features, wherever they come from; rows are true
classes. And what a matrix is good for: probabilities of true labels, the share of wrong
ones, and whether it can be inverted at all.
"""

from sknoisy.transition._anchor import anchor_transition
from sknoisy.transition._confident_joint import confident_joint_transition
from sknoisy.transition._counts import counts_transition
from sknoisy.transition._dual_t import dual_t_transition
from sknoisy.transition._estimate import TRANSITIONS, estimate_transition
from sknoisy.transition._gold import gold_transition
from sknoisy.transition._group_noise import GroupNoise, group_noise
from sknoisy.transition._hoc import hoc_transition
from sknoisy.transition._identifiability import check_identifiable, condition_number
from sknoisy.transition._likelihood import likelihood_transition
from sknoisy.transition._noise_rate import estimate_noise_rate
from sknoisy.transition._posterior import (
    adjust_logits,
    clean_posterior,
    prior_ratio,
)
from sknoisy.transition._prior import clean_prior, noise_rate

__all__ = [
    "TRANSITIONS",
    "GroupNoise",
    "adjust_logits",
    "anchor_transition",
    "check_identifiable",
    "clean_posterior",
    "clean_prior",
    "condition_number",
    "confident_joint_transition",
    "counts_transition",
    "dual_t_transition",
    "estimate_noise_rate",
    "estimate_transition",
    "gold_transition",
    "group_noise",
    "hoc_transition",
    "likelihood_transition",
    "noise_rate",
    "prior_ratio",
]
