"""Cross-validation that tells what noisy labels hide, and never selects by it."""

from sknoisy.model_selection._clean_scorer import clean_scorer
from sknoisy.model_selection._noisy_cross_validate import noisy_cross_validate

__all__ = ["clean_scorer", "noisy_cross_validate"]
