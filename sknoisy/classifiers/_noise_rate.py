"""The share of wrong labels, from what networks say of samples they didn't learn."""

import warnings

import numpy as np

from sknoisy.transition import likelihood_transition, noise_rate


def estimate_noise_rate(probabilities, labels):
    """Return the share of wrong labels, at most that of labels drawn blindly.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)

    labels : ndarray of shape (n_samples,)
        Given labels as codes 0…n_classes−1.
    """
    n_classes = probabilities.shape[1]
    with warnings.catch_warnings():  # of a class that is never predicted: it may be yet
        warnings.simplefilter("ignore", UserWarning)
        transition = likelihood_transition(probabilities, labels)
    rate = noise_rate(np.bincount(labels, minlength=n_classes), transition)
    return min(rate, 1 - 1 / n_classes)
