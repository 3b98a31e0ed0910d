"""Filter grafting at the published size, and filters taken out of grafted networks.

Clean Fashion-MNIST, two networks of one shape, trained apart or grafted after every
epoch. Then filters are taken out of one of them, those of least entropy in each layer,
those of least weight, or any, to see whether grafting leaves fewer that say nothing.
`--networks ResNet-32` is the network and the training of the paper on this data, made
for a device; on a CPU it takes days. Rows are written as they come: a run that was
stopped goes on where it was.
"""

import copy
import itertools

import numpy as np
import torch
from _common import (
    Rows,
    check_names,
    markdown_table,
    mean_and_deviation,
    parse_choices,
    run_and_write,
    software,
    write_text,
)
from losses_fashion_mnist import pooled
from torch import nn

from sknoisy import MutualLearningClassifier
from sknoisy.datasets import fetch_fashion_mnist
from sknoisy.modules import ChannelsFirst, LeNet5, ResidualBlock, Standardize


def resnet32(input_shape, n_classes, feature_mean=None, feature_scale=None):
    """Return the residual network of 32 layers, five blocks a width, for images."""
    n_in = (*input_shape, 1)[2]
    stem = nn.Conv2d(n_in, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()
    widths = [16] * 6 + [32] * 5 + [64] * 5
    blocks = [
        ResidualBlock(a, b, stride=1 if a == b else 2)
        for a, b in itertools.pairwise(widths)
    ]
    head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, n_classes)
    scaled = Standardize(feature_mean, feature_scale), ChannelsFirst()
    return nn.Sequential(*scaled, *stem, *blocks, *head)


def steps_down(progress):
    """Return the published schedule: a tenth after epochs 60, 120 and 180 of 200."""
    return 0.1 ** int(progress / 0.3)


PUBLISHED = {
    "optimizer": "sgd",
    "optimizer__momentum": 0.9,
    "lr": 0.1,
    "lr_schedule": steps_down,
    "weight_decay": 5e-4,
    "batch_size": 128,
    "max_epochs": 200,
}
# name -> network, training images, pooling, what its training is told
NETWORKS = {
    "LeNet-5": (LeNet5, 2_500, 2, {"max_epochs": 30, "batch_size": 128}),
    "ResNet-32": (resnet32, 60_000, 1, PUBLISHED),
}
BY_DEFAULT = ["LeNet-5"]
TRAININGS = {"apart": None, "grafted": "entropy"}
CRITERIA = ["entropy", "weight", "any"]
SHARES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7)
KEYS = ["network", "seed", "training"]
VALUES = [f"{criterion} {share:.0%}" for criterion in CRITERIA for share in SHARES]


# --- filters ---


def filters_of(network):
    """Return the weights of each convolution, one row a filter."""
    return [m for m in network.modules() if isinstance(m, nn.Conv2d)]


def entropy(weights, n_bins=10):
    """Return the entropy of a filter's weights, in bins from the least to the most."""
    counts, _ = np.histogram(weights, n_bins)
    shares = counts[counts > 0] / counts.sum()
    return -(shares * np.log(shares)).sum()


def scores_of(layer, criterion, generator):
    """Return how much each filter of a layer says."""
    weights = layer.weight.detach().flatten(1).double().cpu().numpy()
    if criterion == "entropy":
        return np.array([entropy(one) for one in weights])
    if criterion == "weight":
        return np.abs(weights).sum(axis=1)
    return generator.random(len(weights))


def without_filters(network, criterion, share, seed=0):
    """Return a copy of a network with a share of each layer's filters at zero."""
    network, generator = copy.deepcopy(network), np.random.default_rng(seed)
    for layer in filters_of(network):
        scores = scores_of(layer, criterion, generator)
        least = np.argsort(scores, kind="stable")[: round(share * len(scores))]
        with torch.no_grad():
            layer.weight[least] = 0.0
            if layer.bias is not None:
                layer.bias[least] = 0.0
    return network


# --- runs ---


class Runner:
    """Trains one pair of networks after another."""

    def __init__(self, quick=False):
        self.data, self.quick = fetch_fashion_mnist(), quick

    def run(self, *, network, seed, training):
        """Return the columns `VALUES` of one job, means over both networks."""
        module, size, pool, options = NETWORKS[network]
        options = options | ({"max_epochs": 2} if self.quick else {})
        X, y = self.part("train", 200 if self.quick else size, pool)
        X_test, y_test = self.part("test", 10_000, pool)
        clf = MutualLearningClassifier(
            module,
            mutual_weight=0,
            grafting=TRAININGS[training],
            random_state=seed,
            **options,
        ).fit(X, y)
        found = {}
        for criterion, share in itertools.product(CRITERIA, SHARES):
            right = []
            for place, one in enumerate(clf.networks_):
                pruned = without_filters(one, criterion, share, seed)
                clf.net_.module_[place] = pruned
                right.append(clf.set_params(predict_with=place).score(X_test, y_test))
                clf.net_.module_[place] = one
            found[f"{criterion} {share:.0%}"] = round(float(np.mean(right)), 4)
        return found

    def part(self, name, size, pool):
        """Return images in [0, 1] and labels."""
        X, y = self.data[f"X_{name}"][:size], self.data[f"y_{name}"][:size]
        return pooled(X, pool=pool), y.astype(int)


# --- tables ---


def table(rows, network):
    """Return a line for each criterion and training, a column for each share."""
    lines = []
    for criterion, training in itertools.product(CRITERIA, TRAININGS):
        found = rows.select(network=network, training=training)
        values = [
            [100 * float(row[f"{criterion} {share:.0%}"]) for row in found]
            for share in SHARES
        ]
        if found:
            lines.append([criterion, training, *map(mean_and_deviation, values)])
    header = ["left out by", "networks", *(f"{share:.0%}" for share in SHARES)]
    return markdown_table(header, lines, left=2)


def write_tables(path, rows):
    """Write what the rows say."""
    seeds = sorted({row["seed"] for row in rows.rows}, key=int)
    write_text(
        path,
        "# Filters taken out, of networks grafted and not",
        "Percent correct on Fashion-MNIST's 10,000 test images, clean labels, mean ±"
        f" standard deviation over seeds {', '.join(seeds)} of the mean of two"
        " networks; nothing is trained after filters are set to zero. Columns: the"
        " share of each convolution's filters that is taken out, those of least"
        " entropy (of a histogram of their weights in ten bins), of least absolute"
        " weight, or any.",
        *(
            part
            for network, (_, size, pool, options) in NETWORKS.items()
            if rows.select(network=network)
            for part in (
                f"## {network}",
                f"{size:,} images of {28 // pool}×{28 // pool} pixels,"
                f" {options['max_epochs']} epochs.",
                table(rows, network),
            )
        ),
        software("torch", "skorch", "scikit-learn", "numpy"),
    )


def main(argv=None):
    """Run what is missing, then write the tables."""
    args = parse_choices(__doc__, argv, networks=NETWORKS)
    rows = Rows(args.out / "grafting.csv", keys=KEYS, values=VALUES)

    def make():
        networks = check_names(args.networks or BY_DEFAULT, NETWORKS, "networks")
        seeds = [0] if args.quick else args.seeds
        choices = itertools.product(seeds, networks, TRAININGS)
        jobs = [
            dict(zip(["seed", "network", "training"], c, strict=True)) for c in choices
        ]
        return jobs, Runner(args.quick).run

    run_and_write(args, rows, make, write_tables)


if __name__ == "__main__":
    main()
