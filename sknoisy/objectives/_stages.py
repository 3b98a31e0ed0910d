"""One objective first, another one from some epoch on."""

from sknoisy._types import Networks, Predict
from sknoisy.objectives._base import Objective
from sknoisy.objectives._wrapper import Wrapper


class Stages(Wrapper):
    """Trains with a first objective for some epochs, then with another one.

    A method that trusts the network's own probabilities can't start from random ones;
    cross entropy on the given labels is the usual first stage.

    Parameters
    ----------
    first : Objective
        What the first epochs make small.

    then : Objective
        What the others make small. Both must train equally many networks.

    n_first : int
        How many epochs the first stage takes; 0 skips it.

    See Also
    --------
    MeanLoss : The objective of every plain loss, and the usual first stage.

    Examples
    --------
    >>> from sknoisy.losses import cross_entropy, mean_absolute_error
    >>> from sknoisy.objectives import MeanLoss, Stages
    >>> stages = Stages(MeanLoss(cross_entropy), MeanLoss(mean_absolute_error), 5)
    >>> stages.on_epoch_begin(5, networks=None, predict=None)
    >>> stages.now.loss.__name__
    'mean_absolute_error'
    """

    needs_whole_fit = True

    def __init__(self, first: Objective, then: Objective, n_first: int) -> None:
        super().__init__(first, then)
        self.warm_up_epochs = n_first
        self._place = 0 if n_first else 1

    @property
    def now(self) -> Objective:
        """The objective of the current epoch."""
        return self.inner[self._place]

    def on_epoch_begin(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Choose the stage, and let it prepare its epoch."""
        self._place = int(epoch >= self.warm_up_epochs)
        super().on_epoch_begin(epoch, networks, predict)
