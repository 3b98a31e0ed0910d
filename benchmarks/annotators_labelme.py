"""What each consensus of the votes on LabelMe's photographs is worth.

Two questions: how many consensus labels of the training photographs are right, and how
good are classifiers that are trained on them, on the test photographs? True labels
answer the questions; nothing is trained on them or chosen by them.
"""

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
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy import NoisyLabelClassifier
from sknoisy.annotators import (
    ConsensusClassifier,
    agreement_with_consensus,
    annotator_agreement,
    crowdlab,
    dawid_skene,
    majority_vote,
    one_coin,
)
from sknoisy.datasets import fetch_labelme_votes

KEYS = ["seed", "consensus"]
CLASSIFIERS = ["lr_hard", "lr_weighted", "network_hard", "network_soft"]
VALUES = ["right", "quality_error", "cpu_seconds", *CLASSIFIERS]
TITLES = {
    "lr_hard": "logistic regression, labels",
    "lr_weighted": "logistic regression, weighted",
    "network_hard": "NoisyLabelClassifier, labels",
    "network_soft": "NoisyLabelClassifier, soft",
}


def logistic():
    """Return the classifier that joins the annotators."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


def out_of_fold(data, seed):
    """Return probabilities of a classifier fitted on majority votes."""
    labels = majority_vote(
        data.votes, ties="random", unlabeled=-1, random_state=seed
    ).labels
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    return cross_val_predict(
        logistic(), data.X_train, labels, cv=folds, method="predict_proba"
    )


def of_cleanlab(data, seed):
    """Return cleanlab's consensus: labels, no probabilities, annotators' quality."""
    from cleanlab.multiannotator import get_label_quality_multiannotator

    votes = np.where(data.votes < 0, np.nan, data.votes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = get_label_quality_multiannotator(
            votes, out_of_fold(data, seed), verbose=False
        )
    quality = found["annotator_stats"].sort_index()["annotator_quality"]
    labels = found["label_quality"]["consensus_label"]
    return labels.to_numpy(), None, quality.to_numpy()


def of_classifier(aggregation):
    """Return a function that asks logistic regression, over and over."""

    def find(data, seed):
        crowd = ConsensusClassifier(
            logistic(), aggregation, unlabeled=-1, random_state=seed
        )
        return parts(crowd.fit(data.X_train, data.votes).consensus_)

    return find


def parts(consensus):
    """Return labels, probabilities and annotators' quality."""
    return consensus.labels, consensus.proba, consensus.annotator_quality


def of_truth(data, seed):
    """Return the true labels, and how right everybody is."""
    y = data.y_train_true
    return y, np.eye(8)[y], agreement_with_consensus(data.votes, y, unlabeled=-1)


CONSENSUS = {
    "majority vote": lambda data, seed: parts(
        majority_vote(data.votes, ties="random", unlabeled=-1, random_state=seed)
    ),
    "one-coin": lambda data, seed: parts(one_coin(data.votes, unlabeled=-1)),
    "Dawid–Skene": lambda data, seed: parts(dawid_skene(data.votes, unlabeled=-1)),
    "CROWDLAB": lambda data, seed: parts(
        crowdlab(data.votes, out_of_fold(data, seed), unlabeled=-1)
    ),
    "CROWDLAB, cleanlab's": of_cleanlab,
    'ConsensusClassifier, "crowdlab"': of_classifier("crowdlab"),
    'ConsensusClassifier, "classifier"': of_classifier("classifier"),
    "(true labels)": of_truth,
}


class Runner:
    """Finds one consensus after another, and trains on each."""

    def __init__(self, data, max_epochs):
        self.data, self.max_epochs = data, max_epochs
        self.true_quality = agreement_with_consensus(
            data.votes, data.y_train_true, unlabeled=-1
        )
        n_votes = (data.votes >= 0).sum(axis=0)
        self.busy = n_votes >= 20  # of the others, nobody knows how good they are

    def run(self, *, seed, consensus):
        """Return the columns `VALUES` of one job."""
        spent, found = cpu_seconds(lambda: CONSENSUS[consensus](self.data, seed))
        labels, proba, quality = found
        error = np.abs(quality - self.true_quality)[self.busy].mean()
        return {
            "right": round((labels == self.data.y_train_true).mean(), 4),
            "quality_error": round(error, 4),
            "cpu_seconds": round(spent, 2),
            **{name: self.score(name, labels, proba, seed) for name in CLASSIFIERS},
        }

    def score(self, name, labels, proba, seed):
        """Return test accuracy of a classifier; none without probabilities."""
        kind, training = name.split("_")
        if proba is None and training != "hard":
            return ""
        plain = kind == "lr"
        network = NoisyLabelClassifier(max_epochs=self.max_epochs, random_state=seed)
        clf = logistic() if plain else network
        if training == "soft":
            clf.fit(self.data.X_train, proba)
        elif training == "hard":
            clf.fit(self.data.X_train, labels)
        else:
            rows, codes = np.nonzero(proba > 1e-3)
            weight = {"logisticregression__sample_weight": proba[rows, codes]}
            clf.fit(self.data.X_train[rows], codes, **weight)
        return round(clf.score(self.data.X_test, self.data.y_test), 4)


