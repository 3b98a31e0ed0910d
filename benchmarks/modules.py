"""Networks that people bring, in every family of methods, on data of every kind.

The first table tells in which of 10 × 10 × 3 cells something is refused or goes wrong:
ten kinds of modules, ten families of methods, the same images as an array, a data set
of torch's and files. A cell is wrong if its accuracy on clean labels is more than ten
points below that of the plain module in the same family and below that of the same
module trained plainly (what is frozen can't learn more), or if it doesn't say what the
array's cell says. The second table tells what two networks make of a backbone that is
frozen, beside a single one. Decoupling is as it was published there: it learns from the
few samples that both networks predict differently, and from the mean over them.
Differences are of the same seed; in brackets, their standard errors.
"""

import copy
import tempfile
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from _common import (
    Rows,
    check_names,
    make_parser,
    markdown_table,
    run_missing,
    software,
    some_of,
    use_one_thread,
    write_text,
)
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from skorch.callbacks import Callback
from torch import nn
from torch.nn import functional as F
from torch.utils.data import Dataset

import sknoisy
from sknoisy.noise import SymmetricNoise

N_TRAIN, N_TEST, RATE = 400, 400, 0.2
KEYS = ["module", "family", "input", "seed"]
VALUES = ["accuracy", "refused"]
FROZEN_KEYS = ["family", "seed"]
FROZEN_VALUES = ["single", "first", "second", "disagree"]
FAR = 0.1  # from the plain module: what is worse than that is wrong
ALIKE = 1e-3  # probabilities, whatever X is
SEEDS = range(30)  # of the second table; its design was chosen on 100 to 109


class Net(nn.Module):
    """A backbone of two convolutions and a head, for images with channels last."""

    def __init__(self, n_out=2):
        super().__init__()
        self.backbone = nn.Sequential(
            *(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU()),
            *(nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten()),
        )
        self.head = nn.Linear(256, n_out)

    def features(self, images):
        """Return what the head sees."""
        return self.backbone(images.movedim(3, 1) / 255 - 0.3)

    def forward(self, images):
        """Return logits."""
        return self.head(self.features(images))


class Softmax(Net):
    """A module that ends with a softmax, as tutorials have it."""

    def forward(self, images):
        """Return probabilities."""
        return super().forward(images).softmax(dim=1)


class OneLogit(Net):
    """A module for two classes with one number for both."""

    def __init__(self):
        super().__init__(1)

    def forward(self, images):
        """Return the logit of the second class."""
        return super().forward(images).squeeze(1)


class Auxiliary(Net):
    """A module with a second head, which speaks in training only."""

    def __init__(self):
        super().__init__()
        self.second = nn.Linear(256, 2)

    def forward(self, images):
        """Return logits, or those of both heads."""
        features = self.features(images)
        main = self.head(features)
        return (main, self.second(features)) if self.training else main


class OfALibrary(Net):
    """A module whose output is an object with logits inside."""

    def forward(self, images):
        """Return an object."""
        return SimpleNamespace(loss=None, logits=super().forward(images))


class HalfPrecision(Net):
    """A module that computes in bfloat16 inside."""

    def forward(self, images):
        """Return logits in bfloat16."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return super().forward(images)


class Lazy(Net):
    """A module that finds its width as it is called first."""

    def __init__(self):
        super().__init__()
        self.head = nn.LazyLinear(2)


def seeded(make):
    """Return an instance with the same weights every time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return make()


def pretrained(frozen=False):
    """Return a network with a trained backbone and a new head."""
    net = seeded(Net)
    net.backbone = copy.deepcopy(trained_backbone())
    return net.requires_grad_(True) if not frozen else freeze(net)


def freeze(net):
    """Freeze the backbone of a network."""
    net.backbone.requires_grad_(False)
    return net


MODULES = {
    "class": lambda: Net,
    "instance": lambda: seeded(Net),
    "lazy": lambda: Lazy,
    "pretrained, new head": pretrained,
    "frozen backbone": lambda: pretrained(frozen=True),
    "softmax": lambda: Softmax,
    "one logit": lambda: OneLogit,
    "second head in training": lambda: Auxiliary,
    "object with .logits": lambda: OfALibrary,
    "bfloat16 inside": lambda: HalfPrecision,
}
FAMILIES = {
    "plain": lambda: sknoisy.NoisyLabelClassifier(),
    "mixup": lambda: sknoisy.NoisyLabelClassifier(mixup=1.0),
    "elr": lambda: sknoisy.NoisyLabelClassifier(method="elr"),
    "elr+": lambda: sknoisy.NoisyLabelClassifier(method="elr+"),
    "sop": lambda: sknoisy.NoisyLabelClassifier(method="sop"),
    "peer": lambda: sknoisy.NoisyLabelClassifier(method="peer"),
    "co-teaching": lambda: sknoisy.CoTeachingClassifier(),
    "DivideMix": lambda: sknoisy.DivideMixClassifier(),
    "mutual learning": lambda: sknoisy.MutualLearningClassifier(),
    "transition": lambda: sknoisy.TransitionCorrectedClassifier(cv=2),
}
TWO_NETWORKS = {
    "co-teaching": lambda: sknoisy.CoTeachingClassifier(),
    "co-teaching+": lambda: sknoisy.NoisyLabelClassifier(method="co_teaching_plus"),
    "JoCoR": lambda: sknoisy.NoisyLabelClassifier(method="jocor"),
    "decoupling": lambda: sknoisy.NoisyLabelClassifier(method="decoupling"),
    "asymmetric co-teaching": lambda: sknoisy.AsymmetricCoTeachingClassifier(),
    "elr+": lambda: sknoisy.NoisyLabelClassifier(method="elr+"),
    "DivideMix": lambda: sknoisy.DivideMixClassifier(),
    "mutual learning": lambda: sknoisy.MutualLearningClassifier(),
}
INPUTS = ("array", "data set", "files")


