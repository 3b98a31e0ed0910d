"""Heads on frozen features under wrong labels: who wins where, after arXiv 2605.22591.

That study found no method that wins everywhere, and up to 19 points between methods.
Here are features that packages and papers share: of CIFAR-10's images (EfficientNet),
of LabelMe's (VGG), of handwritten digits by a network that knows clothes only, and of
Hausa news (words, shortened). Six kinds of noise at three rates; balanced accuracy on
clean test labels; mean ranks, Friedman's test, and the regret of always taking one
method. Rows are written as they come: a run that was stopped goes on where it was.
"""

import functools
import itertools

import auto
import methods as small_sets
import numpy as np
from _common import (
    Rows,
    check_names,
    cpu_seconds,
    make_parser,
    markdown_table,
    run_missing,
    software,
    some_of,
    use_one_thread,
    write_text,
)
from scipy.stats import friedmanchisquare, rankdata
from sklearn.datasets import load_digits
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, minmax_scale

from sknoisy import NoisyLabelClassifier
from sknoisy.datasets import (
    fetch_cifar10n_features,
    fetch_fashion_mnist,
    fetch_hausa_topics,
    fetch_labelme_votes,
)
from sknoisy.noise import (
    ClassConditionalNoise,
    InstanceDependentNoise,
    MarginNoise,
    PairFlipNoise,
    SymmetricNoise,
)

SIZE, MOST_TESTED = 600, 2_000  # rows
RATES = [0.1, 0.25, 0.4]
KEYS = ["features", "noise", "rate", "size", "seed", "method"]
VALUES = ["accuracy", "wrong", "cpu_seconds"]


# --- features: () -> X, y ---


def clothes_network(images):
    """Return what the hidden layer of a network that learned clothes says of images."""
    clothes = fetch_fashion_mnist()
    X = small_sets.pooled(clothes["X_train"][:8000], pool=2).reshape(-1, 14 * 14)
    network = MLPClassifier((256,), max_iter=15, random_state=0)
    auto.tables.fit_predict(network, X, clothes.y_train[:8000], X[:1])
    return np.maximum(images @ network.coefs_[0] + network.intercepts_[0], 0)


def digits_by_clothes():
    digits = load_digits()
    enlarged = np.kron(digits.images, np.ones((2, 2)))[:, 1:15, 1:15]
    return clothes_network(
        minmax_scale(enlarged.reshape(-1, 196), axis=1)
    ), digits.target


def cifar():
    data = fetch_cifar10n_features()
    return data.X_train[:6000].astype(np.float32), data.y_train_true[:6000]


def labelme():
    data = fetch_labelme_votes()
    X = np.concatenate([data.X_train, data.X_test])
    return X, np.concatenate([data.y_train_true, data.y_test])


def hausa():
    data = fetch_hausa_topics()
    texts = [*data.text_train, *data.text_test]
    X = TfidfVectorizer(sublinear_tf=True, min_df=2).fit_transform(texts)
    shortened = TruncatedSVD(100, random_state=0).fit_transform(X)
    return shortened, np.concatenate([data.y_train_true, data.y_test])


FEATURES = {
    "CIFAR-10, EfficientNet": cifar,
    "LabelMe, VGG": labelme,
    "digits, clothes' network": digits_by_clothes,
    "Hausa, words": hausa,
}


# --- noises: (rate, n_classes, seed) -> model ---


def of_any_class(rate, n_classes, seed):
    """Return noise with a rate and likely mistakes of its own for each class."""
    rng = np.random.default_rng(seed)
    rates = rng.uniform(0.5, 1.5, n_classes)
    matrix = rng.dirichlet(np.full(n_classes, 0.5), n_classes)
    np.fill_diagonal(matrix, 0)
    matrix *= (rate * rates / rates.mean() / matrix.sum(axis=1))[:, None]
    np.fill_diagonal(matrix, 1 - matrix.sum(axis=1))
    return ClassConditionalNoise(matrix, random_state=seed)


def half_the_classes(rate, n_classes, seed):
    """Return noise of every other class, each mistaken for the next one."""
    matrix = np.eye(n_classes)
    for k in range(0, n_classes - 1, 2):
        matrix[k, [k, k + 1]] = 1 - rate, rate
    return ClassConditionalNoise(matrix, random_state=seed)


NOISES = {
    "symmetric": lambda rate, k, seed: SymmetricNoise(rate, random_state=seed),
    "pair": lambda rate, k, seed: PairFlipNoise(rate, random_state=seed),
    "half the classes": half_the_classes,
    "any matrix": of_any_class,
    "instance": lambda rate, k, seed: InstanceDependentNoise(rate, random_state=seed),
    "margin": lambda rate, k, seed: MarginNoise(
        rate,
        estimator=make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)),
        random_state=seed,
    ),
}


# --- methods ---


def head(**parameters):
    def method(sparse, categorical, seed):
        return NoisyLabelClassifier(**parameters, random_state=seed)

    return method


NAMES = ["AutoNoisyClassifier", "LogisticRegression", "LogisticRegression, tuned"]
NAMES += ["neighbors, tuned", "HistGradientBoosting", "CoTeachingClassifier"]
NAMES += ["TransitionCorrectedClassifier", "CleanLabelClassifier(LogisticRegression)"]
NAMES += ["CleanLearning(LogisticRegression)"]
METHODS = {
    **{name: auto.METHODS[name] for name in NAMES},
    "NoisyLabelClassifier": head(),
    "NoisyLabelClassifier(method='elr')": head(method="elr"),
}


# --- runs ---


@functools.lru_cache(maxsize=1)
def all_of(features):
    X, y = FEATURES[features]()
    return X, np.unique(y, return_inverse=True)[1]


