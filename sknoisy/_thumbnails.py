"""Arrays as PNG images that stand in a page by themselves."""

import base64
import struct
import zlib

import numpy as np

__all__ = ["as_image", "brightness_range", "png", "shrink", "to_data_uri"]

COLOR_TYPES = {1: 0, 3: 2, 4: 6}  # channels: grey, RGB, RGBA in the PNG standard


def to_data_uri(content, mime="image/png"):
    """Return bytes as an address that holds them whole."""
    return f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}"


def as_image(array, value_range, size):
    """Return an array as uint8 of shape (h, w, channels), no side above `size`.

    Parameters
    ----------
    array : array-like of shape (h, w), (h, w, channels) or (channels, h, w)
        With one, three (RGB) or four (RGBA) channels.

    value_range : tuple of (float, float)
        The values shown black and white; what lies beyond is clipped.

    size : int
        Largest height and width. Larger images are averaged in blocks.
    """
    pixels = shrink(_channels_last(np.asarray(array)), size)
    low, high = value_range
    unit = (np.nan_to_num(pixels.astype(np.float64)) - low) / ((high - low) or 1)
    return np.rint(255 * np.clip(unit, 0, 1)).astype(np.uint8)


def brightness_range(arrays):
    """Return the values to show black and white, from how images are mostly stored.

    0 to 255 for uint8, 0 to 1 where no value is beyond; else from the lowest value to
    the highest of all `arrays`.
    """
    if all(np.asarray(array).dtype == np.uint8 for array in arrays):
        return 0.0, 255.0
    finite = [a[np.isfinite(a)] for a in map(_as_floats, arrays)]
    low = min((a.min() for a in finite if a.size), default=0.0)
    high = max((a.max() for a in finite if a.size), default=1.0)
    return (0.0, 1.0) if low >= 0 and high <= 1 else (float(low), float(high))


def shrink(pixels, size):
    """Return an image averaged in square blocks until no side is above `size`."""
    block = -(-max(pixels.shape[:2]) // size)
    if block <= 1:
        return pixels
    mean = pixels.astype(np.float64)
    for axis in (0, 1):
        starts = np.arange(0, pixels.shape[axis], block)
        counts = np.diff(np.append(starts, pixels.shape[axis]))
        sums = np.add.reduceat(mean, starts, axis=axis)
        mean = sums / np.expand_dims(counts, tuple(a for a in range(3) if a != axis))
    return mean


def png(image):
    """Return a uint8 image of shape (h, w, channels) as the bytes of a PNG file."""
    height, width, channels = image.shape
    header = struct.pack(">IIBBBBB", width, height, 8, COLOR_TYPES[channels], 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(_filtered(image), level=6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name, content):
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def _filtered(image):
    """Return the scan lines, each as whichever of three differences is smallest."""
    plain = image.astype(np.int16)
    left = np.diff(plain, axis=1, prepend=np.zeros_like(plain[:, :1]))
    above = np.diff(plain, axis=0, prepend=np.zeros_like(plain[:1]))
    # PNG's filters 0, 1 and 2; differences are stored modulo 256
    lines = np.stack([plain, left, above]).astype(np.uint8)
    lines = lines.reshape(3, len(image), -1)
    cost = np.abs(lines.view(np.int8).astype(np.int32)).sum(axis=2)
    best = cost.argmin(axis=0)
    chosen = lines[best, np.arange(len(image))]
    return np.column_stack([best.astype(np.uint8), chosen]).tobytes()


def _channels_last(array):
    if array.ndim == 2:
        return array[:, :, None]
    if array.ndim == 3 and array.shape[2] in COLOR_TYPES:
        return array
    if array.ndim == 3 and array.shape[0] in COLOR_TYPES:
        return array.transpose(1, 2, 0)
    raise ValueError(
        f"An image of X has shape {array.shape}; expected (h, w), or with 1, 3 or 4"
        " channels (h, w, channels) or (channels, h, w)."
    )


def _as_floats(array):
    return np.asarray(array).astype(np.float64)
