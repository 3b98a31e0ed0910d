"""Folders of small images, which tests write for themselves."""

from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits


def digits_as_files(folder, n=120, classes=("one", "four", "seven"), wrong=()):
    """Write digits as PNGs, one folder a class; return names, given and true labels.

    Parameters
    ----------
    folder : Path

    n : int

    classes : tuple of str
        Three names, of the digits 1, 4 and 7.

    wrong : sequence of int
        Places of those that go into the folder of the next class.
    """
    X, y = load_digits(return_X_y=True)
    keep = np.flatnonzero(np.isin(y, (1, 4, 7)))[:n]
    codes = np.searchsorted((1, 4, 7), y[keep])
    given = codes.copy()
    given[list(wrong)] = (given[list(wrong)] + 1) % 3
    names = []
    for place, (row, code) in enumerate(zip(keep, given, strict=True)):
        name = f"{classes[code]}/{place:04}.png"
        save(folder / name, np.rint(X[row] * 255 / 16).reshape(8, 8))
        names.append(name)
    return names, np.array(classes)[given], np.array(classes)[codes]


def save(path, pixels, mode=None):
    """Write pixels to a file, in a folder that need not be there."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(np.asarray(pixels).astype(np.uint8))
    (image if mode is None else image.convert(mode)).save(path)
