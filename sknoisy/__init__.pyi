# What type checkers and editors see of the names that __init__.py loads lazily.
from sknoisy._show_versions import show_versions as show_versions
from sknoisy.annotators import ConsensusClassifier as ConsensusClassifier
from sknoisy.annotators import CrowdLayerClassifier as CrowdLayerClassifier
from sknoisy.auto import AutoNoisyClassifier as AutoNoisyClassifier
from sknoisy.calibration import (
    TrueLabelCalibratedClassifier as TrueLabelCalibratedClassifier,
)
from sknoisy.classifiers import (
    AsymmetricCoTeachingClassifier as AsymmetricCoTeachingClassifier,
)
from sknoisy.classifiers import CoTeachingClassifier as CoTeachingClassifier
from sknoisy.classifiers import DivideMixClassifier as DivideMixClassifier
from sknoisy.classifiers import (
    DynamicBootstrappingClassifier as DynamicBootstrappingClassifier,
)
from sknoisy.classifiers import MutualLearningClassifier as MutualLearningClassifier
from sknoisy.classifiers import NoisyLabelClassifier as NoisyLabelClassifier
from sknoisy.classifiers import (
    TransitionCorrectedClassifier as TransitionCorrectedClassifier,
)
from sknoisy.cleaning import CleanLabelClassifier as CleanLabelClassifier
from sknoisy.cleaning import LabelCleaner as LabelCleaner
from sknoisy.cleaning import WANNClassifier as WANNClassifier
from sknoisy.detectors import CLNI as CLNI
from sknoisy.detectors import KDN as KDN
from sknoisy.detectors import AreaUnderMargin as AreaUnderMargin
from sknoisy.detectors import ConfidentLearning as ConfidentLearning
from sknoisy.detectors import DetectorEnsemble as DetectorEnsemble
from sknoisy.detectors import ForestKDN as ForestKDN
from sknoisy.detectors import ForgettingEvents as ForgettingEvents
from sknoisy.detectors import InstanceHardness as InstanceHardness
from sknoisy.detectors import IterativePartitioningFilter as IterativePartitioningFilter
from sknoisy.detectors import LossMixture as LossMixture
from sknoisy.detectors import NeighborConsensus as NeighborConsensus
from sknoisy.detectors import SampleDifficulty as SampleDifficulty
from sknoisy.detectors import SmallLoss as SmallLoss
from sknoisy.detectors import TrueLabelPosterior as TrueLabelPosterior
from sknoisy.model_selection import BatchedGridSearchCV as BatchedGridSearchCV
from sknoisy.model_selection import (
    BatchedHalvingGridSearchCV as BatchedHalvingGridSearchCV,
)
from sknoisy.model_selection import (
    BatchedHalvingRandomSearchCV as BatchedHalvingRandomSearchCV,
)
from sknoisy.model_selection import (
    BatchedRandomizedSearchCV as BatchedRandomizedSearchCV,
)
from sknoisy.noise import AnnotatorNoise as AnnotatorNoise
from sknoisy.noise import ClassConditionalNoise as ClassConditionalNoise
from sknoisy.noise import ClassMapNoise as ClassMapNoise
from sknoisy.noise import FeatureNoise as FeatureNoise
from sknoisy.noise import InstanceDependentNoise as InstanceDependentNoise
from sknoisy.noise import MarginNoise as MarginNoise
from sknoisy.noise import MissingLabelNoise as MissingLabelNoise
from sknoisy.noise import NoisyTargetClassifier as NoisyTargetClassifier
from sknoisy.noise import OpenSetNoise as OpenSetNoise
from sknoisy.noise import PairFlipNoise as PairFlipNoise
from sknoisy.noise import SymmetricNoise as SymmetricNoise
from sknoisy.semi_supervised import CoTrainingClassifier as CoTrainingClassifier

__version__: str
__all__: list[str]
