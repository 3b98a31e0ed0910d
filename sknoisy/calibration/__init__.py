"""Probabilities of true labels from any classifier, and decisions made from them."""

from sknoisy.calibration._decisions import bayes_decisions
from sknoisy.calibration._true_label_calibrated_classifier import (
    TrueLabelCalibratedClassifier,
)

__all__ = ["TrueLabelCalibratedClassifier", "bayes_decisions"]
