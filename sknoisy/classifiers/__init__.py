"""Classifiers: scikit-learn's front desk to losses, objectives and the engine."""

from sknoisy.classifiers.asymmetric_co_teaching import (
    AsymmetricCoTeachingClassifier,
)
from sknoisy.classifiers.co_teaching import CoTeachingClassifier
from sknoisy.classifiers.dividemix import DivideMixClassifier
from sknoisy.classifiers.dynamic_bootstrapping import DynamicBootstrappingClassifier
from sknoisy.classifiers.mutual_learning import MutualLearningClassifier
from sknoisy.classifiers.noisy_label import NoisyLabelClassifier
from sknoisy.classifiers.transition_corrected import TransitionCorrectedClassifier

__all__ = [
    "AsymmetricCoTeachingClassifier",
    "CoTeachingClassifier",
    "DivideMixClassifier",
    "DynamicBootstrappingClassifier",
    "MutualLearningClassifier",
    "NoisyLabelClassifier",
    "TransitionCorrectedClassifier",
]
