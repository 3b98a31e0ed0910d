"""Detectors beside each other: which wrong labels are missed, after arXiv 2510.16211.

Each detector ranks the labels of a table; as many as are wrong are flagged, and the
share of wrong ones that are missed counts. 31 cells: seven tables under four noises,
and labels by people of two sets of CIFAR-10N's and LabelMe's majority votes. Beside our
detectors, as they come, stand: what won that study (in-sample probabilities of a
network, averaged over epochs, by their logit margin), cleanlab's scores of two judges
in five folds, the share of other labels among the nearest, and boosting's training
dynamics. Then methods are ranked in each cell, and Friedman's test says whether ranks
differ by more than chance. Rows are written as they come: a run that was stopped goes
on where it was.
"""

import itertools

import auto as data
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
from cleanlab.rank import get_label_quality_scores
from scipy.stats import friedmanchisquare, rankdata, wilcoxon
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from sknoisy import AutoNoisyClassifier
from sknoisy.datasets import fetch_fashion_mnist, fetch_keel
from sknoisy.detectors import (
    KDN,
    AreaUnderMargin,
    ConfidentLearning,
    NeighborConsensus,
    TrueLabelPosterior,
)
from sknoisy.noise import InstanceDependentNoise, PairFlipNoise, SymmetricNoise

SIZE = 500
EPOCHS, BATCH = 40, 64  # of the network whose epochs are averaged
ROUNDS = 30  # of boosting
KEYS = ["cell", "size", "seed", "method"]
VALUES = ["missed", "wrong", "cpu_seconds"]
TABLES = [
    *("optdigits", "satimage", "segment", "letter", "spambase", "mushroom"),
    "clothes",
]
NOISES = {
    "symmetric 20 %": lambda seed: SymmetricNoise(0.2, random_state=seed),
    "symmetric 40 %": lambda seed: SymmetricNoise(0.4, random_state=seed),
    "pair 30 %": lambda seed: PairFlipNoise(0.3, random_state=seed),
    "instance 30 %": lambda seed: InstanceDependentNoise(0.3, random_state=seed),
}
BY_PEOPLE = ["CIFAR-10N worse", "CIFAR-10N random1", "LabelMe"]
CELLS = [f"{t}, {n}" for t, n in itertools.product(TABLES, NOISES)] + BY_PEOPLE


# --- methods: (X, codes, seed) -> quality, low where a label seems wrong ---


def detector(make):
    """Return a method that is an estimator with ``quality_``."""
    return lambda X, codes, seed: make(seed).fit(X, codes).quality_


def averaged(X, codes, seed):
    """Return the logit margin of a network's mean in-sample probabilities."""
    network = MLPClassifier((128,), batch_size=BATCH, random_state=seed)
    probs = np.zeros((len(codes), codes.max() + 1))
    for _ in range(EPOCHS):
        network.partial_fit(X, codes, classes=np.arange(codes.max() + 1))
        probs += network.predict_proba(X) / EPOCHS
    return margins(np.log(probs + 1e-12), codes)


def boosting_dynamics(X, codes, seed):
    """Return the mean in-sample margin over the rounds of gradient boosting."""
    model = HistGradientBoostingClassifier(
        max_iter=ROUNDS, early_stopping=False, random_state=seed
    ).fit(X, codes)
    staged = [margins(np.log(p + 1e-12), codes) for p in model.staged_predict_proba(X)]
    return np.mean(staged, axis=0)


def cleanlab_score(judge, score):
    """Return a method that is a score of cleanlab's."""

    def method(X, codes, seed):
        probs = out_of_fold(judge(seed), X, codes, seed)
        return get_label_quality_scores(codes, probs, method=score)

    return method


def out_of_fold(judge, X, codes, seed):
    """Return probabilities from five folds; rare classes may be absent in some."""
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    return cross_val_predict(judge, X, codes, cv=folds, method="predict_proba")


def own(probs, codes):
    """Return what is said of the given labels."""
    return probs[np.arange(len(codes)), codes]


