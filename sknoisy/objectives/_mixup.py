"""Mixup: train on mixtures of pairs of samples, whatever the objective."""

import torch
from torch import Tensor

from sknoisy import _streams
from sknoisy._nested import mixed
from sknoisy._ranges import check_range
from sknoisy._types import Networks
from sknoisy.objectives._base import Objective
from sknoisy.objectives._wrapper import Wrapper


class Mixup(Wrapper):
    r"""Mixup: an objective of mixed samples, with the labels of both.

    .. math:: \lambda L(f(x), y) + (1 - \lambda) L(f(x), y'), \quad
        x = \lambda x_i + (1 - \lambda) x_j

    A batch is mixed with itself in another order, by a share λ drawn once for it [1]_.
    A network that must be linear between samples memorizes single labels less well.

    Parameters
    ----------
    objective : Objective
        What is evaluated, once for either label. It must define `compute` (and not
        `forward`).

    alpha : float in (0, inf), default=1.0
        λ is drawn from Beta(α, α): 1 is uniform, more is closer to half and half.

    See Also
    --------
    sknoisy.NoisyLabelClassifier : Takes α as ``mixup``.

    Notes
    -----
    Mixing the losses is the same as mixing labels for cross entropy, and a choice for
    others [1]_.

    An objective that remembers what the network says of each sample, and so has
    `remembers`, is shown the batch unmixed first, in evaluation mode and
    without gradient, as ELR+ does; that costs about a third more.

    References
    ----------
    .. [1] Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import mean_absolute_error
    >>> from sknoisy.objectives import MeanLoss, Mixup
    >>> mixup = Mixup(MeanLoss(mean_absolute_error), alpha=8.0)
    >>> zero = torch.nn.Unflatten(1, (1, 2))  # a network that says what it is told
    >>> features, labels = torch.zeros(3, 2), torch.tensor([0, 1, 1])
    >>> mixup(zero, features, labels, index=torch.arange(3))
    tensor(1.)
    """

    def __init__(self, objective: Objective, alpha: float = 1.0) -> None:
        check_range("(0, inf)", alpha=alpha)
        _check_mixable(objective)
        super().__init__(objective)
        self.alpha = alpha

    def forward(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the scalar to minimize for one batch."""
        pairs, partner, share = self.mix(features, labels)
        evaluate = self.now.compute
        if self.now.remembers:
            self.now.remember(predict_in_evaluation(networks, features), index)
            evaluate = self.now.recall
        logits = networks(pairs)
        own = evaluate(logits, labels, index)
        others = evaluate(logits, labels[partner], index[partner])
        return share * own + (1 - share) * others

    def mix(self, features: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, float]:
        """Return mixtures of a batch, the partner of each, and its own share."""
        share, partner = draw_mixture(self.alpha, labels)
        return mixed(features, partner, share), partner, share


def draw_mixture(alpha, labels):
    """Return a share from Beta(alpha, alpha), and whom each sample is mixed with.

    The share is that of the sample itself; it is 1 for an alpha of zero.
    """
    share, generator = 1.0, _streams.generator()
    if alpha:
        # what torch.distributions.Beta draws by, which can't be told from where
        pair = torch.tensor([alpha, alpha], dtype=torch.float32)
        share = float(torch._sample_dirichlet(pair, generator)[0])
    partner = torch.randperm(len(labels), generator=generator)
    return share, partner.to(labels.device)


def among(order, chosen):
    """Return a chosen partner for each chosen sample, none twice: the next in order.

    Parameters
    ----------
    order : LongTensor of shape (n_batch,)
        All places in any order, the last one of the chosen ones before the first.

    chosen : BoolTensor of shape (n_batch,)

    Returns
    -------
    partner : LongTensor of shape (n_batch,)
        Of samples that weren't chosen, any place.
    """
    # a sort, where an index by a mask would have a GPU wait
    order = order[(~chosen[order]).to(torch.uint8).argsort(stable=True)]
    return order[(order.argsort() + 1) % chosen.sum().clamp(min=1)]


def _check_mixable(objective):
    kind = type(objective)
    if kind.forward is not Objective.forward:
        raise ValueError(
            f"{kind.__name__} makes its own inputs and can't be mixed: leave mixup out,"
            " or define `compute` instead of `forward`."
        )
    if not objective.takes_mixup:
        raise ValueError(
            f"{kind.__name__} learns about single samples from what the network says of"
            " each, which mixtures would spoil: leave mixup out."
        )


@torch.no_grad()
def predict_in_evaluation(networks, features):
    """Return logits without dropout, and leave running statistics as they are."""
    networks.eval()
    logits = networks(features)
    networks.train()
    return logits
