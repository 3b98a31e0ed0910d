"""What the tests of random numbers need: every network estimator, and who draws."""

import inspect
import random
import re
from contextlib import contextmanager

import numpy as np
import torch
from numpy.testing import assert_array_equal
from torch import nn

from sknoisy import NoisyLabelClassifier, classifiers, detectors

QUICK = {"max_epochs": 2, "batch_size": 32, "module__hidden": 8}
DETECTORS = [
    name
    for name in detectors.__all__
    if "network" in inspect.signature(getattr(detectors, name)).parameters
]


NAMES = [name for name in classifiers.__all__ if name.endswith("Classifier")]


def make_classifier(name, **options):
    """Return a classifier that trains in a moment."""
    defaults = dict(QUICK)
    if "module" in options:
        del defaults["module__hidden"]
    if name == "TransitionCorrectedClassifier":  # has to learn something at least
        defaults |= {"max_epochs": 8, "lr": 0.1, "cv": 2}
    return getattr(classifiers, name)(**{**defaults, **options})


def make_detector(name, **options):
    """Return a detector whose network trains in a moment."""
    network = NoisyLabelClassifier(loss="ce", **QUICK, **options)
    return getattr(detectors, name)(network=network, **options)


def found_by(estimator, X):
    """Return what a fitted classifier says of samples, or what a detector found."""
    if hasattr(estimator, "predict_proba"):
        return estimator.predict_proba(X)
    return estimator.quality_


class Draws(nn.Module):
    """A network of a user's that draws from torch's global generator."""

    def __init__(self, n_features, n_classes, in_evaluation=False):
        super().__init__()
        self.layer = nn.Linear(n_features, n_classes)
        self.in_evaluation = in_evaluation

    def forward(self, x):
        return self.layer(
            nn.functional.dropout(x, 0.5, self.training or self.in_evaluation)
        )


def drawing_loss(logits, labels):
    """Return cross entropy with noise from all generators there are."""
    losses = nn.functional.cross_entropy(logits, labels, reduction="none")
    return losses * (torch.rand(1) + np.random.rand() + random.random())


def global_state():
    """Return all that a fit has to leave as it was."""
    kind, keys, *rest = np.random.get_state()
    return {
        "torch": torch.get_rng_state().tolist(),
        "numpy": (kind, keys.tolist(), *rest),
        "python": random.getstate(),
        "default type": torch.get_default_dtype(),
        "default device": torch.empty(0).device,
        "gradients": torch.is_grad_enabled(),
        "inference": torch.is_inference_mode_enabled(),
        "autocast": torch.is_autocast_enabled("cpu"),
        "threads": torch.get_num_threads(),
    }


@contextmanager
def nothing_changes():
    """Check that all global state is afterwards what it was before."""
    before = global_state()
    try:
        yield
    finally:
        now = global_state()
        changed = [name for name in before if now[name] != before[name]]
        assert not changed, f"{changed} changed"


def assert_all_equal(found, expected):
    """Check that lists of arrays are equal, bit for bit."""
    for one, other in zip(found, expected, strict=True):
        assert_array_equal(one, other, strict=True)


def described(value):
    """Return a value as text, without its address: the same in every process."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))
