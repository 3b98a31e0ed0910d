"""Stop where the network changes its mind least; no label need be held out."""

import copy
from typing import Any

import numpy as np
import torch
from skorch.callbacks import Callback

from sknoisy._logits import mean_probability

# of use in training only
WITHIN_TRAINING = {"best_weights_": None, "best_learned_": None, "predictions_": None}


class LabelWave(Callback):
    """Stop at the first minimum of the number of predictions that change [1]_.

    While a network learns what samples have in common, its predictions for them settle;
    once it memorizes wrong labels, these stir up the predictions for others. The epoch
    between the two is the one that changes the fewest predictions for the training
    samples. Labels, held-out ones or clean ones, play no part.

    Parameters
    ----------
    patience : int, default=10
        How many epochs without a new minimum end training.

    window : int, default=3
        Over how many epochs the changes are averaged.

    Attributes
    ----------
    best_epoch_ : int
        The epoch, from 1, whose network is put back at the end.

    Notes
    -----
    The history tells the share of changed predictions as ``prediction_changes``, from
    the second epoch on.

    Differences from [1]_ and its authors' code: predictions are made in evaluation
    mode after each epoch (which costs about a third of it), not in passing, where
    dropout would stir them up; and a minimum is an average that none of the next
    `patience` ones goes below, while the rule that [1]_ words, the first that rises
    again, would often end training in its first epochs.

    A rate that anneals quiets predictions down to the end, and one that rises at first
    stirs them up: the method is meant for ``lr_schedule="constant"``.

    References
    ----------
    .. [1] Yuan, Feng and Liu, "Early Stopping Against Label Noise Without Validation
       Data", ICLR 2024.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy import NoisyLabelClassifier
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = NoisyLabelClassifier(
    ...     early_stopping="label_wave", lr_schedule="constant", random_state=0
    ... )
    >>> clf.fit(X, y_noisy).n_iter_ < 200
    True
    """

    predictions_: Any

    def __init__(self, patience=10, window=3):
        self.patience = patience
        self.window = window

    def on_train_begin(self, net, **kwargs):
        """Begin to count."""
        self.changes_ = []
        self.lowest_ = np.inf
        self.best_epoch_ = 0
        self.__dict__.update(WITHIN_TRAINING)

    def on_epoch_end(self, net, dataset_train=None, **kwargs):
        """Count changes; remember the network at a minimum, and stop well after it."""
        before, self.predictions_ = self.predictions_, predict(net, dataset_train)
        if before is None:
            return
        change = float((self.predictions_ != before).double().mean())
        net.history.record("prediction_changes", change)
        self.changes_.append(change)
        if len(self.changes_) < self.window:
            return
        epoch, level = len(net.history), np.mean(self.changes_[-self.window :])
        if epoch <= net.criterion_.warm_up_epochs:  # not the method's own minimum
            return
        if level < self.lowest_:
            self.lowest_, self.best_epoch_ = level, epoch
            self.best_weights_ = copy.deepcopy(net.module_.state_dict())
            self.best_learned_ = learned_by(net.criterion_)
        elif epoch - self.best_epoch_ >= self.patience:
            raise KeyboardInterrupt  # skorch's way to end training

    def on_train_end(self, net, **kwargs):
        """Put the network of the minimum back."""
        if self.best_weights_ is not None:
            net.module_.load_state_dict(self.best_weights_)
            put_back(self.best_learned_, net.criterion_)
        self.__dict__.update(WITHIN_TRAINING)

    def __getstate__(self):
        return {**self.__dict__, **WITHIN_TRAINING}


def predict(net, dataset):
    """Return the codes that the net predicts for the rows of a dataset."""
    with torch.inference_mode():
        return mean_probability(net.logits(dataset)).argmax(dim=-1)


def learned_by(objective):
    """Return a copy of what an objective has learned beside the network."""
    return copy.deepcopy(dict(objective.named_parameters()))


def put_back(learned, objective):
    """Let an objective have again what `learned_by` found, if it did."""
    if learned:
        objective.load_state_dict(learned, strict=False)
