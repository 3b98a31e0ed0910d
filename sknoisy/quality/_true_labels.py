"""What the true labels are: a classifier's view weighed against the given labels."""

from typing import NamedTuple

import numpy as np
from scipy.special import softmax

from sknoisy._arrays import as_numpy
from sknoisy._checks import check_transition
from sknoisy._codes import check_labels_and_probs
from sknoisy._data_types import ArrayLike
from sknoisy._probs import checked_blocks
from sknoisy._ranges import check_count
from sknoisy.quality._confident_joint import likely_classes
from sknoisy.quality._reading import read

__all__ = ["TrueLabels", "true_label_posterior"]

TINY = 1e-9
LOWEST, HIGHEST = 0.3, 12.0  # sharpness
LEAST = 0.01  # of an even share: of a class in `pred_probs`, of a flip in `transition`
# Labels that are added where a class has few. Ten right ones would hide a wrong one
# among twenty; as many to large classes cost two classes under 40 % noise 12 points.
N_DOUBTED, FEW = 10, 20
CLEARLY = 2  # standard errors, by which a flip is rarer where features are sure
SMALL = 0.25  # of an even share: a class that can't tell how it is mistaken


class TrueLabels(NamedTuple):
    """What `true_label_posterior` found.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)
        P(true label = j | sample i, its given label).

    transition : ndarray of shape (n_classes, n_classes)
        P(given label = j | true label = i); rows are true classes.

    sharpness : float
        The power that the classifier's probabilities were raised to: above one where
        it was not confident enough, below where it was too confident.

    See Also
    --------
    true_label_posterior : Makes it.

    Examples
    --------
    >>> from sknoisy.quality import true_label_posterior
    >>> found = true_label_posterior([0, 1], [[0.8, 0.2], [0.3, 0.7]])
    >>> probabilities, transition, sharpness = found
    >>> transition.sum(axis=1)
    array([1., 1.])
    """

    probabilities: np.ndarray
    transition: np.ndarray
    sharpness: float

    def quality_of(self, labels: ArrayLike) -> np.ndarray:
        """Return the probability that each of the given labels is right.

        Parameters
        ----------
        labels : array-like of shape (n_samples,)
            Given labels as codes 0…n_classes−1.

        Returns
        -------
        quality : ndarray of shape (n_samples,)
        """
        codes = np.asarray(as_numpy(labels), dtype=int)
        return self.probabilities[np.arange(len(codes)), codes]


def true_label_posterior(
    labels: ArrayLike,
    pred_probs: ArrayLike,
    *,
    transition: ArrayLike | None = None,
    of_true_labels: bool = False,
    max_iter: int = 10,
) -> TrueLabels:
    """Weigh what a classifier says of a sample against the label that it was given.

    A given label is evidence, too: one that is often a mistake for class j says more
    for j than for others. With s the probabilities of the true classes by features
    alone and T the transition matrix, Bayes' rule weighs both::

        P(true = j | x, given = y)  ∝  s_j T[j, y]

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1. Not every class needs to be among them.

    pred_probs : array-like of shape (n_samples, n_classes)
        Probabilities of the *given* labels, from a model that was trained on given
        labels, but did not see those of the samples it judges (out-of-fold, say).

    transition : array-like of shape (n_classes, n_classes), default=None
        Where T starts from: P(given label = j | true label = i), rows are true
        classes. None stands for what the samples say that
        :func:`compute_confident_joint` counts.

    of_true_labels : bool, default=False
        Whether `pred_probs` are those of *true* labels already, from a model that was
        trained on cleaned ones, say. By default T is divided out of them.

    max_iter : int >= 0, default=10
        How often T is estimated anew. With 0 it stays `transition`, and only the
        sharpness is estimated.

    Returns
    -------
    found : TrueLabels
        A named tuple ``(probabilities, transition, sharpness)``.

    Raises
    ------
    ValueError
        If labels are no codes of the columns of `pred_probs`, its rows are no
        probabilities, or `transition` is none.

    See Also
    --------
    sknoisy.detectors.TrueLabelPosterior : Trains the classifier, too.
    find_label_issues : Confident learning, which looks at `pred_probs` alone.

    Notes
    -----
    The noisy posterior is p = s T for each sample, so s is p times the inverse of T,
    clipped, and raised to a power that makes the given labels likely: voters such as
    forests with large leaves are too modest. Then T is estimated from the posterior
    as in the algorithm of Dawid and Skene [1]_ for a single annotator, with s in the
    place of the class frequencies, and all begins anew. Classes that overlap mix where
    features are unsure, and would pass for noise; so a flip that is clearly rarer (by
    some standard errors) in that half of a class that features are surest of counts as
    often as there. A row that is read off few labels says little: ten are added to it
    that are as often right as all labels are, fewer where a class has more than 20 (by
    the cube of 20 divided by their number).

    References
    ----------
    .. [1] Dawid and Skene, "Maximum Likelihood Estimation of Observer Error-Rates
       Using the EM Algorithm", Applied Statistics 1979, equations 2.3 to 2.5.

    Examples
    --------
    Class 1 is often labelled 0, but class 0 never 1, which decides two close races:

    >>> from sknoisy.quality import true_label_posterior
    >>> labels = [0, 0, 1]
    >>> pred_probs = [[0.9, 0.1], [0.5, 0.5], [0.6, 0.4]]
    >>> transition = [[1.0, 0.0], [0.4, 0.6]]
    >>> found = true_label_posterior(
    ...     labels, pred_probs, transition=transition, max_iter=0
    ... )
    >>> found.probabilities.argmax(axis=1)
    array([0, 1, 1])
    """
    return find_true_labels(
        labels,
        pred_probs,
        transition=transition,
        of_true_labels=of_true_labels,
        max_iter=max_iter,
    )


