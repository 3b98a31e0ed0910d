"""The transition matrix in two steps, through the class that a model predicts."""

import numpy as np

from sknoisy._data_types import ArrayLike
from sknoisy.transition._anchor import anchor_transition
from sknoisy.transition._counts import counts_transition

__all__ = ["dual_t_transition"]


def dual_t_transition(
    labels: ArrayLike, pred_probs: ArrayLike, *, percentile: float | str = "auto"
) -> np.ndarray:
    """Transition matrix as a product of two that are easier to estimate [1]_.

    From the true class to the class a model says (read off anchor points), and from
    there to the given label (counted).

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1. Not every class needs to be among them.

    pred_probs : array-like of shape (n_samples, n_classes)
        Class probabilities of each sample, from a model that learned from the given
        labels but did not see this sample's (out-of-fold, say).

    percentile : float in (0, 100] or "auto", default="auto"
        Where the anchor points are; see `anchor_transition`.

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    Raises
    ------
    ValueError
        If labels are no codes of the columns of `pred_probs`, or its rows are no
        probabilities.

    Warns
    -----
    UserWarning
        If a class that labels name is never predicted.

    See Also
    --------
    counts_transition : The second factor alone.

    Notes
    -----
    ``transition[i, j] = sum_l P(said = l | true = i) P(given = j | said = l)`` [1]_. A
    class that is never predicted gets the row of the identity in the second factor; in
    the authors' code it gets a row of zeros.

    The product counts the noise once only if the model is nearly sure of the class of
    anchor points, as a long-trained network is. Probabilities that are honest about
    the noise put it into both factors: the matrix is then nearly the square of the
    true one. Take `likelihood_transition` for such.

    References
    ----------
    .. [1] Yao et al., "Dual T: Reducing Estimation Error for Transition Matrix in
       Label-noise Learning", NeurIPS 2020.

    Examples
    --------
    >>> from sknoisy.transition import dual_t_transition
    >>> pred_probs = [[1.0, 0.0], [0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.0, 1.0]]
    >>> dual_t_transition([0, 0, 1, 1, 1], pred_probs, percentile=100).round(2)
    array([[0.67, 0.33],
           [0.  , 1.  ]])
    """
    from_said = counts_transition(labels, pred_probs)
    return anchor_transition(pred_probs, percentile=percentile) @ from_said
