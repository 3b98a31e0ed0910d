"""One loss for labels that are known to be right, another one for the rest."""

from torch import Tensor

from sknoisy._logits import per_sample
from sknoisy._types import Loss
from sknoisy.objectives._base import Objective


class TrustedLabels(Objective):
    """The mean of two losses: one for trusted labels, one for all others.

    Gold loss correction trains so, with cross entropy on trusted and its forward
    correction on other labels [1]_.

    Parameters
    ----------
    loss : callable
        The loss of trusted labels, ``(logits, labels) -> (n_batch,)``.

    corrected : callable
        The loss of all others.

    trusted : BoolTensor of shape (n_samples,)
        Which labels are known to be right.

    See Also
    --------
    MeanLoss : One loss for all.

    References
    ----------
    .. [1] Hendrycks, Mazeika, Wilson and Gimpel, "Using Trusted Data to Train Deep
       Networks on Labels Corrupted by Severe Noise", NeurIPS 2018.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import cross_entropy, mean_absolute_error
    >>> from sknoisy.objectives import TrustedLabels
    >>> trusted = torch.tensor([True, False])
    >>> objective = TrustedLabels(cross_entropy, mean_absolute_error, trusted)
    >>> objective.compute(torch.zeros(2, 1, 2), torch.tensor([0, 1]), torch.arange(2))
    tensor(0.8466)
    """

    needs_whole_fit = True

    def __init__(self, loss: Loss, corrected: Loss, trusted: Tensor | None) -> None:
        super().__init__()
        self.loss = loss
        self.corrected = corrected
        self.add_memory("trusted", trusted)

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        plain = per_sample(self.loss, logits[:, 0], labels)
        corrected = per_sample(self.corrected, logits[:, 0], labels)
        return plain.where(self.trusted[index], corrected).mean()
