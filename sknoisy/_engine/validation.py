"""Which samples to train on, and which to validate on."""

from typing import Any

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from skorch.dataset import Dataset as Pairs

from sknoisy._engine.batches import ArrayDataset
from sknoisy._samples import as_samples
from sknoisy._shown import shown


def split_dataset(dataset, classes, fraction, random_state, train_split=None):
    """Return data sets to train and to validate on; the latter may be None.

    Parameters
    ----------
    dataset : ArrayDataset
        All samples.

    classes : ndarray of shape (n_classes,)

    fraction : float or None
        How much is held out, of each class its share where that is possible.

    random_state : RandomState

    train_split : callable, default=None
        The user's own way, as of skorch, instead.
    """
    if train_split is not None:
        return split_by(train_split, dataset, classes)
    if fraction is None:
        return dataset, None
    codes = dataset.codes.numpy()
    rows, counts = np.arange(len(codes)), np.bincount(codes)
    counts = counts[counts > 0]  # a class of weight zero has no samples
    n_held_out = int(np.ceil(fraction * len(rows)))
    if n_held_out == len(rows):
        raise ValueError(
            f"validation_fraction={fraction} of {len(rows)} samples leaves none to"
            " train on: lower it."
        )
    enough = counts.min() > 1 and n_held_out >= len(counts) <= len(rows) - n_held_out
    train, valid = train_test_split(
        rows,
        test_size=n_held_out,
        random_state=random_state,
        stratify=codes if enough else None,
    )
    return dataset.subset(np.sort(train)), dataset.subset(np.sort(valid))


def split_by(train_split, dataset, classes):
    """Return what a function of the user's makes of the data: to train and validate."""
    parts = train_split(dataset, dataset.y)
    if not isinstance(parts, tuple | list) or len(parts) != 2:
        raise TypeError(
            f"train_split gave {shown(parts)}: expected two data sets, one to train on"
            " and one to validate on, or None."
        )
    train, valid = (as_dataset(part, dataset, classes) for part in parts)
    if train is None or train.X is not dataset.X:
        raise ValueError(
            "train_split gave other samples to train on than X: choose among these, as"
            " skorch's ValidSplit does, or leave them, as predefined_split does."
        )
    return train, valid


def as_dataset(part: Any, whole: ArrayDataset, classes):
    """Return a part of the training data, or samples from elsewhere, for the engine."""
    if part is None or isinstance(part, ArrayDataset):
        return part
    if getattr(part, "dataset", None) is whole and hasattr(part, "indices"):
        return whole.subset(whole.rows[torch.as_tensor(np.asarray(part.indices))])
    if type(part) is Pairs:
        X, y = as_samples(part.X), part.y
        X = np.asarray(part.X) if X is None else X
    else:
        X = as_samples(part)
        y = None if X is None else X.labels()
    if X is None or y is None:
        raise TypeError(
            f"train_split gave {shown(part)} to validate on: expected a data set whose"
            " samples are pairs of features and label."
        )
    strangers = np.setdiff1d(np.asarray(y), classes)
    if strangers.size:
        raise ValueError(
            f"The data to validate on hold labels that y doesn't: {strangers}."
        )
    return ArrayDataset(X, np.searchsorted(classes, np.asarray(y)))
