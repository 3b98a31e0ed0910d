"""Rows that have their mistakes together don't vouch for each other."""

import numpy as np
import pytest
import scipy.sparse as sp
from group_helpers import (
    NUMBERED,
    PATIENTS,
    SMALL,
    WRONG,
    Spy,
    apart,
    found_and_precision,
    make_patients,
    spied,
)
from lockstep_helpers import may_train_alone
from numpy.testing import assert_array_equal
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GroupKFold
from sklearn.naive_bayes import GaussianNB

from sknoisy import NoisyLabelClassifier, TransitionCorrectedClassifier
from sknoisy._neighbors import nearest_neighbors
from sknoisy.annotators import ConsensusClassifier
from sknoisy.classifiers._cross_fit import cross_fit
from sknoisy.cleaning import CleanLabelClassifier, LabelCleaner
from sknoisy.detectors import (
    CLNI,
    KDN,
    ConfidentLearning,
    DetectorEnsemble,
    ForestKDN,
    InstanceHardness,
    IterativePartitioningFilter,
    NeighborConsensus,
    TrueLabelPosterior,
)
from sknoisy.detectors._alike import rows_alike
from sknoisy.detectors._looks import Forests, Linear, OutOfBag, best_look, make_looks
from sknoisy.detectors._true_label_posterior import make_forests
from sknoisy.model_selection import batched_cross_val_predict, noisy_cross_validate
from sknoisy.noise import MarginNoise
from sknoisy.quality import soft_neighbor_labels

# --- what is found ---


@pytest.mark.parametrize("detector", [TrueLabelPosterior, ConfidentLearning])
def test_mistakes_in_all_rows_of_a_patient_are_found_by_other_patients(detector):
    X, y, _, groups = PATIENTS.X, PATIENTS.y, PATIENTS.true, PATIENTS.groups
    alone = detector(random_state=0).fit(X, y)
    assert found_and_precision(alone.is_issue_)[0] < 0.1
    found, precision = found_and_precision(
        detector(random_state=0).fit(X, y, groups=groups).is_issue_
    )
    assert found >= 0.8
    assert precision >= 0.9


def test_folds_of_ones_own_say_whom_forests_may_ask():
    X, y, groups = PATIENTS.X, PATIENTS.y, PATIENTS.groups
    pairs = list(GroupKFold(5).split(X, y, groups))
    forest = ConfidentLearning(cv=pairs, random_state=0).fit(X, y)
    assert isinstance(forest.classifier_, RandomForestClassifier.__mro__[1])
    assert found_and_precision(forest.is_issue_)[0] >= 0.8


@pytest.mark.parametrize(
    "detector",
    [
        IterativePartitioningFilter(random_state=0),
        InstanceHardness([RandomForestClassifier(20, random_state=0)], random_state=0),
        DetectorEnsemble([KDN(), NeighborConsensus()]),
        KDN(),
        CLNI(),
        ForestKDN(min_samples_leaf=60, random_state=0),  # several patients
        NeighborConsensus(),
    ],
    ids=lambda one: type(one).__name__,
)
def test_every_detector_with_groups_finds_what_it_cannot_find_without(detector):
    X, y, groups = PATIENTS.X, PATIENTS.y, PATIENTS.groups
    without, _ = found_and_precision(detector.fit(X, y).is_issue_)
    found, precision = found_and_precision(detector.fit(X, y, groups=groups).is_issue_)
    assert found > max(0.6, without + 0.2)
    assert precision > 0.5


@pytest.mark.slow
def test_groups_make_the_cleaner_worth_its_price():
    X, y, true, groups = PATIENTS.X, PATIENTS.y, PATIENTS.true, PATIENTS.groups
    new = make_patients(seed=0)
    clf = CleanLabelClassifier(GaussianNB(), random_state=0)
    issues = clf.fit(X, y, groups=groups).label_issues_["is_issue"]
    assert found_and_precision(issues)[0] >= 0.8
    assert np.mean(clf.predict(new.X) == new.true) > 0.9
    assert not clf.fit(X, y).label_issues_["is_issue"][WRONG].any()
    kept, labels = LabelCleaner(random_state=0).fit_resample(X, y, groups=groups)
    assert len(kept) == len(labels) < len(true)


# --- who sees whom ---


@pytest.mark.parametrize(
    "make", [ConfidentLearning, TrueLabelPosterior, lambda one: InstanceHardness([one])]
)
@pytest.mark.parametrize("cv", [5, GroupKFold(4)])
@pytest.mark.filterwarnings("ignore:The judge is no better than guessing:UserWarning")
def test_no_fit_sees_any_of_the_group_that_it_judges(make, cv):
    detector = make(Spy()).set_params(cv=cv)
    calls = spied(lambda: detector.fit(NUMBERED, SMALL.y, groups=SMALL.groups))
    assert set(apart(calls, SMALL.groups)) == set(range(80))


