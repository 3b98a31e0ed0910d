"""Every public estimator passes every check of scikit-learn's suite."""

import warnings

import pytest
from helpers import small
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

import sknoisy

# In full batches, float64 and without dropout, weights equal repetition to the last
# digits, which the suite asks for at 1e-7; float32 alone would fail it by rounding.
EXACT = {
    "max_epochs": 15,
    "lr": 0.01,
    "dtype": "float64",
    "batch_size": 1000,
    "module__dropout": 0.0,
    "module__input_dropout": 0.0,
    "module__hidden": 32,
    "random_state": 0,
}
# what judges labels early, by a network that is still learning, needs more steps
LONGER = {"max_epochs": 100, "lr": 0.03}
# a mixture fitted after every epoch costs more than the epochs of such small data
LATER = {"max_epochs": 30, "lr": 0.03, "warm_up_epochs": 24}
QUICK = sknoisy.NeighborConsensus()
INSTANCES = {
    "AnnotatorNoise": [sknoisy.AnnotatorNoise()],
    "AreaUnderMargin": [sknoisy.AreaUnderMargin(small(max_epochs=2), random_state=0)],
    "AsymmetricCoTeachingClassifier": [
        sknoisy.AsymmetricCoTeachingClassifier(**EXACT | LONGER),
        sknoisy.AsymmetricCoTeachingClassifier(**EXACT, split="dbscan", relabel=False),
    ],
    "BatchedGridSearchCV": [
        sknoisy.BatchedGridSearchCV(clf, grid, cv=2, error_score="raise")
        for clf, grid in [
            (sknoisy.NoisyLabelClassifier(**EXACT), {"loss": ["ce", "gce"]}),
            (RidgeClassifier(), {"alpha": [0.1, 1.0]}),
        ]
    ],
    "CLNI": [sknoisy.CLNI()],
    "ClassConditionalNoise": [sknoisy.ClassConditionalNoise()],
    "ClassMapNoise": [sknoisy.ClassMapNoise()],
    "CleanLabelClassifier": [
        sknoisy.CleanLabelClassifier(LogisticRegression(), QUICK),
        sknoisy.CleanLabelClassifier(LogisticRegression(), QUICK, "reweight"),
        sknoisy.CleanLabelClassifier(GaussianNB(), QUICK, "semi_supervised"),
        sknoisy.CleanLabelClassifier(RidgeClassifier(), QUICK, "relabel"),
    ],
    "CoTeachingClassifier": [
        sknoisy.CoTeachingClassifier(**EXACT | LONGER),
        sknoisy.CoTeachingClassifier(**EXACT | LONGER, strategy="co_teaching_plus"),
        sknoisy.CoTeachingClassifier(**EXACT | LONGER, strategy="jocor"),
        sknoisy.CoTeachingClassifier(**EXACT, strategy="decoupling"),
    ],
    "CoTrainingClassifier": [
        sknoisy.CoTrainingClassifier(GaussianNB(), random_state=0),
        sknoisy.CoTrainingClassifier(
            GaussianNB(), LogisticRegression(), unlabeled=None
        ),
    ],
    "ConfidentLearning": [
        sknoisy.ConfidentLearning(GaussianNB(), cv=3),
        sknoisy.ConfidentLearning(LogisticRegression()),
    ],
    "ConsensusClassifier": [
        sknoisy.ConsensusClassifier(),
        sknoisy.ConsensusClassifier(RidgeClassifier(), "classifier", random_state=0),
    ],
    "DetectorEnsemble": [sknoisy.DetectorEnsemble([sknoisy.KDN(), sknoisy.CLNI()])],
    "DivideMixClassifier": [
        sknoisy.DivideMixClassifier(**EXACT | LATER),
        sknoisy.DivideMixClassifier(**EXACT | LATER, rejected="fixmatch"),
    ],
    "DynamicBootstrappingClassifier": [
        sknoisy.DynamicBootstrappingClassifier(**EXACT | LATER),
        sknoisy.DynamicBootstrappingClassifier(**EXACT | LATER, bootstrapping="soft"),
    ],
    # without noise, no tag exempts FeatureNoise from any check
    "FeatureNoise": [sknoisy.FeatureNoise(), sknoisy.FeatureNoise(level=0.0)],
    "ForestKDN": [sknoisy.ForestKDN(n_estimators=10)],
    "ForgettingEvents": [sknoisy.ForgettingEvents(small(max_epochs=2))],
    "InstanceDependentNoise": [
        sknoisy.InstanceDependentNoise(),
        sknoisy.InstanceDependentNoise(exact=True),
    ],
    "InstanceHardness": [
        sknoisy.InstanceHardness([GaussianNB(), LogisticRegression()])
    ],
    "IterativePartitioningFilter": [sknoisy.IterativePartitioningFilter()],
    "KDN": [sknoisy.KDN()],
    "LabelCleaner": [
        sknoisy.LabelCleaner(QUICK),
        sknoisy.LabelCleaner(QUICK, "relabel"),
    ],
    "LossMixture": [
        sknoisy.LossMixture(small(max_epochs=2)),
        sknoisy.LossMixture(small(max_epochs=2), mixture="beta"),
    ],
    "MarginNoise": [sknoisy.MarginNoise()],
    "MissingLabelNoise": [sknoisy.MissingLabelNoise()],
    "MutualLearningClassifier": [
        sknoisy.MutualLearningClassifier(**EXACT),
        sknoisy.MutualLearningClassifier(
            **EXACT, mutual_weight=0.0, grafting="entropy", distill=GaussianNB()
        ),
    ],
    "NeighborConsensus": [QUICK],
    "NoisyLabelClassifier": [
        sknoisy.NoisyLabelClassifier(**EXACT),
        sknoisy.NoisyLabelClassifier(**EXACT, loss="elr"),
        sknoisy.NoisyLabelClassifier(**EXACT, loss="gce", loss__q=0.3),
    ],
    "NoisyTargetClassifier": [
        sknoisy.NoisyTargetClassifier(),
        sknoisy.NoisyTargetClassifier(LogisticRegression(), random_state=0),
        sknoisy.NoisyTargetClassifier(RidgeClassifier(), sknoisy.PairFlipNoise(0.1)),
    ],
    "PairFlipNoise": [sknoisy.PairFlipNoise()],
    "SampleDifficulty": [sknoisy.SampleDifficulty(small(max_epochs=2))],
    "SmallLoss": [sknoisy.SmallLoss(small(max_epochs=2))],
    "SymmetricNoise": [sknoisy.SymmetricNoise(), sknoisy.SymmetricNoise(exact=True)],
    "TransitionCorrectedClassifier": [
        sknoisy.TransitionCorrectedClassifier(**EXACT),
        sknoisy.TransitionCorrectedClassifier(**EXACT, correction="prior_ratio"),
    ],
    "TrueLabelPosterior": [
        sknoisy.TrueLabelPosterior(GaussianNB(), cv=3, random_state=0)
    ],
}
EXPECTED_FAILED_CHECKS: dict[str, dict[str, str]] = {}  # and so it shall stay


