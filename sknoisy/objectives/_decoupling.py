"""Two networks that learn only where they disagree."""

from typing import Any

from torch import Tensor

from sknoisy._types import Loss
from sknoisy.objectives._selection import SampleSelection, disagree


class Decoupling(SampleSelection):
    """Decoupling "when to update" from "how to update" [1]_.

    Both networks learn from the samples of a batch for which they predict different
    classes, and from no others. It needs no noise rate; wrong labels are not avoided,
    but seen less often as the networks grow alike.

    Parameters
    ----------
    n_samples : int
        How many training samples there are.

    n_epochs : int
        How many epochs are planned.

    loss : str or callable, default="ce"
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,).

    See Also
    --------
    CoTeachingPlus : Of these samples, learns from those with small losses.

    Notes
    -----
    As in algorithm 1 of [1]_, with neural networks for both predictors and the mean
    over the samples that remain; where none does, a batch teaches nothing. What was
    kept is no label quality here: it is what the networks found hard.

    References
    ----------
    .. [1] Malach and Shalev-Shwartz, "Decoupling 'when to update' from 'how to
       update'", NIPS 2017.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import Decoupling
    >>> agree, differ = [[0.0, 9.0], [0.0, 9.0]], [[1.0, 0.0], [0.0, 1.0]]
    >>> labels, index = torch.tensor([0, 0]), torch.arange(2)
    >>> decoupling = Decoupling(n_samples=2, n_epochs=1)
    >>> decoupling.compute(torch.tensor([agree, differ]), labels, index)
    tensor(1.6265)
    """

    def __init__(self, n_samples: int, n_epochs: int, *, loss: Loss = "ce") -> None:
        super().__init__(n_samples, n_epochs, loss=loss)

    def estimates(self) -> dict[str, Any]:
        """Say that no noise rate is needed."""
        return {"noise_rate": None}

    def choose(self, losses: Tensor, logits: Tensor, index: Tensor) -> Tensor:
        """Return the mask of what both networks learn from."""
        return disagree(logits).expand_as(losses)
