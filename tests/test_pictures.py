"""Images of odd kinds become arrays of what their owners see in them."""

import numpy as np
import pytest
from helpers import small
from numpy.testing import assert_array_equal

from sknoisy._engine.intake import put_together
from sknoisy._pictures import open_image
from sknoisy.datasets import Samples, read_image_folder

Image = pytest.importorskip("PIL.Image", reason="makes the pictures")

RAMP = np.linspace(0, 65_535, 64).reshape(8, 8).astype(np.uint16)
BYTES = (RAMP / 257).astype(np.uint8)  # the same in eight bits


def saved(tmp_path, image, name="a.png", **options):
    image.save(tmp_path / name, **options)
    return tmp_path / name


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bits_keep_their_shades(name, tmp_path):
    # Pillow's own convert() makes white of all that is above 255
    path = saved(tmp_path, Image.fromarray(RAMP), name)
    assert_array_equal(open_image(path, "L"), BYTES)
    assert_array_equal(open_image(path)[..., 2], BYTES)
    assert_array_equal(open_image(path, "F"), RAMP.astype(np.float32))
    assert_array_equal(open_image(path, "I"), RAMP)


def test_a_scale_from_zero_to_one_is_kept(tmp_path):
    path = saved(tmp_path, Image.fromarray((RAMP / 65_535).astype(np.float32)), "a.tif")
    assert_array_equal(open_image(path, "L"), BYTES)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_images_are_upright(orientation, tmp_path):
    pixels = np.zeros((8, 16, 3), dtype=np.uint8)
    pixels[:4, :8] = 200
    image = Image.fromarray(pixels)
    exif = image.getexif()
    exif[0x0112] = orientation
    path = saved(tmp_path, image, exif=exif)
    turns = {1: 0, 3: 2, 6: 3, 8: 1}[orientation]  # quarters, to the left
    assert_array_equal(open_image(path), np.rot90(pixels, turns))


def test_a_palette_is_looked_up(tmp_path):
    pixels = np.zeros((4, 4, 3), dtype=np.uint8)
    pixels[:2] = (250, 20, 90)
    image = Image.fromarray(pixels).convert("P", palette=Image.Palette.ADAPTIVE)
    assert_array_equal(open_image(saved(tmp_path, image)), pixels)
    batch = put_together(Samples([image] * 2), np.arange(2))
    assert_array_equal(batch.numpy(), [pixels] * 2)
    clear = saved(tmp_path, image, transparency=bytes(256))  # no warning of Pillow's
    assert open_image(clear).shape == (4, 4, 3)


@pytest.mark.parametrize(
    ("mode", "shape", "dtype"),
    [
        *[(mode, (8, 8, 3), "uint8") for mode in ("RGB", "RGBA", "CMYK", "P", "YCbCr")],
        *[(mode, (8, 8), "uint8") for mode in ("L", "LA", "1")],
        *[("I;16", (8, 8), "uint16"), ("I", (8, 8), "int32"), ("F", (8, 8), "float32")],
    ],
)
def test_images_of_pillow_are_what_can_be_seen(mode, shape, dtype):
    image = Image.fromarray(RAMP if mode.startswith("I") else BYTES)
    image = image if image.mode == mode else image.convert(mode)
    batch = put_together(Samples([image]), np.arange(1)).numpy()
    assert batch.shape == (1, *shape) and batch.dtype == dtype
    grays = RAMP if mode.startswith("I") else BYTES
    if mode == "1":
        assert set(np.unique(batch)) == {0, 255}
    elif mode != "P":  # whose colors are few
        seen = batch[0] if batch.ndim == 3 else batch[0, ..., 1]
        assert np.abs(seen - grays.astype(float)).max() <= 2


def test_networks_learn_from_sixteen_bits(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(40):
        label = "ab"[number % 2]
        (tmp_path / label).mkdir(exist_ok=True)
        noise = rng.integers(0, 9000, (8, 8)) + 20_000 + 9000 * (label == "b")
        saved(
            tmp_path / label, Image.fromarray(noise.astype(np.uint16)), f"{number}.png"
        )
    found = read_image_folder(tmp_path, mode="L")
    clf = small(max_epochs=20, batch_size=8).fit(found.data, found.target)
    assert clf.score(found.data, found.target) > 0.9
