"""Least squares on similarities: what is said without a fold is linear algebra."""

from dataclasses import dataclass

import numpy as np

from sknoisy.auto._task import Opinion

PENALTIES = tuple(10.0 ** np.arange(-3, 3))
LEAST = 0.01  # of an even share


@dataclass
class KernelRidge:
    """One kernel, a judge for each penalty.

    The expectation of a label, given x, is its probability: least squares on one-hot
    labels estimates it, and is hardly moved by labels that are wrong at random.
    """

    name: str
    width: float

    def judge_by_all(self, rows, task):
        """Return a name and an `Opinion` for each penalty."""
        phi, weight = rows.get(self.width), task.weights
        given = np.eye(task.n_classes)[task.codes]
        weighed = phi * weight[:, None]
        gram, toward = weighed.T @ phi, weighed.T @ given
        told = np.zeros((len(PENALTIES), *given.shape))
        for _, test in task.folds:  # the others are those in no test part of this fold
            without = gram - weighed[test].T @ phi[test]
            slopes = ridge(without, toward - weighed[test].T @ given[test])
            told[:, test] = phi[test] @ slopes
        return [
            (
                f"{self.name}, penalty {penalty:g}",
                Opinion(
                    as_probabilities(told[i]),
                    lambda i=i: Ridge(self.width, ridge(gram, toward)[i]),
                ),
            )
            for i, penalty in enumerate(PENALTIES)
        ]


@dataclass
class Ridge:
    """Slopes, one column a class."""

    width: float
    slopes: np.ndarray

    def __call__(self, rows):
        """Return probabilities of all classes."""
        return as_probabilities(rows.get(self.width) @ self.slopes)


def ridge(gram, toward):
    """Return slopes for each penalty, of shape (n_penalties, n_features, n_classes)."""
    values, vectors = np.linalg.eigh(gram)
    rotated = vectors.T @ toward
    penalized = np.maximum(values, 0) + np.array(PENALTIES)[:, None]
    return vectors @ (rotated / penalized[:, :, None])


def as_probabilities(scores):
    """Return rows of numbers around 0…1 as probabilities."""
    raised = np.maximum(scores, LEAST / scores.shape[1])
    return raised / raised.sum(axis=1, keepdims=True)