def margins(scores, codes):
    """Return by how much the given label leads the best other one."""
    others = scores.copy()
    others[np.arange(len(codes)), codes] = -np.inf
    return own(scores, codes) - others.max(axis=1)


def linear(seed):
    return LogisticRegression(max_iter=500)


def forest(seed):
    return RandomForestClassifier(random_state=seed)


OURS = {
    "AutoNoisyClassifier": detector(lambda s: AutoNoisyClassifier(random_state=s)),
    "TrueLabelPosterior": detector(lambda s: TrueLabelPosterior(random_state=s)),
    "AreaUnderMargin": detector(lambda s: AreaUnderMargin(random_state=s)),
    "ConfidentLearning": detector(lambda s: ConfidentLearning(random_state=s)),
    "NeighborConsensus": detector(lambda s: NeighborConsensus()),
    "KDN": detector(lambda s: KDN()),
}
OTHERS = {
    "network, mean over epochs, margin": averaged,
    "cleanlab, forest, self confidence": cleanlab_score(forest, "self_confidence"),
    "cleanlab, linear, normalized margin": cleanlab_score(linear, "normalized_margin"),
    "boosting, mean margin": boosting_dynamics,
}
METHODS = {**OURS, **OTHERS}


# --- data ---


def read(cell, size, seed):
    """Return standardized features, given and true labels of at most `size` rows."""
    if cell in BY_PEOPLE:
        X, given, true, *_ = data.read(cell, 10_000, seed)
    else:
        table, noise = cell.split(", ")
        X, true = read_table(table, seed)
    places = sample(true, size, seed)
    X = StandardScaler().fit_transform(X[places])
    true = np.unique(true[places], return_inverse=True)[1]
    if cell in BY_PEOPLE:
        return X, given[places], true
    model = NOISES[noise](seed).fit(X, true)
    return X, model.corrupt(true, X), true


def read_table(table, seed):
    """Return features and true labels."""
    if table == "clothes":
        clothes = fetch_fashion_mnist()
        X = small_sets.pooled(clothes["X_train"][:5000], pool=2).reshape(-1, 14 * 14)
        return X, clothes.y_train[:5000].astype(int)
    found = fetch_keel(table)
    categorical = [int(i) for i in found.categorical]
    encoder = data.tables.dummies(categorical) if categorical else None
    X = found.X if encoder is None else encoder.fit_transform(found.X)
    return np.asarray(X, dtype=float), np.unique(found.y, return_inverse=True)[1]


def sample(y, size, seed):
    """Return places of at most `size` rows, of each class its share."""
    places = np.arange(len(y))
    if len(y) <= size:
        return places
    return train_test_split(places, train_size=size, stratify=y, random_state=seed)[0]


class Runner:
    """Runs one method after another; keeps the data of the last cell."""

    def __init__(self):
        self.key, self.data = None, None

    def run(self, *, cell, size, seed, method):
        """Return the columns `VALUES` of one job."""
        if self.key != (cell, size, seed):
            self.key, self.data = (cell, size, seed), read(cell, size, seed)
        X, given, true = self.data
        spent, quality = cpu_seconds(lambda: METHODS[method](X, given, seed))
        return {
            "missed": round(missed(quality, given != true, seed), 5),
            "wrong": round(float(np.mean(given != true)), 4),
            "cpu_seconds": round(spent, 2),
        }


def missed(quality, wrong, seed=0):
    """Return the share of wrong labels not among the least trusted, as many as wrong.

    Of equal qualities any may come first.
    """
    shuffled = np.random.default_rng(seed).permutation(len(wrong))
    flagged = shuffled[np.argsort(quality[shuffled], kind="stable")[: wrong.sum()]]
    return float(1 - wrong[flagged].mean())


# --- tables ---


