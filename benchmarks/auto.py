"""AutoNoisyClassifier, told nothing, beside ten fixed methods and what others offer.

22 cells: the twelve of `tables.py`, LabelMe's majority votes, two sets of CIFAR-10N's
labels, Fashion-MNIST under six noises, Hausa news; and eight that are hard for who
decides by given labels: few rows, classes that overlap, a rare class, clean labels. The
ten fixed methods were named before the first run. Every method is told nothing and
comes as it is. Rows are written as they come: a run that was stopped goes on where it
was, and parts of it may be run one after another.
"""

import itertools

import methods as small_sets
import numpy as np
import tables
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
from _company import BASES, PEERS
from scipy.sparse import issparse
from sklearn.datasets import load_breast_cancer, make_classification
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

import sknoisy
from sknoisy.annotators import majority_vote
from sknoisy.datasets import fetch_keel, fetch_labelme_votes
from sknoisy.noise import SymmetricNoise

KEYS = ["cell", "size", "seed", "method"]
VALUES = ["accuracy", "wrong", "cpu_seconds"]
OURS = "AutoNoisyClassifier"
MOST_TESTED = 5_000  # rows
TOLERANCE = 1.0  # points behind the best that count as being as good

TABLES = [f"{t}, {n}" for t, n in itertools.product(tables.TABLES, tables.NOISES)]
MAIN = [*TABLES, "LabelMe", *small_sets.LABELS]
# rows for training, share of wrong labels
HARD = {
    "breast cancer": (300, 0.4),
    "breast cancer, clean": (300, 0.0),
    "spambase, few": (500, 0.4),
    "letter mod 5": (800, 0.4),
    "letter mod 5, clean": (800, 0.0),
    "four clusters": (600, 0.4),
    "four clusters, clean": (600, 0.0),
    "rare class": (800, 0.2),
}


# --- methods: (sparse, categorical columns, seed) -> estimator ---


def ours(name, **parameters):
    """Return a method that is one of our classifiers."""

    def method(sparse, categorical, seed):
        clf = getattr(sknoisy, name)(**parameters, random_state=seed)
        return clf if sparse else make_pipeline(tables.dummies(categorical), clf)

    return method


def cleaned(base):
    """Return a method that is CleanLabelClassifier over `base`."""

    def method(sparse, categorical, seed):
        estimator = base(sparse, categorical, seed)
        return sknoisy.CleanLabelClassifier(estimator, random_state=seed)

    return method


FIXED = {
    **BASES,
    "NoisyLabelClassifier": ours("NoisyLabelClassifier"),
    "CoTeachingClassifier": ours("CoTeachingClassifier"),
    "TransitionCorrectedClassifier": ours("TransitionCorrectedClassifier"),
    **{f"CleanLabelClassifier({n})": cleaned(base) for n, base in BASES.items()},
    "DivideMixClassifier": ours("DivideMixClassifier"),
}
METHODS = {OURS: ours("AutoNoisyClassifier"), **FIXED, **PEERS}


# --- data: cell, size, seed -> features, given, true labels, test data, categories ---


def read(cell, size, seed):
    """Return the data of a cell, at most `size` rows of them for training."""
    if cell in HARD:
        return read_hard(cell, size, seed)
    if cell in TABLES:
        name, noise = cell.split(", ")
        data = fetch_keel(name)
        spoil = tables.NOISES[noise](len(np.unique(data.y)), seed)
        categorical = [int(i) for i in data.categorical]
        return *spoilt(data.X, data.y, spoil, size, seed), categorical
    if cell == "LabelMe":
        data = fetch_labelme_votes()
        voted = majority_vote(data.votes, unlabeled=-1, random_state=seed)
        given = voted.labels
        found = data.X_train, given, data.y_train_true, data.X_test, data.y_test
    else:
        found = small_sets.read(cell, "all", seed)
    X, given, true, X_test, y_test = found
    some = sample(given, size, seed)
    tested = slice(0, MOST_TESTED)
    return X[some], given[some], true[some], X_test[tested], y_test[tested], []