def find_true_labels(
    labels, pred_probs, *, transition=None, of_true_labels=False, max_iter=10, n_alike=1
):
    """Do what `true_label_posterior` does; `n_alike` rows have a mistake in common."""
    codes, pred_probs = check_labels_and_probs(labels, pred_probs)
    check_count(0, max_iter=max_iter)
    p = np.concatenate([block for _, block in checked_blocks(pred_probs)])
    sharpness, order = 1.0, None
    if max_iter or transition is None:
        order = order_by_features(p)
    if transition is None:
        T = _counted(codes, p, order, n_alike)
    else:
        T = check_transition(transition, n_classes=p.shape[1])
    for remaining in range(max_iter, -1, -1):
        logs = _log_probabilities(p if of_true_labels else p @ np.linalg.pinv(T))
        T = _without_zeros(T)
        posterior, sharpness = _posterior(logs, T[:, codes].T, sharpness)
        if remaining:
            T = estimate_transition(posterior, codes, order, n_alike)
    return TrueLabels(posterior, T, sharpness)


def _counted(codes, p, order, n_alike):
    """Return that of the samples which the confident joint counts."""
    reading = read(codes, p)
    likely = likely_classes(reading)
    counted = np.flatnonzero(likely < p.shape[1])
    n_counted = np.bincount(codes[counted], minlength=p.shape[1])
    believed = np.zeros(p.shape)
    # as many of each label as there are
    scale = reading.label_counts / np.maximum(n_counted, 1)
    believed[counted, likely[counted]] = scale[codes[counted]]
    return estimate_transition(believed, codes, order, n_alike)


def _log_probabilities(p):
    p = np.maximum(p.astype(np.float64), LEAST / p.shape[1])
    return np.log(p / p.sum(axis=1, keepdims=True))


def _posterior(logs, flips, sharpness):
    """Return P(true | x, given), at a power that makes the given labels likely.

    The power is looked for uphill from `sharpness`, in factors of the root of two.
    """
    joint, likelihood = _joint(logs, flips, sharpness)
    for factor in (2**0.5, 2**-0.5):
        while LOWEST < sharpness * factor < HIGHEST:
            other, likelihood_there = _joint(logs, flips, sharpness * factor)
            if likelihood_there <= likelihood:
                break
            sharpness, joint, likelihood = sharpness * factor, other, likelihood_there
    return joint / joint.sum(axis=1, keepdims=True), sharpness


def _joint(logs, flips, sharpness):
    joint = softmax(sharpness * logs, axis=1) * flips
    return joint, np.log(joint.sum(axis=1)).sum()


