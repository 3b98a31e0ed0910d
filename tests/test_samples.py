"""What X may be besides an array: data sets, files, images, several inputs, tokens."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sample_helpers import (
    KINDS,
    HuggingFace,
    N,
    Pairs,
    Texts,
    TwoInputs,
    mapped,
    net,
    paths_in_order,
)
from sklearn.model_selection import (
    GridSearchCV,
    train_test_split,
)
from skorch.helper import SliceDict
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from sknoisy.datasets import Columns, Samples, read_image_folder

# --- kinds of X ---


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_x_trains_what_an_array_trains(kind, gray_images, gray_folder):
    X, y = gray_images
    made = KINDS[kind](X, y, gray_folder)
    if kind == "folder":  # in the order of its paths
        order = np.argsort(y, kind="stable")
        X, y = X[order], y[order]
    options = {"module__feature_mean": 90.0, "module__feature_scale": 60.0}
    options |= {"lr": 1e-3}
    expected = net(**options).fit(X, y)
    clf = net(**options).fit(made, y)
    assert_allclose(clf.predict_proba(X), expected.predict_proba(X), atol=1e-5)
    assert_allclose(clf.predict_proba(made), expected.predict_proba(X), atol=1e-5)
    assert clf.net_.input_shape == (12, 12)


def test_paths_are_opened_as_colors(gray_images, gray_folder):
    X, y = gray_images
    paths = paths_in_order(gray_folder, y)
    clf = net().fit(paths, y)
    assert clf.net_.input_shape == (12, 12, 3)
    assert clf.score(list(map(str, paths)), y) > 0.9
    assert clf.score(np.array(paths, dtype=object), y) > 0.9


def test_columns_of_a_frame_may_be_paths(gray_images, gray_folder):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {"path": map(str, paths_in_order(gray_folder, gray_images[1]))}
    )
    clf = net().fit(frame["path"], gray_images[1])
    assert clf.predict(frame["path"]).shape == (N,)


@pytest.mark.parametrize("kind", ["data set", "subset", "hugging face"])
def test_labels_may_be_inside(kind, gray_images, gray_folder):
    X, y = gray_images
    made = KINDS[kind](X, y, gray_folder)
    clf = net().fit(made)
    assert_array_equal(clf.classes_, ["a", "b"])
    assert clf.score(made, y) > 0.9
    assert_array_equal(clf.predict(Samples(made)[:3]), clf.predict(made)[:3])


def test_labels_that_a_data_set_knows_need_no_look_at_samples(gray_images):
    X, y = gray_images
    data = Pairs(X, y)
    data.targets = y.tolist()
    samples = Samples(data)
    assert_array_equal(samples.labels(), y)
    assert_array_equal(samples[[3, 1]].labels(), y[[3, 1]])
    assert data.n_read == 0
    data.target_transform = str.upper  # what it holds isn't what it gives
    assert_array_equal(samples.labels(), y)
    assert data.n_read > 0


def test_without_labels_anywhere_fit_says_so(gray_images):
    with pytest.raises(ValueError, match="Samples of X hold no label.*Or pass y"):
        net().fit(Samples(list(gray_images[0])))
    with pytest.raises(ValueError, match="requires y to be passed"):
        net().fit(gray_images[0])


# --- several inputs, tokens, sizes ---


@pytest.mark.parametrize(
    "make",
    [
        lambda image, age: {"image": image, "age": age},
        lambda image, age: SliceDict(image=image, age=age),
        lambda image, age: (image, age),
        lambda image, age: Columns({"age": age, "image": image}),
        lambda image, age: TensorDataset(*map(torch.tensor, (image, age))),
        lambda image, age: [{"image": i, "age": a} for i, a in zip(image, age)],  # noqa: B905
        lambda image, age: HuggingFace({"age": age, "image": image}),
    ],
)
def test_several_inputs_go_by_name_or_by_place(make, gray_images):
    X, y = gray_images
    made = make(X, np.ones((N, 1), np.float32))
    clf = net(module=TwoInputs, lr=0.03, max_epochs=20).fit(made, y)
    assert clf.score(made, y) > 0.9
    search = GridSearchCV(net(module=TwoInputs), {"lr": [0.01]}, cv=2)
    if not isinstance(made, dict | tuple) or hasattr(made, "shape"):
        search.fit(made, y)
    clf.set_params(method="co_teaching", max_epochs=2).fit(made, y)
    assert clf.kept_.shape == (N,) or clf.kept_.shape == (N, 2)


def test_a_tuple_is_one_argument_to_a_network_that_takes_one(gray_images):
    class One(TwoInputs):
        def forward(self, both):
            return super().forward(*both)

    made = (gray_images[0], np.ones((N, 1), np.float32))
    assert net(module=One).fit(made, gray_images[1]).predict(made).shape == (N,)


@pytest.mark.parametrize("kind", ["array", "int32", "data set", "list", "network last"])
def test_tokens_stay_integers(kind):
    rng = np.random.default_rng(0)
    tokens = rng.integers(0, 50, (N, 6))
    y = (tokens < 25).sum(axis=1) > 3
    module = Texts
    if kind == "int32":
        X = tokens.astype(np.int32)
    elif kind == "data set":
        X = TensorDataset(torch.from_numpy(tokens), torch.from_numpy(y))
    elif kind == "list":
        X = tokens.tolist()
    else:
        X = tokens
    if kind == "network last":  # which shows only as it is run

        class Hidden(Texts):
            def forward(self, tokens):
                return self.head(self.table()[tokens].mean(1))

            def table(self):
                return self.words.weight

        module = Hidden
    clf = net(module=module, max_epochs=20, lr=0.05).fit(X, y)
    assert clf.score(X, y) > 0.9
    assert clf.net_.intake.keeps_integers


def test_whole_numbers_of_a_table_are_numbers():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 9, (N, 5))
    y = X[:, 0] > 4
    clf = net(module=nn.Linear(5, 2)).fit(X, y)
    same = net(module=clf.module).fit(X.astype(np.float32), y)
    assert_array_equal(clf.predict_proba(X), same.predict_proba(X))


def padded(samples):
    """Pad sequences, and keep how long they are, as people's own functions do."""
    first, *others = (
        zip(*samples, strict=True) if isinstance(samples[0], tuple) else [samples]
    )
    lengths = torch.tensor([len(one) for one in first])
    rows = nn.utils.rnn.pad_sequence([torch.as_tensor(o) for o in first], True)
    return ((rows, lengths), *others) if others else (rows, lengths)


