"""Networks that learn from one another, beside networks that train apart.

Clean Fashion-MNIST, as in the papers of deep mutual learning, filter grafting and DGD
(grafting and distillation), two networks of one shape, the last epoch. What counts is
how much better *one* network gets; two that vote are beside it, since that comes for
free. Rows are written as they come: a run that was stopped goes on where it was.
"""

import itertools
from functools import partial

import numpy as np
from _common import (
    Rows,
    check_names,
    cpu_seconds,
    markdown_table,
    mean_and_deviation,
    parse_choices,
    run_and_write,
    software,
    write_text,
)
from losses_fashion_mnist import pooled

from sknoisy import MutualLearningClassifier, NoisyLabelClassifier
from sknoisy.datasets import fetch_fashion_mnist
from sknoisy.modules import LeNet5, SmallResNet

# name -> class, and what its training is told
NETWORKS = {
    "LeNet-5": (LeNet5, {}),
    "LeNet-5, four times the steps": (LeNet5, {"batch_size": 128}),
    "SmallResNet": (SmallResNet, {}),
}
APART = "apart"
KEYS = ["network", "train_size", "pool", "epochs", "seed", "method"]
VALUES = ["single", "both", "cpu_seconds"]


# --- methods: teacher -> parameters ---


METHODS = {
    APART: lambda teacher: {"mutual_weight": 0},
    "deep mutual learning": lambda teacher: {},
    "filter grafting": lambda teacher: {"mutual_weight": 0, "grafting": "entropy"},
    "distillation": lambda teacher: {
        "mutual_weight": 0,
        "distill": teacher,
        "temperature": 4,
    },
    "DGD": lambda teacher: {
        "mutual_weight": 0,
        "grafting": "entropy",
        "distill": teacher,
        "temperature": 4,
    },
}


# --- runs ---


class Runner:
    """Trains one pair of networks after another."""

    def __init__(self):
        self.data = fetch_fashion_mnist()
        self.teachers = {}

    def run(self, *, network, train_size, pool, epochs, seed, method):
        """Return the columns `VALUES` of one job."""
        X, y = self.part("train", train_size, pool)
        X_test, y_test = self.part("test", 10_000, pool)
        module, options = NETWORKS[network]
        training = {"max_epochs": epochs, "device": "cpu", **options}
        # a third network of the same shape and care
        teacher = NoisyLabelClassifier(
            module, loss="ce", random_state=1000 + seed, **training
        )
        clf = MutualLearningClassifier(
            module, random_state=seed, **METHODS[method](teacher), **training
        )
        if clf.distill is not None:
            clf.distill = self.fitted(teacher, X, y)
        spent, _ = cpu_seconds(lambda: clf.fit(X, y))

        def right(who):
            return clf.set_params(predict_with=who).score(X_test, y_test)

        return {
            "single": round(float(np.mean([right(0), right(1)])), 5),
            "both": round(right("mean"), 5),
            "cpu_seconds": round(spent, 1),
        }

    def fitted(self, teacher, X, y):
        """Return the teacher, trained once for all methods that have one."""
        key = repr(teacher), len(X)
        if key not in self.teachers:
            self.teachers[key] = teacher.fit(X, y)
        return self.teachers[key]

    def part(self, name, size, pool):
        """Return images in [0, 1] and labels."""
        X, y = self.data[f"X_{name}"][:size], self.data[f"y_{name}"][:size]
        return pooled(X, pool=pool), y.astype(int)


# --- tables ---


HEADER = ["method", "one network %", "its gain", "both %", "their gain", "CPU s"]


def table(rows, cell):
    """Return the table of one network; gains are those within seeds."""
    plain = by_seed(rows.select(**cell, method=APART))
    lines = []
    for method in METHODS:
        found = by_seed(rows.select(**cell, method=method))
        if not found:
            continue
        texts = []
        for column in ("single", "both"):
            values = [100 * float(row[column]) for row in found.values()]
            gains = [
                100 * (float(row[column]) - float(plain[seed][column]))
                for seed, row in found.items()
                if seed in plain and method != APART
            ]
            texts += [mean_and_deviation(values, 2)]
            texts += [mean_and_deviation(gains, 2) if gains else ""]
        spent = np.mean([float(row["cpu_seconds"]) for row in found.values()])
        lines.append([method, *texts, f"{spent:.0f}"])
    return markdown_table(HEADER, lines)


def by_seed(found):
    """Return rows by their seeds."""
    return {row["seed"]: row for row in found}


def parts(rows, sizes):
    """Return headings and tables."""
    for network in NETWORKS:
        cell = {"network": network, **sizes[network]}
        if rows.select(**cell):
            side = 28 // cell["pool"]
            yield f"## {network}"
            yield (
                f"{cell['train_size']:,} images of {side}×{side} pixels,"
                f" {cell['epochs']} epochs."
            )
            yield table(rows, cell)


def write_tables(path, rows, sizes):
    """Write what the rows say."""
    seeds = sorted({row["seed"] for row in rows.rows}, key=int)
    write_text(
        path,
        "# Networks that learn from one another",
        "Percent correct on Fashion-MNIST's 10,000 test images after the last epoch,"
        f" clean labels, mean ± standard deviation over seeds {', '.join(seeds)}. *One"
        " network* is the mean of the two, *both* their mean prediction. Gains are"
        " against the same networks trained apart, seed by seed. Defaults"
        " otherwise: AdamW with an annealed rate. A third network of the same shape is"
        " the teacher, with a temperature of 4; its training isn't counted among the"
        " CPU seconds.",
        *parts(rows, sizes),
        software("torch", "skorch", "scikit-learn", "numpy"),
    )


def make_sizes(quick):
    """Return how many images, how coarse and for how long, by network."""
    if quick:
        return {name: {"train_size": 300, "pool": 4, "epochs": 2} for name in NETWORKS}
    return {
        name: {
            "train_size": 2_500 if name == "SmallResNet" else 5_000,
            "pool": 2,
            "epochs": 30,
        }
        for name in NETWORKS
    }


def make_jobs(args, sizes):
    """Return one job a row; seed by seed, so that early stops leave whole tables."""
    choices = itertools.product(
        [0] if args.quick else args.seeds,
        check_names(args.networks, NETWORKS, "networks"),
        check_names(args.methods, METHODS, "methods"),
    )
    return [
        {
            "network": network,
            **sizes[network],
            "seed": seed,
            "method": method,
        }
        for seed, network, method in choices
    ]


def main(argv=None):
    """Run what is missing, then write the tables."""
    args = parse_choices(__doc__, argv, networks=NETWORKS, methods=METHODS)
    sizes = make_sizes(args.quick)
    rows = Rows(args.out / "mutual_learning.csv", keys=KEYS, values=VALUES)
    run_and_write(
        args,
        rows,
        lambda: (make_jobs(args, sizes), Runner().run),
        partial(write_tables, sizes=sizes),
    )


if __name__ == "__main__":
    main()
