"""What a network says of held-out samples, when it says it best."""

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from skorch.callbacks import Callback

from sknoisy._engine.batches import ArrayDataset

PATIENCE = 5  # epochs, or a fifth of all


class BestOnHeldOut(Callback):
    """Keeps what the network said when it foretold held-out labels best.

    Training ends when it hasn't done better for some epochs. Classes that it doesn't
    know have no probability.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_samples, ...)

    rows : ndarray of int
        Those that are held out.

    codes, noisy : ndarray of shape (n_samples,)
        All labels, and which of them are there to be foretold.

    known : ndarray of int
        The classes that the network knows.

    n_classes : int
    """

    def __init__(self, X, rows, codes, noisy, known, n_classes):
        self.held_out = ArrayDataset(X, rows=torch.as_tensor(rows))
        self.codes = codes[rows]
        self.noisy = noisy[rows] & np.isin(self.codes, known)
        self.known = known
        self.n_classes = n_classes

    def begin(self, max_epochs):
        """Begin anew."""
        self.likelihood_ = -np.inf
        self.patience_ = max(PATIENCE, max_epochs // PATIENCE)

    def hear(self, said, epoch):
        """Hear probabilities of held-out samples; return whether to go on."""
        proba = np.zeros((len(self.codes), self.n_classes))
        proba[:, self.known] = said
        if not self.noisy.any():  # nothing to foretell: the last word is as good
            self.proba_, self.epoch_ = proba, epoch
            return True
        # calibrated, since networks grow too sure before they grow worse
        likelihood = -calibrated(proba, self.codes, self.noisy).fun
        if likelihood > self.likelihood_:
            self.likelihood_, self.proba_, self.epoch_ = likelihood, proba, epoch
            return True
        return epoch - self.epoch_ < self.patience_

    def on_train_begin(self, net, **kwargs):
        """Begin anew."""
        self.begin(net.max_epochs)

    def on_epoch_end(self, net, **kwargs):
        """Listen to the network; stop it well after its best epoch."""
        if not self.hear(net.predict_proba(self.held_out), len(net.history)):
            raise KeyboardInterrupt  # skorch's way to end training


def calibrate(posterior, codes, noisy=slice(None)):
    """Return `posterior` at the temperature at which it predicts `codes` best.

    Cross entropy on held-out given labels is minimal at their true probabilities; one
    number can't fit their noise. Only the rows of the mask `noisy` count.
    """
    log_p = _logs(posterior)
    best = calibrated(posterior, codes, noisy)
    return softmax(np.exp(best.x) * log_p, axis=1)


def calibrated(posterior, codes, noisy=slice(None)):
    """Return minus the log of that temperature as `x`, the loss at it as `fun`."""
    judged, given = _logs(posterior[noisy]), codes[noisy]
    # less the largest of each row, so that nothing overflows at any temperature
    judged -= judged.max(axis=1, keepdims=True)
    mean_of_given = judged[np.arange(len(given)), given].mean()

    def nll(log_inverse_temperature):
        scale = np.exp(log_inverse_temperature)
        total = np.exp(scale * judged).sum(axis=1)
        return np.log(total).mean() - scale * mean_of_given

    return minimize_scalar(nll, bounds=(-3, 3), method="bounded")


def _logs(posterior):
    return np.log(np.maximum(posterior, np.finfo(np.float64).tiny))
