"""How groups and weights reach who judges, and who has no use for them."""

import numpy as np
import pytest
from group_helpers import (
    JUDGES,
    NEIGHBORS,
    NUMBERED,
    PATIENTS,
    SMALL,
    WATCHERS,
    Spy,
    apart,
    found_and_precision,
    spied,
)
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn import config_context
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy._weights import weight_name
from sknoisy.cleaning import CleanLabelClassifier, LabelCleaner
from sknoisy.detectors import (
    KDN,
    ConfidentLearning,
    DetectorEnsemble,
    InstanceHardness,
    IterativePartitioningFilter,
    SmallLoss,
    TrueLabelPosterior,
)

# few and small groups, of which nobody can tell much
pytestmark = pytest.mark.filterwarnings("ignore:.*no noise rate is stated:UserWarning")

# --- what is refused ---


@pytest.mark.parametrize("detector", [*JUDGES, IterativePartitioningFilter, *NEIGHBORS])
def test_groups_that_mean_nothing_are_told(detector):
    with pytest.raises(ValueError, match="groups holds a single group, 7"):
        detector().fit(SMALL.X, SMALL.y, groups=np.full(80, 7))


def test_a_splitter_that_needs_groups_says_so():
    with pytest.raises(
        ValueError, match=r"cv=GroupKFold\(.* needs groups: pass groups"
    ):
        TrueLabelPosterior(cv=GroupKFold(5)).fit(SMALL.X, SMALL.y)


def test_a_named_forest_cannot_vote_out_of_bag_of_groups():
    detector = ConfidentLearning(RandomForestClassifier(), cv="oob")
    with pytest.raises(ValueError, match="cv='oob' can't keep groups apart"):
        detector.fit(SMALL.X, SMALL.y, groups=SMALL.groups)


@pytest.mark.parametrize("detector", WATCHERS)
@pytest.mark.parametrize("name", ["groups", "sample_weight"])
def test_networks_that_are_watched_have_no_use_for_either(detector, name):
    message = f"{detector.__name__} has no use for {name}: it watches a network"
    with pytest.raises(TypeError, match=message):
        detector().fit(SMALL.X, SMALL.y, **{name: SMALL.groups})
    with pytest.raises(TypeError, match="fit takes no 'weights'"):
        detector().fit(SMALL.X, SMALL.y, weights=SMALL.groups)


@pytest.mark.parametrize("detector", NEIGHBORS)
def test_neighbors_have_no_use_for_weights(detector):
    message = f"{detector.__name__} has no use for sample_weight: the votes"
    with pytest.raises(TypeError, match=message):
        detector().fit(SMALL.X, SMALL.y, sample_weight=np.ones(80))
    with pytest.raises(TypeError, match=message):
        DetectorEnsemble([detector()]).fit(SMALL.X, SMALL.y, sample_weight=np.ones(80))


@pytest.mark.parametrize("cleaner", [CleanLabelClassifier, LabelCleaner])
def test_a_cleaner_whose_detector_cannot_keep_groups_apart_says_so(cleaner):
    with pytest.raises(
        TypeError, match="groups can't be kept apart: detector=SmallLoss"
    ):
        cleaner(detector=SmallLoss()).fit(SMALL.X, SMALL.y, groups=SMALL.groups)


# --- weights ---


def absent(y, rows):
    """Return weights that leave `rows` out."""
    weight = np.ones(len(y))
    weight[rows] = 0
    return weight


@pytest.mark.parametrize(
    "detector",
    [
        ConfidentLearning(random_state=0),
        ConfidentLearning(RandomForestClassifier(20, random_state=0), cv="oob"),
        TrueLabelPosterior(random_state=0),
        InstanceHardness(random_state=0),
        IterativePartitioningFilter(random_state=0),
    ],
    ids=lambda one: type(one).__name__,
)
@pytest.mark.parametrize("routing", [False, True])
def test_samples_of_weight_zero_are_judged_but_teach_nothing(detector, routing):
    X, y = PATIENTS.X, PATIENTS.true.copy()
    y[:60] = 1 - y[:60]  # wrong, all of them, and not to be learned from
    weight = 2 * absent(y, slice(60))
    with config_context(enable_metadata_routing=routing):
        detector.fit(X, y, sample_weight=weight)
    assert detector.is_issue_[:60].mean() > 0.9
    assert detector.is_issue_[60:].mean() < 0.15


def test_of_the_default_kinds_neighbors_do_without_weights():
    weight = np.random.default_rng(5).uniform(0.5, 2, size=80)
    default = InstanceHardness(random_state=0)
    default.fit(SMALL.X, SMALL.y, sample_weight=weight)
    named = [one for one in default._get_classifiers(80, 0) if weight_name(one)]
    assert len(named) == 3
    message = "fit takes sample_weight, and Pipeline with KNeighborsClassifier"
    with pytest.raises(TypeError, match=message):
        InstanceHardness(default._get_classifiers(80, 0)).fit(
            SMALL.X, SMALL.y, sample_weight=weight
        )


