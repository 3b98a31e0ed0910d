"""Neural networks as classifiers for scikit-learn, a class for each way to learn."""

from sknoisy.classifiers._asymmetric_co_teaching import (
    AsymmetricCoTeachingClassifier,
)
from sknoisy.classifiers._base import BaseNoisyClassifier as BaseNoisyClassifier
from sknoisy.classifiers._co_teaching import CoTeachingClassifier
from sknoisy.classifiers._correction import Correction as Correction
from sknoisy.classifiers._divide_mix import DivideMixClassifier
from sknoisy.classifiers._dynamic_bootstrapping import DynamicBootstrappingClassifier
from sknoisy.classifiers._method import Method as Method
from sknoisy.classifiers._methods import METHODS
from sknoisy.classifiers._mutual_learning import MutualLearningClassifier
from sknoisy.classifiers._noisy_label import NoisyLabelClassifier
from sknoisy.classifiers._transition_corrected import TransitionCorrectedClassifier

# what others build on, as CONTRIBUTING shows, is found here, too; users need none of it
__all__ = [
    "METHODS",
    "AsymmetricCoTeachingClassifier",
    "CoTeachingClassifier",
    "DivideMixClassifier",
    "DynamicBootstrappingClassifier",
    "MutualLearningClassifier",
    "NoisyLabelClassifier",
    "TransitionCorrectedClassifier",
]
