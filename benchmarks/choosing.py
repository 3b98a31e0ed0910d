"""Choosing without clean labels: which scorers pick the model that is best on them.

Some twenty classifiers, which differ in how they take wrong labels, are trained on
noisy labels of a table and scored on other noisy ones, by plain scores and by those of
sknoisy.model_selection. Each scorer picks the candidate that it ranks first; what the
pick is worth is told by clean labels of samples that nobody has seen. Beside scorers
that estimate the transition matrix stand the same with the true one, which nobody has.
Rows are written as they come: a run that was stopped goes on where it was.
"""

import itertools
import warnings

import numpy as np
from _common import (
    Rows,
    check_names,
    make_parser,
    markdown_table,
    run_missing,
    software,
    some_of,
    use_one_thread,
    write_text,
)
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from sknoisy.auto import choose_model
from sknoisy.datasets import fetch_keel
from sknoisy.model_selection import (
    corrected_accuracy_scorer,
    forward_log_likelihood_scorer,
    peer_accuracy_scorer,
)
from sknoisy.noise import (
    ClassConditionalNoise,
    ClassMapNoise,
    InstanceDependentNoise,
    MarginNoise,
    PairFlipNoise,
    SymmetricNoise,
    sparse_transition,
)
from sknoisy.transition import estimate_transition, prior_ratio

TABLES = ["optdigits", "satimage", "segment"]
N_VALIDATION = 400
SPARSE = {"low": (0.3, 0.2), "high": (0.7, 0.2)}
NOISES = {
    "symmetric": [0.2, 0.4, 0.6],
    "pair": [0.2, 0.4],
    "class map": [0.2, 0.4],
    "sparse": ["low", "high"],
    "instance": [0.2, 0.4],
    "margin": [0.2, 0.4],
}
KEYS = ["table", "n_train", "noise", "rate", "seed", "scorer"]
VALUES = ["picked", "regret", "is_best", "accuracy"]


class PriorRatio(ClassifierMixin, BaseEstimator):
    """Predicts what is likelier for a sample than on the whole."""

    def __init__(self, estimator):
        self.estimator = estimator

    def fit(self, X, y):
        """Fit the estimator, and count labels."""
        self.estimator_ = clone(self.estimator).fit(X, y)
        self.classes_, counts = np.unique(y, return_counts=True)
        self.prior_ = counts / len(y)
        return self

    def predict_proba(self, X):
        """Return the ratios, in rows that sum to one."""
        return prior_ratio(self.estimator_.predict_proba(X), self.prior_)

    def predict(self, X):
        """Return the class of the largest ratio."""
        proba = self.predict_proba(X)
        return self.classes_[proba.argmax(axis=1)]


def scaled(classifier):
    """Return a classifier of standardized features."""
    return make_pipeline(StandardScaler(), classifier)


def make_candidates(seed):
    """Return the classifiers to choose from, by name."""
    neighbors = {
        f"{k} neighbors": scaled(KNeighborsClassifier(k)) for k in (1, 5, 15, 50)
    }
    trees = {
        f"tree, leaf {n}": DecisionTreeClassifier(min_samples_leaf=n, random_state=seed)
        for n in (1, 10, 50)
    }
    forests = {
        f"forest, leaf {n}": RandomForestClassifier(
            50, min_samples_leaf=n, random_state=seed
        )
        for n in (1, 5, 20)
    }
    logistic = {
        f"logistic, C {c}": scaled(LogisticRegression(C=c, max_iter=200))
        for c in (0.001, 0.03, 1, 30)
    }
    boosting = {
        f"boosting, {n} rounds": HistGradientBoostingClassifier(
            max_iter=n, max_leaf_nodes=8, early_stopping=False, random_state=seed
        )
        for n in (5, 40)
    }
    ratios = {
        f"{name}, by prior ratio": PriorRatio(model)
        for name, model in {**forests, **logistic}.items()
        if name in ("forest, leaf 5", "logistic, C 0.03")
    }
    bayes = {"naive Bayes": scaled(GaussianNB())}
    return {
        **neighbors, **trees, **forests, **logistic, **boosting, **bayes, **ratios
    }  # fmt: skip


def make_noise(kind, rate, n_classes, seed):
    """Return a noise model."""
    pairs = [(i, i + 1) for i in range(0, n_classes - 1, 2)]
    if kind == "sparse":
        transition = sparse_transition(n_classes, pairs, SPARSE[rate])
        return ClassConditionalNoise(transition, random_state=seed)
    if kind == "class map":  # every second class is mistaken for the next
        return ClassMapNoise(dict(pairs), float(rate), random_state=seed)
    models = {
        "symmetric": SymmetricNoise,
        "pair": PairFlipNoise,
        "instance": InstanceDependentNoise,
        "margin": MarginNoise,
    }
    return models[kind](float(rate), random_state=seed)


