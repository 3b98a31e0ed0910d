"""Detectors: estimators that find wrong labels.

All have one interface: ``fit(X, y)`` looks for labels that don't fit their samples,
and leaves ``quality_`` (trust in every given label), ``is_issue_``,
``suggested_labels_``, ``noise_rate_`` and ``transition_matrix_``.
"""

from sknoisy.detectors._area_under_margin import AreaUnderMargin
from sknoisy.detectors._clni import CLNI
from sknoisy.detectors._confident_learning import ConfidentLearning
from sknoisy.detectors._detector_ensemble import DetectorEnsemble
from sknoisy.detectors._forest_kdn import ForestKDN
from sknoisy.detectors._forgetting_events import ForgettingEvents
from sknoisy.detectors._instance_hardness import InstanceHardness
from sknoisy.detectors._iterative_partitioning_filter import (
    IterativePartitioningFilter,
)
from sknoisy.detectors._kdn import KDN
from sknoisy.detectors._loss_mixture import LossMixture
from sknoisy.detectors._neighbor_consensus import NeighborConsensus
from sknoisy.detectors._sample_difficulty import SampleDifficulty
from sknoisy.detectors._small_loss import SmallLoss
from sknoisy.detectors._true_label_posterior import TrueLabelPosterior

__all__ = [
    "AreaUnderMargin",
    "CLNI",
    "ConfidentLearning",
    "DetectorEnsemble",
    "ForestKDN",
    "ForgettingEvents",
    "InstanceHardness",
    "IterativePartitioningFilter",
    "KDN",
    "LossMixture",
    "NeighborConsensus",
    "SampleDifficulty",
    "SmallLoss",
    "TrueLabelPosterior",
]
