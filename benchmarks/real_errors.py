"""Errors that people made: who finds them, and at what cost.

Wrong labels that human votes tell, not simulated ones: two test sets of which some rows
were judged, with class probabilities, and image features with two sets of CIFAR-10N's
labels, where every true label is known. Rows are written as they come: a run that was
stopped goes on where it was.
"""

import itertools
from collections import Counter
from contextlib import ExitStack, contextmanager
from functools import wraps
from unittest.mock import patch

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
from cleanlab.filter import find_label_issues as cleanlab_issues
from cleanlab.rank import get_label_quality_scores as cleanlab_scores
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import Bunch

from sknoisy import NoisyLabelClassifier, detectors
from sknoisy.datasets import fetch_cifar10n_features, fetch_label_errors
from sknoisy.quality import (
    find_label_issues,
    get_label_quality_scores,
    true_label_posterior,
)

KEYS = ["data", "size", "method", "seed"]
VALUES = [
    "n_wrong",  # of the known rows
    "average_precision",
    "auroc",
    "precision",  # among the least trusted known rows, as many as are wrong
    "in_front",  # known wrong among the least trusted of all, as many as are known
    "flagged",
    "flagged_wrong",
    "flagged_right",
    "gap",  # to ours: the largest of scores, the number of flags that differ
    "fits",
    "cpu_seconds",
]
RANKING = ["average_precision", "auroc", "precision"]
FLAGGING = ["flagged", "flagged_wrong", "flagged_right"]
JUDGED = {"mnist": "MNIST test set", "20news": "20 Newsgroups test set"}
PEOPLE = {"worse": "CIFAR-10N worse", "random1": "CIFAR-10N random1"}


# --- methods on probabilities ---

SCORES = {
    name: {"method": name}
    for name in ["self_confidence", "normalized_margin", "confidence_weighted_entropy"]
}
for one in ["self_confidence", "normalized_margin"]:
    SCORES[f"adjusted {one}"] = {"method": one, "adjust_pred_probs": True}
FILTERS = [
    "prune_by_noise_rate",
    "prune_by_class",
    "both",
    "confident_learning",
    "predicted_neq_given",
    "low_normalized_margin",
    "low_self_confidence",
]
POSTERIOR = "true_label_posterior"
THEIRS = "cleanlab: "


def score(name, labels, pred_probs):
    """Return our quality, cleanlab's, and how far they are apart."""
    ours = get_label_quality_scores(labels, pred_probs, **SCORES[name])
    theirs = cleanlab_scores(labels, pred_probs, **SCORES[name])
    return ours, theirs, f"{np.abs(ours - theirs).max():.1g}"


def flag(name, labels, pred_probs):
    """Return our flags, cleanlab's, and how many differ."""
    ours = find_label_issues(labels, pred_probs, filter_by=name)
    theirs = cleanlab_issues(labels, pred_probs, filter_by=name, n_jobs=1)
    return ours, theirs, np.sum(ours != theirs)


def judge(method, labels, pred_probs):
    """Return quality, flags and gap, None where a method doesn't tell."""
    if method == POSTERIOR:
        found = true_label_posterior(labels, pred_probs)
        flags = found.probabilities.argmax(axis=1) != labels
        return found.quality_of(labels), flags, ""
    name = method.removeprefix(THEIRS)
    ours, theirs, gap = (score if name in SCORES else flag)(name, labels, pred_probs)
    found, gap = (ours, "") if method == name else (theirs, gap)
    return (found, None, gap) if name in SCORES else (None, found, gap)


# --- methods on features: seed -> detector ---


