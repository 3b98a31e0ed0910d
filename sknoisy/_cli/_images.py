"""Folders of images, and tables of their paths, for the commands."""

import sys
from pathlib import Path

from sknoisy._cli._errors import CommandError
from sknoisy.datasets import read_image_table
from sknoisy.datasets._image_column import WRITTEN, find_image_column

__all__ = ["find_images", "is_of_images", "read_images"]

NO_IMAGES = "none"  # what --images says of a table that is to be judged by its columns
FOLDER = ""  # in place of a column


def find_images(arguments, said):
    """Return the column of paths of images, `FOLDER`, or None for other data."""
    path = Path(arguments.data)
    if path.is_dir():
        return FOLDER
    if arguments.images is not None:
        return None if arguments.images == NO_IMAGES else arguments.images
    return find_image_column(path, **{name: said[name] for name in WRITTEN})


def read_images(arguments, images, said):
    """Return the table of images in a folder, or of those that a column names."""
    if arguments.image_size < 1:
        raise CommandError(
            f"--image-size {arguments.image_size}: it must be at least 1."
        )
    column = images if images is not FOLDER else arguments.images
    return read_image_table(
        arguments.data,
        arguments.label,
        arguments.clean_label,
        images=column,
        image_size=arguments.image_size,
        verbose=int(sys.stderr.isatty()),
        **said,
    )


def is_of_images(table):
    """Whether samples are images of files."""
    return getattr(table, "files", None) is not None
