"""The nearest neighbors of different rows, of very many rows those of a sample."""

from dataclasses import dataclass

import numpy as np
from sklearn.neighbors import NearestNeighbors

__all__ = ["Neighbors"]

MOST_ROWS = 10_000  # among which neighbors are looked for
K = 10


@dataclass(frozen=True)
class Neighbors:
    """Distances to, and places of, the `K` nearest neighbors.

    Parameters
    ----------
    places : ndarray of int of shape (n_rows,)
        Which samples these are: of equal ones the first; not all, where there are many.

    distances : ndarray of shape (n_rows, n_neighbors)

    neighbors : ndarray of int of shape (n_rows, n_neighbors)
        Places of samples.

    is_sample : bool
        Whether some were left out.
    """

    places: np.ndarray
    distances: np.ndarray
    neighbors: np.ndarray
    is_sample: bool

    @classmethod
    def find(cls, numbers, keys, seed):
        """Return the neighbors among rows of `numbers`; None if there are too few."""
        if numbers is None:
            return None
        places = np.sort(np.unique(keys, return_index=True)[1])
        is_sample = len(places) > MOST_ROWS
        if is_sample:
            rng = np.random.default_rng(seed)
            places = np.sort(rng.choice(places, MOST_ROWS, replace=False))
        if len(places) < 5 * K:
            return None
        finder = NearestNeighbors(n_neighbors=K).fit(numbers[places])
        distances, neighbors = finder.kneighbors()
        return cls(places, distances, places[neighbors], is_sample)

    @property
    def dimension(self):
        """How many numbers it takes to tell where a row is among its neighbors.

        Levina and Bickel's estimate, with the mean taken over its inverse.
        """
        far = self.distances[:, -1:]
        known = (self.distances[:, :-1] > 0) & (far > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(far / self.distances[:, :-1])
        return 1 / max(float(logs[known].mean()) if known.any() else 0.0, 1e-3)
