"""VolMinNet: the transition matrix of least volume that explains the given labels."""

from typing import Any

import torch
from torch import Tensor, nn

from sknoisy._ranges import check_range
from sknoisy.losses import forward_correction
from sknoisy.objectives._base import Objective


class VolumeMinimization(Objective):
    r"""Forward correction by a matrix that is learned and kept small.

    Of all matrices T that explain the given labels equally well, the one whose rows
    span the least volume is the true one if clean samples are scattered widely enough
    [1]_. So the loss is :math:`-\log(T^\top p)_{\tilde y} + \lambda \log |\det T|`,
    and no sample needs to be known for certain.

    T is the row-normalized :math:`I + \sigma(W)(1 - I)`: no off-diagonal entry exceeds
    its row's diagonal, so that noise by which a wrong label becomes the most frequent
    one of a class can't be described.

    Parameters
    ----------
    n_classes : int
        How many classes there are.

    volume_weight : float, default=1e-4
        λ, the authors' for every data set.

    start : float, default=-2.0
        Every entry of W at first; the authors' for ten classes (−4.5 for a hundred).

    See Also
    --------
    TotalVariation : Learns a matrix by keeping predictions apart.
    sknoisy.TransitionCorrectedClassifier : Offers both as ``transition=``.

    References
    ----------
    .. [1] Li, Liu, Han, Niu and Sugiyama, "Provably End-to-end Label-noise Learning
       without Anchor Points", ICML 2021, equation 5.

    Examples
    --------
    >>> from sknoisy.objectives import VolumeMinimization
    >>> VolumeMinimization(n_classes=2).transition().detach()
    tensor([[0.8935, 0.1065],
            [0.1065, 0.8935]])
    """

    lr_factor = 2.0  # Adam at 0.01 in the paper, beside our networks' 0.005
    needs_whole_fit = True

    def __init__(
        self, n_classes: int, volume_weight: float = 1e-4, start: float = -2.0
    ) -> None:
        super().__init__()
        check_range("[0, inf)", volume_weight=volume_weight)
        check_range("(-inf, inf)", start=start)
        self.volume_weight = volume_weight
        self.scores = nn.Parameter(torch.full((n_classes, n_classes), float(start)))

    def transition(self) -> Tensor:
        """The matrix as it stands, (n_classes, n_classes); rows are true classes."""
        identity = torch.eye(len(self.scores), device=self.scores.device)
        sizes = identity + self.scores.sigmoid() * (1 - identity)
        return sizes / sizes.sum(dim=1, keepdim=True)

    def estimates(self) -> dict[str, Any]:
        """Return the matrix as an array, in double precision."""
        return {"transition_matrix": self.transition().detach().cpu().double().numpy()}

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        transition = self.transition().to(logits.dtype)
        fit = forward_correction(logits[:, 0], labels, transition=transition).mean()
        # double, since the determinant of many classes leaves float32's range
        volume = transition.double().slogdet().logabsdet
        return fit + self.volume_weight * volume.to(fit.dtype)
