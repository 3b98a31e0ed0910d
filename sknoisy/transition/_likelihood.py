"""The transition matrix that makes the given labels most likely."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_array
from scipy.special import softmax

from sknoisy._data_types import ArrayLike
from sknoisy._ranges import check_count
from sknoisy.transition._counts import count_labels, surest
from sknoisy.transition._inputs import (
    check_labels_and_probs,
    check_share,
    rows_of_counts,
    warn_never_predicted,
)

__all__ = ["likelihood_transition"]

LOWEST = 0.01  # of an even share: forests and neighbors give zeros they can't mean
SMOOTHING = 1e-4  # so that a flip nobody has counted yet isn't impossible
SHARPEST = 1e3
TOLERANCE = 1e-5
FRACTION, MAX_ITER = 0.5, 500  # of the surest samples; of rounds


def likelihood_transition(
    labels: ArrayLike,
    pred_probs: ArrayLike,
    *,
    fraction: float = FRACTION,
    max_iter: int = MAX_ITER,
) -> np.ndarray:
    """Transition matrix of largest likelihood, given what a model says of each sample.

    The surest samples of each predicted class count as of that class. All others are
    shared out among the classes, as likely as a sharpened copy of their probabilities
    says, and the matrix is the one under which the given labels are most likely. The
    default estimator of sknoisy.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1. Not every class needs to be among them.

    pred_probs : array-like of shape (n_samples, n_classes)
        Class probabilities of each sample, from a model that learned from the given
        labels but did not see this sample's (out-of-fold, say).

    fraction : float in (0, 1], default=0.5
        Which share of the samples of each predicted class, those with the largest lead
        over the second class, is taken to be of that class. Lower it where classes
        overlap so much that even of the surest half many are predicted wrong; raise it
        where noise depends on the features. 1 gives `counts_transition`.

    max_iter : int >= 1, default=500
        How often samples are shared out anew, at most.

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i). A class that no
        sample is predicted to be of keeps its labels, as far as the others tell.

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
    counts_transition : Its first step.
    hoc_transition : Needs features instead of probabilities.
    noise_rate : The share of wrong labels that a matrix stands for.

    Notes
    -----
    1. T is `counts_transition` of the surest `fraction` of each class.
    2. The probabilities p are those of *given* labels, less sure than those of true
       ones, q. The model of these is q = softmax(a log p), and a the number that
       maximizes the likelihood ``sum_n log sum_i q[n, i] T[i, label_n]``.
    3. With q from then on fixed, and one for the predicted class of the surest
       samples, T maximizes the same likelihood. It is concave in T, and expectation
       maximization [1]_ finds its maximum.

    Estimating a and T together until nothing changes would fit better, but T = identity
    with a = 1 fits any calibrated p, whatever the noise: where noise depends on the
    features, too, that is where it ends. Steps 1 and 3 keep the matrix to what the
    surest samples show. The most frequent label of each class has to be the right one.
    Noise that depends on the features makes it somewhat too clean.

    References
    ----------
    .. [1] Dempster, Laird and Rubin, "Maximum Likelihood from Incomplete Data via the
       EM Algorithm", Journal of the Royal Statistical Society B, 1977.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import cross_val_predict
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sknoisy.noise import SymmetricNoise
    >>> from sknoisy.transition import likelihood_transition
    >>> X, y = load_digits(return_X_y=True)
    >>> labels = SymmetricNoise(0.3, random_state=0).fit(X, y).corrupt(y)
    >>> model = KNeighborsClassifier(20)
    >>> pred_probs = cross_val_predict(model, X, labels, method="predict_proba")
    >>> transition = likelihood_transition(labels, pred_probs)
    >>> print(transition.diagonal().mean().round(2))
    0.71
    """
    labels, probs = check_labels_and_probs(labels, pred_probs)
    fraction = check_share(fraction, "fraction")
    check_count(max_iter=max_iter)
    warn_never_predicted(probs.argmax(axis=1), labels, probs.shape[1])
    weights, start = shared_out(labels, probs, fraction)
    return maximize(weights, labels, start, max_iter)


def shared_out(labels, probs, fraction):
    """Return what features say of each sample's true class, and T of the surest."""
    n_classes = probs.shape[1]
    samples, classes = surest(probs, fraction)
    start = rows_of_counts(count_labels(samples, classes, labels, n_classes))
    start = (start + SMOOTHING) / (1 + SMOOTHING * n_classes)
    weights = sharpened(probs, labels, start)
    weights[samples] = np.eye(n_classes)[classes]
    return weights, start


def sharpened(probs, labels, transition):
    """Return softmax(a log p) with the most likely a."""
    logs = np.log(probs.clip(min=LOWEST / probs.shape[1]))
    given = transition.T[labels]

    def loss(log_a):
        likelihood = (softmax(np.exp(log_a) * logs, axis=1) * given).sum(axis=1)
        return -np.log(likelihood).mean()

    best = minimize_scalar(
        loss, bounds=(-np.log(SHARPEST), np.log(SHARPEST)), method="bounded"
    )
    return softmax(np.exp(best.x) * logs, axis=1)


def maximize(weights, labels, transition, max_iter):
    """Return the matrix of largest likelihood, given each sample's class weights."""
    n_samples, n_classes = weights.shape
    ones, ends = np.ones(n_samples), np.arange(n_samples + 1)
    given = csr_array((ones, labels, ends), shape=(n_samples, n_classes)).T.tocsr()
    for _ in range(max_iter):
        shares = weights * transition.T[labels]
        shares /= shares.sum(axis=1, keepdims=True)
        counts = (given @ shares).T
        sums = counts.sum(axis=1, keepdims=True)
        updated = np.where(sums > 0, counts / np.where(sums > 0, sums, 1), transition)
        if np.abs(updated - transition).max() < TOLERANCE:
            return updated
        transition = updated
    return transition