def regression():
    """Return what gives probabilities out of fold, to ours and to cleanlab."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


def make_detector(method, seed):
    """Return a detector as it comes, or the one over logistic regression."""
    if method == BY_REGRESSION:
        return detectors.ConfidentLearning(regression(), random_state=seed)
    kind = getattr(detectors, method)
    return kind() if method in STEADY else kind(random_state=seed)


BY_REGRESSION = "ConfidentLearning(LogisticRegression)"
STEADY = ["NeighborConsensus", "KDN", "CLNI"]  # they draw nothing
DRAWING = [
    "ConfidentLearning",
    "TrueLabelPosterior",
    "IterativePartitioningFilter",
    "DetectorEnsemble",
    BY_REGRESSION,
    "AreaUnderMargin",
    "LossMixture",
    "SmallLoss",
    "ForgettingEvents",
    "SampleDifficulty",
    "ForestKDN",
    "InstanceHardness",
]
ON_FEATURES = [*STEADY, *DRAWING]
ON_IMAGES = ["NeighborConsensus", "TrueLabelPosterior", "AreaUnderMargin"]
OUT_OF_FOLD = {
    f"{THEIRS}{name}(LogisticRegression)": name
    for name in ["self_confidence", "normalized_margin"]
}
METHODS = {
    **{
        data: [*SCORES, POSTERIOR, *FILTERS]
        + [THEIRS + name for name in [*SCORES, *FILTERS]]
        for data in JUDGED
    },
    **{data: [*ON_FEATURES, *OUT_OF_FOLD] for data in PEOPLE},
}
METHODS["mnist"] += ON_IMAGES

FITTED = {
    "network": NoisyLabelClassifier,
    "random forest": RandomForestClassifier,
    "extra trees": ExtraTreesClassifier,
    "logistic regression": LogisticRegression,
    "k-NN": KNeighborsClassifier,
    "tree": DecisionTreeClassifier,
}


@contextmanager
def counted_fits():
    """Count what is fitted meanwhile; trees of a forest are not counted."""
    counts = Counter()

    def counting(fit, name):
        @wraps(fit)
        def counted(*args, **kwargs):
            counts[name] += 1
            return fit(*args, **kwargs)

        return counted

    with ExitStack() as stack:
        for name, kind in FITTED.items():
            stack.enter_context(patch.object(kind, "fit", counting(kind.fit, name)))
        yield counts


# --- runs ---


class Runner:
    """Runs one method after another; keeps what several need."""

    def __init__(self):
        self.kept = {}

    def run(self, *, data, size, method, seed):
        """Return the columns `VALUES` of one job."""
        rows = self.keep(read, data, size)
        if method in OUT_OF_FOLD:
            return self.rank_out_of_fold(data, size, OUT_OF_FOLD[method], seed)
        if method in ON_FEATURES:
            return detect(rows, method, seed)
        quality, flags, gap = judge(method, rows.y, rows.pred_probs)
        return {**scores(rows, quality, flags), "gap": gap}

    def rank_out_of_fold(self, data, size, name, seed):
        """Rank by cleanlab's scores; both share the fits, and are charged for them."""
        rows = self.keep(read, data, size)
        spent, (fits, pred_probs) = self.keep(predict_out_of_fold, data, size, seed)
        quality = cleanlab_scores(rows.y, pred_probs, method=name)
        flags = cleanlab_issues(rows.y, pred_probs, n_jobs=1)
        found = scores(rows, quality, flags)
        return {**found, "fits": fits, "cpu_seconds": round(spent, 1)}

    def keep(self, function, *arguments):
        """Return what the function gives, of which one call is enough."""
        key = function, *arguments
        if key not in self.kept:
            self.kept[key] = function(*arguments)
        return self.kept[key]


def read(data, size):
    """Return features, labels, and which of the known rows are wrong."""
    if data in JUDGED:
        return read_judged(fetch_label_errors(data), size)
    found = fetch_cifar10n_features()
    n_rows = None if size == "all" else size
    y, true = found[f"human_{data}"][:n_rows], found.y_train_true[:n_rows]
    known = np.arange(len(y))
    return Bunch(X=found.X_train[:n_rows], y=y, known=known, wrong=y != true)


