"""What X may be besides an array: data sets, files, images, several inputs, tokens."""

import numpy as np
import pytest
import torch
from helpers import small
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image
from sklearn.base import clone
from sklearn.model_selection import (
    GridSearchCV,
    cross_val_predict,
    train_test_split,
)
from skorch.helper import SliceDataset, SliceDict
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, Subset, TensorDataset

import sknoisy
from sknoisy.classifiers import METHODS
from sknoisy.cleaning import CleanLabelClassifier
from sknoisy.datasets import Columns, Samples, read_image_folder
from sknoisy.detectors import KDN, AreaUnderMargin, ConfidentLearning
from sknoisy.model_selection import BatchedGridSearchCV

N = 60


@pytest.fixture(scope="module")
def images():
    """Gray images, of which the brighter ones are of class b."""
    rng = np.random.default_rng(0)
    y = np.array(["a", "b"])[np.arange(N) % 2]
    low = np.where(y == "b", 130, 20)[:, None, None]
    return (low + rng.integers(0, 100, (N, 12, 12))).astype(np.uint8), y


class Pairs(Dataset):
    """A map-style data set, which counts how often a sample is read."""

    def __init__(self, X, y, transform=None):
        self.X, self.y, self.transform = X, y, transform
        self.n_read = 0

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        self.n_read += 1
        x = torch.from_numpy(self.X[i])
        return (x if self.transform is None else self.transform(x)), self.y[i]


class HuggingFace:
    """A double of a Hugging Face Dataset: columns, rows as dicts, no torch at all."""

    def __init__(self, columns):
        self.columns = columns
        self.column_names = list(columns)
        self.features = dict.fromkeys(columns, "Value")

    def __len__(self):
        return len(next(iter(self.columns.values())))

    def __getitem__(self, key):
        if isinstance(key, str):
            return list(self.columns[key])
        return {name: values[key] for name, values in self.columns.items()}

    def __getitems__(self, keys):
        return [self[key] for key in keys]


@pytest.fixture(scope="module")
def folder(images, tmp_path_factory):
    root = tmp_path_factory.mktemp("images")
    for i, (image, label) in enumerate(zip(*images, strict=True)):
        (root / label).mkdir(exist_ok=True)
        Image.fromarray(image).save(root / label / f"{i:02}.png")
    return root


def paths_in_order(folder, y):
    return [folder / label / f"{i:02}.png" for i, label in enumerate(y)]


def net(**options):
    return small(**{"batch_size": 20, "max_epochs": 4, **options})


# --- kinds of X ---

KINDS = {
    "data set": lambda X, y, folder: Pairs(X, y),
    "data set of numbers": lambda X, y, folder: TensorDataset(
        torch.from_numpy(X), torch.from_numpy((y == "b").astype(int))
    ),
    "subset": lambda X, y, folder: Subset(Pairs(X, y), range(N)),
    "skorch's slice": lambda X, y, folder: SliceDataset(Pairs(X, y)),
    "samples": lambda X, y, folder: Samples(Pairs(X, y)),
    "list of tensors": lambda X, y, folder: list(torch.from_numpy(X)),
    "list of images": lambda X, y, folder: [Image.fromarray(x) for x in X],
    "list of pairs": lambda X, y, folder: [(x, 1) for x in X],
    "hugging face": lambda X, y, folder: HuggingFace(
        {"image": [Image.fromarray(x) for x in X], "label": list(y)}
    ),
    "folder": lambda X, y, folder: read_image_folder(folder, mode="L").data,
    "memory map": lambda X, y, folder: mapped(X, folder),
}


def mapped(X, folder):
    path = folder.parent / "X.npy"
    np.save(path, X)
    return np.load(path, mmap_mode="r")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_x_trains_what_an_array_trains(kind, images, folder):
    X, y = images
    made = KINDS[kind](X, y, folder)
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


def test_paths_are_opened_as_colors(images, folder):
    X, y = images
    paths = paths_in_order(folder, y)
    clf = net().fit(paths, y)
    assert clf.net_.input_shape == (12, 12, 3)
    assert clf.score(list(map(str, paths)), y) > 0.9
    assert clf.score(np.array(paths, dtype=object), y) > 0.9


