"""Weighted adaptive nearest neighbors: against loops, and in what X and y may be."""

from collections import Counter

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.metrics.pairwise import pairwise_distances
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

from sknoisy import SymmetricNoise, WANNClassifier


@pytest.fixture(scope="module")
def cloud():
    rng = np.random.default_rng(7)
    y = rng.integers(3, size=90)
    X = rng.normal(size=(90, 4)) + 1.5 * np.eye(4)[y]
    y[:20] = rng.integers(3, size=20)
    return X, y, rng.normal(size=(25, 4))


def sizes_by_hand(X, y, k_min, k_max, metric="euclidean", groups=None):
    """Return how many neighbors bear each label out, one sample after the other."""
    distances = pairwise_distances(X, metric=metric)
    sizes = []
    for i, row in enumerate(distances):
        own = {i} if groups is None else set(np.flatnonzero(groups == groups[i]))
        order = [j for j in np.argsort(row, kind="stable") if j not in own]
        for k in range(k_min, k_max, 2):
            votes = Counter(y[j] for j in order[:k])
            if votes[y[i]] == max(votes.values()):
                break
        else:
            k = k_max
        sizes.append(k)
    return np.array(sizes)


def votes_by_hand(X, y, sizes, X_new, metric="euclidean"):
    """Return each class's share of the votes."""
    shares = np.zeros((len(X_new), y.max() + 1))
    distances = pairwise_distances(X_new, X, metric=metric)
    for i, row in enumerate(distances):
        order = np.argsort(row, kind="stable")
        for j in order[: sizes[order[0]]]:
            shares[i, y[j]] += 1 / sizes[j]
    return shares / shares.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "manhattan"])
@pytest.mark.parametrize(("k_min", "k_max"), [(11, 51), (3, 8), (1, 5), (4, 4)])
def test_it_is_what_the_paper_says(k_min, k_max, metric, cloud):
    X, y, X_new = cloud
    clf = WANNClassifier(k_min, k_max, metric=metric).fit(X, y)
    sizes = sizes_by_hand(X, y, k_min, k_max, metric)
    assert_allclose(clf.reliability_, 1 / sizes)
    expected = votes_by_hand(X, y, sizes, X_new, metric)
    assert_allclose(clf.predict_proba(X_new), expected)
    assert_array_equal(clf.predict(X_new), expected.argmax(axis=1))


def test_who_is_of_one_group_bears_out_no_label_of_it(cloud):
    X, y, _ = cloud
    groups = np.arange(len(y)) // 3
    found = WANNClassifier(3, 9).fit(X, y, groups=groups).reliability_
    assert_allclose(found, 1 / sizes_by_hand(X, y, 3, 9, groups=groups))


def test_copies_of_a_wrong_label_don_t_bear_each_other_out(cloud):
    X, y, _ = cloud
    X, y, groups = np.repeat(X, 4, axis=0), np.repeat(y, 4), np.repeat(range(90), 4)
    alone = WANNClassifier(3, 9).fit(X, y, groups=groups).reliability_
    vouched = WANNClassifier(3, 9).fit(X, y).reliability_
    assert_array_equal(vouched, np.full(360, 1 / 3))
    assert len(np.unique(alone)) > 1


def test_sparse_features_say_the_same(cloud):
    X, y, X_new = cloud
    X, X_new = np.maximum(X, 0), np.maximum(X_new, 0)
    dense = WANNClassifier().fit(X, y).predict_proba(X_new)
    clf = WANNClassifier().fit(sparse.csr_array(X), y)
    assert_allclose(clf.predict_proba(sparse.csc_array(X_new)), dense)


def test_names_of_classes_decide_nothing(cloud):
    X, y, _ = cloud
    codes = WANNClassifier(4, 9).fit(X, y)
    renamed = WANNClassifier(4, 9).fit(X, np.array(["z", "y", "x"])[y])
    assert_array_equal(renamed.reliability_, codes.reliability_)


def test_samples_without_a_label_have_no_say(cloud):
    X, y, X_new = cloud
    some = y.astype(float)
    some[::4] = np.nan
    labeled = ~np.isnan(some)
    clf = WANNClassifier(unlabeled=None).fit(X, some)
    alone = WANNClassifier().fit(X[labeled], some[labeled])
    assert_array_equal(clf.predict_proba(X_new), alone.predict_proba(X_new))
    assert_array_equal(np.isnan(clf.reliability_), ~labeled)


def test_few_samples_are_all_neighbors():
    X, y = np.array([[0.0], [0.1], [0.2], [5.0]]), ["a", "a", "a", "b"]
    clf = WANNClassifier().fit(X, y)
    assert_allclose(clf.reliability_, [1 / 11, 1 / 11, 1 / 11, 1 / 51])
    assert_array_equal(clf.predict([[0.1], [5.0]]), ["a", "a"])


def test_wrong_labels_are_less_reliable_and_digits_are_known_better():
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, random_state=11)
    noisy = SymmetricNoise(0.5, random_state=11).fit_corrupt(y)
    clf = WANNClassifier().fit(X, noisy)
    right = clf.reliability_[noisy == y].mean()
    assert clf.reliability_[noisy != y].mean() < 0.4 * right
    plain = KNeighborsClassifier(11).fit(X, noisy).score(X_test, y_test)
    assert clf.score(X_test, y_test) > plain


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"k_min": 0}, "k_min=0 .*1 or more"),
        ({"k_min": 9, "k_max": 8}, "k_max=8 .*9 or more"),
        ({"k_max": 50.0}, "k_max=50.0"),
    ],
)
def test_what_k_can_t_be_is_refused(options, said, cloud):
    with pytest.raises(ValueError, match=said):
        WANNClassifier(**options).fit(*cloud[:2])


def test_one_label_has_no_neighbors_to_ask():
    with pytest.raises(ValueError, match="1 sample with a label"):
        WANNClassifier(unlabeled=None).fit([[0.0], [1.0]], ["a", None])
