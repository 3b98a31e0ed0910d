"""The commands on folders of images, and on tables of their paths."""

import csv
import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sknoisy._cli import _parse, main
from sknoisy._cli._image_judge import judge_of_images, network_judges
from sknoisy._cli._judged import _seeds_in
from sknoisy._cli._read import read as read_data
from sknoisy.datasets import read_image_folder

pytest.importorskip("PIL.Image")

from image_helpers import digits_as_files  # noqa: E402
from test_corrections import write  # noqa: E402

WRONG = (3, 40, 77)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with digits, three of them in a wrong place, and one broken file."""
    monkeypatch.chdir(tmp_path)
    names, given, true = digits_as_files(tmp_path / "digits", 120, wrong=WRONG)
    (tmp_path / "digits/one/broken.png").write_bytes(b"\x89PNG")
    frame = pd.DataFrame({"image": names, "kind": given, "true": true})
    frame["image"] = "digits/" + frame["image"]
    frame.to_csv("list.csv", index=False)
    return [names[place] for place in WRONG]


def audit(*arguments):
    return main(["audit", *arguments, "--detector", "neighbors"])


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_folder_is_audited_with_all_that_a_table_gets(folder, tmp_path, capsys):
    assert audit("digits") == 0
    out = capsys.readouterr().out
    assert "digits: 120 images, 3 classes; judged in gray, at 8 × 8 pixels" in out
    assert "1 file can't be read as an image: one/broken.png" in out
    names = {path.name for path in (tmp_path / "sknoisy-audit").iterdir()}
    pages = {"report.html", "report.json", "review.html"}
    pictures = {"issues.png", "quality.png", "transition.png", "gallery.png"}
    assert names == {*pages, *pictures, "issues.csv", "transition.csv"}
    assert set(folder) <= {row["id"] for row in read("sknoisy-audit/issues.csv")}
    for page in ("review.html", "report.html"):
        text = (tmp_path / "sknoisy-audit" / page).read_text(encoding="utf-8")
        assert text.count("data:image/png;base64") >= 3
        assert folder[0] in text
    report = json.loads((tmp_path / "sknoisy-audit/report.json").read_text())
    assert any(issue["kind"] == "unreadable_files" for issue in report["data_issues"])
    assert report["worst"][0]["similar"]


def test_a_table_of_paths_is_judged_by_its_images(folder, capsys):
    assert audit("list.csv", "--label", "kind", "--clean-label", "true") == 0
    out = capsys.readouterr().out
    assert "images are those in column 'image'" in out
    assert "by 'true', 2.5% are wrong" in out
    found = {row["id"] for row in read("sknoisy-audit/issues.csv")}
    assert {f"digits/{name}" for name in folder} <= found


def test_a_table_of_paths_is_judged_by_other_columns_if_asked(folder):
    size = np.random.default_rng(0).normal(size=120)
    pd.read_csv("list.csv").assign(size=size).to_csv("more.csv", index=False)
    options = ["more.csv", "--label", "kind", "--images"]
    assert read_data(_parse(["audit", *options, "image"])).X.shape == (120, 8, 8)
    assert list(read_data(_parse(["audit", *options, "none"])).X) == ["size"]


def test_corrections_become_a_table_and_a_plan_and_nothing_moves(
    folder, tmp_path, capsys
):
    data = read_image_folder("digits")
    names = sorted(path.as_posix().removeprefix("digits/") for path in data.paths)
    names.remove("one/broken.png")
    given = [name.split("/")[0] for name in names]
    write("fixes.csv", given, (names.index(folder[0]), "one", "choose"))
    assert main(["apply", "digits", "fixes.csv"]) == 0
    out = capsys.readouterr().out
    assert "1 of 120 labels corrected" in out and "Nothing was moved" in out
    assert (tmp_path / "digits" / folder[0]).is_file()
    table = {row["path"]: row["label"] for row in read("digits-corrected.csv")}
    assert len(table) == 120 and table[folder[0]] == "one"
    to = f"one/{folder[0].split('/')[1]}"
    assert read("digits-moves.csv") == [{"from": folder[0], "to": to}]
    again = read_image_folder("digits", labels="digits-corrected.csv")
    assert (again.target == "one").sum() == (data.target == "one").sum()  # less broken
    assert main(["apply", "list.csv", "fixes.csv", "--plan", "x.csv"]) == 2


def test_no_image_would_be_moved_onto_another(folder, tmp_path):
    from sknoisy._cli._apply_folder import moves

    ids = np.array(["a/1.png", "b/1.png", "c/1.png", "c/deep/1.png"], dtype=object)
    labels = np.array(["b", "b", "b", "b"])
    assert moves(tmp_path, ids, labels, np.array([0, 2, 3])) == [
        ["a/1.png", "b/1-2.png"],
        ["c/1.png", "b/1-3.png"],
        ["c/deep/1.png", "b/deep/1.png"],
    ]


def test_a_table_of_paths_is_corrected_as_any_table(folder):
    old = pd.read_csv("list.csv")
    write("fixes.csv", old["kind"].tolist(), (3, "one", "choose"))
    assert main(["apply", "list.csv", "fixes.csv", "--label", "kind"]) == 0
    new = pd.read_csv("list-corrected.csv")
    assert new["kind"][3] == "one"
    assert old.drop(index=3).equals(new.drop(index=3))


def test_methods_are_compared_on_a_folder(folder, capsys):
    options = ["--folds", "2", "--noise", "symmetric:0.2"]
    assert main(["compare", "digits", "--methods", "forest", *options]) == 0
    assert "digits: 120 images" in capsys.readouterr().out
    assert main(["compare", "digits", "--methods", "forest", "--resume", *options]) == 0
    assert "resumed: 2 of 2 fits" in capsys.readouterr().out


def test_what_takes_long_on_pixels_is_not_compared_unasked(folder):
    from sknoisy._cli._methods import choose_methods, without_slow
    from sknoisy.datasets import read_image_table

    table = read_image_table("digits")
    found = without_slow(choose_methods(None), table, None)
    assert "boosting" not in found and "forest" in found
    assert "boosting is left out" in table.notes[-1]
    named = choose_methods("boosting")
    assert without_slow(named, table, "boosting") == named


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["nothing"], "no such file"),
        (["digits", "--label", "kind"], "label belongs to a file"),
        (["digits", "--separator", ";"], "separator belongs to a file"),
        (["digits", "--image-size", "0"], "--image-size 0: it must be at least 1"),
        (["list.csv", "--label", "kind", "--images", "kind"], "none of 120 images"),
        (["."], "one class only, 'digits'"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(options, message, folder, capsys):
    assert audit(*options) == 2
    err = capsys.readouterr().err
    assert message in err and err.count("\n") == 1


def table_of(make, n=90):
    """Return a table of images of three classes."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, n)
    return SimpleNamespace(X=make(rng, y), y=y, files=())


