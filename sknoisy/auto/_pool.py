"""A pool of judges: their log-probabilities, weighted by how well they foretell."""

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import softmax

LEAST = 1e-3  # of an even share: what a judge calls impossible is only unlikely
FACTORS = (-2.0, 3.0)  # logarithms of what weights may be multiplied by
RIDGE = 10.0  # weight of "all judges alike", in samples


def log_probabilities(probabilities):
    """Return logarithms of rows of probabilities, in which no class is impossible."""
    floor = LEAST / probabilities.shape[-1]
    raised = np.maximum(probabilities, floor)
    return np.log(raised / raised.sum(axis=-1, keepdims=True))


def pooled(logs, weights):
    """Return what judges say together: Π p_j^w_j, as rows that sum to one.

    Parameters
    ----------
    logs : ndarray of shape (n_judges, n_samples, n_classes)

    weights : ndarray of shape (n_judges,)
        Not negative. Their sum is the sharpness of the pool.
    """
    return softmax(np.tensordot(weights, logs, axes=1), axis=1)


def pool_weights(logs, codes, transition=None):
    """Return the weights under which held-out given labels are most likely.

    The sum over samples of log Σ_k q_k T[k, given], with q the pool's probabilities,
    less a ridge around equal weights. With T the identity, the default, it is concave
    in the weights.

    Parameters
    ----------
    logs : ndarray of shape (n_judges, n_samples, n_classes)
        Log-probabilities, out of sample: of given labels, or of true ones with
        `transition`.

    codes : ndarray of shape (n_samples,)
        Given labels.

    transition : ndarray of shape (n_classes, n_classes), default=None
        P(given | true), rows true; None stands for the identity.
    """
    n_judges, n_samples, n_classes = logs.shape
    even = np.full(n_judges, 1 / n_judges)
    given = np.eye(n_classes)[codes] if transition is None else transition.T[codes]

    def loss(weights):
        q = pooled(logs, weights)
        joint = q * given
        likelihood = np.maximum(joint.sum(axis=1, keepdims=True), 1e-300)
        # with P the posterior: d/dw_j = Σ_ik (P − q)_ik log p_j(k | x_i)
        slope = np.tensordot(logs, joint / likelihood - q, axes=2)
        off = weights - even
        value = -np.log(likelihood).sum() + RIDGE * off @ off
        return value / n_samples, (2 * RIDGE * off - slope) / n_samples

    bounds = [(0, None)] * n_judges
    return minimize(loss, even, jac=True, method="L-BFGS-B", bounds=bounds).x


def rescaled(weights, logs, codes, transition=None):
    """Return weights times the factor under which given labels are most likely."""

    def loss(power):
        q = pooled(logs, np.exp(power) * weights)
        return log_losses(q, codes, transition).mean()

    best = minimize_scalar(loss, bounds=FACTORS, method="bounded").x
    return np.exp(best) * weights


def log_losses(q, codes, transition=None):
    """Return the negative log-likelihood of each given label under a pool."""
    told = q if transition is None else q @ transition
    return -np.log(np.maximum(told[np.arange(len(codes)), codes], 1e-300))
