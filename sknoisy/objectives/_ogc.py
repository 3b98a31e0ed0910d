"""Clip what a label may pull, at a threshold that follows the training."""

import copy
import math
import warnings

import numpy as np
import torch

from sknoisy.losses import get_loss
from sknoisy.losses._probability import label_nll, probability_of
from sknoisy.losses._ranges import check_count, check_range
from sknoisy.objectives._scheduled import ScheduledObjective


class OptimizedGradientClipping(ScheduledObjective):
    takes_mixup = False

    def __init__(self, n_samples, n_epochs, *, loss="ce", slack=2.0, queue_size=4096):
        super().__init__(n_epochs)
        check_range("[0, inf)", slack=slack)
        check_count(queue_size=queue_size)
        self.loss = copy.deepcopy(get_loss(loss))
        self.slack = slack
        self.tangents = Tangents(self.loss)
        self.tangent = None
        self.n_new = 0
        queue = torch.zeros(min(queue_size, n_samples))
        self.register_buffer("queue", queue, persistent=False)

    def compute(self, logits, labels, index):
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        losses = self.loss(logits[:, 0], labels)
        nll = label_nll(logits[:, 0], labels)
        self._observe(nll.detach())
        if self.tangent is not None:
            touches_at, value, slope = self.tangent
            line = value + slope * (math.exp(-touches_at) - probability_of(nll))
            losses = losses.where(nll < touches_at, line)
        return losses.mean()

    def _observe(self, nll):
        room = len(self.queue) - self.n_new
        nll = nll[:room]
        self.queue[self.n_new : self.n_new + len(nll)] = nll
        self.n_new += len(nll)
        if self.n_new == len(self.queue):
            self.n_new = 0
            means, variances = fit_two_normals(self.queue.double().cpu().numpy())
            allowed = 1 + self.slack * (1 - self.progress)
            self.tangent = self.tangents.choose(means, variances, allowed)

    def forget(self):
        """Let go of the losses that were looked at."""
        self.queue = None


class Tangents:
    """A loss of p_y alone on a grid of −log p_y, with its slopes in p_y."""

    def __init__(self, loss, max_nll=-math.log(1e-7), n_points=1000):
        self.nll = np.linspace(1e-7, max_nll, n_points)
        p = torch.from_numpy(np.exp(-self.nll)).requires_grad_()
        labels = torch.zeros(n_points, dtype=torch.int64)
        one_other = torch.stack([p, 1 - p], dim=1).log()
        two_others = torch.stack([p, (1 - p) / 2, (1 - p) / 2], dim=1).log()
        with torch.enable_grad():
            values = loss(one_other, labels)
            (slopes,) = torch.autograd.grad(values.sum(), p)
        same = torch.allclose(values, loss(two_others, labels))
        self.values, self.slopes = values.detach().numpy(), -slopes.numpy()
        if not same or (np.diff(self.slopes) < -1e-9).any():
            raise ValueError("x")

    def choose(self, means, variances, allowed):
        ratio = np.divide(*(self._mean_pull(m, v) for m, v in zip(means, variances)))
        fine = np.flatnonzero(ratio <= allowed)
        k = fine[-1] if fine.size else 0
        return self.nll[k], self.values[k], self.slopes[k]

    def _mean_pull(self, mean, variance):
        density = np.exp(-((self.nll - mean) ** 2) / (2 * variance))
        density /= density.sum()
        below = np.cumsum(density * self.slopes)
        return below + self.slopes * (1 - np.cumsum(density))


def fit_two_normals(values):
    from sklearn.mixture import GaussianMixture

    start = {
        "weights_init": [0.5, 0.5],
        "means_init": np.quantile(values, [0.75, 0.25]).reshape(2, 1),
        "precisions_init": np.full((2, 1, 1), 1 / (values.var() + 1e-3)),
    }
    mixture = GaussianMixture(2, max_iter=10, reg_covar=1e-3, **start)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ten rounds do, converged or not
        mixture.fit(values.reshape(-1, 1))
    order = mixture.means_.ravel().argsort()[::-1]
    return mixture.means_.ravel()[order], mixture.covariances_.ravel()[order]
