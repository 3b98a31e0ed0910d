"""What is remembered of single training samples: found by index, dropped after fit."""

from torch import Tensor, nn


class Memory(nn.Module):
    """A module that keeps numbers for each training sample, and knows which these are.

    They are buffers, so that they move to a GPU with the rest, but have no place in a
    state dict.
    """

    def __init__(self) -> None:
        super().__init__()
        self.remembered: list[str] = []

    def add_memory(self, name: str, values: Tensor | None) -> None:
        """Remember `values` under `name`, one row a training sample; None for none."""
        self.register_buffer(name, values, persistent=False)
        self.remembered.append(name)

    def look_up(self, name: str, index: Tensor, like: Tensor) -> Tensor:
        """Return the rows at `index`, in the type of `like`, as the memory is then."""
        values = getattr(self, name)
        if values.dtype != like.dtype:  # networks of double precision, once
            values = values.to(like.dtype)
            setattr(self, name, values)
        return values.index_select(0, index)

    def note(self, name: str, index: Tensor, rows: Tensor) -> None:
        """Put `rows` in the places of a batch's samples; no gradient goes through."""
        getattr(self, name).index_copy_(0, index, rows)

    def forget(self) -> None:
        """Let go of what belongs to single samples, here and in all parts."""
        for name in self.remembered:
            setattr(self, name, None)
        for part in memories_in(self):
            part.forget()


def memories_in(module):
    """Yield the memories that a module is made of, but not what these are made of."""
    for child in module.children():
        if isinstance(child, Memory):
            yield child
        else:
            yield from memories_in(child)


class WeightedMean(Memory):
    """The mean over a batch; where samples have weights, each loss times its own.

    Parameters
    ----------
    sample_weight : Tensor of shape (n_samples,), default=None
        Non-negative weights, scaled here to a mean of one over the training set (not
        over the batch, whose gradient would then no longer be unbiased).
    """

    def __init__(self, sample_weight: Tensor | None = None) -> None:
        super().__init__()
        if sample_weight is not None:
            sample_weight = sample_weight / sample_weight.mean()
        self.add_memory("sample_weight", sample_weight)

    def forward(self, losses: Tensor, index: Tensor) -> Tensor:
        """Return the mean; `index` tells the places of losses in the training set."""
        if self.sample_weight is not None:
            losses = losses * self.sample_weight[index]
        return losses.mean()
