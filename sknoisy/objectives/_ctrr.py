"""Contrastive regularization: samples of one class are to look alike inside."""

import copy
from collections.abc import Callable
from typing import Any, Self

import torch
from torch import Tensor
from torch.nn import functional as F

from sknoisy._logits import per_sample
from sknoisy._ranges import check_range
from sknoisy._types import Loss, Networks
from sknoisy._views import check_view, view
from sknoisy.losses import get_loss
from sknoisy.objectives._base import Objective
from sknoisy.objectives._strong_views import strong_view

LEAST = 1e-4  # away from 0 and 1, as in the authors' code: log(1 - q) stays finite


class ContrastiveRegularization(Objective):
    r"""CTRR: what the network knows of samples of one class is to be the same.

    .. math:: \frac1n \sum_i \ell(z(x_i), y_i) + \frac{\lambda}{n} \sum_{ij} w_{ij}
        \big(2 + [i \ne j] \log(1 - q_{ij}) - [i = j]\, q_{ij}\big), \quad
        q_{ij} = \langle h(A(x_i)), \bar h(A'(x_j)) \rangle

    A network that has memorized a label has to know the sample by something that no
    other one has. So representations h of two strong views are drawn together, those of
    each sample and those of samples that the network takes for one class:
    :math:`w_{ij} \propto \langle p_i, p_j \rangle` where that is at least τ, in shares
    of each row, and one for i = j before that [1]_.

    Parameters
    ----------
    loss : str or callable, default="ce"
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,).

    strength : float in [0, inf), default=1.0
        The weight λ.

    threshold : float in [0, 1], default=0.4
        The τ above.

    averaging : float in [0, 1), default=0.99
        The second view is that of an average of the network: the share of the old
        average in the new one, at every step.

    swap : float in [0, 1), default=0.3
        Without `strong_augment`, strong views take that share of a sample's features
        from other samples of the batch, each from one of its own [2]_.

    augment, strong_augment : callable, default=None
        Plain and strong views of the features of a batch, of the same shape, drawn anew
        at each call. None as plain view is the sample itself. For images, pass both.

    See Also
    --------
    OverParameterizationPlus : Views are to be of one class, not to look alike inside.
    FixMatch : Learns the class of a plain view for a strong one.

    Notes
    -----
    Differences from [1]_ and its code: h is what the last layer of the network gets,
    scaled to length one, without heads that project and predict it, so that any network
    can be trained; the average of the network looks in evaluation mode; views of tables
    are those of [2]_. The authors' λ, 50 to 170, is for such heads and 550 epochs. On
    the digits of scikit-learn with 40 % symmetric noise it gained nothing at λ of 0.1
    and 1 (.933, cross entropy .940, one seed), and lost four points at 10.

    References
    ----------
    .. [1] Yi et al., "On Learning Contrastive Representations for Learning with Noisy
       Labels", CVPR 2022.
    .. [2] Bahri et al., "SCARF: Self-Supervised Contrastive Learning using Random
       Feature Corruption", ICLR 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy import NoisyLabelClassifier
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = NoisyLabelClassifier(method="ctrr", max_epochs=30, random_state=0)
    >>> bool(clf.fit(X, y_noisy).score(X, y) > 0.9)
    True
    """

    takes_mixup = False
    augments = True
    needs_whole_fit = True

    def __init__(
        self,
        *,
        loss: Loss = "ce",
        strength: float = 1.0,
        threshold: float = 0.4,
        averaging: float = 0.99,
        swap: float = 0.3,
        augment: Callable[[Tensor], Tensor] | None = None,
        strong_augment: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        super().__init__()
        check_range("[0, inf)", strength=strength)
        check_range("[0, 1]", threshold=threshold)
        check_range("[0, 1)", averaging=averaging, swap=swap)
        self.loss = copy.deepcopy(get_loss(loss))
        self.strength = strength
        self.threshold = threshold
        self.averaging = averaging
        self.swap = swap
        self.augment = check_view(augment, "augment")
        self.strong_augment = check_view(strong_augment, "strong_augment")
        self.average: Any = None

    def forward(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the loss of the plain view, and the contrast of two strong ones."""
        logits = networks(view(self.augment, features))[:, 0]
        value = per_sample(self.loss, logits, labels).mean()
        if not self.strength:
            return value
        self._follow(networks)
        one, other = (
            strong_view(features, self.strong_augment, self.swap) for _ in range(2)
        )
        h = representation(networks, one)
        with torch.no_grad():
            averaged = representation(self.average, other)
        p = logits.detach().softmax(dim=-1)
        contrast = contrast_of(h, averaged, alike(p, self.threshold))
        return value + self.strength * contrast

    def make_ready(self, networks: Networks) -> None:
        """Make the average, where there is none yet."""
        if self.average is None:
            self.average = copy.deepcopy(networks).eval().requires_grad_(False)

    @torch.no_grad()
    def _follow(self, networks):
        self.make_ready(networks)
        pairs = zip(self.average.parameters(), networks.parameters(), strict=True)
        for mean, now in pairs:
            mean.lerp_(now, 1 - self.averaging)
        for kept, now in zip(self.average.buffers(), networks.buffers(), strict=True):
            kept.copy_(now)  # statistics of batch normalization are averages already

    def train(self, mode: bool = True) -> Self:
        """Set the mode; the average looks in evaluation mode all the same."""
        super().train(mode)
        if self.average is not None:
            self.average.eval()
        return self

    def forget(self) -> None:
        """Let go of the average."""
        super().forget()
        self.average = None


def contrast_of(h, averaged, weights):
    """Return the mean contrast of representations, weighed row by row."""
    q = (h @ averaged.T).clamp(LEAST, 1 - LEAST)
    # log1p, because 1 - q loses the digits of a small q
    own = torch.eye(len(q), dtype=torch.bool, device=q.device)
    return (weights * torch.where(own, 2 - q, 2 + torch.log1p(-q))).sum(dim=1).mean()


def alike(p, threshold):
    """Return how much of one class samples seem to be, in shares of each row."""
    weights = (p @ p.T).fill_diagonal_(1.0)
    weights = weights.where(weights >= threshold, 0)
    return weights / weights.sum(dim=1, keepdim=True)


def representation(networks, features):
    """Return what the last layer with weights gets, in rows of length one."""
    seen: list[Tensor] = []
    handle = last_layer(networks).register_forward_pre_hook(
        lambda layer, inputs: seen.append(inputs[0])
    )
    try:
        networks(features)
    finally:
        handle.remove()
    if not seen:
        raise ValueError(
            "CTRR looks at what the last layer with weights gets, which the network"
            " didn't call: name layers in the module in the order of its forward."
        )
    return F.normalize(seen[-1].flatten(1), dim=1)


def last_layer(networks):
    """Return the last layer of a network that has a matrix of weights."""
    layers = [
        layer
        for layer in networks.modules()
        if any(p.ndim > 1 for p in layer.parameters(recurse=False))
    ]
    return layers[-1] if layers else networks
