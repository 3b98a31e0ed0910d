"""Which operations would let a GPU wait for the CPU, counted on a CPU."""

from collections import Counter

import torch
from torch.utils._python_dispatch import TorchDispatchMode

# what asks a tensor for its values, or whose result has a shape that depends on them
WAITING = {
    "_local_scalar_dense": "item() or float()",
    "nonzero": "nonzero()",
    "masked_select": "masked_select",
    "_unique2": "unique",
    "unique_dim": "unique",
    "unique_consecutive": "unique",
    "bincount": "bincount",
    "equal": "torch.equal",
    "is_nonzero": "bool()",
}


class Waits(TorchDispatchMode):
    """Counts operations after which a GPU would have to tell the CPU something."""

    def __init__(self):
        super().__init__()
        self.found = Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        if name in WAITING:
            self.found[WAITING[name]] += 1
        elif name in ("index", "index_put", "index_put_"):
            masks = [i for i in args[1] if i is not None and i.dtype == torch.bool]
            if masks:  # a mask is asked where it is true
                self.found["index by a mask"] += 1
        elif name == "repeat_interleave" and "output_size" not in (kwargs or {}):
            self.found["repeat_interleave of unknown size"] += 1
        return func(*args, **(kwargs or {}))


def waits_per_batch(fit, few=3, many=7):
    """Return how often a batch would let a GPU wait, by what.

    Parameters
    ----------
    fit : callable
        Trains with so many batches an epoch; all else must not depend on it.
    """
    found = []
    for n_batches in (few, many):
        with Waits() as waits:
            fit(n_batches)
        found.append(waits.found)
    more = found[1].copy()
    more.subtract(found[0])
    return {what: n for what, n in more.items() if n}
