"""Every method beside cross entropy: ten classes of clothes, and labels by people.

Small sets, so that each method's defaults can be tried under many noises: 5,000 images
of Fashion-MNIST under six simulated noises, 10,000 image features with two sets of
CIFAR-10N's labels, and Hausa news with labels from rules. Every method is told nothing
and trains as its defaults say; the last epoch counts. One line trains on clean labels,
as the ceiling. Rows are written as they come: a run that was stopped goes on where it
was.
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
    say,
    software,
    some_of,
    use_one_thread,
    write_text,
)
from _company import BASES, PEERS
from losses_fashion_mnist import ASYMMETRIC_MAP, pooled
from scipy.sparse import issparse
from sklearn.feature_extraction.text import TfidfVectorizer

from sknoisy import (
    AsymmetricCoTeachingClassifier,
    CleanLabelClassifier,
    CoTeachingClassifier,
    DivideMixClassifier,
    DynamicBootstrappingClassifier,
    MutualLearningClassifier,
    NoisyLabelClassifier,
    TransitionCorrectedClassifier,
    WANNClassifier,
)
from sknoisy.classifiers import METHODS as NAMED
from sknoisy.datasets import (
    fetch_cifar10n_features,
    fetch_fashion_mnist,
    fetch_hausa_topics,
)
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.noise import ClassMapNoise, InstanceDependentNoise, SymmetricNoise

SIMULATED = {
    "symmetric 50 %": SymmetricNoise(0.5),
    "symmetric 80 %": SymmetricNoise(0.8),
    "asymmetric 40 %": ClassMapNoise(ASYMMETRIC_MAP, 0.4),
    "instance 20 %": InstanceDependentNoise(0.2),
    "instance 35 %": InstanceDependentNoise(0.35),
    "instance 50 %": InstanceDependentNoise(0.5),
}
BY_PEOPLE = ["CIFAR-10N worse", "CIFAR-10N random1", "Hausa"]
LABELS = [*SIMULATED, *BY_PEOPLE]
KEYS = ["labels", "size", "seed", "method"]
VALUES = ["accuracy", "wrong", "cpu_seconds"]
CLEAN = "ce on clean labels"


# --- methods: seed -> estimator ---


def loss(name, **parameters):
    """Return a method that is one loss."""
    return lambda: NoisyLabelClassifier(loss=name, **parameters)


def named(name):
    """Return a method of the registry."""
    return lambda: NoisyLabelClassifier(method=name)


def corrected(**parameters):
    """Return a method that corrects by a transition matrix."""
    return lambda: TransitionCorrectedClassifier(**parameters)


def teaching(strategy, **parameters):
    """Return a method of two networks that choose samples for each other."""
    return lambda: CoTeachingClassifier(strategy=strategy, **parameters)


# methods of the registry that have rows of their own, by other names
BELOW = {
    *("plain", "mutual_learning", "divide_mix", "dynamic_bootstrapping"),
    *("asymmetric_co_teaching", "co_teaching", "co_teaching_plus", "decoupling"),
    *("jocor", "volmin", "total_variation", "forward", "backward", "reweight"),
    *("revision", "posterior", "prior_ratio", "logit_adjustment"),
}
# what others offer, told nothing as well
COMPANY = {"HistGradientBoosting": BASES["HistGradientBoosting"], **PEERS}
METHODS = {
    CLEAN: loss("ce"),
    "ce": loss("ce"),
    "gce": loss("gce"),
    "sce": loss("sce"),
    "js": loss("js"),
    "ce, mixup=1": loss("ce", mixup=1.0),
    "gce, mixup=1": loss("gce", mixup=1.0),
    "ce, optimizer='sam'": loss("ce", optimizer="sam"),
    "ce, early_stopping='label_wave'": loss(
        "ce", early_stopping="label_wave", lr_schedule="constant"
    ),
    "ce, average='ema'": loss("ce", average="ema"),
    **{name: named(name) for name in NAMED if name not in BELOW},
    "TransitionCorrectedClassifier()": corrected(),
    **{
        f"correction='{name}'": corrected(correction=name)
        for name in ["backward", "reweight", "revision", "posterior", "prior_ratio"]
    },
    **{
        f"transition='{name}'": corrected(transition=name)
        for name in ["volmin", "total_variation"]
    },
    **{
        f"CoTeachingClassifier('{name}')": teaching(name)
        for name in ["co_teaching", "co_teaching_plus", "jocor", "decoupling"]
    },
    **{
        f"CoTeachingClassifier('{name}', strategy__rank_within='batch')": teaching(
            name, strategy__rank_within="batch"
        )
        for name in ["co_teaching", "co_teaching_plus", "jocor"]
    },
    "AsymmetricCoTeachingClassifier()": AsymmetricCoTeachingClassifier,
    "DynamicBootstrappingClassifier()": DynamicBootstrappingClassifier,
    "DivideMixClassifier()": DivideMixClassifier,
    "MutualLearningClassifier()": MutualLearningClassifier,
    "WANNClassifier()": WANNClassifier,
    "CleanLabelClassifier(NoisyLabelClassifier())": lambda: CleanLabelClassifier(
        NoisyLabelClassifier()
    ),
    **COMPANY,
}


# --- runs ---


class Runner:
    """Trains one method after another; keeps the data of the last labels."""

    def __init__(self):
        self.key, self.data = None, None

    def run(self, *, labels, size, seed, method):
        """Return the columns `VALUES` of one job; an empty accuracy: it diverged."""
        if self.key != (labels, size, seed):
            self.key, self.data = (labels, size, seed), read(labels, size, seed)
        X, noisy, clean, X_test, y_test = self.data
        clf = made(method, issparse(X), seed)
        if size != "all":
            few = {name: 3 for name in clf.get_params() if name.endswith("max_epochs")}
            clf.set_params(**few)
        y = clean if method == CLEAN else noisy
        try:
            spent, _ = cpu_seconds(lambda: clf.fit(X, y))
        except NonFiniteLossError as error:
            say(str(error))
            return {**dict.fromkeys(VALUES, ""), "wrong": np.mean(noisy != clean)}
        return {
            "accuracy": round(clf.score(X_test, y_test), 4),
            "wrong": round(float(np.mean(noisy != clean)), 4),
            "cpu_seconds": round(spent, 1),
        }


def made(method, sparse, seed):
    """Return a classifier with a seed, if anything in it is random."""
    if method in COMPANY:
        return COMPANY[method](sparse, [], seed)
    clf = METHODS[method]()
    random = "random_state" in clf.get_params()
    return clf.set_params(random_state=seed) if random else clf


def read(labels, size, seed):
    """Return features, given and true labels, and clean test data."""
    n = None if size == "all" else size
    if labels in SIMULATED:
        return read_clothes(SIMULATED[labels], 5_000 if n is None else n, seed)
    return read_texts(n) if labels == "Hausa" else read_features(labels, n)


def read_clothes(noise, n, seed):
    """Return images in rows, their labels spoilt by `noise`."""
    data = fetch_fashion_mnist()
    X, X_test = (
        pooled(data[name][:most], pool=2).reshape(-1, 14 * 14)
        for name, most in [("X_train", n), ("X_test", 10_000)]
    )
    y, y_test = data.y_train[:n].astype(int), data.y_test[:10_000].astype(int)
    noisy = noise.set_params(random_state=seed).fit_corrupt(y, X)
    return X, noisy, y, X_test, y_test


def read_features(labels, n):
    """Return image features with labels that people gave."""
    data = fetch_cifar10n_features()
    n = 10_000 if n is None else n
    given = data[f"human_{labels.split()[-1]}"]
    return data.X_train[:n], given[:n], data.y_train_true[:n], data.X_test, data.y_test


def read_texts(n):
    """Return words of headlines with labels that rules gave."""
    data = fetch_hausa_topics()
    words = TfidfVectorizer(min_df=2, sublinear_tf=True, dtype=np.float32)
    X = words.fit_transform(data.text_train[:n])
    given, true = data.y_train_noisy[:n], data.y_train_true[:n]
    return X, given, true, words.transform(data.text_test), data.y_test


# --- tables ---


def column(rows, method, labels, size):
    """Return the accuracies of a cell in percent, one a seed."""
    found = rows.select(method=method, labels=labels, size=size)
    return [100 * float(row["accuracy"]) for row in found if row["accuracy"]]


def table(rows, some, size):
    """Return the table of all methods; the best of each column but the ceiling bold."""
    cells = {
        (method, labels): column(rows, method, labels, size)
        for method, labels in itertools.product(METHODS, some)
    }
    best = {
        labels: max(
            (
                np.mean(cells[m, labels])
                for m in METHODS
                if m != CLEAN and cells[m, labels]
            ),
            default=None,
        )
        for labels in some
    }
    most, lines = max(map(len, cells.values())), []
    for method in METHODS:
        if any(cells[method, labels] for labels in some):
            texts = [text(cells[method, labels], best[labels], most) for labels in some]
            lines.append([f"`{method}`" if method != CLEAN else method, *texts])
    return markdown_table(["method", *some], lines)


def text(values, best, most):
    """Return what a cell shows, and how many seeds it has where others have more."""
    if not values:
        return ""
    shown = mean_and_deviation(values)
    shown += f" ({len(values)})" if len(values) < most else ""
    return f"**{shown}**" if np.mean(values) == best else shown


def closed_gap(rows, size):
    """Return, for people's labels, who closes how much of the gap to clean labels."""
    for labels in BY_PEOPLE:
        low, high = (column(rows, m, labels, size) for m in ("ce", CLEAN))
        if not low or not high or np.mean(high) <= np.mean(low):
            continue
        low, high = np.mean(low), np.mean(high)
        shares = {
            method: (np.mean(found) - low) / (high - low)
            for method in METHODS
            if method != CLEAN and (found := column(rows, method, labels, size))
        }
        told = sorted(shares.items(), key=lambda item: -item[1])[:3]
        names = ", ".join(f"`{name}` {share:.0%}" for name, share in told)
        end = "" if told[0][1] >= 0.5 else " No method closes half of the gap."
        yield f"- {labels}: {low:.1f} to {high:.1f}; {names}.{end}"


