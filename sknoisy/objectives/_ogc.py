"""Clip what a label may pull, at a threshold that follows the training."""

import copy
import math
import warnings

import numpy as np
import torch
from torch import Tensor

from sknoisy._logits import label_nll, per_sample, probability_of
from sknoisy._ranges import check_count, check_range
from sknoisy._types import Loss
from sknoisy.losses import get_loss
from sknoisy.objectives._scheduled import ScheduledObjective

MAX_NLL = -math.log(1e-7)  # what is less probable counts as this


class OptimizedGradientClipping(ScheduledObjective):
    r"""Optimized gradient clipping (OGC): linear where :math:`p_y` is small.

    Below a threshold :math:`p_t` the loss goes on along its tangent, so that its slope
    in :math:`p_y` is never steeper than there. The threshold is found again and again:
    a mixture of two normal distributions, fitted to the :math:`-\log p_y` of the
    samples seen last, stands for clean and wrong labels, and what a wrong one pulls on
    average may be :math:`1 + s` times what a clean one does [1]_.

    Parameters
    ----------
    n_samples, n_epochs : int
        Facts of the training set and of the fit.

    loss : str or callable, default="ce"
        A loss of :math:`p_y` alone that is steeper the smaller it is: "ce", "focal",
        "gce", "sce", "taylor" and others of :data:`sknoisy.losses.LOSSES`, or a
        function (logits, labels) -> (n_samples,).

    slack : float in [0, inf), default=2.0
        The value of s at first. It falls to 0 on a line, where all slopes are equal, as
        those of the mean absolute error are.

    queue_size : int, default=4096
        How many samples the mixture is fitted to, or as many as there are. The
        threshold is found anew when so many have been seen since the last time; until
        the first time there is none.

    See Also
    --------
    sknoisy.losses.generalized_cross_entropy : Flatter by a fixed formula.

    Notes
    -----
    Differences from [1]_ and its authors' code: s is 20 times the learning rate there,
    from 2 down by steps; the mixture is fitted once for as many samples as it looks at
    (there, after 32 batches of 128, which is as many); its start is fixed. Weights have
    no meaning in the mixture: `sample_weight` isn't taken.

    References
    ----------
    .. [1] Ye et al., "Optimized Gradient Clipping for Noisy Label Learning", AAAI 2025.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import OptimizedGradientClipping
    >>> ogc = OptimizedGradientClipping(n_samples=1000, n_epochs=10)
    >>> clean, wrong = torch.rand(600), 4 + torch.rand(400)
    >>> nll = torch.cat([clean, wrong])
    >>> logits = torch.stack([-nll, torch.log(-torch.expm1(-nll))], dim=1)
    >>> labels, index = torch.zeros(1000, dtype=torch.int64), torch.arange(1000)
    >>> loss = ogc.compute(logits.unsqueeze(1), labels, index)
    >>> bool(1 < ogc.tangent[0] < 4)  # the threshold is between clean and wrong
    True
    """

    takes_mixup = False

    def __init__(
        self,
        n_samples: int,
        n_epochs: int,
        *,
        loss: Loss = "ce",
        slack: float = 2.0,
        queue_size: int = 4096,
    ) -> None:
        super().__init__(n_epochs)
        check_range("[0, inf)", slack=slack)
        check_count(queue_size=queue_size)
        self.loss = copy.deepcopy(get_loss(loss))
        self.slack = slack
        self.tangents = Tangents(self.loss)
        self.tangent = None
        self.n_seen = 0
        queue = torch.zeros(min(queue_size, n_samples))
        self.register_buffer("queue", queue, persistent=False)

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        losses = per_sample(self.loss, logits[:, 0], labels)
        nll = label_nll(logits[:, 0], labels)
        self._observe(nll.detach())
        if self.tangent is not None:
            touches_at, value, slope = self.tangent
            line = value + slope * (math.exp(-touches_at) - probability_of(nll))
            losses = losses.where(nll < touches_at, line)
        return losses.mean()

    def _observe(self, nll):
        # NaN is for the engine to complain of, at the end of the epoch
        nll = nll[: len(self.queue) - self.n_seen].nan_to_num(MAX_NLL)
        self.queue[self.n_seen : self.n_seen + len(nll)] = nll.clamp_max(MAX_NLL)
        self.n_seen += len(nll)
        if self.n_seen == len(self.queue):
            mixture = fit_two_normals(self.queue.double().cpu().numpy())
            allowed = 1 + self.slack * (1 - self.progress)
            self.tangent = self.tangents.choose(mixture, allowed)
            self.n_seen = 0

    def forget(self) -> None:
        """Let go of the losses that were looked at."""
        self.queue = torch.empty(0)


