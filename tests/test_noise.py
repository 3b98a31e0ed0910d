"""All noise models: drawn labels, seeds, containers, and imbalanced-learn."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from helpers import numpy_left_alone
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.pipeline import make_pipeline as make_imblearn_pipeline
from imblearn.utils import estimator_checks as imblearn_checks
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array
from scipy.stats import chisquare, truncnorm
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from sknoisy.noise import (
    NOISE_MODELS,
    ClassConditionalNoise,
    PairFlipNoise,
    SymmetricNoise,
)
from sknoisy.noise._draws import share_out

SAMPLERS = {n: model for n, model in NOISE_MODELS.items() if n != "annotators"}
CLASS_NOISE = ["class_conditional", "class_map", "pair", "symmetric"]
EXACT = ["annotators", "missing", *CLASS_NOISE]
WITH_RATE = ["class_map", "instance", "margin", "missing", "pair", "symmetric"]


@pytest.fixture(scope="module")
def blobs():
    X, y = make_blobs(600, n_features=3, centers=3, cluster_std=4, random_state=0)
    return StandardScaler().fit_transform(X), y


def make(name, **parameters):
    return NOISE_MODELS[name](random_state=0, **parameters)


@pytest.mark.parametrize("name", CLASS_NOISE)
def test_drawn_labels_follow_the_matrix(name):
    y = np.repeat([0, 1, 2, 3], [8000, 4000, 2000, 1000])
    noise = make(name)
    drawn = noise.fit_corrupt(y)
    counts = confusion_matrix(y, drawn)
    for row, expected, n in zip(
        counts, noise.transition_matrix_, np.bincount(y), strict=True
    ):
        assert row[expected == 0].sum() == 0
        possible = expected > 0
        assert chisquare(row[possible], n * expected[possible]).pvalue > 1e-4


def test_inclusive_draws_realize_their_lower_rate():
    y = np.repeat(np.arange(10), 2000)
    noise = SymmetricNoise(0.8, inclusive=True, random_state=0)
    noise.fit_corrupt(y)
    four_sigma = 4 * np.sqrt(0.72 * 0.28 / len(y))
    assert noise.realized_rate_ == pytest.approx(0.72, abs=four_sigma)
    exact = SymmetricNoise(0.8, inclusive=True, exact=True, random_state=0)
    exact.fit_corrupt(y)
    assert exact.realized_rate_ == 0.72


@given(
    sizes=st.lists(st.integers(1, 60), min_size=2, max_size=6),
    rate=st.sampled_from([0, 0.1, 0.2, 0.35, 0.4, 0.5, 0.8, 1]),
    seed=st.integers(0, 10),
)
@settings(max_examples=50, deadline=None)
def test_exact_symmetric_noise_flips_the_nearest_count_of_each_class(sizes, rate, seed):
    y = np.repeat(np.arange(len(sizes)), sizes)
    noise = SymmetricNoise(rate, exact=True, random_state=seed)
    counts = confusion_matrix(y, noise.fit_corrupt(y))
    for k, n in enumerate(sizes):
        flips = n - counts[k, k]
        assert abs(flips - rate * n) <= 0.5 + 1e-9
        others = np.delete(counts[k], k)
        assert others.max() - others.min() <= 1  # as even as can be


@pytest.mark.parametrize(("n", "flips"), [(5, 2), (10, 4), (90, 32), (30, 10)])
def test_exact_counts_round_halves_to_the_even_number(n, flips):
    # 0.35 n is 1.75, 3.5, 31.5 (in floats 31.499999999999996) and 10.5
    y = np.repeat([0, 1], n)
    drawn = SymmetricNoise(0.35, exact=True, random_state=0).fit_corrupt(y)
    assert (drawn[:n] != 0).sum() == (drawn[n:] != 1).sum() == flips


def test_exact_draws_of_a_matrix_have_its_counts():
    transition = [[0.5, 0.3, 0.2], [0.1, 0.9, 0.0], [0.25, 0.25, 0.5]]
    y = np.repeat([0, 1, 2], [100, 50, 10])
    noise = ClassConditionalNoise(transition, exact=True, random_state=0)
    counts = confusion_matrix(y, noise.fit_corrupt(y))
    assert_array_equal(counts[:2], [[50, 30, 20], [5, 45, 0]])
    assert counts[2, 2] == 5
    assert sorted(counts[2, :2]) == [2, 3]


@given(
    shares=st.lists(st.integers(0, 9), min_size=2, max_size=8).filter(any),
    total=st.integers(0, 50),
)
@settings(max_examples=50, deadline=None)
def test_largest_remainders_share_out_everything(shares, total):
    shares = np.array(shares) / sum(shares)
    counts = share_out(total, shares, np.random.RandomState(0))
    assert counts.sum() == total
    assert (abs(counts - total * shares) < 1).all()
    assert (counts[shares == 0] == 0).all()


@pytest.mark.parametrize("name", EXACT)
def test_exact_draws_have_the_same_counts_whatever_the_seed(name):
    y = np.repeat([0, 1, 2], 30)
    masks = [NOISE_MODELS[name](exact=True, random_state=seed) for seed in range(3)]
    drawn = [noise.fit_corrupt(y) for noise in masks]
    assert len({noise.noise_mask_.sum() for noise in masks}) == 1
    assert not np.array_equal(drawn[0], drawn[1])


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_the_mask_marks_the_labels_that_changed(name, blobs):
    X, y = blobs
    noise = make(name)
    _, drawn = noise.fit_resample(X, y)
    assert_array_equal(noise.noise_mask_, drawn != y)
    assert noise.realized_rate_ == (drawn != y).mean()
    assert noise.n_features_in_ == 3


@pytest.mark.parametrize("name", WITH_RATE)
def test_a_rate_of_zero_leaves_every_label(name, blobs):
    X, y = blobs
    noise = make(name, rate=0.0)
    _, drawn = noise.fit_resample(X, y)
    assert_array_equal(drawn, y)
    assert noise.realized_rate_ == 0


@pytest.mark.parametrize("name", [*WITH_RATE, "class_conditional"])
def test_the_realized_rate_is_the_one_asked_for(name, blobs):
    X, y = (np.tile(a.T, 8).T for a in blobs)
    noise = NOISE_MODELS[name](random_state=1)
    noise.fit_resample(X, y)
    # rates of instance-dependent noise are spread around .2, and cut off at 0
    asked = truncnorm(-2, 8, loc=0.2, scale=0.1).mean() if name == "instance" else 0.2
    four_sigma = 4 * np.sqrt(asked * (1 - asked) / len(y))
    assert noise.realized_rate_ == pytest.approx(asked, abs=four_sigma)


# ---------------------------------------------------------------- conduct


@pytest.mark.parametrize("name", sorted(NOISE_MODELS))
class TestEveryModel:
    def test_gives_equal_labels_for_equal_seeds(self, name, blobs):
        X, y = blobs
        noise = make(name).fit(X, y)
        first = noise.corrupt(y, X)
        assert_array_equal(noise.corrupt(y, X), first)
        assert_array_equal(make(name).fit(X, y).corrupt(y, X), first)
        other = NOISE_MODELS[name](random_state=1).fit(X, y)
        assert not np.array_equal(other.corrupt(y, X), first)

    def test_fitting_first_and_fitting_at_once_are_the_same(self, name, blobs):
        X, y = blobs
        drawn = make(name).fit(X, y).corrupt(y, X)
        assert_array_equal(make(name).fit_corrupt(y, X), drawn)

    def test_moves_on_with_a_random_state_instance(self, name, blobs):
        X, y = blobs
        noise = NOISE_MODELS[name](random_state=np.random.RandomState(0)).fit(X, y)
        assert not np.array_equal(noise.corrupt(y, X), noise.corrupt(y, X))

    @pytest.mark.parametrize("seed", [0, None])
    def test_leaves_the_global_generator_alone(self, name, seed, blobs):
        X, y = blobs
        with numpy_left_alone():
            NOISE_MODELS[name](random_state=seed).fit(X, y).corrupt(y, X)

    def test_differs_from_call_to_call_without_a_seed(self, name, blobs):
        X, y = blobs
        noise = NOISE_MODELS[name]().fit(X, y)
        assert not np.array_equal(noise.corrupt(y, X), noise.corrupt(y, X))

    def test_survives_cloning_and_pickling(self, name, blobs):
        X, y = blobs
        noise = make(name).fit(X, y)
        drawn = noise.corrupt(y, X)
        assert_array_equal(pickle.loads(pickle.dumps(noise)).corrupt(y, X), drawn)
        assert_array_equal(clone(noise).fit(X, y).corrupt(y, X), drawn)
        assert clone(noise).get_params() == noise.get_params()

    def test_leaves_its_input_as_it_was(self, name, blobs):
        X, y = (array.copy() for array in blobs)
        make(name).fit(X, y).corrupt(y, X)
        assert_array_equal(X, blobs[0])
        assert_array_equal(y, blobs[1])

    def test_wants_to_be_fitted_first(self, name, blobs):
        X, y = blobs
        with pytest.raises(NotFittedError):
            make(name).corrupt(y, X)

    def test_names_labels_that_it_has_not_seen(self, name, blobs):
        X, y = blobs
        noise = make(name).fit(X, y)
        with pytest.raises(ValueError, match=r"did not see in fit: \[7\]. It knows"):
            noise.corrupt(np.where(y == 2, 7, y), X)

    def test_does_not_take_a_number_for_its_text(self, name, blobs):
        X, y = blobs
        noise = make(name).fit(X, y.astype(str))
        with pytest.raises(ValueError, match="did not see in fit"):
            noise.corrupt(y, X)

    def test_wants_labels_that_are_there(self, name, blobs):
        X, y = blobs
        if make(name).unlabeled == "auto":  # others are there for missing ones
            with pytest.raises(ValueError, match="1 missing labels"):
                make(name).fit(X, np.where(np.arange(len(y)) == 3, np.nan, y))
        with pytest.raises(ValueError, match="requires y to be passed"):
            make(name).fit(X, None)
        with pytest.raises(ValueError, match="Multilabel and multioutput targets"):
            make(name).fit(X, np.column_stack([y, y]))

    def test_wants_as_many_labels_as_samples(self, name, blobs):
        X, y = blobs
        with pytest.raises(ValueError, match="inconsistent numbers of samples"):
            make(name).fit(X, y[:-1])
        with pytest.raises(ValueError, match="inconsistent numbers of samples"):
            make(name).fit(X, y).corrupt(y[:-1], X)

    @pytest.mark.parametrize(
        "labels",
        [["a", "b", "c"], [False, True, True], [-5, 3, 12], [0.5, 1.5, 2.0], "object"],
        ids=str,
    )
    def test_takes_labels_of_any_kind(self, name, labels, blobs):
        X, codes = blobs
        if labels == "object":
            labels = np.array(["no", "yes", "maybe"], dtype=object)
        y = np.asarray(labels)[codes]
        if y.dtype.kind == "f":
            y = y * 2  # 1.0, 3.0, 4.0: fractions would be a regression's target
        drawn = make(name).fit(X, y).corrupt(y, X)
        assert len(drawn) == len(y)
        assert set(np.ravel(drawn).tolist()) <= {*y.tolist(), -1}
        if name != "missing":
            assert drawn.dtype == y.dtype

    def test_keeps_the_container_of_the_labels(self, name, blobs):
        X, codes = blobs
        y = np.array(["a", "b", "c"])[codes]
        drawn = make(name).fit(X, y).corrupt(y, X)
        index = np.arange(len(y))[::-1]
        series = pd.Series(y, index=index, name="label")
        for given_y in (series, series.astype("category"), pl.Series("label", y)):
            noisy = make(name).fit(X, given_y).corrupt(given_y, X)
            assert_array_equal(np.asarray(noisy, dtype=drawn.dtype), drawn)
            if name != "annotators":
                assert type(noisy) is type(given_y)
                assert noisy.name == "label"
            if isinstance(noisy, pd.Series):
                assert_array_equal(noisy.index, index)
        as_list = make(name).fit(X, y.tolist()).corrupt(y.tolist(), X)
        assert_array_equal(np.asarray(as_list, dtype=drawn.dtype), drawn)
        assert isinstance(as_list, np.ndarray if name == "annotators" else list)

    def test_tells_the_class_that_stands_alone(self, name, blobs):
        X, y = blobs
        noise = make(name)
        if name == "missing":
            noise.fit(X, np.zeros(len(y)))
            return
        with pytest.raises(ValueError, match=r"only one class: \[4\]"):
            noise.fit(X, np.full(len(y), 4))


@pytest.mark.parametrize("name", WITH_RATE)
@pytest.mark.parametrize("rate", [-0.1, 1.1])
def test_rates_out_of_range_are_refused_in_fit(name, rate, blobs):
    noise = make(name, rate=rate)
    with pytest.raises(ValueError, match=f"rate={rate} is out of range"):
        noise.fit(*blobs)


@pytest.mark.parametrize("name", sorted(set(NOISE_MODELS) - {"instance", "margin"}))
def test_models_that_ignore_features_take_any_or_none(name):
    y = ["b", "a", "b", "a"]
    texts = ["some", "words", "on", "ten"]
    table = pd.DataFrame({"n": [1.0, np.nan, 2, 3], "s": ["x", None, "y", "z"]})
    images = np.zeros((4, 8, 8, 3))
    expected = make(name).fit(None, y).corrupt(y)
    for X in (texts, table, images, csr_array(np.eye(4))):
        assert_array_equal(make(name).fit_corrupt(y, X), expected)
    assert_array_equal(make(name).fit(table, y).feature_names_in_, ["n", "s"])


@pytest.mark.parametrize("name", ["instance", "margin"])
def test_models_that_need_features_say_so(name, blobs):
    X, y = blobs
    with pytest.raises(ValueError, match=r"depends on the features: pass X, too"):
        make(name).fit_corrupt(y)
    with pytest.raises(ValueError, match=r"depends on the features: pass X, too"):
        make(name).fit(X, y).corrupt(y)
    with pytest.raises(ValueError, match="X has 2 features, but"):
        make(name).fit(X, y).corrupt(y, X[:, :2])


# ---------------------------------------------------------------- imbalanced-learn


# What is asked of resampling alone, and can't be asked of noise.
LEFT_OUT = {
    "check_samplers_fit": "wants sampling_strategy_, how many samples to draw a class",
}
LEFT_OUT_OF = {
    "missing": {
        "check_samplers_one_label": "one class can lose labels as well as two",
        "check_samplers_multiclass_ova": "takes argmax, which rows without a one lack",
    },
}


def checks_that_apply():
    for name in sorted(SAMPLERS):
        left_out = {**LEFT_OUT, **LEFT_OUT_OF.get(name, {})}
        for _, check in imblearn_checks.estimator_checks_generator(make(name)):
            if check.func.__name__ not in left_out:
                yield pytest.param(name, check, id=f"{name}-{check.func.__name__}")


@pytest.mark.filterwarnings("ignore:A column-vector y was passed")
@pytest.mark.parametrize(("name", "check"), list(checks_that_apply()))
def test_samplers_pass_the_checks_of_imbalanced_learn(name, check):
    check(make(name))


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_fit_resample_hands_back_the_features_as_they_are(name, blobs):
    X, y = blobs
    for given_X in (X, X.tolist(), pd.DataFrame(X), pl.DataFrame(X), csr_array(X)):
        assert make(name).fit_resample(given_X, y)[0] is given_X


def test_one_hot_labels_come_back_one_hot():
    y = np.array([0, 1, 2, 1])
    one_hot = np.eye(3)[y]
    noise = PairFlipNoise(rate=1.0)
    assert_array_equal(noise.fit_corrupt(one_hot), np.eye(3)[(y + 1) % 3])


def test_noise_acts_in_fit_alone_in_a_pipeline_of_imbalanced_learn(blobs):
    X, y = blobs
    table = pd.DataFrame(X, columns=["a", "b", "c"])
    labels = pd.Series(y, name="label")
    pipeline = make_imblearn_pipeline(
        StandardScaler(),
        SymmetricNoise(1.0, random_state=0),
        DecisionTreeClassifier(random_state=0),
    )
    pipeline.fit(table, labels)
    # the tree learns the noisy labels by heart, and none of them is right
    assert pipeline.score(table, labels) == 0
    noisy = pipeline["symmetricnoise"].corrupt(y)
    assert pipeline.score(table, noisy) == 1


def test_a_grid_over_the_rate_scores_on_clean_folds(blobs):
    X, y = blobs
    pipeline = make_imblearn_pipeline(
        PairFlipNoise(random_state=0), LogisticRegression()
    )
    search = GridSearchCV(pipeline, {"pairflipnoise__rate": [0.9, 0.1]}).fit(X, y)
    assert search.best_params_ == {"pairflipnoise__rate": 0.1}
    scores = search.cv_results_["mean_test_score"]
    assert scores[0] < 0.3 < 0.6 < scores[1]
