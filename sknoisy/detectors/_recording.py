"""Detectors that train one network and look at all samples after every epoch."""

from collections.abc import Mapping

from sklearn.base import clone

from sknoisy._shown import shown
from sknoisy._tags import tags_of
from sknoisy.detectors._base import BaseDetector
from sknoisy.quality import TrainingDynamics

RECORDER = "training_dynamics"  # its name among the network's callbacks


class TrainingDetector(BaseDetector):
    """A detector that watches networks train.

    A final detector writes its ``__init__``, with `network` and `random_state` among
    its parameters, and `_examine`, which begins with ``self._train(X, codes)``.

    Parameters
    ----------
    network : NoisyLabelClassifier or another network of sknoisy, default=None
        What to train and watch. None stands for ``NoisyLabelClassifier(loss="ce",
        lr_schedule="constant")``, which, in tables, sees no feature further than three
        standard deviations from its mean.

    Attributes
    ----------
    suggested_labels_ : ndarray of shape (n_samples,)
        The class of the highest mean probability.
    """

    _numbers_for = "network"
    _no_use_for = dict.fromkeys(
        ("groups", "sample_weight"),
        "it watches a network that is trained on all samples, whatever they are",
    )

    def _train(self, X, codes, watcher=None):
        """Train a network; return the `watcher` that has seen all epochs."""
        watcher = TrainingDynamics(codes) if watcher is None else watcher
        return record(self._make_network(), X, codes, watcher)

    def _make_network(self):
        if self.network is None:
            return default_network(self.random_state)
        return for_codes(check_recordable(self.network), self.classes_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if self.network is None:  # NoisyLabelClassifier, which would load torch
            tags.input_tags.sparse = True
            return tags
        return tags_of(tags, self.network, "network")


def default_network(random_state):
    """Return what ``network=None`` stands for.

    Cross entropy, whose logits are those the papers look at; a constant rate, since
    while the rate is high, right and wrong labels are learned at different speed.
    """
    from sknoisy.classifiers import NoisyLabelClassifier
    from sknoisy.detectors._network import make_network

    return NoisyLabelClassifier(
        make_network, loss="ce", lr_schedule="constant", random_state=random_state
    )


def record(network, X, codes, watcher):
    """Train `network`; return the watcher that saw every epoch of it.

    Parameters
    ----------
    network : unfitted classifier of sknoisy

    X : the samples, as the network takes them

    codes : ndarray of shape (n_samples,)
        What to train on.

    watcher : object with ``record(logits)``
        Such as `TrainingDynamics`. A copy of it is what sees the epochs.
    """
    from sknoisy.detectors._recorder import Recorder

    # first, since one that ends training ends the round of callbacks, too
    callbacks = [(RECORDER, Recorder(watcher)), *(network.callbacks or [])]
    network._learns_codes = True  # of which users know nothing: no warnings of them
    network.set_params(callbacks=callbacks).fit(X, codes)
    return dict(network.net_.callbacks_)[RECORDER].watcher


def check_recordable(network):
    """Return `network`, if its training can be recorded."""
    from sknoisy.classifiers import BaseNoisyClassifier

    if isinstance(network, BaseNoisyClassifier):
        return network
    raise TypeError(
        f"network={shown(network)} can't be recorded epoch by epoch: pass one of"
        " sknoisy's, such as NoisyLabelClassifier(loss='ce'). For any other"
        " classifier there is ConfidentLearning."
    )


def for_codes(network, classes):
    """Return a clone of `network` that takes codes for labels."""
    weights = network.class_weight
    if not isinstance(weights, Mapping):
        return clone(network)
    by_code = {code: weights.get(name, 1.0) for code, name in enumerate(classes)}
    return clone(network).set_params(class_weight=by_code)
