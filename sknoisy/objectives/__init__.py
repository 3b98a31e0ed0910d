"""Objectives: how a method turns a batch into one scalar, and what it remembers."""

from sknoisy.objectives._base import MeanLoss, Objective
from sknoisy.objectives._cores import Cores
from sknoisy.objectives._dmi import DeterminantMutualInformation
from sknoisy.objectives._elr import EarlyLearningRegularization
from sknoisy.objectives._mixup import Mixup
from sknoisy.objectives._ogc import OptimizedGradientClipping
from sknoisy.objectives._ohem import OnlineHardExampleMining
from sknoisy.objectives._peer import PeerLoss
from sknoisy.objectives._revision import TransitionRevision
from sknoisy.objectives._sop import SparseOverParameterization
from sknoisy.objectives._sparse_regularization import SparseRegularization
from sknoisy.objectives._stages import Stages
from sknoisy.objectives._total_variation import TotalVariation
from sknoisy.objectives._truncated import TruncatedLoss
from sknoisy.objectives._trusted import TrustedLabels
from sknoisy.objectives._volume import VolumeMinimization

OBJECTIVES = {
    "cores": Cores,
    "dmi": DeterminantMutualInformation,
    "elr": EarlyLearningRegularization,
    "ogc": OptimizedGradientClipping,
    "ohem": OnlineHardExampleMining,
    "peer": PeerLoss,
    "sop": SparseOverParameterization,
    "sparse_regularization": SparseRegularization,
    "total_variation": TotalVariation,
    "truncated_gce": TruncatedLoss,
    "volmin": VolumeMinimization,
}

__all__ = [
    "OBJECTIVES",
    "Cores",
    "DeterminantMutualInformation",
    "EarlyLearningRegularization",
    "MeanLoss",
    "Mixup",
    "Objective",
    "OnlineHardExampleMining",
    "OptimizedGradientClipping",
    "PeerLoss",
    "SparseOverParameterization",
    "SparseRegularization",
    "Stages",
    "TotalVariation",
    "TransitionRevision",
    "TruncatedLoss",
    "TrustedLabels",
    "VolumeMinimization",
]
