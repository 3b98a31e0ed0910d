"""Noise rates of every class, made from the confident joint."""

from typing import NamedTuple

import numpy as np

from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike
from sknoisy.quality._confident_joint import (
    TINY,
    calibrated,
    count_pairs,
    likely_classes,
)
from sknoisy.quality._reading import read
from sknoisy.quality._validation import check_vector

__all__ = ["NoiseMatrices", "estimate_noise_matrices"]

LOWEST_PRIOR = 1e-6
LOWEST_CONVERGED_PRIOR = 1e-5
HIGHEST_RATE = 0.9999


class NoiseMatrices(NamedTuple):
    """What `estimate_noise_matrices` found, in cleanlab's order and orientation.

    Parameters
    ----------
    py : ndarray of shape (n_classes,)
        P(true label = j): how frequent the classes truly are.

    noise_matrix : ndarray of shape (n_classes, n_classes)
        ``noise_matrix[k, j]`` is P(given label = k | true label = j), as in
        cleanlab: **columns** are true classes, and sum to one. Everywhere else in
        sknoisy rows are true classes: take `transition_matrix` there.

    inverse_noise_matrix : ndarray of shape (n_classes, n_classes)
        ``inverse_noise_matrix[j, k]`` is P(true label = j | given label = k), as in
        cleanlab: columns are given labels, and sum to one.

    confident_joint : ndarray of shape (n_classes, n_classes)
        Counts of samples; rows are given labels, columns true ones.

    See Also
    --------
    estimate_noise_matrices : Makes it.

    Examples
    --------
    >>> from sknoisy.quality import estimate_noise_matrices
    >>> pred_probs = [[0.9, 0.1], [0.1, 0.9], [0.2, 0.8], [0.3, 0.7]]
    >>> found = estimate_noise_matrices([0, 0, 1, 1], pred_probs)
    >>> py, noise_matrix, inverse_noise_matrix, confident_joint = found
    >>> noise_matrix.sum(axis=0)
    array([1., 1.])
    >>> found.transition_matrix.sum(axis=1)
    array([1., 1.])
    """

    py: np.ndarray
    noise_matrix: np.ndarray
    inverse_noise_matrix: np.ndarray
    confident_joint: np.ndarray

    @property
    def transition_matrix(self) -> np.ndarray:
        """P(given label = j | true label = i) at [i, j]: rows are true classes.

        A class that no sample seems to be of keeps its label.
        """
        transition = self.noise_matrix.T.copy()
        empty = transition.sum(axis=1) == 0
        transition[empty, empty] = 1
        return transition

    @property
    def noise_rate(self) -> float:
        """Share of wrong labels: what is off the diagonal of the confident joint."""
        return float(1 - self.confident_joint.trace() / self.confident_joint.sum())


