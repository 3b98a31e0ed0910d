# What type checkers and editors see of the names that __init__.py loads lazily.
from sknoisy.classifiers import NoisyLabelClassifier as NoisyLabelClassifier
from sknoisy.noise import AnnotatorNoise as AnnotatorNoise
from sknoisy.noise import ClassConditionalNoise as ClassConditionalNoise
from sknoisy.noise import ClassMapNoise as ClassMapNoise
from sknoisy.noise import FeatureNoise as FeatureNoise
from sknoisy.noise import InstanceDependentNoise as InstanceDependentNoise
from sknoisy.noise import MarginNoise as MarginNoise
from sknoisy.noise import MissingLabelNoise as MissingLabelNoise
from sknoisy.noise import NoisyTargetClassifier as NoisyTargetClassifier
from sknoisy.noise import PairFlipNoise as PairFlipNoise
from sknoisy.noise import SymmetricNoise as SymmetricNoise

__version__: str
__all__: list[str]