# many checks draw labels at random, of which none is more often right than wrong
@pytest.mark.filterwarnings("ignore:More labels of the classes:UserWarning")
@parametrize_with_checks(
    [instance for instances in INSTANCES.values() for instance in instances],
    expected_failed_checks=lambda est: EXPECTED_FAILED_CHECKS.get(
        type(est).__name__, {}
    ),
    xfail_strict=True,
)
def test_sklearn_checks(estimator, check):
    check(estimator)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:More labels of the classes:UserWarning")
@parametrize_with_checks(
    [
        sknoisy.CleanLabelClassifier(random_state=0),
        sknoisy.ConfidentLearning(random_state=0),
        sknoisy.LabelCleaner(random_state=0),
        sknoisy.TrueLabelPosterior(random_state=0),
    ]
)
def test_sklearn_checks_by_default(estimator, check):
    check(estimator)


@pytest.mark.slow
def test_the_default_too_passes_all_that_float32_and_dropout_can():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of checks that are skipped, for one
        results = check_estimator(sknoisy.NoisyLabelClassifier(), on_fail=None)
    failed = {r["check_name"] for r in results if r["status"] == "failed"}
    # the two that compare weights with repetition, to 1e-7: see EXACT above
    assert all("sample_weight_equivalence" in name for name in failed), failed


def test_every_public_estimator_is_checked():
    estimators = {
        name
        for name in sknoisy.__all__
        if hasattr(getattr(sknoisy, name), "get_params")
    }
    assert estimators == set(INSTANCES)


def test_nothing_is_expected_to_fail():
    assert not EXPECTED_FAILED_CHECKS


@pytest.mark.parametrize("name", sorted(INSTANCES))
def test_every_estimator_shows_itself_as_text_and_html(name):
    instance = INSTANCES[name][0]
    assert type(instance).__name__ in repr(instance)
    assert type(instance).__name__ in instance._repr_html_()