def estimate_noise_matrices(
    labels: ArrayLike,
    pred_probs: ArrayLike,
    *,
    thresholds: ArrayLike | None = None,
    converge_latent_estimates: bool = True,
    py_method: str = "cnt",
    calibrate: bool = True,
) -> NoiseMatrices:
    """Estimate how often each class is labelled as each other [1]_.

    The counts of `compute_confident_joint`, divided by their column and row sums.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1. Not every class needs to be among them.

    pred_probs : array-like of shape (n_samples, n_classes)
        Class probabilities of each sample, from a model that did not see its label
        (out-of-fold, say). A memory-mapped array is read block by block.

    thresholds : array-like of shape (n_classes,), default=None
        Probabilities above which a sample counts for a class; see
        `compute_confident_joint`.

    converge_latent_estimates : bool, default=True
        Whether the matrices and `py` are made to agree with each other and with the
        frequencies of the given labels, by computing them from one another in turns.

    py_method : str, default="cnt"
        How the frequencies of true classes are estimated, with q those of the given
        labels, N the noise matrix and V its inverse:

        - "cnt": V[k, k] / N[k, k] · q[k]; it needs the diagonals alone.
        - "eqn": solves N · py = q.
        - "marginal": column sums of the confident joint.
        - "marginal_ps": V · q.

    calibrate : bool, default=True
        Whether the joint is scaled to the number of samples of each label; see
        `compute_confident_joint`.

    Returns
    -------
    matrices : NoiseMatrices
        A named tuple ``(py, noise_matrix, inverse_noise_matrix, confident_joint)``,
        with ``transition_matrix`` and ``noise_rate`` besides. **Columns** of
        `noise_matrix` are true classes, as in cleanlab; **rows** of
        `transition_matrix` are, as everywhere in sknoisy.

    Raises
    ------
    ValueError
        If ``py_method="eqn"`` and the noise matrix is singular, `py_method` is
        unknown, labels are no codes of the columns of `pred_probs`, or its rows are
        no probabilities.

    See Also
    --------
    compute_confident_joint : The counts behind it.
    num_label_issues : The number of wrong labels.

    Notes
    -----
    Values equal those of cleanlab 2.9 to float rounding. The function of this name in
    cleanlab fits a classifier; the one that takes probabilities is called
    ``estimate_py_and_noise_matrices_from_probabilities`` there.

    References
    ----------
    .. [1] Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in
       Dataset Labels", JAIR 2021.

    Examples
    --------
    >>> from sknoisy.quality import estimate_noise_matrices
    >>> labels = [0, 0, 0, 1, 1]
    >>> pred_probs = [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.3, 0.7]]
    >>> found = estimate_noise_matrices(labels, pred_probs)
    >>> found.transition_matrix.round(2)  # a third of class 1 is labelled 0
    array([[1.  , 0.  ],
           [0.33, 0.67]])
    >>> found.noise_rate
    0.2
    """
    check_choice(py_method, PRIORS, "py_method")
    reading = read(labels, pred_probs)
    if thresholds is not None:
        thresholds = check_vector(thresholds, "thresholds", reading.n_classes)
    joint = count_pairs(reading, likely_classes(reading, thresholds))
    if calibrate:
        joint = calibrated(joint, reading.label_counts)
    frequencies = reading.label_counts / len(reading.labels)
    noise = _divided(joint, joint.sum(axis=0))
    inverse = _divided(joint.T, joint.sum(axis=1))
    py = _distribution(PRIORS[py_method](frequencies, noise, inverse, joint))
    noise, inverse = _clipped(noise), _clipped(inverse)
    if converge_latent_estimates:
        py, noise, inverse = _converged(frequencies, py, noise, inverse)
    return NoiseMatrices(py, noise, inverse, joint)


def _by_diagonals(frequencies, noise, inverse, joint=None):
    return _divided(inverse.diagonal(), noise.diagonal()) * frequencies


def _by_equation(frequencies, noise, inverse, joint):
    try:
        return np.linalg.solve(noise, frequencies)
    except np.linalg.LinAlgError as error:
        raise ValueError(
            "py_method='eqn' solves for the true classes, but the noise matrix is"
            " singular: two classes are labelled alike, or nothing seems to be of one."
            " Choose 'cnt'."
        ) from error


def _by_columns(frequencies, noise, inverse, joint):
    return joint.sum(axis=0) / joint.sum()


def _by_inverse(frequencies, noise, inverse, joint):
    return inverse @ frequencies


PRIORS = {
    "cnt": _by_diagonals,
    "eqn": _by_equation,
    "marginal": _by_columns,
    "marginal_ps": _by_inverse,
}


def _converged(frequencies, py, noise, inverse, n_rounds=3, n_inner=5):
    """Compute each from the others by Bayes' rule, until they agree well enough."""
    for _ in range(n_rounds):
        for _ in range(n_inner):
            inverse = _clipped(_divided((noise * py).T, frequencies))
            py = _distribution(_by_diagonals(frequencies, noise, inverse))
        noise = _clipped(_divided((inverse * frequencies).T, py))
    py = _distribution(py, LOWEST_CONVERGED_PRIOR)
    return py, _clipped(noise), _clipped(inverse)


def _distribution(values, low=LOWEST_PRIOR):
    """Clip to [low, 1] and scale to sum to one."""
    values = np.clip(values, low, 1)
    return values / values.sum()


def _clipped(matrix):
    """Keep what is off the diagonal below one, and columns distributions."""
    clipped = np.clip(matrix, 0, HIGHEST_RATE)
    np.fill_diagonal(clipped, matrix.diagonal())
    return _divided(clipped, clipped.sum(axis=0))


def _divided(matrix, sums):
    """Divide columns; where there is nothing to divide, leave zeros."""
    return matrix / np.maximum(sums, TINY)
