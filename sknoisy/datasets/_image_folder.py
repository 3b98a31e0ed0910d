"""Images in folders, or named by a table, as samples that are read when needed."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from sknoisy._files import with_formula
from sknoisy._pictures import open_image
from sknoisy._samples import IMAGE_SUFFIXES, Samples
from sknoisy._shown import shown

__all__ = ["read_image_folder"]


class ImageFiles:
    """The images of files, opened one by one.

    Parameters
    ----------
    paths : list of Path

    mode : str
        Pillow's name for what a pixel is.

    size : pair of int or None
        (height, width) that images are brought to.
    """

    def __init__(
        self, paths: Sequence[Path], mode: str, size: tuple[int, int] | None
    ) -> None:
        self.paths = paths
        self.mode = mode
        self.size = size

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, place: int) -> np.ndarray:
        return open_image(self.paths[place], self.mode, self.size)


def read_image_folder(
    folder: str | Path,
    *,
    labels: str | Path | None = None,
    mode: str = "RGB",
    size: tuple[int, int] | None = None,
    transform: Callable[[np.ndarray], Any] | None = None,
) -> Bunch:
    """Find images and their labels; no image is opened before it is needed.

    Parameters
    ----------
    folder : str or Path
        A folder with a folder for each class, whose name is the label of all images in
        it and in its own folders; or, with `labels`, where the images are.

    labels : str or Path, default=None
        A CSV file without a folder for each class: paths, relative to `folder`, in its
        first column, labels in its second, under any two names.

    mode : str, default="RGB"
        What a pixel is, by Pillow's names: "RGB" for three channels, "L" for gray, of
        eight bits each. Of files with 16 bits, these are the upper ones; "F" (float32)
        keeps all.

    size : pair of int, default=None
        (height, width) to bring all images to. None leaves them, and training needs
        images of one size.

    transform : callable, default=None
        Called with each image, an array of uint8 of shape (height, width, channels) or
        (height, width), whenever it is read; what it returns is the sample.

    Returns
    -------
    found : Bunch
        ``data`` (`Samples`, one image each), ``target`` (ndarray of str), ``paths``
        (list of Path) and ``target_names`` (list of str), in the order of paths.

    Raises
    ------
    ValueError
        If there are no images, or the file of labels isn't as above.

    FileNotFoundError
        If `folder`, or an image that `labels` names, isn't there.

    See Also
    --------
    Samples : Other things that can be read one by one.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from PIL import Image
    >>> from sknoisy.datasets import read_image_folder
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("cat/1.png", "dog/1.png", "dog/2.png"):
    ...     (folder / name).parent.mkdir(exist_ok=True)
    ...     Image.new("RGB", (8, 6)).save(folder / name)
    >>> animals = read_image_folder(folder)
    >>> animals.target
    array(['cat', 'dog', 'dog'], dtype='<U3')
    >>> animals.data[0].shape
    (6, 8, 3)
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{str(folder)!r} is no folder.")
    paths, names = _by_folders(folder) if labels is None else _by_table(folder, labels)
    target = np.array(names)
    return Bunch(
        data=Samples(ImageFiles(paths, mode, size), transform),
        target=target,
        paths=paths,
        target_names=np.unique(target).tolist(),
    )


def find_images(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the images in folders of classes, and those in none, by name."""
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in IMAGE_SUFFIXES and not _is_hidden(path, folder)
    )
    loose = [path for path in found if path.parent == folder]
    return [path for path in found if path.parent != folder], loose


def _by_folders(folder: Path) -> tuple[list[Path], list[str]]:
    found, loose = find_images(folder)
    if loose:
        raise ValueError(
            f"{str(folder)!r} holds images that are in no folder of a class, such as"
            f" {loose[0].name!r}: put them there, or name a file with their labels,"
            " labels=…."
        )
    if not found:
        raise ValueError(
            f"{str(folder)!r} holds no image, in any folder below it. Images end in"
            f" {', '.join(sorted(IMAGE_SUFFIXES))}."
        )
    return found, [path.relative_to(folder).parts[0] for path in found]


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _by_table(folder: Path, table: str | Path) -> tuple[list[Path], list[str]]:
    with open(table, newline="", encoding="utf-8-sig") as file:
        head, *rows = list(csv.reader(file)) or [[]]
    rows = [row for row in rows if row]
    if len(head) < 2 or not rows or min(map(len, rows)) < 2:
        raise ValueError(
            f"{str(table)!r} must have a head and two columns, paths and labels; its"
            f" head is {shown(head)}."
        )
    rows = [[with_formula(cell) for cell in row] for row in rows]  # as we write them
    paths = [folder / row[0] for row in rows]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise FileNotFoundError(
            f"{str(table)!r} names {len(missing)} files that aren't there, such as"
            f" {str(missing[0])!r}."
        )
    return paths, [row[1] for row in rows]