def seconds(rows, size):
    """Return the table of CPU seconds, the mean over all labels and seeds."""
    lines = []
    for method in METHODS:
        spent = [
            float(row["cpu_seconds"])
            for row in rows.select(method=method, size=size)
            if row["cpu_seconds"]
        ]
        if spent:
            lines.append([f"`{method}`", f"{np.mean(spent):.1f}"])
    return markdown_table(["method", "CPU s"], lines)


def write_tables(path, rows, size):
    """Write what the rows say."""
    seeds = sorted({row["seed"] for row in rows.select(size=size)}, key=int)
    write_text(
        path,
        "# Every method beside cross entropy",
        "Percent correct on clean test labels after the last epoch, mean ± standard"
        f" deviation over seeds {', '.join(seeds)}, in brackets how many they are where"
        " others have more; every estimator with its defaults, told nothing. A name of"
        " a loss or objective stands for `NoisyLabelClassifier(loss=...)`. Bold is the"
        " best of a column, by test labels, so part of its lead is luck.",
        "## Ten classes of Fashion-MNIST",
        "5,000 images of 14×14 pixels as a table, so that the default network is"
        " `MLP`. Symmetric noise never keeps a label; asymmetric noise moves 40 % of"
        " five classes to a similar one; instance-dependent noise is Xia's. Papers that"
        " use Fashion-MNIST train residual networks of 18 layers and more on all its"
        " 60,000 images: no cell repeats a setting of theirs, so that who helps can be"
        " compared, and figures can't.",
        table(rows, list(SIMULATED), size),
        "## Labels by people and by rules",
        "10,000 image features with CIFAR-10N's labels; Hausa headlines (a sparse"
        " table of words) with labels from keywords.",
        table(rows, BY_PEOPLE, size),
        "From `ce` on given labels to `ce` on clean ones, and who closes most of that:",
        "\n".join(closed_gap(rows, size)),
        "## CPU seconds of fit, mean over all labels and seeds",
        seconds(rows, size),
        software("torch", "skorch", "scikit-learn", "numpy"),
    )


def make_jobs(args, size):
    """Return one job a row; seed by seed, so that early stops leave whole tables."""
    choices = itertools.product(
        [0] if args.quick else args.seeds,
        check_names(args.labels, LABELS, "labels"),
        check_names(args.methods, METHODS, "methods"),
    )
    return [
        {"labels": labels, "size": size, "seed": seed, "method": method}
        for seed, labels, method in choices
    ]


def parse(argv):
    """Return what the command line asks for."""
    parser = make_parser(__doc__)
    parser.add_argument("--labels", nargs="+", help=some_of(LABELS))
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
    size = 300 if args.quick else "all"
    rows = Rows(args.out / "methods.csv", keys=KEYS, values=VALUES)
    if not args.only_tables:
        run_missing(make_jobs(args, size), rows, Runner().run)
    write_tables(args.out / "methods.md", rows, size)


if __name__ == "__main__":
    main()
