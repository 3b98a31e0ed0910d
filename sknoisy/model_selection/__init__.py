"""Cross-validation that tells what noisy labels hide; scorers that choose by them."""

from sknoisy.model_selection._batched_grid_search import BatchedGridSearchCV
from sknoisy.model_selection._batched_predictions import batched_cross_val_predict
from sknoisy.model_selection._batched_rounds import (
    BatchedHalvingGridSearchCV,
    BatchedHalvingRandomSearchCV,
    BatchedRandomizedSearchCV,
)
from sknoisy.model_selection._clean_scorer import clean_scorer
from sknoisy.model_selection._noisy_cross_validate import noisy_cross_validate
from sknoisy.model_selection._noisy_scorers import (
    corrected_accuracy_scorer,
    corrected_balanced_accuracy_scorer,
    corrected_f1_scorer,
    forward_log_likelihood_scorer,
    peer_accuracy_scorer,
)
from sknoisy.model_selection._spread_over import spread_over

__all__ = [
    "BatchedGridSearchCV",
    "BatchedHalvingGridSearchCV",
    "BatchedHalvingRandomSearchCV",
    "BatchedRandomizedSearchCV",
    "batched_cross_val_predict",
    "clean_scorer",
    "corrected_accuracy_scorer",
    "corrected_balanced_accuracy_scorer",
    "corrected_f1_scorer",
    "forward_log_likelihood_scorer",
    "noisy_cross_validate",
    "peer_accuracy_scorer",
    "spread_over",
]
