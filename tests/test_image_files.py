"""Image files become small in a page; what can't be read is taken as it is."""

import base64
import io
import sys

import numpy as np
import pytest

from sknoisy.cleaning import review_page
from sknoisy.cleaning._image_files import read_image

Image = pytest.importorskip("PIL.Image")


@pytest.fixture
def save(tmp_path):
    """Return a function that writes an image of one size and mode to a file."""

    def write(name, size=(400, 300), mode="RGB", **options):
        pixels = np.random.RandomState(0).randint(256, size=(*size[::-1], 4))
        image = Image.fromarray(pixels.astype(np.uint8))
        image.convert(mode).save(tmp_path / name, **options)
        return tmp_path / name

    return write


def content_of(address):
    """Return the type of an image in a page, and the image."""
    head, _, text = address.partition(";base64,")
    return head.removeprefix("data:"), base64.b64decode(text)


def opened(address):
    return Image.open(io.BytesIO(content_of(address)[1]))


@pytest.mark.parametrize(
    ("name", "mode", "kind"),
    [
        ("a.png", "RGB", "jpeg"),
        ("a.png", "RGBA", "png"),
        ("a.png", "P", "png"),
        ("a.jpg", "RGB", "jpeg"),
        ("a.jpg", "L", "jpeg"),
        ("a.gif", "P", "png"),
        ("a.webp", "RGB", "jpeg"),
        ("a.tif", "RGB", "jpeg"),
    ],
)
def test_a_large_image_is_made_small(name, mode, kind, save):
    address = read_image(save(name, mode=mode), 100)
    assert content_of(address)[0] == f"image/{kind}"
    assert opened(address).size == (100, 75)


def test_a_small_image_stays_to_the_last_byte(save):
    path = save("a.png", (30, 20))
    assert content_of(read_image(path, 100)) == ("image/png", path.read_bytes())


def test_what_no_browser_shows_is_turned_into_what_they_do(save):
    address = read_image(save("a.tif", (30, 20)), 100)
    assert content_of(address)[0] == "image/jpeg"
    assert opened(address).size == (30, 20)


def test_an_image_that_a_camera_turned_stands_upright(save):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    assert opened(read_image(save("a.jpg", exif=exif), 100)).size == (75, 100)


def test_damaged_drawn_and_deep_images_are_taken_as_they_are(save, tmp_path):
    whole = save("a.png").read_bytes()
    deep = tmp_path / "deep.png"
    Image.fromarray(np.full((300, 400), 60_000, dtype=np.uint16)).save(deep)
    files = {
        "cut.png": whole[:200],
        "empty.png": b"",
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "deep.png": deep.read_bytes(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        assert content_of(read_image(tmp_path / name, 100))[1] == content


def test_without_pillow_files_are_taken_whole_and_large_ones_warn(save, monkeypatch):
    small, large = save("a.png"), save("b.png", (900, 900))
    assert large.stat().st_size > 1_000_000
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert content_of(read_image(small, 100))[1] == small.read_bytes()
    with pytest.warns(UserWarning, match="b.png goes into the page with all its . MB"):
        read_image(large, 100)


def test_a_page_of_photographs_is_small(save, tmp_path):
    paths = [str(save(f"{i}.png", (1200, 800))) for i in range(3)]
    page = tmp_path / "page.html"
    review_page(paths, [0, 1, 1], [0.1, 0.2, 0.3], page, kind="image_files")
    assert page.stat().st_size < 200_000
    large = review_page(
        paths, [0, 1, 1], [0.1, 0.2, 0.3], page, kind="image_files", image_size=600
    )
    assert large.stat().st_size > 200_000
    with pytest.raises(ValueError, match="image_size"):
        review_page(
            paths, [0, 1, 1], [0.1, 0.2, 0.3], page, kind="image_files", image_size=0
        )
