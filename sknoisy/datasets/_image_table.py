"""Image files and their labels as a table: small pixels, and what is odd of files."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from sknoisy._data_types import FilePath
from sknoisy._ranges import check_count
from sknoisy._table_errors import TableError, counted, quoted
from sknoisy.datasets._image_column import rows_with_paths
from sknoisy.datasets._image_folder import find_images
from sknoisy.datasets._pixels import ImageFacts, read_pixels
from sknoisy.tables import Table

__all__ = ["ImageTable", "read_image_table"]

PARTS = {"train", "training", "test", "testing", "val", "valid", "validation", "dev"}


@dataclass
class ImageTable(Table):
    """A `Table` whose samples are images of files.

    ``X`` holds small pixels, ``shown`` the paths, ``ids`` the paths as texts.

    Parameters
    ----------
    files : ImageFacts
        What is known of the files.
    """

    files: ImageFacts = field(default_factory=ImageFacts)

    def describe(self) -> str:
        """Return the name, the numbers of images and classes, and what is judged."""
        height, width = self.X.shape[1:3]
        kind = "gray" if self.X.ndim == 3 else "color"
        return (
            f"{self.name}: {counted(len(self.y), 'image')},"
            f" {len(np.unique(self.y))} classes; judged in {kind}, at {height} ×"
            f" {width} pixels"
        )


def read_image_table(
    source: FilePath,
    label: str | None = None,
    clean_label: str | None = None,
    *,
    images: str | None = None,
    image_size: int = 32,
    verbose: int = 0,
    **reading: Any,
) -> ImageTable:
    """Read image files and their labels as a table, as ``sknoisy audit`` does.

    Images become small arrays in memory, which detectors, networks and
    :func:`~sknoisy.data_issues.find_data_issues` take; for full images that are read
    when needed, see :func:`read_image_folder`. Files that can't be read are left out
    and named in ``files``.

    Parameters
    ----------
    source : str or path-like
        A folder with a folder for each class, whose name is the label of all images in
        it and in its own folders; or a file of any format that
        :func:`~sknoisy.tables.read_table` reads, one column of which holds paths of
        images, relative to where the file is.

    label, clean_label : str, default=None
        The columns of the given and of the true labels. Of a folder, None.

    images : str, default=None
        The column of paths. None: the one whose cells end as names of images do.

    image_size : int >= 1, default=32
        Largest height and width of what is judged. Larger images are made smaller;
        those of several shapes become squares.

    verbose : int, default=0
        With 1 or more, a bar shows how many are read.

    **reading : dict
        How a file is written and what its columns are, as for
        :func:`~sknoisy.tables.read_table`.

    Returns
    -------
    table : ImageTable
        A :class:`~sknoisy.tables.Table` with ``X``, an ndarray of uint8 of shape
        (n_samples, height, width) or (n_samples, height, width, 3), ``y``, ``ids``
        (paths as texts), ``shown`` (paths) and ``files``: names, sizes, modes, and
        what is odd.

    Raises
    ------
    TableError
        If there are no images, none can be read, or all have one label.

    See Also
    --------
    read_image_folder : Images in their own size, read one by one.
    sknoisy.reporting.audit_report : Reports on what a detector finds in it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from PIL import Image
    >>> from sknoisy.datasets import read_image_table
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("cat/1.png", "dog/1.png", "dog/2.png"):
    ...     (folder / name).parent.mkdir(exist_ok=True)
    ...     Image.new("RGB", (80, 60)).save(folder / name)
    >>> table = read_image_table(folder)
    >>> table.X.shape, table.ids[1]
    ((3, 24, 32, 3), 'dog/1.png')
    """
    check_count(image_size=image_size)
    _check_has_pillow()
    path = Path(source)
    if path.is_dir():
        _check_nothing_is_said(path, label, clean_label, images, reading)
        table, paths = _of_folder(path)
    else:
        table, paths = _of_file(path, label, clean_label, images, reading)
    return _with_pixels(table, paths, image_size, verbose)


def _check_has_pillow():
    try:
        import PIL  # noqa: F401
    except ImportError as error:
        raise TableError(
            "Images are read by Pillow, which is missing: pip install pillow."
        ) from error


def _check_nothing_is_said(path, label, clean_label, images, reading):
    """Say so if somebody names columns of a folder."""
    said = {"label": label, "clean_label": clean_label, "images": images, **reading}
    said = [name for name, value in said.items() if value is not None]
    if said:
        raise TableError(
            f"{path.resolve().name} is a folder, whose own folders are the labels:"
            f" {said[0].replace('_', '-')} belongs to a file with columns. Leave it"
            " out, or name the file."
        )


def _of_folder(folder):
    """Return a table without pixels, and the paths of its rows."""
    name = folder.resolve().name
    found, loose = find_images(folder)
    if not found:
        raise TableError(_none_found(folder, name, loose))
    below = [path.relative_to(folder) for path in found]
    labels = np.array([path.parts[0] for path in below])
    classes = np.unique(labels).tolist()
    _check_classes(name, classes, below)
    facts = ImageFacts(
        loose=[path.name for path in loose],
        nested=[
            path.as_posix()
            for path, label in zip(below, labels, strict=True)
            if set(path.parts[1:-1]) & (set(classes) - {label})
        ],
        empty=_folders_without(folder, classes),
    )
    ids = np.array([path.as_posix() for path in below], dtype=object)
    table = ImageTable(
        name,
        X=None,
        y=labels,
        label="folder",
        rows=np.arange(len(labels)),
        ids=ids,
        files=facts,
    )
    return table, found


def _none_found(folder, name, loose):
    if loose:
        return (
            f"{name} holds {counted(len(loose), 'image')}, such as {loose[0].name!r},"
            " but no folder for each class: sort them into such folders, or name a"
            " file with a column of their paths and one of their labels."
        )
    others = [p.name for p in sorted(folder.iterdir()) if not p.name.startswith(".")]
    what = f"; it holds {quoted(others)}" if others else ", and nothing else"
    return f"{name} holds no images (.png, .jpg and so on), in no folder below it{what}"


def _check_classes(name, classes, below):
    parts = [one for one in classes if one.casefold() in PARTS]
    if parts and len(parts) == len(classes):
        deeper = any(len(path.parts) > 2 for path in below)
        raise TableError(
            f"{name} holds {quoted(classes)}, which look like parts of a data set, not"
            " like classes: name one of them"
            + (f", {name}/{classes[0]}." if deeper else ".")
        )
    if len(classes) < 2:
        raise TableError(
            f"{name} holds images of one class only, {classes[0]!r}: there must be a"
            " folder for each of two classes at least."
        )


def _folders_without(folder, classes):
    return sorted(
        path.name
        for path in folder.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name not in classes
    )


def _of_file(path, label, clean_label, images, reading):
    table, names, paths = rows_with_paths(path, label, clean_label, images, reading)
    known = {f: getattr(table, f) for f in ("y", "y_clean", "rows", "groups", "notes")}
    found = ImageTable(
        table.name,
        X=None,
        label=table.label,
        clean_label=table.clean_label,
        ids=np.array(names, dtype=object),
        **known,
    )
    return found, paths


def _with_pixels(table, paths, image_size, verbose):
    """Return the table of those images that could be read."""

    def watch(places):
        name = f"reading {table.name}"
        return tqdm(places, name, unit="image", leave=False, disable=not verbose)

    names = table.ids.tolist()
    table.X, places, facts = read_pixels(paths, names, image_size, watch=watch)
    if not len(places):
        name, why = next(iter(facts.unreadable.items()))
        raise TableError(
            f"{table.name}: none of {counted(len(paths), 'image')} can be read, such as"
            f" {name!r} ({why})."
        )
    for each in ("y", "y_clean", "rows", "ids", "groups"):
        values = getattr(table, each)
        if values is not None:
            setattr(table, each, values[places])
    table.shown = np.empty(len(places), dtype=object)
    table.shown[:] = [paths[place] for place in places]
    for each in ("loose", "nested", "empty"):
        setattr(facts, each, getattr(table.files, each))
    table.files = facts
    return table
