"""The transition matrix read off anchor points: samples that are surely of a class."""

import numpy as np

from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike
from sknoisy._probs import check_probs
from sknoisy._ranges import check_count, check_range

__all__ = ["anchor_transition"]

USUAL = 97


def anchor_transition(
    pred_probs: ArrayLike, *, percentile: float | str = "auto", n_anchors: int = 1
) -> np.ndarray:
    """Transition matrix from the label probabilities of anchor points [1]_.

    The sample that is most probably *labelled* i is taken for one that surely *is*
    of class i; its row of probabilities is row i of the matrix.

    Parameters
    ----------
    pred_probs : array-like of shape (n_samples, n_classes)
        Probabilities of the given, noisy labels, from a model that learned from these
        labels. It must not have memorized them: rows that are too sure of themselves
        make a matrix that is too close to the identity.

    percentile : float in (0, 100] or "auto", default="auto"
        Where among the probabilities of a class its anchor is: those above this
        percentile are left out as outliers. 100 takes the largest. "auto" is 97, or
        more for a class so rare that half of its expected number would be left out.

    n_anchors : int >= 1, default=1
        How many samples are averaged, from the percentile downwards. More have less
        variance, and are less surely of the class.

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    Raises
    ------
    ValueError
        If rows of `pred_probs` are no probabilities, or there are fewer samples than
        anchors.

    See Also
    --------
    likelihood_transition : Looks at labels besides, and at all samples.

    Notes
    -----
    ``x_i = argmax_x p(label = i | x)`` and ``transition[i, j] = p(label = j | x_i)``
    [1]_, with the filter of the authors' code. There, and in codes that copied it,
    leaving out the outliers of one class sets their probabilities of that class to
    zero in the rows of later classes, too; here it doesn't.

    97 is that of the authors' code. With more than 33 classes it would be outside of
    the class.

    Where noise depends on the features, too, anchors show that of the extremes: such
    samples aren't typical of their class, and the matrix is biased.

    References
    ----------
    .. [1] Patrini et al., "Making Deep Neural Networks Robust to Label Noise: A
       Loss Correction Approach", CVPR 2017.

    Examples
    --------
    >>> from sknoisy.transition import anchor_transition
    >>> pred_probs = [[0.7, 0.3], [0.6, 0.4], [0.4, 0.6], [0.2, 0.8]]
    >>> anchor_transition(pred_probs, percentile=100)
    array([[0.7, 0.3],
           [0.2, 0.8]])
    """
    probs = check_probs(pred_probs)
    percentiles = choose_percentiles(percentile, probs)
    check_count(n_anchors=n_anchors)
    if n_anchors > len(probs):
        raise ValueError(
            f"n_anchors={n_anchors} is more than there are samples, {len(probs)}."
        )
    return np.array(
        [
            row_of(column, probs, bar, n_anchors)
            for column, bar in zip(probs.T, percentiles, strict=True)
        ]
    )


def choose_percentiles(percentile, probs):
    """Return the percentile of each class."""
    if isinstance(percentile, str):
        check_choice(percentile, ("auto",), "percentile")
        half_above = 100 * (1 - probs.mean(axis=0) / 2)
        return np.maximum(USUAL, half_above)
    check_range("(0, 100]", percentile=percentile)
    return np.full(probs.shape[1], percentile)


def row_of(column, probs, percentile, n_anchors):
    """Return the mean row of the samples where `column` reaches its percentile."""
    ranked = np.argsort(-column, kind="stable")
    # without interpolation, so that rounding can't leave the sample itself out
    highest = np.percentile(column, percentile, method="lower")
    first = np.searchsorted(-column[ranked], -highest)
    first = min(first, len(column) - n_anchors)
    return probs[ranked[first : first + n_anchors]].mean(axis=0)
