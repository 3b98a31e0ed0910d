"""What may stand before a classifier in a Pipeline: scalers of scikit-learn's."""

import numpy as np
import torch
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)
from torch import nn

from sknoisy._shown import shown


class Scale(nn.Module):
    """Multiply features, and add something; in double precision, as they come in.

    Parameters
    ----------
    factor, shift : ndarray of shape (n_features,), or float

    limits : tuple of two float, default=None
        What the result is kept within.
    """

    def __init__(self, factor, shift, limits=None):
        super().__init__()
        self.register_buffer("factor", _double(factor))
        self.register_buffer("shift", _double(shift))
        self.limits = limits

    def forward(self, features):
        """Return features, scaled."""
        # not all of float's digits are lost where a large mean is subtracted
        features = (features.double() - self.shift) * self.factor
        return features if self.limits is None else features.clamp(*self.limits)


def _double(array):
    return torch.as_tensor(np.array(array, dtype=np.float64))


def _standard(scaler):
    mean = scaler.mean_ if scaler.with_mean else 0.0
    scale = scaler.scale_ if scaler.with_std else 1.0
    return Scale(1 / np.asarray(scale), mean)


def _robust(scaler):
    center = scaler.center_ if scaler.with_centering else 0.0
    scale = scaler.scale_ if scaler.with_scaling else 1.0
    return Scale(1 / np.asarray(scale), center)


def _min_max(scaler):
    limits = tuple(map(float, scaler.feature_range)) if scaler.clip else None
    # x · scale_ + min_, as a shift that comes first
    return Scale(scaler.scale_, -scaler.min_ / scaler.scale_, limits)


def _max_abs(scaler):
    limits = (-1.0, 1.0) if getattr(scaler, "clip", False) else None
    return Scale(1 / scaler.scale_, 0.0, limits)


SCALERS = {
    StandardScaler: _standard,
    RobustScaler: _robust,
    MinMaxScaler: _min_max,
    MaxAbsScaler: _max_abs,
}


def scaler_module(name, step):
    """Return a step of a Pipeline as a module, or None where it does nothing.

    Raises
    ------
    ValueError
        If it is none that is known.
    """
    if step is None or isinstance(step, str):  # "passthrough"
        return None
    make = SCALERS.get(type(step))
    if make is None:
        known = ", ".join(kind.__name__ for kind in SCALERS)
        raise ValueError(
            f"The step {name!r} of the Pipeline, {shown(step)}, can't be a part of a"
            f" module; of scikit-learn's transformers these can: {known}. Export the"
            " last step, pipeline[-1], and give it what pipeline[:-1].transform(X)"
            " returns."
        )
    return make(step)
