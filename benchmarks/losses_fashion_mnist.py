"""Every loss on Fashion-MNIST under label noise, at a constant and an annealed rate.

One run gives two figures: test accuracy of the network of the last epoch, and of the
epoch that did best on a tenth of the noisy training data. Nothing but these two looks
at a clean label. Rows are written as they come: a run that was stopped goes on where
it was, and can be spread over several calls with --losses, --noises and --seeds.
"""

import copy
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
    say,
    software,
    some_of,
    use_one_thread,
    write_text,
)
from skorch.callbacks import Callback
from torch import nn

from sknoisy import NoisyLabelClassifier
from sknoisy.datasets import fetch_fashion_mnist
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.losses import LOSSES
from sknoisy.modules import LeNet5, Standardize
from sknoisy.noise import ClassMapNoise, SymmetricNoise

# Nobody has settled which clothes are confused; here: ankle boot -> sneaker, sneaker ->
# sandal, pullover -> shirt, coat <-> dress.
ASYMMETRIC_MAP = {9: 7, 7: 5, 2: 6, 4: 3, 3: 4}
NOISES = {
    "symmetric 20 %": lambda seed: SymmetricNoise(0.2, random_state=seed),
    "symmetric 50 %": lambda seed: SymmetricNoise(0.5, random_state=seed),
    "symmetric 80 %": lambda seed: SymmetricNoise(0.8, random_state=seed),
    "asymmetric 40 %": lambda seed: ClassMapNoise(
        ASYMMETRIC_MAP, 0.4, random_state=seed
    ),
}
SCHEDULES = {"constant": "constant", "annealed": "one_cycle"}
FIGURES = {"last": "the last epoch", "selected": "the epoch selected on noisy labels"}
KEYS = ["network", "pool", "train_size", "test_size", "epochs", "lr"]
KEYS += ["seed", "noise", "schedule", "loss"]
VALUES = ["last", "selected", "selected_epoch", "valid_acc", "cpu_seconds"]


def plain_mlp(n_features, n_classes, feature_mean, feature_scale):
    """Return 784-256-10, without dropout; it scales all pixels alike."""
    return nn.Sequential(
        Standardize(feature_mean, feature_scale),
        nn.Flatten(),
        nn.Linear(n_features, 256),
        nn.ReLU(),
        nn.Linear(256, n_classes),
    )


# What each network is trained on unless the command line says otherwise; chosen so
# that half an hour of one core or so is enough for all rows of a network.
NETWORKS = {
    "mlp": (plain_mlp, {"train_size": 5_000, "epochs": 15, "pool": 1}),
    "lenet": (
        LeNet5,
        {"train_size": 2_000, "test_size": 5_000, "epochs": 8, "pool": 2, "lr": 3e-3},
    ),
}
QUICK = {"train_size": 300, "epochs": 2, "test_size": 200}


class KeepBest(Callback):
    """Keeps a copy of the networks of the first epoch with the best `valid_acc`."""

    def on_train_begin(self, net, **kwargs):
        """Forget the last fit."""
        self.best_ = -np.inf

    def on_epoch_end(self, net, **kwargs):
        """Copy the weights, if they are the best so far."""
        accuracy = net.history[-1, "valid_acc"]
        if accuracy > self.best_:
            self.best_, self.epoch_ = accuracy, len(net.history)
            self.weights_ = copy.deepcopy(net.module_.state_dict())


class Runner:
    """Trains and scores one job after another on the same images."""

    def __init__(self, data, network, settings):
        size, n_test = settings["train_size"], settings["test_size"]
        self.X = pooled(data.X_train[:size], settings["pool"])
        self.y = data.y_train[:size]
        self.X_test = pooled(data.X_test[:n_test], settings["pool"])
        self.y_test = data.y_test[:n_test]
        self.module = NETWORKS[network][0]

    def run(self, *, loss, noise, schedule, seed, epochs, lr, **settings):
        """Return the columns `VALUES` of one job; empty ones where it diverged."""
        y_noisy = NOISES[noise](seed).fit(self.X, self.y).corrupt(self.y)
        clf = NoisyLabelClassifier(
            self.module,
            loss=loss,
            max_epochs=epochs,
            batch_size=128,
            lr=lr,
            lr_schedule=SCHEDULES[schedule],
            optimizer="adam",
            weight_decay=0,
            validation_fraction=0.1,
            callbacks=[("keep_best", KeepBest())],
            device="cpu",
            random_state=seed,
        )
        try:
            spent, _ = cpu_seconds(lambda: clf.fit(self.X, y_noisy))
        except NonFiniteLossError as error:
            say(str(error))
            return dict.fromkeys(VALUES, "")
        return {**self.score(clf), "cpu_seconds": round(spent, 2)}

    def score(self, clf):
        """Return test accuracy of the last and of the selected network."""
        best = dict(clf.net_.callbacks_)["keep_best"]
        last = clf.score(self.X_test, self.y_test)
        clf.net_.module_.load_state_dict(best.weights_)
        selected = clf.score(self.X_test, self.y_test)
        return {
            "last": round(last, 4),
            "selected": round(selected, 4),
            "selected_epoch": best.epoch_,
            "valid_acc": round(best.best_, 4),
        }


