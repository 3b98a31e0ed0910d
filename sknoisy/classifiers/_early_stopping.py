"""When to stop: where held-out given labels, or predictions themselves, say so."""

from skorch.callbacks import EarlyStopping

from sknoisy._checks import check_choice
from sknoisy.classifiers._label_wave import LabelWave, learned_by, put_back


class AfterWarmUp(EarlyStopping):
    """Judges no epoch in which a method isn't itself yet.

    Otherwise training might end in the warm-up, or a network of it be put back.
    """

    best_learned_ = None

    def on_epoch_end(self, net, **kwargs):
        """Judge the epoch, if the objective has warmed up."""
        if len(net.history) <= net.criterion_.warm_up_epochs:
            return
        super().on_epoch_end(net, **kwargs)
        if self.best_epoch_ == net.history[-1, "epoch"]:
            self.best_learned_ = learned_by(net.criterion_)

    def on_train_end(self, net, **kwargs):
        """Put the network of the best epoch back, and what its objective learned."""
        super().on_train_end(net, **kwargs)
        put_back(self.best_learned_, net.criterion_)
        self.best_learned_ = None


def make_early_stopping(early_stopping, patience):
    """Return the callback that ends training, or None."""
    if isinstance(early_stopping, str):
        check_choice(early_stopping, ("label_wave",), "early_stopping")
        return LabelWave(patience=patience)
    if not early_stopping:
        return None
    return AfterWarmUp(
        monitor="valid_acc", lower_is_better=False, patience=patience, load_best=True
    )
