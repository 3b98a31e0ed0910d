"""The noise models by name."""

from sknoisy.noise._annotators import AnnotatorNoise
from sknoisy.noise._class_conditional import (
    ClassConditionalNoise,
    ClassMapNoise,
    PairFlipNoise,
    SymmetricNoise,
)
from sknoisy.noise._instance_dependent import InstanceDependentNoise
from sknoisy.noise._margin import MarginNoise
from sknoisy.noise._missing import MissingLabelNoise
from sknoisy.noise._open_set import OpenSetNoise

__all__ = ["NOISE_MODELS"]

NOISE_MODELS = {
    "annotators": AnnotatorNoise,
    "class_conditional": ClassConditionalNoise,
    "class_map": ClassMapNoise,
    "instance": InstanceDependentNoise,
    "margin": MarginNoise,
    "missing": MissingLabelNoise,
    "open_set": OpenSetNoise,
    "pair": PairFlipNoise,
    "symmetric": SymmetricNoise,
}
