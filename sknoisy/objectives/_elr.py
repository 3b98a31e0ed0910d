"""Hold the network to what it believed before it began to memorize."""

import torch
from torch import Tensor

from sknoisy._logits import log_softmax_and_nll
from sknoisy._ranges import check_range
from sknoisy.objectives._base import Objective
from sknoisy.objectives._memory import WeightedMean

# what keeps the logarithm of 1 - <t, p> finite
SHRINKAGE = 1 - 1e-4


class EarlyLearningRegularization(Objective):
    r"""Early-learning regularization (ELR): reward for agreeing with early beliefs.

    .. math:: -\log p_y + \lambda \log(1 - \langle t_i, p \rangle)

    Early in training a network learns from clean labels, later it memorizes the others.
    Its belief about sample i, :math:`t_i \leftarrow \beta t_i + (1 - \beta) p`, keeps
    the memory of early predictions; the second term falls as prediction and belief
    agree, and cancels the pull of a label that contradicts both [1]_.

    Parameters
    ----------
    n_samples, n_classes : int
        Facts of the training set.

    sample_weight : Tensor of shape (n_samples,), default=None
        Non-negative weights of both terms.

    momentum : float in [0, 1), default=0.9
        The share β of the old belief in the new one.

    strength : float in [0, inf), default=3.0
        The weight λ. The authors take (β, λ) = (0.7, 3) for symmetric noise on
        CIFAR-10, (0.9, 1) for asymmetric noise and (0.9, 7) for CIFAR-100. The default,
        (0.9, 3), is none of these pairs, but lies between them.

    keep : bool, default=False
        Whether the beliefs stay after fit, as the estimator's ``beliefs_`` of shape
        (n_samples, n_classes); NaN for samples that were held out.

    See Also
    --------
    EarlyLearningPlus : Two networks that hold each other to it.
    SparseOverParameterization : Remembers what is wrong with labels instead.

    Notes
    -----
    Differences from the authors' code: the agreement is multiplied by 0.9999, where the
    code clamps probabilities to [1e-4, 1 − 1e-4] and takes their gradient away outside;
    beliefs aren't rescaled after that clamping, as there is none. Two networks that
    teach each other, weight averaging and mixup make ELR+ of it: `EarlyLearningPlus`.

    It remembers n_samples × n_classes numbers while it trains.

    References
    ----------
    .. [1] Liu et al., "Early-Learning Regularization Prevents Memorization of Noisy
       Labels", NeurIPS 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import EarlyLearningRegularization
    >>> elr = EarlyLearningRegularization(n_samples=1, n_classes=2, momentum=0.5)
    >>> logits, label = torch.tensor([[[2.0, 0.0]]]), torch.tensor([1])
    >>> for _ in range(3):  # the more often it said so, the less the label pulls
    ...     print(round(float(elr.compute(logits, label, torch.tensor([0]))), 2))
    0.62
    -0.57
    -1.4
    """

    takes_sample_weight = True
    needs_whole_fit = True
    remembers = True

    def __init__(
        self,
        n_samples: int,
        n_classes: int,
        sample_weight: Tensor | None = None,
        *,
        momentum: float = 0.9,
        strength: float = 3.0,
        keep: bool = False,
    ) -> None:
        super().__init__()
        check_range("[0, 1)", momentum=momentum)
        check_range("[0, inf)", strength=strength)
        self.momentum = momentum
        self.strength = strength
        self.keep = keep
        self.mean = WeightedMean(sample_weight)
        self.add_memory("beliefs", torch.zeros(n_samples, n_classes))

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; update the beliefs about the samples of the batch."""
        log_p, nll = log_softmax_and_nll(logits[:, 0], labels)
        p = log_p.exp()
        return self._loss(nll, p, self._update(p.detach(), index), index)

    def remember(self, logits: Tensor, index: Tensor) -> None:
        """Update the beliefs, as `compute` does."""
        self._update(logits[:, 0].softmax(dim=-1), index)

    def recall(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar, and leave the beliefs as they are."""
        log_p, nll = log_softmax_and_nll(logits[:, 0], labels)
        return self._loss(nll, log_p.exp(), self.beliefs[index], index)

    def _loss(self, nll, p, belief, index):
        agreement = (belief * p).sum(dim=-1)
        regret = torch.log1p(agreement * -SHRINKAGE)
        return self.mean(nll.add(regret, alpha=self.strength), index)

    def _update(self, p, index):
        belief = torch.lerp(p, self.look_up("beliefs", index, p), self.momentum)
        self.note("beliefs", index, belief)
        return belief

    def findings(self) -> dict[str, Tensor]:
        """Return the beliefs, where they are to be kept."""
        return {"beliefs": seen_only(self.beliefs)} if self.keep else {}


def seen_only(beliefs):
    """Return beliefs, NaN for samples that none was formed about."""
    return beliefs.where(beliefs.sum(dim=-1, keepdim=True) > 0, torch.nan)
