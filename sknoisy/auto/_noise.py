"""The noise, from what a pool says of given labels: by its shape, or by inversion.

A pool p says how likely each given label is. With s a sharpened copy of it in the
place of P(true | x), the likelihood of the given labels, Σ log (s T)_given, is concave
in T. Three structures of T compete at several sharpnesses, each with a price for what
it is free to choose.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import softmax

from sknoisy.quality import true_label_posterior

SHARPNESSES = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0)
CONTRADICTED = 2.0  # loss of log-likelihood: half of chi-square's 95 % point
SHARP = 2.0  # from here on, the pool has the shape of noise
PRIOR = 10.0  # samples a class that the prior of a free matrix stands for
STEPS = 100
TOLERANCE = 1e-5
IDENTITY = 0.03  # share of it in a matrix by inversion


class Noise(NamedTuple):
    """What the noise is, and how that was found.

    Parameters
    ----------
    transition : ndarray of shape (n_classes, n_classes)

    posterior : ndarray of shape (n_samples, n_classes)
        P(true | x, given).

    source : {"one rate", "pairs", "free", "inversion", "none"}

    sharpness : float or None
        Of the pool that stands for P(true | x); None where T is divided out of it.
    """

    transition: np.ndarray
    posterior: np.ndarray
    source: str
    sharpness: float | None

    def true_of(self, pool):
        """Return P(true | x) for what a pool says of given labels."""
        if self.sharpness is None:
            turned_back = np.maximum(pool @ np.linalg.pinv(self.transition), 1e-6)
            return turned_back / turned_back.sum(axis=1, keepdims=True)
        return softmax(self.sharpness * np.log(np.maximum(pool, 1e-12)), axis=1)


class _Fit(NamedTuple):
    score: float
    transition: np.ndarray
    source: str
    sharpness: float


def find_noise(codes, pool, alike=1.0):
    """Return the `Noise` that a pool of judges of given labels speaks of.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)

    pool : ndarray of shape (n_samples, n_classes)
        Probabilities of given labels, out of sample.

    alike : float, default=1.0
        How many samples tell the same, as those of one group do.
    """
    logs = np.log(np.maximum(pool, 1e-12))
    read = sharpest if pool.shape[1] == 2 else by_shape
    best = read(codes, logs, alike)
    if best.sharpness < SHARP:
        return by_inversion(codes, pool)
    s = softmax(best.sharpness * logs, axis=1)
    found = posterior(s, codes, best.transition)
    if pool.shape[1] == 2:  # either reading is often far off; their mean seldom is
        found = (found + by_inversion(codes, pool).posterior) / 2
    return Noise(best.transition, found, best.source, best.sharpness)


def no_noise(codes, pool):
    """Return that all labels are right, as far as anybody can tell."""
    identity = np.eye(pool.shape[1])
    return Noise(identity, identity[codes], "none", 1.0)


def is_sound(transition):
    """Whether each class is given its own label more often than any other."""
    return bool((transition.argmax(axis=1) == np.arange(len(transition))).all())


def by_shape(codes, logs, alike=1.0):
    """Return the structure and sharpness of the highest penalized likelihood."""
    fits = []
    for sharpness in SHARPNESSES:
        s = softmax(sharpness * logs, axis=1)
        found = _structures(s, codes, alike)
        fits += [_Fit(score, T, name, sharpness) for score, T, name in found]
    return max(fits, key=lambda fit: fit.score)


def sharpest(codes, logs, alike=1.0):
    """Return the sharpest pool, with one rate of noise, that labels don't contradict.

    Of two classes the shape of a pool says little, and inversion moves the threshold
    between them where judges are modest. Where labels are right, or classes overlap, a
    pool that is too sharp loses likelihood at once; where many are wrong, next to none:
    then the judges are modest for good reason, and the noise is as large as they allow.
    """
    fits = []
    for sharpness in SHARPNESSES:
        likelihood, transition = _one_number(softmax(sharpness * logs, axis=1), codes)
        fits.append(_Fit(likelihood, transition, "one rate", sharpness))
    best = max(fit.score for fit in fits)
    return [fit for fit in fits if fit.score > best - alike * CONTRADICTED][-1]


def by_inversion(codes, pool):
    """Return the noise under which the pool's probabilities are s T, with s unknown."""
    found = true_label_posterior(codes, pool)
    n_classes = pool.shape[1]
    transition = (1 - IDENTITY) * found.transition + IDENTITY * np.eye(n_classes)
    return Noise(transition, found.probabilities, "inversion", None)