def test_columns_of_a_frame_may_be_paths(images, folder):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"path": map(str, paths_in_order(folder, images[1]))})
    clf = net().fit(frame["path"], images[1])
    assert clf.predict(frame["path"]).shape == (N,)


@pytest.mark.parametrize("kind", ["data set", "subset", "hugging face"])
def test_labels_may_be_inside(kind, images, folder):
    X, y = images
    made = KINDS[kind](X, y, folder)
    clf = net().fit(made)
    assert_array_equal(clf.classes_, ["a", "b"])
    assert clf.score(made, y) > 0.9
    assert_array_equal(clf.predict(Samples(made)[:3]), clf.predict(made)[:3])


def test_labels_that_a_data_set_knows_need_no_look_at_samples(images):
    X, y = images
    data = Pairs(X, y)
    data.targets = y.tolist()
    samples = Samples(data)
    assert_array_equal(samples.labels(), y)
    assert_array_equal(samples[[3, 1]].labels(), y[[3, 1]])
    assert data.n_read == 0
    data.target_transform = str.upper  # what it holds isn't what it gives
    assert_array_equal(samples.labels(), y)
    assert data.n_read > 0


def test_without_labels_anywhere_fit_says_so(images):
    with pytest.raises(ValueError, match="requires y to be passed"):
        net().fit(Samples(list(images[0])))
    with pytest.raises(ValueError, match="requires y to be passed"):
        net().fit(images[0])


# --- several inputs, tokens, sizes ---


class TwoInputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.image, self.age = nn.Linear(144, 2), nn.Linear(1, 2)

    def forward(self, image, age):
        return self.image(image.flatten(1) / 255) + self.age(age)


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
def test_several_inputs_go_by_name_or_by_place(make, images):
    X, y = images
    made = make(X, np.ones((N, 1), np.float32))
    clf = net(module=TwoInputs, lr=0.03, max_epochs=20).fit(made, y)
    assert clf.score(made, y) > 0.9
    search = GridSearchCV(net(module=TwoInputs), {"lr": [0.01]}, cv=2)
    if not isinstance(made, dict | tuple) or hasattr(made, "shape"):
        search.fit(made, y)
    clf.set_params(method="co_teaching", max_epochs=2).fit(made, y)
    assert clf.kept_.shape == (N,) or clf.kept_.shape == (N, 2)


def test_a_tuple_is_one_argument_to_a_network_that_takes_one(images):
    class One(TwoInputs):
        def forward(self, both):
            return super().forward(*both)

    made = (images[0], np.ones((N, 1), np.float32))
    assert net(module=One).fit(made, images[1]).predict(made).shape == (N,)


class Texts(nn.Module):
    def __init__(self, kind=nn.EmbeddingBag):
        super().__init__()
        self.words, self.head = kind(50, 8), nn.Linear(8, 2)

    def forward(self, tokens):
        assert not tokens.is_floating_point()
        return self.head(self.words(tokens))


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


# --- with the rest of the library, and scikit-learn ---

MORE_KINDS = ("samples", "folder", "skorch's slice", "list of images")


@pytest.mark.parametrize(
    "kind",
    ["data set", *(pytest.param(k, marks=pytest.mark.slow) for k in MORE_KINDS)],
)
def test_splits_and_searches_cut_samples_by_rows(kind, images, folder):
    X, y = images
    made = KINDS[kind](X, y, folder)
    y = np.sort(y) if kind == "folder" else y
    first, second, y_first, y_second = train_test_split(made, y, random_state=0)
    assert net().fit(first, y_first).score(second, y_second) > 0.9
    assert (cross_val_predict(net(), made, y, cv=3) == y).mean() > 0.9
    search = GridSearchCV(net(), {"lr": [1e-7, 2e-2]}, cv=2).fit(made, y)
    assert search.best_params_ == {"lr": 2e-2}
    batched = BatchedGridSearchCV(net(), {"lr": [1e-7, 2e-2]}, cv=2).fit(made, y)
    assert batched.best_params_ == {"lr": 2e-2}