def test_a_part_has_no_vote_on_its_own_groups():
    class Sees(Spy):
        def predict(self, X):
            """Vote for the second class where it knows the group."""
            known = np.isin(SMALL.groups[X[:, 0].astype(int)], SMALL.groups[self.rows_])
            return np.where(known, 1, 0)

    detector = IterativePartitioningFilter(Sees(), random_state=0)
    detector.fit(NUMBERED, SMALL.y, groups=SMALL.groups)
    assert_array_equal(detector.quality_, 1.0 - SMALL.y)


def test_forests_vote_out_of_bag_where_nothing_speaks_against_it():
    X, y, groups = SMALL.X, SMALL.y, SMALL.groups
    found = {
        name: make_looks(TrueLabelPosterior(cv=cv), X, y, make_forests, groups=kept)
        for name, cv, kept in [
            ("int", 5, None),
            ("oob", "oob", None),
            ("groups", 5, groups),
            ("oob, groups", "oob", groups),
            ("pairs", list(GroupKFold(5).split(X, y, groups)), None),
        ]
    }
    kinds = {name: type(looks[0]) for name, looks in found.items()}
    assert kinds == {
        "int": OutOfBag,
        "oob": OutOfBag,
        "groups": Forests,
        "oob, groups": Forests,
        "pairs": Forests,
    }
    # trees that see about one of four alike rows compete with trees that see all
    few, all_rows, linear = found["groups"]
    assert [look.at_first.max_samples for look in (few, all_rows)] == [20 / 64, 1.0]
    assert isinstance(linear, Linear)
    assert len(found["int"]) == 2


def test_rows_of_a_group_are_alike_where_it_tells_them_apart():
    X, groups = PATIENTS.X, PATIENTS.groups
    assert rows_alike(X, groups)
    assert rows_alike(sp.csr_matrix(X), groups)
    assert rows_alike(1e3 * X + 1e6, groups)
    gaps = np.where(np.random.default_rng(0).random(X.shape) < 0.1, np.nan, X)
    assert rows_alike(gaps, groups)
    gaps[:, 0] = np.nan  # an empty column
    assert rows_alike(gaps, groups)
    others = np.random.default_rng(0).permutation(groups)
    assert not rows_alike(X, others)
    assert not rows_alike(sp.csr_matrix(X), others)
    assert not rows_alike(X, np.zeros(len(X), dtype=int))
    assert not rows_alike(X, np.arange(len(X)))
    assert not rows_alike(np.ones((len(X), 2)), groups)


def test_trees_that_see_one_row_of_a_patient_find_more():
    found = []
    for seed in range(4):
        some = make_patients(seed=seed)
        detector = TrueLabelPosterior(random_state=0)
        detector.fit(some.X, some.y, groups=some.groups)
        is_wrong = some.y != some.true
        found.append(detector.is_issue_[is_wrong].mean())
        assert not detector.is_issue_[~is_wrong].any()
    assert np.mean(found) > 0.8  # .56 where trees see all rows


def test_a_group_counts_once_where_looks_compete():
    codes, groups = np.tile([0, 1], 50), np.repeat([0, 1], 50)
    blind = np.full((100, 2), 0.5)
    lucky = np.where(np.arange(100)[:, None] < 50, np.eye(2)[codes], 0.5)
    looks = [lambda X, codes, votes=votes: votes for votes in (blind, lucky)]
    assert best_look(looks, None, codes)[0] is looks[1]
    assert best_look(looks, None, codes, groups)[0] is looks[0]


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("n_neighbors", [3, 200])
def test_neighbors_of_the_own_group_have_no_say(metric, n_neighbors):
    X, groups = SMALL.X, SMALL.groups
    trusted = np.arange(80) % 7 > 0
    distances, neighbors = nearest_neighbors(
        X, n_neighbors, metric, trusted=trusted, groups=groups
    )
    assert neighbors.shape == (80, min(n_neighbors, trusted.sum() - 4))
    length = np.linalg.norm(X, axis=1) if metric == "cosine" else np.ones(80)
    points = X / length[:, None]
    for i in range(80):
        others = np.flatnonzero(trusted & (groups != groups[i]))
        far = np.linalg.norm(points[others] - points[i], axis=1)
        nearest = others[np.argsort(far)][: neighbors.shape[1]]
        assert_array_equal(neighbors[i], nearest)
        expected = np.sort(far)[: neighbors.shape[1]]
        expected = expected**2 / 2 if metric == "cosine" else expected
        np.testing.assert_allclose(distances[i], expected, atol=1e-8)


