"""Metrics: how wrong labels are, and how well that was estimated."""

from sknoisy.metrics._flips import (
    noise_rate_error,
    realized_noise_rate,
    realized_transition,
)
from sknoisy.metrics._transition import total_variation, transition_error

__all__ = [
    "noise_rate_error",
    "realized_noise_rate",
    "realized_transition",
    "total_variation",
    "transition_error",
]
