"""Learn from what is hard, but not from what is hardest."""

import copy

from torch import Tensor

from sknoisy._logits import per_sample
from sknoisy._ranges import check_range
from sknoisy._types import Loss
from sknoisy.losses import get_loss
from sknoisy.objectives._base import Objective


class OnlineHardExampleMining(Objective):
    """Online hard example mining (OHEM): keep the hard samples, but not the hardest.

    The samples of a batch are put in order of their losses. The first few, a share of
    `drop`, are likely to be mislabeled and are left out; the mean is taken over those
    that come next, a share of `keep`. With ``drop=0`` it is the original [1]_, which
    under label noise learns from wrong labels above all.

    Parameters
    ----------
    loss : str or callable, default="ce"
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,).

    keep : float in (0, 1], default=0.5
        The share of a batch that is learned from. With ``keep=1`` it is all that isn't
        dropped, the trimmed loss.

    drop : float in [0, 1), default=0.25
        The share of a batch that is left out first, from the hardest on. It should be
        no lower than the share of wrong labels.

    See Also
    --------
    TruncatedLoss : Leaves out by probability, not by rank.

    Notes
    -----
    Weights have no meaning where samples are ranked: `sample_weight` isn't taken. What
    is called hard is decided within the batch, so that small batches are served badly;
    at least one sample is always kept.

    References
    ----------
    .. [1] Shrivastava, Gupta and Girshick, "Training Region-based Object Detectors with
       Online Hard Example Mining", CVPR 2016. The cap is ours.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import OnlineHardExampleMining
    >>> mining = OnlineHardExampleMining(loss=lambda logits, labels: logits[:, 0])
    >>> losses = torch.tensor([9.0, 1.0, 2.0, 3.0])
    >>> mining.compute(losses.view(4, 1, 1), torch.zeros(4), index=None)
    tensor(2.5000)
    """

    def __init__(
        self, *, loss: Loss = "ce", keep: float = 0.5, drop: float = 0.25
    ) -> None:
        super().__init__()
        check_range("(0, 1]", keep=keep)
        check_range("[0, 1)", drop=drop)
        self.loss = copy.deepcopy(get_loss(loss))
        self.keep = keep
        self.drop = drop

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        losses = per_sample(self.loss, logits[:, 0], labels)
        n_drop = int(self.drop * len(losses))
        n_keep = min(max(1, round(self.keep * len(losses))), len(losses) - n_drop)
        return losses.topk(n_drop + n_keep).values[n_drop:].mean()
