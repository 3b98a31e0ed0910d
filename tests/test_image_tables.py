"""Folders and tables of image files become small arrays, and what is odd is told."""

import numpy as np
import pandas as pd
import pytest

from sknoisy.data_issues import find_data_issues
from sknoisy.datasets import read_image_folder, read_image_table
from sknoisy.tables import TableError

Image = pytest.importorskip("PIL.Image")

from image_helpers import digits_as_files, save  # noqa: E402


def flat(value, shape=(6, 8)):
    return np.full(shape, value)


def test_pixels_labels_and_paths_are_those_of_the_folder(tmp_path):
    names, given, _ = digits_as_files(tmp_path / "digits", 60)
    table = read_image_table(tmp_path / "digits")
    assert table.X.shape == (60, 8, 8) and table.X.dtype == np.uint8
    assert table.is_images and table.name == "digits"
    assert table.ids.tolist() == sorted(names)
    assert dict(zip(names, given, strict=True)) == dict(
        zip(table.ids, table.y, strict=True)
    )
    for i in (0, 17, 59):
        with Image.open(table.shown[i]) as image:
            assert np.array_equal(np.asarray(image), table.X[i])
    assert table.describe() == (
        "digits: 60 images, 3 classes; judged in gray, at 8 × 8 pixels"
    )
    assert not find_data_issues(table, checks=["row_order", "image_kinds"])


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ([(80, 60)], (32, 24)),
        ([(60, 80)], (24, 32)),
        ([(10, 20)], (10, 20)),
        ([(80, 60), (60, 80)], (32, 32)),
        ([(9, 5), (5, 5)], (9, 9)),
        ([(640, 1)], (32, 1)),
    ],
)
def test_images_of_one_shape_keep_it_and_others_become_squares(
    shapes, expected, tmp_path
):
    for i, shape in enumerate(shapes * 2):
        save(tmp_path / f"ab{'c' * i}"[:3] / f"{i}.png", flat(7, shape))
        save(tmp_path / "b" / f"{i}.png", flat(9, shape))
    assert read_image_table(tmp_path).X.shape[1:] == expected


def test_modes_are_brought_to_gray_or_to_color(tmp_path):
    save(tmp_path / "a/1.png", flat(200))
    save(tmp_path / "a/2.png", flat(255), mode="1")
    deep = Image.fromarray(np.full((6, 8), 51_400, dtype=np.uint16))
    (tmp_path / "b").mkdir()
    deep.save(tmp_path / "b/1.png")
    Image.fromarray(np.full((6, 8), 0.5, dtype=np.float32)).save(tmp_path / "b/2.tif")
    table = read_image_table(tmp_path)
    assert table.X[:, 0, 0].tolist() == [200, 255, 200, 127]
    save(tmp_path / "b/3.png", flat(9), mode="RGBA")
    assert read_image_table(tmp_path).X.shape == (5, 6, 8, 3)


def test_an_image_that_a_camera_turned_is_judged_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in ("a/1.jpg", "b/1.jpg"):
        (tmp_path / name).parent.mkdir()
        Image.new("RGB", (40, 20)).save(tmp_path / name, exif=exif)
    table = read_image_table(tmp_path)
    assert table.X.shape[1:3] == (32, 16)
    assert table.files.sizes[0] == (40, 20)


@pytest.fixture
def odd(tmp_path):
    """A folder with all that may be odd about files."""
    folder = tmp_path / "photos"
    digits_as_files(folder, 60)
    whole = (folder / "one/0000.png").read_bytes()
    (folder / "one/cut.png").write_bytes(whole[:60])
    (folder / "four/empty.png").write_bytes(b"")
    (folder / "seven/text.jpg").write_text("no image")
    save(folder / "lost.png", flat(1))
    save(folder / "one/four/inner.png", flat(1, (8, 8)))
    (folder / "nine").mkdir()
    (folder / ".hidden").mkdir()
    save(folder / ".hidden/x.png", flat(1))
    (folder / "notes.txt").write_text("hello")
    return folder


def test_what_is_odd_about_files_is_told_and_left_out(odd):
    table = read_image_table(odd)
    report = find_data_issues(table)
    assert len(table.y) == 61
    why = report["unreadable_files"].details["why"]
    assert set(why) == {"one/cut.png", "four/empty.png", "seven/text.jpg"}
    assert why["seven/text.jpg"] == "no image"
    assert "one/cut.png" in report["unreadable_files"].found
    misplaced = report["misplaced_files"]
    assert misplaced.details == {
        "loose": ["lost.png"],
        "nested": ["one/four/inner.png"],
    }
    assert table.ids[misplaced.rows].tolist() == ["one/four/inner.png"]
    assert table.y[misplaced.rows] == "one"
    assert report["empty_classes"].classes == ("nine",)


def test_copies_and_near_copies_are_those_of_what_is_seen(tmp_path):
    names, _, _ = digits_as_files(tmp_path, 120)
    for name in names[:5]:  # another file, of the same pixels
        with Image.open(tmp_path / name) as image:
            image.save((tmp_path / name).with_suffix(".bmp"))
    report = find_data_issues(read_image_table(tmp_path))
    assert len(report["exact_duplicates"].rows) == 10


