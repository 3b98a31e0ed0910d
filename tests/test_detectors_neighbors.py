"""Neighbors, their votes, and lines through qualities, against slow ways."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from sknoisy._neighbors import nearest_neighbors
from sknoisy._seeds import draw_seed
from sknoisy.detectors import CLNI, KDN, ForestKDN, NeighborConsensus
from sknoisy.noise import SymmetricNoise
from sknoisy.quality import (
    flag_issues,
    neighbor_agreement,
    soft_neighbor_labels,
)


@pytest.fixture(scope="module")
def cloud():
    rng = np.random.default_rng(3)
    labels = rng.integers(3, size=60)
    return rng.normal(size=(60, 3)) + 1.5 * np.eye(3)[labels], labels


def slow_distances(X, metric):
    if metric == "cosine":
        rows = X / np.linalg.norm(X, axis=1, keepdims=True)
        return 1 - rows @ rows.T
    return np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))


def slow_neighbors(X, k, metric, trusted):
    distances, neighbors = [], []
    for i, row in enumerate(slow_distances(X, metric)):
        others = [j for j in np.argsort(row) if j != i and trusted[j]][:k]
        neighbors.append(others)
        distances.append(row[others])
    return np.array(distances), np.array(neighbors)


def slow_votes(X, labels, k, n_rounds):
    distances, neighbors = slow_neighbors(X, k, "cosine", np.ones(len(X), bool))
    backed = np.ones(len(X))
    for _ in range(n_rounds):
        shares = np.zeros((len(X), labels.max() + 1))
        for i in range(len(X)):
            similar = np.maximum(1 - distances[i], 1e-6)
            shares[i, labels[i]] += similar[0] * backed[i]
            for j, weight in zip(neighbors[i], similar, strict=True):
                shares[i, labels[j]] += weight * backed[j]
        shares /= shares.sum(axis=1, keepdims=True)
        for i in range(len(X)):
            rest = np.delete(shares[i], labels[i]).max()
            backed[i] = (shares[i, labels[i]] - rest + 1) / 2
    return shares


# ---------------------------------------------------------------- functions


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("some", [False, True])
def test_neighbors_are_those_found_one_by_one(metric, some, cloud):
    X, labels = cloud
    trusted = labels != 1 if some else np.ones(60, dtype=bool)
    distances, neighbors = nearest_neighbors(
        X, 4, metric, trusted=trusted if some else None
    )
    expected = slow_neighbors(X, 4, metric, trusted)
    assert_array_equal(neighbors, expected[1])
    assert_allclose(distances, expected[0], atol=1e-7)


@pytest.mark.parametrize("n_rounds", [1, 2, 3])
def test_soft_labels_are_votes_counted_one_by_one(n_rounds, cloud):
    X, labels = cloud
    shares = soft_neighbor_labels(labels, X, 5, n_rounds=n_rounds)
    assert_allclose(shares, slow_votes(X, labels, 5, n_rounds), atol=1e-6)


def test_agreement_is_the_share_of_neighbors_with_the_label(cloud):
    X, labels = cloud
    _, neighbors = slow_neighbors(X, 7, "euclidean", np.ones(60, bool))
    expected = [np.mean(labels[neighbors[i]] == labels[i]) for i in range(60)]
    assert_allclose(neighbor_agreement(labels, X, 7), expected)
    assert_allclose(neighbor_agreement(labels, csr_array(X), 7), expected)


def test_votes_of_other_metrics_are_equal(cloud):
    X, labels = cloud
    shares = soft_neighbor_labels(labels, X, 4, metric="manhattan", n_rounds=1)
    assert_allclose(shares * 5, np.round(shares * 5), atol=1e-12)


def test_more_neighbors_than_there_are_means_all(cloud):
    X, labels = cloud
    assert_array_equal(
        neighbor_agreement(labels, X, 500), neighbor_agreement(labels, X, 59)
    )


def test_identical_samples_are_neighbors_of_each_other_not_of_themselves():
    X = np.array([[1.0, 1], [1, 1], [5, 0], [5, 0]])
    assert_array_equal(neighbor_agreement([0, 1, 1, 1], X, 1), [0, 0, 1, 1])


def test_zero_vectors_and_opposite_ones_still_get_votes():
    X = np.array([[0.0, 0], [1, 0], [-1, 0], [0, 0]])
    shares = soft_neighbor_labels([0, 0, 1, 1], X, 3)
    assert_allclose(shares.sum(axis=1), 1)


@pytest.mark.parametrize("function", [neighbor_agreement, soft_neighbor_labels])
def test_strange_labels_and_features_are_refused(function):
    X = np.eye(3)
    with pytest.raises(ValueError, match="expected codes 0, 1, ….*np.unique"):
        function(["a", "b", "b"], X)
    with pytest.raises(ValueError, match="expected codes"):
        function([-1, 0, 1], X)
    with pytest.raises(ValueError, match="inconsistent numbers"):
        function([0, 1], X)
    with pytest.raises(ValueError, match="n_neighbors=0 is out of range"):
        function([0, 1, 1], X, 0)
    with pytest.raises(ValueError, match="minimum of 2"):
        function([0], X[:1])
    with pytest.raises(ValueError, match="NaN"):
        function([0, 1, 1], np.full((3, 3), np.nan))


def test_votes_need_two_classes_and_a_round():
    with pytest.raises(ValueError, match="labels holds one class only"):
        soft_neighbor_labels([0, 0], np.eye(2))
    with pytest.raises(ValueError, match="n_rounds=0 is out of range"):
        soft_neighbor_labels([0, 1], np.eye(2), n_rounds=0)


qualities = arrays(
    np.float64,
    st.integers(1, 40),
    elements=st.floats(0, 1) | st.sampled_from([0, 0.25, 1]),
)


@given(qualities, st.data())
@settings(deadline=None)
def test_a_budget_takes_the_lowest_and_of_equals_the_first(quality, data):
    count = data.draw(st.integers(0, len(quality)))
    order = sorted(range(len(quality)), key=lambda i: (quality[i], i))
    expected = np.isin(np.arange(len(quality)), order[:count])
    assert_array_equal(flag_issues(quality, count), expected)


@given(qualities, st.integers(1, 99))
@settings(deadline=None)
def test_a_share_flags_the_nearest_whole_number(quality, percent):
    count = flag_issues(quality, percent / 100).sum()
    assert abs(count - percent * len(quality) / 100) <= 0.5 + 1e-9


@given(qualities)
@settings(deadline=None, max_examples=30)
def test_the_mixture_never_flags_more_trust_and_keeps_less(quality):
    flagged = flag_issues(quality)
    if flagged.any() and not flagged.all():
        assert quality[flagged].max() < quality[~flagged].min()
    if np.ptp(quality) == 0:
        assert not flagged.any()


def test_the_mixture_parts_two_groups():
    rng = np.random.default_rng(0)
    low, high = rng.normal(0.2, 0.05, 30), rng.normal(0.8, 0.1, 200)
    flagged = flag_issues(np.concatenate([low, high]))
    assert_array_equal(flagged, np.arange(230) < 30)


@pytest.mark.parametrize("threshold", ["mix", 0.0, 1.0, -1, 4, None, float("nan")])
def test_a_threshold_is_a_rule_or_a_budget(threshold):
    with pytest.raises(ValueError, match="is neither a rule nor a budget"):
        flag_issues([0.1, 0.2, 0.3], threshold)


def test_qualities_are_finite_and_one_a_sample():
    with pytest.raises(ValueError, match="quality has shape"):
        flag_issues([[0.1], [0.2]], 1)
    with pytest.raises(ValueError, match="quality contains NaN"):
        flag_issues([0.1, np.nan], 1)


# ---------------------------------------------------------------- detectors


def test_consensus_by_rank_takes_the_lowest_cosines_of_each_label(cloud):
    X, labels = cloud
    detector = NeighborConsensus(8, rule="rank").fit(X, labels)
    shares = soft_neighbor_labels(labels, StandardScaler().fit_transform(X), 8)
    cosine = [
        shares[i] @ np.eye(3)[labels[i]] / np.linalg.norm(shares[i]) for i in range(60)
    ]
    assert_allclose(detector.quality_, cosine)
    for k in range(3):
        flagged = detector.quality_[detector.is_issue_ & (labels == k)]
        kept = detector.quality_[~detector.is_issue_ & (labels == k)]
        assert flagged.max(initial=0) <= kept.min(initial=1)
    assert detector.is_issue_.mean() == pytest.approx(detector.noise_rate_)


def test_consensus_by_vote_flags_what_is_outvoted(cloud):
    X, labels = cloud
    detector = NeighborConsensus(8).fit(X, labels)
    assert_array_equal(detector.is_issue_, detector.suggested_labels_ != labels)
    assert detector.is_issue_.any()
    assert_array_equal(detector.is_issue_, detector.quality_ < 0.5)


def test_closest_list_asks_those_not_yet_wrong_again(cloud):
    X, labels = cloud
    detector = CLNI(5, transformer="passthrough").fit(X, labels)
    wrong = np.zeros(60, dtype=bool)
    for _ in range(detector.n_iter_):
        _, neighbors = slow_neighbors(X, 5, "euclidean", ~wrong)
        agree = np.array(
            [np.mean(labels[neighbors[i]] == labels[i]) for i in range(60)]
        )
        before, wrong = wrong, np.round(1 - agree, 9) >= 0.6
    assert detector.n_iter_ > 1
    assert (wrong & before).sum() >= 0.99 * wrong.sum()
    assert_array_equal(detector.is_issue_, wrong)
    assert_allclose(detector.quality_, agree)
    assert CLNI(5, max_iter=1).fit(X, labels).n_iter_ == 1


def test_closest_list_ends_before_nobody_can_be_asked():
    X = np.arange(6.0)[:, None]
    detector = CLNI(1, disagreement=0.0).fit(X, [0, 0, 0, 1, 1, 1])
    assert detector.is_issue_.all()
    assert detector.n_iter_ == 1


def test_forest_neighbors_are_those_by_hamming_distance_of_leaves(cloud):
    X, labels = cloud
    detector = ForestKDN(6, n_estimators=15, random_state=0).fit(X, labels)
    forest = RandomForestClassifier(15, min_samples_leaf=5, random_state=draw_seed(0))
    leaves = forest.fit(X, labels).apply(X)
    distances = (leaves[:, None] != leaves[None]).mean(axis=2)
    np.fill_diagonal(distances, np.inf)
    for i, share in enumerate(detector.quality_):
        nearest = np.sort(distances[i])[:6]
        surely = np.flatnonzero(distances[i] < nearest[-1] - 1e-12)
        tied = np.flatnonzero(np.isclose(distances[i], nearest[-1]))
        hits, open_places = np.sum(labels[surely] == labels[i]), 6 - len(surely)
        among = np.sum(labels[tied] == labels[i])
        least = hits + max(0, open_places - (len(tied) - among))
        assert least - 1e-9 <= 6 * share <= hits + min(among, open_places) + 1e-9


def test_of_equally_many_neighbors_the_given_label_is_suggested():
    X = np.array([[0.0], [1.0], [-1.0], [10.0], [11.0], [12.0]])
    detector = KDN(2, transformer="passthrough").fit(X, [1, 0, 1, 0, 0, 0])
    assert detector.quality_[0] == 0.5
    assert detector.suggested_labels_[0] == 1
    assert not detector.is_issue_[0]


def test_features_are_standardized_unless_told_otherwise(cloud):
    X, labels = cloud
    stretched = X * [1, 1000, 1]
    for detector in (KDN(5), CLNI(5), NeighborConsensus(5)):
        plain = detector.fit(X, labels).quality_
        assert_allclose(detector.fit(stretched, labels).quality_, plain, atol=1e-6)
        raw = detector.set_params(transformer="passthrough").fit(stretched, labels)
        assert (abs(raw.quality_ - plain) > 0.1).any()


def test_a_transformer_makes_features_of_anything():
    words = [["sun", "sky", "day"], ["ship", "sea", "wave"]]
    rng = np.random.default_rng(0)
    given = np.repeat(["air", "water"], 30)
    texts = [" ".join(rng.choice(words[i // 30], 5)) for i in range(60)]
    given[[4, 50]] = "water", "air"
    detector = NeighborConsensus(10, transformer=TfidfVectorizer()).fit(texts, given)
    assert_array_equal(np.flatnonzero(detector.is_issue_), [4, 50])
    assert_array_equal(detector.suggested_labels_[[4, 50]], ["air", "water"])
    assert not hasattr(detector, "n_features_in_")


def test_a_given_transformer_is_cloned_and_gets_frames(cloud):
    X, labels = cloud
    pca = PCA(2, random_state=0)
    detector = KDN(5, transformer=pca).fit(X, labels)
    assert not hasattr(pca, "components_")
    search = NearestNeighbors(n_neighbors=5).fit(
        PCA(2, random_state=0).fit_transform(X)
    )
    neighbors = search.kneighbors(return_distance=False)
    agree = (labels[neighbors] == labels[:, None]).mean(axis=1)
    assert_allclose(detector.quality_, agree)


@pytest.mark.parametrize(
    ("detector", "message"),
    [
        (NeighborConsensus(rule="votes"), "rule='votes' .* did you mean 'vote'"),
        (NeighborConsensus(0), "n_neighbors=0 is out"),
        (NeighborConsensus(n_rounds=0), "n_rounds=0 is out"),
        (CLNI(disagreement=1.2), "disagreement=1.2 is out of range"),
        (CLNI(stability=-1), "stability=-1 is out of range"),
        (CLNI(max_iter=0), "max_iter=0 is out of range"),
        (KDN(0), "n_neighbors=0 is out"),
    ],
)
def test_strange_parameters_are_refused(detector, message, cloud):
    with pytest.raises(ValueError, match=message):
        detector.fit(*cloud)


def test_digits_with_thirty_percent_noise_are_found_out():
    X, y = load_digits(return_X_y=True)
    noise = SymmetricNoise(0.3, exact=True, random_state=0)
    given = noise.fit_corrupt(y)
    detector = NeighborConsensus().fit(X, given)
    assert roc_auc_score(given != y, -detector.quality_) > 0.995
    assert average_precision_score(given != y, -detector.quality_) > 0.98
    assert abs(detector.noise_rate_ - 0.3) < 0.02
