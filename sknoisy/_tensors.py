"""Where arrays become tensors."""

import copy
import mmap

import numpy as np
import torch


def as_tensor(array, dtype=None, device=None):
    """Return an array as a tensor, in the same memory where torch can do that."""
    if isinstance(array, np.ndarray):
        # torch has no read-only tensors and warns of arrays that are, as joblib's
        # memmaps; nor has it any that run backwards, as X[::-1] does, or whose numbers
        # lie between others, as a field of records does
        odd = any(step < 0 or step % array.itemsize for step in array.strides)
        if odd or not array.flags.writeable:
            array = array.copy()
    return torch.as_tensor(array, dtype=dtype, device=device)


def is_mapped(array):
    """Whether an array is a file mapped into memory, not to be copied as a whole."""
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap):
            return True
        array = array.base
    return isinstance(array, mmap.mmap)


def copy_of(module):
    """Return a copy of a module; what it keeps of its last batch is without gradients.

    ``copy.deepcopy`` refuses such tensors: activations that a forward keeps to show
    them, weights that torch's older ``weight_norm`` has made.
    """
    kept = [value for part in module.modules() for value in vars(part).values()]
    made = [one for one in kept if isinstance(one, torch.Tensor) and not one.is_leaf]
    return copy.deepcopy(module, {id(one): one.detach().clone() for one in made})


def image_shape(images, by):
    """Return n, height and width of images, channels last; refuse what is none."""
    if images.ndim < 3:
        raise ValueError(
            f"{type(by).__name__} takes images (n, height, width[, channels]), and got"
            f" features of shape {tuple(images.shape)}: reshape X, or for tables see"
            " sknoisy.augmentation.FeatureNoise and FeatureSwap."
        )
    return images.shape[:3]
