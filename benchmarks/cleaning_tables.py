"""Cleaning tables before training: ours beside cleanlab's, over the same classifiers.

The tables, noises, splits and seeds of `tables.py`, and three small tables of classes
that overlap. Each classifier is trained as it is, by cleanlab's CleanLearning, and by
CleanLabelClassifier, all told nothing about the noise. Rows are written as they come: a
run that was stopped goes on where it was.
"""

import itertools

import numpy as np
import tables
from _common import (
    Rows,
    check_names,
    make_parser,
    markdown_table,
    mean_and_deviation,
    run_missing,
    software,
    some_of,
    use_one_thread,
    write_text,
)
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
from tables import KEYS, NOISES, TABLES, VALUES, Runner, values_of

from sknoisy.cleaning import CleanLabelClassifier

SMALL = {  # rows, and the classes of a table that are easily taken for one another
    "satimage 3/4/7": ("satimage", 570, [2, 3, 5]),
    "letter BDHRSX": ("letter", 860, [1, 3, 7, 17, 18, 23]),
    "made overlapping": (None, 860, None),
}


class SmallRunner(Runner):
    """Knows the small tables, too."""

    def read(self, table, size):
        """Return features, labels and categorical columns."""
        if table not in SMALL:
            return super().read(table, size)
        origin, n_rows, classes = SMALL[table]
        if origin is None:
            X, y = make_classification(
                n_rows,
                10,
                n_informative=6,
                n_classes=4,
                class_sep=0.8,
                flip_y=0,
                random_state=11,
            )
            return X, y, []
        X, y, categorical = super().read(origin, "all")
        rows = np.flatnonzero(np.isin(y, np.unique(y)[classes]))
        rows, _ = train_test_split(
            rows, train_size=n_rows, stratify=y[rows], random_state=0
        )
        return X[rows], np.unique(y[rows], return_inverse=True)[1], categorical


CLASSIFIERS = {
    "LogisticRegression": tables.logistic_regression,
    "RandomForest": tables.random_forest,
    "HistGradientBoosting": tables.gradient_boosting,
}


def ours(base):
    """Return a method that is CleanLabelClassifier over `base`."""

    def method(categorical, seed):
        return CleanLabelClassifier(base(categorical, seed), random_state=seed)

    return method


WAYS = {
    "{}": lambda base: base,
    "CleanLearning({})": tables.clean_learning,
    "CleanLabelClassifier({})": ours,
}
METHODS = {
    way.format(name): make(base)
    for (name, base), (way, make) in itertools.product(
        CLASSIFIERS.items(), WAYS.items()
    )
}


# --- tables ---


def comparison(rows, classifier, size):
    """Return the lines of one classifier's table, and what they say in one sentence."""
    methods = [way.format(classifier) for way in WAYS]
    lines, means, behind = [], [], []
    for table, noise in itertools.product([*TABLES, *SMALL], NOISES):
        cell = {"table": table, "noise": noise, "size": size}
        found = [
            100 * np.array(values_of(rows, "accuracy", **cell, method=method))
            for method in methods
        ]
        if not all(map(len, found)):
            continue
        plain, theirs, own = found
        lead = own.mean() - theirs.mean()
        texts = [mean_and_deviation(values) for values in found]
        lines.append([table, noise, *texts, f"{lead:+.1f}"])
        means.append([values.mean() for values in found])
        if -lead > deviation(own, theirs):
            behind.append(f"{table} with {noise}")
    return methods, lines, means, behind


def deviation(*samples):
    """Return the larger standard deviation over seeds."""
    return max(np.std(values, ddof=1) if len(values) > 1 else 0 for values in samples)


def accuracy_parts(rows, size):
    """Return heading, table and sentence for each classifier."""
    for classifier in CLASSIFIERS:
        methods, lines, means, behind = comparison(rows, classifier, size)
        if not lines:
            continue
        mean = np.mean(means, axis=0)
        lines.append(["**mean**", "", *(f"**{m:.1f}**" for m in mean), ""])
        lines[-1][-1] = f"**{mean[2] - mean[1]:+.1f}**"
        yield f"## {classifier}"
        header = ["table", "noise", "as it is", *methods[1:], "difference"]
        yield markdown_table(header, lines, left=2)
        yield verdict(len(means), mean, behind)


def verdict(n_cells, mean, behind):
    """Return what the table says, in a sentence."""
    told = (
        f"Mean over {n_cells} cells: CleanLabelClassifier {mean[2]:.1f}, CleanLearning"
        f" {mean[1]:.1f}. Lower by more than the larger of their standard deviations"
    )
    return f"{told}: {', '.join(behind) if behind else 'in no cell'}."


def seconds_part(rows, size):
    """Return the table of CPU seconds, the mean over noises and seeds."""
    lines = []
    for table in [*TABLES, *SMALL]:
        spent = [
            values_of(rows, "cpu_seconds", table=table, size=size, method=method)
            for method in METHODS
        ]
        if any(spent):
            lines.append([table, *(f"{np.mean(s):.1f}" if s else "" for s in spent)])
    return markdown_table(["table", *METHODS], lines)


def write_tables(path, rows, size):
    """Write what the rows say."""
    seeds = sorted({row["seed"] for row in rows.select(size=size)}, key=int)
    write_text(
        path,
        "# Cleaning tables before training",
        "Percent correct on clean test labels, mean ± standard deviation over seeds"
        f" {', '.join(seeds)}; tables, noises and splits of `tables.md`, and three"
        " small tables of classes that overlap. Each classifier as it is, by cleanlab's"
        " CleanLearning and by CleanLabelClassifier, both as they come.",
        *accuracy_parts(rows, size),
        "## CPU seconds of fit and predict, mean over noises and seeds",
        seconds_part(rows, size),
        software("scikit-learn", "cleanlab", "numpy"),
    )


def make_jobs(args, size):
    """Return one job a row; seed by seed, so that early stops leave whole tables."""
    some = ["segment", "mushroom"] if args.quick and not args.tables else args.tables
    choices = itertools.product(
        [0] if args.quick else args.seeds,
        check_names(args.methods, METHODS, "methods"),
        check_names(some, [*TABLES, *SMALL], "tables"),
        check_names(args.noises, NOISES, "noises"),
    )
    return [
        {"table": table, "size": size, "noise": noise, "seed": seed, "method": method}
        for seed, method, table, noise in choices
    ]


def parse(argv):
    """Return what the command line asks for."""
    parser = make_parser(__doc__)
    parser.add_argument("--tables", nargs="+", help=some_of([*TABLES, *SMALL]))
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
    rows = Rows(args.out / "cleaning_tables.csv", keys=KEYS, values=VALUES)
    if not args.only_tables:
        run_missing(make_jobs(args, size), rows, SmallRunner(METHODS).run)
    write_tables(args.out / "cleaning_tables.md", rows, size)


if __name__ == "__main__":
    main()
