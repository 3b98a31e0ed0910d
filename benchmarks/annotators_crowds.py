"""Votes alone, crowds of many kinds: our default beside crowd-kit's aggregators.

Simulated crowds with known truth, and the votes on LabelMe's photographs where they are
there. The default of the library is `dawid_skene`, told nothing. Its settings were
chosen on crowds of other seeds (100 to 115). crowd-kit's lines are there if it is
installed.
"""

import warnings

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

from sknoisy.annotators import Votes, dawid_skene, glad, majority_vote, one_coin
from sknoisy.datasets import fetch_labelme_votes

KEYS = ["seed", "crowd", "method"]
VALUES = ["right", "cpu_seconds"]
CROWD_KIT = {
    "MajorityVote": {},
    "Wawa": {},
    "ZeroBasedSkill": {},
    "OneCoinDawidSkene": {"n_iter": 100},
    "DawidSkene": {"n_iter": 100},
    "GLAD": {"n_iter": 100},
    "MMSR": {"random_state": 0},
    "MACE": {"random_state": 0},
}
OURS = {
    "majority_vote": majority_vote,
    "one_coin": one_coin,
    "dawid_skene (default)": dawid_skene,
    "dawid_skene, smoothing=5": lambda votes: dawid_skene(votes, smoothing=5),
    "glad": glad,
}
DEFAULT = "dawid_skene (default)"
METHODS = [*OURS, *(f"crowd-kit {name}" for name in CROWD_KIT)]

# samples, annotators, votes on a sample, classes, shares of classes, accuracies' Beta
CROWDS = {
    "plain": (600, 40, 5, 4, None, (6, 3)),
    "few votes": (600, 100, 3, 4, None, (5, 3)),
    "two classes": (600, 40, 5, 2, None, (6, 3)),
    "twenty classes": (1000, 40, 5, 20, None, (5, 4)),
    "spammers": (600, 40, 5, 4, None, (7, 2)),
    "adversaries": (600, 40, 5, 2, None, (7, 2)),
    "adversaries, 4 classes": (600, 40, 5, 4, None, (7, 2)),
    "rare classes": (600, 40, 5, 3, (0.9, 0.07, 0.03), (6, 2)),
    "rare class of two": (600, 40, 5, 2, (0.92, 0.08), (6, 2)),
    "confused classes": (600, 40, 5, 4, None, (6, 3)),
    "biased": (600, 40, 5, 3, None, (8, 2)),
    "difficult samples": (600, 40, 5, 4, None, None),
    "small": (100, 12, 5, 4, None, (5, 3)),
    "busy few": (600, 200, 5, 4, None, (5, 3)),
}


def make_crowd(name, seed):
    """Return the votes of a simulated crowd, and the truth."""
    n, m, n_votes, c, shares, accuracy = CROWDS[name]
    rng = np.random.default_rng(seed)
    right = None if accuracy is None else rng.beta(*accuracy, m)
    y = rng.choice(c, p=shares, size=n)
    busy = 1 / np.arange(1, m + 1) if name == "busy few" else np.ones(m)
    matrices = None if right is None else confusions(name, right, c, rng)
    ability, easiness = rng.normal(1, 1, m), np.exp(rng.normal(0.5, 1, n))
    lines = []
    for i in range(n):
        for j in rng.choice(m, size=n_votes, replace=False, p=busy / busy.sum()):
            if matrices is None:
                p_right = 1 / (1 + np.exp(-ability[j] * easiness[i]))
                wrong = (y[i] + rng.integers(1, c)) % c
                label = y[i] if rng.random() < p_right else wrong
            else:
                label = rng.choice(c, p=matrices[j, y[i]])
            lines.append((i, j, label))
    samples, annotators, labels = np.array(lines).T
    parts = samples, annotators, labels
    return Votes.from_long(*parts, unlabeled=None, classes=range(c)), y


def confusions(name, right, c, rng):
    """Return a confusion matrix for each annotator, (n_annotators, c, c)."""
    right = right[:, np.newaxis, np.newaxis]
    even = np.ones((c, c)) / (c - 1)
    matrices = np.where(np.eye(c), right, even * (1 - right))
    shifted = np.roll(np.eye(c), 1, axis=1)
    if name == "spammers":  # of six, one names one class, and one draws lots
        for j in range(0, len(right), 3):
            matrices[j] = 1 / c if j % 2 else np.eye(c)[rng.integers(c)]
    if name.startswith("adversaries"):  # one of five takes each class for the next
        matrices[::5] = np.where(shifted, 0.9, 0.1 / (c - 1))
    if name == "biased":  # the whole crowd takes one class for another
        bias = np.array([[0.55, 0.4, 0.05], [0.05, 0.9, 0.05], [0.3, 0.1, 0.6]])
        matrices = right * bias + (1 - right) / 3
    if name == "confused classes":
        for j in range(len(right)):
            own = rng.dirichlet(np.full(c, 0.5), size=c)
            matrices[j] *= 0.2
            matrices[j] += 0.8 * (0.55 * np.eye(c) + 0.27 * own + 0.18 * shifted)
    return matrices / matrices.sum(axis=2, keepdims=True)


