"""The votes of the nearest samples."""

from dataclasses import dataclass

import numpy as np
from sklearn.neighbors import NearestNeighbors

from sknoisy.auto._task import Opinion


@dataclass
class Neighbors:
    """The k nearest samples; neither oneself nor one's group has a say."""

    name: str
    n_neighbors: int

    def judge(self, rows, task):
        """Return the `Opinion` of this judge."""
        there = np.flatnonzero(task.weights > 0)
        votes = task.weights[there, None] * np.eye(task.n_classes)[task.codes[there]]
        index = NearestNeighbors(n_jobs=task.n_jobs).fit(rows.dense[there])
        own = np.arange(len(task.codes)) if task.groups is None else task.groups
        k = min(self.n_neighbors, len(there))
        asked = min(len(there), k + int(np.bincount(own).max()))
        nearest = index.kneighbors(rows.dense, asked, return_distance=False)
        foreign = own[there][nearest] != own[:, None]
        counted = foreign & (np.cumsum(foreign, axis=1) <= k)
        told = np.einsum("ij,ijk->ik", counted, votes[nearest])
        says = Votes(index, votes, k)
        return Opinion(as_probabilities(told), lambda: says)


@dataclass
class Votes:
    """Samples that vote on whatever is near."""

    index: NearestNeighbors
    votes: np.ndarray
    n_neighbors: int

    def __call__(self, rows):
        """Return probabilities of all classes."""
        nearest = self.index.kneighbors(
            rows.dense, self.n_neighbors, return_distance=False
        )
        return as_probabilities(self.votes[nearest].sum(axis=1))


def as_probabilities(votes):
    """Return shares of votes, half a vote being every class's alike."""
    votes = votes + 0.5 / votes.shape[1]
    return votes / votes.sum(axis=1, keepdims=True)
