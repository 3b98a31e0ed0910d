"""Families of judges, the cheapest first. Of each, one candidate is heard."""

from dataclasses import dataclass, replace

from sklearn.discriminant_analysis import (
    LinearDiscriminantAnalysis,
    QuadraticDiscriminantAnalysis,
)
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB

from sknoisy.auto._by_folds import ByFolds
from sknoisy.auto._forest import Forest
from sknoisy.auto._kernel_ridge import KernelRidge
from sknoisy.auto._neighbors import Neighbors
from sknoisy.auto._views import WIDTHS

# C times the number of samples: wrong labels want a strong penalty, cleaned ones don't
STRENGTHS = (3.0, 30.0, 300.0, 3000.0)
STRENGTHS_CLEANED = (30.0, 300.0, 3000.0, 30000.0)
TREES = 100
# smallest leaves and shares of samples a tree is grown on: where labels are wrong, a
# leaf, or the many trees that didn't see a sample, must outvote them
EXTRA_TREES = ((0.3, 5), (0.3, 2), (None, 3), (None, 10))
FORESTS = ((0.3, 5), (None, 5), (None, 15))
EXTRA_TREES_CLEANED = ((None, 1), (None, 3))
FORESTS_CLEANED = ((None, 3),)
LARGEST_FOR_NEIGHBORS = 20_000


@dataclass(frozen=True)
class Family:
    """Judges of one kind.

    Parameters
    ----------
    name : str

    candidates : tuple
        Each with a ``name`` and ``judge(rows, task)``, an `Opinion`; or with
        ``judge_by_all(rows, task)``, several opinions by name.
    """

    name: str
    candidates: tuple

    def only(self, i):
        """Return the family with one of its candidates."""
        return replace(self, candidates=(self.candidates[i],))


def families(rows, task, *, cleaned=False):
    """Return the families that suit the rows, the cheapest first.

    Parameters
    ----------
    rows : View

    task : Task

    cleaned : bool, default=False
        Whether most labels that count are right by now, so that details may be learned.
    """
    found = [logistic_regression(task, cleaned)]
    if rows.counts:
        found.append(naive_bayes())
    if rows.dense is None:
        return found
    found.append(kernel_ridge())
    if not cleaned:
        found += [neighbors()] if len(rows) <= LARGEST_FOR_NEIGHBORS else []
        found.append(linear_discriminants())
    found.append(quadratic_discriminants())
    ways = EXTRA_TREES_CLEANED if cleaned else EXTRA_TREES
    found.append(trees("extra trees", ExtraTreesClassifier, ways, task))
    ways = FORESTS_CLEANED if cleaned else FORESTS
    return [*found, trees("forest", RandomForestClassifier, ways, task)]


def logistic_regression(task, cleaned):
    """Return logistic regressions, from the strongest penalty on."""
    Cs = [s / len(task.codes) for s in (STRENGTHS_CLEANED if cleaned else STRENGTHS)]
    made = [
        ByFolds(
            f"logistic regression, C={C:.2g}",
            "linear",
            LogisticRegression(C=C, tol=1e-3),
        )
        for C in Cs
    ]
    return Family("logistic regression", tuple(made))


def naive_bayes():
    """Return naive Bayes, for counts of words."""
    made = [
        ByFolds(f"naive Bayes, alpha={alpha:g}", "linear", ComplementNB(alpha=alpha))
        for alpha in (0.1, 1.0)
    ]
    return Family("naive Bayes", tuple(made))


def kernel_ridge():
    """Return least squares on similarities of several widths."""
    made = [KernelRidge(f"kernel ridge, width {w:g}", w) for w in WIDTHS]
    return Family("kernel ridge", tuple(made))


def neighbors():
    """Return votes of few and of many neighbors."""
    made = [Neighbors(f"{k} neighbors", k) for k in (10, 30)]
    return Family("neighbors", tuple(made))


def linear_discriminants():
    """Return Fisher's, with a covariance that is shrunk."""
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    name = "linear discriminants"
    return Family(name, (ByFolds(name, "dense", model),))


def quadratic_discriminants():
    """Return normal distributions, with a covariance a class that is shrunk."""
    made = [
        ByFolds(
            f"quadratic discriminants, shrunk by {shrinkage}",
            "dense",
            QuadraticDiscriminantAnalysis(solver="eigen", shrinkage=shrinkage),
        )
        for shrinkage in ("auto", 0.3)
    ]
    return Family("quadratic discriminants", tuple(made))


def trees(name, kind, ways, task):
    """Return forests of small and large leaves, of few and of all samples."""
    made = []
    for share, leaf in ways:
        forest = kind(
            TREES,
            bootstrap=True,
            min_samples_leaf=leaf,
            max_samples=_count(share, len(task.codes)),
        )
        called = f"{name}, {leaf} a leaf" + (f", {share:.0%} a tree" if share else "")
        if task.groups is None:
            made.append(Forest(called, forest))
        else:  # who didn't see a sample may have seen another one of its group
            forest.set_params(random_state=task.seed, max_samples=share)
            made.append(ByFolds(called, "dense", forest))
    return Family(name, tuple(made))


def _count(share, n_samples):
    # a share would be one of the sum of weights
    return None if share is None else min(n_samples, max(20, round(share * n_samples)))
