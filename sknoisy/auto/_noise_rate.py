"""How many labels are wrong, and how sure that is."""

import numpy as np

from sknoisy.auto._noise import by_inversion, by_shape, posterior

ERRORS = 1.645  # standard errors on each side: nine of ten


def wrong_share(true, codes, transition):
    """Return the mean probability of being wrong of given labels."""
    found = posterior(true, codes, transition)
    return float(1 - found[np.arange(len(codes)), codes].mean())


def rate_interval(rate, true, codes, transition, panel):
    """Return a low and a high rate: what other readings say, and chance besides.

    Given labels alone don't tell noise from classes that overlap. So beside the rate
    that was found there are those by the shape of the pool and by its inversion, from
    what judges of given labels say, and the standard error of the mean.

    Parameters
    ----------
    rate : float

    true : ndarray of shape (n_samples, n_classes)
        P(true | x).

    codes : ndarray of shape (n_samples,)

    transition : ndarray of shape (n_classes, n_classes)

    panel : ndarray of shape (n_samples, n_classes)
        What judges of given labels say together.
    """
    found = posterior(true, codes, transition)
    wrong = 1 - found[np.arange(len(codes)), codes]
    error = ERRORS * np.sqrt(max(rate * (1 - rate), wrong.var()) / len(codes))
    rates = [rate, *_other_readings(codes, panel)]
    low, high = min(rates) - error, max(rates) + error
    return float(max(0.0, low)), float(min(1.0, high))


def _other_readings(codes, panel):
    logs, shares = np.log(np.maximum(panel, 1e-12)), np.bincount(codes) / len(codes)
    fit = by_shape(codes, logs)
    yield float(1 - shares @ fit.transition.diagonal())
    found = by_inversion(codes, panel)
    yield float(1 - found.posterior[np.arange(len(codes)), codes].mean())