class Lengths(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(2, 2)

    def forward(self, rows, lengths):
        mean = rows.sum(1) / lengths
        return self.head(torch.stack([mean, lengths.float()], dim=1))


@pytest.mark.parametrize("labeled", [False, True])
def test_samples_of_different_size_are_put_together_by_the_user(labeled):
    rng = np.random.default_rng(0)
    y = np.arange(N) % 2
    X = [rng.normal(2 * label, 1, rng.integers(3, 9)).astype(np.float32) for label in y]
    X = [(x, label) for x, label in zip(X, y, strict=True)] if labeled else X
    clf = net(module=Lengths, iterator_train__collate_fn=padded, max_epochs=20)
    assert clf.fit(X, y).score(X, y) > 0.9
    _, second = train_test_split(X, test_size=0.5, random_state=0)
    assert clf.predict(second).shape == (N // 2,)
    with pytest.raises(ValueError, match=r"differ in shape.*collate_fn"):
        net(module=Lengths).fit(X, y)


# --- memory and pixels ---


def test_pixels_stay_uint8_until_the_batch(gray_images):
    X, y = gray_images
    clf = net()
    data = clf._check_data(X, y)
    assert data.X.dtype == np.uint8
    assert np.shares_memory(data.X, X)
    expected = net().fit(X.astype(np.float32), y).predict_proba(X)
    assert_array_equal(clf.fit(X, y).predict_proba(X), expected)


def test_a_memory_map_is_not_copied(gray_images, gray_folder):
    X = mapped(gray_images[0].astype(np.float32), gray_folder)
    data = net()._check_data(X, gray_images[1])
    assert np.shares_memory(data.dataset.X, X)


def test_channels_first_is_refused_where_nobody_named_a_network():
    X = np.zeros((N, 3, 12, 12), np.uint8)
    with pytest.raises(ValueError, match=r"channels come last.*moveaxis\(X, 1, -1\)"):
        net().fit(X, np.arange(N) % 2)
    assert net(max_epochs=1).fit(np.moveaxis(X, 1, -1), np.arange(N) % 2)


# --- what is refused ---


class Stream(IterableDataset):
    def __iter__(self):
        return iter([])


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (Stream(), "is a Stream, whose samples have no places"),
        (DataLoader([1, 2]), "is a DataLoader.*dataset that a DataLoader was made of"),
        ({"a": np.ones((2, 3)), "b": np.ones((3, 1))}, "different lengths"),
        ({}, "holds no array"),
        ({"a": "text"}, "'text', which isn't one value a sample"),
        (["no/such/file.png"] * 4, "names the file 'no/such/file.png'"),
        ([{"text": "a b"}] * 4, "hold texts, such as"),
    ],
)
def test_what_cannot_be_samples_is_refused_in_a_sentence(X, message):
    with pytest.raises((TypeError, ValueError, FileNotFoundError), match=message):
        net().fit(X, [0, 1, 0, 1])


