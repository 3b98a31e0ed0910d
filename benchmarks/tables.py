"""Tables with noisy labels: ours as it comes beside scikit-learn and cleanlab.

Six tables, two kinds of noise, three seeds: a stratified split into 70 % for training,
whose labels are spoilt, and 30 % for testing, whose labels are not. Every method gets
the same rows and is told nothing about the noise. Rows are written as they come: a run
that was stopped goes on where it was.
"""

import itertools
import warnings

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
from cleanlab.classification import CleanLearning
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sknoisy import NoisyLabelClassifier
from sknoisy.datasets import fetch_keel
from sknoisy.noise import ClassMapNoise, PairFlipNoise, SymmetricNoise

TABLES = ["letter", "satimage", "optdigits", "segment", "spambase", "mushroom"]
KEYS = ["table", "size", "noise", "seed", "method"]
VALUES = ["accuracy", "cpu_seconds", "realized_rate"]
OURS = "NoisyLabelClassifier"


# --- noise ---


def symmetric(n_classes, seed):
    """Return noise that gives 40 % of the labels another class, any one."""
    return SymmetricNoise(0.4, random_state=seed)


def pair(n_classes, seed):
    """Return noise that moves 35 % to the next class; of two, 30 % of the second."""
    if n_classes == 2:
        return ClassMapNoise({1: 0}, 0.3, random_state=seed)
    return PairFlipNoise(0.35, random_state=seed)


NOISES = {"symmetric 40 %": symmetric, "pair 35 %": pair}


# --- methods: (categorical columns, seed) -> estimator ---


def dummies(categorical, others="passthrough"):
    """Return the step before methods for which codes without an order mean nothing."""
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer([("codes", one_hot, categorical)], remainder=others)


def ours(categorical, seed):
    return make_pipeline(
        dummies(categorical), NoisyLabelClassifier(device="cpu", random_state=seed)
    )


def logistic_regression(categorical, seed):
    return make_pipeline(
        dummies(categorical, StandardScaler()), LogisticRegression(max_iter=1000)
    )


def random_forest(categorical, seed):
    return make_pipeline(
        dummies(categorical), RandomForestClassifier(random_state=seed)
    )


def gradient_boosting(categorical, seed):
    return HistGradientBoostingClassifier(
        categorical_features=list(categorical) or None, random_state=seed
    )


def scikit_learn_mlp(categorical, seed):
    return make_pipeline(
        dummies(categorical, StandardScaler()), MLPClassifier(random_state=seed)
    )


def clean_learning(base):
    """Return a method that is cleanlab over `base`."""

    def method(categorical, seed):
        return CleanLearning(
            base(categorical, seed),
            seed=seed,
            find_label_issues_kwargs={"n_jobs": 1},
        )

    return method


PLAIN = {
    "LogisticRegression": logistic_regression,
    "RandomForest": random_forest,
    "HistGradientBoosting": gradient_boosting,
    "MLPClassifier": scikit_learn_mlp,
}
METHODS = {
    OURS: ours,
    **PLAIN,
    "CleanLearning(LogisticRegression)": clean_learning(logistic_regression),
    "CleanLearning(RandomForest)": clean_learning(random_forest),
}


# --- runs ---


class Runner:
    """Trains and scores one job after another; keeps the tables it has read."""

    def __init__(self, methods=METHODS):
        self.methods = methods
        self.tables = {}

    def run(self, *, table, size, noise, seed, method):
        """Return the columns `VALUES` of one job."""
        X, y, categorical = self.read(table, size)
        X_train, X_test, y_train, y_test = train_test_split(
            X, y, test_size=0.3, stratify=y, random_state=seed
        )
        spoil = NOISES[noise](len(np.unique(y)), seed).fit(X_train, y_train)
        y_noisy = spoil.corrupt(y_train)
        estimator = self.methods[method](categorical, seed)
        spent, predicted = cpu_seconds(
            lambda: fit_predict(estimator, X_train, y_noisy, X_test)
        )
        return {
            "accuracy": round(float(np.mean(predicted == y_test)), 4),
            "cpu_seconds": round(spent, 2),
            "realized_rate": round(spoil.realized_rate_, 4),
        }

    def read(self, table, size):
        """Return features, labels and categorical columns, of `size` rows or "all"."""
        if table not in self.tables:
            self.tables[table] = fetch_keel(table)
        data = self.tables[table]
        X, y, categorical = data.X, data.y, [int(i) for i in data.categorical]
        if size == "all":
            return X, y, categorical
        some, _ = train_test_split(
            np.arange(len(y)), train_size=int(size), stratify=y, random_state=0
        )
        return X[some], y[some], categorical


