"""Families of judges, the cheapest first. Of each, one candidate is heard."""

from dataclasses import dataclass, replace
from inspect import signature

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
from sknoisy.auto._network import Network
from sknoisy.auto._views import WIDTHS

# C times the number of samples: wrong labels want a strong penalty, cleaned ones don't
STRENGTHS = (3.0, 30.0, 300.0, 3000.0)
STRENGTHS_CLEANED = (30.0, 300.0, 3000.0, 30000.0)
TREES = 100
# smallest leaves and shares of samples a tree is grown on: where labels are wrong, a
# leaf, or the many trees that didn't see a sample, must outvote them
EXTRA_TREES = ((0.3, 5), (0.3, 2), (None, 3))
FORESTS = ((0.3, 5), (None, 5))
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


def families(rows, task, *, cleaned=False, names=None):
    """Return the families that suit the rows, the cheapest first.

    Parameters
    ----------
    rows : View

    task : Task

    cleaned : bool, default=False
        Whether most labels that count are right by now, so that details may be learned.

    names : iterable of str, default=None
        Which of `FAMILIES` may be heard; None stands for all that suit.
    """
    asked = FAMILIES if names is None else [n for n in FAMILIES if n in set(names)]
    suit = {name: names is not None or _suits(name, rows, cleaned) for name in asked}
    possible = [n for n in asked if suit[n] and (rows.dense is not None or n in SPARSE)]
    return [FAMILIES[name](task, cleaned) for name in possible]


def _suits(name, rows, cleaned):
    if name == "naive_bayes":
        return rows.counts
    if name == "network":  # as good as the others without it, at twice the time
        return False
    if name == "neighbors":
        return not cleaned and len(rows) <= LARGEST_FOR_NEIGHBORS
    return name != "linear_discriminants" or not cleaned


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
    return Family("logistic_regression", tuple(made))


def naive_bayes(*_):
    """Return naive Bayes, for counts of words."""
    made = [
        ByFolds(f"naive Bayes, alpha={alpha:g}", "linear", ComplementNB(alpha=alpha))
        for alpha in (0.1, 1.0)
    ]
    return Family("naive_bayes", tuple(made))


def kernel_ridge(*_):
    """Return least squares on similarities of several widths."""
    made = [KernelRidge(f"kernel ridge, width {w:g}", w) for w in WIDTHS]
    return Family("kernel_ridge", tuple(made))


def neighbors(*_):
    """Return votes of few and of many neighbors."""
    made = [Neighbors(f"{k} neighbors", k) for k in (10, 30)]
    return Family("neighbors", tuple(made))


def linear_discriminants(*_):
    """Return Fisher's, with a covariance that is shrunk."""
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    judge = ByFolds("linear discriminants", "dense", model)
    return Family("linear_discriminants", (judge,))


def quadratic_discriminants(*_):
    """Return normal distributions, with a covariance a class that is shrunk."""
    made = [
        ByFolds(
            f"quadratic discriminants, shrunk by {shrinkage}",
            "dense",
            shrunk(QuadraticDiscriminantAnalysis, shrinkage),
        )
        for shrinkage in ("auto", 0.3)
    ]
    return Family("quadratic_discriminants", tuple(made))


def shrunk(kind, shrinkage):
    """Return discriminants with shrunk covariances, in scikit-learn of any version."""
    if "shrinkage" in signature(kind).parameters:
        return kind(solver="eigen", shrinkage=shrinkage)
    # before 1.8 nothing estimates by how much
    return kind(reg_param=0.1 if shrinkage == "auto" else shrinkage)


def extra_trees(task, cleaned):
    """Return extremely randomized trees."""
    ways = EXTRA_TREES_CLEANED if cleaned else EXTRA_TREES
    made = _trees("extra trees", ExtraTreesClassifier, ways, task)
    return Family("extra_trees", made)


def forest(task, cleaned):
    """Return random forests."""
    ways = FORESTS_CLEANED if cleaned else FORESTS
    return Family("forest", _trees("forest", RandomForestClassifier, ways, task))


def network(*_):
    """Return a network of two hidden layers."""
    return Family("network", (Network("network", "dense", None),))


FAMILIES = {
    "logistic_regression": logistic_regression,
    "naive_bayes": naive_bayes,
    "kernel_ridge": kernel_ridge,
    "neighbors": neighbors,
    "linear_discriminants": linear_discriminants,
    "quadratic_discriminants": quadratic_discriminants,
    "extra_trees": extra_trees,
    "forest": forest,
    "network": network,
}
SPARSE = ("logistic_regression", "naive_bayes")  # need no dense view


def _trees(name, kind, ways, task):
    """Return forests of small and large leaves, of few and of all samples."""
    made: list[Forest | ByFolds] = []
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
    return tuple(made)


def _count(share, n_samples):
    # a share would be one of the sum of weights
    return None if share is None else min(n_samples, max(20, round(share * n_samples)))
