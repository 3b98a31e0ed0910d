"""The transition matrix from a few samples whose labels somebody checked."""

import numpy as np

from sknoisy._arrays import as_numpy
from sknoisy._checks import check_mask
from sknoisy._codes import check_codes, check_order
from sknoisy._data_types import ArrayLike
from sknoisy._probs import check_probs

__all__ = ["gold_transition"]


def gold_transition(
    true_labels: ArrayLike | None,
    pred_probs: ArrayLike,
    trusted: ArrayLike | None = None,
) -> np.ndarray:
    """Transition matrix from trusted samples: gold loss correction [1]_.

    Row i is the mean, over the trusted samples of class i, of the probabilities that a
    model trained on noisy labels gives to each label.

    Parameters
    ----------
    true_labels : array-like of shape (n_samples,)
        True labels as codes 0…n_classes−1; only those of trusted samples are read, and
        the others may hold anything.

    pred_probs : array-like of shape (n_samples, n_classes)
        Probabilities of the given, noisy labels, from a model that learned from them.

    trusted : array-like of bool of shape (n_samples,), default=None
        Which samples have a true label. None means all.

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    Raises
    ------
    ValueError
        If a class has no trusted sample, true labels are no codes of the columns of
        `pred_probs`, or its rows are no probabilities.

    See Also
    --------
    likelihood_transition : Needs no trusted sample.
    sknoisy.metrics.realized_transition : Counts, where given labels are known as well.

    Notes
    -----
    ``transition[i, j] = mean of p(label = j | x)`` over the trusted x of class i [1]_.
    What [1]_ trains with it is not done here. The more the model has memorized, the
    less its probabilities are those of labels: prefer one that did not see the trusted
    samples.

    References
    ----------
    .. [1] Hendrycks et al., "Using Trusted Data to Train Deep Networks on Labels
       Corrupted by Severe Noise", NeurIPS 2018.

    Examples
    --------
    >>> from sknoisy.transition import gold_transition
    >>> pred_probs = [[0.8, 0.2], [0.6, 0.4], [0.1, 0.9], [0.5, 0.5]]
    >>> true_labels, trusted = [0, 0, 1, -1], [True, True, True, False]
    >>> gold_transition(true_labels, pred_probs, trusted)
    array([[0.7, 0.3],
           [0.1, 0.9]])
    """
    check_order(true_labels, "true_labels", "pred_probs")
    probs = check_probs(pred_probs)
    n_samples, n_classes = probs.shape
    mask = check_trusted(trusted, n_samples)
    labels = np.asarray(as_numpy(true_labels))
    if labels.shape != (n_samples,):
        raise ValueError(
            f"true_labels has shape {labels.shape}, but pred_probs has {n_samples}"
            f" rows: expected ({n_samples},)."
        )
    labels = check_codes(labels[mask], n_classes).astype(np.intp)
    counts = np.bincount(labels, minlength=n_classes)
    if not counts.all():
        missing = ", ".join(map(str, np.flatnonzero(counts == 0)))
        raise ValueError(
            f"No trusted sample is of class {missing}: every class needs at least one."
        )
    return np.eye(n_classes)[labels].T @ probs[mask] / counts[:, None]


def check_trusted(trusted, n_samples):
    """Return a mask of samples, at least one of which is True."""
    if trusted is None:
        return np.ones(n_samples, dtype=bool)
    trusted = check_mask(trusted, n_samples)
    if not trusted.any():
        raise ValueError("trusted is False everywhere: no true label is known.")
    return trusted