def fit_predict(estimator, X, y, X_test):
    """Fit and predict, deaf to warnings that 200 or 1,000 iterations were too few."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return np.asarray(estimator.fit(X, y).predict(X_test))


# --- tables ---


def values_of(rows, column, **cell):
    """Return a cell's values, one a seed."""
    found = sorted(rows.select(**cell), key=lambda row: int(row["seed"]))
    return [float(row[column]) for row in found]


def accuracy_line(rows, methods, **cell):
    """Return the texts of one line, best plain one bold, and how ours compares."""
    values = {
        m: [100 * v for v in values_of(rows, "accuracy", **cell, method=m)]
        for m in methods
    }
    plain = {m: np.mean(values[m]) for m in methods if m in PLAIN and values[m]}
    best = max(plain, key=plain.get, default=None)
    texts = [mean_and_deviation(values[m]) if values[m] else "" for m in methods]
    texts = [
        f"**{text}**" if method == best else text
        for method, text in zip(methods, texts, strict=True)
    ]
    if best is None or not values.get(OURS):
        return texts, None
    return texts, float(np.mean(values[OURS]) - plain[best])


def accuracy_table(rows, methods, size):
    """Return the table of accuracies, and the leads of ours by cell."""
    lines, leads = [], {}
    for table, noise in itertools.product(TABLES, NOISES):
        cell = {"table": table, "noise": noise, "size": size}
        if not rows.select(**cell):
            continue
        texts, lead = accuracy_line(rows, methods, **cell)
        lines.append([table, noise, *texts, "" if lead is None else f"{lead:+.1f}"])
        if lead is not None:
            leads[table, noise] = lead
    header = ["table", "noise", *methods, "ours − best plain"]
    return markdown_table(header, lines, left=2), leads


def seconds_table(rows, methods, size):
    """Return the table of CPU seconds, the mean over noise and seeds."""
    lines = []
    for table in TABLES:
        spent = [
            values_of(rows, "cpu_seconds", table=table, size=size, method=m)
            for m in methods
        ]
        if any(spent):
            lines.append([table, *(f"{np.mean(s):.1f}" if s else "" for s in spent)])
    return markdown_table(["table", *methods], lines)


def verdict(leads):
    """Return in how many cells ours is at or above the best plain classifier."""
    behind = [f"{t} with {n}" for (t, n), lead in leads.items() if lead < 0]
    text = (
        f"`NoisyLabelClassifier()` is at or above the best plain classifier in"
        f" {len(leads) - len(behind)} of {len(leads)} cells"
    )
    return f"{text}; it is below on {', '.join(behind)}." if behind else f"{text}."


def write_tables(path, rows, size):
    """Write what the rows say."""
    there = {row["method"] for row in rows.select(size=size)}
    methods = [method for method in METHODS if method in there]
    seeds = sorted({row["seed"] for row in rows.select(size=size)}, key=int)
    accuracy, leads = accuracy_table(rows, methods, size)
    write_text(
        path,
        "# Tables with noisy labels",
        "Percent correct on clean test labels, mean ± standard deviation over seeds"
        f" {', '.join(seeds)}; 70 % of the rows train, with noisy labels, 30 % test."
        " Pair noise moves 35 % of each class to the next one; in spambase and"
        " mushroom, which have two classes, 30 % of the second class to the first."
        " Each method as it comes: categorical columns as dummies (gradient boosting"
        " takes them as they are), numbers standardized for logistic regression (at"
        " most 1,000 iterations) and the MLP. Bold: the best plain classifier of the"
        " line, that is scikit-learn's without any treatment of noise.",
        accuracy,
        verdict(leads),
        "## CPU seconds of fit and predict, mean over noises and seeds",
        seconds_table(rows, methods, size),
        software("torch", "skorch", "scikit-learn", "cleanlab", "numpy"),
    )


def make_jobs(args, size):
    """Return one job a row; seed by seed, so that early stops leave whole tables."""
    tables = ["segment", "mushroom"] if args.quick and not args.tables else args.tables
    choices = itertools.product(
        [0] if args.quick else args.seeds,
        check_names(tables, TABLES, "tables"),
        check_names(args.noises, NOISES, "noises"),
        check_names(args.methods, METHODS, "methods"),
    )
    return [
        {"table": table, "size": size, "noise": noise, "seed": seed, "method": method}
        for seed, table, noise, method in choices
    ]


def parse(argv):
    """Return what the command line asks for."""
    parser = make_parser(__doc__)
    parser.add_argument("--tables", nargs="+", help=some_of(TABLES))
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
    size = 300 if args.quick else "all"
    rows = Rows(args.out / "tables.csv", keys=KEYS, values=VALUES)
    if not args.only_tables:
        # torch loads parts of itself at its first step: not a matter of any table
        ours([], seed=0).fit(np.eye(4), [0, 1, 0, 1])
        run_missing(make_jobs(args, size), rows, Runner().run)
    write_tables(args.out / "tables.md", rows, size)


if __name__ == "__main__":
    main()
