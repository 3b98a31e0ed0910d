"""Training by difficulty: what easy, hard and wrong samples are worth to a network.

`SampleDifficulty` sorts the training samples of small tables into easy, hard and wrong
ones. Then a network learns them with weights, in an order, or without some; beside it
are losses and objectives that mine hard samples by themselves. Scored on true labels.
Rows are written as they come: a run that was stopped goes on where it was.
"""

import itertools

import numpy as np
from _common import (
    Rows,
    best_in_bold,
    check_names,
    markdown_table,
    parse_choices,
    run_and_write,
    software,
    write_text,
)
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknoisy import NoisyLabelClassifier
from sknoisy.datasets import fetch_keel
from sknoisy.detectors import SampleDifficulty
from sknoisy.noise import InstanceDependentNoise, SymmetricNoise

TRAIN = 1000
TABLES = ["digits", "segment"]
NOISES = {
    "none": lambda seed: SymmetricNoise(0.0, random_state=seed),
    "symmetric 20 %": lambda seed: SymmetricNoise(0.2, random_state=seed),
    "symmetric 40 %": lambda seed: SymmetricNoise(0.4, random_state=seed),
    "instance 20 %": lambda seed: InstanceDependentNoise(0.2, random_state=seed),
    "instance 40 %": lambda seed: InstanceDependentNoise(0.4, random_state=seed),
}
TRAINING = {"batch_size": 128, "max_epochs": 50, "module__hidden": (128,)}
KEYS = ["table", "noise", "seed", "way"]
VALUES = ["accuracy"]
KINDS = ("easy", "hard", "wrong")
SORTED = "share, and wrong labels in it"


# --- ways: (X, y, difficulty, rate, seed) -> a fitted classifier ---


def network(seed, **options):
    return NoisyLabelClassifier(
        **{"loss": "ce"} | TRAINING | options, random_state=seed
    )


def plain(**options):
    """Return a way that learns all samples alike."""

    def way(X, y, difficulty, seed):
        return network(seed, **options).fit(X, y)

    return way


def weighed(easy, hard, wrong, **options):
    """Return a way that gives samples of each difficulty a weight."""

    def way(X, y, difficulty, seed):
        weight = np.select([difficulty == kind for kind in KINDS], [easy, hard, wrong])
        return network(seed, **options).fit(X, y, sample_weight=weight)

    return way


def in_turn(first, then):
    """Return a way that learns samples of some kinds first, and then of others."""

    def way(X, y, difficulty, seed):
        epochs = TRAINING["max_epochs"] // 2
        clf = network(seed, warm_start=True, max_epochs=epochs)
        for kinds in (first, then):
            rows = np.isin(difficulty, kinds)
            rows |= ~np.isin(y, y[rows])  # a class that would be lost stays whole
            clf.fit(X[rows], y[rows])
        return clf

    return way


def mined(drop):
    """Return a way that mines the hardest half of each batch, less a share."""
    return plain(method="ohem", method__drop=drop)


WAYS = {
    "all alike": plain(),
    "default loss": plain(loss="auto"),
    "hard × 3": weighed(1, 3, 1),
    "without wrong": weighed(1, 1, 0),
    "without wrong, hard × 3": weighed(1, 3, 0),
    "easy alone": weighed(1, 0, 0),
    "easy first, then all": in_turn(["easy"], KINDS),
    "easy first, then without wrong": in_turn(["easy"], ["easy", "hard"]),
    "mining": mined(0.0),
    "mining, less 40 %": mined(0.4),
    "focal": plain(loss="focal", loss__gamma=2.0),
    "focal, without wrong": weighed(1, 1, 0, loss="focal", loss__gamma=2.0),
}


# --- runs ---


class Runner:
    """Sorts the samples of a cell once, then trains in one way after another."""

    def __init__(self):
        self.key, self.data, self.difficulty = None, None, None

    def run(self, *, table, noise, seed, way):
        """Return the columns `VALUES` of one job."""
        if self.key != (table, noise, seed):
            self.key, self.data = (table, noise, seed), read(table, noise, seed)
            X, y, _, _, _ = self.data
            watched = network(seed, lr_schedule="constant")
            self.difficulty = SampleDifficulty(watched).fit(X, y).difficulty_
        X, given, y, X_test, y_test = self.data
        if way.startswith(SORTED):
            are = self.difficulty == way.split()[-1]
            wrong = np.mean((given != y)[are]) if are.any() else 0.0
            return {"accuracy": f"{are.mean():.3f} {wrong:.3f}"}
        clf = WAYS[way](X, given, self.difficulty, seed)
        return {"accuracy": round(clf.score(X_test, y_test), 4)}