def pooled(images, pool):
    """Return images in [0, 1], averaged over squares of `pool` pixels."""
    n, height, width = images.shape
    squares = images.reshape(n, height // pool, pool, width // pool, pool)
    return squares.mean(axis=(2, 4), dtype=np.float32) / np.float32(255)


# --- tables ---


def accuracies(rows, figure, **cell):
    """Return a cell's test accuracies in percent, one a seed; None where diverged."""
    found = sorted(rows.select(**cell), key=lambda row: int(row["seed"]))
    return [100 * float(row[figure]) if row[figure] else None for row in found]


def cell_text(values, bold=False):
    """Return what a table shows for a cell."""
    if not values:
        return ""
    finite = [value for value in values if value is not None]
    text = mean_and_deviation(finite) if finite else ""
    if len(finite) < len(values):
        text += f" ({len(values) - len(finite)} diverged)"
    return f"**{text.strip()}**" if bold else text.strip()


def mean_of(values):
    """Return the mean of a cell, minus infinity where it is empty or diverged."""
    return np.mean(values) if values and None not in values else -np.inf


def percent(mean):
    """Return a mean as text."""
    return f"{mean:.1f}" if np.isfinite(mean) else "diverged"


def table_of(rows, figure, settings):
    """Return the table losses × (noise, schedule); the best of each column is bold."""
    columns = list(itertools.product(NOISES, SCHEDULES))
    losses = sorted({row["loss"] for row in rows.select(**settings)})
    losses.sort(key=lambda loss: loss != "ce")  # plain cross entropy on top
    cells = {
        (loss, column): accuracies(
            rows, figure, **settings, loss=loss, noise=column[0], schedule=column[1]
        )
        for loss in losses
        for column in columns
    }
    best = {c: max(mean_of(cells[loss, c]) for loss in losses) for c in columns}
    lines = [
        [f"`{loss}`"]
        + [
            cell_text(
                cells[loss, c],
                bold=np.isfinite(best[c]) and mean_of(cells[loss, c]) == best[c],
            )
            for c in columns
        ]
        for loss in losses
    ]
    return markdown_table(["loss", *(f"{n}, {s}" for n, s in columns)], lines)


def summary_of(rows, settings):
    """Return how much the schedule, the selection and the loss are worth."""
    header = ["noise", "figure"]
    header += [f"{what}, {s}" for s in SCHEDULES for what in ("`ce`", "best loss")]
    lines = []
    for noise, figure in itertools.product(NOISES, FIGURES):
        line = [noise, figure]
        for schedule in SCHEDULES:
            cell = {**settings, "noise": noise, "schedule": schedule}
            names = {row["loss"] for row in rows.select(**cell)}
            means = {
                name: mean_of(accuracies(rows, figure, **cell, loss=name))
                for name in sorted(names)
            }
            line.append(percent(means["ce"]) if "ce" in means else "")
            best = max(means, key=means.get, default=None)
            line.append(f"{percent(means[best])} (`{best}`)" if best else "")
        lines.append(line)
    return markdown_table(header, lines, left=2)


def write_tables(path, rows, network, settings):
    """Write what the rows of one network and its settings say."""
    tables = [
        part
        for figure, meaning in FIGURES.items()
        for part in (f"## Test accuracy of {meaning}", table_of(rows, figure, settings))
    ]
    write_text(
        path,
        *about(network, rows.select(**settings), **settings),
        "## What schedule, selection and loss are worth",
        summary_of(rows, settings),
        "The best loss is the best of its column in the tables below, judged on the"
        " test labels: part of its lead is luck. A difference within a standard"
        " deviation or two is none.",
        *tables,
        software("torch", "skorch", "scikit-learn", "numpy"),
    )


def about(network, rows, *, pool, train_size, test_size, epochs, lr, **_):
    """Return the title, and what one must know to read the tables."""
    side = 28 // pool
    title = {
        "mlp": f"MLP {side**2}-256-10, no dropout",
        "lenet": "LeNet-5, the default network for images, dropout 0.3",
    }[network]
    shrunk = "" if pool == 1 else f", each the mean of {pool}×{pool}"
    seeds = ", ".join(sorted({row["seed"] for row in rows}, key=int))
    minutes = sum(float(row["cpu_seconds"] or 0) for row in rows) / 60
    return (
        f"# Losses on Fashion-MNIST: {title}",
        f"The first {train_size:,} training images ({side}×{side} pixels{shrunk}), of"
        " which a tenth is held out with its noisy labels to select the epoch, and"
        f" the first {test_size:,} test images; {epochs} epochs of Adam, batches of"
        f" 128, no weight decay, learning rate {lr:g}, constant or annealed (one cycle"
        " with that peak); every loss with its default parameters. Percent correct on"
        " clean test labels, mean ± standard deviation over the seeds"
        f" {seeds} (of labels, split, weights and batches); bold is the best of a"
        " column.",
        "Symmetric noise never keeps a label. Asymmetric noise moves 40 % of five"
        " classes: ankle boot to sneaker, sneaker to sandal, pullover to shirt, coat"
        " to dress and dress to coat. No such map is standard for these images.",
        f"All {len(rows)} runs took {minutes:.0f} minutes of one core, which is why"
        " images and epochs are few: the figures compare losses with each other, not"
        " with published ones. A loss whose defaults suit other data may do better"
        " when tuned; with ten classes `mae_shift` is `mae` itself.",
    )


def make_settings(args):
    """Return train_size, epochs and so on, from the command line or the network."""
    settings = {"test_size": 10_000, "lr": 1e-3, **NETWORKS[args.network][1]}
    if args.quick:
        settings |= QUICK
    asked = {name: getattr(args, name) for name in settings}
    return settings | {k: v for k, v in asked.items() if v is not None}


def make_jobs(args, settings):
    """Return one job a row; seed by seed, so that early stops leave whole tables."""
    losses = ["ce", "gce"] if args.quick and not args.losses else args.losses
    choices = itertools.product(
        [0] if args.quick else args.seeds,
        check_names(args.noises, NOISES, "noises"),
        check_names(args.schedules, SCHEDULES, "schedules"),
        check_names(losses, LOSSES, "losses"),
    )
    names = ("seed", "noise", "schedule", "loss")
    return [
        {"network": args.network, **settings, **dict(zip(names, choice, strict=True))}
        for choice in choices
    ]


def parse(argv):
    """Return what the command line asks for."""
    parser = make_parser(__doc__)
    parser.add_argument("--network", choices=list(NETWORKS), default="mlp")
    parser.add_argument("--losses", nargs="+", help="names; all by default")
    parser.add_argument("--noises", nargs="+", help=some_of(NOISES))
    parser.add_argument("--schedules", nargs="+", help=some_of(SCHEDULES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--train-size", type=int, help="images to train on")
    parser.add_argument("--test-size", type=int, help="images to test on")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--lr", type=float, help="constant rate and annealed peak")
    parser.add_argument("--pool", type=int, choices=[1, 2, 4], help="shrink images")
    parser.add_argument(
        "--only-tables", action="store_true", help="from the rows that there are"
    )
    return parser.parse_args(argv)


def main(argv=None):
    """Run what is missing, then write the tables."""
    args = parse(argv)
    use_one_thread()
    settings = make_settings(args)
    name = f"losses_fashion_mnist_{args.network}"
    rows = Rows(args.out / f"{name}.csv", keys=KEYS, values=VALUES)
    if not args.only_tables:
        runner = Runner(fetch_fashion_mnist(), args.network, settings)
        run_missing(make_jobs(args, settings), rows, runner.run)
    write_tables(args.out / f"{name}.md", rows, args.network, settings)


if __name__ == "__main__":
    main()
