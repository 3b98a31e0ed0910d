"""One network and a loss: what others cross-fit."""

from typing import Unpack

from sknoisy._types import Loss, Module
from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.classifiers._method import Plain
from sknoisy.classifiers._training_names import Training


class PlainClassifier(BaseNoisyClassifier):
    """One network that learns a loss of single samples, with nothing else to it."""

    _method = Plain()

    def __init__(
        self, module: Module = None, *, loss: Loss = "ce", **training: Unpack[Training]
    ) -> None:
        super().__init__(module, **training)
        self.loss = loss