def read(table, noise, seed):
    """Return samples, given and true labels, and test data."""
    if table == "digits":
        X, y = load_digits(return_X_y=True)
    else:
        data = fetch_keel(table)
        X, y = data.X, np.unique(data.y, return_inverse=True)[1]
    train = min(TRAIN, int(0.6 * len(y)))
    X, X_test, y, y_test = train_test_split(
        X, y, train_size=train, stratify=y, random_state=seed
    )
    return X, NOISES[noise](seed).fit_corrupt(y, X), y, X_test, y_test


# --- tables ---


def table_of(rows, table):
    """Return a line for each way, a column for each noise; best ones bold."""
    cells = {
        (way, noise): [
            100 * float(row["accuracy"])
            for row in rows.select(table=table, noise=noise, way=way)
        ]
        for way, noise in itertools.product(WAYS, NOISES)
    }
    return best_in_bold("training", cells, WAYS, NOISES)


def sorting_of(rows, table):
    """Return how many samples are of each difficulty, and how many of them wrong."""
    lines = []
    for kind in KINDS:
        texts = []
        for noise in NOISES:
            found = rows.select(table=table, noise=noise, way=f"{SORTED}: {kind}")
            pairs = np.array([row["accuracy"].split() for row in found], float)
            if len(pairs):
                share, wrong = 100 * pairs.mean(axis=0)
                texts.append(f"{share:.0f} %, {wrong:.0f} % wrong")
        lines.append([kind, *texts])
    return markdown_table(["", *NOISES], lines)


def write_tables(path, rows):
    """Write what the rows say."""
    seeds = sorted({row["seed"] for row in rows.rows}, key=int)
    write_text(
        path,
        "# Training by difficulty",
        "Percent right on true labels after the last epoch, mean ± standard deviation"
        f" over seeds {', '.join(seeds)}; {TRAIN} rows for training, the rest to score"
        " on; a network of one hidden layer of 128 units, 50 epochs in batches of 128,"
        " cross entropy but for the default loss and focal (γ = 2). `SampleDifficulty`"
        " with the same network sorts the samples. “× 3” is a weight of three,"
        " “without wrong” one of zero; “easy first” learns easy ones for half the"
        " epochs and then the rest with them (`warm_start`). Mining is"
        ' `method="ohem"`: the hardest half of a batch, or of what is left after the'
        " hardest 40 %. Bold: the best of a column, by test labels.",
        *(
            part
            for table in TABLES
            if rows.select(table=table)
            for part in (
                f"## {table.capitalize()}",
                table_of(rows, table),
                "How many of the training samples are sorted where, and how many of"
                " those have a wrong label:",
                sorting_of(rows, table),
            )
        ),
        software("torch", "skorch", "scikit-learn", "numpy"),
    )


def make_jobs(args):
    """Return one job a row; seed by seed, so that early stops leave whole tables."""
    ways = [*(f"{SORTED}: {kind}" for kind in KINDS), *WAYS]
    choices = itertools.product(
        [0] if args.quick else args.seeds,
        check_names(args.tables, TABLES, "tables"),
        check_names(args.noises, NOISES, "noises"),
        check_names(args.ways, ways, "ways"),
    )
    return [
        {"table": table, "noise": noise, "seed": seed, "way": way}
        for seed, table, noise, way in choices
    ]


def main(argv=None):
    """Run what is missing, then write the tables."""
    args = parse_choices(__doc__, argv, tables=TABLES, noises=NOISES, ways=WAYS)
    rows = Rows(args.out / "difficulty.csv", keys=KEYS, values=VALUES)

    def make():
        if args.quick:
            TRAINING["max_epochs"] = 10
        return make_jobs(args), Runner().run

    run_and_write(args, rows, make, write_tables)


if __name__ == "__main__":
    main()