def read_judged(found, size):
    """Return the judged rows, and others up to `size` rows, in their order."""
    others = np.setdiff1d(np.arange(len(found.y)), found.issue_id)
    some = np.sort(np.r_[found.issue_id, others][: None if size == "all" else size])
    images = found.get("X")
    return Bunch(
        X=None if images is None else images[some].reshape(len(some), -1) / 255,
        y=found.y[some],
        pred_probs=found.pred_probs[some],
        known=np.searchsorted(some, found.issue_id),
        wrong=found.issue_is_error,
    )


def predict_out_of_fold(data, size, seed):
    """Return CPU seconds, fits and probabilities of five folds."""
    rows = read(data, size)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    with counted_fits() as fits:
        spent, pred_probs = cpu_seconds(
            lambda: cross_val_predict(
                regression(), rows.X, rows.y, cv=folds, method="predict_proba"
            )
        )
    return spent, (told(fits), pred_probs)


def detect(rows, method, seed):
    """Return what a detector finds, and its cost."""
    detector = make_detector(method, seed)
    with counted_fits() as fits:
        spent, _ = cpu_seconds(lambda: detector.fit(rows.X, rows.y))
    found = scores(rows, detector.quality_, detector.is_issue_)
    return {**found, "fits": told(fits), "cpu_seconds": round(spent, 1)}


def told(fits):
    """Return e.g. ``5 logistic regression``."""
    return ", ".join(f"{n} {name}" for name, n in fits.items()) or "none"


def scores(rows, quality, flags):
    """Return how well the known wrong labels are told by quality and by flags."""
    found = {**dict.fromkeys(VALUES, ""), "n_wrong": int(rows.wrong.sum())}
    if quality is not None:
        found |= ranked(rows, quality)
    if flags is not None:
        known = flags[rows.known]
        found["flagged"] = int(flags.sum())
        found["flagged_wrong"] = int((known & rows.wrong).sum())
        found["flagged_right"] = int((known & ~rows.wrong).sum())
    return found


def ranked(rows, quality):
    """Return how far in front the wrong labels are."""
    known, wrong = quality[rows.known], rows.wrong
    first = np.argsort(known, kind="stable")[: wrong.sum()]
    everywhere = np.argsort(quality, kind="stable")[: len(known)]
    return {
        "average_precision": round(float(average_precision_score(wrong, -known)), 4),
        "auroc": round(float(roc_auc_score(wrong, -known)), 4),
        "precision": round(float(wrong[first].mean()), 4),
        "in_front": int(np.isin(rows.known[wrong], everywhere).sum()),
    }


# --- tables ---


RANKED = ["average precision", "AUROC", "precision at the number of errors"]


def percent(values):
    """Return mean ± deviation of shares, in percent."""
    return mean_and_deviation([100 * float(value) for value in values])


def same_as(row, theirs):
    """Return whether cleanlab gives the same, in words."""
    if not theirs:
        return "none"
    gap = float(theirs[0]["gap"])
    if gap == 0:
        return "the same"
    n_flags = theirs[0]["flagged"]
    if not n_flags:
        same = all(row[name] == theirs[0][name] for name in [*RANKING, "in_front"])
        return f"{'same figures' if same else 'other'}, scores ± {gap:g}"
    return f"{n_flags} flags, {gap:.0f} others"


def judged_parts(rows, data, size):
    """Return heading and tables of a judged test set."""
    ranks, flags = [], []
    for method in METHODS[data]:
        found = rows.select(data=data, size=size, method=method)
        theirs = rows.select(data=data, size=size, method=THEIRS + method)
        if not found or method.startswith(THEIRS):
            continue
        row, last = found[0], same_as(found[0], theirs)
        if row["average_precision"]:
            figures = [percent([row[name]]) for name in RANKING]
            ranks.append([f"`{method}`", *figures, row["in_front"], last])
        if row["flagged"]:
            flags.append([f"`{method}`", *(row[name] for name in FLAGGING), last])
    yield f"## {JUDGED[data]}"
    yield markdown_table(
        ["quality by", *RANKED, "errors in front", "cleanlab's"], ranks
    )
    yield markdown_table(
        ["flags by", "flagged", "judged errors", "judged right", "cleanlab's"], flags
    )