def posterior(s, codes, transition):
    """Return P(true | x, given) by Bayes' rule, from s, that is P(true | x)."""
    joint = s * transition.T[codes]
    return joint / np.maximum(joint.sum(axis=1, keepdims=True), 1e-300)


def refine(s, codes, center, n_steps=STEPS):
    """Return the likeliest matrix, with a Dirichlet prior of `PRIOR` samples a class.

    Parameters
    ----------
    s : ndarray of shape (n_samples, n_classes)
        P(true | x).

    codes : ndarray of shape (n_samples,)

    center : ndarray of shape (n_classes, n_classes)
        What the prior believes, and where the search begins.
    """
    transition, sums = center, s.sum(axis=0)
    for _ in range(n_steps):
        counts = _flips(s, codes, transition) + PRIOR * center
        updated = counts / counts.sum(axis=1, keepdims=True)
        change = np.abs(updated - transition)[sums > 0].max()
        transition = updated
        if change < TOLERANCE:
            break
    return transition


def _structures(s, codes, alike):
    """Yield score, matrix and name of the three structures.

    A score is the log-likelihood of samples that tell different things, less a price.
    """
    n_samples, n_classes = s.shape
    log_n = np.log(n_samples / alike)
    likelihood, even = _one_number(s, codes)
    simple = [(likelihood / alike - 0.5 * log_n, even, "one rate")]
    if n_classes > 2:
        likelihood, transition = _pair(s, codes, even)
        price = log_n + n_classes * np.log(n_classes - 1)
        simple.append((likelihood / alike - price, transition, "pairs"))
    yield from simple
    center = max(simple, key=lambda fit: fit[0])[1]
    yield (*_free(s, codes, center, alike), "free")


def _one_number(s, codes):
    """Return likelihood and matrix: all classes lose as much, to all others alike."""
    n_samples, n_classes = s.shape
    right = s[np.arange(n_samples), codes]
    wrong = (1 - right) / (n_classes - 1)
    rate = 0.3
    for _ in range(STEPS):
        told = np.maximum((1 - rate) * right + rate * wrong, 1e-300)
        updated = float((rate * wrong / told).mean())
        done = abs(updated - rate) < TOLERANCE
        rate = updated
        if done:
            break
    rate = min(rate, 1 - 1.5 / n_classes) if n_classes > 2 else min(rate, 0.49)
    transition = np.full((n_classes, n_classes), rate / (n_classes - 1))
    np.fill_diagonal(transition, 1 - rate)
    return _likelihood(s, codes, transition), transition


def _pair(s, codes, start):
    """Return likelihood and matrix: each class has one that it is mistaken for."""
    n_classes = s.shape[1]
    counts = _flips(s, codes, start)
    partner = np.where(np.eye(n_classes, dtype=bool), -1, counts).argmax(axis=1)
    rows = np.arange(n_classes)
    rest = ~np.eye(n_classes, dtype=bool)
    rest[rows, partner] = False
    transition = start
    for _ in range(STEPS):
        total = counts.sum()
        to_partner = counts[rows, partner].sum() / total
        to_others = counts[rest].sum() / total
        updated = np.where(rest, to_others / (n_classes - 2), 0.0)
        updated[rows, partner] = to_partner
        np.fill_diagonal(updated, 1 - to_partner - to_others)
        done = np.abs(updated - transition).max() < TOLERANCE
        transition = updated
        if done:
            break
        counts = _flips(s, codes, transition)
    return _likelihood(s, codes, transition), transition


def _free(s, codes, center, alike):
    """Return score and matrix, each row its own, near `center` unless labels object."""
    n_samples, n_classes = s.shape
    center = np.maximum(center, 1e-4 / n_classes)
    center = center / center.sum(axis=1, keepdims=True)
    transition = refine(s, codes, center)
    believed = PRIOR * (center * np.log(transition / center)).sum()
    price = 0.5 * n_classes * np.sqrt(n_classes - 1)
    price *= np.log1p(n_samples / (n_classes * PRIOR * alike))
    price += 0.5 * np.log(n_samples / alike)
    told = (_likelihood(s, codes, transition) + believed) / alike
    return told - price, transition


def _flips(s, codes, transition):
    """Return expected counts of samples, rows true classes, columns given labels."""
    shares = posterior(s, codes, transition)
    return _sums_by_label(shares, codes).T


def _sums_by_label(values, codes):
    given = np.eye(values.shape[1])[codes]
    return given.T @ values


def _likelihood(s, codes, transition):
    told = (s * transition.T[codes]).sum(axis=1)
    return np.log(np.maximum(told, 1e-300)).sum()
