"""Who might draw from the generators of the whole process: torch's, NumPy's, Python's.

Our own code draws from the stream of its fit alone. For what others wrote there is no
telling, so that only what is known to draw nothing counts as quiet; whatever isn't
costs no more than fits that take turns.
"""

from contextlib import contextmanager, nullcontext
from functools import cache, partial
from types import BuiltinFunctionType, FunctionType, MethodType

import numpy as np
import torch
from skorch.callbacks import Callback, EpochTimer, PrintLog
from torch import nn
from torch.optim import Optimizer

from sknoisy._streams import Stream, Witness, drawing_from, initial_seed, lent

# most of what there is: passed over first, as are empty tables of hooks
PLAIN = {bool, float, int, str, type(None), np.ndarray, nn.Parameter, torch.Tensor}
CONTAINERS = (list, tuple, set, frozenset)
FUNCTIONS = (FunctionType, BuiltinFunctionType, type)
OURS = "sknoisy."
# of torch's layers, by name: all kinds of dropout, RReLU, FractionalMaxPool
DRAWING = ("Dropout", "RReLU", "FractionalMaxPool")
QUIET = ("torch.nn.modules.", "torch.optim.", "skorch.callbacks.")
QUIET_FUNCTIONS = ("sknoisy", "skorch", "builtins", "math")
TALKATIVE = "skorch.callbacks.logging"  # what others' loggers do is theirs


def may_draw(engine):
    """Whether training might draw from elsewhere than the stream of its fit."""
    if torch.device(engine.device).type != "cpu":
        return True  # a device draws from its own generator
    parts = (engine.module_, engine.criterion_, engine.optimizer_, engine.schedule)
    return not is_quiet(*parts, engine.augment, *engine.callbacks_)


@contextmanager
def taking_turns(engine, dataset, is_watched):
    """Let a training that might draw from elsewhere wait for its turn to do so.

    Parameters
    ----------
    engine : Engine
        Gets the seed of its predictions where its networks draw to predict, too.

    dataset : ArrayDataset
        What it is trained on.

    is_watched : bool
        Whether somebody looks on who isn't one of its parts.
    """
    takes_turns = is_watched or may_draw(engine)
    engine.prediction_seed = initial_seed() if takes_turns else None
    with lent() if takes_turns else nullcontext():
        yield
        if takes_turns and not draws_to_predict(engine, dataset):
            engine.prediction_seed = None


def seeded_to_predict(engine):
    """Return what seeds the draws of a prediction, in case there are any."""
    seed = engine.prediction_seed
    return nullcontext() if seed is None else _seeded(seed, engine.device)


@contextmanager
def _seeded(seed, device):
    with drawing_from(Stream(seed, device)), lent():
        yield


def draws_to_predict(engine, dataset):
    """Whether networks draw in evaluation mode, too; ask when the stream is lent."""
    witness = Witness()
    with torch.inference_mode():
        engine.logits(dataset.subset(dataset.rows[:2].cpu()))
    return witness.has_seen_draws()


def is_quiet(*parts):
    """Whether parts, and all that they consist of, are known to draw nothing."""
    seen, stack = set(), list(parts)
    while stack:
        part = stack.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        inner = _inside(part)
        if inner is None:
            return False
        stack += [
            one
            for one in inner
            if type(one) not in PLAIN and not (isinstance(one, dict) and not one)
        ]
    return True


def _inside(part):
    """Return what a part consists of; None for one that may draw."""
    if isinstance(part, CONTAINERS):
        return list(part)
    if isinstance(part, dict):
        return list(part.values())
    if isinstance(part, torch.Tensor):
        return []
    if isinstance(part, partial):
        return [part.func, *part.args, *part.keywords.values()]
    if isinstance(part, MethodType):
        return [part.__self__, part.__func__]
    if isinstance(part, FUNCTIONS):
        return _inside_function(part)
    if not (callable(part) or isinstance(part, (nn.Module, Callback, Optimizer))):
        return []
    # `dropout` is that of attention and recurrent layers
    known = _is_known(part.__class__) and not getattr(part, "dropout", False)
    return list(vars(part).values()) if known else None


def _inside_function(function):
    module = function.__module__ or ""
    # a class of torch's, such as that of a schedule; functions of torch's may draw
    is_class_of_torch = isinstance(function, type) and module.startswith("torch")
    known = module.startswith(QUIET) or module.split(".")[0] in QUIET_FUNCTIONS
    if not known and not is_class_of_torch:
        return None
    cells = getattr(function, "__closure__", None) or ()
    return [cell.cell_contents for cell in cells]


@cache
def _is_known(kind):
    module = kind.__module__
    if module == TALKATIVE:
        return issubclass(kind, (EpochTimer, PrintLog))
    draws = any(name in kind.__name__ for name in DRAWING)
    return module.startswith(OURS) or (module.startswith(QUIET) and not draws)
