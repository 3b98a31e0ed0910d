"""Verdicts that seeds, names, containers and single features don't decide."""

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import make_blobs
from sklearn.linear_model import LogisticRegression

from sknoisy.detectors import (
    CLNI,
    KDN,
    ConfidentLearning,
    ForestKDN,
    InstanceHardness,
    IterativePartitioningFilter,
    NeighborConsensus,
    TrueLabelPosterior,
)
from sknoisy.quality import true_label_posterior

REPEATING = {
    "ConfidentLearning": ConfidentLearning(LogisticRegression(), random_state=0),
    "InstanceHardness": InstanceHardness([LogisticRegression()], random_state=0),
    "IterativePartitioningFilter": IterativePartitioningFilter(random_state=0),
    "TrueLabelPosterior": TrueLabelPosterior(LogisticRegression(), random_state=0),
}
repeating = pytest.mark.parametrize("name", sorted(REPEATING))


def overlapping(seed=0, n=150):
    """Return samples of two classes that overlap, a fifth of them labelled wrong."""
    X, true = make_blobs(n, 4, centers=2, cluster_std=4, random_state=seed)
    rng = np.random.default_rng(seed)
    return X, np.where(rng.random(n) < 0.2, 1 - true, true)


def flagged(detector, X, y, seed):
    return detector.set_params(random_state=seed).fit(X, y).is_issue_


@repeating
def test_repeats_tell_how_often_a_label_is_flagged(name):
    X, y = overlapping()
    detector = REPEATING[name].set_params(random_state=0, n_repeats=5).fit(X, y)
    frequency = detector.flag_frequency_
    assert_allclose(frequency * 5, np.round(frequency * 5))
    assert_array_equal(np.unique(frequency[[0, 1]] >= 0), [True])
    if name != "InstanceHardness":  # which has no rule but a number
        assert_array_equal(detector.is_issue_, frequency > 0.5)
    sure = np.isin(frequency, (0, 1))
    assert 0.6 < sure.mean() <= 1
    assert 0 <= detector.noise_rate_ <= 1
    assert_allclose(detector.transition_matrix_.sum(axis=1), 1)
    again = detector.fit(X, y)
    assert_array_equal(again.flag_frequency_, frequency)


def test_repeats_make_seeds_matter_less():
    X, y = overlapping()
    detector, changed = IterativePartitioningFilter(), []
    for n_repeats in (1, 7):
        detector.set_params(n_repeats=n_repeats)
        found = [flagged(detector, X, y, seed) for seed in range(4)]
        changed.append(np.mean([np.mean(found[0] != other) for other in found[1:]]))
    assert changed[1] < 0.6 * changed[0]


def test_means_of_repeats_are_aligned_with_all_rows():
    X, y = overlapping()
    y = y.astype(object)
    y[3] = None
    X, y = np.r_[X, X[:10]], np.r_[y, y[:10]]
    detector = TrueLabelPosterior(
        LogisticRegression(), n_repeats=2, unlabeled=None, random_state=0
    ).fit(X, y)
    assert np.isnan(detector.flag_frequency_[[3, 153]]).all()
    assert_array_equal(detector.flag_frequency_[:10], detector.flag_frequency_[150:])
    assert detector.posterior_.shape == (160, 2)


def test_a_single_feature_has_neighbors():
    rng = np.random.default_rng(0)
    true = np.repeat([0, 1, 2], 40)
    X = (true + 0.1 * rng.normal(size=120))[:, None]
    given = true.copy()
    given[[5, 50, 100]] = 2, 0, 1
    detector = NeighborConsensus().fit(X, given)
    assert_array_equal(np.flatnonzero(detector.is_issue_), [5, 50, 100])
    by_distance = NeighborConsensus(metric="euclidean").fit(X, given)
    assert_array_equal(detector.quality_, by_distance.quality_)


@pytest.mark.parametrize(
    "detector",
    [
        CLNI(),
        KDN(),
        NeighborConsensus(),
        ConfidentLearning(random_state=0),
        ForestKDN(random_state=0),
        TrueLabelPosterior(random_state=0),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_full_table_in_a_sparse_container_is_judged_alike(detector):
    X, y = overlapping(n=120)
    dense = detector.fit(X, y).quality_
    assert_array_equal(detector.fit(sp.csr_array(X), y).quality_, dense)
    assert_array_equal(detector.fit(sp.coo_matrix(X), y).quality_, dense)


@pytest.mark.parametrize(("n", "n_classes"), [(40, 3), (40, 4), (200, 4)])
def test_names_of_classes_have_no_say(n, n_classes):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        p = rng.dirichlet(np.full(n_classes, 0.7), n)
        y = np.array([rng.choice(n_classes, p=row) for row in p])
        renamed = rng.permutation(n_classes)
        before = true_label_posterior(y, p).probabilities
        after = true_label_posterior(
            renamed[y], p[:, np.argsort(renamed)]
        ).probabilities
        assert_allclose(after[:, renamed], before, atol=1e-6)
