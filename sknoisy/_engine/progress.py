"""A bar that tells how many epochs are done, and how long the others will take."""

from typing import Any

from skorch.callbacks import Callback
from tqdm.auto import tqdm


class ProgressBar(Callback):
    """Shows epochs done, the time left and the last losses, on standard error."""

    bar_: Any = None

    def on_train_begin(self, net, **kwargs):
        """Open the bar."""
        self.bar_ = tqdm(total=net.max_epochs, unit="epoch", leave=True)

    def on_epoch_end(self, net, **kwargs):
        """Move it, to where a training that goes on stands as well."""
        if self.bar_ is None:
            return
        last = net.history[-1]
        names = [n for n in ("train_loss", "valid_loss", "valid_acc") if n in last]
        shown = {name: f"{last[name]:.3f}" for name in names}
        self.bar_.set_postfix(shown, refresh=False)
        if self.bar_.n == 0 and len(net.history) > 1:  # went on from a checkpoint
            self.bar_.initial = self.bar_.n = len(net.history) - 1
        self.bar_.update(1)

    def on_train_end(self, net, **kwargs):
        """Close it."""
        if self.bar_ is not None:
            self.bar_.close()
            self.bar_ = None

    def __getstate__(self):
        return {**vars(self), "bar_": None}
