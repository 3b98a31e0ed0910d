"""The mean of a batch's losses, by the weights of the samples."""

from torch import nn


class WeightedMean(nn.Module):
    """The mean over a batch; where samples have weights, each loss times its own.

    Parameters
    ----------
    sample_weight : Tensor of shape (n_samples,), default=None
        Non-negative weights, scaled here to a mean of one over the training set (not
        over the batch, whose gradient would then no longer be unbiased).
    """

    def __init__(self, sample_weight=None):
        super().__init__()
        if sample_weight is not None:
            sample_weight = sample_weight / sample_weight.mean()
        self.register_buffer("sample_weight", sample_weight, persistent=False)

    def forward(self, losses, index):
        """Return the mean; `index` tells the places of losses in the training set."""
        if self.sample_weight is not None:
            losses = losses * self.sample_weight[index]
        return losses.mean()

    def forget(self):
        """Let go of the weights."""
        self.sample_weight = None
