"""How images and rows of a table are made ready for a page."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from review_helpers import decode

from sknoisy._thumbnails import as_image, brightness_range, png, shrink
from sknoisy.cleaning._columns import columns_of

# ---------------------------------------------------------------- images


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    channels=st.sampled_from([1, 3, 4]),
    smooth=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_others_read_the_same_pixels(height, width, channels, smooth, seed):
    rng = np.random.default_rng(seed)
    shape = (height, width, channels)
    image = rng.integers(0, 256, shape)
    if smooth:  # so that every filter is chosen somewhere
        image = (np.cumsum(rng.integers(0, 9, shape), axis=seed % 2) + image[:1]) % 256
    image = image.astype(np.uint8)
    expected = image[:, :, 0] if channels == 1 else image
    assert_array_equal(decode(png(image)), expected)


@pytest.mark.parametrize(
    "shape, size", [((7, 5, 3), 3), ((4, 9, 1), 4), ((2, 2, 1), 5)]
)
def test_large_images_are_averaged_in_blocks(shape, size):
    image = np.random.default_rng(0).integers(0, 256, shape)
    block = int(np.ceil(max(shape[:2]) / size))
    expected = np.array(
        [
            [
                image[i : i + block, j : j + block].mean(axis=(0, 1))
                for j in range(0, shape[1], block)
            ]
            for i in range(0, shape[0], block)
        ]
    )
    np.testing.assert_allclose(shrink(image, size), expected)
    assert max(shrink(image, size).shape[:2]) <= size


def test_channels_may_come_first_or_last():
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    assert_array_equal(as_image(image, (0, 255), 99), image)
    assert_array_equal(as_image(image.transpose(2, 0, 1), (0, 255), 99), image)


@pytest.mark.parametrize(
    "arrays, expected",
    [
        ([np.array([3, 7], dtype=np.uint8)], (0, 255)),
        ([np.array([0.2, 0.4])], (0, 1)),
        ([np.array([True, False])], (0, 1)),
        ([np.array([0.0, 16.0]), np.array([20.0])], (0, 20)),
        ([np.array([-2.0, np.nan, np.inf, 3.0])], (-2, 3)),
        ([np.array([np.nan])], (0, 1)),
        ([], (0, 255)),
    ],
)
def test_the_range_of_brightness_is_how_images_are_stored(arrays, expected):
    assert brightness_range(arrays) == expected


def test_what_is_no_number_or_beyond_the_range_is_black_or_white():
    image = as_image([[np.nan, -5.0, 0.5, 9.0]], (0, 1), 9)
    assert image.ravel().tolist() == [0, 0, 128, 255]
    assert as_image([[7.0]], (7, 7), 9).item() == 0


# ---------------------------------------------------------------- tables


def cells_of(X, codes, n_classes=2):
    names = [str(name) for name in getattr(X, "columns", range(X.shape[1]))]
    rows = np.arange(len(codes))
    return list(columns_of(X, names, rows, np.asarray(codes), n_classes))


def test_positions_are_quantiles_counted_the_slow_way():
    rng = np.random.default_rng(0)
    values = rng.integers(0, 8, 40).astype(float)
    codes = rng.integers(0, 2, 40)
    [(column, (_, extras, unusual))] = cells_of(values[:, None], codes, n_classes=3)

    def position(value):
        below = sum(other < value for other in values)
        equal = sum(other == value for other in values)
        return 100 * (below + equal / 2) / 40

    typical = [position(np.median(values[codes == code])) for code in (0, 1)]
    assert [e["at"] for e in extras] == [round(position(v)) for v in values]
    assert column.describe()["typical"] == [*map(round, typical), None]
    expected = [
        abs(position(v) - typical[c]) / 100 for v, c in zip(values, codes, strict=True)
    ]
    np.testing.assert_allclose(unusual, expected)


def test_words_come_with_their_share():
    frame = pd.DataFrame({"a": ["x", "y", "x", None], "b": [True, True, True, False]})
    (_, (texts, extras, unusual)), (_, (bools, _, _)) = cells_of(frame, [0, 1, 0, 1])
    assert texts == ["x", "y", "x", ""]
    assert [e["share"] for e in extras] == [50, 25, 50, 25]
    np.testing.assert_allclose(unusual, [0.5, 0.75, 0.5, 0.75])
    assert bools == ["True", "True", "True", "False"]


def test_every_kind_of_column_can_be_shown():
    frame = pd.DataFrame(
        {
            "float": [1.5, np.nan, 123456789.0],
            "int": [1, 2, 30000],
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "day": pd.to_datetime(["2020-01-01", None, "2021-05-06"]),
            "category": pd.Categorical(["u", "v", None]),
            "list": [[1, 2], [3], []],
        }
    )
    texts = {c.name: cells[0] for c, cells in cells_of(frame, [0, 1, 1])}
    assert texts == {
        "float": ["1.5", "", "1.23457e+08"],
        "int": ["1", "2", "30000"],
        "nullable": ["1", "", "3"],
        "day": ["2020-01-01", "", "2021-05-06"],
        "category": ["u", "v", ""],
        "list": ["[1, 2]", "[3]", "[]"],
    }
