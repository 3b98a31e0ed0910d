"""A classifier that judges each fold by a fit on the others."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, clone

from sknoisy._out_of_fold import (
    certain,
    fitted,
    predict_out_of_fold,
    probabilities_of,
)
from sknoisy._weights import those_present, weight_name, weights_for
from sknoisy.auto._task import Opinion

EXAMPLE = 0.5  # trust in a label from which on it is one to who takes no weights


@dataclass
class ByFolds:
    """Any classifier with ``predict_proba``."""

    name: str
    view: str
    classifier: BaseEstimator

    def judge(self, rows, task):
        """Return the `Opinion` of this judge."""
        X, weight = rows.get(self.view), self._weight(task)
        told = self._predict(X, task, weight)
        missing = task.n_classes - told.shape[1]  # a subset may lack the last classes
        told = np.pad(told, ((0, 0), (0, missing)))
        return Opinion(told, lambda: self._finish(X, task, weight))

    def _predict(self, X, task, weight):
        return predict_out_of_fold(
            self.classifier,
            X,
            task.codes,
            task.folds,
            sample_weight=weight,
            n_jobs=task.n_jobs,
        )

    def _weight(self, task):
        if task.weight is None or weight_name(self.classifier):
            return task.weight
        return np.where(task.weight >= EXAMPLE, 1.0, 0.0)

    def _finish(self, X, task, weight):
        there = those_present(np.arange(len(task.codes)), weight)
        seen = np.unique(task.codes[there])
        if len(seen) == 1:
            return Certain(seen, task.n_classes)
        params = weights_for(self.classifier, weight)
        params = {name: value[there] for name, value in params.items()}
        model = fitted(clone(self.classifier), X[there], task.codes[there], **params)
        return Fitted(model, self.view, seen, task.n_classes)


@dataclass
class Fitted:
    """A fitted classifier that looks at a view."""

    model: BaseEstimator
    view: str
    seen: np.ndarray
    n_classes: int

    def __call__(self, rows):
        """Return probabilities of all classes."""
        X = rows.get(self.view)
        return probabilities_of(self.model, X, self.seen, self.n_classes, self.seen)


@dataclass
class Certain:
    """Says what was the only label."""

    seen: np.ndarray
    n_classes: int

    def __call__(self, rows):
        """Return probabilities of all classes."""
        return certain(self.seen, len(rows), self.n_classes)