def means(rows, size):
    """Return cells, methods, and mean shares of both that are complete."""
    run = [m for m in METHODS if rows.select(size=size, method=m)]
    found, cells, seeds = [], [], set()
    for cell in CELLS:
        by_method = {m: rows.select(cell=cell, size=size, method=m) for m in run}
        common = set.intersection(
            *({row["seed"] for row in some} for some in by_method.values())
        )
        if common:
            cells.append(cell)
            seeds |= common
            found.append(
                [
                    np.mean([float(r["missed"]) for r in some if r["seed"] in common])
                    for some in by_method.values()
                ]
            )
    return cells, run, np.array(found), sorted(seeds, key=int)


def report(path, rows, size):
    """Write what the rows say."""
    cells, run, table, seeds = means(rows, size)
    ranks = rankdata(table, axis=1)
    order = np.argsort(ranks.mean(axis=0))
    best = order[0]
    parts = [
        "# Which wrong labels are missed",
        f"Exactly as many labels are flagged as are wrong: percent of the wrong ones"
        f" missed, mean over {len(cells)} cells (seeds {', '.join(seeds)}, at most"
        f" {size} rows), mean rank among {len(run)} methods, in how many cells a"
        " method is the best, and Wilcoxon's p against the lowest mean rank.",
        markdown_table(
            ["method", "missed", "mean rank", "best in", "p", "CPU seconds"],
            [line(rows, size, run, table, ranks, i, best) for i in order],
        ),
    ]
    if len(cells) > 1 and len(run) > 2:
        test = friedmanchisquare(*table.T)
        parts.append(
            f"Friedman's test over {len(cells)} cells and {len(run)} methods: χ² ="
            f" {test.statistic:.1f}, p = {test.pvalue:.1e}."
        )
    parts += ["## By kind of noise", by_noise(cells, run, table, order)]
    write_text(path, *parts, software("scikit-learn", "cleanlab", "numpy", "scipy"))


def line(rows, size, run, table, ranks, i, best):
    """Return the line of a method."""
    spent = [float(r["cpu_seconds"]) for r in rows.select(size=size, method=run[i])]
    differs = i != best and (table[:, i] != table[:, best]).any()
    p = wilcoxon(table[:, i], table[:, best]).pvalue if differs else None
    return [
        run[i],
        f"{100 * table[:, i].mean():.1f}",
        f"{ranks[:, i].mean():.2f}",
        int((ranks[:, i] == ranks.min(axis=1)).sum()),
        "" if p is None else f"{p:.1g}",
        f"{np.mean(spent):.1f}",
    ]


def by_noise(cells, run, table, order):
    """Return the table methods × kinds of noise."""
    kinds = [*NOISES, "by people"]
    places = {
        kind: [i for i, cell in enumerate(cells) if cell.endswith(f", {kind}")]
        for kind in NOISES
    }
    places["by people"] = [i for i, cell in enumerate(cells) if cell in BY_PEOPLE]
    kinds = [kind for kind in kinds if places[kind]]
    lines = [
        [run[j], *(f"{100 * table[places[kind], j].mean():.1f}" for kind in kinds)]
        for j in order
    ]
    return markdown_table(["method", *kinds], lines)


def main(argv=None):
    """Run what is missing, then write the tables."""
    parser = make_parser(__doc__)
    parser.add_argument("--cells", nargs="+", help=some_of(CELLS))
    parser.add_argument("--methods", nargs="+", help=some_of(METHODS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--only-tables", action="store_true", help="run nothing")
    args = parser.parse_args(argv)
    use_one_thread()
    size, cells, seeds = SIZE, args.cells, args.seeds
    if args.quick:
        size, seeds = 150, [0]
        cells = cells or ["segment, pair 30 %"]
    rows = Rows(args.out / "detection.csv", keys=KEYS, values=VALUES)
    if not args.only_tables:
        jobs = [
            {"cell": cell, "size": size, "seed": seed, "method": method}
            for seed, cell, method in itertools.product(
                seeds,
                check_names(cells, CELLS, "cells"),
                check_names(args.methods, METHODS, "methods"),
            )
        ]
        run_missing(jobs, rows, Runner().run)
    report(args.out / "detection.md", rows, size)


if __name__ == "__main__":
    main()
