"""Digits with 30 % wrong labels: what each detector finds, and what that is worth.

Exactly 30 % of scikit-learn's digits get another label, any one. Each detector, told
nothing, ranks all labels and flags some. Then the same on a stratified 70 % of the
samples: a logistic regression is trained on the labels that were not flagged, and
tested on the clean labels of the other 30 %. Rows are written as they come: a run that
was stopped goes on where it was.
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
    software,
    some_of,
    use_one_thread,
    write_text,
)
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from sknoisy.detectors import (
    CLNI,
    KDN,
    AreaUnderMargin,
    ConfidentLearning,
    DetectorEnsemble,
    ForestKDN,
    ForgettingEvents,
    InstanceHardness,
    IterativePartitioningFilter,
    LossMixture,
    NeighborConsensus,
    SmallLoss,
    TrueLabelPosterior,
)
from sknoisy.noise import SymmetricNoise

RATE = 0.3
FRESH_SEEDS = [3, 4, 5]  # 0 to 2 were looked at while detectors were written
KEYS = ["detector", "size", "seed"]
VALUES = [
    "auroc",
    "average_precision",
    "precision",
    "recall",
    "noise_rate",
    "suggested",
    "cpu_seconds",
    "accuracy",
]


def linear():
    """Return logistic regression on pixels from 0 to 1."""
    return make_pipeline(MinMaxScaler(), LogisticRegression(max_iter=1000))


# name -> (classifiers trained, seed -> detector)
DETECTORS = {
    "NeighborConsensus()": ("0", lambda seed: NeighborConsensus()),
    'NeighborConsensus(rule="rank")': (
        "0",
        lambda seed: NeighborConsensus(rule="rank"),
    ),
    "KDN()": ("0", lambda seed: KDN()),
    "KDN(5)": ("0", lambda seed: KDN(5)),
    "CLNI()": ("0", lambda seed: CLNI()),
    "CLNI(5)": ("0", lambda seed: CLNI(5)),
    "ForestKDN()": ("1 forest", lambda seed: ForestKDN(random_state=seed)),
    "ConfidentLearning()": (
        "1 forest, 5 linear",
        lambda seed: ConfidentLearning(random_state=seed),
    ),
    "ConfidentLearning(LogisticRegression)": (
        "5 linear",
        lambda seed: ConfidentLearning(linear(), random_state=seed),
    ),
    "ConfidentLearning(LogisticRegression, cv=10)": (
        "10 linear",
        lambda seed: ConfidentLearning(linear(), cv=10, random_state=seed),
    ),
    "TrueLabelPosterior()": (
        "2 forests, 5 linear",
        lambda seed: TrueLabelPosterior(random_state=seed),
    ),
    "InstanceHardness()": (
        "5 of each of 4",
        lambda seed: InstanceHardness(random_state=seed),
    ),
    "IterativePartitioningFilter()": (
        "5 trees a round",
        lambda seed: IterativePartitioningFilter(random_state=seed),
    ),
    "DetectorEnsemble()": (
        "1 forest, 5 linear",
        lambda seed: DetectorEnsemble(random_state=seed),
    ),
    "AreaUnderMargin()": ("1 network", lambda seed: AreaUnderMargin(random_state=seed)),
    "LossMixture()": ("1 network", lambda seed: LossMixture(random_state=seed)),
    "SmallLoss()": ("1 network", lambda seed: SmallLoss(random_state=seed)),
    "ForgettingEvents()": (
        "1 network",
        lambda seed: ForgettingEvents(random_state=seed),
    ),
}
# what labels would be worth without a detector
YARDSTICKS = ["clean labels", "noisy labels", "the right ones of them"]


# --- runs ---


def run(*, detector, size, seed):
    """Return the columns `VALUES` of one job."""
    X, y = read(size)
    noise = SymmetricNoise(RATE, exact=True, random_state=seed)
    y_noisy = noise.fit_corrupt(y)
    found = dict.fromkeys(VALUES, "")
    if detector not in YARDSTICKS:
        found |= detect(DETECTORS[detector][1](seed), X, y, y_noisy)
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.3, stratify=y, random_state=seed
    )
    given = y_train if detector == "clean labels" else noise.fit_corrupt(y_train)
    kept = np.ones(len(given), dtype=bool)
    if detector == "the right ones of them":
        kept = given == y_train
    elif detector not in YARDSTICKS:
        kept = ~DETECTORS[detector][1](seed).fit(X_train, given).is_issue_
    accuracy = linear().fit(X_train[kept], given[kept]).score(X_test, y_test)
    return found | {"accuracy": round(accuracy, 4)}


def detect(detector, X, y, y_noisy):
    """Return what the detector found among all samples, and its CPU seconds."""
    wrong = y_noisy != y
    seconds, _ = cpu_seconds(lambda: detector.fit(X, y_noisy))
    hits = np.count_nonzero(detector.is_issue_ & wrong)
    return {
        "auroc": round(roc_auc_score(wrong, -detector.quality_), 5),
        "average_precision": round(
            average_precision_score(wrong, -detector.quality_), 5
        ),
        "precision": round(hits / max(detector.is_issue_.sum(), 1), 4),
        "recall": round(hits / wrong.sum(), 4),
        "noise_rate": round(detector.noise_rate_, 4),
        "suggested": round(np.mean(detector.suggested_labels_ == y), 4),
        "cpu_seconds": round(seconds, 3),
    }


def read(size):
    """Return the digits, `size` of them or "all"."""
    X, y = load_digits(return_X_y=True)
    if size == "all":
        return X, y
    X, _, y, _ = train_test_split(
        X, y, train_size=int(size), stratify=y, random_state=0
    )
    return X, y


# --- table ---


def line(rows, detector, size):
    """Return the texts of one line."""
    found = rows.select(detector=detector, size=size)

    def column(name, digits, scale=1):
        values = [scale * float(row[name]) for row in found if row[name]]
        return mean_and_deviation(values, digits) if values else ""

    fits = DETECTORS[detector][0] if detector in DETECTORS else ""
    return [
        f"`{detector}`" if detector in DETECTORS else detector,
        column("auroc", 4),
        column("average_precision", 4),
        column("precision", 1, 100),
        column("recall", 1, 100),
        column("noise_rate", 1, 100),
        column("suggested", 1, 100),
        fits,
        column("cpu_seconds", 2),
        column("accuracy", 1, 100),
    ]


HEADER = [
    "detector",
    "AUROC",
    "average precision",
    "flags: precision %",
    "recall %",
    "noise rate %",
    "suggestions right %",
    "fits",
    "CPU s",
    "accuracy after %",
]


def write_table(path, rows, size):
    """Write what the rows say."""
    there = {row["detector"] for row in rows.select(size=size)}
    seeds = sorted({row["seed"] for row in rows.select(size=size)}, key=int)
    names = [name for name in [*DETECTORS, *YARDSTICKS] if name in there]
    write_text(
        path,
        "# Digits with 30 % wrong labels",
        "Exactly 30 % of the 1,797 labels are changed to any other class; mean ±"
        f" standard deviation over seeds {', '.join(seeds)}. AUROC and average"
        " precision are those of `1 - quality_` for finding the changed labels; flags"
        " are `is_issue_` by each detector's own rule; the true noise rate is 30.0 %;"
        " suggestions are compared with the clean labels of all samples. CPU seconds"
        " are those of one `fit` on all samples, one thread. The last column is the"
        " accuracy of a logistic regression on clean labels of 30 % of the samples,"
        " trained on those of the others that weren't flagged, beside the same on all"
        " of their clean labels, on all of their noisy ones, and on those of the noisy"
        " ones that are right, which is what a detector without fault would leave.",
        markdown_table(HEADER, [line(rows, name, size) for name in names]),
        software("scikit-learn", "torch", "skorch", "numpy"),
    )


def parse(argv):
    """Return what the command line asks for."""
    parser = make_parser(__doc__)
    parser.add_argument("--detectors", nargs="+", help=some_of(DETECTORS))
    parser.add_argument("--seeds", nargs="+", type=int, default=FRESH_SEEDS)
    parser.add_argument(
        "--only-tables", action="store_true", help="from the rows that there are"
    )
    return parser.parse_args(argv)


def main(argv=None):
    """Run what is missing, then write the table."""
    args = parse(argv)
    use_one_thread()
    size = 300 if args.quick else "all"
    rows = Rows(args.out / "detect_digits.csv", keys=KEYS, values=VALUES)
    if not args.only_tables:
        names = check_names(args.detectors, DETECTORS, "detectors")
        seeds = [0] if args.quick else args.seeds
        jobs = [
            {"detector": name, "size": size, "seed": seed}
            for seed, name in itertools.product(seeds, [*YARDSTICKS, *names])
        ]
        # torch loads parts of itself at its first step: not a matter of any detector
        SmallLoss().fit(np.eye(4), [0, 1, 0, 1])
        run_missing(jobs, rows, run)
    write_table(args.out / "detect_digits.md", rows, size)


if __name__ == "__main__":
    main()
