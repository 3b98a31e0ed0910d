"""The human labels of CIFAR-10N and CIFAR-100N, loaded without running any code."""

import re

import numpy as np

from sknoisy._data_types import ArrayLike, FilePath
from sknoisy._json import as_path
from sknoisy.annotators._votes import Votes

__all__ = ["read_cifar_n"]

BY_PEOPLE = re.compile(r"random_label\d+|noisy_label")
MADE_OF_THEM = ("aggre_label", "worse_label", "clean_label")


def read_cifar_n(path: FilePath, *, classes: ArrayLike | None = None) -> Votes:
    """Read the votes on CIFAR's training images from a file of CIFAR-N [1]_.

    Parameters
    ----------
    path : str or path-like
        ``CIFAR-10_human.pt`` or ``CIFAR-100_human.pt``. Nothing in it is run.

    classes : array-like, default=None
        All labels that there are; None takes those in the file.

    Returns
    -------
    votes : Votes
        A column of the file is an annotator: "random_label1" to "random_label3" of
        CIFAR-10N, or the one of CIFAR-100N, "noisy_label". What is made of the votes,
        such as "aggre_label", and the true labels are left out.

    Raises
    ------
    ValueError
        If the file can't be loaded without running code, or holds no such labels.

    See Also
    --------
    dawid_skene, majority_vote : From votes to labels.

    Notes
    -----
    Behind one column are many people: the file doesn't say who. Confusion matrices of
    such an annotator are those of the crowd.

    References
    ----------
    .. [1] Wei et al., "Learning with Noisy Labels Revisited: A Study Using Real-World
       Human Annotations", ICLR 2022.

    Examples
    --------
    >>> from sknoisy.annotators import read_cifar_n
    >>> votes = read_cifar_n("CIFAR-10_human.pt")  # doctest: +SKIP
    """
    path = as_path(path)
    found = _load(path)
    if not isinstance(found, dict):
        raise ValueError(f"{path} holds {type(found).__name__}; expected named labels.")
    columns = {
        name: np.asarray(labels)
        for name, labels in found.items()
        if isinstance(name, str) and BY_PEOPLE.fullmatch(name)
    }
    if not columns:
        raise ValueError(
            f"{path} has no 'random_label1' or 'noisy_label': it has {list(found)}."
        )
    shapes = {column.shape for column in columns.values()}
    if len(shapes) > 1 or len(shapes.pop()) != 1:
        raise ValueError(
            f"{path}: its labels differ in length, or aren't one a sample."
        )
    votes = np.column_stack(list(columns.values()))
    if votes.dtype.kind not in "iu" or votes.min() < 0:
        raise ValueError(f"{path}: labels must be whole numbers from 0 on.")
    return Votes.from_wide(
        votes, unlabeled=None, annotators=list(columns), classes=classes
    )


def _load(path):
    import torch
    from numpy.dtypes import Int32DType, Int64DType, UInt8DType

    rebuild = np.zeros(1).__reduce__()[0]
    harmless = [
        np.ndarray,
        np.dtype,
        *(Int32DType, Int64DType, UInt8DType),
        (rebuild, "numpy.core.multiarray._reconstruct"),  # as NumPy 1 called it
        (rebuild, "numpy._core.multiarray._reconstruct"),
    ]
    try:
        with torch.serialization.safe_globals(harmless):
            return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise
    except Exception as error:  # of pickle, zip, torch: whatever is in the file
        told = " ".join(str(error).split())[:200]
        raise ValueError(
            f"{path} can't be loaded without running what it holds: {told}"
        ) from None
