"""Few labels: what rows without one are worth, with and without wrong labels.

Each learner is told which rows have no label. The supervised lines leave them out.
Nothing was chosen by the test labels; every method has its defaults.
"""

import warnings

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
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelSpreading, SelfTrainingClassifier

from sknoisy import CleanLabelClassifier, CoTrainingClassifier, NoisyLabelClassifier
from sknoisy.datasets import fetch_keel
from sknoisy.noise import MissingLabelNoise, SymmetricNoise

KEYS = ["seed", "data", "noise", "labeled", "method"]
VALUES = ["accuracy", "cpu_seconds"]
LABELED = (0.05, 0.2, 0.5)
NOISES = (0.0, 0.3)
MOST = 2500  # rows of a table; with more, 5 % are no longer few labels


def digits():
    """Return features and labels of scikit-learn's digits."""
    return load_digits(return_X_y=True)


def keel(name):
    """Return a function that gives features and labels of some rows of a table."""

    def fetch():
        X, y = fetch_keel(name, return_X_y=True)
        rows = np.random.default_rng(0).permutation(len(y))[:MOST]
        return X[rows].astype(float), y[rows]

    return fetch


DATA = {"digits": digits, "segment": keel("segment"), "satimage": keel("satimage")}


def logistic():
    """Return a logistic regression of scaled features."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


def network(method=None, **options):
    """Return a function that makes a network that learns by a method."""

    def make(seed):
        given = {} if method is None else {"method": method}
        return NoisyLabelClassifier(**given, **options, unlabeled=-1, random_state=seed)

    return make


# those of the first part never see a row without a label
SUPERVISED = {
    "logistic regression": lambda seed: logistic(),
    "random forest": lambda seed: RandomForestClassifier(random_state=seed),
    "NoisyLabelClassifier": network(),
}
LEARNERS = {
    **SUPERVISED,
    "scikit-learn SelfTraining, logistic": lambda seed: SelfTrainingClassifier(
        logistic()
    ),
    "scikit-learn LabelSpreading": lambda seed: make_pipeline(
        StandardScaler(), LabelSpreading("knn", n_neighbors=7)
    ),
    "CoTrainingClassifier": lambda seed: CoTrainingClassifier(random_state=seed),
    'CleanLabelClassifier, "semi_supervised"': lambda seed: CleanLabelClassifier(
        logistic(), action="semi_supervised", unlabeled=-1, random_state=seed
    ),
    "DivideMix": network("divide_mix"),
    "ELR+": network("elr+"),
    "FixMatch": network("fix_match"),
    "FixMatch, GCE": network("fix_match", loss="gce"),
}


class Runner:
    """Trains one learner after another."""

    def __init__(self):
        self.last = None, None

    def run(self, *, seed, data, noise, labeled, method):
        """Return the columns `VALUES` of one job."""
        key = seed, data, noise, labeled
        if self.last[0] != key:
            self.last = key, make_task(*key)
        X, y, X_test, y_test = self.last[1]
        if method in SUPERVISED:
            X, y = X[y >= 0], y[y >= 0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            clf = LEARNERS[method](seed)
            spent, _ = cpu_seconds(lambda: clf.fit(X, y))
        right = (clf.predict(X_test) == y_test).mean()
        return {"accuracy": round(right, 4), "cpu_seconds": round(spent, 2)}


def make_task(seed, data, noise, labeled):
    """Return features and labels of training, most of them -1, and those of testing."""
    X, y = DATA[data]()
    y = np.unique(y, return_inverse=True)[1]
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.3, random_state=seed)
    if noise:
        y = SymmetricNoise(noise, random_state=seed).fit_corrupt(y)
    missing = MissingLabelNoise(1 - labeled, random_state=seed + 1000)
    return X, missing.fit_corrupt(y), X_test, y_test


def table_of(rows, noise):
    """Return a table: a line for each learner."""
    columns = [(data, labeled) for data in DATA for labeled in LABELED]
    columns = [
        (d, s) for d, s in columns if rows.select(data=d, labeled=s, noise=noise)
    ]
    lines = []
    for method in LEARNERS:
        cells = [
            [100 * float(row["accuracy"]) for row in found]
            if (found := rows.select(data=d, labeled=s, noise=noise, method=method))
            else None
            for d, s in columns
        ]
        if not any(cells):
            continue
        spent = [float(row["cpu_seconds"]) for row in rows.select(method=method)]
        lines.append(
            [
                method,
                *("" if c is None else mean_and_deviation(c) for c in cells),
                f"{np.mean(spent):.1f}",
            ]
        )
    titles = [f"{d}, {100 * s:.0f} %" for d, s in columns]
    return markdown_table(["method", *titles, "CPU s"], lines)


def write_tables(path, rows):
    """Write what the rows say."""
    seeds = ", ".join(sorted({row["seed"] for row in rows.rows}, key=int))
    parts = []
    for noise in NOISES:
        if rows.select(noise=noise):
            title = "All labels right" if not noise else f"{noise:.0%} of labels wrong"
            parts += [f"## {title}", table_of(rows, noise)]
    write_text(
        path,
        "# Few labels",
        "Accuracy in percent on true labels, 30 % of each table, mean ± standard"
        f" deviation over the seeds {seeds} (without one, of a single seed); the share"
        " of training rows that have a label is in the head of each column. The first"
        " three learn from those alone, the others from all rows. Wrong labels are"
        " symmetric. Every method has its defaults.",
        *parts,
        software("torch", "scikit-learn", "numpy"),
    )


def make_jobs(args):
    """Return one job a row; seed by seed, so that early stops leave whole tables."""
    quick = ["logistic regression", "scikit-learn LabelSpreading"]
    names = args.methods or (quick if args.quick else None)
    names = check_names(names, LEARNERS, "methods")
    data = ["digits"] if args.quick else check_names(args.data, DATA, "data")
    return [
        {"seed": s, "data": d, "noise": n, "labeled": share, "method": m}
        for s in ([0] if args.quick else args.seeds)
        for d in data
        for n in NOISES
        for share in LABELED
        for m in names
    ]


def main(argv=None):
    """Run what is missing, then write the tables."""
    args = parse_choices(__doc__, argv, methods=LEARNERS, data=DATA)
    rows = Rows(args.out / "few_labels.csv", keys=KEYS, values=VALUES)
    run_and_write(args, rows, lambda: (make_jobs(args), Runner().run), write_tables)


if __name__ == "__main__":
    main()