def people_line(method, found):
    """Return a line of the table from the rows of all seeds."""
    columns = {name: [row[name] for row in found] for name in found[0]}
    flagged, wrong, n_wrong = (
        np.array(columns[name], dtype=float)
        for name in ["flagged", "flagged_wrong", "n_wrong"]
    )
    return [
        f"`{method}`",
        *(percent(columns[name]) for name in RANKING),
        percent(wrong / np.maximum(flagged, 1)),
        percent(wrong / n_wrong),
        columns["fits"][0],
        f"{np.mean(np.array(columns['cpu_seconds'], dtype=float)):.1f}",
        len(found),
    ]


def people_parts(rows, data, size):
    """Return heading and table of one set of people's labels, best first."""
    found = {
        method: rows.select(data=data, size=size, method=method)
        for method in METHODS[data]
    }
    lines = [people_line(method, some) for method, some in found.items() if some]
    lines.sort(key=lambda line: -float(line[1].split()[0]))
    header = ["detector", *RANKED, "precision of flags", "recall of flags"]
    yield f"## {PEOPLE[data]}"
    yield markdown_table([*header, "fits", "CPU s", "seeds"], lines)


def write_tables(path, rows, size):
    """Write what the rows say."""
    there = {row["data"] for row in rows.select(size=size)}
    judged = [judged_parts(rows, data, size) for data in JUDGED if data in there]
    people = [people_parts(rows, data, size) for data in PEOPLE if data in there]
    write_text(
        path,
        "# Errors that people made",
        "Percent, but for counts. Judged test sets: five people looked at each of some"
        " rows that confident learning had picked, 100 of MNIST (15 errors) and 93 of"
        " 20 Newsgroups (82 errors). Average precision, AUROC and precision at the"
        " number of errors are among the judged rows; *errors in front* counts the"
        " judged errors among the least trusted of all rows, as many as were judged."
        " Rows that nobody judged are not proven right, and whoever picks as the"
        " pickers did has an advantage. All methods but detectors see the same"
        " published probabilities; detectors see the images, all 10,000 of them. Where"
        " flags differ from cleanlab's, labels are tied: 61 of 20 Newsgroups have a"
        " probability of exactly zero. Of equals ours takes the first, cleanlab any.",
        *itertools.chain(*judged),
        "CIFAR-10N: 128 features of 20,000 images, whose true labels are known; ± is"
        " the standard deviation over seeds. *Fits* are what one run trains (a forest"
        " is one fit), CPU seconds are those of one thread, fits included. Detectors"
        " as they come; logistic regression on standardized features, five folds.",
        *itertools.chain(*people),
        software("torch", "skorch", "scikit-learn", "cleanlab", "numpy"),
    )


def make_jobs(args, size):
    """Return one job a row; seed by seed, so that early stops leave whole tables."""
    data = check_names(args.data, METHODS, "data")
    known = {method for one in METHODS.values() for method in one}
    methods = check_names(args.methods, known, "methods")
    choices = itertools.product([0] if args.quick else args.seeds, data)
    return [
        {"data": one, "size": size, "method": method, "seed": seed}
        for seed, one in choices
        for method in METHODS[one]
        if method in methods and (seed == 0 or one in PEOPLE and method not in STEADY)
    ]


def parse(argv):
    """Return what the command line asks for."""
    parser = make_parser(__doc__)
    parser.add_argument("--data", nargs="+", help=some_of(METHODS))
    parser.add_argument("--methods", nargs="+", help=some_of(ON_FEATURES))
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
    rows = Rows(args.out / "real_errors.csv", keys=KEYS, values=VALUES)
    if not args.only_tables:
        run_missing(make_jobs(args, size), rows, Runner().run)
    write_tables(args.out / "real_errors.md", rows, size)


if __name__ == "__main__":
    main()
