"""Values that no parameter can be: refused with the parameter's name, or of no harm."""

import re
import warnings

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

import sknoisy

Y = np.arange(30) % 3
X = np.random.default_rng(0).normal(size=(30, 4)) + 2 * np.eye(4)[Y]
VOTES = np.stack([Y, Y, (Y + 1) % 3], axis=1)
T = np.full((3, 3), 0.1) + 0.7 * np.eye(3)

NET = {"max_epochs": 2, "module__hidden": 4, "random_state": 0}
NETWORK = sknoisy.NoisyLabelClassifier(**NET)
NEIGHBORS = sknoisy.NeighborConsensus(n_neighbors=3)
NETWORKS = [
    *("AsymmetricCoTeachingClassifier", "CoTeachingClassifier", "DivideMixClassifier"),
    *("DynamicBootstrappingClassifier", "MutualLearningClassifier"),
    "NoisyLabelClassifier",
]
RECORDED = [
    *("AreaUnderMargin", "ForgettingEvents", "LossMixture", "SampleDifficulty"),
    "SmallLoss",
]
GIVEN = {
    **dict.fromkeys(NETWORKS, NET),
    **dict.fromkeys(RECORDED, {"network": NETWORK}),
    "AutoNoisyClassifier": {"judges": ["kernel_ridge"]},
    "CleanLabelClassifier": {"estimator": GaussianNB(), "detector": NEIGHBORS},
    "CoTrainingClassifier": {"estimator": GaussianNB()},
    "ConfidentLearning": {"classifier": GaussianNB()},
    "ConsensusClassifier": {"estimator": LogisticRegression()},
    "DetectorEnsemble": {"detectors": [NEIGHBORS]},
    "ForestKDN": {"n_estimators": 5},
    "InstanceHardness": {"classifiers": [GaussianNB()]},
    "IterativePartitioningFilter": {"classifier": GaussianNB()},
    "LabelCleaner": {"detector": NEIGHBORS},
    "TransitionCorrectedClassifier": NET | {"transition": T},
    "TrueLabelCalibratedClassifier": {
        "estimator": GaussianNB(),
        "detector": sknoisy.TrueLabelPosterior(GaussianNB()),
    },
    "TrueLabelPosterior": {"classifier": GaussianNB()},
}
JUNK = {
    "a word": "nonsense",
    "a number": -7.5,
    "an empty list": [],
    "an object": object(),
    "True": True,
    "an array": np.arange(3.0),
}
# what others look at, in their words; of the search all is scikit-learn's
THEIRS = {"n_jobs", "cv", "transition"}
PAIRS = [
    (name, parameter)
    for name in sknoisy.__all__
    if hasattr(getattr(sknoisy, name), "get_params")
    for parameter in getattr(sknoisy, name)._get_param_names()
    if parameter not in THEIRS and not name.endswith("SearchCV")
]


def use(estimator):
    if hasattr(estimator, "fit_corrupt"):
        estimator.fit_corrupt(Y, X)
    elif hasattr(estimator, "fit_resample"):
        estimator.fit_resample(X, Y)
    elif isinstance(estimator, sknoisy.FeatureNoise):
        estimator.fit_transform(X)
    elif isinstance(estimator, sknoisy.ConsensusClassifier):
        estimator.fit(X, VOTES)
    else:
        estimator.fit(X, Y)


@pytest.mark.parametrize(("name", "parameter"), PAIRS)
def test_junk_is_refused_by_the_name_of_its_parameter(
    name, parameter, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # a word may be a file's name
    make, given = getattr(sknoisy, name), GIVEN.get(name, {})
    for junk in JUNK.values():
        if parameter == "compile" and junk is True:
            continue  # no junk, but work for a compiler
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                use(make(**{**given, parameter: junk}))
            except (TypeError, ValueError) as refusal:
                assert re.search(rf"\b{parameter}\b", str(refusal)), (junk, refusal)
                assert len(str(refusal)) < 600


SWITCHES = {
    *("adjust_pred_probs", "calibrate", "early_stopping", "exact", "inclusive"),
    *("keep_on_interrupt", "relabel", "warm_start"),
}


@pytest.mark.parametrize(
    ("name", "parameter"), [pair for pair in PAIRS if pair[1] in SWITCHES]
)
def test_what_is_on_or_off_is_nothing_else(name, parameter):
    make, given = getattr(sknoisy, name), GIVEN.get(name, {})
    for junk in ("False", 2, 0.5, None):
        with pytest.raises(ValueError, match=f"{parameter}="):
            use(make(**{**given, parameter: junk}))


def test_numbers_of_numpy_are_numbers():
    options = {"max_epochs": np.int64(2), "lr": np.float32(0.01), "module__hidden": 4}
    options |= {"batch_size": np.int32(16), "weight_decay": np.float64(0.0)}
    sknoisy.NoisyLabelClassifier(**options, warm_start=np.bool_(False)).fit(X, Y)
    noise = sknoisy.SymmetricNoise(np.float32(0.5), exact=np.True_, random_state=0)
    assert noise.fit(X, Y).corrupt(Y).shape == (30,)
    sknoisy.KDN(np.int8(3)).fit(X, Y)
