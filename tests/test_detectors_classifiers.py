"""Detectors over classifiers: who judges whom, against loops written out."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_digits
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import (
    KFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from sknoisy._folds import folds_to_judge_by
from sknoisy._seeds import draw_seed
from sknoisy.detectors import (
    KDN,
    ConfidentLearning,
    DetectorEnsemble,
    ForestKDN,
    InstanceHardness,
    IterativePartitioningFilter,
)
from sknoisy.detectors._looks import look_by
from sknoisy.detectors._out_of_bag import default_forest
from sknoisy.noise import SymmetricNoise
from sknoisy.quality import find_label_issues, get_label_quality_scores
from sknoisy.quality._issues import FILTERS


@pytest.fixture(scope="module")
def cloud():
    rng = np.random.default_rng(3)
    labels = rng.integers(3, size=90)
    return rng.normal(size=(90, 3)) + 2 * np.eye(3)[labels], labels


# ---------------------------------------------------------------- out of sample


def predict_out_of_sample(classifier, X, codes, **options):
    return look_by(classifier, X, codes, **options)(X, codes)


def test_folds_are_those_of_scikit_learn(cloud):
    X, labels = cloud
    folds = StratifiedKFold(4, shuffle=True, random_state=draw_seed(7))
    expected = cross_val_predict(
        GaussianNB(), X, labels, cv=folds, method="predict_proba"
    )
    found = predict_out_of_sample(GaussianNB(), X, labels, cv=4, random_state=7)
    assert_allclose(found, expected)


def test_repeated_folds_are_averaged(cloud):
    X, labels = cloud
    folds = RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=0)
    pairs = list(folds.split(X, labels))
    halves = [
        cross_val_predict(
            GaussianNB(), X, labels, cv=pairs[i : i + 3], method="predict_proba"
        )
        for i in (0, 3)
    ]
    found = predict_out_of_sample(GaussianNB(), X, labels, cv=folds)
    assert_allclose(found, np.mean(halves, axis=0))


def test_every_sample_must_be_judged(cloud):
    X, labels = cloud
    with pytest.raises(ValueError, match="leaves .* of 90 samples out of every test"):
        ConfidentLearning(GaussianNB(), cv=ShuffleSplit(1)).fit(X, labels)


def test_trees_vote_on_samples_they_did_not_see(cloud):
    X, labels = cloud
    forest = RandomForestClassifier(30, random_state=0)
    found = predict_out_of_sample(forest, X, labels, cv="oob")
    oracle = RandomForestClassifier(30, oob_score=True, random_state=0).fit(X, labels)
    assert_allclose(found, oracle.oob_decision_function_)
    assert not forest.oob_score
    piped = make_pipeline(StandardScaler(with_std=False, with_mean=False), forest)
    assert_allclose(predict_out_of_sample(piped, X, labels, cv="oob"), found)


@pytest.mark.parametrize("kind", [RandomForestClassifier, BaggingClassifier])
def test_samples_that_every_tree_saw_get_the_shares_of_classes(kind, cloud):
    X, labels = cloud
    votes = predict_out_of_sample(
        kind(n_estimators=2, random_state=0), X, labels, cv="oob"
    )
    assert_allclose(votes.sum(axis=1), 1)
    unseen = (votes == np.bincount(labels) / 90).all(axis=1)
    assert 20 < unseen.sum() < 50  # (1 − 1/e)² of 90


def test_only_bootstrap_samples_can_vote_out_of_bag(cloud):
    with pytest.raises(ValueError, match="LogisticRegression doesn't. Pass a number"):
        ConfidentLearning(LogisticRegression(), cv="oob").fit(*cloud)


def test_there_are_fewer_folds_where_no_class_has_so_many_samples():
    folds = folds_to_judge_by(5, np.array([0, 0, 0, 1, 1]))
    assert len(folds) == 3
    assert_array_equal(np.sort(np.concatenate([test for _, test in folds])), range(5))
    with pytest.raises(
        ValueError, match="Each of the 4 samples has a label of its own"
    ):
        folds_to_judge_by(5, np.arange(4))
    with pytest.raises(ValueError, match="cv=1 is out of range"):
        folds_to_judge_by(1, np.array([0, 0, 1]))


def test_a_class_that_a_fold_never_saw_has_no_probability(cloud):
    X, labels = cloud
    labels = labels.copy()
    labels[5] = 3
    found = predict_out_of_sample(GaussianNB(), X, labels, cv=5, random_state=0)
    assert found.shape == (90, 4)
    assert found[5, 3] == 0
    assert_allclose(found.sum(axis=1), 1)


def test_the_default_forest_grows_on_a_few_samples_of_few():
    assert default_forest(6).max_samples == 6
    assert default_forest(50).max_samples == 20
    assert default_forest(1000).max_samples == 300


# ---------------------------------------------------------------- ConfidentLearning


@pytest.mark.parametrize("filter_by", sorted(FILTERS))
def test_confident_learning_is_the_functions_on_its_probabilities(filter_by, cloud):
    X, labels = cloud
    detector = ConfidentLearning(
        GaussianNB(),
        filter_by=filter_by,
        rank_by="self_confidence",
        adjust_pred_probs=True,
        random_state=1,
    ).fit(X, labels)
    probs = predict_out_of_sample(GaussianNB(), X, labels, cv=5, random_state=1)
    assert_allclose(detector.pred_probs_, probs)
    quality = get_label_quality_scores(labels, probs, adjust_pred_probs=True)
    assert_allclose(detector.quality_, quality)
    issues = find_label_issues(labels, probs, filter_by=filter_by)
    assert_array_equal(detector.is_issue_, issues)
    assert_array_equal(detector.suggested_labels_, probs.argmax(axis=1))


def test_texts_reach_the_classifier_as_they_are():
    words = [["sun", "sky", "day"], ["ship", "sea", "wave"]]
    rng = np.random.default_rng(0)
    given = np.repeat(["air", "water"], 30)
    texts = [" ".join(rng.choice(words[i // 30], 5)) for i in range(60)]
    given[[4, 50]] = "water", "air"
    classifier = make_pipeline(TfidfVectorizer(), MultinomialNB())
    for detector in (
        ConfidentLearning(classifier, random_state=0),
        InstanceHardness([classifier], random_state=0),
        IterativePartitioningFilter(classifier, random_state=0),
        DetectorEnsemble([ConfidentLearning(classifier)], random_state=0),
    ):
        detector.fit(texts, given)
        assert_array_equal(np.flatnonzero(detector.is_issue_), [4, 50])
        assert_array_equal(detector.suggested_labels_[[4, 50]], ["air", "water"])


def test_data_frames_reach_the_classifier_as_they_are(cloud):
    pandas = pytest.importorskip("pandas")
    X, labels = cloud
    table = pandas.DataFrame(X, columns=["a", "b", "c"])
    table["kind"] = pandas.Categorical(np.array(["x", "y", "z"])[labels])
    classifier = make_pipeline(
        make_column_transformer((StandardScaler(), ["a", "b"])), GaussianNB()
    )
    detector = ConfidentLearning(classifier, random_state=0).fit(table, labels)
    plain = ConfidentLearning(
        make_pipeline(StandardScaler(), GaussianNB()), random_state=0
    )
    assert_allclose(detector.quality_, plain.fit(X[:, :2], labels).quality_)
    assert detector.feature_names_in_.tolist() == ["a", "b", "c", "kind"]


def test_missing_values_are_the_default_forests_business(cloud):
    X, labels = cloud
    X = X.copy()
    X[::7, 1] = np.nan
    assert np.isfinite(ConfidentLearning(random_state=0).fit(X, labels).quality_).all()
    with pytest.raises(ValueError, match="NaN"):
        ConfidentLearning(GaussianNB()).fit(X, labels)


def test_a_classifier_without_probabilities_is_refused(cloud):
    with pytest.raises(TypeError, match="LinearSVC has no predict_proba.*Calibrated"):
        ConfidentLearning(LinearSVC()).fit(*cloud)


def test_a_given_classifier_is_not_fitted_itself(cloud):
    bayes = GaussianNB()
    ConfidentLearning(bayes).fit(*cloud)
    InstanceHardness([bayes]).fit(*cloud)
    IterativePartitioningFilter(bayes).fit(*cloud)
    assert not hasattr(bayes, "classes_")


def test_seeds_decide_everything(cloud):
    X, labels = cloud
    fits = [
        ConfidentLearning(GaussianNB(), random_state=seed).fit(X, labels)
        for seed in (0, 0, 1)
    ]
    assert_array_equal(fits[0].quality_, fits[1].quality_)
    assert (fits[0].quality_ != fits[2].quality_).any()


def test_digits_with_thirty_percent_noise_are_found_out():
    X, y = load_digits(return_X_y=True)
    given = SymmetricNoise(0.3, exact=True, random_state=0).fit_corrupt(y)
    linear = make_pipeline(MinMaxScaler(), LogisticRegression(max_iter=1000))
    for classifier in (linear, None):
        detector = ConfidentLearning(classifier, random_state=0).fit(X, given)
        assert roc_auc_score(given != y, -detector.quality_) > 0.995
        assert average_precision_score(given != y, -detector.quality_) > 0.98
        assert abs(detector.noise_rate_ - 0.3) < 0.04


# ---------------------------------------------------------------- InstanceHardness


def test_hardness_is_one_minus_the_mean_probability_of_the_label(cloud):
    X, labels = cloud
    classifiers = [GaussianNB(), KNeighborsClassifier(7)]
    folds = KFold(3)
    detector = InstanceHardness(classifiers, cv=folds).fit(X, labels)
    hardness = np.zeros(90)
    for one in classifiers:
        probs = cross_val_predict(one, X, labels, cv=folds, method="predict_proba")
        hardness += (1 - probs[np.arange(90), labels]) / 2
    assert_allclose(detector.quality_, 1 - hardness)
    assert detector.is_issue_.sum() == round(detector.noise_rate_ * 90)


def test_all_kinds_are_judged_on_the_same_folds(cloud):
    X, labels = cloud
    once = InstanceHardness([GaussianNB()], random_state=0).fit(X, labels)
    twice = InstanceHardness([GaussianNB(), GaussianNB()], random_state=0)
    assert_allclose(twice.fit(X, labels).quality_, once.quality_)


def test_four_kinds_are_the_default(cloud):
    X, labels = cloud
    detector = InstanceHardness(cv=2, random_state=0).fit(X, labels)
    assert roc_auc_score(labels == X.argmax(axis=1), detector.quality_) > 0.95


@pytest.mark.parametrize("classifiers", [[], GaussianNB(), "trees"])
def test_hardness_takes_a_list_of_classifiers(classifiers, cloud):
    with pytest.raises((TypeError, AttributeError), match="not a list of classifiers"):
        InstanceHardness(classifiers).fit(*cloud)


# ---------------------------------------------------------------- partitioning


class Stubborn(ClassifierMixin, BaseEstimator):
    """Predicts the sign of the first feature; remembers nothing."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return (X[:, 0] > 0).astype(int)


