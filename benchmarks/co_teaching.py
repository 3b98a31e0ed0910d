"""Several networks at once: co-teaching and its kin beside single networks.

MLP 784-256-10 on small sets of Fashion-MNIST and MNIST, four noises, a constant
learning rate as in the papers and an annealed one; the figure is the mean test accuracy
of the last ten epochs. All are told nothing, but for the lines that are told the noise
rate. Rows are written as they come: a run that was stopped goes on where it was.
"""

import itertools

import numpy as np
import torch
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
from losses_fashion_mnist import ASYMMETRIC_MAP, plain_mlp
from skorch.callbacks import Callback

from sknoisy import (
    AsymmetricCoTeachingClassifier,
    CoTeachingClassifier,
    DivideMixClassifier,
    DynamicBootstrappingClassifier,
    MutualLearningClassifier,
    NoisyLabelClassifier,
)
from sknoisy.datasets import fetch_fashion_mnist, fetch_label_errors
from sknoisy.losses import cross_entropy
from sknoisy.noise import ClassMapNoise, SymmetricNoise

# digits that are confused in the asymmetric noise of the papers
DIGITS_MAP = {7: 1, 2: 7, 5: 6, 6: 5, 3: 8}
NOISES = {
    "symmetric 20 %": lambda data: SymmetricNoise(0.2),
    "symmetric 50 %": lambda data: SymmetricNoise(0.5),
    "symmetric 80 %": lambda data: SymmetricNoise(0.8),
    "asymmetric 40 %": lambda data: ClassMapNoise(MAPS[data], 0.4),
}
MAPS = {"Fashion-MNIST": ASYMMETRIC_MAP, "MNIST": DIGITS_MAP}
SCHEDULES = {"constant": "constant", "annealed": "one_cycle"}
LAST = 10  # epochs
WARM_UP = 10  # epochs, as in the papers
KEYS = ["data", "size", "epochs", "schedule", "noise", "seed", "method"]
VALUES = ["last_ten", "noise_rate", "wrong", "cpu_seconds"]


# --- methods: true noise rate -> estimator ---


def on_probabilities(logits, labels):
    """Return cross entropy that takes probabilities for logits, and so is bounded."""
    return cross_entropy(logits.softmax(dim=1), labels)


def teaching(strategy, *, told=False, rank_within="batch", loss="ce"):
    """Return a strategy as published, but told the noise rate or not."""

    def make(rate):
        known = {"noise_rate": rate} if told else {}
        if strategy != "decoupling":
            known["strategy__rank_within"] = rank_within
        if strategy == "jocor":
            known["strategy__agreement"] = 0.9  # as published for such images
        return CoTeachingClassifier(
            plain_mlp, strategy=strategy, loss=loss, warm_up_epochs=WARM_UP, **known
        )

    return make


METHODS = {
    "cross entropy": lambda rate: NoisyLabelClassifier(plain_mlp, loss="ce"),
    "GCE": lambda rate: NoisyLabelClassifier(plain_mlp, loss="gce"),
    "loss of co-teaching+'s code, one network": lambda rate: NoisyLabelClassifier(
        plain_mlp, loss=on_probabilities
    ),
    "decoupling": teaching("decoupling"),
    "co-teaching": teaching("co_teaching"),
    "co-teaching, told the rate": teaching("co_teaching", told=True),
    "co-teaching+": teaching("co_teaching_plus"),
    "co-teaching+, told the rate": teaching("co_teaching_plus", told=True),
    "co-teaching+ with its code's loss, told the rate": teaching(
        "co_teaching_plus", told=True, loss=on_probabilities
    ),
    "JoCoR": teaching("jocor"),
    "JoCoR, told the rate": teaching("jocor", told=True),
    **{
        f"{name}, ranked within labels": teaching(strategy, rank_within="label")
        for name, strategy in [
            ("co-teaching", "co_teaching"),
            ("co-teaching+", "co_teaching_plus"),
            ("JoCoR", "jocor"),
        ]
    },
    "JoCoR, ranked within labels, told the rate": teaching(
        "jocor", told=True, rank_within="label"
    ),
    "asymmetric co-teaching": lambda rate: AsymmetricCoTeachingClassifier(plain_mlp),
    "dynamic bootstrapping": lambda rate: DynamicBootstrappingClassifier(plain_mlp),
    "DivideMix": lambda rate: DivideMixClassifier(plain_mlp),
    "mutual learning": lambda rate: MutualLearningClassifier(plain_mlp),
}