def read(features, noise, rate, size, seed):
    """Return standardized features, given and true labels, and data to test on."""
    X, y = all_of(features)
    X, X_test, y, y_test = train_test_split(
        X, y, train_size=size, stratify=y, random_state=seed
    )
    scaler = StandardScaler().fit(X)
    X, X_test = scaler.transform(X), scaler.transform(X_test[:MOST_TESTED])
    model = NOISES[noise](rate, y.max() + 1, seed).fit(X, y)
    return X, model.corrupt(y, X), y, X_test, y_test[:MOST_TESTED]


class Runner:
    """Trains one method after another; keeps the data of the last cell."""

    def __init__(self):
        self.key, self.data = None, None

    def run(self, *, features, noise, rate, size, seed, method):
        """Return the columns `VALUES` of one job."""
        key = (features, noise, rate, size, seed)
        if self.key != key:
            self.key, self.data = key, read(*key)
        X, given, true, X_test, y_test = self.data
        estimator = METHODS[method](False, [], seed)
        spent, predicted = cpu_seconds(
            lambda: auto.tables.fit_predict(estimator, X, given, X_test)
        )
        return {
            "accuracy": round(float(balanced_accuracy_score(y_test, predicted)), 4),
            "wrong": round(float(np.mean(given != true)), 4),
            "cpu_seconds": round(spent, 2),
        }


# --- tables ---


def means(rows, size):
    """Return cells, methods, and mean percentages of the cells that all ran on."""
    run = [method for method in METHODS if rows.select(size=size, method=method)]
    cells, found, seeds = [], [], set()
    for features, noise, rate in itertools.product(FEATURES, NOISES, RATES):
        cell = {"features": features, "noise": noise, "rate": rate, "size": size}
        scores = [
            {
                row["seed"]: 100 * float(row["accuracy"])
                for row in rows.select(**cell, method=m)
            }
            for m in run
        ]
        common = set.intersection(*map(set, scores))
        if common:
            cells.append((features, noise, rate))
            found.append([np.mean([one[s] for s in common]) for one in scores])
            seeds |= common
    return cells, run, np.array(found), sorted(seeds, key=int)


def report(path, rows, size):
    """Write what the rows say."""
    cells, run, table, seeds = means(rows, size)
    ranks = rankdata(-table, axis=1)
    regret = table.max(axis=1, keepdims=True) - table
    order = np.argsort(ranks.mean(axis=0))
    lines = [
        [
            run[j],
            f"{table[:, j].mean():.1f}",
            f"{ranks[:, j].mean():.2f}",
            int((ranks[:, j] == ranks.min(axis=1)).sum()),
            f"{regret[:, j].mean():.1f}",
            f"{regret[:, j].max():.1f}",
            f"{seconds(rows, size, run[j]):.1f}",
        ]
        for j in order
    ]
    header = ["method", "balanced accuracy", "mean rank", "best in"]
    header += ["mean regret", "worst", "CPU seconds"]
    named = ("seed " if len(seeds) == 1 else "seeds ") + ", ".join(seeds)
    parts = [
        "# Heads on frozen features",
        f"Percent of balanced accuracy on clean test labels, {len(cells)} cells"
        f" ({named}; {size} rows train; {len(run)} methods as they come)."
        " Regret: points behind the best method of a cell, which test labels name, so"
        " that part of it is luck.",
        markdown_table(header, lines),
    ]
    if len(cells) > 1 and len(run) > 2:
        test = friedmanchisquare(*table.T)
        parts.append(
            f"Friedman's test: χ² = {test.statistic:.1f}, p = {test.pvalue:.1e}."
        )
    for i, title in enumerate(["features", "noise", "rate"]):
        parts += [f"## By {title}", by(cells, run, table, order, i)]
    write_text(path, *parts, software("torch", "scikit-learn", "cleanlab", "numpy"))


def seconds(rows, size, method):
    return np.mean(
        [float(r["cpu_seconds"]) for r in rows.select(size=size, method=method)]
    )


def by(cells, run, table, order, i):
    """Return mean percentages by one part of the cells."""
    kinds = list(dict.fromkeys(cell[i] for cell in cells))
    of_kind = [[c for c, cell in enumerate(cells) if cell[i] == kind] for kind in kinds]
    lines = [
        [run[j], *(f"{table[places, j].mean():.1f}" for places in of_kind)]
        for j in order
    ]
    return markdown_table(["method", *map(str, kinds)], lines)


def main(argv=None):
    """Run what is missing, then write the tables."""
    parser = make_parser(__doc__)
    parser.add_argument("--features", nargs="+", help=some_of(FEATURES))
    parser.add_argument("--noises", nargs="+", help=some_of(NOISES))
    parser.add_argument("--methods", nargs="+", help=some_of(METHODS))
    parser.add_argument("--rates", nargs="+", type=float, default=RATES)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--only-tables", action="store_true", help="run nothing")
    args = parser.parse_args(argv)
    use_one_thread()
    size, seeds, rates = SIZE, args.seeds, args.rates
    if args.quick:
        size, seeds, rates = 150, [0], [0.25]
    rows = Rows(args.out / "frozen_features.csv", keys=KEYS, values=VALUES)
    if not args.only_tables:
        choices = itertools.product(
            seeds,
            check_names(args.features, FEATURES, "features"),
            check_names(args.noises, NOISES, "noises"),
            rates,
            check_names(args.methods, METHODS, "methods"),
        )
        jobs = [
            {"features": f, "noise": n, "rate": r, "size": size, "seed": s, "method": m}
            for s, f, n, r, m in choices
        ]
        run_missing(jobs, rows, Runner().run)
    report(args.out / "frozen_features.md", rows, size)


if __name__ == "__main__":
    main()
