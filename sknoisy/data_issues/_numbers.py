"""Features as floats of comparable scales, among which distances mean something."""

import numpy as np
from scipy.sparse import issparse
from sklearn.random_projection import GaussianRandomProjection

__all__ = ["as_numbers"]

MOST_NUMBERS = 50  # a projection of more keeps distances well enough
FEW = 20  # categories have a number each; of more each has a place of its own
N_PLACES = 4  # numbers that tell such a place
APART = 3.0  # how far categories are from each other, in standard deviations


def as_numbers(features, seed):
    """Return an array of shape (n_samples, n_numbers), or None if there are none."""
    if hasattr(features, "columns"):
        parts = [
            _of_column(features.iloc[:, j], seed) for j in range(features.shape[1])
        ]
        parts = [part for part in parts if part is not None]
        numbers = np.column_stack(parts) if parts else None
    elif issparse(features):
        numbers = features if features.shape[1] > MOST_NUMBERS else features.toarray()
    else:
        flat = np.asarray(features, dtype=np.float32).reshape(len(features), -1)
        # pixels, and numbers of embeddings, are on one scale by nature
        numbers = (
            flat
            if flat.shape[1] > MOST_NUMBERS
            else np.apply_along_axis(_scaled, 0, flat)
        )
    if numbers is None or not numbers.shape[1]:
        return None
    if numbers.shape[1] > MOST_NUMBERS:
        numbers = _projected(numbers, seed)
    return np.asarray(numbers, dtype=np.float32)


def _projected(numbers, seed):
    if not issparse(numbers):
        numbers = np.nan_to_num(numbers)
    projection = GaussianRandomProjection(MOST_NUMBERS, random_state=seed)
    return projection.fit_transform(numbers)


def _of_column(cells, seed):
    if cells.dtype.kind not in "biufM":
        return _of_categories(cells, seed)
    if cells.dtype.kind == "M":
        values = cells.to_numpy().astype("datetime64[s]").astype(np.float64)
        return _scaled(np.where(cells.isna(), np.nan, values))
    return _scaled(cells.to_numpy(dtype=np.float64))


def _of_categories(cells, seed):
    codes = cells.astype("category").cat.codes.to_numpy()  # -1 is a gap
    n = codes.max() + 2
    if n > FEW:
        places = np.random.default_rng(seed).normal(size=(n, N_PLACES))
        return places[codes + 1] * APART / np.sqrt(2 * N_PLACES)
    return np.eye(n)[codes + 1] * APART / np.sqrt(2)


def _scaled(values):
    """Return numbers over what most of them span, gaps apart from what is usual."""
    values = np.asarray(values, dtype=np.float64)
    known = values[np.isfinite(values)]
    if not len(known):
        return np.zeros(len(values))
    low, middle, high = np.quantile(known, [0.1, 0.5, 0.9])
    spread = (high - low) / 2.56 or np.ptp(known) or 1.0
    return np.where(np.isfinite(values), (values - middle) / spread, APART)
