"""Image files in a page that stands alone: small, where Pillow can make them so."""

import io
import mimetypes
import warnings
from pathlib import Path
from typing import Any

from sknoisy._thumbnails import to_data_uri

__all__ = ["read_image"]

LARGE = 1_000_000  # bytes of one file, from which on somebody will miss Pillow
BROWSERS = {"avif", "bmp", "gif", "jpeg", "png", "svg+xml", "webp"}  # can show these
ALPHA = ("LA", "PA", "RGBA", "P")  # modes with a transparent color, perhaps
DEEP = ("I", "F")  # modes of more than eight bits, which Pillow would cut off


def read_image(path, size):
    """Return the image in a file as an address that holds it, no side above `size`.

    What Pillow can't read, such as drawings (SVG) and damaged files, is taken as it is:
    a browser shows what it can.

    Parameters
    ----------
    path : str or path-like
        Named as an image.

    size : int
        Largest height and width; smaller images are left as they are.
    """
    mime = _mime_of(path)
    content = Path(path).read_bytes()
    is_shown = mime.removeprefix("image/") in BROWSERS
    small = _shrunk(content, path, size, keeps_small=is_shown)
    return to_data_uri(*(small or (content, mime)))


def _mime_of(path):
    if "://" in str(path):
        raise ValueError(
            f"{path} is on the network, which a page that stands alone can't reach:"
            " save the images first, and pass the paths of their files."
        )
    mime = mimetypes.guess_type(path)[0] or ""
    if not mime.startswith("image/"):
        raise ValueError(
            f"{path} isn't named as an image: expected an ending that browsers know,"
            " such as .png, .jpg or .webp."
        )
    return mime


def _shrunk(content, path, size, *, keeps_small):
    """Return a smaller image and its type, or None to take it as it is."""
    try:
        from PIL import Image, ImageOps
    except ImportError:
        _warn_of_size(len(content), path)
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd files; a page shows what it can
            image: Any = Image.open(io.BytesIO(content))
            if image.mode.startswith(DEEP) or max(image.size) <= size and keeps_small:
                return None
            image.draft("RGB", (size, size))  # JPEG is read at a fraction of its size
            image = ImageOps.exif_transpose(image)
            kind = "PNG" if image.mode in ALPHA else "JPEG"
            image = image.convert("RGBA" if image.mode in ALPHA else "RGB")
            image.thumbnail((size, size))
    except Exception:  # whatever strange file there is, other samples want to be shown
        return None
    small = io.BytesIO()
    image.save(small, kind, quality=85)
    return small.getvalue(), f"image/{kind.lower()}"


def _warn_of_size(n_bytes, path):
    if n_bytes > LARGE:
        warnings.warn(
            f"{path} goes into the page with all its {n_bytes / 1e6:.0f} MB, since"
            " Pillow, by which it would be small, is missing: pip install pillow.",
            UserWarning,
            stacklevel=6,
        )
