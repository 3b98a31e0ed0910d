"""Neighbors of very many samples, nearly all of them, without comparing all pairs."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.datasets import load_digits
from sklearn.neighbors import NearestNeighbors

from sknoisy import _many_neighbors, _neighbors
from sknoisy._many_neighbors import ManyNeighbors
from sknoisy._neighbors import nearest_neighbors
from sknoisy.detectors import NeighborConsensus
from sknoisy.noise import SymmetricNoise

faiss = pytest.importorskip("faiss")
K = 20


def mixture(n_samples, n_features=32, n_inner=8, n_classes=40, seed=0):
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(n_classes, n_features))
    inner = rng.normal(size=(n_samples, n_inner)) @ rng.normal(
        size=(n_inner, n_features)
    )
    labels = rng.integers(n_classes, size=n_samples)
    return (2 * centers[labels] + inner / 2).astype(np.float32), labels


def exact(X, k=K):
    return NearestNeighbors(n_neighbors=k).fit(X).kneighbors()


def recall(found, wanted):
    pairs = zip(found, wanted, strict=True)
    return np.mean([len(np.intersect1d(a, b)) / len(b) for a, b in pairs])


@pytest.fixture
def few_are_many(monkeypatch):
    monkeypatch.setattr(_many_neighbors, "MANY", 1000)


@pytest.mark.parametrize("n_features", [16, 17, 33, 130])
def test_most_neighbors_are_found_with_their_distances(n_features):
    X, _ = mixture(4000, n_features)
    finder = ManyNeighbors(K).fit(X)
    distances, neighbors = finder.kneighbors()
    wanted_distances, wanted = exact(X)
    assert neighbors.shape == distances.shape == (4000, K)
    assert recall(neighbors, wanted) >= 0.95
    assert not (neighbors == np.arange(4000)[:, None]).any()
    assert (np.diff(distances, axis=1) >= 0).all()
    true = np.linalg.norm(X[neighbors[:50]] - X[:50, None], axis=2)
    assert_allclose(distances[:50], true, rtol=1e-3, atol=1e-3)
    assert (distances >= wanted_distances - 1e-2).all()


def test_what_has_no_structure_is_compared_with_all():
    X = np.random.default_rng(0).normal(size=(3000, 64)).astype(np.float32)
    finder = ManyNeighbors(K).fit(X)
    assert finder.n_compared_ == 3000**2
    assert recall(finder.kneighbors()[1], exact(X)[1]) > 0.999


def test_equal_rows_are_neighbors_of_each_other():
    X, _ = mixture(500)
    X = np.repeat(X, 30, axis=0)  # more copies than neighbors
    distances, neighbors = ManyNeighbors(K).fit(X).kneighbors()
    assert np.abs(distances).max() < 1e-2
    assert (neighbors // 30 == (np.arange(len(X)) // 30)[:, None]).all()
    assert not (neighbors == np.arange(len(X))[:, None]).any()


def test_pairs_that_are_compared_grow_slower_than_all_pairs():
    """The slope over four sizes, counted; all pairs have a slope of two."""
    sizes = np.array([4_000, 8_000, 16_000, 32_000])
    X, _ = mixture(sizes[-1], n_inner=6, n_classes=10)
    counts = [ManyNeighbors(K).fit(X[:n]).n_compared_ for n in sizes]
    slope = np.polyfit(np.log(sizes), np.log(counts), 1)[0]
    assert slope <= 1.6  # all that is left is linear: codes, centers, exact distances
    assert counts[-1] < sizes[-1] ** 2 / 40


def test_the_same_data_have_the_same_neighbors_and_threads_stay_as_they_were():
    X, _ = mixture(3000)
    before = faiss.omp_get_max_threads()
    first, second = (ManyNeighbors(K, n_jobs).fit(X).kneighbors() for n_jobs in (1, 1))
    assert_array_equal(first[1], second[1])
    assert faiss.omp_get_max_threads() == before


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_very_many_are_looked_for_so(metric, few_are_many):
    X, _ = mixture(3000)
    distances, neighbors = nearest_neighbors(X, K, metric)
    finder = NearestNeighbors(n_neighbors=K, metric=metric).fit(X)
    wanted_distances, wanted = finder.kneighbors()
    assert recall(neighbors, wanted) >= 0.95
    assert_allclose(distances.mean(), wanted_distances.mean(), rtol=0.01)


def test_some_are_trusted_and_groups_are_kept_apart(few_are_many):
    X, _ = mixture(3000)
    trusted = np.arange(3000) % 2 == 0
    _, neighbors = nearest_neighbors(X, K, "euclidean", trusted=trusted)
    assert trusted[neighbors].all()
    groups = np.arange(3000) // 3
    _, neighbors = nearest_neighbors(X, K, "euclidean", groups=groups)
    assert (groups[neighbors] != groups[:, None]).all()
    _, both = nearest_neighbors(X, K, "euclidean", trusted=trusted, groups=groups)
    assert (groups[both] != groups[:, None]).all() and trusted[both].all()


@pytest.mark.parametrize(
    "X, metric",
    [
        (mixture(1500, 8)[0], "euclidean"),
        (mixture(1500)[0], "manhattan"),
        (csr_array(mixture(1500)[0]), "euclidean"),
        (mixture(900)[0], "euclidean"),
    ],
)
def test_few_columns_other_metrics_sparse_and_few_rows_are_exact(
    X, metric, few_are_many
):
    _, neighbors = nearest_neighbors(X, K, metric)
    wanted = NearestNeighbors(n_neighbors=K, metric=metric).fit(X).kneighbors()[1]
    assert_array_equal(neighbors, wanted)


def test_thirty_thousand_are_compared_in_all_pairs():
    assert _many_neighbors.MANY == 30_000
    X = np.zeros((30_001, 16))
    assert _many_neighbors.is_for_many(X, "euclidean")
    assert not _many_neighbors.is_for_many(X[:-1], "euclidean")


def test_without_the_extra_it_says_what_would_help(few_are_many, monkeypatch):
    monkeypatch.setattr(_neighbors, "has_finder", lambda: False)
    X, labels = mixture(1500)
    with pytest.warns(UserWarning, match=r"sknoisy\[neighbors\]"):
        detector = NeighborConsensus().fit(X, labels)
    assert detector.quality_.shape == (1500,)


def test_nearly_the_same_labels_are_called_wrong(few_are_many):
    X, y = load_digits(return_X_y=True)
    y = SymmetricNoise(0.2, random_state=0).fit_corrupt(y)
    many = NeighborConsensus(transformer="passthrough").fit(X, y)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_many_neighbors, "MANY", 10_000)
        all_pairs = NeighborConsensus(transformer="passthrough").fit(X, y)
    assert (many.is_issue_ == all_pairs.is_issue_).mean() > 0.98
