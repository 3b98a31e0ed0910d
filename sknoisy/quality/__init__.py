"""Quality: how far a given label can be trusted, from what a classifier says of it.

Functions on class probabilities, features or records of training, wherever they come
from; high quality is a trustworthy label.
"""

from sknoisy.quality._confident_joint import compute_confident_joint
from sknoisy.quality._dynamics import (
    area_under_margin,
    data_map,
    forgetting_events,
    mean_loss,
)
from sknoisy.quality._issues import find_label_issues
from sknoisy.quality._membership import class_membership, flag_no_class
from sknoisy.quality._mixture import (
    MIXTURES,
    BetaMixture,
    NormalMixture,
    clean_probability,
)
from sknoisy.quality._neighbors import neighbor_agreement, soft_neighbor_labels
from sknoisy.quality._noise_matrices import NoiseMatrices, estimate_noise_matrices
from sknoisy.quality._number import num_label_issues
from sknoisy.quality._ranking import order_label_issues
from sknoisy.quality._scores import SCORES, get_label_quality_scores
from sknoisy.quality._thresholds import flag_issues
from sknoisy.quality._training_dynamics import TrainingDynamics
from sknoisy.quality._true_labels import TrueLabels, true_label_posterior

__all__ = [
    "MIXTURES",
    "SCORES",
    "BetaMixture",
    "NoiseMatrices",
    "NormalMixture",
    "TrainingDynamics",
    "TrueLabels",
    "area_under_margin",
    "class_membership",
    "clean_probability",
    "compute_confident_joint",
    "data_map",
    "estimate_noise_matrices",
    "find_label_issues",
    "flag_issues",
    "flag_no_class",
    "forgetting_events",
    "get_label_quality_scores",
    "mean_loss",
    "neighbor_agreement",
    "num_label_issues",
    "order_label_issues",
    "soft_neighbor_labels",
    "true_label_posterior",
]