# --- runs ---


class LastEpochs(Callback):
    """Notes the test accuracy of the last epochs; nothing is chosen by it."""

    def __init__(self, X, y):
        self.X = X
        self.y = y

    def on_epoch_end(self, net, **kwargs):
        """Predict by the mean over networks, as the classifiers do."""
        if len(net.history) <= net.max_epochs - LAST:
            return
        net.module_.eval()
        with torch.inference_mode():
            proba = net.module_(torch.from_numpy(self.X)).softmax(dim=-1).mean(dim=1)
        found = proba.argmax(dim=1).numpy()
        net.history.record("test_accuracy", float(np.mean(found == self.y)))


class Runner:
    """Trains one method after another; keeps the images."""

    def __init__(self):
        self.kept = {}

    def run(self, *, data, size, epochs, schedule, noise, seed, method):
        """Return the columns `VALUES` of one job."""
        if data not in self.kept:
            self.kept[data] = read(data, size)
        X, y, X_test, y_test = self.kept[data]
        noisy = NOISES[noise](data).set_params(random_state=seed).fit_corrupt(y)
        wrong = float(np.mean(noisy != y))
        clf = METHODS[method](wrong).set_params(
            max_epochs=epochs,
            batch_size=128,
            lr=1e-3,
            lr_schedule=SCHEDULES[schedule],
            optimizer="adam",
            weight_decay=0,
            callbacks=[("last", LastEpochs(X_test, y_test))],
            device="cpu",
            random_state=seed,
        )
        spent, _ = cpu_seconds(lambda: clf.fit(X, noisy))
        last = clf.history_[-LAST:, "test_accuracy"]
        rate = getattr(clf, "noise_rate_", None)
        return {
            "last_ten": round(float(np.mean(last)), 4),
            "noise_rate": "" if rate is None else round(float(rate), 4),
            "wrong": round(wrong, 4),
            "cpu_seconds": round(spent, 1),
        }


def read(data, size):
    """Return training images in rows, labels, and the same for tests."""
    if data == "Fashion-MNIST":
        found = fetch_fashion_mnist()
        parts = found.X_train, found.y_train, found.X_test, found.y_test
        n, n_test = 10_000, 10_000
    else:  # the ten thousand digits of MNIST's test set
        found = fetch_label_errors("mnist")
        parts = found.X[:8_000], found.y[:8_000], found.X[8_000:], found.y[8_000:]
        n, n_test = 8_000, 2_000
    if size != "all":
        n = n_test = size
    X, y, X_test, y_test = parts
    return in_rows(X[:n]), np.int64(y[:n]), in_rows(X_test[:n_test]), y_test[:n_test]


def in_rows(images):
    """Return images in [0, 1] as rows."""
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


# --- tables ---


def percents(rows, **cell):
    """Return the accuracies of a cell, in percent."""
    return [100 * float(row["last_ten"]) for row in rows.select(**cell)]


def table(rows, cell):
    """Return the table of one set of images and one schedule."""
    lines, most = [], n_seeds(rows.select(**cell))
    for method in METHODS:
        values = [percents(rows, **cell, noise=n, method=method) for n in NOISES]
        found = rows.select(**cell, method=method)
        if found:
            spent = np.mean([float(row["cpu_seconds"]) for row in found])
            texts = [text(v, most) if v else "" for v in values]
            lines.append([method, *texts, f"{spent:.1f}"])
    return markdown_table(["method", *NOISES, "CPU s"], lines)


def text(values, most):
    """Return what a cell shows, and how many seeds it has where others have more."""
    shown = mean_and_deviation(values)
    return shown if len(values) == most else f"{shown} ({len(values)})"


