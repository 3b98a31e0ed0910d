"""Where correction by a transition matrix pays, and where a schedule is enough.

Fashion-MNIST, networks of its scale, the last epoch: three classes under two noises
that leave half and 40 % of the labels right, and ten classes under "Sparse, High",
where five true classes are no longer the most frequent label of their kind. Every
method is told nothing but the noisy labels, with its defaults; lines that were given
the true matrix or clean labels say so. Rows are written as they come: a run that was
stopped goes on where it was.
"""

import itertools
from typing import NamedTuple

import numpy as np
from _common import (
    Rows,
    check_names,
    cpu_seconds,
    make_parser,
    markdown_table,
    mean_and_deviation,
    run_missing,
    software,
    some_of,
    use_one_thread,
    write_text,
)
from torch import nn
from transition_matrices import T05, T06

from sknoisy import NoisyLabelClassifier, TransitionCorrectedClassifier
from sknoisy.datasets import fetch_fashion_mnist
from sknoisy.losses import LOSSES
from sknoisy.metrics import transition_error
from sknoisy.modules import ChannelsFirst, Dropout, LeNet5, Standardize
from sknoisy.noise import MNIST_SPARSE_PAIRS, ClassConditionalNoise, sparse_transition

SPARSE_HIGH = sparse_transition(10, MNIST_SPARSE_PAIRS, rates=(0.7, 0.2))
NOISES = {"T0.5": T05, "T0.6": T06, "Sparse, High": SPARSE_HIGH}
KEYS = ["noise", "network", "train_size", "pool", "seed", "method"]
VALUES = ["accuracy", "log_loss", "transition_error", "epochs", "cpu_seconds"]


