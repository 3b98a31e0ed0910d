"""Every public estimator passes every check of scikit-learn's suite."""

import warnings

import pytest
from sklearn.linear_model import LogisticRegression, RidgeClassifier
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
INSTANCES = {
    "AnnotatorNoise": [sknoisy.AnnotatorNoise()],
    "ClassConditionalNoise": [sknoisy.ClassConditionalNoise()],
    "ClassMapNoise": [sknoisy.ClassMapNoise()],
    # without noise, no tag exempts FeatureNoise from any check
    "FeatureNoise": [sknoisy.FeatureNoise(), sknoisy.FeatureNoise(level=0.0)],
    "InstanceDependentNoise": [
        sknoisy.InstanceDependentNoise(),
        sknoisy.InstanceDependentNoise(exact=True),
    ],
    "MarginNoise": [sknoisy.MarginNoise()],
    "MissingLabelNoise": [sknoisy.MissingLabelNoise()],
    "NoisyLabelClassifier": [
        sknoisy.NoisyLabelClassifier(**EXACT),
        sknoisy.NoisyLabelClassifier(**EXACT, loss="gce", loss__q=0.3),
    ],
    "NoisyTargetClassifier": [
        sknoisy.NoisyTargetClassifier(),
        sknoisy.NoisyTargetClassifier(LogisticRegression(), random_state=0),
        sknoisy.NoisyTargetClassifier(RidgeClassifier(), sknoisy.PairFlipNoise(0.1)),
    ],
    "PairFlipNoise": [sknoisy.PairFlipNoise()],
    "SymmetricNoise": [sknoisy.SymmetricNoise(), sknoisy.SymmetricNoise(exact=True)],
}
EXPECTED_FAILED_CHECKS: dict[str, dict[str, str]] = {}  # and so it shall stay


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
