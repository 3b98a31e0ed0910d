"""Probabilities on true labels: classifiers calibrated through what a detector says.

The tables and noises of `tables.py`, at most 1,000 rows for training. Every map is
fitted to the same out-of-fold probabilities of the same classifier: scikit-learn's to
the given labels, ours to what the detector says of true ones, and one to the true
labels themselves, which nobody has. Rows are written as they come: a run that was
stopped goes on where it was.
"""

import itertools
import warnings

import numpy as np
import tables
from _common import (
    Rows,
    check_names,
    make_parser,
    markdown_table,
    mean_and_deviation,
    software,
    some_of,
    use_one_thread,
    write_text,
)
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold, train_test_split
from tables import NOISES, TABLES, Runner

from sknoisy.calibration import TrueLabelCalibratedClassifier
from sknoisy.cleaning import CleanLabelClassifier
from sknoisy.detectors import TrueLabelPosterior

TRAIN, TEST = 1000, 2000  # rows at most
KEYS = ["table", "noise", "seed", "classifier", "way"]
VALUES = ["log_loss", "calibration_error", "accuracy"]
BINS = 15
CLASSIFIERS = {
    "LogisticRegression": tables.logistic_regression,
    "RandomForest": tables.random_forest,
    "HistGradientBoosting": tables.gradient_boosting,
    "NoisyLabelClassifier": tables.ours,
}
CHEAP = ("LogisticRegression", "RandomForest")  # cleaned as well, which fits them twice


# --- ways to calibrate what was said out of fold ---


class Said(ClassifierMixin, BaseEstimator):
    """A classifier whose features are the probabilities that it gives."""

    def fit(self, X, y):
        """Remember the classes."""
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        """Return what X holds."""
        return X

    def predict(self, X):
        """Return the most probable class."""
        return self.classes_[X.argmax(axis=1)]


class Holds(BaseEstimator):
    """A detector that has found `posterior` beforehand."""

    def __init__(self, posterior):
        self.posterior = posterior

    def fit(self, X, y):
        """Find what there is."""
        self.posterior_ = self.posterior
        return self


def theirs(method):
    """Return a way: scikit-learn's, to given labels."""

    def way(said, given, known):
        frozen = FrozenEstimator(Said().fit(None, given))
        return CalibratedClassifierCV(frozen, method=method).fit(said, given)

    return way


def ours(method, what):
    """Return a way: ours, to what is known of true labels."""

    def way(said, given, known):
        frozen = FrozenEstimator(Said().fit(None, given))
        detector = Holds(known[what])
        return TrueLabelCalibratedClassifier(frozen, detector, method).fit(said, given)

    return way


RAW, OURS, CLEANED = "as it is", "ours: Dirichlet", "ours, cleaned first"
DEFAULT, BOUND = "sigmoid, five models", "Dirichlet, true labels"
MAPS = {
    "sigmoid": theirs("sigmoid"),
    "isotonic": theirs("isotonic"),
    "temperature": theirs("temperature"),
    "ours: temperature": ours("temperature", "posterior"),
    OURS: ours("dirichlet", "posterior"),
    BOUND: ours("dirichlet", "true"),
}
THEIRS = [DEFAULT, "sigmoid", "isotonic", "temperature"]
ALL_WAYS = [RAW, *THEIRS, "ours: temperature", OURS, CLEANED, BOUND]


def ways_of(classifier):
    """Return the names of the ways that a classifier is calibrated in."""
    return [way for way in ALL_WAYS if way != CLEANED or classifier in CHEAP]


# --- runs ---


class Calibrations(Runner):
    """Trains one classifier in folds, and calibrates it in every way."""

    def run_all(self, *, table, noise, seed, classifier, train):
        """Return the columns `VALUES` of each way."""
        X, y, categorical = self.read(table, "all")
        y = np.unique(y, return_inverse=True)[1]
        train = min(train, int(0.7 * len(y)))
        test = min(TEST, len(y) - train)
        X, X_test, y, y_test = train_test_split(
            X, y, train_size=train, test_size=test, stratify=y, random_state=seed
        )
        given = NOISES[noise](len(np.unique(y)), seed).fit_corrupt(y, X)
        base = CLASSIFIERS[classifier](categorical, seed)
        detector = TrueLabelPosterior(random_state=seed).fit(X, given)
        known = {"posterior": detector.posterior_, "true": np.eye(y.max() + 1)[y]}
        found = calibrations(base, X, given, known, X_test, seed)
        if classifier in CHEAP:
            cleaned = CleanLabelClassifier(base, random_state=seed)
            calibrated = TrueLabelCalibratedClassifier(cleaned, random_state=seed)
            found[CLEANED] = calibrated.fit(X, given).predict_proba(X_test)
        return {way: scores(probs, y_test) for way, probs in found.items()}


