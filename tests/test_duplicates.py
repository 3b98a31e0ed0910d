"""Copies: found, judged once, never asked about themselves; contradictions are told."""

from time import process_time

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from group_helpers import Spy, spied
from numpy.testing import assert_array_equal
from sklearn.datasets import load_digits, load_iris
from sklearn.linear_model import LogisticRegression

from sknoisy._duplicates import find_copies, find_repeats
from sknoisy.cleaning import CleanLabelClassifier
from sknoisy.detectors import (
    CLNI,
    KDN,
    ConfidentLearning,
    DetectorEnsemble,
    InstanceHardness,
    NeighborConsensus,
    TrueLabelPosterior,
)
from sknoisy.noise import SymmetricNoise

DETECTORS = {
    "CLNI": CLNI(),
    "ConfidentLearning": ConfidentLearning(random_state=0),
    "InstanceHardness": InstanceHardness(random_state=0),
    "KDN": KDN(),
    "NeighborConsensus": NeighborConsensus(),
    "TrueLabelPosterior": TrueLabelPosterior(random_state=0),
    "DetectorEnsemble": DetectorEnsemble([KDN(), CLNI()]),
}


# which would take seconds each, and judge by fits in folds as the others do
QUICK = sorted(DETECTORS.keys() - {"InstanceHardness"})


def noisy_digits(n=300):
    X, y = load_digits(return_X_y=True)
    X, y = X[:n], y[:n]
    return X, SymmetricNoise(0.13, random_state=0).fit_corrupt(y), y


# --- which rows are copies ---

TABLES = {
    "dense": lambda X: X,
    "sparse": sp.csr_array,
    "coo": sp.coo_matrix,
    "frame": lambda X: pd.DataFrame(X).assign(word=[f"w{i}" for i in X[:, 3]]),
    "images": lambda X: X.reshape(-1, 8, 8),
    "objects": lambda X: X.astype(object),
    "lists": lambda X: X.tolist(),
    "bytes": lambda X: X.astype(np.uint8),
}


@pytest.mark.parametrize("kind", sorted(TABLES))
def test_copies_are_found_in_any_table(kind):
    X, _, _ = noisy_digits()
    assert find_copies(TABLES[kind](X)) is None
    rows = np.r_[0:300, 5, 17, 5]
    copies = find_copies(TABLES[kind](X[rows]))
    assert copies[5] == copies[300] == copies[302]
    assert copies[17] == copies[301]
    assert len(np.unique(copies)) == 300


def test_texts_gaps_and_zeros_below_zero_are_equal_to_themselves():
    texts = [f"a text of some length, {i}" for i in range(20)]
    assert find_copies(texts) is None
    assert find_copies([*texts, texts[3]])[[3, 20]].tolist() == [
        3 * 0 + c for c in (find_copies([*texts, texts[3]])[3],) * 2
    ]
    X = np.random.default_rng(0).normal(size=(50, 4))
    X[0] = [0.0, np.nan, 1, 2]
    X[1] = [-0.0, np.nan, 1, 2]
    copies = find_copies(X)
    assert copies[0] == copies[1]
    assert len(np.unique(copies)) == 49


def test_rows_of_few_values_are_equal_by_chance():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 3, size=(500, 4))
    assert find_copies(X) is None
    assert find_copies(pd.DataFrame(X.astype(str))) is None
    assert find_copies(np.repeat(X, 3, axis=0)) is None  # nobody could tell
    assert find_copies(rng.integers(0, 50, size=(500, 1))) is None
    assert find_copies(rng.choice(["bad", "good"], 100).tolist()) is None


def test_a_few_different_rows_are_categories():
    rng = np.random.default_rng(0)
    kinds = rng.normal(size=(18, 30))  # pieces of words in 18 texts, say
    assert find_copies(kinds[rng.integers(0, 18, 300)]) is None
    assert find_copies(np.repeat(kinds, 7, axis=0)) is not None


@pytest.mark.parametrize("X", [[{"a": 1}], [[1], [2, 3]], np.empty((4, 0))])
def test_what_cannot_be_compared_has_no_copies(X):
    assert find_copies(X) is None


# --- what detectors make of them ---


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize("k", [2, 3])
def test_copies_of_all_rows_change_no_verdict(name, k):
    X, given, _ = noisy_digits()
    once = DETECTORS[name].fit(X, given)
    quality, is_issue = once.quality_, once.is_issue_
    suggested, rate = once.suggested_labels_, once.noise_rate_
    several = DETECTORS[name].fit(np.tile(X, (k, 1)), np.tile(given, k))
    assert_array_equal(several.quality_, np.tile(quality, k))
    assert_array_equal(several.is_issue_, np.tile(is_issue, k))
    assert_array_equal(several.suggested_labels_, np.tile(suggested, k))
    assert several.noise_rate_ == rate
    assert not several.contradictions_.any()


def test_wrong_labels_are_found_in_all_their_copies():
    X, given, true = noisy_digits()
    X, given, true = np.tile(X, (3, 1)), np.tile(given, 3), np.tile(true, 3)
    wrong = given != true
    blind = TrueLabelPosterior(deduplicate=False, random_state=0).fit(X, given)
    assert blind.is_issue_[wrong].mean() < 0.2
    clf = CleanLabelClassifier(random_state=0).fit(X, given)
    assert clf.label_issues_["is_issue"][wrong].mean() > 0.9
    assert clf.detector_.posterior_.shape == (900, 10)