class Pairs(Dataset):
    """Images with their labels, as torch's loaders take them."""

    def __init__(self, images, labels):
        self.images, self.labels = torch.from_numpy(images), labels

    def __len__(self):
        return len(self.images)

    def __getitem__(self, place):
        return self.images[place], self.labels[place]


class Data:
    """Digits as small pictures, the larger ones of which are the second class."""

    def __init__(self, seed, n_train, n_test):
        X, y = load_digits(return_X_y=True)
        images = np.repeat(15 * X.reshape(-1, 8, 8, 1), 3, axis=3).astype(np.uint8)
        y = (y >= 5).astype(int)
        parts = train_test_split(
            *(images, y), train_size=n_train, test_size=n_test, random_state=seed
        )
        self.X, self.X_test, y, self.y_test = parts
        self.y = SymmetricNoise(RATE, random_state=seed).fit_corrupt(y)

    def as_input(self, kind, folder):
        """Return the training and the test images as X of some kind."""
        if kind == "array":
            return self.X, self.X_test
        if kind == "data set":
            return Pairs(self.X, self.y), Pairs(self.X_test, self.y_test)
        return _files(self.X, folder / "train"), _files(self.X_test, folder / "test")


def _files(images, folder):
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{i:05}.png" for i in range(len(images))]
    for path, image in zip(paths, images, strict=True):
        if not path.exists():
            Image.fromarray(image).save(path)
    return paths


_backbone: list = []


def trained_backbone():
    """Return a backbone that has learned ten digits from 500 of the pictures."""
    if not _backbone:
        X, y = load_digits(return_X_y=True)
        images = torch.from_numpy(np.repeat(15 * X.reshape(-1, 8, 8, 1), 3, axis=3))
        images, labels = images.float()[-500:], torch.from_numpy(y)[-500:]
        net = seeded(lambda: Net(10))
        optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
        for _ in range(40):
            optimizer.zero_grad()
            F.cross_entropy(net(images), labels).backward()
            optimizer.step()
        _backbone.append(net.eval().backbone)
    return _backbone[0]


def fitted(make, module, X, y, seed, epochs, **options):
    """Return a classifier of some family, fitted."""
    options = {"max_epochs": epochs, "batch_size": 64, "random_state": seed} | options
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make().set_params(module=module, **options).fit(X, y)


def run_cell(data, said, folder, epochs, module, family, input, seed):  # noqa: A002
    """Return how good one cell is, or the sentence by which it is refused."""
    train, test = data.as_input(input, folder)
    try:
        clf = fitted(FAMILIES[family], MODULES[module](), train, data.y, seed, epochs)
        proba = clf.predict_proba(test)
    except Exception as error:  # whatever it is, it is what this table shows
        text = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        return {"accuracy": "", "refused": text[:200]}
    expected = said.setdefault((module, family, seed), proba)
    far = np.abs(proba - expected).max()
    accuracy = (proba.argmax(axis=1) == data.y_test).mean()
    differs = f"differs from the array by {far:.4f}" if far > ALIKE else ""
    return {"accuracy": round(float(accuracy), 4), "refused": differs}


class FirstEpoch(Callback):
    """Remembers where two networks disagreed after the first epoch."""

    def __init__(self, X):
        self.X = torch.from_numpy(X).float()
        self.disagree = None

    def on_epoch_end(self, net, **kwargs):
        """Ask both networks."""
        if len(net.history) > 1:
            return
        with torch.inference_mode():
            net.module_.eval()
            said = net.module_(self.X).argmax(dim=2)
        self.disagree = float((said[:, 0] != said[:, 1]).double().mean())