def n_seeds(found):
    """Return how many seeds there are among rows."""
    return len({row["seed"] for row in found})


def rates(rows, size, epochs):
    """Return the table of estimated noise rates, which no strategy has a part in."""
    lines = []
    for data, noise in itertools.product(MAPS, NOISES):
        cell = {"data": data, "size": size, "epochs": epochs, "noise": noise}
        texts = []
        for schedule in SCHEDULES:
            found = rows.select(**cell, schedule=schedule, method="co-teaching")
            errors = [
                100 * (float(row["noise_rate"]) - float(row["wrong"])) for row in found
            ]
            texts.append(mean_and_deviation(errors) if errors else "")
        if any(texts):
            lines.append([data, noise, *texts])
    return markdown_table(["images", "noise", *SCHEDULES], lines, left=2)


def parts(rows, size, epochs):
    """Return headings and tables."""
    for data, schedule in itertools.product(MAPS, SCHEDULES):
        cell = {"data": data, "size": size, "epochs": epochs, "schedule": schedule}
        if rows.select(**cell):
            yield f"## {data}, {schedule} learning rate"
            n = n_seeds(rows.select(**cell))
            yield f"{n} seed{'s' * (n > 1)}; in brackets where a cell has fewer."
            yield table(rows, cell)


def write_tables(path, rows, size, epochs):
    """Write what the rows say."""
    write_text(
        path,
        "# Several networks at once",
        f"Mean test accuracy of the last {LAST} of {epochs} epochs, percent, mean ±"
        " standard deviation over seeds. MLP 784-256-10 without"
        " dropout, Adam with a rate of 1e-3, constant or annealed (one cycle), batches"
        " of 128; the first 10,000 images of Fashion-MNIST, tested on 10,000; 8,000"
        " digits of MNIST's test set, tested on the other 2,000. Symmetric noise never"
        " keeps a label; asymmetric noise moves 40 % of five classes each. Every"
        f" classifier with its defaults otherwise, the co-teaching family with a"
        f" warm-up of {WARM_UP} epochs and JoCoR with an agreement of 0.9, as"
        " published, and with the noise rate that it estimates, but where it says"
        " told. Its losses are ranked within a batch, as published; *ranked within"
        " labels* is sknoisy's default. The code of co-teaching+ takes the cross"
        " entropy of probabilities as if they were logits, which bounds it, as robust"
        " losses are bounded: a line of its own.",
        *parts(rows, size, epochs),
        "## Estimated noise rate, minus the true one, in points",
        "By the schedule of the learning rate. It is found while each network learns"
        " from its own half of the samples, so it is the same for every strategy.",
        rates(rows, size, epochs),
        software("torch", "skorch", "scikit-learn", "numpy"),
    )


def make_jobs(args, size, epochs):
    """Return one job a row; seed by seed, so that early stops leave whole tables."""
    choices = itertools.product(
        [0] if args.quick else args.seeds,
        check_names(args.schedules, SCHEDULES, "schedules"),
        check_names(args.data, MAPS, "data"),
        check_names(args.noises, NOISES, "noises"),
        check_names(args.methods, METHODS, "methods"),
    )
    names = ("seed", "schedule", "data", "noise", "method")
    return [
        {"size": size, "epochs": epochs, **dict(zip(names, choice, strict=True))}
        for choice in choices
    ]


def parse(argv):
    """Return what the command line asks for."""
    parser = make_parser(__doc__)
    parser.add_argument("--data", nargs="+", help=some_of(MAPS))
    parser.add_argument("--schedules", nargs="+", help=some_of(SCHEDULES))
    parser.add_argument("--noises", nargs="+", help=some_of(NOISES))
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
    size, epochs = (300, 12) if args.quick else ("all", 40)
    rows = Rows(args.out / "co_teaching.csv", keys=KEYS, values=VALUES)
    if not args.only_tables:
        run_missing(make_jobs(args, size, epochs), rows, Runner().run)
    write_tables(args.out / "co_teaching.md", rows, size, epochs)


if __name__ == "__main__":
    main()
