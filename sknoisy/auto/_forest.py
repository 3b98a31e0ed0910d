"""A forest whose trees vote on samples that they were not grown on."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, clone

from sknoisy.auto._by_folds import Fitted
from sknoisy.auto._task import Opinion


@dataclass
class Forest:
    """Trees on bootstrap samples: one fit gives out-of-sample votes and the judge.

    Weights are chances to be drawn; a sample is never there twice, or its copy would
    vouch for it.
    """

    name: str
    forest: BaseEstimator
    view: str = "dense"

    def judge(self, rows, task):
        """Return the `Opinion` of this judge."""
        X, weight = rows.get(self.view), task.weights
        there, codes = np.flatnonzero(weight > 0), task.codes
        params = {} if task.weight is None else {"sample_weight": weight[there]}
        forest = clone(self.forest).set_params(
            oob_score=True, bootstrap=True, random_state=task.seed, n_jobs=task.n_jobs
        )
        with np.errstate(invalid="ignore"):  # samples that every tree saw: see below
            forest.fit(X[there], codes[there], **params)
        seen = forest.classes_
        told = np.zeros((len(codes), task.n_classes))
        shares = np.bincount(codes[there], minlength=task.n_classes)[seen]
        told[np.ix_(there, seen)] = _known(forest.oob_decision_function_, shares)
        others = np.flatnonzero(weight <= 0)
        if others.size:
            told[np.ix_(others, seen)] = forest.predict_proba(X[others])
        says = Fitted(forest, self.view, seen, task.n_classes)
        return Opinion(told, lambda: says)


def _known(votes, otherwise):
    votes = np.nan_to_num(votes)
    votes[votes.sum(axis=1) == 0] = otherwise
    return votes / votes.sum(axis=1, keepdims=True)