def calibrations(base, X, given, known, X_test, seed):
    """Return probabilities of test rows by the name of each way."""
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    said = np.zeros((len(X), given.max() + 1))
    each = []
    for train, test in folds.split(X, given):
        base.fit(X[train], given[train])
        said[test] = as_rows(base.predict_proba(X[test]))
        one = theirs("sigmoid")(said[test], given[test], known)
        each.append(one.predict_proba(as_rows(base.predict_proba(X_test))))
    whole = as_rows(base.fit(X, given).predict_proba(X_test))
    found = {RAW: whole, DEFAULT: np.mean(each, axis=0)}
    for name, way in MAPS.items():
        found[name] = way(said, given, known).predict_proba(whole)
    return found


def as_rows(probabilities):
    """Return rows of float64 that sum to one."""
    rows = np.asarray(probabilities, dtype=np.float64)
    return rows / rows.sum(axis=1, keepdims=True)


def scores(probs, y):
    """Return log loss, expected calibration error and accuracy."""
    rows = as_rows(np.clip(probs, 1e-12, 1))
    return {
        "log_loss": round(log_loss(y, rows, labels=range(rows.shape[1])), 4),
        "calibration_error": round(calibration_error(probs, y), 4),
        "accuracy": round(float(np.mean(probs.argmax(axis=1) == y)), 4),
    }


def calibration_error(probs, y):
    """Return the mean gap of confidence and accuracy, over bins of equal width."""
    confidence, right = probs.max(axis=1), probs.argmax(axis=1) == y
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, confidence - right, minlength=BINS)
    return float(np.abs(gaps).sum() / len(y))


# --- tables ---


def values_of(rows, column, **cell):
    """Return a cell's values, one a seed."""
    found = sorted(rows.select(**cell), key=lambda row: int(row["seed"]))
    return np.array([float(row[column]) for row in found])


def cells_of(rows, classifier, column):
    """Yield table, noise and the values of each way, where there are any."""
    for table, noise in itertools.product(TABLES, NOISES):
        cell = {"table": table, "noise": noise, "classifier": classifier}
        found = {
            way: values_of(rows, column, **cell, way=way) for way in ways_of(classifier)
        }
        if all(map(len, found.values())):
            yield table, noise, found


def loss_parts(rows):
    """Return heading, table and sentence for each classifier."""
    for classifier in CLASSIFIERS:
        lines, means = [], []
        for table, noise, found in cells_of(rows, classifier, "log_loss"):
            mean = {way: values.mean() for way, values in found.items()}
            texts = [mean_and_deviation(v, digits=2) for v in found.values()]
            share = mean[OURS] / mean[DEFAULT]
            lines.append([table, noise, *texts, f"{share:.2f}"])
            means.append(mean)
        if not lines:
            continue
        ways = ways_of(classifier)
        total = {way: np.mean([mean[way] for mean in means]) for way in ways}
        share = total[OURS] / total[DEFAULT]
        texts = [f"**{value:.2f}**" for value in total.values()]
        lines.append(["**mean**", "", *texts, f"**{share:.2f}**"])
        yield f"## {classifier}: log loss"
        yield markdown_table(["table", "noise", *ways, "share"], lines, left=2)
        yield verdict(means)


def verdict(means):
    """Return what the table says, in a sentence."""
    told = []
    for way in (OURS, CLEANED, BOUND):
        both = [(mean[way], mean) for mean in means if way in mean]
        if not both:
            continue
        halves = sum(own <= mean[DEFAULT] / 2 for own, mean in both)
        best = sum(own < min(mean[w] for w in THEIRS) for own, mean in both)
        told.append(
            f"{way}: at most half of scikit-learn's default in {halves} of"
            f" {len(both)} cells, below the best of its four in {best}"
        )
    return "; ".join(told) + "."


