"""Maps from what a classifier says to probabilities, learned from soft targets.

A map is linear in the logarithms: softmax(W log p + b). With W = I / temperature and
b = 0 it is temperature scaling; with any W and b it is Dirichlet calibration.
"""

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax, softmax

# Probabilities of zero, as trees give them, are raised to this share of an even one:
# what a leaf of a few samples didn't see may be.
FLOOR = 1e-2
# Of the squares of all that makes a map another one than temperature scaling, to be
# weighed against a mean log loss; chosen on seeds that no table prints.
PENALTY = 1e-3
# Logarithm of the scale: no classifier is farther off, and none is turned round.
SCALES = (-6.0, 6.0)


def logs_of(probabilities):
    """Return logarithms of probabilities, of which none is zero.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)
        Rows may sum to anything above zero.
    """
    rows = np.asarray(probabilities, dtype=np.float64)
    rows = rows / rows.sum(axis=1, keepdims=True)
    rows = np.maximum(rows, FLOOR / rows.shape[1])
    return np.log(rows / rows.sum(axis=1, keepdims=True))


def mapped(logs, coef, intercept):
    """Return probabilities (n_samples, n_classes), rows of float64 that sum to one."""
    return softmax(logs @ coef.T + intercept, axis=1)


def fit_temperature(logs, targets, weight):
    """Return the map of one number, a multiple of the identity, and no intercept.

    Parameters
    ----------
    logs, targets : ndarray of shape (n_samples, n_classes)
        What is mapped, and distributions that it should become.

    weight : ndarray of shape (n_samples,)
        Weights of the samples, their sum one.

    Returns
    -------
    coef : ndarray of shape (n_classes, n_classes)

    intercept : ndarray of shape (n_classes,)
    """

    def loss(log_scale):
        said = log_softmax(np.exp(log_scale) * logs, axis=1)
        return -weight @ (targets * said).sum(axis=1)

    found = minimize_scalar(loss, bounds=SCALES, method="bounded")
    n_classes = logs.shape[1]
    return np.exp(found.x) * np.eye(n_classes), np.zeros(n_classes)


def fit_dirichlet(logs, targets, weight, *, penalty=PENALTY):
    """Return the map of least cross entropy, held near temperature scaling.

    Scores may be of any scale: those of a support vector machine have another one than
    logarithms.

    Parameters
    ----------
    logs, targets, weight : ndarray
        As of `fit_temperature`, where it starts.

    penalty : float, default=1e-3
        Of the squares of what is off the diagonal, of the intercept, and of how far
        the diagonal is from its mean, for `logs` of variance one.

    Returns
    -------
    coef, intercept : ndarray
        As of `fit_temperature`.
    """
    n_classes = logs.shape[1]
    spread = np.std(logs - logs.mean(axis=1, keepdims=True)) or 1.0
    logs = logs / spread
    coef, intercept = fit_temperature(logs, targets, weight)
    start = np.column_stack([coef, intercept])
    found = minimize(
        lambda flat: _dirichlet_loss(
            flat.reshape(start.shape), logs, targets, weight, penalty
        ),
        start.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 1000},
    )
    both = found.x.reshape(start.shape)
    return both[:, :n_classes] / spread, both[:, n_classes]


def _dirichlet_loss(both, logs, targets, weight, penalty):
    """Return the penalized cross entropy of [W, b], and its gradient, flat."""
    coef, intercept = both[:, :-1], both[:, -1]
    said = log_softmax(logs @ coef.T + intercept, axis=1)
    by_score = weight[:, None] * (np.exp(said) - targets)
    apart = both.copy()  # from temperature scaling
    apart[np.diag_indices_from(coef)] -= np.trace(coef) / len(coef)
    value = -weight @ (targets * said).sum(axis=1) + penalty * (apart**2).sum()
    slope = np.column_stack([by_score.T @ logs, by_score.sum(axis=0)])
    return value, (slope + 2 * penalty * apart).ravel()


MAPS = {"dirichlet": fit_dirichlet, "temperature": fit_temperature}