def labelme():
    """Return the votes of 59 people on 1,000 photographs, and the truth."""
    data = fetch_labelme_votes()
    return Votes.from_wide(data.votes, unlabeled=-1), data.y_train_true


def by_crowd_kit(name, votes):
    """Return the labels of one of crowd-kit's aggregators."""
    from crowdkit import aggregation
    from sklearn.base import BaseEstimator

    kind = getattr(aggregation, name)
    if not hasattr(kind, "__sklearn_tags__"):  # newer scikit-learn asks for them
        kind.__sklearn_tags__ = BaseEstimator.__sklearn_tags__
    found = kind(**CROWD_KIT[name]).fit_predict(votes.to_frame())
    return found.loc[votes.samples].to_numpy()


class Runner:
    """Finds one consensus after another."""

    def __init__(self):
        self.last = None, None

    def run(self, *, seed, crowd, method):
        """Return the columns `VALUES` of one job."""
        if self.last[0] != (crowd, seed):
            made = labelme() if crowd == "LabelMe" else make_crowd(crowd, seed)
            self.last = (crowd, seed), made
        votes, y = self.last[1]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            spent, labels = cpu_seconds(lambda: find(method, votes))
        return {"right": round((labels == y).mean(), 4), "cpu_seconds": round(spent, 2)}


def find(method, votes):
    """Return the labels of a method."""
    if method in OURS:
        return OURS[method](votes).labels
    return by_crowd_kit(method.removeprefix("crowd-kit "), votes)


def table_of(rows):
    """Return the table: a line for each crowd, and how often the default wins."""
    methods = [m for m in METHODS if rows.select(method=m)]
    theirs = [m for m in methods if m.startswith("crowd-kit")]
    crowds = [c for c in [*CROWDS, "LabelMe"] if rows.select(crowd=c)]
    lines, wins, close, sets = [], 0, 0, 0
    for crowd in crowds:
        found = {m: _by_seed(rows.select(crowd=crowd, method=m)) for m in methods}
        cells = [f"{100 * np.mean([*found[m].values()]):.1f}" for m in methods]
        lines.append([crowd, *cells])
        for seed in found[DEFAULT] if theirs else []:
            best = max(found[m][seed] for m in theirs if seed in found[m])
            sets, wins = sets + 1, wins + (found[DEFAULT][seed] >= best)
            close += found[DEFAULT][seed] > best - 0.0101  # a point, rounded
    if crowds:
        means = np.mean([[float(cell) for cell in line[1:]] for line in lines], axis=0)
        lines.append(["mean", *(f"{mean:.1f}" for mean in means)])
    seconds = [f"{_mean_seconds(rows.select(method=m)):.2f}" for m in methods]
    lines.append(["CPU s a crowd", *seconds])
    told = (
        f"The default is at least as good as the best of crowd-kit's eight in {wins} of"
    )
    told += f" {sets} sets, and at most a point behind it in {close}, the best being"
    told += " chosen anew in each by the truth."
    return markdown_table(["crowd", *methods], lines), told if sets else ""


def _by_seed(rows):
    return {row["seed"]: float(row["right"]) for row in rows}


def _mean_seconds(rows):
    return np.mean([float(row["cpu_seconds"]) for row in rows])


def write_tables(path, rows):
    """Write what the rows say."""
    table, told = table_of(rows)
    seeds = ", ".join(sorted({row["seed"] for row in rows.rows}, key=int))
    write_text(
        path,
        "# Votes alone: crowds of many kinds",
        f"Percent of consensus labels that are right, mean over the seeds {seeds}"
        " (LabelMe has one). Settings of the default were chosen on the seeds 100 to"
        " 115.",
        table,
        *([told] if told else []),
        software("scikit-learn", "numpy"),
    )


def parse(argv):
    """Return what the command line asks for."""
    parser = make_parser(__doc__)
    parser.add_argument("--methods", nargs="+", help=some_of(METHODS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--without-labelme", action="store_true")
    parser.add_argument(
        "--only-tables", action="store_true", help="from the rows that there are"
    )
    return parser.parse_args(argv)


def main(argv=None):
    """Run what is missing, then write the table."""
    args = parse(argv)
    use_one_thread()
    rows = Rows(args.out / "annotators_crowds.csv", keys=KEYS, values=VALUES)
    if not args.only_tables:
        few = ["majority_vote", DEFAULT] if args.quick else None
        names = check_names(args.methods or few, METHODS, "methods")
        seeds = [0] if args.quick else args.seeds
        crowds = ["small"] if args.quick else list(CROWDS)
        sets = [(crowd, seed) for seed in seeds for crowd in crowds]
        sets += [] if args.quick or args.without_labelme else [("LabelMe", 0)]
        jobs = [{"seed": s, "crowd": c, "method": m} for c, s in sets for m in names]
        run_missing(jobs, rows, Runner().run)
    write_tables(args.out / "annotators_crowds.md", rows)


if __name__ == "__main__":
    main()
