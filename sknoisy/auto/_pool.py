"""A pool of judges: their log-probabilities, weighted by how well they foretell."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import softmax

LEAST = 1e-3  # of an even share: what a judge calls impossible is only unlikely
FACTORS = (0.1, 20.0)  # what weights may be multiplied by
RIDGE = 10.0  # weight of "all judges alike", in samples
OFFSET_RIDGE = 1.0  # weight of "no offsets": next to nothing, for a rare class


def log_probabilities(probabilities):
    """Return logarithms of rows of probabilities, in which no class is impossible."""
    floor = LEAST / probabilities.shape[-1]
    raised = np.maximum(probabilities, floor)
    return np.log(raised / raised.sum(axis=-1, keepdims=True))


def pooled(logs, weights, offsets=0.0):
    """Return what judges say together: Π p_j^w_j · exp(offset), normalized.

    Parameters
    ----------
    logs : ndarray of shape (n_judges, n_samples, n_classes)

    weights : ndarray of shape (n_judges,)
        Not negative. Their sum is the sharpness of the pool.

    offsets : ndarray of shape (n_classes,), default=0
        What is added for each class.
    """
    return softmax(np.tensordot(weights, logs, axes=1) + offsets, axis=1)


def pool_weights(logs, codes, transition=None):
    """Return weights and offsets under which held-out given labels are most likely.

    The sum over samples of log Σ_k q_k T[k, given], with q the pool's probabilities,
    less a ridge around equal weights and no offsets. With T the identity, the default,
    it is concave.

    Judges whose penalty is strong say little of a sample, but all of how frequent the
    classes are, as nobody penalizes that; sharpened, it would outvote what they say of
    the sample. The offsets take it back.

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
    even = np.full(len(logs), 1 / len(logs))
    return _likeliest(logs, codes, transition, even, RIDGE, (0, None))


def rescaled(weights, logs, codes, transition=None):
    """Return weights times the likeliest factor, and the likeliest offsets."""
    together = np.tensordot(weights, logs, axes=1)[None]
    one = np.ones(1)
    factor, offsets = _likeliest(together, codes, transition, one, 0.0, FACTORS)
    return factor[0] * weights, offsets


def _likeliest(logs, codes, transition, center, ridge, bounds):
    n_judges, n_samples, n_classes = logs.shape
    given = np.eye(n_classes)[codes] if transition is None else transition.T[codes]

    def loss(found):
        weights, offsets = found[:n_judges], found[n_judges:]
        q = pooled(logs, weights, offsets)
        joint = q * given
        likelihood = np.maximum(joint.sum(axis=1, keepdims=True), 1e-300)
        more = joint / likelihood - q  # of each class would make labels likelier
        off = weights - center
        value = -np.log(likelihood).sum() + ridge * off @ off
        value += OFFSET_RIDGE * offsets @ offsets
        slope = np.concatenate(
            [
                2 * ridge * off - np.tensordot(logs, more, axes=2),
                2 * OFFSET_RIDGE * offsets - more.sum(axis=0),
            ]
        )
        return value / n_samples, slope / n_samples

    start = np.concatenate([center, np.zeros(n_classes)])
    limits = [bounds] * n_judges + [(None, None)] * n_classes
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits).x
    return found[:n_judges], found[n_judges:]


def log_losses(q, codes, transition=None):
    """Return the negative log-likelihood of each given label under a pool."""
    told = q if transition is None else q @ transition
    return -np.log(np.maximum(told[np.arange(len(codes)), codes], 1e-300))
