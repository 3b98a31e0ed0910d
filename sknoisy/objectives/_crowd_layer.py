"""A confusion matrix for each annotator behind one network."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from sknoisy._ranges import check_range
from sknoisy.objectives._base import Objective


class CrowdLayer(Objective):
    r"""All votes are learned, through a confusion matrix for each annotator.

    .. math:: -\frac1n \sum_{(i, j, l)} \log \sum_k p_{ik} A_{jkl}
        + \lambda \frac1m \sum_j \frac1c \operatorname{tr} A_j

    The network says what a sample is, p, and the matrix A_j what annotator j makes of
    that; both are learned together [1]_. The trace keeps matrices from calling classes
    by other names than the network does: of all pairs of network and matrices that
    explain the votes, the one with the least reliable annotators is taken [2]_.

    Parameters
    ----------
    n_classes : int
        A fact of the training set.

    confusion : callable
        Gives the matrices to begin with, (n_annotators, n_classes, n_classes).

    annotators, votes : LongTensor of shape (n_samples, n_most)
        Who voted on each sample, and for which class; -1 where nobody did any more.

    trace_weight : float in [0, inf), default=0.01
        λ.

    See Also
    --------
    MeanLoss : Learns a consensus.

    References
    ----------
    .. [1] Rodrigues and Pereira, "Deep Learning from Crowds", AAAI 2018.
    .. [2] Tanno et al., "Learning From Noisy Labels By Regularized Estimation Of
       Annotator Confusion", CVPR 2019.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import CrowdLayer
    >>> who, votes = torch.tensor([[0, 1]]), torch.tensor([[0, 1]])
    >>> confusion = torch.tensor([[[0.8, 0.2], [0.2, 0.8]], [[0.5, 0.5], [0.5, 0.5]]])
    >>> layer = CrowdLayer(2, lambda: confusion, who, votes, trace_weight=0.0)
    >>> logits = torch.tensor([[[0.0, 0.0]]])
    >>> layer.compute(logits, None, torch.tensor([0]))  # -log 0.5, twice
    tensor(1.3863, grad_fn=...)
    """

    takes_mixup = False
    needs_whole_fit = True
    lr_factor = 1.0

    def __init__(
        self,
        n_classes: int,
        confusion: Callable[[], Tensor],
        annotators: Tensor,
        votes: Tensor,
        *,
        trace_weight: float = 0.01,
    ) -> None:
        super().__init__()
        check_range("[0, inf)", trace_weight=trace_weight)
        self.trace_weight = trace_weight
        smallest = 1e-3 / n_classes
        self.log_confusion = nn.Parameter(confusion().clamp(min=smallest).log())
        self.add_memory("annotators", annotators)
        self.add_memory("votes", votes)

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        people, said = self.annotators[index], self.votes[index]
        log_a = self.log_confusion.log_softmax(dim=-1)
        log_p = logits[:, 0].log_softmax(dim=-1).unsqueeze(1)
        is_vote = said >= 0
        people, said = people.clamp(min=0), said.clamp(min=0)
        # (n_batch, n_most, n_classes): of each vote, in each true class
        log_votes = log_a.transpose(1, 2)[people, said]
        log_likely = torch.logsumexp(log_p + log_votes, dim=-1)
        loss = -(log_likely * is_vote).sum() / len(logits)
        if not self.trace_weight:
            return loss
        trust = log_a.diagonal(dim1=1, dim2=2).exp().mean()
        return loss + self.trace_weight * trust

    def estimates(self) -> dict[str, Any]:
        """Return the matrices, true classes as rows."""
        found = self.log_confusion.detach().softmax(dim=-1)
        return {"confusion": found.cpu().numpy()}