def test_a_sample_that_is_not_finite_is_named(gray_images):
    X = gray_images[0].astype(np.float32)
    X[7, 3, 3] = np.nan
    with pytest.raises(ValueError, match="Sample 7 of X holds NaN or infinity"):
        net().fit(Pairs(X, gray_images[1]), gray_images[1])


def test_samples_of_another_shape_than_those_of_fit_are_refused(gray_images):
    X, y = gray_images
    clf = net().fit(Pairs(X, y), y)
    with pytest.raises(ValueError, match=r"shape \(6, 6\), but .* \(12, 12\)"):
        clf.predict(Pairs(X[:, ::2, ::2], y))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        clf.fit(Pairs(X, y), y[:-1])


def test_several_inputs_need_a_network_of_the_users(gray_images):
    with pytest.raises(ValueError, match="pass a module"):
        net().fit({"a": gray_images[0], "b": gray_images[0]}, gray_images[1])


def test_an_image_that_is_none_is_named(tmp_path, gray_images):
    path = tmp_path / "broken.png"
    path.write_text("nothing")
    with pytest.raises(ValueError, match=r"broken\.png', which is no image"):
        net().fit([path] * 4, [0, 1, 0, 1])


# --- samples by themselves, and folders ---


def test_samples_are_indexed_as_sequences_are():
    samples = Samples(list(range(10)), transform=lambda x: x * 10)
    assert len(samples) == 10 and samples.shape == (10,)
    assert samples[3] == 30 and samples[-1] == 90
    assert list(samples[2:4]) == [20, 30]
    assert list(samples[[5, 1]][::-1]) == [10, 50]
    assert list(samples[np.arange(10) > 7]) == [80, 90]
    assert list(samples[[]]) == []
    with pytest.raises(IndexError, match="no sample 10 among 10"):
        samples[10]
    with pytest.raises(IndexError, match="mask of 3"):
        samples[[True, False, True]]


def test_a_folder_is_read_one_class_a_folder(gray_images, gray_folder):
    found = read_image_folder(gray_folder)
    assert found.target_names == ["a", "b"]
    assert_array_equal(found.target, np.sort(gray_images[1]))
    assert found.data[0].shape == (12, 12, 3)
    assert read_image_folder(gray_folder, mode="L", size=(6, 8)).data[0].shape == (6, 8)
    doubled = read_image_folder(gray_folder, transform=lambda x: x * 0)
    assert doubled.data[0].max() == 0


def test_a_table_may_name_the_images(gray_folder, tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text("path,animal\na/00.png,cat\nb/01.png,dog\n")
    found = read_image_folder(gray_folder, labels=table)
    assert found.target.tolist() == ["cat", "dog"]
    assert found.paths == [gray_folder / "a" / "00.png", gray_folder / "b" / "01.png"]


def test_folders_without_images_are_refused(gray_folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="is no folder"):
        read_image_folder(tmp_path / "none")
    with pytest.raises(ValueError, match="holds no image"):
        read_image_folder(tmp_path)
    with pytest.raises(ValueError, match=r"in no folder of a class, such as '00\.png'"):
        read_image_folder(gray_folder / "a")
    table = tmp_path / "labels.csv"
    table.write_text("path,animal\nnone.png,cat\n")
    with pytest.raises(FileNotFoundError, match="names 1 files that aren't there"):
        read_image_folder(gray_folder, labels=table)
    table.write_text("path\nnone.png\n")
    with pytest.raises(ValueError, match=r"a head and two columns.*\['path'\]"):
        read_image_folder(gray_folder, labels=table)