def summary(rows, column):
    """Return a table of means over cells and seeds, and of the highest cell."""
    lines = []
    for classifier in CLASSIFIERS:
        cells = [found for *_, found in cells_of(rows, classifier, column)]
        if not cells:
            continue
        texts = []
        for way in ALL_WAYS:
            means = [found[way].mean() for found in cells if way in found]
            told = f"{np.mean(means):.3f} ({max(means):.3f})" if means else ""
            texts.append(told)
        lines.append([classifier, *texts])
    return markdown_table(["classifier", *ALL_WAYS], lines)


def reached(rows, most):
    """Return in how many cells the calibration error is no more than `most`."""
    told = []
    for classifier in CLASSIFIERS:
        cells = [found for *_, found in cells_of(rows, classifier, "calibration_error")]
        counts = {
            way: sum(found[way].mean() <= most for found in cells)
            for way in (DEFAULT, OURS, CLEANED, BOUND)
            if cells and way in ways_of(classifier)
        }
        each = ", ".join(f"{way} {count}" for way, count in counts.items())
        told += [f"{classifier}, {len(cells)} cells: {each}"] if cells else []
    return f"At most {most}: " + "; ".join(told) + "."


def write_tables(path, rows):
    """Write what the rows say."""
    seeds = sorted({row["seed"] for row in rows.rows}, key=int)
    write_text(
        path,
        "# Calibration to true labels",
        "Scores on clean test labels, mean ± standard deviation over seeds"
        f" {', '.join(seeds)}, or the first of them where fewer were run; tables and"
        " noises of `tables.md`, 1,000 rows for"
        " training. All maps are fitted to the same out-of-fold probabilities:"
        " scikit-learn's CalibratedClassifierCV (sigmoid, isotonic, temperature, and"
        " its default of five models that were trained and calibrated apart) to the"
        " given labels, TrueLabelCalibratedClassifier to what the default detector says"
        " of true ones. The last way is fitted to the *true* labels of training rows:"
        " so much a map of this kind can do for the classifier at most. 'Cleaned"
        " first' calibrates a CleanLabelClassifier over the classifier. Share: ours by"
        " scikit-learn's default.",
        *loss_parts(rows),
        "## Expected calibration error, mean over cells (and of the highest one)",
        summary(rows, "calibration_error"),
        reached(rows, 0.05),
        "## Accuracy, mean over cells (and of the highest one)",
        summary(rows, "accuracy"),
        software("scikit-learn", "torch", "numpy"),
    )


def make_jobs(args):
    """Return one job a classifier and cell; seed by seed."""
    some = ["segment", "mushroom"] if args.quick and not args.tables else args.tables
    choices = itertools.product(
        [0] if args.quick else args.seeds,
        check_names(args.classifiers, CLASSIFIERS, "classifiers"),
        check_names(some, TABLES, "tables"),
        check_names(args.noises, NOISES, "noises"),
    )
    return [
        {"table": table, "noise": noise, "seed": seed, "classifier": classifier}
        for seed, classifier, table, noise in choices
    ]


def parse(argv):
    """Return what the command line asks for."""
    parser = make_parser(__doc__)
    parser.add_argument("--tables", nargs="+", help=some_of(TABLES))
    parser.add_argument("--noises", nargs="+", help=some_of(NOISES))
    parser.add_argument("--classifiers", nargs="+", help=some_of(CLASSIFIERS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument(
        "--only-tables", action="store_true", help="from the rows that there are"
    )
    return parser.parse_args(argv)


def main(argv=None):
    """Run what is missing, then write the tables."""
    args = parse(argv)
    use_one_thread()
    rows = Rows(args.out / "calibration.csv", keys=KEYS, values=VALUES)
    runner = Calibrations()
    for job in [] if args.only_tables else make_jobs(args):
        ways = ways_of(job["classifier"])
        if all(rows.has(**job, way=way) for way in ways):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 1,000 iterations were too few
            found = runner.run_all(**job, train=200 if args.quick else TRAIN)
        for way in ways:
            rows.append(**job, way=way, **found[way])
        print(*job.values(), flush=True)
    write_tables(args.out / "calibration.md", rows)


if __name__ == "__main__":
    main()
