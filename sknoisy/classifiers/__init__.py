"""Classifiers: scikit-learn's front desk to losses, objectives and the engine."""

from sknoisy.classifiers.noisy_label import NoisyLabelClassifier
from sknoisy.classifiers.transition_corrected import TransitionCorrectedClassifier

__all__ = ["NoisyLabelClassifier", "TransitionCorrectedClassifier"]
