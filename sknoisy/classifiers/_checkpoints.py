"""What a checkpoint is about: the data and the parameters of a fit, and its seed."""

import hashlib

import numpy as np
import torch
from scipy import sparse
from torch import nn

from sknoisy._engine.checkpoints import Checkpoints
from sknoisy._extras import import_extra

__all__ = ["checkpoints_of"]

# parameters that don't change what is learned
FREE = (
    *("checkpoint", "checkpoint_every", "resume", "verbose", "device"),
    *("keep_on_interrupt", "random_state"),
)


def checkpoints_of(estimator, data, facts):
    """Return where the states of a fit are kept.

    Parameters
    ----------
    estimator : BaseNoisyClassifier

    data : TrainingData

    facts : dict
        What else fit was given, by name.

    Raises
    ------
    ValueError
        If it goes on from a checkpoint of other data or parameters.

    ImportError
        If safetensors is missing.
    """
    import_extra("safetensors", "export", what="checkpoint=…")  # before it trains
    given = estimator.get_params(deep=False)
    about = {n: told(value) for n, value in given.items() if n not in FREE}
    about["class"] = type(estimator).__name__
    for name, value in facts.items():
        about[f"{name} of fit"] = digest(value() if callable(value) else value)
    about |= {
        "X": digest(data.X),
        "y": digest(data.codes if data.soft_labels is None else data.soft_labels),
        "classes": told(data.classes.tolist()),
        "sample_weight": digest(data.sample_weight),
        "random_state": told(estimator.random_state),
    }
    every, resume = estimator.checkpoint_every, estimator.resume
    return Checkpoints(estimator.checkpoint, every, about, resume)


def told(value):
    """Return a parameter as a text that is the same in another process."""
    if isinstance(value, nn.Module):
        tensors = value.state_dict().values()
        return f"{value!r} {digest([one.cpu().numpy() for one in tensors])}"
    if isinstance(value, np.random.RandomState):
        return "RandomState"
    if isinstance(value, np.ndarray):
        return digest(value)
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}({', '.join(map(told, value))})"
    if isinstance(value, dict):
        return f"dict({', '.join(f'{k!r}: {told(v)}' for k, v in value.items())})"
    if isinstance(value, type | torch.device) or value is None:
        return str(value)
    if isinstance(value, bool | int | float | str | np.generic):
        return repr(value)
    if hasattr(value, "get_params"):
        params = value.get_params(deep=False)
        return f"{type(value).__name__}({told(params)})"
    # a function, or an object of the user's, whose text may hold its address
    named = value if hasattr(value, "__qualname__") else type(value)
    return f"{named.__module__}.{named.__qualname__}"


def digest(values):
    """Return a hash of all numbers in an array, a table or several of them."""
    if values is None:
        return "None"
    hashed = hashlib.blake2b(digest_size=8)
    for array in _arrays(values):
        hashed.update(f"{array.dtype}{array.shape}".encode())
        if array.dtype.kind in "biufc":
            hashed.update(np.ascontiguousarray(array).data.cast("B"))
        else:
            hashed.update("\0".join(map(str, array.ravel().tolist())).encode())
    return hashed.hexdigest()


def _arrays(values):
    if sparse.issparse(values):
        values = values.tocsr()
        return [values.data, values.indices, values.indptr]
    if isinstance(values, torch.Tensor):
        return [values.cpu().numpy()]
    if isinstance(values, list):
        return values
    if hasattr(values, "dtype") and hasattr(values, "shape"):
        return [np.asarray(values)]
    # samples that are read one by one: to look at all would take an epoch's time
    return [np.array([type(values).__name__, str(len(values))])]
