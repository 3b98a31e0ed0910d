"""Learn from samples of which most have no label."""

from sknoisy.semi_supervised._co_training import CoTrainingClassifier

__all__ = ["CoTrainingClassifier"]
