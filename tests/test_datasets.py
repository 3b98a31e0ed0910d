import os
import re
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.utils import Bunch

from sknoisy import datasets
from sknoisy.datasets import _read
from sknoisy.datasets._sources import (
    CIFAR10N,
    FASHION_MNIST,
    HAUSA,
    KEEL,
    LABEL_ERRORS,
    LABELME,
)

FETCHERS = {
    "fashion_mnist": (FASHION_MNIST, datasets.fetch_fashion_mnist, ()),
    "cifar10n": (CIFAR10N, datasets.fetch_cifar10n_features, ()),
    "labelme": (LABELME, datasets.fetch_labelme_votes, ()),
    "hausa": (HAUSA, datasets.fetch_hausa_topics, ()),
    **{
        f"errors_{name}": (source, datasets.fetch_label_errors, (name,))
        for name, source in LABEL_ERRORS.items()
    },
    **{
        f"keel_{name}": (source, datasets.fetch_keel, (name,))
        for name, source in KEEL.items()
    },
}
every_data_set = pytest.mark.parametrize("key", sorted(FETCHERS))


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def unreachable(**kwargs):
        raise URLError("no route to host")

    monkeypatch.setattr(_read, "fetch_openml", unreachable)
    monkeypatch.delenv("SKNOISY_DATA", raising=False)


def small_arrays(source):
    """Return arrays of the right shapes, each letter standing for its own size."""
    letters = [size for shape in source.shapes.values() for size in shape]
    letters = sorted({size for size in letters if isinstance(size, str)})
    sizes = {letter: 3 + position for position, letter in enumerate(letters)}
    arrays = {
        name: np.ones([sizes.get(size, size) for size in shape], dtype=np.uint8)
        for name, shape in source.shapes.items()
    }
    if "issue_vote_names" in arrays:
        n_votes = len(arrays["issue_vote_names"])
        arrays["issue_vote_names"] = np.array(["given", *"abcdefgh"])[:n_votes]
    return arrays


def write(folder, source, **changes):
    """Write the file of `source`; an array changed to None is left out."""
    arrays = {**small_arrays(source), **changes}
    arrays = {name: array for name, array in arrays.items() if array is not None}
    np.savez(folder / source.file, **arrays)


@every_data_set
def test_a_file_in_data_home_is_read(key, tmp_path):
    source, fetch, args = FETCHERS[key]
    write(tmp_path, source)
    data = fetch(*args, data_home=tmp_path)
    assert set(data) >= {*source.shapes, "DESCR"}
    for name, array in small_arrays(source).items():
        assert_array_equal(data[name], array)


def test_the_environment_variable_names_the_folder(tmp_path, monkeypatch):
    write(tmp_path, LABELME)
    monkeypatch.setenv("SKNOISY_DATA", str(tmp_path))
    assert datasets.fetch_labelme_votes().votes.shape[1] == 59


def test_data_home_goes_before_the_environment_variable(tmp_path, monkeypatch):
    write(tmp_path, LABELME)
    monkeypatch.setenv("SKNOISY_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="elsewhere"):
        datasets.fetch_labelme_votes(data_home=tmp_path / "elsewhere")


def test_a_tilde_stands_for_the_home_folder(tmp_path, monkeypatch):
    write(tmp_path, HAUSA)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "text_train" in datasets.fetch_hausa_topics(data_home="~")


@every_data_set
def test_without_file_and_network_the_error_names_both_places_and_the_remedy(
    key, tmp_path
):
    source, fetch, args = FETCHERS[key]
    with pytest.raises(FileNotFoundError) as info:
        fetch(*args, data_home=tmp_path)
    text = str(info.value)
    assert str(tmp_path / source.file) in text
    assert "OpenML" in text
    assert ("no route to host" in text) == (source.openml is not None)
    assert "name that folder in data_home or in SKNOISY_DATA" in text


def test_without_any_folder_the_error_says_that_none_was_named():
    with pytest.raises(
        FileNotFoundError, match="neither data_home nor .* SKNOISY_DATA"
    ):
        datasets.fetch_labelme_votes()


@every_data_set
def test_a_file_that_lacks_an_array_is_told_from_ours(key, tmp_path):
    source, fetch, args = FETCHERS[key]
    name = sorted(source.shapes)[0]
    write(tmp_path, source, **{name: None})
    with pytest.raises(ValueError, match=rf"lacks the arrays \['{name}'\]; it holds"):
        fetch(*args, data_home=tmp_path)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"X_train": np.ones((3, 784))}, "X_train has shape (3, 784), expected (n, 28"),
        ({"y_train": np.ones(5)}, "y_train has shape (5,), expected (4)"),
        ({"y_test": np.ones((3, 1))}, "y_test has shape (3, 1), expected (3)"),
        (
            {"X_test": np.ones((3, 28, 29))},
            "X_test has shape (3, 28, 29), expected (3,",
        ),
    ],
)
def test_a_file_with_arrays_of_other_shapes_is_told_from_ours(wrong, message, tmp_path):
    write(tmp_path, FASHION_MNIST, **wrong)
    with pytest.raises(ValueError, match=re.escape(message)):
        datasets.fetch_fashion_mnist(data_home=tmp_path)


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"PK\x03\x04half"])
def test_a_file_that_is_no_npz_is_named(content, tmp_path):
    (tmp_path / LABELME.file).write_bytes(content)
    with pytest.raises(ValueError, match=rf"{LABELME.file} is not an .npz file"):
        datasets.fetch_labelme_votes(data_home=tmp_path)


