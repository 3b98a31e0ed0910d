"""What judges are given, and what they give back."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sknoisy._counting import keep_at_least
from sknoisy._folds import folds_to_judge_by

LEFT_OUT = 0.02  # a label less trusted than this is no example at all
TRUSTED = 0.3  # as much as the most trusted of each class weigh at least
PER_CLASS = 5


@dataclass(frozen=True)
class Task:
    """Labels, and how they may be learned.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        Given labels 0…c−1.

    n_classes : int

    folds : list of pairs of index arrays
        Who may judge whom.

    seed : int

    groups : ndarray of int of shape (n_samples,), default=None

    n_jobs : int, default=None

    weight : ndarray of shape (n_samples,), default=None
        Trust in each label; None: none is trusted more than others.
    """

    codes: np.ndarray
    n_classes: int
    folds: list
    seed: int
    groups: np.ndarray | None = None
    n_jobs: int | None = None
    weight: np.ndarray | None = None

    @property
    def weights(self):
        """Trust in each label, in numbers."""
        return np.ones(len(self.codes)) if self.weight is None else self.weight

    @property
    def alike(self):
        """How many samples a group has on average."""
        if self.groups is None:
            return 1.0
        return len(self.codes) / len(np.unique(self.groups))

    def trusting(self, posterior):
        """Return the task in which a label counts as much as it is probably right."""
        trust = posterior[np.arange(len(self.codes)), self.codes]
        kept = keep_at_least(PER_CLASS, trust >= TRUSTED, self.codes, trust)
        weight = np.where(trust < LEFT_OUT, 0.0, trust)
        weight = np.where(kept, np.maximum(weight, TRUSTED), weight)
        return replace(self, weight=weight, seed=self.seed + 1)

    def of(self, rows):
        """Return the task of some rows only, with folds of their own."""
        codes, groups = self.codes[rows], _cut(self.groups, rows)
        if groups is not None:
            groups = np.unique(groups, return_inverse=True)[1]
        folds = folds_to_judge_by(None, codes, groups, random_state=self.seed)
        weight = _cut(self.weight, rows)
        return replace(self, codes=codes, groups=groups, folds=folds, weight=weight)


@dataclass(frozen=True)
class Opinion:
    """What a judge said of the samples of a task, not having learned from them.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)

    finish : callable
        Learns from all samples, and returns what judges other rows, a function of
        their `View`.
    """

    probabilities: np.ndarray
    finish: Callable


def _cut(values, rows):
    return None if values is None else values[rows]
