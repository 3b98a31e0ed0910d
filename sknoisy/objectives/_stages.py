"""One objective first, another one from some epoch on."""

from torch import nn

from sknoisy.objectives._base import Objective


class Stages(Objective):
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

    def __init__(self, first, then, n_first):
        super().__init__()
        self.stages = nn.ModuleList([first, then])
        self.warm_up_epochs = n_first
        self.n_networks = then.n_networks
        self.speaker = then.speaker
        self.lr_factor = then.lr_factor
        self.takes_sample_weight = all(s.takes_sample_weight for s in self.stages)
        self.takes_soft_labels = all(s.takes_soft_labels for s in self.stages)
        self._place = 0 if n_first else 1

    @property
    def now(self):
        """The objective of the current epoch."""
        return self.stages[self._place]

    def forward(self, networks, features, labels, index):
        """Return the scalar to minimize for one batch, that of the current stage."""
        return self.now(networks, features, labels, index)

    def on_epoch_begin(self, epoch, networks, predict):
        """Choose the stage, and let it prepare its epoch."""
        self._place = int(epoch >= self.warm_up_epochs)
        self.now.on_epoch_begin(epoch, networks, predict)

    def on_epoch_end(self, epoch, networks, predict):
        """Let the current stage act on what the epoch has taught."""
        self.now.on_epoch_end(epoch, networks, predict)

    def findings(self):
        """Return what either stage knows of single samples."""
        found = {}
        for stage in self.stages:
            found |= stage.findings()
        return found

    def forget(self):
        """Let both stages let go."""
        for stage in self.stages:
            stage.forget()