def test_partitions_remove_until_little_is_removed():
    X = np.linspace(-1, 1, 40)[:, None]
    given = (X[:, 0] > 0).astype(int)
    given[[3, 30]] = 1, 0
    detector = IterativePartitioningFilter(Stubborn(), patience=3).fit(X, given)
    assert_array_equal(np.flatnonzero(detector.is_issue_), [3, 30])
    # one round that removes 5 %, and three that remove nothing
    assert detector.n_iter_ == 4
    assert_allclose(detector.quality_, ~detector.is_issue_)
    assert detector.noise_rate_ == 0.05
    assert_allclose(detector.transition_matrix_, [[0.95, 0.05], [0.05, 0.95]])
    patient = IterativePartitioningFilter(Stubborn(), patience=2, min_removed=0.05)
    assert patient.fit(X, given).n_iter_ == 2


def test_partitions_never_remove_all_but_one_class():
    X = np.linspace(0.1, 1, 40)[:, None]
    given = np.arange(40) % 2
    detector = IterativePartitioningFilter(Stubborn()).fit(X, given)
    assert not detector.is_issue_.any()
    assert detector.n_iter_ == 1
    assert_array_equal(detector.quality_, given)


def test_partitions_stop_before_every_class_has_but_one_sample():
    X, given = np.array([-1, 1, 1, -1.0])[:, None], np.array([0, 0, 1, 1])
    detector = IterativePartitioningFilter(Stubborn(), random_state=0).fit(X, given)
    assert not detector.is_issue_.any()
    assert detector.n_iter_ == 1
    assert_array_equal(detector.quality_, [1, 0, 1, 0])


