"""Resampling a rare class whose labels are partly wrong: before cleaning, or after it.

Letters A, B and C against as many others as make them rare; a forest and logistic
regression on 2,000 rows with noisy labels, scored on 4,000 with true ones. Steps are
those of imbalanced-learn's Pipeline, in order. Rows are written as they come:
a run that was stopped goes on where it was.
"""

import itertools
import warnings

import numpy as np
from _common import (
    Rows,
    check_names,
    markdown_table,
    mean_and_deviation,
    parse_choices,
    run_and_write,
    software,
    write_text,
)
from imblearn.combine import SMOTEENN
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.under_sampling import EditedNearestNeighbours, RandomUnderSampler
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.cleaning import LabelCleaner
from sknoisy.datasets import fetch_keel
from sknoisy.noise import ClassMapNoise, SymmetricNoise

TRAIN, TEST = 2000, 4000
RARE = 3  # letters
SHARES = (0.01, 0.05, 0.2)
NOISES = {
    "none": lambda seed: SymmetricNoise(0.0, random_state=seed),
    "both ways 10 %": lambda seed: SymmetricNoise(0.1, random_state=seed),
    "both ways 40 %": lambda seed: SymmetricNoise(0.4, random_state=seed),
    "40 % of the rare ones missed": lambda seed: ClassMapNoise(
        {1: 0}, 0.4, random_state=seed
    ),
}
KEYS = ["share", "noise", "seed", "way"]
SCORES = {
    "average_precision": "average precision",
    "balanced_accuracy": "balanced accuracy",
}
CLASSIFIERS = {
    "forest": lambda seed: RandomForestClassifier(50, random_state=seed),
    "linear": lambda seed: make_pipeline(StandardScaler(), LogisticRegression()),
}
VALUES = [
    *(f"{classifier}_{score}" for classifier in CLASSIFIERS for score in SCORES),
    "rows",
    "rare_rows",
]


# --- ways: seed -> the steps before the classifier ---


def clean(seed):
    return LabelCleaner(random_state=seed)


def smote(seed):
    return SMOTE(random_state=seed)


def over(seed):
    return RandomOverSampler(random_state=seed)


def under(seed):
    return RandomUnderSampler(random_state=seed)


def edited(seed):
    return EditedNearestNeighbours(sampling_strategy="all")


def both(seed):
    return SMOTEENN(random_state=seed)


WAYS = {
    "as it is": [],
    "cleaned": [clean],
    "SMOTE": [smote],
    "over": [over],
    "under": [under],
    "cleaned → SMOTE": [clean, smote],
    "SMOTE → cleaned": [smote, clean],
    "cleaned → over": [clean, over],
    "cleaned → under": [clean, under],
    "under → cleaned": [under, clean],
    "edited → SMOTE": [edited, smote],
    "SMOTEENN": [both],
}


# --- runs ---


class Runner:
    """Resamples and trains, one job after another; keeps the table it has read."""

    def __init__(self, sizes):
        self.sizes = sizes
        self.table = None

    def run(self, *, share, noise, seed, way):
        """Return the columns `VALUES` of one job."""
        (X, y), (X_test, y_test) = self.draw(float(share), seed)
        given = NOISES[noise](seed).fit_corrupt(y)
        with warnings.catch_warnings():
            # that little can be known of so few labels is what the table is about
            warnings.simplefilter("ignore")
            for make in WAYS[way]:
                X, given = resampled(make(seed), X, given)
            found = {"rows": len(X), "rare_rows": int(np.sum(given))}
            for name, make in CLASSIFIERS.items():
                # a class that was cleaned away is never said
                single = len(np.unique(given)) == 1
                model = (DummyClassifier() if single else make(seed)).fit(X, given)
                found |= scored(name, model, X_test, y_test)
        return found

    def draw(self, share, seed):
        """Return rows for training and testing, with a share of rare ones in both."""
        if self.table is None:
            data = fetch_keel("letter")
            rare = np.unique(data.y, return_inverse=True)[1] < RARE
            self.table = data.X, rare.astype(int)
        X, y = self.table
        rng = np.random.default_rng(seed)
        parts = [rng.permutation(np.flatnonzero(y == label)) for label in (0, 1)]
        drawn, starts = [], [0, 0]
        for size in self.sizes:
            counts = [size - round(share * size), round(share * size)]
            rows = [p[s : s + n] for p, s, n in zip(parts, starts, counts, strict=True)]
            starts = [s + n for s, n in zip(starts, counts, strict=True)]
            rows = rng.permutation(np.concatenate(rows))
            drawn.append((X[rows], y[rows]))
        return drawn