def test_large_groups_are_looked_through_in_blocks(monkeypatch):
    whole = soft_neighbor_labels(SMALL.y, SMALL.X, groups=SMALL.groups)
    monkeypatch.setattr("sknoisy._neighbors.BLOCK", 100)
    parts = soft_neighbor_labels(SMALL.y, SMALL.X, groups=list(SMALL.groups))
    assert_array_equal(whole, parts)


def test_the_consensus_asks_nobody_of_his_own_group():
    votes = np.column_stack([SMALL.y, SMALL.y, SMALL.true])
    votes[::5] = -1
    votes[SMALL.groups == 3] = -1
    clf = ConsensusClassifier(Spy(), "crowdlab", rounds=1, unlabeled="keep")
    calls = spied(lambda: clf.fit(NUMBERED, votes, groups=SMALL.groups))
    assert apart(calls, SMALL.groups) == list(range(80))
    with pytest.raises(ValueError, match=r"cv=GroupKFold\(.* needs groups"):
        clf.set_params(cv=GroupKFold(3)).fit(NUMBERED, votes)


def test_margins_come_from_other_groups():
    noise = MarginNoise(0.1, estimator=Spy(), random_state=0)
    calls = spied(lambda: noise.fit(NUMBERED, SMALL.y, groups=SMALL.groups))
    assert apart(calls, SMALL.groups) == list(range(80))
    again = spied(lambda: noise.fit_corrupt(SMALL.y, NUMBERED, groups=SMALL.groups))
    assert apart(again, SMALL.groups) == list(range(80))
    again = spied(lambda: noise.fit_resample(NUMBERED, SMALL.y, groups=SMALL.groups))
    assert apart(again, SMALL.groups) == list(range(80))
    pairs = list(GroupKFold(4).split(SMALL.X, SMALL.y, SMALL.groups))
    calls = spied(lambda: noise.set_params(cv=pairs).fit(NUMBERED, SMALL.y))
    assert apart(calls, SMALL.groups) == list(range(80))


@pytest.mark.parametrize("cv", [3, GroupKFold(3)])
def test_networks_say_nothing_of_groups_that_they_trained_on(cv):
    X = SMALL.X.astype(np.float32)
    codes = SMALL.groups % 2  # nothing that features tell
    clf = NoisyLabelClassifier(max_epochs=40, module__dropout=0, random_state=0)
    rows = np.arange(80)
    trusted = np.arange(80) % 5 == 0

    def mean_of_given(**options):
        random_state = np.random.RandomState(0)
        found = cross_fit(clf, X, codes, random_state=random_state, **options)
        return found.posterior[rows, codes].mean()

    assert mean_of_given(cv=3) > 0.7  # of rows next to those that it trained on
    assert mean_of_given(cv=cv, groups=SMALL.groups) < 0.6
    import torch

    with_trusted = {"trusted": torch.as_tensor(trusted), "groups": SMALL.groups}
    assert mean_of_given(cv=cv, **with_trusted) < 0.6


def test_a_class_that_training_rows_lack_has_no_probability():
    X, groups = SMALL.X.astype(np.float32), SMALL.groups
    codes = np.where(groups == 7, 2, SMALL.true)
    matrix = 0.85 * np.eye(3) + 0.05
    clf = TransitionCorrectedClassifier(transition=matrix, random_state=0)
    clf.fit(X, codes, groups=groups)  # for as long as other groups tell
    found = cross_fit(
        NoisyLabelClassifier(max_epochs=4, random_state=0),
        X,
        codes,
        cv=3,
        random_state=np.random.RandomState(0),
        groups=groups,
        calibrates=True,
    )
    assert (found.posterior[groups == 7, 2] < 1e-100).all()
    np.testing.assert_allclose(found.posterior.sum(axis=1), 1)
    with pytest.raises(ValueError, match="groups holds 3 values, but there are 80"):
        clf.fit(X, codes, groups=[0, 1, 2])


def test_a_module_may_have_groups_of_its_own():
    from torch import nn

    def module(n_features, n_classes, groups=1):
        assert groups == 1
        return nn.Linear(n_features, n_classes)

    clf = TransitionCorrectedClassifier(module, max_epochs=2, random_state=0)
    clf.fit(SMALL.X.astype(np.float32), SMALL.y, groups=SMALL.groups)


@may_train_alone
def test_evaluation_keeps_groups_together_by_a_number_too():
    results = noisy_cross_validate(
        Spy(), NUMBERED, SMALL.y, groups=SMALL.groups, cv=4, return_estimator=True
    )
    for one in results.estimator:
        others = np.setdiff1d(np.arange(80), one.rows_)
        assert not set(SMALL.groups[one.rows_]) & set(SMALL.groups[others])
    calls = spied(
        lambda: batched_cross_val_predict(
            Spy(), NUMBERED, SMALL.y, groups=SMALL.groups, cv=4
        )
    )
    assert apart(calls, SMALL.groups) == list(range(80))