@pytest.mark.parametrize("seed", range(20))
def test_partitions_of_random_labels_end_for_every_seed(seed):
    rng = np.random.default_rng(seed)
    X, given = rng.normal(size=(12, 2)), rng.permutation(np.arange(12) % 4)
    detector = IterativePartitioningFilter(random_state=seed).fit(X, given)
    assert len(np.unique(given[~detector.is_issue_])) > 1


def test_a_partition_of_one_class_votes_for_it():
    X = np.linspace(-1, 1, 23)[:, None]
    given = (X[:, 0] > 0.8).astype(int)  # 3 samples, in 3 of 5 parts
    linear = LogisticRegression(C=1e3)  # refuses to learn one class
    assert given.sum() == 3
    detector = IterativePartitioningFilter(linear, voting="consensus", random_state=0)
    detector.fit(X, given)
    assert detector.quality_[-1] <= 0.6
    assert not detector.is_issue_.any()


def test_partitions_are_outvoted_by_most_by_all_or_by_any(cloud):
    X, labels = cloud
    one_round = {"min_removed": 1, "patience": 1, "random_state": 0}
    tree = DecisionTreeClassifier(max_depth=2, random_state=0)
    most, every, some = (
        IterativePartitioningFilter(tree, voting=voting, **one_round).fit(X, labels)
        for voting in ("majority", "consensus", "any")
    )
    assert_array_equal(most.quality_, every.quality_)
    assert_array_equal(most.is_issue_, most.quality_ < 0.5)
    assert_array_equal(every.is_issue_, every.quality_ == 0)
    assert_array_equal(some.is_issue_, some.quality_ < 1)
    counts = [one.is_issue_.sum() for one in (every, most, some)]
    assert 0 < counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"voting": "all"}, "voting='all' is not one of"),
        ({"n_partitions": 1}, "n_partitions=1 is out of range"),
        ({"min_removed": 2}, "min_removed=2 is out of range"),
        ({"patience": 0}, "patience=0 is out of range"),
    ],
)
def test_strange_partitions_are_refused(parameters, message, cloud):
    with pytest.raises(ValueError, match=message):
        IterativePartitioningFilter(**parameters).fit(*cloud)