def order_by_features(pred_probs):
    """Return for each class the samples, those first that features are surest of.

    Returns
    -------
    surest_first : ndarray of int of shape (n_samples, n_classes)
        Places of the samples.

    firsts, lasts : ndarrays of int of shape (n_samples, n_classes)
        At each place the first and the last one of a sample that features are as sure
        of: which of these comes first is chance, or the order of rows.
    """
    surest_first = np.argsort(-pred_probs, axis=0, kind="stable")
    values = np.take_along_axis(pred_probs, surest_first, axis=0)
    places = np.arange(len(values))[:, None]
    begins = np.ones(values.shape, dtype=bool)
    begins[1:] = values[1:] != values[:-1]
    ends = np.roll(begins, -1, axis=0)
    firsts = np.maximum.accumulate(np.where(begins, places, 0), axis=0)
    lasts = np.where(ends, places, len(values))[::-1]
    return surest_first, firsts, np.minimum.accumulate(lasts, axis=0)[::-1]


def estimate_transition(posterior, codes, order, n_alike=1):
    """Return P(given | true) by the posterior of each sample.

    A mistake that is independent of features is as frequent wherever a class is; where
    classes overlap, labels mix where features are unsure, and nowhere else. So a flip
    that is clearly rarer in the surer half of a class counts as often as there.

    Parameters
    ----------
    posterior : ndarray of shape (n_samples, n_classes)
        Probabilities of true labels.

    codes : ndarray of shape (n_samples,)
        Given labels 0…c−1.

    order : tuple of ndarray
        What `order_by_features` says.

    n_alike : float >= 1, default=1
        How many samples have a mistake in common: so many count as one.
    """
    sure = _given(_surer_half(posterior, *order) * posterior, codes)
    unsure = _given(posterior, codes) - sure
    n_sure, n_unsure = (np.maximum(n.sum(axis=1), TINY) for n in (sure, unsure))
    sizes = n_sure + n_unsure
    rates = (sure + unsure) / sizes[:, None]
    there = sure / n_sure[:, None]
    elsewhere = unsure / n_unsure[:, None]
    error = np.sqrt(
        rates * (1 - rates).clip(0) * (n_alike / n_sure + n_alike / n_unsure)[:, None]
    )
    # from one standard error on a bit, from three on as there
    doubt = ((elsewhere - there) / np.maximum(error, TINY) / CLEARLY - 0.5).clip(0, 1)
    T = rates + doubt * (there - rates)
    np.fill_diagonal(T, 0)
    np.fill_diagonal(T, 1 - T.sum(axis=1).clip(max=1))
    return _without_zeros(
        _doubted(T, sizes / n_alike, np.bincount(codes, minlength=len(T)))
    )


def _given(posterior, codes):
    """Return how many samples of each class, rows, have got each label."""
    counts = np.zeros((posterior.shape[1],) * 2)
    np.add.at(counts, codes, posterior)
    return counts.T


def _surer_half(posterior, surest_first, firsts, lasts):
    """Return the share of each sample in that half that features are surest of.

    Of samples that they are as sure of, each has the same share.
    """
    sums = np.take_along_axis(posterior, surest_first, axis=0).cumsum(axis=0)
    until = np.take_along_axis(sums, lasts, axis=0)
    before = np.take_along_axis(np.vstack([np.zeros(sums.shape[1]), sums]), firsts, 0)
    share = (sums[-1] / 2 - before) / np.maximum(until - before, TINY)
    share = np.where(firsts == lasts, until <= sums[-1] / 2, share.clip(0, 1))
    placed = np.empty(posterior.shape)
    np.put_along_axis(placed, surest_first, share, axis=0)
    return placed


def _doubted(T, sizes, n_labels):
    """Pull rows that were read off few labels towards what all have in common.

    One label that looks like another class would make its row that of this class, and
    the inverse huge. In common is the share of right labels, all mistakes as likely. Of
    20 labels a third of a row is that, of 100 a 1,250th. It is the whole row of a class
    that has less than a quarter of an even share of labels, and seems to get another
    one more often than its own: it would claim most samples of others.
    """
    n_classes = len(T)
    right = np.average(T.diagonal(), weights=sizes)
    common = np.full_like(T, (1 - right) / max(1, n_classes - 1))
    np.fill_diagonal(common, right)
    added = N_DOUBTED * np.minimum(1, FEW / np.maximum(sizes, 1)) ** 3
    is_odd = (T.diagonal() < T.max(axis=1)) & (n_labels < SMALL * n_labels.mean())
    weight = np.where(is_odd, 0, sizes)[:, None]
    return (T * weight + common * added[:, None]) / (weight + added[:, None])


def _without_zeros(T):
    # a flip that was never seen is unlikely, but what forbids it couldn't be unlearned
    T = np.maximum(T, LEAST / len(T))
    return T / T.sum(axis=1, keepdims=True)