@pytest.mark.parametrize("weight", [np.zeros(80), np.ones((80, 2)), -np.ones(80)])
def test_strange_weights_are_refused(weight):
    with pytest.raises(ValueError, match="sample_weight"):
        ConfidentLearning().fit(SMALL.X, SMALL.y, sample_weight=weight)


def test_weights_that_leave_one_class_are_refused():
    with pytest.raises(ValueError, match="sample_weight leaves fewer than two classes"):
        TrueLabelPosterior().fit(
            SMALL.X, SMALL.y, sample_weight=(SMALL.y == 1).astype(float)
        )


def test_weights_reach_estimator_and_detector():
    weight = np.random.default_rng(5).integers(0, 3, size=80).astype(float)
    clf = CleanLabelClassifier(GaussianNB(), ConfidentLearning(Spy(), cv=2))
    calls = spied(lambda: clf.fit(NUMBERED, SMALL.y, sample_weight=weight))
    assert len(calls) == 2
    for rows, _, theirs in calls:
        assert_array_equal(theirs, weight[rows])
        assert (theirs > 0).all()
    silent = CleanLabelClassifier(GaussianNB(), KDN())  # has no use for them
    silent.fit(SMALL.X, SMALL.y, sample_weight=weight)


# --- scikit-learn's ways to hand things on ---


def test_groups_reach_the_last_step_of_a_pipeline():
    cleaner = CleanLabelClassifier(GaussianNB(), ConfidentLearning(Spy(), cv=4))
    pipeline = make_pipeline(StandardScaler(with_mean=False, with_std=False), cleaner)
    params = {"cleanlabelclassifier__groups": SMALL.groups}
    calls = spied(lambda: pipeline.fit(NUMBERED, SMALL.y, **params))
    apart(calls, SMALL.groups)


def test_a_search_inside_gets_groups_too():
    search = GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9]}, cv=GroupKFold(3))
    clf = CleanLabelClassifier(search, KDN())
    assert clf.fit(SMALL.X, SMALL.y, groups=SMALL.groups).estimator_.n_splits_ == 3


def test_metadata_routing_goes_by_requests():
    detector = ConfidentLearning(Spy(), cv=4)
    weight = np.random.default_rng(5).integers(0, 3, size=80).astype(float)
    with config_context(enable_metadata_routing=True):
        asking = ConfidentLearning(Spy(), cv=4).set_fit_request(
            groups=True, sample_weight="row_weight"
        )
        clf = CleanLabelClassifier(GaussianNB(), asking)
        pipeline = make_pipeline(StandardScaler(with_mean=False, with_std=False), clf)
        fit = pipeline.fit
        params = {"groups": SMALL.groups, "row_weight": weight}
        calls = spied(lambda: fit(NUMBERED, SMALL.y, **params))
        apart(calls, SMALL.groups)
        assert_array_equal(calls[0][2], weight[calls[0][0]])
        with pytest.raises(UnsetMetadataPassedError, match="groups"):
            CleanLabelClassifier(GaussianNB(), detector).fit(
                NUMBERED, SMALL.y, groups=SMALL.groups
            )


def test_metadata_routing_knows_the_default_detector_and_ensembles():
    with config_context(enable_metadata_routing=True):
        clf = CleanLabelClassifier(GaussianNB().set_fit_request(sample_weight=True))
        clf.set_params(random_state=0)
        weight = absent(PATIENTS.y, [0])
        clf.fit(PATIENTS.X, PATIENTS.y, groups=PATIENTS.groups, sample_weight=weight)
        issues = clf.label_issues_["is_issue"]
        assert found_and_precision(issues)[0] >= 0.8
        two = [ConfidentLearning(Spy(), cv=3).set_fit_request(groups=True), KDN()]
        two[1].set_fit_request(groups=False)
        ensemble = DetectorEnsemble(two)
        calls = spied(lambda: ensemble.fit(NUMBERED, SMALL.y, groups=SMALL.groups))
        apart(calls, SMALL.groups)
        whole = CleanLabelClassifier(GaussianNB(), ensemble)
        calls = spied(lambda: whole.fit(NUMBERED, SMALL.y, groups=SMALL.groups))
        apart(calls, SMALL.groups)


def test_a_search_cuts_groups_for_the_cleaner():
    clf = CleanLabelClassifier(
        GaussianNB(), ConfidentLearning(GaussianNB(), random_state=0)
    )
    search = GridSearchCV(clf, {"action": ["drop", "relabel"]}, cv=GroupKFold(3))
    with config_context(enable_metadata_routing=True):
        clf.detector.set_fit_request(groups=True)
        search.fit(PATIENTS.X, PATIENTS.y, groups=PATIENTS.groups)
    assert (
        found_and_precision(search.best_estimator_.label_issues_["is_issue"])[0] > 0.5
    )


def test_sparse_rows_have_groups_as_well():
    X = sparse.csr_array(PATIENTS.X)
    found = TrueLabelPosterior(random_state=0).fit(
        X, PATIENTS.y, groups=[f"patient {i}" for i in PATIENTS.groups]
    )
    assert found_and_precision(found.is_issue_)[0] >= 0.8
