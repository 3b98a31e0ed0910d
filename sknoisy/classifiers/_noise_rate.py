"""The share of wrong labels, from what networks say of samples they didn't learn."""

import warnings

import numpy as np

from sknoisy.transition import likelihood_transition, noise_rate


def estimate_noise_rate(labels, pred_probs):
    """Return the share of wrong labels, at most that of labels drawn blindly.

    Parameters
    ----------
    labels : ndarray of shape (n_samples,)
        Given labels as codes 0…n_classes−1.

    pred_probs : ndarray of shape (n_samples, n_classes)
    """
    n_classes = pred_probs.shape[1]
    with warnings.catch_warnings():  # of a class that is never predicted: it may be yet
        warnings.simplefilter("ignore", UserWarning)
        transition = likelihood_transition(labels, pred_probs)
    rate = noise_rate(np.bincount(labels, minlength=n_classes), transition)
    return min(rate, 1 - 1 / n_classes)
