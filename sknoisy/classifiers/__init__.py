"""Classifiers that learn from labels that may be wrong."""

from sknoisy.classifiers.noisy_label import NoisyLabelClassifier

__all__ = ["NoisyLabelClassifier"]
