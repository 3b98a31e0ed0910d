"""An objective made of others, to which it passes on what it doesn't do itself."""

from typing import Any

from torch import Tensor, nn

from sknoisy._types import Networks, Predict
from sknoisy.objectives._base import Objective

# what the last one says of the method, and what all have to be able to do
OF_THE_LAST = ("n_networks", "speaker", "lr_factor", "warm_up_epochs")
OF_ALL = ("takes_sample_weight", "takes_soft_labels")
OF_ANY = ("augments", "needs_whole_fit")


class Wrapper(Objective):
    """What objectives have in common that hold other ones.

    Parameters
    ----------
    *inner : Objective
        One after another; all train equally many networks.
    """

    def __init__(self, *inner) -> None:
        super().__init__()
        self.inner = nn.ModuleList(inner)
        for name in OF_THE_LAST:
            setattr(self, name, getattr(inner[-1], name))
        for name in OF_ALL:
            setattr(self, name, all(getattr(one, name) for one in inner))
        for name in OF_ANY:
            whole = any(getattr(one, name) for one in inner)
            setattr(self, name, whole or getattr(type(self), name))

    @property
    def now(self) -> Objective:
        """The inner objective of the current epoch."""
        return self.inner[0]

    def forward(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the scalar to minimize for one batch."""
        return self.now(networks, features, labels, index)

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar, where the inner objective needs no other inputs."""
        return self.now.compute(logits, labels, index)

    def on_epoch_begin(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Let the objective of this epoch prepare it."""
        self.now.on_epoch_begin(epoch, networks, predict)

    def on_epoch_end(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Let the objective of this epoch act on what it has taught."""
        self.now.on_epoch_end(epoch, networks, predict)

    def findings(self) -> dict[str, Tensor]:
        """Return what all know of single samples."""
        return {name: f for one in self.inner for name, f in one.findings().items()}

    def estimates(self) -> dict[str, Any]:
        """Return what all have found out of the data as a whole."""
        return {name: e for one in self.inner for name, e in one.estimates().items()}

    def make_ready(self, networks: Networks) -> None:
        """Let each make what its first step would make."""
        for one in self.inner:
            one.make_ready(networks)

    def go_on_from(self, last: Objective) -> None:
        """Let each take over what its counterpart has found out."""
        for one, other in zip(self.inner, getattr(last, "inner", ()), strict=False):
            one.go_on_from(other)
