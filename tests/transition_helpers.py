"""Labels drawn from a transition matrix, and all that estimates of it ask for."""

import numpy as np
from scipy.special import softmax

TRANSITION = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.25, 0.05, 0.7]])


def spoilt(transition, n_samples, seed, distance=5.0):
    """Return all that estimates ask for, of classes some distance apart."""
    rng = np.random.default_rng(seed)
    n_classes = len(transition)
    true_labels = rng.integers(n_classes, size=n_samples)
    features = rng.normal(size=(n_samples, n_classes))
    features += distance * np.eye(n_classes)[true_labels]
    steps = np.asarray(transition)[true_labels].cumsum(axis=1)
    return {
        "features": features,
        "true_labels": true_labels,
        "labels": (rng.random((n_samples, 1)) > steps).sum(axis=1),
        "pred_probs": softmax(distance * features, axis=1) @ transition,
        "trusted": rng.random(n_samples) < 0.2,
    }
