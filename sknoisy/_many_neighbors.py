"""Neighbors of very many samples: most of them, found without comparing all pairs."""

from importlib.util import find_spec

import numpy as np
from joblib import effective_n_jobs

from sknoisy._extras import import_extra

MANY = 30_000  # rows; up to here all pairs are compared
FEW_NUMBERS = 15  # columns, up to which scikit-learn's trees are exact and fast
RECALL = 0.96  # wanted of a trial; all rows then have .95
TRIAL = 512  # rows on which recall is measured
FACTOR = 8  # as many candidates as neighbors wanted are compared exactly
SHARES = tuple(2 ** (place / 2) / 256 for place in range(13))  # of cells: to 1/4
BLOCK = 2**14  # rows that are looked up together


def has_finder():
    """Whether the extra "neighbors" is installed."""
    return find_spec("faiss") is not None


def is_for_many(features, metric):
    """Whether neighbors of these are worth a search that may miss some.

    Parameters
    ----------
    features : ndarray or CSR matrix of shape (n_samples, n_features)

    metric : str or callable
    """
    n_samples, n_features = features.shape
    is_plain = isinstance(features, np.ndarray) and metric == "euclidean"
    return n_samples > MANY and n_features > FEW_NUMBERS and is_plain


class ManyNeighbors:
    """Find nearest neighbors among very many samples; used as ``NearestNeighbors``.

    Samples are put into cells around centers of k-means. One is compared with those
    of the nearest cells, at first roughly (product quantization [1]_, four bits for a
    few numbers), then the best exactly. How many cells it takes, a trial tells: the
    neighbors of some samples are looked for among all. If it took more than a quarter
    of all cells, as where features have no structure, all are looked through.

    Parameters
    ----------
    n_neighbors : int

    n_jobs : int, default=None

    Attributes
    ----------
    n_compared_ : int
        How many pairs are compared roughly or exactly, not more than so many.

    recall_ : float
        Share of the true neighbors that the trial has found.

    References
    ----------
    .. [1] Jégou, Douze and Schmid, "Product Quantization for Nearest Neighbor Search",
       IEEE TPAMI 2011.
    """

    def __init__(self, n_neighbors, n_jobs=None):
        self.n_neighbors = n_neighbors
        self.n_jobs = n_jobs

    def fit(self, X):
        """Put samples into cells and see how many must be looked through.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
        """
        self.faiss = import_extra("faiss", "neighbors", what="a search of neighbors")
        self.X = _padded(X)
        with _Threads(self.faiss, self.n_jobs):
            self._fit()
        return self

    def kneighbors(self, X=None, n_neighbors=None):
        """Return distances and places of neighbors, the nearest first.

        Parameters
        ----------
        X : ndarray of shape (n_rows, n_features), default=None
            None: the samples of `fit`, each without itself.

        n_neighbors : int, default=None
        """
        k = int(self.n_neighbors if n_neighbors is None else n_neighbors)
        with _Threads(self.faiss, self.n_jobs):
            if X is not None:
                return self._ask(_padded(X), k)
            distances, places = self._ask(self.X, k + 1)
        return _without_oneself(distances, places)

    def _fit(self):
        n_samples, n_features = self.X.shape
        rng = np.random.default_rng(0)
        trial = np.sort(rng.choice(n_samples, min(TRIAL, n_samples), replace=False))
        exact = self.faiss.IndexFlatL2(n_features)
        exact.add(self.X)
        k = self.n_neighbors + 1
        wanted = exact.search(self.X[trial], k)[0][:, -1:]  # how far the last one is
        self.index = self._cells()
        self.index.k_factor = FACTOR
        cells = self.faiss.extract_index_ivf(self.index)
        for share in SHARES:
            cells.nprobe = max(1, round(share * cells.nlist))
            self.n_compared_ = round(cells.nprobe / cells.nlist * n_samples**2)
            found = self.index.search(self.X[trial], k)[0]
            self.recall_ = float((found <= wanted * (1 + 1e-5)).mean())
            if self.recall_ >= RECALL:
                return
        self.index, self.recall_, self.n_compared_ = exact, 1.0, n_samples**2

    def _cells(self):
        """Return an index of rough codes by cells, and of the samples themselves."""
        n_samples, n_features = self.X.shape
        n_cells = min(int(2 * np.sqrt(n_samples)), n_samples // 40)
        n_codes = n_features // _width(n_features)
        name = f"IVF{n_cells},PQ{n_codes}x4fs,RFlat"
        index = self.faiss.index_factory(n_features, name)
        rng = np.random.default_rng(1)
        some = rng.choice(n_samples, min(n_samples, 40 * n_cells), replace=False)
        index.train(self.X[np.sort(some)])
        index.add(self.X)
        return index

    def _ask(self, X, k):
        """Return distances and places; those that cells lack are looked for in all."""
        distances, places = np.empty((len(X), k)), np.empty((len(X), k), dtype=np.intp)
        for start in range(0, len(X), BLOCK):
            part = slice(start, start + BLOCK)
            distances[part], places[part] = self.index.search(X[part], k)
        missing = np.flatnonzero((places < 0).any(axis=1))
        if missing.size:
            exact = self.faiss.IndexFlatL2(X.shape[1])
            exact.add(self.X)
            distances[missing], places[missing] = exact.search(X[missing], k)
        return np.sqrt(np.maximum(distances, 0)), places


class _Threads:
    """Let faiss use as many threads as joblib would, and then as many as before."""

    def __init__(self, faiss, n_jobs):
        self.faiss, self.n_threads = faiss, effective_n_jobs(n_jobs or 1)

    def __enter__(self):
        self.before = self.faiss.omp_get_max_threads()
        self.faiss.omp_set_num_threads(self.n_threads)

    def __exit__(self, *error):
        self.faiss.omp_set_num_threads(self.before)


def _width(n_features):
    """Return how many numbers share a code."""
    return 2 if n_features <= 128 else 4 if n_features <= 512 else 8


def _padded(X):
    """Return features as float32, with zeros up to a multiple of a code's width."""
    X = np.ascontiguousarray(X, dtype=np.float32)
    rest = -X.shape[1] % (2 * _width(X.shape[1]))
    return np.pad(X, ((0, 0), (0, rest))) if rest else X


def _without_oneself(distances, places):
    """Drop each row's own place, or, where many are equal and it is none, the last."""
    is_self = places == np.arange(len(places))[:, None]
    is_self[~is_self.any(axis=1), -1] = True
    shape = len(places), places.shape[1] - 1
    return distances[~is_self].reshape(shape), places[~is_self].reshape(shape)