@pytest.mark.parametrize("tells", [True, False])
def test_sizes_and_modes_are_told_and_whether_they_tell_the_class(tells, tmp_path):
    rng = np.random.default_rng(0)
    for i in range(80):
        shape = (12, 9) if i % 2 else (9, 12)
        label = "ab"[i % 2 if tells else i // 2 % 2]
        save(tmp_path / label / f"{i:02}.png", rng.integers(0, 255, shape))
    issue = find_data_issues(read_image_table(tmp_path))["image_kinds"]
    assert issue.details["kinds"] == {"L, 12 × 9": 40, "L, 9 × 12": 40}
    assert issue.severity == ("warning" if tells else "note")
    assert (issue.details["gain"] > 0.45) == tells


def test_files_that_are_all_of_different_sizes_tell_nothing(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(60):
        save(tmp_path / "abc"[i % 3] / f"{i}.png", rng.integers(0, 255, (5 + i, 9)))
    assert "image_kinds" not in find_data_issues(read_image_table(tmp_path))


# --- tables with a column of paths ---


@pytest.fixture
def listed(tmp_path):
    """A table of images that lie in one folder."""
    names, given, _ = digits_as_files(tmp_path / "all", 60)
    frame = pd.DataFrame({"file": [f"all/{name}" for name in names], "kind": given})
    frame["width"], frame["who"] = range(60), ["ann", "bob"] * 30
    frame.loc[3, "kind"] = None
    frame.to_csv(tmp_path / "list.csv", index=False)
    return tmp_path / "list.csv", frame


def test_a_column_of_paths_is_found_by_itself(listed):
    path, frame = listed
    table = read_image_table(path, "kind")
    there = frame.dropna()
    assert table.X.shape == (59, 8, 8)
    assert table.rows.tolist() == there.index.tolist()
    assert table.y.tolist() == there["kind"].tolist()
    assert table.ids.tolist() == there["file"].tolist()
    told = " ".join(table.notes)
    assert "1 row without a label left out" in told
    assert "images are those in column 'file'; nothing is learned from" in told


def test_other_columns_may_be_named_and_files_may_be_missing(listed):
    path, frame = listed
    frame["small"] = frame["file"]
    frame.loc[7, "file"] = "all/gone.png"
    frame.to_csv(path, index=False)
    with pytest.raises(TableError, match="several columns of paths, file, small"):
        read_image_table(path, "kind")
    table = read_image_table(path, "kind", images="file", group="who")
    assert table.files.unreadable == {"all/gone.png": "there is no such file"}
    assert 7 not in table.rows and len(table.groups) == len(table.y) == 58
    with pytest.raises(TableError, match="no column 'nothing'"):
        read_image_table(path, "kind", images="nothing")


def test_a_table_of_what_apply_writes_is_read_again(listed):
    path, frame = listed
    frame.dropna()[["file", "kind"]].to_csv(path, index=False)
    assert len(read_image_folder(path.parent, labels=path).paths) == 59
    assert read_image_table(path, "kind").X.shape == (59, 8, 8)


# --- what can't be used ---


def test_errors_name_what_is_there_and_what_to_do(tmp_path):
    with pytest.raises(TableError, match="holds no images .* and nothing else"):
        read_image_table(tmp_path)
    (tmp_path / "data.csv").write_text("x,y\n1,2\n")
    with pytest.raises(TableError, match="holds no images .* it holds 'data.csv'"):
        read_image_table(tmp_path)
    save(tmp_path / "1.png", flat(1))
    with pytest.raises(TableError, match="1 image, such as '1.png', but no folder"):
        read_image_table(tmp_path)
    save(tmp_path / "cat/1.png", flat(1))
    with pytest.raises(TableError, match="one class only, 'cat'"):
        read_image_table(tmp_path)
    save(tmp_path / "dog/1.png", flat(1))
    with pytest.raises(TableError, match="is a folder, .* label belongs to a file"):
        read_image_table(tmp_path, "kind")
    with pytest.raises(TableError, match="no column of paths"):
        read_image_table(tmp_path / "data.csv", "y")
    with pytest.raises(TableError, match="there is no such file"):
        read_image_table(tmp_path / "nowhere")


def test_parts_of_a_data_set_are_no_classes(tmp_path):
    for part in ("train", "Test"):
        for label in ("cat", "dog"):
            save(tmp_path / part / label / "1.png", flat(1))
    with pytest.raises(TableError, match="parts of a data set.*Test"):
        read_image_table(tmp_path)
    assert len(read_image_table(tmp_path / "train").y) == 2


def test_images_none_of_which_can_be_read(tmp_path):
    for label in ("cat", "dog"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.png").write_bytes(b"nothing")
    with pytest.raises(TableError, match=r"none of 2 images .* 'cat/1.png' \(no im"):
        read_image_table(tmp_path)
