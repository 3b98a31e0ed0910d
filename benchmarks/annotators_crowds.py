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
TOLD = "told all parameters"  # Bayes' rule with the matrices that drew the votes
METHODS = [*OURS, *(f"crowd-kit {name}" for name in CROWD_KIT), TOLD]

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
    """Return votes of a simulated crowd, the truth, and what Bayes' rule says.

    The last is told the confusion matrices and shares of classes that the votes are
    drawn from: no rule that is told less can be right more often in the long run. It is
    None where samples differ in difficulty.
    """
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
    parts = np.array(lines).T
    votes = Votes.from_long(*parts, unlabeled=None, classes=range(c))
    if matrices is None:
        return votes, y, None
    log_joint = np.tile(np.log(np.full(c, 1 / c) if shares is None else shares), (n, 1))
    samples, annotators, labels = parts
    said = np.maximum(matrices[annotators, :, labels], 1e-300)
    np.add.at(log_joint, samples, np.log(said))
    return votes, y, log_joint.argmax(axis=1)


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
    return Votes.from_wide(data.votes, unlabeled=-1), data.y_train_true, None


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
        votes, y, by_bayes = self.last[1]
        if method == TOLD:
            right = "" if by_bayes is None else round((by_bayes == y).mean(), 4)
            return {"right": right, "cpu_seconds": 0}
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
    crowds = [c for c in [*CROWDS, "LabelMe"] if rows.select(crowd=c)]
    found = {
        (c, m): _by_seed(rows.select(crowd=c, method=m))
        for c in crowds
        for m in methods
    }
    means = {
        key: 100 * np.mean([*right.values()]) for key, right in found.items() if right
    }
    lines = [
        [c, *(f"{means[c, m]:.1f}" if (c, m) in means else "" for m in methods)]
        for c in crowds
    ]
    over = [np.mean([means[c, m] for c in crowds if (c, m) in means]) for m in methods]
    lines.append(["mean", *(f"{mean:.1f}" for mean in over)])
    seconds = [f"{_mean_seconds(rows.select(method=m)):.2f}" for m in methods]
    lines.append(["CPU s a crowd", *seconds])
    return markdown_table(["crowd", *methods], lines), summary_of(
        found, crowds, methods
    )


def summary_of(found, crowds, methods):
    """Return how often the default, and who is told all, reach crowd-kit's best."""
    theirs = [m for m in methods if m.startswith("crowd-kit")]
    best = {
        (crowd, seed): max(
            found[crowd, m][seed] for m in theirs if seed in found[crowd, m]
        )
        for crowd in crowds
        if theirs
        for seed in found[crowd, theirs[0]]
    }
    told = ""
    for method, name in ((DEFAULT, "The default"), (TOLD, "Bayes' rule, told all,")):
        if not best or method not in methods:
            continue
        ahead = [
            found[crowd, method][seed] - most
            for (crowd, seed), most in best.items()
            if seed in found[crowd, method]
        ]
        wins = sum(a >= 0 for a in ahead)
        close = sum(a > -0.0101 for a in ahead)  # a point, rounded
        told += (
            f" {name} is at least as good as the best of crowd-kit's eight in {wins} of"
            f" {len(ahead)} sets ({wins / len(ahead):.0%}), and at most a point behind"
            f" it in {close} ({close / len(ahead):.0%})."
        )
    return f"{told.strip()} The best is chosen anew in each by the truth." * bool(told)


def _by_seed(rows):
    return {row["seed"]: float(row["right"]) for row in rows if row["right"] != ""}


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
        f" 115. *{TOLD.capitalize()}*: Bayes' rule with the confusion matrices and the"
        " shares of classes that the votes were drawn from, which nobody has; its mean"
        " is over the crowds that have such matrices.",
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
