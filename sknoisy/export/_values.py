"""Values as JSON and back: what they hold is compared and looked up, never run."""

import numpy as np
import torch

from sknoisy import modules, objectives, schedules
from sknoisy.losses import LOSSES
from sknoisy.optimizers import SAM

__all__ = ["UnknownValue", "as_json", "from_json"]

# what parameters may be, beside numbers and texts
KNOWN = {
    **{f"modules.{name}": getattr(modules, name) for name in modules.__all__},
    **{f"objectives.{n}": one for n, one in objectives.OBJECTIVES.items()},
    **{f"schedules.{n}": one for n, one in schedules.SCHEDULES.items()},
    **{f"losses.{name}": loss for name, loss in LOSSES.items()},
    "optimizers.SAM": SAM,
    **{
        f"torch.optim.{name}": one
        for name, one in vars(torch.optim).items()
        if isinstance(one, type) and issubclass(one, torch.optim.Optimizer)
    },
}
BITS = (8, 16, 32, 64)
MOST_NUMBERS = 10_000  # in an array that is a parameter


class UnknownValue(ValueError):
    """JSON can't hold a value, or holds none."""


def as_json(value):
    """Return a value as what JSON holds, so that `from_json` gives it back."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:  # JSON has no infinity
        return value if np.isfinite(value) else {"float": str(value)}
    if type(value) in (list, tuple):
        return {type(value).__name__: [as_json(one) for one in value]}
    if type(value) is dict:
        return {"dict": [[as_json(key), as_json(one)] for key, one in value.items()]}
    if isinstance(value, torch.device):
        return str(value)
    if isinstance(value, np.ndarray):
        return {"array": _cells(value), "dtype": _kind_of(value)}
    for name, known in KNOWN.items():
        if value is known:
            return {"known": name}
    raise UnknownValue(f"a {type(value).__name__}")


def from_json(told):
    """Return the value that `as_json` was given."""
    if not isinstance(told, dict):
        if isinstance(told, list):
            raise UnknownValue("a bare list")
        return told
    if set(told) == {"known"} and told["known"] in KNOWN:
        return KNOWN[told["known"]]
    if set(told) == {"array", "dtype"} and told["dtype"] in KINDS:
        return np.array(told["array"], dtype=KINDS[told["dtype"]])
    if set(told) == {"float"}:
        return float(told["float"])
    for name, kind in (("list", list), ("tuple", tuple)):
        if set(told) == {name} and isinstance(told[name], list):
            return kind(from_json(one) for one in told[name])
    if set(told) == {"dict"} and isinstance(told["dict"], list):
        return {from_json(key): from_json(one) for key, one in told["dict"]}
    raise UnknownValue(f"an object with {', '.join(map(repr, told)) or 'nothing'}")


KINDS: dict[str, type | np.dtype] = {
    **{n: np.dtype(n) for n in ("bool", "float16", "float32", "float64")},
    **{f"{sign}int{n}": np.dtype(f"{sign}int{n}") for sign in ("", "u") for n in BITS},
    "str": str,
    "object": object,
}


def _cells(array):
    cells = array.ravel().tolist()
    plain = all(type(as_json(one)) in (bool, int, float, str) for one in cells)
    if not plain or array.size > MOST_NUMBERS:
        raise UnknownValue(f"an array of shape {array.shape}")
    return array.tolist()


def _kind_of(array):
    if array.dtype.kind in "UT":
        return "str"
    if array.dtype.name not in KINDS:
        raise UnknownValue(f"an array of {array.dtype.name}")
    return array.dtype.name
