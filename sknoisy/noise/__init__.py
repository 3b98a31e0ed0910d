"""Noise: ways in which labels and features go wrong, for experiments that know how.

Matrices say what becomes of a label class by class; models draw noisy labels for
clean ones; `NoisyTargetClassifier` brings them into a cross-validation, and
`FeatureNoise` disturbs the features that a Pipeline is fitted on.
"""

from sknoisy.noise._annotators import AnnotatorNoise
from sknoisy.noise._class_conditional import (
    ClassConditionalNoise,
    ClassMapNoise,
    PairFlipNoise,
    SymmetricNoise,
)
from sknoisy.noise._classifier import NoisyTargetClassifier
from sknoisy.noise._feature import FeatureNoise
from sknoisy.noise._instance_dependent import InstanceDependentNoise
from sknoisy.noise._margin import MarginNoise
from sknoisy.noise._matrices import (
    NOISE_MATRICES,
    class_map_transition,
    noise_transition_matrix,
    pair_flip_transition,
    sparse_transition,
    symmetric_transition,
    uniform_transition,
)
from sknoisy.noise._missing import MissingLabelNoise
from sknoisy.noise._models import NOISE_MODELS
from sknoisy.noise._open_set import OpenSetNoise
from sknoisy.noise._published import (
    CIFAR10_MAP,
    CIFAR10_SPARSE_PAIRS,
    MNIST_MAP,
    MNIST_SPARSE_PAIRS,
    UNIFORM_HIGH,
    UNIFORM_LOW,
)

__all__ = [
    "CIFAR10_MAP",
    "CIFAR10_SPARSE_PAIRS",
    "MNIST_MAP",
    "MNIST_SPARSE_PAIRS",
    "NOISE_MATRICES",
    "NOISE_MODELS",
    "UNIFORM_HIGH",
    "UNIFORM_LOW",
    "AnnotatorNoise",
    "ClassConditionalNoise",
    "ClassMapNoise",
    "FeatureNoise",
    "InstanceDependentNoise",
    "MarginNoise",
    "MissingLabelNoise",
    "NoisyTargetClassifier",
    "OpenSetNoise",
    "PairFlipNoise",
    "SymmetricNoise",
    "class_map_transition",
    "noise_transition_matrix",
    "pair_flip_transition",
    "sparse_transition",
    "symmetric_transition",
    "uniform_transition",
]
