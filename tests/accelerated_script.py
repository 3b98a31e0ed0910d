"""What each of several processes runs in test_accelerated: fits, and what they say."""

import sys

import numpy as np
import torch
from accelerate import Accelerator
from sklearn.datasets import load_digits
from skorch.callbacks import Callback

from sknoisy import NoisyLabelClassifier, SymmetricNoise

PLAIN = {"module__dropout": 0.0, "module__input_dropout": 0.0}
ALL = {"loss": "ce", "lr_schedule": "constant", "iterator_train__shuffle": False}
FITS = {
    # the same steps as in one process, with batches that can't be halved
    "exact": {**PLAIN, **ALL, "batch_size": 127},
    "accumulated": {**PLAIN, **ALL, "batch_size": 50, "accumulate": 2},
    "weights": {**PLAIN, **ALL, "class_weight": "balanced"},
    # others: equal in all processes
    "dropout": {"validation_fraction": 0.2, "early_stopping": True},
    "elr": {"method": "elr", "method__keep": True},
    "elr+": {"method": "elr+", "method__keep": True},
    "sop": {"method": "sop"},
    "co_teaching": {"method": "co_teaching"},
    "divide_mix": {"method": "divide_mix"},
    "forward": {"method": "forward", "method__transition": "volmin"},
    "sam": {"optimizer": "sam"},
}
KEPT = ("beliefs_", "noise_", "kept_", "clean_probability_", "transition_matrix_")


class Watcher(Callback):
    """Looks at each batch, so that skorch's own way of an epoch is taken."""

    def on_batch_end(self, net, **kwargs):
        """Look."""


def data():
    """Return some digits with wrong labels."""
    X, y = load_digits(return_X_y=True)
    return X[:301], SymmetricNoise(0.3, random_state=0).fit_corrupt(y[:301])


def fitted(options, **more):
    """Return a classifier, fitted."""
    how = {"max_epochs": 4, "batch_size": 64, "module__hidden": 16, "random_state": 0}
    return NoisyLabelClassifier(**{**how, **options, **more}).fit(*data())


def summary(clf):
    """Return what a fit has found: weights, probabilities, memory, losses."""
    weights = clf.net_.module_.parameters()
    found = {
        "weights": torch.cat([p.detach().flatten() for p in weights]),
        "proba": clf.predict_proba(data()[0]),
        "loss": np.array(clf.history_[:, "train_loss"]),
    }
    found |= {n: getattr(clf, n) for n in KEPT if getattr(clf, n, None) is not None}
    return {name: np.asarray(values) for name, values in found.items()}


def main(path):
    """Fit, and write down what each fit has found."""
    accelerator = Accelerator(cpu=True)
    many = {"accelerator": accelerator}
    said = {name: summary(fitted(how, **many)) for name, how in FITS.items()}
    watched = {"callbacks": [Watcher()]}
    said["watched"] = summary(fitted(FITS["exact"], **watched, **many))
    flat = {f"{n} {k}": v for n, found in said.items() for k, v in found.items()}
    np.savez(f"{path}/{accelerator.process_index}.npz", **flat)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1])
