"""Total variation: learn the transition matrix by keeping predictions apart."""

from typing import Any

import torch
from torch import Tensor, nn

from sknoisy import _streams
from sknoisy._ranges import check_range
from sknoisy.losses import forward_correction
from sknoisy.objectives._base import Objective


class TotalVariation(Objective):
    r"""Forward correction by a learned matrix, with predictions pushed apart.

    A matrix that mixes too much leaves predictions that are too sharp, one that mixes
    too little leaves them too close; of all that explain the given labels, the true
    matrix goes with the predictions that are furthest apart [1]_. The loss is
    :math:`-\log(T^\top p)_{\tilde y} - \frac{\gamma}{2} \|p_a - p_b\|_1`, with pairs
    a, b from the batch. T is the softmax of free scores, the first of the paper's two
    parametrizations; its long warm-up with T fixed is left out, since the usual
    schedule warms up by itself.

    Parameters
    ----------
    n_classes : int
        How many classes there are.

    variation_weight : float, default=0.1
        γ, the authors'.

    start : float in (1 / n_classes, 1), default=None
        The diagonal of T at first, the rest spread evenly. None is midway between no
        noise and labels drawn blindly; at or below the latter, which class is which
        would be left to chance. The authors' 0.5 is that for two classes.

    See Also
    --------
    VolumeMinimization : Learns the matrix of least volume.
    sknoisy.TransitionCorrectedClassifier : Offers both as ``transition=``.

    References
    ----------
    .. [1] Zhang, Niu and Sugiyama, "Learning Noise Transition Matrix from Only Noisy
       Labels via Total Variation Regularization", ICML 2021.

    Examples
    --------
    >>> from sknoisy.objectives import TotalVariation
    >>> TotalVariation(n_classes=3, start=0.8).transition().detach()
    tensor([[0.8000, 0.1000, 0.1000],
            [0.1000, 0.8000, 0.1000],
            [0.1000, 0.1000, 0.8000]])
    """

    needs_whole_fit = True

    def __init__(
        self, n_classes: int, variation_weight: float = 0.1, start: float | None = None
    ) -> None:
        super().__init__()
        blind = 1 / n_classes
        start = (1 + blind) / 2 if start is None else start
        check_range("[0, inf)", variation_weight=variation_weight)
        check_range(f"({blind:.4g}, 1)", start=start)
        self.variation_weight = variation_weight
        rest = torch.full((n_classes, n_classes), (1 - start) / (n_classes - 1))
        self.scores = nn.Parameter(rest.fill_diagonal_(start).log())

    def transition(self) -> Tensor:
        """The matrix as it stands, (n_classes, n_classes); rows are true classes."""
        return self.scores.softmax(dim=1)

    def estimates(self) -> dict[str, Any]:
        """Return the matrix as an array, in double precision."""
        return {"transition_matrix": self.transition().detach().cpu().double().numpy()}

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        logits = logits[:, 0]
        transition = self.transition().to(logits.dtype)
        fit = forward_correction(logits, labels, transition=transition).mean()
        p = logits.softmax(dim=-1)
        partner = torch.randperm(
            len(p), device=p.device, generator=_streams.generator()
        )
        apart = (p - p[partner]).abs().sum(-1) / 2
        return fit - self.variation_weight * apart.mean()
