"""What to lower where memory doesn't suffice: told along with the error."""

from contextlib import contextmanager

import torch

# on a CPU, torch's allocator raises a RuntimeError like any other
ON_CPU = ("can't allocate memory", "not enough memory", "Unable to allocate")
OF_DEVICE = getattr(torch, "OutOfMemoryError", torch.cuda.OutOfMemoryError)


@contextmanager
def advised(advice):
    """Add advice to an error that says that memory doesn't suffice.

    Parameters
    ----------
    advice : callable
        Without arguments; returns the text.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if is_of_memory(error):
            error.add_note(advice())
        raise


def is_of_memory(error):
    """Whether an error says that there isn't memory enough."""
    known = isinstance(error, OF_DEVICE | MemoryError)
    return known or any(words in str(error) for words in ON_CPU)


def while_training(engine):
    """Return what to lower, most helpful first."""
    size, accumulate = engine.batch_size, engine.accumulate
    smaller = "a smaller one" if size == -1 else max(1, size // 2)
    return (
        f"Training ran out of memory on {engine.device!r} with batch_size={size}. Lower"
        f" it, to {smaller} say; accumulate={2 * accumulate} keeps the size of a step."
        " precision='bf16', a smaller module and fewer networks need less, too."
    )


def while_predicting(engine, size):
    """Return what to lower for predictions of `size` samples at a time."""
    return (
        f"Predicting ran out of memory on {engine.device!r} with {size} samples at a"
        f" time: set iterator_valid__batch_size, to {max(1, size // 4)} say."
    )