def flipped(y):
    wrong = y.copy()
    wrong[:4] = np.where(y[:4] == "a", "b", "a")
    return wrong


@pytest.mark.parametrize(
    "detector", [ConfidentLearning(net(), cv=2), AreaUnderMargin(net())]
)
def test_detectors_find_wrong_labels_of_samples(detector, images, folder):
    X, y = images
    samples = Samples(Pairs(X, y))
    found = clone(detector).fit(samples, flipped(y))
    assert found.quality_[:4].max() < np.median(found.quality_)
    clean = CleanLabelClassifier(net(), clone(detector)).fit(samples, flipped(y))
    assert clean.score(samples, y) > 0.9


def test_what_compares_rows_of_numbers_says_so(images):
    with pytest.raises(ValueError, match=r"60 samples of a Pairs.*ConfidentLearning\("):
        KDN().fit(Samples(Pairs(*images)), images[1])


# one for each way in which a method uses what it gets
SOME = (
    *("plain", "elr", "elr+", "sop", "co_teaching", "jocor", "divide_mix", "peer"),
    *("mutual_learning", "dynamic_bootstrapping", "forward", "volmin", "truncated_gce"),
)


@pytest.mark.parametrize("method", SOME)
def test_methods_train_on_samples_what_they_train_on_arrays(method, images):
    X, y = images
    y = flipped(y)
    options = {"method": method, "max_epochs": 3, "lr": 1e-3}
    options |= {"module__feature_mean": 90.0, "module__feature_scale": 60.0}
    expected = net(**options).fit(X, y).predict_proba(X)
    assert_allclose(
        net(**options).fit(Pairs(X, y), y).predict_proba(X), expected, atol=1e-4
    )


@pytest.mark.slow
@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_takes_samples(method, images):
    clf = net(method=method, max_epochs=4).fit(Pairs(*images), flipped(images[1]))
    assert clf.predict(Pairs(*images)).shape == (N,)


def test_transitions_are_estimated_on_samples(images):
    X, y = images
    clf = sknoisy.TransitionCorrectedClassifier(max_epochs=4, random_state=0)
    assert clf.fit(Pairs(X, y), flipped(y)).transition_matrix_.shape == (2, 2)
    with pytest.raises(ValueError, match="representation='network'"):
        clf.set_params(transition="hoc").fit(Pairs(X, y), flipped(y))


def test_weights_and_missing_labels_leave_samples_out(images):
    X, y = images
    data = Pairs(X, y)
    weight = np.r_[np.zeros(10), np.ones(N - 10)]
    expected = net().fit(data_without(data, 10), y[10:]).predict_proba(data)
    assert_allclose(net().fit(data, y, weight).predict_proba(data), expected)
    missing = np.r_[[None] * 10, y[10:]]
    clf = net(unlabeled=None).fit(data, missing)
    assert_allclose(clf.predict_proba(data), expected)


def data_without(data, n):
    return Samples(data)[n:]


# --- mixing and drawing ---


def test_tokens_cannot_be_mixed():
    X, y = np.arange(N * 2).reshape(N, 2) % 50, np.arange(N) % 2
    with pytest.raises(TypeError, match="mixup.*integers, such as tokens"):
        net(module=Texts, mixup=1.0).fit(X, y)


def test_several_inputs_are_mixed_alike(images):
    made = {"image": images[0], "age": np.ones((N, 1), np.float32)}
    clf = net(module=TwoInputs, mixup=1.0, lr=0.03, max_epochs=20).fit(made, images[1])
    assert clf.score(made, images[1]) > 0.9


def noisy(x):
    """Return an image with noise from torch's, and from NumPy's generator."""
    return x + torch.randn(x.shape) + float(np.random.rand())


@pytest.mark.slow
def test_neither_order_nor_draws_depend_on_the_number_of_workers(images):
    X, y = images
    data = Pairs(X, y, noisy)

    def module():
        return nn.Sequential(nn.Flatten(), nn.Linear(144, 2))

    def fitted(n):
        clf = net(iterator_train__num_workers=n, module=module, lr=1e-5)
        return clf.fit(data, y).predict_proba(X)

    torch.manual_seed(0)
    expected = fitted(0)
    np.random.seed(3)
    assert_array_equal(fitted(0), expected)
    assert_array_equal(fitted(2), expected)


