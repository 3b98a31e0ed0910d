"""The callback that looks at all training samples after every epoch; needs torch."""

import torch
from skorch.callbacks import Callback


class Recorder(Callback):
    """Hands what a network says of its training samples to a watcher, epoch by epoch.

    In evaluation mode: without dropout, fewer epochs make a steady average.

    Parameters
    ----------
    watcher : object with ``record(logits)``
        The engine copies it along with this callback; see `watcher` of that copy.
    """

    def __init__(self, watcher):
        self.watcher = watcher

    def on_epoch_end(self, net, dataset_train=None, **kwargs):
        """Show the epoch that just ended; samples that were held out, too."""
        with torch.inference_mode():
            logits = net.logits(dataset_train.whole())
        # of several networks, the mean of what each says
        self.watcher.record(logits.mean(dim=1).cpu().numpy())
