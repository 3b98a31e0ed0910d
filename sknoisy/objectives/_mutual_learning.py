"""Several networks that learn from the labels and from one another."""

from collections.abc import Callable
from types import MappingProxyType

import torch.nn.functional as F
from torch import Tensor

from sknoisy._ranges import check_count, check_range
from sknoisy._types import Networks, Predict
from sknoisy.objectives._base import Objective
from sknoisy.objectives._grafting import graft, make_grafting
from sknoisy.objectives._memory import WeightedMean


class MutualLearning(Objective):
    r"""Deep mutual learning, with a teacher and with grafting if that is asked for.

    .. math:: L_k = \ell(z_k, y) + T^2 \Big( \frac{\alpha}{K - 1}
        \sum_{l \ne k} \mathrm{KL}(p_l \| p_k) + \beta\, \mathrm{KL}(t \| p_k) \Big)

    Each of K networks learns the labels and what its peers predict [1]_; what a peer or
    a teacher t says is a constant to the one that learns it. p and t are softened by
    the temperature T, which the factor makes up for [2]_.

    Parameters
    ----------
    label_term : MeanLoss
        What each network makes of the labels; it carries soft labels and weights.

    n_networks : int, default=2
        How many there are. One has no peers, only the teacher.

    sample_weight : Tensor of shape (n_samples,), default=None
        Non-negative weights of what is learned from peers and teacher.

    teacher : Tensor of shape (n_samples, n_classes), default=None
        The teacher's log probabilities of all training samples; None for no teacher.

    mutual_weight : float in [0, inf), default=1.0
        The weight α of the peers.

    distill_weight : float in [0, inf), default=1.0
        The weight β of the teacher.

    temperature : float in (0, inf), default=1.0
        What logits are divided by.

    grafting : callable, default=None
        ``(own, neighbor) -> share``, with which networks are grafted between epochs;
        see :func:`~sknoisy.objectives.graft`. None leaves them alone.

    See Also
    --------
    sknoisy.MutualLearningClassifier : Makes this of what a user says.

    Notes
    -----
    The gradient of the peers' term is that of distilling from their mean prediction.
    All networks take their step at once: in [1]_ they take turns, so that each hears
    what its predecessors say after their step.

    References
    ----------
    .. [1] Zhang, Xiang, Hospedales and Lu, "Deep Mutual Learning", CVPR 2018.
    .. [2] Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network",
       NIPS 2014 Deep Learning Workshop.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import cross_entropy
    >>> from sknoisy.objectives import MeanLoss, MutualLearning
    >>> labels, index = torch.tensor([0]), torch.arange(1)
    >>> mutual = MutualLearning(MeanLoss(cross_entropy))
    >>> agreed = torch.tensor([[[2.0, 0.0], [2.0, 0.0]]])
    >>> round(float(mutual.compute(agreed, labels, index)), 2)  # two cross entropies
    0.25
    >>> apart = torch.tensor([[[2.0, 0.0], [0.0, 2.0]]])
    >>> round(float(mutual.compute(apart, labels, index)), 2)  # and two divergences
    5.3
    """

    takes_sample_weight = True
    parts = MappingProxyType({"grafting": make_grafting})
    takes_soft_labels = True

    def __init__(
        self,
        label_term: Objective,
        n_networks: int = 2,
        *,
        sample_weight: Tensor | None = None,
        teacher: Tensor | None = None,
        mutual_weight: float = 1.0,
        distill_weight: float = 1.0,
        temperature: float = 1.0,
        grafting: Callable[[Tensor, Tensor], float] | None = None,
    ) -> None:
        super().__init__()
        check_count(n_networks=n_networks)
        check_range(
            "[0, inf)", mutual_weight=mutual_weight, distill_weight=distill_weight
        )
        check_range("(0, inf)", temperature=temperature)
        self.label_term = label_term
        self.n_networks = n_networks
        self.mean = WeightedMean(sample_weight)
        self.add_memory("teacher", teacher)
        self.mutual_weight = mutual_weight
        self.distill_weight = distill_weight
        self.temperature = temperature
        self.grafting = grafting

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the sum over networks; logits are (n_batch, n_networks, n_classes)."""
        log_p = F.log_softmax(logits / self.temperature, dim=-1)
        taught = self.mutual_weight * from_peers(log_p)
        if self.teacher is not None:
            log_t = F.log_softmax(self.teacher[index] / self.temperature, dim=-1)
            taught = taught + self.distill_weight * divergence(
                log_t.unsqueeze(1), log_p
            )
        taught = self.temperature**2 * taught.sum(dim=1)
        return self._from_labels(logits, labels, index) + self.mean(taught, index)

    def on_epoch_begin(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Graft between epochs, so that what an epoch ends with has been trained."""
        if self.grafting is not None and epoch > 0:
            graft(networks, self.grafting)

    def _from_labels(self, logits, labels, index):
        n = self.n_networks  # all networks in one call
        each = (labels.repeat_interleave(n), index.repeat_interleave(n))
        return n * self.label_term.compute(logits.flatten(0, 1).unsqueeze(1), *each)


def from_peers(log_p):
    """Return each network's mean divergence from its peers, (n_batch, n_networks)."""
    n_peers = max(1, log_p.shape[1] - 1)
    # a network's divergence from itself is zero, and its gradient, too
    pairs = divergence(log_p.detach().unsqueeze(2), log_p.unsqueeze(1))
    return pairs.sum(dim=1) / n_peers


def divergence(log_target, log_p):
    """Return KL(target || p) over the last dimension."""
    return F.kl_div(log_p, log_target, reduction="none", log_target=True).sum(dim=-1)
