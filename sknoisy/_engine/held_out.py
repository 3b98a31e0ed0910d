"""What a network says of held-out samples, when it says it best."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from skorch.callbacks import Callback

from sknoisy._engine.batches import ArrayDataset

PATIENCE = 5  # epochs, or a fifth of all


class BestOnHeldOut(Callback):
    """Keeps what the network said when it foretold held-out labels best.

    Training ends when it hasn't done better for some epochs. Classes that it doesn't
    know have no probability.
    """

    def __init__(self, X, codes, noisy, known, n_classes):
        self.X = X
        self.codes = codes
        self.noisy = noisy
        self.known = known
        self.n_classes = n_classes

    def on_train_begin(self, net, **kwargs):
        """Begin anew."""
        self.likelihood_ = -np.inf
        self.patience_ = max(PATIENCE, net.max_epochs // PATIENCE)

    def on_epoch_end(self, net, **kwargs):
        """Listen to the network; stop it well after its best epoch."""
        proba = np.zeros((len(self.codes), self.n_classes))
        proba[:, self.known] = net.predict_proba(ArrayDataset(self.X))
        if not self.noisy.any():  # nothing to foretell: the last word is as good
            self.proba_, self.epoch_ = proba, len(net.history)
            return
        # calibrated, since networks grow too sure before they grow worse
        given = calibrate(proba, self.codes, self.noisy)[
            self.noisy, self.codes[self.noisy]
        ]
        likelihood, epoch = np.log(given).mean(), len(net.history)
        if likelihood > self.likelihood_:
            self.likelihood_, self.proba_, self.epoch_ = likelihood, proba, epoch
        elif epoch - self.epoch_ >= self.patience_:
            raise KeyboardInterrupt  # skorch's way to end training


def calibrate(posterior, codes, noisy=slice(None)):
    """Return `posterior` at the temperature at which it predicts `codes` best.

    Cross entropy on held-out given labels is minimal at their true probabilities; one
    number can't fit their noise. Only the rows of the mask `noisy` count.
    """
    log_p = np.log(np.maximum(posterior, np.finfo(np.float64).tiny))
    judged, given = log_p[noisy], codes[noisy]
    rows = np.arange(len(given))

    def nll(log_inverse_temperature):
        scaled = np.exp(log_inverse_temperature) * judged
        return -log_softmax(scaled, axis=1)[rows, given].mean()

    best = minimize_scalar(nll, bounds=(-3, 3), method="bounded")
    return softmax(np.exp(best.x) * log_p, axis=1)
