"""A rare class under noise: which losses, weights and adjustments keep it.

Two classes made by scikit-learn, 750 rows of which 5 or 15 % are of the rare one, few
epochs, labels wrong both ways or missed. Balanced accuracy on true labels. Rows are
written as they come: a run that was stopped goes on where it was.
"""

import itertools
import warnings

import numpy as np
import torch
from _common import (
    Rows,
    best_in_bold,
    check_names,
    parse_choices,
    run_and_write,
    software,
    write_text,
)
from sklearn.datasets import make_classification
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from torch.nn import functional as F

from sknoisy import NoisyLabelClassifier
from sknoisy.noise import ClassMapNoise, SymmetricNoise

SHARES = (0.05, 0.15)
NOISES = {
    "none": lambda seed: SymmetricNoise(0.0, random_state=seed),
    "both ways 10 %": lambda seed: SymmetricNoise(0.1, random_state=seed),
    "both ways 30 %": lambda seed: SymmetricNoise(0.3, random_state=seed),
    "40 % of the rare ones missed": lambda seed: ClassMapNoise(
        {1: 0}, 0.4, random_state=seed
    ),
}
EPOCHS = 30
KEYS = ["share", "noise", "seed", "way"]
VALUES = ["balanced_accuracy", "rare_called"]


# --- ways: given labels -> parameters ---


def balanced_softmax(given):
    """Return cross entropy that adds the logarithm of label frequencies to logits."""
    counts = np.bincount(given, minlength=2)
    prior = torch.tensor(np.log(counts / counts.sum()), dtype=torch.float32)

    def loss(logits, labels):
        return F.cross_entropy(logits + prior, labels, reduction="none")

    return {"loss": loss}


WAYS = {
    "default": lambda given: {},
    "ce": lambda given: {"loss": "ce"},
    "gce": lambda given: {"loss": "gce"},
    "sce": lambda given: {"loss": "sce"},
    "peer": lambda given: {"method": "peer"},
    "ce, balanced weights": lambda given: {"loss": "ce", "class_weight": "balanced"},
    "gce, balanced weights": lambda given: {"loss": "gce", "class_weight": "balanced"},
    "balanced softmax": balanced_softmax,
    "logit adjustment": lambda given: {"method": "logit_adjustment"},
    "forward correction": lambda given: {"method": "forward"},
}


# --- runs ---


def run(*, share, noise, seed, way):
    """Return the columns `VALUES` of one job."""
    X, y = make_classification(
        4750,
        12,
        n_informative=6,
        n_clusters_per_class=1,
        class_sep=1.2,
        weights=[1 - share],
        flip_y=0,
        random_state=seed,
    )
    X, X_test, y, y_test = train_test_split(
        X, y, train_size=750, stratify=y, random_state=seed
    )
    given = NOISES[noise](seed).fit_corrupt(y)
    options = {"max_epochs": EPOCHS, "random_state": seed} | WAYS[way](given)
    with warnings.catch_warnings():
        # that a class is never predicted is what the table is about
        warnings.simplefilter("ignore", UserWarning)
        predicted = NoisyLabelClassifier(**options).fit(X, given).predict(X_test)
    return {
        "balanced_accuracy": round(balanced_accuracy_score(y_test, predicted), 4),
        "rare_called": round(float(predicted.mean()), 4),
    }


# --- tables ---


def table_of(rows, share):
    """Return a line for each way, a column for each noise; best ones bold."""
    cells = {
        (way, noise): [
            100 * float(row["balanced_accuracy"])
            for row in rows.select(share=share, noise=noise, way=way)
        ]
        for way, noise in itertools.product(WAYS, NOISES)
    }
    return best_in_bold("way", cells, WAYS, NOISES)


def write_tables(path, rows):
    """Write what the rows say."""
    seeds = sorted({row["seed"] for row in rows.rows}, key=int)
    write_text(
        path,
        "# A rare class, losses and adjustments",
        "Balanced accuracy on 4,000 rows with true labels in percent (50: the rare"
        " class is never, or always, called), mean ± standard deviation over seeds"
        f" {', '.join(seeds)}; 750 rows of two made classes for training, {EPOCHS}"
        " epochs of the default network. The default is generalized cross entropy"
        " under 30 % noise, else cross entropy. Bold: the best of a column, by test"
        " labels.",
        *(
            part
            for share in SHARES
            if rows.select(share=share)
            for part in (f"## {share:.0%} of the rare class", table_of(rows, share))
        ),
        software("torch", "skorch", "scikit-learn", "numpy"),
    )


def main(argv=None):
    """Run what is missing, then write the tables."""
    args = parse_choices(__doc__, argv, noises=NOISES, ways=WAYS)
    rows = Rows(args.out / "rare_losses.csv", keys=KEYS, values=VALUES)

    def make():
        choices = itertools.product(
            [0] if args.quick else args.seeds,
            SHARES[:1] if args.quick else SHARES,
            check_names(args.noises, NOISES, "noises"),
            check_names(args.ways, WAYS, "ways"),
        )
        jobs = [
            {"share": share, "noise": noise, "seed": seed, "way": way}
            for seed, share, noise, way in choices
        ]
        return jobs, run

    run_and_write(args, rows, make, write_tables)


if __name__ == "__main__":
    main()
