"""Samples of every kind that X may be, and networks for some of them."""

import numpy as np
import torch
from helpers import small
from skorch.helper import SliceDataset
from torch import nn
from torch.utils.data import Dataset, Subset, TensorDataset

from sknoisy.datasets import Samples, read_image_folder

N = 60


def make_images():
    """Return gray images, of which the brighter ones are of class b."""
    rng = np.random.default_rng(0)
    y = np.array(["a", "b"])[np.arange(N) % 2]
    low = np.where(y == "b", 130, 20)[:, None, None]
    return (low + rng.integers(0, 100, (N, 12, 12))).astype(np.uint8), y


def as_images(X):
    from PIL import Image

    return [Image.fromarray(x) for x in X]


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


def paths_in_order(folder, y):
    return [folder / label / f"{i:02}.png" for i, label in enumerate(y)]


def net(**options):
    return small(**{"batch_size": 20, "max_epochs": 4, **options})


KINDS = {
    "data set": lambda X, y, folder: Pairs(X, y),
    "data set of numbers": lambda X, y, folder: TensorDataset(
        torch.from_numpy(X), torch.from_numpy((y == "b").astype(int))
    ),
    "subset": lambda X, y, folder: Subset(Pairs(X, y), range(N)),
    "skorch's slice": lambda X, y, folder: SliceDataset(Pairs(X, y)),
    "samples": lambda X, y, folder: Samples(Pairs(X, y)),
    "list of tensors": lambda X, y, folder: list(torch.from_numpy(X)),
    "list of images": lambda X, y, folder: as_images(X),
    "list of pairs": lambda X, y, folder: [(x, 1) for x in X],
    "hugging face": lambda X, y, folder: HuggingFace(
        {"image": as_images(X), "label": list(y)}
    ),
    "folder": lambda X, y, folder: read_image_folder(folder, mode="L").data,
    "memory map": lambda X, y, folder: mapped(X, folder),
}


def mapped(X, folder):
    path = folder.parent / "X.npy"
    np.save(path, X)
    return np.load(path, mmap_mode="r")


class TwoInputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.image, self.age = nn.Linear(144, 2), nn.Linear(1, 2)

    def forward(self, image, age):
        return self.image(image.flatten(1) / 255) + self.age(age)


class Texts(nn.Module):
    def __init__(self, kind=nn.EmbeddingBag):
        super().__init__()
        self.words, self.head = kind(50, 8), nn.Linear(8, 2)

    def forward(self, tokens):
        assert not tokens.is_floating_point()
        return self.head(self.words(tokens))
