"""Objectives: how a method turns a batch into one scalar, and what it remembers."""

from sknoisy.objectives._asymmetric_co_teaching import AsymmetricCoTeaching
from sknoisy.objectives._base import MeanLoss, Objective
from sknoisy.objectives._co_teaching import CoTeaching
from sknoisy.objectives._co_teaching_plus import CoTeachingPlus
from sknoisy.objectives._cores import Cores
from sknoisy.objectives._corrected import CORRECTIONS
from sknoisy.objectives._crowd_layer import CrowdLayer
from sknoisy.objectives._ctrr import ContrastiveRegularization
from sknoisy.objectives._cut_mix import CutMix
from sknoisy.objectives._decoupling import Decoupling
from sknoisy.objectives._disc import DynamicSelectionAndCorrection
from sknoisy.objectives._divide_mix import DivideMix
from sknoisy.objectives._dmi import DeterminantMutualInformation
from sknoisy.objectives._dynamic_bootstrapping import DynamicBootstrapping
from sknoisy.objectives._elr import EarlyLearningRegularization
from sknoisy.objectives._elr_plus import EarlyLearningPlus
from sknoisy.objectives._fix_match import FixMatch
from sknoisy.objectives._grafting import GRAFTINGS, entropy_share, graft
from sknoisy.objectives._jocor import JoCoR
from sknoisy.objectives._mixup import Mixup
from sknoisy.objectives._mutual_learning import MutualLearning
from sknoisy.objectives._ogc import OptimizedGradientClipping
from sknoisy.objectives._ohem import OnlineHardExampleMining
from sknoisy.objectives._peer import PeerLoss
from sknoisy.objectives._pes import ProgressiveEarlyStopping
from sknoisy.objectives._promix import ProMix
from sknoisy.objectives._revision import TransitionRevision
from sknoisy.objectives._sop import SparseOverParameterization
from sknoisy.objectives._sop_plus import OverParameterizationPlus
from sknoisy.objectives._sparse_regularization import SparseRegularization
from sknoisy.objectives._stages import Stages
from sknoisy.objectives._total_variation import TotalVariation
from sknoisy.objectives._truncated_gce import TruncatedLoss
from sknoisy.objectives._trusted import TrustedLabels
from sknoisy.objectives._volmin import VolumeMinimization

OBJECTIVES = {
    "asymmetric_co_teaching": AsymmetricCoTeaching,
    "co_teaching": CoTeaching,
    "co_teaching_plus": CoTeachingPlus,
    "cores": Cores,
    "ctrr": ContrastiveRegularization,
    "decoupling": Decoupling,
    "disc": DynamicSelectionAndCorrection,
    "divide_mix": DivideMix,
    "dmi": DeterminantMutualInformation,
    "dynamic_bootstrapping": DynamicBootstrapping,
    "elr": EarlyLearningRegularization,
    "elr+": EarlyLearningPlus,
    "fix_match": FixMatch,
    "jocor": JoCoR,
    "ogc": OptimizedGradientClipping,
    "ohem": OnlineHardExampleMining,
    "peer": PeerLoss,
    "pes": ProgressiveEarlyStopping,
    "promix": ProMix,
    "sop": SparseOverParameterization,
    "sop+": OverParameterizationPlus,
    "sparse_regularization": SparseRegularization,
    "total_variation": TotalVariation,
    "truncated_gce": TruncatedLoss,
    "volmin": VolumeMinimization,
}

__all__ = [
    "CORRECTIONS",
    "GRAFTINGS",
    "OBJECTIVES",
    "AsymmetricCoTeaching",
    "CoTeaching",
    "CoTeachingPlus",
    "ContrastiveRegularization",
    "Cores",
    "CrowdLayer",
    "CutMix",
    "Decoupling",
    "DeterminantMutualInformation",
    "DivideMix",
    "DynamicBootstrapping",
    "DynamicSelectionAndCorrection",
    "EarlyLearningPlus",
    "EarlyLearningRegularization",
    "FixMatch",
    "JoCoR",
    "MeanLoss",
    "Mixup",
    "MutualLearning",
    "Objective",
    "OnlineHardExampleMining",
    "OptimizedGradientClipping",
    "OverParameterizationPlus",
    "PeerLoss",
    "ProMix",
    "ProgressiveEarlyStopping",
    "SparseOverParameterization",
    "SparseRegularization",
    "Stages",
    "TotalVariation",
    "TransitionRevision",
    "TruncatedLoss",
    "TrustedLabels",
    "VolumeMinimization",
    "entropy_share",
    "graft",
]
