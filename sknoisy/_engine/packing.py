"""How an engine is pickled and copied: what only a running training needs stays out."""

import copy

from skorch import NeuralNet

# what holds on to a fit that is over; networks and objective are in `module_` and
# `criterion_`, which skorch knows how to bring from a GPU to a machine without one
PASSING = {"module": None, "criterion": None, "remake": None, "_parts": None}
PASSING |= {"checkpoints": None, "augment": None, "average": None, "accelerator": None}


class Packing(NeuralNet):
    """Mixin for a skorch net: pickles hold the optimizer only where it goes on.

    An optimizer with its two moments is twice as large as the networks, and training
    starts a new one, unless it comes in parts. Copies in memory are whole.

    Attributes
    ----------
    keeps_optimizer : bool
        Whether the optimizer is part of a pickle.
    """

    keeps_optimizer = False

    def __getstate__(self):
        if self.keeps_optimizer:
            return self._state()
        light = object.__new__(type(self))
        light.__dict__ |= {n: v for n, v in vars(self).items() if n != "optimizer_"}
        return light._state()

    def __setstate__(self, state):
        super().__setstate__(state)
        if getattr(self, "initialized_", False) and "optimizer_" not in vars(self):
            self.initialize_optimizer()

    def __deepcopy__(self, memo):
        memo[id(self)] = made = object.__new__(type(self))
        made.__setstate__(copy.deepcopy(self._state(), memo))
        return made

    def _state(self):
        state = super().__getstate__() | PASSING
        callbacks = state.get("callbacks_", [])
        return state | {"callbacks_": [c for c in callbacks if c[0] != "epoch_tasks"]}
