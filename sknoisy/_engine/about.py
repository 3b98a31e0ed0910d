"""Parameters and data as short texts that are the same in another process."""

import hashlib

import numpy as np
import torch
from scipy import sparse
from torch import nn


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