def test_pickled_arrays_are_never_loaded(tmp_path):
    votes = np.array([{"a": 1}], dtype=object)
    write(tmp_path, LABELME, votes=votes)
    with pytest.raises(ValueError, match=r"can't be read as plain arrays: Object"):
        datasets.fetch_labelme_votes(data_home=tmp_path)


@pytest.mark.parametrize(
    ("fetch", "names"),
    [(datasets.fetch_keel, KEEL), (datasets.fetch_label_errors, LABEL_ERRORS)],
)
def test_an_unknown_name_gets_the_known_ones(fetch, names):
    wrong = sorted(names)[0] + "s"
    with pytest.raises(ValueError, match=re.escape(f"is not one of {sorted(names)}")):
        fetch(wrong)


def test_labels_and_votes_don_t_wrap_round(tmp_path):
    n = len(small_arrays(LABELME)["votes"])
    write(tmp_path, LABELME, votes=np.full((n, 59), -128, dtype=np.int8))
    data = datasets.fetch_labelme_votes(data_home=tmp_path)
    assert (data.y_train_true - 2).max() == -1
    assert (data.votes - 1).max() == -129


def test_images_stay_bytes_and_half_precision_becomes_single(tmp_path):
    write(tmp_path, FASHION_MNIST)
    assert datasets.fetch_fashion_mnist(data_home=tmp_path).X_train.dtype == np.uint8
    n = len(small_arrays(CIFAR10N)["X_train"])
    write(tmp_path, CIFAR10N, X_train=np.ones((n, 128), dtype=np.float16))
    data = datasets.fetch_cifar10n_features(data_home=tmp_path)
    assert data.X_train.dtype == np.float32


@pytest.mark.parametrize("key", ["fashion_mnist", "keel_letter"])
def test_return_X_y_gives_the_pair_that_is_trained_on(key, tmp_path):
    source, fetch, args = FETCHERS[key]
    write(tmp_path, source)
    data = fetch(*args, data_home=tmp_path)
    X, y = fetch(*args, data_home=tmp_path, return_X_y=True)
    assert_array_equal(X, data.get("X", data.get("X_train")))
    assert_array_equal(y, data.get("y", data.get("y_train")))


def test_fewer_than_three_votes_for_the_given_label_make_an_error(tmp_path):
    source = LABEL_ERRORS["20news"]
    issues = {
        "issue_id": np.arange(3),
        "issue_votes": np.array([[5, 0], [2, 3], [3, 2]]),
        "issue_vote_names": np.array(["guessed", "given"]),
        "issue_given": np.zeros(3, dtype=int),
        "issue_guessed": np.ones(3, dtype=int),
    }
    write(tmp_path, source, **issues)
    data = datasets.fetch_label_errors("20news", data_home=tmp_path)
    assert_array_equal(data.issue_is_error, [True, False, True])


def openml_returns(monkeypatch, **table):
    calls = []

    def fetch_openml(**kwargs):
        calls.append(kwargs)
        return Bunch(**table)

    monkeypatch.setattr(_read, "fetch_openml", fetch_openml)
    return calls


def test_openml_s_fashion_mnist_is_cut_after_sixty_thousand_rows(monkeypatch, tmp_path):
    data = np.zeros(
        (60_003, 784), dtype=np.uint8
    )  # as much as is needed to see the cut
    data[60_000, 28] = 200
    target = np.array(["7"] * 60_000 + ["9"] * 3, dtype=object)
    calls = openml_returns(monkeypatch, data=data, target=target)
    fetched = datasets.fetch_fashion_mnist(data_home=tmp_path)
    assert calls[0]["data_id"] == 40996
    assert calls[0]["data_home"] == tmp_path  # where scikit-learn keeps its copy
    assert fetched.X_train.shape == (60_000, 28, 28)
    assert fetched.X_test[0, 1, 0] == 200
    assert_array_equal(fetched.y_test, [9, 9, 9])
    assert fetched.classes[fetched.y_test[0]] == "Ankle boot"


