"""Images as small as a judge wants them: headers first, then pixels, file by file."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sknoisy._pictures import of_eight_bits

__all__ = ["ImageFacts", "read_pixels"]

GRAY = ("1", "L", "LA", "I", "F")  # what names of gray modes begin with
UPRIGHT = range(1, 5)  # orientations, by cameras, that leave height and width as is
ORIENTATION = 0x0112


@dataclass
class ImageFacts:
    """What is known of image files besides their pixels.

    Parameters
    ----------
    names : list of str
        Paths as people know them, of the images that could be read.

    sizes : list of (int, int)
        Their heights and widths.

    modes : list of str
        What a pixel is in each, by Pillow's names.

    unreadable : dict of str to str
        Files that could not be read, and why.

    loose : list of str
        Images in no folder of a class.

    nested : list of str
        Images in a folder of a class, and there in one that is named as another class.

    empty : list of str
        Folders of a class without an image.
    """

    names: list[str] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    modes: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)
    nested: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)


def read_pixels(
    paths: Sequence[Path], names: Sequence[str], side: int, *, watch: Any = iter
) -> tuple[np.ndarray, np.ndarray, ImageFacts]:
    """Return small images, which files they are of, and what is known of these.

    Parameters
    ----------
    paths : list of Path

    names : list of str
        What to call them.

    side : int
        The largest height and width. Images of one shape keep it, of several become
        squares.

    watch : callable, default=iter
        Called with places of files; what it gives is gone through, as by a bar.

    Returns
    -------
    pixels : ndarray of uint8 of shape (n_read, height, width[, 3])
        Gray, if all are.

    places : ndarray of int of shape (n_read,)
        Which of `paths` could be read.

    facts : ImageFacts
    """
    headers, unreadable = _headers(paths, names)
    if not headers:
        empty = np.empty((0, side, side), dtype=np.uint8)
        return empty, np.empty(0, dtype=int), ImageFacts(unreadable=unreadable)
    shape = shape_for([size for size, _ in headers.values()], side)
    gray = all(mode.startswith(GRAY) for _, mode in headers.values())
    pixels = np.empty((len(headers), *shape, *(() if gray else (3,))), dtype=np.uint8)
    places: list[int] = []
    for place in watch(list(headers)):
        try:
            pixels[len(places)] = _small(paths[place], shape, gray)
            places.append(place)
        except Exception as error:  # Pillow's readers raise whatever comes to them
            unreadable[names[place]] = _why(error)
    facts = ImageFacts(
        names=[names[place] for place in places],
        sizes=[headers[place][0] for place in places],
        modes=[headers[place][1] for place in places],
        unreadable=unreadable,
    )
    return pixels[: len(places)], np.array(places, dtype=int), facts


def shape_for(sizes: Iterable[tuple[int, int]], side: int) -> tuple[int, int]:
    """Return the (height, width) that images of these sizes are brought to."""
    shapes = Counter(sizes)
    if len(shapes) > 1:
        most = max(max(size) for size in shapes)
        return (min(side, most),) * 2
    ((height, width),) = shapes
    factor = min(1.0, side / max(height, width))
    return max(1, round(factor * height)), max(1, round(factor * width))


def _headers(paths, names):
    """Return the size and mode of each image that tells them, and why others don't."""
    from PIL import Image

    headers, unreadable = {}, {}
    for place, path in enumerate(paths):
        try:
            with Image.open(path) as image:
                width, height = image.size
                turned = image.getexif().get(ORIENTATION, 1) not in UPRIGHT
                size = (width, height) if turned else (height, width)
                headers[place] = size, image.mode
        except Exception as error:
            unreadable[names[place]] = _why(error)
    return headers, unreadable


def _small(path, shape, gray):
    """Return the image of a file in a shape, as uint8."""
    from PIL import Image, ImageOps

    height, width = shape
    with Image.open(path) as opened:
        longest = 2 * max(shape)  # of a JPEG, less has to be read then
        opened.draft("L" if gray else "RGB", (longest, longest))
        image = ImageOps.exif_transpose(opened)
        if image.mode.startswith(("I", "F")):
            image = of_eight_bits(image)
        image = image.convert("L" if gray else "RGB")
        return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))


def _why(error):
    """Return in a few words why a file can't be read."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "a folder"
    if type(error).__name__ == "UnidentifiedImageError":
        return "no image"
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 80 else f"{text[:79]}…"