class AlexNetStyle(nn.Sequential):
    """Four convolutions, of which two follow each other, and dropout of one half."""

    def __init__(self, input_shape, n_classes, feature_mean=None, feature_scale=None):
        side = -(-input_shape[0] // 8)
        super().__init__(
            Standardize(feature_mean, feature_scale),
            ChannelsFirst(),
            nn.Conv2d(1, 24, 5, padding=2),
            nn.MaxPool2d(2, ceil_mode=True),
            nn.ReLU(),
            nn.Conv2d(24, 48, 3, padding=1),
            nn.MaxPool2d(2, ceil_mode=True),
            nn.ReLU(),
            nn.Conv2d(48, 64, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(64, 48, 3, padding=1),
            nn.MaxPool2d(2, ceil_mode=True),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(48 * side**2, 128),
            nn.ReLU(),
            Dropout(0.5),
            nn.Linear(128, n_classes),
        )


NETWORKS = {"lenet": LeNet5, "alexnet": AlexNetStyle}


# --- methods: (network, true matrix) -> estimator ---


def plain(loss, **parameters):
    """Return a method that trains one loss on the given labels."""
    what = {"loss" if loss in LOSSES else "method": loss}
    return lambda module, matrix: NoisyLabelClassifier(module, **what, **parameters)


def corrected(**parameters):
    """Return a method that corrects by a matrix that it estimates."""
    return lambda module, matrix: TransitionCorrectedClassifier(module, **parameters)


def told(**parameters):
    """Return a method that corrects by the true matrix."""
    return lambda module, matrix: TransitionCorrectedClassifier(
        module, transition=matrix, **parameters
    )


def as_long(module, matrix):
    """Return cross entropy that trains as long as the corrected classifiers do."""
    return TransitionCorrectedClassifier(module, transition=np.eye(len(matrix)))


DEFAULT = "TransitionCorrectedClassifier()"
CLEAN = "cross entropy on clean labels"
AS_LONG = "cross entropy, as many epochs"
RATIO = 'correction="prior_ratio"'
TOLD = "forward, told the true matrix"
TOLD_AFTERWARDS = "posterior, told the true matrix"
TOLD_PEER = "peer, told a weight by the true matrix"
METHODS = {
    DEFAULT: corrected(),
    AS_LONG: as_long,
    CLEAN: plain("ce"),
    'NoisyLabelClassifier(loss="ce")': plain("ce"),
    'NoisyLabelClassifier(loss="peer")': plain("peer"),
    'NoisyLabelClassifier(loss="dmi")': plain("dmi"),
    RATIO: corrected(correction="prior_ratio"),
    'transition="anchor"': corrected(transition="anchor"),
    'transition="anchor", correction="posterior"': corrected(
        transition="anchor", correction="posterior"
    ),
    TOLD: told(),
    TOLD_AFTERWARDS: told(correction="posterior"),
    # under "Sparse, High", what it prefers on average is right between 4 and 6
    TOLD_PEER: plain("peer", method__alpha=5.0),
}
# what takes its epochs from the row of the default, and no estimate of its own
AS_MANY_EPOCHS = (AS_LONG, TOLD, TOLD_AFTERWARDS)


class Setting(NamedTuple):
    """One table: noise, network, images of so many pixels' mean, methods and seeds."""

    noise: str
    network: str
    train_size: int
    pool: int
    methods: list
    n_seeds: int = 3
    max_epochs: int | None = None  # None leaves it to each method

    @property
    def cell(self):
        """The columns that all of its rows have in common."""
        names = ("noise", "network", "train_size", "pool")
        return {name: getattr(self, name) for name in names}


FEW = [DEFAULT, AS_LONG, CLEAN]
THREE = [*FEW, 'NoisyLabelClassifier(loss="ce")', TOLD]
TEN = [
    DEFAULT,
    CLEAN,
    'NoisyLabelClassifier(loss="ce")',
    'NoisyLabelClassifier(loss="peer")',
    'NoisyLabelClassifier(loss="dmi")',
    RATIO,
    'transition="anchor"',
    'transition="anchor", correction="posterior"',
    TOLD,
    TOLD_AFTERWARDS,
    TOLD_PEER,
]
SETTINGS = [
    Setting("T0.5", "lenet", 18_000, 1, THREE),
    Setting("T0.6", "lenet", 18_000, 1, THREE),
    Setting("T0.5", "alexnet", 18_000, 1, FEW),
    Setting("T0.6", "alexnet", 18_000, 1, FEW),
    # the two most frequent labels of a class are nearly alike: that takes many images
    Setting("Sparse, High", "lenet", 60_000, 2, TEN, max_epochs=8),
    Setting("Sparse, High", "lenet", 60_000, 1, [CLEAN, RATIO], max_epochs=8),
    # whether training ever collapses takes many seeds to see
    Setting("T0.6", "lenet", 18_000, 2, [DEFAULT, TOLD], n_seeds=20),
]
QUICK = {"train_size": 600, "pool": 4, "n_seeds": 1}


# --- runs ---


class Runner:
    """Trains one method after another."""

    def __init__(self, rows):
        self.rows = rows
        self.data = fetch_fashion_mnist()

    def run(self, *, method, **cell):
        """Return the columns `VALUES` of one job."""
        found = self.rows.select(**cell | self.twin(cell), method=CLEAN)
        if method == CLEAN and found:
            return {name: found[0][name] for name in VALUES}
        return self.scores(method, **cell, **self.epochs(method, cell))

    @staticmethod
    def twin(cell):
        """Return the other noise of three classes: the clean labels are the same."""
        return {"noise": {"T0.5": "T0.6", "T0.6": "T0.5"}.get(cell["noise"])}

    def epochs(self, method, cell):
        """Return how long to train, where that isn't left to the method."""
        if cell["train_size"] == QUICK["train_size"]:
            return {"max_epochs": 8}
        fixed = [s.max_epochs for s in SETTINGS if s.cell.items() <= cell.items()]
        if any(fixed):
            return {"max_epochs": fixed[0]}
        found = self.rows.select(**cell, method=DEFAULT)
        if method in AS_MANY_EPOCHS and found:
            return {"max_epochs": int(found[0]["epochs"])}
        return {}

    def scores(self, method, *, noise, network, train_size, pool, seed, **epochs):
        """Train a method, and return how good it is."""
        matrix = np.asarray(NOISES[noise])
        X, y = self.part("train", len(matrix), train_size, pool)
        X_test, y_test = self.part("test", len(matrix), 10_000, pool)
        noisy = ClassConditionalNoise(matrix, random_state=seed).fit_corrupt(y)
        clf = METHODS[method](NETWORKS[network], matrix)
        clf.set_params(random_state=seed, **epochs)
        spent, _ = cpu_seconds(lambda: clf.fit(X, y if method == CLEAN else noisy))
        proba = clf.predict_proba(X_test)
        of_truth = np.maximum(proba[np.arange(len(y_test)), y_test], 1e-7)
        estimate = getattr(clf, "transition_matrix_", None)
        error = "" if estimate is None else transition_error(matrix, estimate)
        return {
            "accuracy": round(float(np.mean(proba.argmax(axis=1) == y_test)), 4),
            "log_loss": round(float(-np.log(of_truth).mean()), 4),
            "transition_error": error and round(error, 4),
            "epochs": clf.n_iter_,
            "cpu_seconds": round(spent, 1),
        }

    def part(self, name, n_classes, size, pool):
        """Return images in [0, 1] and true labels of the first classes."""
        X, y = self.data[f"X_{name}"], self.data[f"y_{name}"]
        few = np.flatnonzero(y < n_classes)[:size]
        squares = X[few].reshape(len(few), 28 // pool, pool, 28 // pool, pool)
        images = squares.mean(axis=(2, 4), dtype=np.float32) / np.float32(255)
        return images, y[few].astype(int)


# --- tables ---


TITLES = {"lenet": "LeNet-5", "alexnet": "four convolutions in AlexNet's style"}
HEADER = ["method", "accuracy %", "worst seed", "log loss", "error of T"]
HEADER += ["epochs", "CPU s", "seeds"]


def line(method, found):
    """Return the texts of one method."""
    columns = {
        name: [float(row[name]) for row in found if row[name]] for name in VALUES
    }
    percents = [100 * value for value in columns["accuracy"]]
    # the identity that stands for no correction isn't an estimate
    errors = [] if method == AS_LONG else columns["transition_error"]
    return [
        f"`{method}`" if "=" in method or "(" in method else method,
        mean_and_deviation(percents),
        f"{min(percents):.1f}",
        mean_and_deviation(columns["log_loss"], 2),
        mean_and_deviation(errors, 3) if any(errors) else "",
        f"{np.mean(columns['epochs']):.0f}",
        f"{np.mean(columns['cpu_seconds']):.0f}",
        len(found),
    ]


def parts(rows, setting):
    """Return heading and table of one noise and network."""
    lines = [
        line(method, found)
        for method in METHODS
        if (found := rows.select(**setting.cell, method=method))
    ]
    if lines:
        side, epochs = 28 // setting.pool, setting.max_epochs
        yield f"## {setting.noise}, {TITLES[setting.network]}, {side}×{side} pixels"
        some = f", {epochs} epochs for every method" if epochs else ""
        yield f"{setting.train_size:,} images{some}."
        yield markdown_table(HEADER, lines)


def write_tables(path, rows, quick):
    """Write what the rows say."""
    write_text(
        path,
        "# Where correction by a transition matrix pays",
        "Accuracy and log loss on clean test labels, mean ± standard deviation over"
        " seeds (of labels, weights and batches), after the last epoch of an annealed"
        " schedule. Every estimator with its defaults: `NoisyLabelClassifier` trains 30"
        " epochs on so many images, `TransitionCorrectedClassifier` as many as held-out"
        " given labels suggest, and so does the line that corrects nothing. *Error of"
        " T* is the mean absolute difference to the true matrix; CPU seconds are those"
        " of fit, estimates included. T0.5 and T0.6 are noises of three classes that"
        ' keep half and 40 % of the labels; under "Sparse, High" five classes keep 30 %'
        " and lose 70 % to a partner, which itself keeps 80 %.",
        *itertools.chain.from_iterable(
            parts(rows, setting) for setting in settings(quick)
        ),
        software("torch", "skorch", "scikit-learn", "numpy"),
    )


def settings(quick):
    """Return what is run; quickly, each noise and network once and on few images."""
    if not quick:
        return SETTINGS
    first = {(setting.noise, setting.network): setting for setting in SETTINGS[::-1]}
    return [setting._replace(**QUICK) for setting in list(first.values())[::-1]]


def make_jobs(args):
    """Return one job a row; seed by seed, so that early stops leave whole tables."""
    noises = check_names(args.noises, NOISES, "noises")
    networks = check_names(args.networks, NETWORKS, "networks")
    methods = check_names(args.methods, METHODS, "methods")
    jobs = [
        {**setting.cell, "seed": seed, "method": method}
        for setting in settings(args.quick)
        for seed, method in itertools.product(range(setting.n_seeds), setting.methods)
        if setting.noise in noises and setting.network in networks
        if method in methods and (args.seeds is None or seed in args.seeds)
    ]
    return sorted(jobs, key=lambda job: job["seed"])


def parse(argv):
    """Return what the command line asks for."""
    parser = make_parser(__doc__)
    parser.add_argument("--noises", nargs="+", help=some_of(NOISES))
    parser.add_argument("--networks", nargs="+", help=some_of(NETWORKS))
    parser.add_argument("--methods", nargs="+", help=some_of(METHODS))
    parser.add_argument("--seeds", nargs="+", type=int, help="some of 0…19")
    parser.add_argument(
        "--only-tables", action="store_true", help="from the rows that there are"
    )
    return parser.parse_args(argv)


def main(argv=None):
    """Run what is missing, then write the tables."""
    args = parse(argv)
    use_one_thread()
    rows = Rows(args.out / "corrections.csv", keys=KEYS, values=VALUES)
    if not args.only_tables:
        run_missing(make_jobs(args), rows, Runner(rows).run)
    write_tables(args.out / "corrections.md", rows, args.quick)


if __name__ == "__main__":
    main()
