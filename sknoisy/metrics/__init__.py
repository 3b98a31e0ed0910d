"""Metrics: how wrong labels are, how well that was estimated, and scores despite it."""

from sknoisy.metrics._confusion import (
    corrected_balanced_accuracy,
    corrected_confusion_matrix,
    corrected_f1,
)
from sknoisy.metrics._flips import (
    noise_rate_error,
    realized_noise_rate,
    realized_transition,
)
from sknoisy.metrics._scores import (
    corrected_accuracy,
    forward_log_likelihood,
    peer_accuracy,
)
from sknoisy.metrics._transition import total_variation, transition_error

__all__ = [
    "corrected_accuracy",
    "corrected_balanced_accuracy",
    "corrected_confusion_matrix",
    "corrected_f1",
    "forward_log_likelihood",
    "noise_rate_error",
    "peer_accuracy",
    "realized_noise_rate",
    "realized_transition",
    "total_variation",
    "transition_error",
]
