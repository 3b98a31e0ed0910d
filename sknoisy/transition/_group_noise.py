"""How wrong the labels of each group are: rates and matrices, intervals and a test."""

from typing import NamedTuple

import numpy as np
from scipy.stats import chi2
from sklearn.utils import check_consistent_length, column_or_1d

from sknoisy._arrays import as_numpy
from sknoisy._data_types import ArrayLike, Seed
from sknoisy._ranges import check_count, check_range
from sknoisy._seeds import make_generator
from sknoisy.transition._inputs import check_labels_and_probs, check_share
from sknoisy.transition._likelihood import SMOOTHING, maximize, shared_out

__all__ = ["GroupNoise", "group_noise"]

TINY = 1e-12


class GroupNoise(NamedTuple):
    """What `group_noise` found, one row a group.

    Parameters
    ----------
    groups : ndarray of shape (n_groups,)
        Their names, sorted.

    counts : ndarray of shape (n_groups,)
        How many samples each has.

    rates : ndarray of shape (n_groups,)
        Estimated share of wrong labels; NaN for a group that is too small.

    intervals : ndarray of shape (n_groups, 2)
        Confidence interval of each rate.

    transitions : ndarray of shape (n_groups, n_classes, n_classes)
        P(given label | true label) within each group; rows are true classes.

    p_values : ndarray of shape (n_groups,)
        How probable it is that a group's labels look this much more, or less, wrong
        than those of all, if they were mistaken alike. Not corrected for their number.

    p_value : float
        The same of all groups together.

    See Also
    --------
    group_noise : Makes it.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.transition import group_noise
    >>> pred_probs = np.tile([[0.9, 0.1], [0.1, 0.9]], (50, 1))
    >>> found = group_noise([0, 1] * 50, pred_probs, ["a", "b"] * 50)
    >>> found.groups
    array(['a', 'b'], dtype='<U1')
    """

    groups: np.ndarray
    counts: np.ndarray
    rates: np.ndarray
    intervals: np.ndarray
    transitions: np.ndarray
    p_values: np.ndarray
    p_value: float