# --- tables ---


def percent(rows, column):
    """Return mean and deviation in percent."""
    values = [100 * float(row[column]) for row in rows if row[column] != ""]
    if not values:
        return ""
    return mean_and_deviation(values) if np.ptp(values) else f"{values[0]:.1f}"


def table_of(rows):
    """Return the table: a line for each consensus."""
    header = ["consensus", "right", "quality off by", *TITLES.values(), "CPU s"]
    lines = []
    for name in CONSENSUS:
        found = rows.select(consensus=name)
        if found:
            seconds = np.mean([float(row["cpu_seconds"]) for row in found])
            columns = ["right", "quality_error", *CLASSIFIERS]
            cells = [percent(found, column) for column in columns]
            lines.append([name, *cells, f"{seconds:.1f}"])
    return markdown_table(header, lines)


def facts_of(votes, y):
    """Return what there is to know of the crowd."""
    given = votes >= 0
    by_annotator, by_sample = given.sum(axis=0), given.sum(axis=1)
    right = (votes == y[:, np.newaxis])[given].mean()
    most, several = majority_vote(votes, unlabeled=-1), by_sample > 1
    tied = (most.label_quality[several] <= 0.5).mean()
    return (
        f"{votes.shape[1]} people cast {given.sum():,} votes on {len(votes):,}"
        f" photographs of eight kinds of scene: {by_sample.min()} to {by_sample.max()}"
        f" on each ({by_sample.mean():.2f} on average, a single one on"
        f" {(by_sample == 1).sum()}), {by_annotator.min()} to {by_annotator.max()} by"
        f" each (median {np.median(by_annotator):.0f}). Of the votes,"
        f" {100 * right:.1f} % are right. Krippendorff's alpha is"
        f" {annotator_agreement(votes, unlabeled=-1):.2f}; on {100 * tied:.0f} % of the"
        " photographs with several votes, no class has more than half of them."
    )


def write_tables(path, rows, data):
    """Write what the rows say."""
    seeds = ", ".join(sorted({row["seed"] for row in rows.rows}, key=int))
    write_text(
        path,
        "# Several annotators: LabelMe",
        facts_of(data.votes, data.y_train_true),
        f"Percent, mean ± standard deviation over the seeds {seeds} (of ties, folds and"
        " networks). *Right*: consensus labels of the training photographs that equal"
        " the true ones. *Quality off by*: mean distance between an annotator's"
        " estimated quality and the true share of right votes, over the people with 20"
        f" votes or more. Then the accuracy on {len(data.y_test):,} test photographs of"
        " classifiers trained on the consensus: on its labels, or on its"
        " probabilities. Every method with its defaults, which come from simulated"
        " crowds on other tables; the true training labels were looked at during"
        " development, and two candidates for Dawid–Skene's default were seen on the"
        " test labels before one was built; for nothing else were these used.",
        table_of(rows),
        "Majority vote breaks ties at random. In the four lines with a classifier it"
        " is logistic regression, its opinion is out of fold (five folds), and the two"
        " of `ConsensusClassifier` ask it three times. *CROWDLAB* and"
        " cleanlab's get the same probabilities, those of a classifier fitted on"
        " majority votes; cleanlab gives no probabilities of classes.",
        software("torch", "skorch", "scikit-learn", "cleanlab", "numpy"),
    )


def parse(argv):
    """Return what the command line asks for."""
    parser = make_parser(__doc__)
    parser.add_argument("--methods", nargs="+", help=some_of(CONSENSUS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument(
        "--only-tables", action="store_true", help="from the rows that there are"
    )
    return parser.parse_args(argv)


def main(argv=None):
    """Run what is missing, then write the table."""
    args = parse(argv)
    use_one_thread()
    data = fetch_labelme_votes()
    rows = Rows(args.out / "annotators_labelme.csv", keys=KEYS, values=VALUES)
    if not args.only_tables:
        few = ["majority vote", "one-coin"] if args.quick else None
        names = check_names(args.methods or few, CONSENSUS, "methods")
        seeds = [0] if args.quick else args.seeds
        jobs = [{"seed": s, "consensus": name} for s in seeds for name in names]
        run_missing(jobs, rows, Runner(data, 1 if args.quick else "auto").run)
    write_tables(args.out / "annotators_labelme.md", rows, data)


if __name__ == "__main__":
    main()