class Tangents:
    """The tangents of a loss of p_y, at points of equal distance in −log p_y.

    Parameters
    ----------
    loss : callable

    n_points : int, default=1000
    """

    def __init__(self, loss, n_points=1000):
        self.nll = np.linspace(1e-7, MAX_NLL, n_points)
        p = torch.from_numpy(np.exp(-self.nll)).requires_grad_()
        labels = torch.zeros(n_points, dtype=torch.int64)
        with torch.enable_grad():
            values = per_sample(loss, torch.stack([p, 1 - p], dim=1).log(), labels)
            (slopes,) = torch.autograd.grad(values.sum(), p)
        self.values, self.slopes = values.detach().numpy(), -slopes.numpy()
        shared = torch.stack([p, (1 - p) / 2, (1 - p) / 2], dim=1).log()
        _check_loss(self, loss(shared, labels).detach().numpy())

    def choose(self, mixture, allowed):
        """Return (−log p_y, value, slope) of the steepest tangent that is allowed.

        Parameters
        ----------
        mixture : ndarray of shape (2, 2)
            Mean and variance of −log p_y, of clean labels and of wrong ones.

        allowed : float
            How many times the mean slope of clean ones that of wrong ones may be.
        """
        clean, wrong = (self._mean_slopes(*normal) for normal in mixture)
        fine = np.flatnonzero(wrong <= allowed * clean)
        k = fine[-1] if fine.size else 0
        return self.nll[k], self.values[k], self.slopes[k]

    def _mean_slopes(self, mean, variance):
        """Return the mean slope after clipping at each of the tangents."""
        density = np.exp(-((self.nll - mean) ** 2) / (2 * variance))
        density /= density.sum()
        return np.cumsum(density * self.slopes) + self.slopes * (1 - np.cumsum(density))


def fit_two_normals(values):
    """Return means and variances of two normal distributions, the lower one first."""
    from sklearn import config_context
    from sklearn.mixture import GaussianMixture  # not for every `import sknoisy`

    mixture = GaussianMixture(
        2,
        max_iter=10,
        reg_covar=1e-3,
        weights_init=[0.5, 0.5],
        means_init=np.quantile(values, [0.25, 0.75]).reshape(2, 1),
        precisions_init=np.full((2, 1, 1), 1 / (values.var() + 1e-3)),
    )
    # the numbers are NumPy's, whatever the caller's arrays are
    with warnings.catch_warnings(), config_context(array_api_dispatch=False):
        warnings.simplefilter("ignore")  # ten rounds will do, converged or not
        mixture.fit(values.reshape(-1, 1))
    normals = np.c_[mixture.means_.ravel(), mixture.covariances_.ravel()]
    return normals[normals[:, 0].argsort()]


def _check_loss(tangents, values_with_more_classes):
    same = np.allclose(tangents.values, values_with_more_classes)
    if not same or (np.diff(tangents.slopes) < -1e-9).any():
        raise ValueError(
            "OptimizedGradientClipping clips losses of p_y alone that are steeper the"
            " smaller p_y is, and this loss isn't one: choose e.g. loss='ce', 'focal'"
            " or 'gce'."
        )