# ---------------------------------------------------------------- ensemble


def test_an_ensemble_averages_ranks_and_counts_votes(cloud):
    X, labels = cloud
    members = [KDN(5), ForestKDN(8, n_estimators=9, random_state=0), KDN(20)]
    weights = np.array([1.0, 2.0, 1.5])
    found = [member.fit(X, labels) for member in members]
    ensemble = DetectorEnsemble(members, weights=weights).fit(X, labels)
    ranks = np.zeros(90)
    for member, weight in zip(found, weights, strict=True):
        for i, quality in enumerate(member.quality_):
            below = np.sum(member.quality_ < quality)
            tied = np.sum(member.quality_ == quality)
            ranks[i] += weight * (below + (tied - 1) / 2) / 89
    assert_allclose(ensemble.quality_, ranks / 4.5)
    share = sum(
        weight * member.is_issue_ for member, weight in zip(found, weights, strict=True)
    )
    assert_array_equal(ensemble.is_issue_, share / 4.5 > 0.5)
    rates = [member.noise_rate_ for member in found]
    assert ensemble.noise_rate_ == pytest.approx(np.average(rates, weights=weights))
    for voting, least in (("any", 0.1), ("consensus", 4.4)):
        flags = ensemble.set_params(voting=voting).fit(X, labels).is_issue_
        assert_array_equal(flags, share > least)


def test_an_ensemble_suggests_what_most_suggest_and_keeps_ties(cloud):
    X, labels = cloud
    members = [KDN(1), KDN(3), KDN(20)]
    votes = np.zeros((90, 3))
    for member in members:
        votes[np.arange(90), member.fit(X, labels).suggested_labels_] += 1
    names = np.array(["x", "y", "z"])
    ensemble = DetectorEnsemble(members).fit(X, names[labels])
    clear = votes.max(axis=1) > 1
    expected = names[votes.argmax(axis=1)]
    assert_array_equal(ensemble.suggested_labels_[clear], expected[clear])
    two = DetectorEnsemble([KDN(1), KDN(20)]).fit(X, labels)
    first, second = (one.suggested_labels_ for one in two.detectors_)
    split = (first != second) & ((first == labels) | (second == labels))
    assert split.any()
    assert_array_equal(two.suggested_labels_[split], labels[split])


def test_an_ensemble_seeds_those_without_a_seed(cloud):
    X, labels = cloud
    members = [ForestKDN(n_estimators=5), ForestKDN(n_estimators=5, random_state=3)]
    ensembles = [DetectorEnsemble(members, random_state=0).fit(X, labels) for _ in "ab"]
    assert_array_equal(ensembles[0].quality_, ensembles[1].quality_)
    assert members[0].random_state is None
    assert ensembles[0].detectors_[0].random_state is not None
    assert ensembles[0].detectors_[1].random_state == 3


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"detectors": [GaussianNB()]}, TypeError, "is not a list of detectors"),
        ({"detectors": []}, TypeError, "is not a list of detectors"),
        ({"weights": [1]}, ValueError, "one number >= 0 for each of the 2 detectors"),
        ({"weights": [1, -1]}, ValueError, "one number >= 0"),
        ({"weights": [0, 0]}, ValueError, "not all of them zero"),
        ({"voting": "most"}, ValueError, "voting='most' is not one of"),
    ],
)
def test_strange_ensembles_are_refused(parameters, error, message, cloud):
    ensemble = DetectorEnsemble([KDN(3), KDN(4)]).set_params(**parameters)
    with pytest.raises(error, match=message):
        ensemble.fit(*cloud)


def test_confident_learning_and_neighbors_are_the_default_ensemble(cloud):
    ensemble = DetectorEnsemble(random_state=0).fit(*cloud)
    kinds = [type(one).__name__ for one in ensemble.detectors_]
    assert kinds == ["ConfidentLearning", "NeighborConsensus"]
