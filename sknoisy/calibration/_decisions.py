"""What to decide, given probabilities and what mistakes cost."""

import numpy as np

from sknoisy._arrays import as_numpy
from sknoisy._data_types import ArrayLike
from sknoisy._probs import check_probs
from sknoisy._ranges import check_range
from sknoisy._shown import shown

__all__ = ["bayes_decisions"]

ABSTAINS = -1


def bayes_decisions(
    pred_probs: ArrayLike,
    costs: ArrayLike | None = None,
    *,
    abstention_cost: float | None = None,
) -> np.ndarray:
    r"""Decide for each sample what is expected to cost least, or not to decide.

    .. math:: \arg\min_j \sum_i p_i \, c_{ij}

    Bayes' decision [1]_. With `abstention_cost`, nothing is decided where that is
    cheaper: for equal costs, where the largest probability is below one minus it,
    which is Chow's rule [2]_.

    Parameters
    ----------
    pred_probs : array-like of shape (n_samples, n_classes)
        Probabilities of true classes. They must be calibrated, since a decision is
        made far from one half, and those of
        :class:`~sknoisy.calibration.TrueLabelCalibratedClassifier` are meant to be.

    costs : array-like of shape (n_classes, n_decisions), default=None
        ``costs[i, j]`` is what deciding j costs where class i is true, in any unit;
        gains are negative. Decisions may be other things than classes. None stands for
        a cost of 1 for every wrong class.

    abstention_cost : float, default=None
        What it costs not to decide, such as the price of asking somebody, in the unit
        of `costs`. None: always decide.

    Returns
    -------
    decisions : ndarray of int of shape (n_samples,)
        Columns of `costs`, or of `pred_probs`; the first of equals. -1 where nothing
        is decided, which happens only where it costs less than any decision.

    Raises
    ------
    ValueError
        If rows of `pred_probs` are no probabilities, `costs` has another number of
        rows than there are classes or holds NaN or infinity, or `abstention_cost` is
        not finite.

    See Also
    --------
    sklearn.model_selection.FixedThresholdClassifier : The same for two classes, in a
        Pipeline: of costs a (deciding 1 where 0 is true) and b, the threshold is
        a / (a + b).

    References
    ----------
    .. [1] Elkan, "The Foundations of Cost-Sensitive Learning", IJCAI 2001, Equation 1.
    .. [2] Chow, "On Optimum Recognition Error and Reject Tradeoff", IEEE Transactions
       on Information Theory 1970.

    Examples
    --------
    A mushroom that is poisonous (class 1) with a probability of 2 % isn't eaten, if a
    poisoning is as bad as throwing away a hundred good ones:

    >>> from sknoisy.calibration import bayes_decisions
    >>> pred_probs = [[0.98, 0.02], [0.999, 0.001]]
    >>> bayes_decisions(pred_probs, [[0, 1], [100, 0]])
    array([1, 0])

    Somebody may be asked at the price of a tenth of a mistake:

    >>> bayes_decisions([[0.95, 0.05], [0.6, 0.4]], abstention_cost=0.1)
    array([ 0, -1])
    """
    probs = check_probs(pred_probs)
    expected = probs @ _check_costs(costs, probs.shape[1])
    decisions = expected.argmin(axis=1)
    if abstention_cost is None:
        return decisions
    check_range("(-inf, inf)", abstention_cost=abstention_cost)
    return np.where(expected.min(axis=1) > abstention_cost, ABSTAINS, decisions)


def _check_costs(costs: ArrayLike | None, n_classes: int) -> np.ndarray:
    """Return costs as floats, a row for each class."""
    if costs is None:
        return 1.0 - np.eye(n_classes)
    found = np.asarray(as_numpy(costs))
    if found.ndim != 2 or len(found) != n_classes or not found.shape[1]:
        raise ValueError(
            f"costs has shape {found.shape}, but pred_probs has {n_classes} columns:"
            f" expected ({n_classes}, n_decisions), with row i holding what each"
            " decision costs where class i is true."
        )
    if found.dtype.kind not in "biuf" or not np.isfinite(found).all():
        raise ValueError(
            f"costs={shown(found.tolist())} must hold finite numbers only: what must"
            " never be decided costs a large one."
        )
    return found.astype(np.float64)