def read_hard(cell, size, seed):
    """Return data with few rows, symmetric noise or none."""
    n_train, rate = HARD[cell]
    X, y = hard_table(cell.split(",")[0])
    spoil = SymmetricNoise(rate, random_state=seed)
    return *spoilt(X, y, spoil, min(n_train, size), seed), []


def hard_table(name):
    """Return features and true labels."""
    if name == "breast cancer":
        return load_breast_cancer(return_X_y=True)
    if name == "letter mod 5":
        data = fetch_keel("letter")
        return data.X, np.unique(data.y, return_inverse=True)[1] % 5
    if name == "spambase":
        data = fetch_keel(name)
        return data.X, data.y
    shared = {"n_samples": 4000, "n_features": 20, "n_informative": 6}
    if name == "rare class":
        shared |= {"weights": [0.95], "class_sep": 1.5, "flip_y": 0}
        return make_classification(**shared, random_state=11)
    return make_classification(**shared, n_classes=4, random_state=12)


def spoilt(X, y, noise, size, seed):
    """Return a part for training, with noisy and with true labels, and one to test."""
    X, X_test, y, y_test = train_test_split(
        X, y, test_size=0.3, stratify=y, random_state=seed
    )
    some = sample(y, size, seed)
    X, y = X[some], y[some]
    given = noise.fit(X, y).corrupt(y)
    return X, given, y, X_test[:MOST_TESTED], y_test[:MOST_TESTED]


def sample(y, size, seed):
    """Return places of at most `size` samples, of each class its share."""
    places = np.arange(len(y))
    if len(y) <= size:
        return places
    return train_test_split(places, train_size=size, stratify=y, random_state=seed)[0]


class Runner:
    """Trains one method after another; keeps the data of the last cell."""

    def __init__(self):
        self.key, self.data = None, None

    def run(self, *, cell, size, seed, method):
        """Return the columns `VALUES` of one job."""
        if self.key != (cell, size, seed):
            self.key, self.data = (cell, size, seed), read(cell, size, seed)
        X, given, true, X_test, y_test, categorical = self.data
        estimator = METHODS[method](issparse(X), categorical, seed)
        spent, predicted = cpu_seconds(
            lambda: tables.fit_predict(estimator, X, given, X_test)
        )
        two = len(np.unique(y_test)) == 2
        right = balanced_accuracy_score if two else lambda y, p: np.mean(y == p)
        return {
            "accuracy": round(float(right(y_test, predicted)), 4),
            "wrong": round(float(np.mean(given != true)), 4),
            "cpu_seconds": round(spent, 2),
        }


# --- tables ---


def scores(rows, cell, size):
    """Return the percentages of each method that ran on all seeds that ours did."""
    found = {}
    for method in METHODS:
        some = rows.select(cell=cell, size=size, method=method)
        some = sorted(some, key=lambda row: int(row["seed"]))
        found[method] = {row["seed"]: 100 * float(row["accuracy"]) for row in some}
    seeds = found[OURS].keys()
    return {
        method: np.array([values[seed] for seed in seeds])
        for method, values in found.items()
        if seeds and seeds <= values.keys()
    }


def line(cell, found):
    """Return a line of the table, and what it says in numbers."""
    fixed = {m: found[m].mean() for m in FIXED if m in found}
    peers = {m: found[m].mean() for m in PEERS if m in found}
    best = max(fixed, key=fixed.get)
    lead = found[OURS] - found[best]
    deviation = lead.std(ddof=1) if len(lead) > 1 else 0.0
    good = -lead.mean() <= max(TOLERANCE, deviation)
    peer = max(peers, key=peers.get, default=None)
    texts = [
        cell,
        mean_and_deviation(found[OURS]),
        mean_and_deviation(found[best]),
        best,
        f"{lead.mean():+.1f}",
        "yes" if good else "no",
        f"{peers[peer]:.1f} {peer}" if peer else "",
    ]
    above = bool(peer) and found[OURS].mean() >= peers[peer]
    return texts, {"lead": lead.mean(), "good": good, "above": above, "fixed": fixed}