def group_noise(
    labels: ArrayLike,
    pred_probs: ArrayLike,
    groups: ArrayLike,
    *,
    fraction: float = 0.5,
    confidence: float = 0.95,
    n_draws: int = 200,
    min_samples: int = 20,
    random_state: Seed = None,
) -> GroupNoise:
    """Noise rate and transition matrix of each group, with intervals and a test.

    Who labelled, where a sample comes from, or a bin of a feature: labels are seldom
    equally wrong everywhere, and one matrix for all is then that of the average.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1.

    pred_probs : array-like of shape (n_samples, n_classes)
        Class probabilities of each sample, from a model that learned from the given
        labels but did not see this sample's (out-of-fold, say).

    groups : array-like of shape (n_samples,)
        The group of each sample.

    fraction : float in (0, 1], default=0.5
        As in `likelihood_transition`.

    confidence : float in (0, 1), default=0.95
        How probable it is to be that an interval holds the rate.

    n_draws : int >= 1, default=200
        How often the samples of a group are drawn again, with replacement, for its
        interval.

    min_samples : int >= 1, default=20
        What is in a smaller group is too little: its rate, interval and p value are
        NaN, its matrix is that of all.

    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    Returns
    -------
    found : GroupNoise
        A named tuple.

    Raises
    ------
    ValueError
        If labels are no codes of the columns of `pred_probs`, its rows are no
        probabilities, or there is only one group.

    See Also
    --------
    likelihood_transition : One matrix for all; explains how features are read.
    sknoisy.noise.InstanceDependentNoise : Noise that differs by features.

    Notes
    -----
    What features say of a sample's class, q, is found for all samples together, as by
    `likelihood_transition`; then a matrix of its own makes the labels of each group
    likeliest. Intervals are percentiles over draws with q fixed: they don't know how
    wrong q is, so that they are too narrow where classes overlap.

    The test is a score test. With T that of all, w is the probability that a label is
    wrong. If T holds for a group, the mean of w over its given labels is that over all
    labels that could be given, by q and T; the difference, in standard deviations, is
    about normal. All groups together are tested by the sum of squares, chi-squared of
    one degree less than there are groups. It sees groups with more or fewer wrong
    labels, not those that mistake as many in other ways.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import cross_val_predict
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sknoisy.noise import SymmetricNoise
    >>> from sknoisy.transition import group_noise
    >>> X, y = load_digits(return_X_y=True)
    >>> who = np.arange(len(y)) % 2  # the second of two people is careless
    >>> labels = y.copy()
    >>> noise = SymmetricNoise(0.4, random_state=0)
    >>> labels[who == 1] = noise.fit_corrupt(y[who == 1])
    >>> model = KNeighborsClassifier(20)
    >>> pred_probs = cross_val_predict(model, X, labels, method="predict_proba")
    >>> found = group_noise(labels, pred_probs, who, random_state=0)
    >>> found.rates.round(1)
    array([0. , 0.4])
    >>> bool(found.p_value < 0.001)
    True
    """
    labels, probs = check_labels_and_probs(labels, pred_probs)
    groups = column_or_1d(as_numpy(groups))
    check_consistent_length(labels, groups)
    names, members = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        raise ValueError(
            "groups holds one group alone: there is nothing to compare. The rate of all"
            " labels is estimate_noise_rate's business."
        )
    check_range("(0, 1)", confidence=confidence)
    check_count(n_draws=n_draws, min_samples=min_samples)
    q, start = shared_out(labels, probs, check_share(fraction, "fraction"))
    overall = maximize(q, labels, start, max_iter=500)
    surprise, spread = surprise_of(q, labels, overall)
    generator = make_generator(random_state)
    ends = 0.5 - confidence / 2, 0.5 + confidence / 2
    counts = np.bincount(members)
    rates, z = np.full((2, len(names)), np.nan)
    intervals = np.full((len(names), 2), np.nan)
    transitions = np.tile(overall, (len(names), 1, 1))
    for group in np.flatnonzero(counts >= min_samples):
        rows = np.flatnonzero(members == group)
        transitions[group], rates[group] = noise_of(q[rows], labels[rows], overall)
        draws = generator.choice(rows, size=(n_draws, len(rows)))
        drawn = [noise_of(q[some], labels[some], transitions[group]) for some in draws]
        intervals[group] = np.quantile([rate for _, rate in drawn], ends)
        z[group] = surprise[rows].sum() / np.sqrt(max(spread[rows].sum(), TINY))
    judged = z[~np.isnan(z)]
    p_value = float(chi2.sf(judged @ judged, max(1, len(judged) - 1)))
    found = names, counts, rates, intervals, transitions, chi2.sf(z**2, 1)
    return GroupNoise(*found, p_value if len(judged) else np.nan)


def noise_of(q, labels, start):
    """Return the matrix that makes labels likeliest, and the share of wrong ones."""
    start = (start + SMOOTHING) / (1 + SMOOTHING * len(start))  # zeros would stay zeros
    transition = maximize(q, labels, start, max_iter=100)
    wrong = wrongness(q, transition)
    return transition, wrong[np.arange(len(labels)), labels].mean()


def wrongness(q, transition):
    """Return how probable it is that each label, were it given, would be wrong."""
    return 1 - q * transition.diagonal() / np.maximum(q @ transition, TINY)


def surprise_of(q, labels, transition):
    """Return how much likelier to be wrong each label is than expected, and variances.

    Expected over the labels that may be given to the sample, by q and T.
    """
    given, wrong = q @ transition, wrongness(q, transition)
    expected = (given * wrong).sum(axis=1)
    variance = (given * wrong**2).sum(axis=1) - expected**2
    return wrong[np.arange(len(labels)), labels] - expected, variance.clip(min=0)
