"""Every public estimator passes every check of scikit-learn's suite.

So do other settings and the defaults: see test_common_slow.py.
"""

import pytest
from helpers import small
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.estimator_checks import estimator_checks_generator

import sknoisy

# In full batches, float64 and without dropout, weights equal repetition to the last
# digits, as the suite asks for; test_common_slow.py has what defaults can't do.
EXACT = {
    "max_epochs": 10,
    "lr": 0.05,
    "dtype": "float64",
    "batch_size": 1000,
    "module__dropout": 0.0,
    "module__input_dropout": 0.0,
    "module__hidden": 32,
    "random_state": 0,
}
# what judges labels early, by a network that is still learning, needs more steps
LONGER = {"max_epochs": 30, "lr": 0.1}
LONGEST = {"max_epochs": 60, "lr": 0.1}  # rounds, of which the first ones learn little
# a mixture fitted after every epoch costs more than the epochs of such small data
LATER = {"max_epochs": 15, "lr": 0.1, "warm_up_epochs": 12}
ALPHAS = {"alpha": [0.1, 1.0]}
HALVED = {"resource": "max_iter", "max_resources": 2, "cv": 2, "error_score": "raise"}
QUICK = sknoisy.NeighborConsensus()
# what is rightly said of labels that have nothing to do with features, or are too few
SAID = (
    "More labels of the classes",
    "The transition matrix was estimated, but",
    ".*too small to judge",
    ".*no noise rate is stated",
    ".*predicts none of its training samples",
    ".*fits don't train together",
)
INSTANCES = {
    "AnnotatorNoise": [sknoisy.AnnotatorNoise()],
    "AreaUnderMargin": [sknoisy.AreaUnderMargin(small(max_epochs=2), random_state=0)],
    "AsymmetricCoTeachingClassifier": [
        sknoisy.AsymmetricCoTeachingClassifier(**EXACT | LONGEST)
    ],
    "AutoNoisyClassifier": [
        sknoisy.AutoNoisyClassifier(judges=["kernel_ridge"], random_state=0)
    ],
    "BatchedGridSearchCV": [
        sknoisy.BatchedGridSearchCV(
            RidgeClassifier(), ALPHAS, cv=2, error_score="raise"
        )
    ],
    "BatchedHalvingGridSearchCV": [
        sknoisy.BatchedHalvingGridSearchCV(RidgeClassifier(), ALPHAS, **HALVED)
    ],
    "BatchedHalvingRandomSearchCV": [
        sknoisy.BatchedHalvingRandomSearchCV(RidgeClassifier(), ALPHAS, **HALVED)
    ],
    "BatchedRandomizedSearchCV": [
        sknoisy.BatchedRandomizedSearchCV(
            RidgeClassifier(), ALPHAS, n_iter=2, cv=2, error_score="raise"
        )
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
    "CoTeachingClassifier": [sknoisy.CoTeachingClassifier(**EXACT | LONGER)],
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
        sknoisy.ConsensusClassifier(
            RidgeClassifier(), "classifier", cv=2, rounds=2, random_state=0
        ),
    ],
    "CrowdLayerClassifier": [sknoisy.CrowdLayerClassifier(**EXACT)],
    "DetectorEnsemble": [sknoisy.DetectorEnsemble([sknoisy.KDN(), sknoisy.CLNI()])],
    "DivideMixClassifier": [sknoisy.DivideMixClassifier(**EXACT | LATER)],
    "DynamicBootstrappingClassifier": [
        sknoisy.DynamicBootstrappingClassifier(**EXACT | LATER)
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
    "LossMixture": [sknoisy.LossMixture(small(max_epochs=2))],
    "MarginNoise": [sknoisy.MarginNoise()],
    "MissingLabelNoise": [sknoisy.MissingLabelNoise()],
    "MutualLearningClassifier": [sknoisy.MutualLearningClassifier(**EXACT)],
    "NeighborConsensus": [QUICK],
    "NoisyLabelClassifier": [sknoisy.NoisyLabelClassifier(**EXACT)],
    "NoisyTargetClassifier": [
        sknoisy.NoisyTargetClassifier(),
        sknoisy.NoisyTargetClassifier(LogisticRegression(), random_state=0),
        sknoisy.NoisyTargetClassifier(RidgeClassifier(), sknoisy.PairFlipNoise(0.1)),
    ],
    "OpenSetNoise": [sknoisy.OpenSetNoise()],
    "PairFlipNoise": [sknoisy.PairFlipNoise()],
    "SampleDifficulty": [sknoisy.SampleDifficulty(small(max_epochs=2))],
    "SmallLoss": [sknoisy.SmallLoss(small(max_epochs=2))],
    "SymmetricNoise": [sknoisy.SymmetricNoise(), sknoisy.SymmetricNoise(exact=True)],
    "TransitionCorrectedClassifier": [
        sknoisy.TransitionCorrectedClassifier(**EXACT, cv=2)
    ],
    "TrueLabelCalibratedClassifier": [
        sknoisy.TrueLabelCalibratedClassifier(
            LogisticRegression(),
            sknoisy.TrueLabelPosterior(GaussianNB(), cv=3, random_state=0),
        ),
        sknoisy.TrueLabelCalibratedClassifier(
            RidgeClassifier(),  # which has scores only
            sknoisy.TrueLabelPosterior(GaussianNB(), cv=3, random_state=0),
            "temperature",
        ),
    ],
    "TrueLabelPosterior": [
        sknoisy.TrueLabelPosterior(GaussianNB(), cv=3, random_state=0)
    ],
    "WANNClassifier": [
        sknoisy.WANNClassifier(),
        sknoisy.WANNClassifier(3, 7, metric="cosine", unlabeled=None),
    ],
}


def instances_and_checks():
    """Return estimators, each with one check; their text is long, and made once."""
    return [
        pytest.param(estimator, check, id=f"{text}-{name_of(check)}")
        for instances in INSTANCES.values()
        for instance in instances
        for text in [" ".join(repr(instance).split())]
        for estimator, check in estimator_checks_generator(instance)
    ]


def name_of(check):
    """Return the name of a check of the suite, and what it is called with."""
    options = ",".join(f"{name}={value}" for name, value in check.keywords.items())
    return f"{check.func.__name__}({options})" if options else check.func.__name__


# many checks draw labels at random, of which none is more often right than wrong
@pytest.mark.filterwarnings(*(f"ignore:{text}:UserWarning" for text in SAID))
@pytest.mark.parametrize(("estimator", "check"), instances_and_checks())
def test_sklearn_checks(estimator, check):
    check(estimator)


def test_every_public_estimator_is_checked():
    estimators = {
        name
        for name in sknoisy.__all__
        if hasattr(getattr(sknoisy, name), "get_params")
    }
    assert estimators == set(INSTANCES)


@pytest.mark.parametrize("name", sorted(INSTANCES))
def test_every_estimator_shows_itself_as_text_and_html(name):
    instance = INSTANCES[name][0]
    assert type(instance).__name__ in repr(instance)
    assert type(instance).__name__ in instance._repr_html_()
