"""One network and a loss: what others cross-fit."""

from sknoisy._types import Loss
from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.classifiers._method import Plain


class PlainClassifier(BaseNoisyClassifier):
    """One network that learns a loss of single samples, with nothing else to it."""

    _together = "sknoisy._engine.fits"
    _method = Plain()

    loss: Loss = "ce"
