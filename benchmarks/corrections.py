"""Where correction by a transition matrix pays, and where a schedule is enough.

Fashion-MNIST, networks of its scale, the last epoch: three classes under two noises
that leave half and 40 % of the labels right, and ten classes under "Sparse, High",
where five true classes are no longer the most frequent label of their kind. Every
method is told nothing but the noisy labels, with its defaults; lines that were given
the true matrix or clean labels say so. Rows are written as they come: a run that was
stopped goes on where it was.
"""

import itertools

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


def plain(loss):
    """Return a method that trains one loss on the given labels."""
    return lambda module, matrix: NoisyLabelClassifier(module, loss=loss)


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


CLEAN = "cross entropy on clean labels"
AS_LONG = "cross entropy, as many epochs"
METHODS = {
    "TransitionCorrectedClassifier()": corrected(),
    AS_LONG: as_long,
    CLEAN: plain("ce"),
    "NoisyLabelClassifier()": plain("gce"),
    'NoisyLabelClassifier(loss="ce")': plain("ce"),
    'NoisyLabelClassifier(loss="peer")': plain("peer"),
    'NoisyLabelClassifier(loss="dmi")': plain("dmi"),
    'correction="reweight"': corrected(correction="reweight"),
    'correction="posterior"': corrected(correction="posterior"),
    'correction="prior_ratio"': corrected(correction="prior_ratio"),
    'transition="anchor"': corrected(transition="anchor"),
    'transition="anchor", correction="posterior"': corrected(
        transition="anchor", correction="posterior"
    ),
    "forward, told the true matrix": told(),
    "posterior, told the true matrix": told(correction="posterior"),
}
FEW = list(METHODS)[:3]
THREE = [*FEW, "NoisyLabelClassifier()", 'NoisyLabelClassifier(loss="ce")']
THREE += ['correction="posterior"', "forward, told the true matrix"]
TEN = [name for name in METHODS if name != 'correction="reweight"']
# (noise, network) -> (methods, training images, side of the squares averaged)
SETTINGS = {
    ("T0.5", "lenet"): (THREE, 18_000, 1),
    ("T0.6", "lenet"): (THREE, 18_000, 1),
    ("T0.5", "alexnet"): (FEW, 18_000, 1),
    ("T0.6", "alexnet"): (FEW, 18_000, 1),
    ("Sparse, High", "lenet"): (TEN, 20_000, 2),
}
QUICK = (600, 4)


# --- runs ---


class Runner:
    """Trains one method after another."""

    def __init__(self):
        self.data = fetch_fashion_mnist()

    def run(self, *, noise, network, train_size, pool, seed, method):
        """Return the columns `VALUES` of one job."""
        matrix = np.asarray(NOISES[noise])
        X, y = self.part("train", len(matrix), train_size, pool)
        X_test, y_test = self.part("test", len(matrix), 10_000, pool)
        noisy = ClassConditionalNoise(matrix, random_state=seed).fit_corrupt(y)
        clf = METHODS[method](NETWORKS[network], matrix).set_params(random_state=seed)
        if train_size == QUICK[0]:
            clf.set_params(max_epochs=8)
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


def parts(rows, noise, network, sizes):
    """Return heading and table of one noise and network."""
    cell = {"noise": noise, "network": network, **sizes}
    lines = [
        line(method, found)
        for method in METHODS
        if (found := rows.select(**cell, method=method))
    ]
    if lines:
        side = 28 // sizes["pool"]
        yield f"## {noise}, {TITLES[network]}"
        yield f"{sizes['train_size']:,} images of {side}×{side} pixels."
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
            parts(rows, *where, sizes_of(where, quick)) for where in SETTINGS
        ),
        software("torch", "skorch", "scikit-learn", "numpy"),
    )


def sizes_of(where, quick):
    """Return how many images there are, and how coarse."""
    sizes = QUICK if quick else SETTINGS[where][1:]
    return dict(zip(("train_size", "pool"), sizes, strict=True))


def make_jobs(args):
    """Return one job a row; seed by seed, so that early stops leave whole tables."""
    noises = check_names(args.noises, NOISES, "noises")
    networks = check_names(args.networks, NETWORKS, "networks")
    methods = check_names(args.methods, METHODS, "methods")
    seeds = [0] if args.quick else args.seeds
    return [
        {
            "noise": noise,
            "network": network,
            **sizes_of((noise, network), args.quick),
            "seed": seed,
            "method": method,
        }
        for seed, (noise, network) in itertools.product(seeds, SETTINGS)
        for method in SETTINGS[noise, network][0]
        if noise in noises and network in networks and method in methods
    ]


def parse(argv):
    """Return what the command line asks for."""
    parser = make_parser(__doc__)
    parser.add_argument("--noises", nargs="+", help=some_of(NOISES))
    parser.add_argument("--networks", nargs="+", help=some_of(NETWORKS))
    parser.add_argument("--methods", nargs="+", help=some_of(METHODS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
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
        run_missing(make_jobs(args), rows, Runner().run)
    write_tables(args.out / "corrections.md", rows, args.quick)


if __name__ == "__main__":
    main()