def by_name(name):
    """Return a function of what is known, which gives a scorer of scikit-learn's."""
    return lambda known: get_scorer(name)


def through(make, source, **options):
    """Return a function of what is known, which gives a scorer through a matrix."""
    return lambda known: make(known[source], **options)


# where a matrix comes from: the candidate in question, a forest that is none, nature
SOURCES = ["own T", "T by likelihood", "T by confident joint", "true T"]
SCORERS = {
    "noisy accuracy": by_name("accuracy"),
    "noisy log loss": by_name("neg_log_loss"),
    "peer accuracy": lambda known: peer_accuracy_scorer(),
    **{
        f"corrected accuracy, {source}": through(corrected_accuracy_scorer, source)
        for source in SOURCES
    },
    **{
        f"forward likelihood, {source}": through(forward_log_likelihood_scorer, source)
        for source in SOURCES
    },
    **{
        f"forward likelihood of decisions, {source}": through(
            forward_log_likelihood_scorer, source, response_method="predict"
        )
        for source in SOURCES
    },
}
CLEAN = "clean accuracy of the same samples"
CHOICE = "choose_model"  # which sees all candidates at once


class Runner:
    """Chooses with one scorer after another; keeps the last trained candidates."""

    def __init__(self):
        self.key, self.cell = None, None

    def run(self, *, table, n_train, noise, rate, seed, scorer):
        """Return the columns `VALUES` of one job."""
        key = table, n_train, noise, rate, seed
        if key != self.key:
            self.key, self.cell = key, self.prepare(*key)
        candidates, reached, known = self.cell
        if scorer == CHOICE:
            scores = choice(candidates, known, seed)
        else:
            scores = np.array(
                [self.score(scorer, fitted, known) for fitted in candidates.values()]
            )
        first = scores == scores.max()  # of equals, any might be picked
        return {
            "picked": list(candidates)[first.argmax()],
            "regret": round(float(max(reached) - reached[first].mean()), 5),
            "is_best": round(float(np.mean(reached[first] == max(reached))), 3),
            "accuracy": round(float(reached[first].mean()), 5),
        }

    @staticmethod
    def score(name, fitted, known):
        """Return the score of a candidate."""
        if name == CLEAN:
            return fitted.score(known["X"], known["clean"])
        try:
            return SCORERS[name](known)(fitted, known["X"], known["noisy"])
        except ValueError as error:  # a matrix that can't be inverted
            if "transition" not in str(error):
                raise
            # refused for one candidate, or for all, who are then ranked as usual
            own = "own T" in name
            return -np.inf if own else fitted.score(known["X"], known["noisy"])

    def prepare(self, table, n_train, kind, rate, seed):
        """Return trained candidates, what each is worth, and what scorers may know."""
        data = fetch_keel(table)
        y = np.unique(data.y, return_inverse=True)[1]
        X, X_test, y, y_test = train_test_split(
            data.X, y, train_size=int(n_train) + N_VALIDATION, random_state=seed
        )
        noise = make_noise(kind, rate, y.max() + 1, seed)
        labels = noise.fit(X, y).corrupt(y, X)
        train, held_out = np.split(np.arange(len(y)), [int(n_train)])
        candidates = make_candidates(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            for candidate in candidates.values():
                candidate.fit(X[train], labels[train])
        reached = [model.score(X_test, y_test) for model in candidates.values()]
        known = {
            "X": X[held_out],
            "noisy": labels[held_out],
            "clean": y[held_out],
            "seen": (X[train], labels[train]),
            "own T": "likelihood",
            "true T": noise.transition_matrix_,
            **estimates(X, labels, seed),
        }
        return candidates, np.array(reached), known


def choice(candidates, known, seed):
    """Return the accuracies that `choose_model` estimates."""
    X_train, y_train = known["seen"]
    found = choose_model(
        candidates,
        known["X"],
        known["noisy"],
        X_train=X_train,
        y_train=y_train,
        random_state=int(seed),
    )
    return np.array(list(found.accuracies.values()))


def estimates(X, labels, seed):
    """Return transition matrices as a forest sees them, which is no candidate."""
    forest = RandomForestClassifier(
        100, min_samples_leaf=5, oob_score=True, random_state=seed
    )
    probs = forest.fit(X, labels).oob_decision_function_
    return {
        f"T by {name.replace('_', ' ')}": estimate_transition(
            name, pred_probs=probs, labels=labels
        )
        for name in ("likelihood", "confident_joint")
    }


def column(rows, name, **cell):
    """Return a column of a cell as numbers."""
    return [float(row[name]) for row in rows.select(**cell)]


def table_of(rows, n_train, name, *, digits):
    """Return the table scorers × noise models of the mean of a column, in percent."""
    lines = []
    for scorer in [*SCORERS, CHOICE, CLEAN]:
        cells = [
            column(rows, name, n_train=n_train, noise=noise, scorer=scorer)
            for noise in NOISES
        ]
        everything = list(itertools.chain(*cells))
        if everything:
            means = [f"{100 * np.mean(c):.{digits}f}" if c else "" for c in cells]
            lines.append([scorer, *means, f"{100 * np.mean(everything):.{digits}f}"])
    return markdown_table(["", *NOISES, "all"], lines)


def high(rows, n_train):
    """Return the table of sparse noise, low and high."""
    lines = []
    for scorer in [*SCORERS, CHOICE, CLEAN]:
        cells = [
            column(
                rows, "accuracy", n_train=n_train, noise="sparse", rate=r, scorer=scorer
            )
            for r in SPARSE
        ]
        if any(cells):
            texts = [f"{100 * np.mean(cell):.1f}" if cell else "" for cell in cells]
            lines.append([scorer, *texts])
    return markdown_table(["", *SPARSE], lines)


def report(rows, n_train, path):
    """Write the tables of all rows that there are."""
    found = rows.select(n_train=n_train, scorer=next(iter(SCORERS)))
    n_seeds = len({row["seed"] for row in found})
    rates = "; ".join(
        f"{noise} {', '.join(f'{r:.0%}' if isinstance(r, float) else r for r in rates)}"
        for noise, rates in NOISES.items()
    )
    parts = [
        "# Choosing without clean labels",
        f"{len(make_candidates(0))} classifiers are trained on {n_train} samples with"
        f" noisy labels and scored on {N_VALIDATION} others with noisy labels; clean"
        " labels of all further samples tell what the one that a scorer ranks first is"
        f" worth. Tables {', '.join(TABLES)}; {n_seeds} seed{'s' * (n_seeds > 1)}"
        f"; noise: {rates} ({len(found)} cells). The transition matrix T is estimated"
        " once for all candidates, by likelihood or as the confident joint, from what a"
        " forest says out of bag; or for each candidate, by likelihood, from what it"
        " says itself (own T); or it is the true one, for noise that depends on the"
        " sample its mean over samples. Where T can't be inverted, accuracy corrected"
        " by it is refused, and noisy accuracy picks. What `choose_model` asks was"
        " decided on these cells.",
        "## Regret",
        "Clean accuracy of the best candidate minus that of the one picked, in"
        " percentage points, mean over cells.",
        table_of(rows, n_train, "regret", digits=2),
        "## How often the best one is picked",
        "Percent of the cells. Often several candidates are nearly as good.",
        table_of(rows, n_train, "is_best", digits=0),
        "## Where a wrong label is the most frequent one",
        "Sparse noise swaps the classes of a pair: 30 % of the one's labels and 20 % of"
        " the other's (low), or 70 % and 20 % (high). Mean clean accuracy of what is"
        " picked, percent.",
        high(rows, n_train),
        software("scikit-learn", "numpy"),
    ]
    write_text(path, *parts)


def main(arguments=None):
    parser = make_parser(__doc__)
    parser.add_argument("--tables", nargs="+", help=some_of(TABLES))
    parser.add_argument("--noises", nargs="+", help=some_of(NOISES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--only-tables", action="store_true", help="run nothing")
    given = parser.parse_args(arguments)
    use_one_thread()
    # what a bad candidate takes for noise may be beyond belief: that is a result, too
    warnings.filterwarnings("ignore", "More labels of the classes|No sample is")
    tables = check_names(given.tables, TABLES, "tables")
    noises = check_names(given.noises, NOISES, "noises")
    n_train, seeds = 1000, given.seeds
    if given.quick:
        n_train, tables, seeds = 200, tables[:1], seeds[:1]
    rows = Rows(given.out / "choosing.csv", keys=KEYS, values=VALUES)
    if not given.only_tables:
        jobs = [
            dict(zip(KEYS, (table, n_train, noise, rate, seed, scorer), strict=True))
            for seed, table, noise in itertools.product(seeds, tables, noises)
            for rate in (NOISES[noise][-1:] if given.quick else NOISES[noise])
            for scorer in [*SCORERS, CHOICE, CLEAN]
        ]
        run_missing(jobs, rows, Runner().run)
    report(rows, n_train, given.out / "choosing.md")


if __name__ == "__main__":
    main()
