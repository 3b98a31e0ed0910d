"""How many labels are wrong: estimates on tables with symmetric noise of 10 to 60 %.

Every estimate of a transition matrix, from the out-of-fold probabilities of a random
forest, from features, or both; the noise rate that it stands for, minus the share of
labels that are wrong. Nothing but this difference looks at a true label. Rows are
written as they come: a run that was stopped goes on where it was.
"""

import itertools

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
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.preprocessing import StandardScaler

from sknoisy.datasets import fetch_keel
from sknoisy.metrics import noise_rate_error
from sknoisy.noise import SymmetricNoise
from sknoisy.transition import estimate_transition, noise_rate

TABLES = ["letter", "satimage", "optdigits"]
RATES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
# name -> the estimate, and what it sees as features
METHODS = {
    "likelihood": ("likelihood", None),
    "hoc, scaled features": ("hoc", "features"),
    "hoc, out-of-fold probabilities": ("hoc", "pred_probs"),
    "confident_joint": ("confident_joint", None),
    "counts": ("counts", None),
    "anchor": ("anchor", None),
    "dual_t": ("dual_t", None),
}
KEYS = ["table", "size", "rate", "seed", "method"]
VALUES = ["error", "cpu_seconds", "forest_accuracy", "forest_cpu_seconds"]


class Runner:
    """Estimates one rate after another; keeps what the last forest said."""

    def __init__(self, n_trees):
        self.n_trees = n_trees
        self.key, self.data = None, None

    def run(self, *, table, size, rate, seed, method):
        """Return the columns `VALUES` of one job."""
        if self.key != (table, size, rate, seed):
            self.key = table, size, rate, seed
            self.data = self.prepare(table, size, float(rate), seed)
        known, y, accuracy, spent = self.data
        name, features = METHODS[method]
        facts = {**known, "features": known.get(features)}
        seconds, transition = cpu_seconds(lambda: estimate_transition(name, **facts))
        estimate = noise_rate(np.bincount(known["labels"]), transition)
        return {
            "error": round(noise_rate_error(y, known["labels"], estimate), 4),
            "cpu_seconds": round(seconds, 2),
            "forest_accuracy": accuracy,
            "forest_cpu_seconds": spent,
        }

    def prepare(self, table, size, rate, seed):
        """Return what estimates see, the true labels, and how the forest did."""
        data = fetch_keel(table)
        some = slice(None if size == "all" else int(size))
        X, y = data.X[some], np.unique(data.y[some], return_inverse=True)[1]
        labels = SymmetricNoise(rate, random_state=seed).fit(X, y).corrupt(y)
        # small leaves follow single labels, which is what noise is
        forest = RandomForestClassifier(
            self.n_trees, min_samples_leaf=5, random_state=seed
        )
        folds = StratifiedKFold(5, shuffle=True, random_state=seed)
        spent, probs = cpu_seconds(
            lambda: cross_val_predict(
                forest, X, labels, cv=folds, method="predict_proba"
            )
        )
        features = StandardScaler().fit_transform(X)
        known = {"pred_probs": probs, "labels": labels, "features": features}
        accuracy = round(float(np.mean(probs.argmax(axis=1) == y)), 4)
        return known, y, accuracy, round(spent, 1)


def errors_of(rows, **cell):
    """Return a cell's errors in percentage points, one a seed."""
    return [100 * float(row["error"]) for row in rows.select(**cell)]


def table_of(rows, table, size):
    """Return the table methods × rates of one data set."""
    lines = []
    for method in METHODS:
        cells = [
            errors_of(rows, table=table, size=size, rate=rate, method=method)
            for rate in RATES
        ]
        if any(cells):
            worst = max(abs(error) for error in itertools.chain(*cells))
            texts = [f"{np.mean(cell):+.1f}" if cell else "" for cell in cells]
            lines.append([f"`{method}`", *texts, f"{worst:.1f}"])
    header = [table, *(f"{rate:.0%}" for rate in RATES), "largest error"]
    return markdown_table(header, lines)


def verdict(rows, size):
    """Return which estimates stay within two points."""
    sentences = []
    for method in METHODS:
        cells = [
            errors_of(rows, table=table, size=size, rate=rate, method=method)
            for table, rate in itertools.product(TABLES, RATES)
        ]
        means = [abs(np.mean(cell)) for cell in cells if cell]
        if means:
            close = sum(mean <= 2 for mean in means)
            sentences.append(
                f"`{method}` is within two points (mean over seeds) in {close} of"
                f" {len(means)} cells."
            )
    return "\n".join(f"- {sentence}" for sentence in sentences)


def forests_of(rows, size):
    """Return how good the forests were, and what they cost."""
    found = rows.select(size=size, method="likelihood")
    accuracy = [float(row["forest_accuracy"]) for row in found]
    spent = [float(row["forest_cpu_seconds"]) for row in found]
    return (
        f"Out of fold the forests are right on {min(accuracy):.0%} to"
        f" {max(accuracy):.0%} of the samples, and cost {np.mean(spent):.0f} CPU"
        " seconds on average."
    )


def report(rows, size, path):
    """Write the tables of all rows that there are."""
    n_seeds = len({row["seed"] for row in rows.select(size=size)})
    parts = [
        "# Noise rates",
        f"Estimated minus realized share of wrong labels, in percentage points; mean"
        f" over {n_seeds} seed{'s' * (n_seeds > 1)}, and the largest error of a single"
        " run. Symmetric noise. Probabilities are those of a random forest (50 trees,"
        " leaves of at least 5 samples), out of five folds; features are scaled to"
        " variance one."
        " `confident_joint` makes the counts that cleanlab makes.",
        *[table_of(rows, table, size) for table in TABLES],
        verdict(rows, size),
        forests_of(rows, size),
        software("scikit-learn", "numpy"),
    ]
    write_text(path, *parts)


def main(arguments=None):
    parser = make_parser(__doc__)
    parser.add_argument("--tables", nargs="+", help=some_of(TABLES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--only-tables", action="store_true", help="run nothing")
    given = parser.parse_args(arguments)
    use_one_thread()
    tables = check_names(given.tables, TABLES, "tables")
    size, rates, seeds = "all", RATES, given.seeds
    if given.quick:
        size, rates, seeds = "400", [0.1, 0.6], seeds[:1]
    rows = Rows(given.out / "noise_rates.csv", keys=KEYS, values=VALUES)
    if not given.only_tables:
        jobs = [
            dict(zip(KEYS, (table, size, rate, seed, method), strict=True))
            for seed, table, rate, method in itertools.product(
                seeds, tables, rates, METHODS
            )
        ]
        run_missing(jobs, rows, Runner(n_trees=10 if given.quick else 50).run)
    report(rows, size, given.out / "noise_rates.md")


if __name__ == "__main__":
    main()
