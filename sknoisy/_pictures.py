"""Images of files and of Pillow's as arrays, as their owners see them."""

import numpy as np

__all__ = ["of_eight_bits", "open_image", "pixels_of"]

DEEP = ("I", "F")  # what names of modes with more than eight bits begin with
PLAIN = ("L", "RGB")  # modes whose numbers are brightness


def open_image(path, mode="RGB", size=None):
    """Return the image of a file as an array (height, width[, channels]) of uint8.

    Upright, where a camera has noted how it was held. With the mode "I" or "F" the
    numbers are those of the file, of more than eight bits.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            ImageOps.exif_transpose(image, in_place=True)
            image = _in_mode(image, mode)
            return np.array(image if size is None else image.resize(size[::-1]))
    except FileNotFoundError:
        raise FileNotFoundError(
            f"X names the file {str(path)!r}: there is none."
        ) from None
    except UnidentifiedImageError:
        raise ValueError(
            f"X names the file {str(path)!r}, which is no image."
        ) from None
    except OSError as error:
        raise ValueError(f"The image {str(path)!r} can't be read: {error}") from None


def pixels_of(image):
    """Return an image of Pillow's as an array of what can be seen in it.

    Gray and RGB stay as they are, and so do the numbers of images of more than eight
    bits; an array of a palette's would hold places in it, others ink or opacity.
    """
    if image.mode not in PLAIN and not image.mode.startswith(DEEP):
        gray = image.mode in ("1", "LA", "La")
        image = _in_mode(image, "L" if gray else "RGB")
    return np.array(image)  # a copy, as an image's own pixels can't be written to


def of_eight_bits(image):
    """Return an image of more than eight bits with as many, where Pillow would cut."""
    from PIL import Image

    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    if image.mode.startswith("I"):
        scale = 255 / 65_535
    else:  # as such numbers are mostly kept: from 0 to 1, or else to 255
        scale = 255.0 if values.max(initial=0.0) <= 1 else 1.0
    return Image.fromarray(np.clip(scale * values, 0, 255).astype(np.uint8))


def _in_mode(image, mode):
    if image.mode.startswith(DEEP) and not mode.startswith(DEEP):
        image = of_eight_bits(image)
    if image.mode == "P" and "transparency" in image.info:  # as Pillow wants it
        image = image.convert("RGBA")
    return image.convert(mode)