def test_reading_leaves_the_global_generators_alone(images):
    X, y = images
    torch.manual_seed(0)
    np.random.seed(0)
    before = torch.get_rng_state(), np.random.get_state()[1]
    net().fit(Pairs(X, y, noisy), y)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert_array_equal(np.random.get_state()[1], before[1])


def test_a_sampler_chooses_what_an_epoch_sees(images):
    X, y = images
    clf = net(iterator_train__sampler=np.arange(20)).fit(X, y)
    only = net(batch_size=20, iterator_train__shuffle=False)
    only.set_params(module__feature_mean=1.0, module__feature_scale=1.0)
    clf.set_params(module__feature_mean=1.0, module__feature_scale=1.0).fit(X, y)
    expected = only.fit(X[:20], y[:20]).predict_proba(X)
    assert_allclose(clf.predict_proba(X), expected, atol=1e-5)


# --- memory and pixels ---


def test_pixels_stay_uint8_until_the_batch(images):
    X, y = images
    clf = net()
    data = clf._check_data(X, y)
    assert data.X.dtype == np.uint8
    assert np.shares_memory(data.X, X)
    expected = net().fit(X.astype(np.float32), y).predict_proba(X)
    assert_array_equal(clf.fit(X, y).predict_proba(X), expected)


def test_a_memory_map_is_not_copied(images, folder):
    X = mapped(images[0].astype(np.float32), folder)
    data = net()._check_data(X, images[1])
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


def test_a_sample_that_is_not_finite_is_named(images):
    X = images[0].astype(np.float32)
    X[7, 3, 3] = np.nan
    with pytest.raises(ValueError, match="Sample 7 of X holds NaN or infinity"):
        net().fit(Pairs(X, images[1]), images[1])


def test_samples_of_another_shape_than_those_of_fit_are_refused(images):
    X, y = images
    clf = net().fit(Pairs(X, y), y)
    with pytest.raises(ValueError, match=r"shape \(6, 6\), but .* \(12, 12\)"):
        clf.predict(Pairs(X[:, ::2, ::2], y))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        clf.fit(Pairs(X, y), y[:-1])


def test_several_inputs_need_a_network_of_the_users(images):
    with pytest.raises(ValueError, match="pass a module"):
        net().fit({"a": images[0], "b": images[0]}, images[1])


def test_an_image_that_is_none_is_named(tmp_path, images):
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


def test_a_folder_is_read_one_class_a_folder(images, folder):
    found = read_image_folder(folder)
    assert found.target_names == ["a", "b"]
    assert_array_equal(found.target, np.sort(images[1]))
    assert found.data[0].shape == (12, 12, 3)
    assert read_image_folder(folder, mode="L", size=(6, 8)).data[0].shape == (6, 8)
    doubled = read_image_folder(folder, transform=lambda x: x * 0)
    assert doubled.data[0].max() == 0


def test_a_table_may_name_the_images(folder, tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text("path,animal\na/00.png,cat\nb/01.png,dog\n")
    found = read_image_folder(folder, labels=table)
    assert found.target.tolist() == ["cat", "dog"]
    assert found.paths == [folder / "a" / "00.png", folder / "b" / "01.png"]


def test_folders_without_images_are_refused(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="is no folder"):
        read_image_folder(tmp_path / "none")
    with pytest.raises(ValueError, match="holds no image"):
        read_image_folder(tmp_path)
    with pytest.raises(ValueError, match=r"in no folder of a class, such as '00\.png'"):
        read_image_folder(folder / "a")
    table = tmp_path / "labels.csv"
    table.write_text("path,animal\nnone.png,cat\n")
    with pytest.raises(FileNotFoundError, match="names 1 files that aren't there"):
        read_image_folder(folder, labels=table)
    table.write_text("path\nnone.png\n")
    with pytest.raises(ValueError, match=r"a head and two columns.*\['path'\]"):
        read_image_folder(folder, labels=table)
