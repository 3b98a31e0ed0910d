"""Detectors that train one network and look at all samples after every epoch."""

from abc import abstractmethod

from sklearn.base import clone

from sknoisy.detectors._base import BaseDetector, tags_of
from sknoisy.quality import TrainingDynamics

RECORDER = "training_dynamics"  # its name among the classifier's callbacks


class TrainingDetector(BaseDetector):
    """A detector that records one training run of a network.

    A final detector writes its ``__init__``, with `classifier` and `random_state` among
    its parameters, and `_judge`.
    """

    def _examine(self, X, codes):
        return self._judge(record(self._network(), X, codes, TrainingDynamics(codes)))

    @abstractmethod
    def _judge(self, dynamics):
        """Return the `Evidence` that the recorded `dynamics` are."""

    def _network(self):
        if self.classifier is None:
            return default_network(self.random_state)
        return check_recordable(self.classifier)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if self.classifier is None:  # NoisyLabelClassifier, which would load torch
            tags.input_tags.sparse = True
            return tags
        return tags_of(tags, self.classifier)


def default_network(random_state):
    """Return what ``classifier=None`` stands for.

    Cross entropy, whose logits are those the papers look at; a constant rate, since
    while the rate is high, right and wrong labels are learned at different speed.
    """
    from sknoisy.classifiers import NoisyLabelClassifier

    return NoisyLabelClassifier(
        loss="ce", lr_schedule="constant", random_state=random_state
    )


def record(classifier, X, codes, watcher):
    """Train a clone of `classifier`; return the watcher that saw every epoch of it.

    Parameters
    ----------
    classifier : classifier of sknoisy

    X : the samples, as the classifier takes them

    codes : ndarray of shape (n_samples,)
        What to train on.

    watcher : object with ``record(logits)``
        Such as `TrainingDynamics`. A copy of it is what sees the epochs.
    """
    from sknoisy.detectors._recorder import Recorder

    trained = clone(classifier)
    # first, since one that ends training ends the round of callbacks, too
    trained.callbacks = [(RECORDER, Recorder(watcher)), *(trained.callbacks or [])]
    trained.fit(X, codes)
    return dict(trained.net_.callbacks_)[RECORDER].watcher


def check_recordable(classifier):
    """Return `classifier`, if its training can be recorded."""
    from sknoisy.classifiers._base import BaseNoisyClassifier

    if isinstance(classifier, BaseNoisyClassifier):
        return classifier
    raise TypeError(
        f"classifier={classifier!r} can't be recorded epoch by epoch: pass one of"
        " sknoisy's networks, such as NoisyLabelClassifier(loss='ce'). For any other"
        " classifier there is ConfidentLearning."
    )