def part(rows, cells, size):
    """Return the table of some cells and what it comes to."""
    lines, told, means = [], [], []
    for cell in cells:
        found = scores(rows, cell, size)
        if OURS in found and any(method in found for method in FIXED):
            texts, numbers = line(cell, found)
            lines.append(texts)
            told.append(numbers)
            means.append(found[OURS].mean())
    if not lines:
        return []
    header = ["cell", OURS, "best fixed", "which", "lead", "as good", "best peer"]
    return [markdown_table(header, lines), summary(told, means)]


def summary(told, means):
    """Return in one sentence what a table comes to."""
    everywhere = set.intersection(*(set(numbers["fixed"]) for numbers in told))
    fixed = {m: np.mean([n["fixed"][m] for n in told]) for m in everywhere}
    best = max(fixed, key=fixed.get)
    n = len(told)
    return (
        f"As good as the best fixed method (within {TOLERANCE:g} point, or the paired"
        f" standard deviation) in {sum(x['good'] for x in told)} of {n} cells; worst"
        f" lead {min(x['lead'] for x in told):+.1f}; above every peer in"
        f" {sum(x['above'] for x in told)} of {n}; mean {np.mean(means):.1f}, the best"
        f" single fixed method, {best}, {fixed[best]:.1f}."
    )


def seconds(rows, size):
    """Return the table of CPU seconds, a cell's mean."""
    lines = []
    for method in METHODS:
        spent = [
            float(row["cpu_seconds"]) for row in rows.select(size=size, method=method)
        ]
        if spent:
            lines.append([method, len(spent), f"{np.mean(spent):.1f}"])
    return markdown_table(["method", "fits", "CPU seconds"], lines)


def write_tables(path, rows, size):
    """Write what the rows say."""
    seeds = sorted({r["seed"] for r in rows.select(size=size, method=OURS)}, key=int)
    run = {row["method"] for row in rows.select(size=size)}
    absent = [method for method in METHODS if method not in run]
    missing = f" Not run: {', '.join(absent)}." if absent else ""
    write_text(
        path,
        "# One estimator that decides",
        f"Percent correct on clean test labels (balanced for two classes), mean ±"
        f" standard deviation over seeds {', '.join(seeds)}; at most {size} rows train."
        f" A method counts in a cell where it ran on the seeds that ours did.{missing}",
        *part(rows, MAIN, size),
        "## Few rows, overlap, a rare class, clean labels",
        *part(rows, HARD, size),
        "## CPU seconds of fit and predict, mean over what was run",
        seconds(rows, size),
        software("torch", "skorch", "scikit-learn", "cleanlab", "numpy"),
    )


def make_jobs(args, size):
    """Return one job a row; seed by seed, and cell by cell."""
    cells = ["segment, pair 35 %"] if args.quick and not args.cells else args.cells
    choices = itertools.product(
        [0] if args.quick else args.seeds,
        check_names(cells, [*MAIN, *HARD], "cells"),
        check_names(args.methods, METHODS, "methods"),
    )
    return [
        {"cell": cell, "size": size, "seed": seed, "method": method}
        for seed, cell, method in choices
    ]


def parse(argv):
    """Return what the command line asks for."""
    parser = make_parser(__doc__)
    parser.add_argument("--cells", nargs="+", help=some_of([*MAIN, *HARD]))
    parser.add_argument("--methods", nargs="+", help=some_of(METHODS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--size", type=int, default=1000, help="rows for training")
    parser.add_argument(
        "--only-tables", action="store_true", help="from the rows that there are"
    )
    return parser.parse_args(argv)


def main(argv=None):
    """Run what is missing, then write the tables."""
    args = parse(argv)
    use_one_thread()
    size = 300 if args.quick else args.size
    rows = Rows(args.out / "auto.csv", keys=KEYS, values=VALUES)
    if not args.only_tables:
        run_missing(make_jobs(args, size), rows, Runner().run)
    write_tables(args.out / "auto.md", rows, size)


if __name__ == "__main__":
    main()