def run_frozen(epochs, quick, family, seed):
    """Return how good both networks are on a frozen backbone, beside a single one."""
    data = Data(seed, *((60, 40) if quick else (N_TRAIN, N_TEST)))
    net, watch = pretrained(frozen=True), FirstEpoch(data.X_test)
    given = (data.X, data.y, seed, epochs)
    single = fitted(sknoisy.NoisyLabelClassifier, net, *given)
    both = fitted(TWO_NETWORKS[family], net, *given, callbacks=[watch])
    single = single.score(data.X_test, data.y_test)
    scores = [
        both.set_params(predict_with=i).score(data.X_test, data.y_test) for i in (0, 1)
    ]
    rest = {"first": scores[0], "second": scores[1], "disagree": watch.disagree}
    return {"single": single, **rest}


def verdicts(rows):
    """Return the cells that are refused, and those that are wrong in silence."""
    refused, wrong = [], []
    for row in rows.rows:
        where = {k: row[k] for k in KEYS}
        plain = rows.select(**where | {"module": "class"})
        if row["family"] != "plain":
            plain += rows.select(**where | {"family": "plain"})
        if row["refused"] and not row["accuracy"]:
            refused.append(row)
        elif row["refused"] or _is_far(row, plain):
            wrong.append(row)
    return refused, wrong


def _is_far(row, plain):
    known = [float(one["accuracy"]) for one in plain if one["accuracy"]]
    return bool(known) and float(row["accuracy"]) < min(known) - FAR


def table(rows):
    """Return the first table, and what it doesn't say, as Markdown."""
    lines = []
    for module in MODULES:
        line = [module]
        for family in FAMILIES:
            cells = rows.select(module=module, family=family)
            scores = [float(c["accuracy"]) for c in cells if c["accuracy"]]
            text = "refused" if cells else "—"
            text = f"{100 * np.mean(scores):.0f}" if scores else text
            line.append(text + ("*" if any(c["refused"] for c in cells) else ""))
        lines.append(line)
    refused, wrong = verdicts(rows)
    text = markdown_table(["module", *FAMILIES], lines)
    text += f"\n\n{len(rows.rows)} cells, {len(refused)} refused, {len(wrong)} wrong.\n"
    for row in [*refused, *wrong]:
        where = ", ".join(row[name] for name in KEYS[:3])
        text += f"- {where}: {row['refused'] or row['accuracy']}\n"
    return text.rstrip()


def frozen_table(rows):
    """Return the second table as Markdown."""
    lines = []
    for family in TWO_NETWORKS:
        found = rows.select(family=family)
        values = np.array([[float(r[v]) for v in FROZEN_VALUES] for r in found])
        if len(values):
            mean, sd = 100 * values.mean(axis=0), 100 * values.std(axis=0)
            cells = [f"{m:.1f} ± {s:.1f}" for m, s in zip(mean, sd, strict=True)]
            gain = 100 * (values[:, 1:3] - values[:, :1])
            gains = [f"{m:+.1f}" for m in gain.mean(axis=0)]
            if len(gain) > 1:
                errors = gain.std(axis=0, ddof=1) / np.sqrt(len(gain))
                pairs = zip(gains, errors, strict=True)
                gains = [f"{mean} ({error:.1f})" for mean, error in pairs]
            lines.append([family, *cells, *gains, f"{gain.min():.1f}"])
    head = ["family", "single network", "first", "second", "disagree after epoch 1"]
    head += ["first − single", "second − single", "lowest"]
    return markdown_table(head, lines)


def main(arguments=None):
    """Run what is missing, and write the tables."""
    parser = make_parser(__doc__)
    parser.add_argument("--modules", nargs="+", help=some_of(MODULES))
    parser.add_argument("--families", nargs="+", help=some_of(FAMILIES))
    parser.add_argument("--epochs", type=int, default=8)
    options = parser.parse_args(arguments)
    use_one_thread()
    size = (60, 40) if options.quick else (N_TRAIN, N_TEST)
    epochs = 2 if options.quick else options.epochs
    modules = check_names(options.modules, MODULES, "modules")
    families = check_names(options.families, FAMILIES, "families")
    rows = Rows(options.out / "modules.csv", keys=KEYS, values=VALUES)
    jobs = [
        {"module": module, "family": family, "input": kind, "seed": 0}
        for module in modules
        for family in families
        for kind in INPUTS
    ]
    data, said = Data(0, *size), {}
    with tempfile.TemporaryDirectory() as folder:
        fixed = (data, said, Path(folder), epochs)
        run_missing(jobs, rows, lambda **job: run_cell(*fixed, **job))
    frozen = Rows(
        options.out / "modules_frozen.csv", keys=FROZEN_KEYS, values=FROZEN_VALUES
    )
    seeds = SEEDS[:1] if options.quick else SEEDS
    jobs = [{"family": name, "seed": seed} for name in TWO_NETWORKS for seed in seeds]
    run_missing(jobs, frozen, lambda **job: run_frozen(epochs, options.quick, **job))
    about = software("sknoisy", "torch", "skorch")
    write_text(options.out / "modules.md", table(rows), frozen_table(frozen), about)


if __name__ == "__main__":
    main()
