"""Arrays of other libraries, such as torch tensors: NumPy's inside, theirs outside.

torch is never imported here: who passes a tensor has done so.
"""

import sys
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import cast

import numpy as np
from sklearn import config_context, get_config

from sknoisy._data_types import Function


def as_numpy(values):
    """Return an array of another library as NumPy's, and anything else as it is."""
    if not is_foreign(values):
        return values
    if _is_tensor(values):
        return _of_tensor(values)
    return values.get() if hasattr(values, "get") else np.asarray(values)


def is_foreign(values):
    """Whether `values` is an array, but none of NumPy's."""
    if isinstance(values, (np.ndarray, np.generic)):
        return False
    return _is_tensor(values) or hasattr(values, "__array_namespace__")


def like(labels, given):
    """Return labels as an array of the library of `given`, where that can hold them."""
    if labels.dtype.kind not in "biuf":
        return labels
    if _is_tensor(given):
        return sys.modules["torch"].as_tensor(labels, device=given.device)
    return given.__array_namespace__().asarray(labels, device=given.device)


def numpy_inside(returns: str | None = None) -> Callable[[Function], Function]:
    """Decorate a method, or a function of an estimator: it sees NumPy's arrays only.

    scikit-learn's functions inside it run without array-API dispatch, since most of
    what they are handed (labels that are texts, forests) has none.

    Parameters
    ----------
    returns : str, default=None
        The argument whose library the result takes under dispatch, as scikit-learn's
        own do. None leaves NumPy's.
    """

    def decorate(method: Function) -> Function:
        names = [*signature(method).parameters]

        @wraps(method)
        def inside(self, *args, **kwargs):
            given = dict(zip(names[1:], args, strict=False)) | kwargs
            dispatches = get_config()["array_api_dispatch"]
            if not dispatches and not any(map(is_foreign, given.values())):
                return method(self, *args, **kwargs)
            with config_context(array_api_dispatch=False):
                result = method(
                    self,
                    *map(as_numpy, args),
                    **{name: as_numpy(value) for name, value in kwargs.items()},
                )
            origin = given.get(returns or "")
            if dispatches and is_foreign(origin) and isinstance(result, np.ndarray):
                return like(result, origin)
            return result

        return cast(Function, inside)

    return decorate


def _is_tensor(values):
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(values, torch.Tensor)


def _of_tensor(tensor):
    tensor = tensor.detach().cpu()
    if str(tensor.layout) != "torch.strided":
        tensor = tensor.to_dense()
    if str(tensor.dtype) == "torch.bfloat16":  # which NumPy lacks
        tensor = tensor.float()
    return tensor.resolve_conj().resolve_neg().numpy()
