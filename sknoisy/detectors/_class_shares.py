"""Probabilities of judges that were told other class frequencies than there are."""

import numpy as np

CLEARLY = 5  # standard errors
LEAST = 1e-3  # of an even share: forests give zeros that they can't mean
MAX_ITER, TOLERANCE = 200, 1e-4


def with_true_shares(pred_probs, codes, rows=slice(None)):
    """Return probabilities that are, on average, those of the given labels.

    ``class_weight="balanced"``, weights or resampling let a judge believe in other
    frequencies of classes than there are. Its probabilities are then those of right
    ones times a factor a class, up to their sum. These factors are chosen such that
    each class is as probable out of sample, in the mean, as it is frequent, which makes
    the labels likeliest, too [1]_. Where no class is off by five standard errors,
    nothing is changed.

    Parameters
    ----------
    pred_probs : ndarray of shape (n_samples, n_classes)
        Out of sample.

    codes : ndarray of shape (n_samples,)
        Given labels 0…c−1, every class among them.

    rows : ndarray of bool or slice
        The samples to compare on: those whose labels the judge was trained on.

    References
    ----------
    .. [1] Saerens, Latinne and Decaestecker, "Adjusting the Outputs of a Classifier to
       New a Priori Probabilities", Neural Computation 2002, equation 2.4.
    """
    n_classes = pred_probs.shape[1]
    counts = np.bincount(codes[rows], minlength=n_classes)
    known = counts > 0
    seen = pred_probs[rows]
    if not _is_off(seen, counts):
        return pred_probs
    factors = known.astype(np.float64)
    seen = np.maximum(seen, LEAST / n_classes)
    for _ in range(MAX_ITER):
        ratio = counts[known] / _weighed(seen, factors).sum(axis=0)[known]
        factors[known] *= ratio
        if np.abs(np.log(ratio)).max() < TOLERANCE:
            break
    factors[~known] = factors[known].min()
    return _weighed(np.maximum(pred_probs, LEAST / n_classes), factors)


def _is_off(pred_probs, counts):
    """Whether a class is clearly more, or less, probable than it is frequent."""
    expected = pred_probs.sum(axis=0)
    deviation = np.sqrt((pred_probs * (1 - pred_probs)).sum(axis=0))
    return bool((np.abs(counts - expected) > CLEARLY * np.maximum(deviation, 1)).any())


def _weighed(pred_probs, factors):
    weighed = pred_probs * factors
    return weighed / weighed.sum(axis=1, keepdims=True)