def resampled(sampler, X, y):
    """Return what a sampler makes of samples; themselves where it can't."""
    try:
        return sampler.fit_resample(X, y)
    except ValueError as error:  # a neighbor too few, or a single class left
        if "n_neighbors" not in str(error) and "class" not in str(error):
            raise
        return X, y


def scored(name, model, X, y):
    """Return the scores on true labels."""
    probs = np.zeros((len(X), 2))
    probs[:, model.classes_] = model.predict_proba(X)
    probs = probs[:, 1]
    values = {
        "average_precision": average_precision_score(y, probs),
        "balanced_accuracy": balanced_accuracy_score(y, model.predict(X)),
    }
    return {f"{name}_{score}": round(value, 4) for score, value in values.items()}


# --- tables ---


def table_of(rows, column):
    """Return a line for each share and noise, a column for each way; best ones bold."""
    lines = []
    for share, noise in itertools.product(SHARES, NOISES):
        values = {}
        for way in WAYS:
            found = rows.select(share=share, noise=noise, way=way)
            values[way] = [100 * float(row[column]) for row in found]
        if not all(values.values()):
            continue
        best = max(values, key=lambda way: np.mean(values[way]))
        texts = [mean_and_deviation(v) for v in values.values()]
        texts = [
            f"**{text}**" if way == best else text
            for way, text in zip(values, texts, strict=True)
        ]
        lines.append([f"{100 * share:.0f} %", noise, *texts])
    return markdown_table(["rare", "noise", *WAYS], lines, left=2)


def write_tables(path, rows):
    """Write what the rows say."""
    seeds = sorted({row["seed"] for row in rows.rows}, key=int)
    write_text(
        path,
        "# Resampling a rare class, and cleaning",
        "Percent on 4,000 rows with true labels, mean ± standard deviation over seeds"
        f" {', '.join(seeds)}; 2,000 rows for training, letters A, B and C against the"
        " others, which are so many that the three are rare. Noise both ways gives"
        " that share of all labels the other class: with 1 % of rare ones and 10 %"
        " noise, eleven of twelve labels 'rare' are wrong. Steps from left to right, as"
        " in imbalanced-learn's Pipeline: LabelCleaner, SMOTE, RandomOverSampler,"
        " RandomUnderSampler, EditedNearestNeighbours of all classes, SMOTEENN. Bold:"
        " the best of the line.",
        *(
            part
            for classifier in CLASSIFIERS
            for score, told in SCORES.items()
            for part in (
                f"## {told.capitalize()}, {classifier}",
                table_of(rows, f"{classifier}_{score}"),
            )
        ),
        software("scikit-learn", "imbalanced-learn", "numpy"),
    )


def make_jobs(args):
    """Return one job a row; seed by seed, so that early stops leave whole tables."""
    choices = itertools.product(
        [0] if args.quick else args.seeds,
        [0.2] if args.quick else SHARES,
        check_names(args.noises, NOISES, "noises"),
        check_names(args.ways, WAYS, "ways"),
    )
    return [
        {"share": share, "noise": noise, "seed": seed, "way": way}
        for seed, share, noise, way in choices
    ]


def main(argv=None):
    """Run what is missing, then write the tables."""
    args = parse_choices(__doc__, argv, noises=NOISES, ways=WAYS)
    rows = Rows(args.out / "resampling.csv", keys=KEYS, values=VALUES)

    def make():
        sizes = (200, 100) if args.quick else (TRAIN, TEST)
        return make_jobs(args), Runner(sizes).run

    run_and_write(args, rows, make, write_tables)


if __name__ == "__main__":
    main()
