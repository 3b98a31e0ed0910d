"""skore's reports take our estimators as they are, where skore is installed."""

import warnings

import pytest
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

from sknoisy import CleanLabelClassifier, NoisyLabelClassifier, SymmetricNoise

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def skore():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it imports
        return pytest.importorskip("skore", reason="not in the test extra")


@pytest.fixture(scope="module")
def data():
    X, y = load_iris(return_X_y=True, as_frame=True)
    noisy = SymmetricNoise(0.2, random_state=0).fit_corrupt(y)
    return train_test_split(X, noisy, random_state=0)


@pytest.mark.parametrize(
    "estimator",
    [
        NoisyLabelClassifier(max_epochs=20, random_state=0),
        CleanLabelClassifier(random_state=0),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_report_has_the_scores_of_the_estimator(skore, data, estimator):
    X, X_test, y, y_test = data
    report = skore.EstimatorReport(
        estimator, X_train=X, y_train=y, X_test=X_test, y_test=y_test
    )
    expected = estimator.fit(X, y).score(X_test, y_test)
    assert report.metrics.accuracy() == pytest.approx(expected)
    assert "accuracy" in str(report.metrics.summarize().frame()).lower()


@pytest.mark.filterwarnings("ignore")
def test_a_cross_validated_report_works_too(skore, data):
    X, _, y, _ = data
    classifier = NoisyLabelClassifier(max_epochs=10, random_state=0)
    report = skore.CrossValidationReport(classifier, X, y, splitter=2)
    assert report.metrics.accuracy().shape[0] >= 1