@pytest.mark.filterwarnings("ignore:.*no noise rate is stated:UserWarning")
def test_no_fit_sees_a_copy_of_what_it_judges():
    X, given, _ = noisy_digits(100)
    rows = np.r_[0:100, 0:100, 3]
    X, given = X[rows], given[rows]
    given[-1] = (given[3] + 1) % 10  # contradicts two others
    X[:, 0] = rows  # which number them for the spy
    calls = spied(lambda: ConfidentLearning(Spy(), random_state=0).fit(X, given))
    for seen, asked, _ in calls:
        assert not set(seen) & set(asked)
        assert 3 not in seen


@pytest.mark.parametrize("name", sorted(DETECTORS))
def test_of_equal_rows_with_different_labels_one_at_most_is_right(name):
    X, y = load_iris(return_X_y=True)
    X, y = X + np.random.default_rng(0).normal(scale=1e-3, size=X.shape), y.copy()
    rows = np.r_[0:150, 3, 60]
    X, y = X[rows], y[rows]
    y[150], y[60] = 2, 0
    detector = DETECTORS[name].fit(X, y)
    assert_array_equal(np.flatnonzero(detector.contradictions_), [3, 60, 150, 151])
    assert_array_equal(
        detector.is_issue_[[3, 60, 150, 151]], [False, True, True, False]
    )
    assert_array_equal(detector.suggested_labels_[[3, 60, 150, 151]], [0, 1, 0, 1])


@pytest.mark.filterwarnings("ignore:.*no noise rate is stated:UserWarning")
@pytest.mark.parametrize("name", sorted(DETECTORS.keys() - {"TrueLabelPosterior"}))
def test_every_row_twice_with_opposite_labels_is_told(name):
    X, given, true = noisy_digits(100)
    opposite = (true + 1) % 10
    detector = DETECTORS[name].fit(np.r_[X, X], np.r_[true, opposite])
    assert detector.contradictions_.all()
    pairs = detector.is_issue_.reshape(2, 100)
    tied = detector.quality_[:100] == detector.quality_[100:]
    assert (pairs.any(axis=0) | tied).all()


def test_equal_rows_count_each_for_who_wants_that():
    X, given, _ = noisy_digits(100)
    X, given = np.r_[X, X], np.r_[given, given]
    detector = KDN(deduplicate=False).fit(X, given)
    assert not detector.contradictions_.any()
    assert (detector.quality_ != KDN().fit(X, given).quality_).any()
    with pytest.raises(ValueError, match="deduplicate='yes'"):
        KDN(deduplicate="yes").fit(X, given)


def test_a_list_of_folds_says_who_judges_whom():
    X, given, _ = noisy_digits(100)
    X, given = np.r_[X, X], np.r_[given, given]
    folds = [
        (np.arange(100), np.arange(100, 200)),
        (np.arange(100, 200), np.arange(100)),
    ]
    model = LogisticRegression(max_iter=300)
    detector = ConfidentLearning(model, cv=folds).fit(X, given)
    assert detector.pred_probs_.shape == (200, 10)


def test_looking_for_copies_is_cheap():
    X = np.random.default_rng(0).normal(size=(50_000, 20))
    start = process_time()
    assert find_copies(X) is None
    assert process_time() - start < 1  # a quarter on an idle core


# --- tables that were repeated as a whole ---


def scores(n=400, seed=0):
    """Return few whole numbers, many rows of which are equal by chance, and labels."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    X = rng.poisson(1 + 3 * y[:, None], size=(n, 3)).astype(float)
    return X, np.where(rng.random(n) < 0.1, 1 - y, y)


@pytest.mark.parametrize("k", [2, 3, 6])
def test_a_table_that_is_there_k_times_is_judged_as_once(k):
    X, y = scores()
    assert len(np.unique(X, axis=0)) < 0.7 * len(X)
    assert find_copies(X) is None
    once = TrueLabelPosterior(random_state=0).fit(X, y)
    assert once.is_issue_.any()
    several = TrueLabelPosterior(random_state=0).fit(np.tile(X, (k, 1)), np.tile(y, k))
    assert_array_equal(several.quality_, np.tile(once.quality_, k))
    assert_array_equal(several.is_issue_, np.tile(once.is_issue_, k))
    assert "exact_duplicates" in several.data_issues_


def test_rows_that_were_repeated_stand_for_as_many_as_there_were():
    X = np.repeat(np.arange(30.0), 2)[:, None]
    y = np.zeros(60, dtype=int)
    y[1] = 1  # one row with both labels, others twice with one
    order = np.random.default_rng(0).permutation(180)
    X, y = np.tile(X, (3, 1))[order], np.tile(y, 3)[order]
    stands = find_repeats(X, y)
    kept = np.unique(stands)
    assert len(kept) == 60
    assert_array_equal(X[stands], X)
    assert_array_equal(y[stands], y)
    assert_array_equal(np.bincount(X[kept, 0].astype(int)), np.full(30, 2))


def test_rows_that_are_equal_by_chance_stand_for_themselves():
    X, y = scores()
    assert_array_equal(find_repeats(X, y), np.arange(400))
    two = np.repeat([[0.0], [1.0]], 50, axis=0)  # a design, no copies
    assert_array_equal(find_repeats(two, np.repeat([0, 1], 50)), np.arange(100))