@pytest.mark.parametrize("parser", ["pandas", "liac-arff"])
def test_openml_s_tables_get_codes_and_lose_rows_with_missing_values(
    parser, monkeypatch
):
    n_features = KEEL["mushroom"].shapes["X"][1]
    columns = [f"column{i}" for i in range(n_features)]
    if parser == "pandas":  # which gives strings; the other one gives codes
        values = np.array([["x"], ["b"], [np.nan], ["b"]], dtype=object)
        table = np.repeat(values, n_features, axis=1)
    else:
        values = np.array([[1.0], [0.0], [np.nan], [0.0]])
        table = np.repeat(values, n_features, axis=1)
    found = object() if parser == "pandas" else None
    monkeypatch.setattr(_read, "find_spec", lambda name: found)
    calls = openml_returns(
        monkeypatch,
        data=table,
        target=np.array(["p", "e", "e", "p"], dtype=object),
        feature_names=columns,
        categories={name: ["b", "x"] for name in columns},
    )
    data = datasets.fetch_keel("mushroom")
    assert calls[0]["parser"] == parser
    assert data.X.dtype == np.float32
    assert_array_equal(data.X[:, 0], [1, 0, 0])
    assert_array_equal(data.y, [1, 0, 1])
    assert_array_equal(data.classes, ["e", "p"])
    assert_array_equal(data.categorical, np.arange(n_features))


def test_openml_s_numbers_stay_numbers(monkeypatch):
    values = np.arange(48, dtype=np.float64).reshape(3, 16)
    openml_returns(
        monkeypatch,
        data=values,
        target=np.array(["B", "A", "C"], dtype=object),
        feature_names=[f"column{i}" for i in range(16)],
        categories={},
    )
    data = datasets.fetch_keel("letter")
    assert_array_equal(data.X, values)
    assert_array_equal(data.y, [1, 0, 2])
    assert data.categorical.size == 0


def test_openml_s_copy_is_checked_like_a_file(monkeypatch):
    openml_returns(
        monkeypatch,
        data=np.ones((3, 5)),
        target=np.array(["B", "A", "C"], dtype=object),
        feature_names=list("abcde"),
        categories={},
    )
    with pytest.raises(ValueError, match="OpenML's data set 6: X has shape"):
        datasets.fetch_keel("letter")


real_folder = os.environ.get("SKNOISY_DATA")


@pytest.mark.skipif(not real_folder, reason="SKNOISY_DATA names no folder")
@every_data_set
def test_the_real_file_is_what_its_docstring_says(key):
    source, fetch, args = FETCHERS[key]
    if not (Path(real_folder) / source.file).is_file():
        pytest.skip(f"{source.file} is not in SKNOISY_DATA")
    data = fetch(*args, data_home=real_folder)
    shapes = {name: data[name].shape for name in source.shapes}
    told = re.findall(r"``(\w+)`` of\s+shape \(([\d, ]+)\)", fetch.__doc__)
    for name, shape in told:
        if name in shapes:
            assert shapes[name] == tuple(int(n) for n in shape.split(",") if n.strip())


@pytest.mark.skipif(not real_folder, reason="SKNOISY_DATA names no folder")
def test_real_labels_are_as_wrong_as_the_docstrings_say():
    cifar = datasets.fetch_cifar10n_features(data_home=real_folder)
    wrong = {
        kind: np.mean(cifar[f"human_{kind}"] != cifar.y_train_true)
        for kind in ("aggre", "worse", "random1", "random2", "random3")
    }
    expected = {"aggre": 0.09, "worse": 0.4, "random1": 0.17}
    expected |= {"random2": 0.18, "random3": 0.18}
    assert wrong == pytest.approx(expected, abs=0.01)
    hausa = datasets.fetch_hausa_topics(data_home=real_folder)
    assert np.mean(hausa.y_train_noisy != hausa.y_train_true) == pytest.approx(
        0.5, abs=0.01
    )
    errors = {
        name: datasets.fetch_label_errors(name, data_home=real_folder).issue_is_error
        for name in LABEL_ERRORS
    }
    assert {name: e.sum() for name, e in errors.items()} == {"mnist": 15, "20news": 82}