def test_forests_judge_where_a_network_is_not_clearly_better():
    table = table_of(
        lambda rng, y: rng.integers(0, 9, (90, 8, 8)) + 60 * y[:, None, None]
    )
    assert not network_judges(table)
    assert judge_of_images(table).classifier is None
    assert not network_judges(table_of(lambda rng, y: rng.normal(size=(5, 8, 8)), 5))


def test_a_network_judges_what_forests_cannot_see():
    def bars(rng, y):  # each somewhere else: no pixel by itself tells anything
        images = rng.normal(size=(600, 10, 10)).astype("float32")
        for image, kind in zip(images, y, strict=True):
            row, column = rng.integers(0, 8, 2)
            image[row : row + (5 if kind == 0 else 2), column : column + 2] += 4
            image[row : row + 2, column : column + (5 if kind == 1 else 2)] += 4
        return images

    table = table_of(bars, 600)
    assert network_judges(table)
    detector = judge_of_images(table)
    assert detector.get_params()["classifier__batch_size"] == 128
    assert _seeds_in(detector.get_params()) == [
        "classifier__random_state",
        "random_state",
    ]


@pytest.mark.slow
def test_the_default_judge_is_decided_by_a_seed(folder, tmp_path):
    for out in ("first", "second"):
        assert main(["audit", "digits", "--out", out]) == 0
    assert (tmp_path / "first/issues.csv").read_text() == (
        tmp_path / "second/issues.csv"
    ).read_text()
    assert set(folder) <= {row["id"] for row in read("first/issues.csv")}
