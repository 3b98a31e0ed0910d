"""Detectors that watch a network train, and the map they draw."""

import pickle

import numpy as np
import pandas as pd
import pytest
from helpers import numpy_left_alone
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from sknoisy import NoisyLabelClassifier
from sknoisy.detectors import (
    AreaUnderMargin,
    ForgettingEvents,
    LossMixture,
    NeighborConsensus,
    SampleDifficulty,
    SmallLoss,
)
from sknoisy.detectors._area_under_margin import draw_groups
from sknoisy.detectors._recording import default_network
from sknoisy.inspection import SampleDifficultyDisplay
from sknoisy.noise import SymmetricNoise
from sknoisy.quality import (
    area_under_margin,
    clean_probability,
    data_map,
    forgetting_events,
    mean_loss,
)

DETECTORS = {
    "AreaUnderMargin": AreaUnderMargin,
    "ForgettingEvents": ForgettingEvents,
    "LossMixture": LossMixture,
    "SampleDifficulty": SampleDifficulty,
    "SmallLoss": SmallLoss,
}
WITHOUT_THRESHOLD_SAMPLES = sorted(set(DETECTORS) - {"AreaUnderMargin"})
every_detector = pytest.mark.parametrize("name", sorted(DETECTORS))


def small(**options):
    """Return a network that learns the tables below in a moment."""
    defaults = {"loss": "ce", "lr_schedule": "constant", "lr": 2e-2, "batch_size": 64}
    defaults |= {"max_epochs": 12, "module__hidden": 16, "module__dropout": 0.0}
    return NoisyLabelClassifier(**{**defaults, "random_state": 0, **options})


@pytest.fixture(scope="module")
def spoilt(table):
    X, y = table
    return X, SymmetricNoise(0.2, exact=True, random_state=0).fit_corrupt(y), y


@pytest.fixture(scope="module")
def recorded(spoilt):
    """Logits of every epoch of the network above, recorded without any detector."""
    X, given, _ = spoilt
    epochs = []
    for n in range(1, 13):
        network = small(max_epochs=n).fit(X, given)
        epochs.append(network.net_.module_[0].eval()(as_tensor(X)).detach().numpy())
    return np.array(epochs)


def as_tensor(X):
    import torch

    return torch.as_tensor(X, dtype=torch.float32)


@every_detector
class TestEveryTrainingDetector:
    def test_it_finds_labels_that_were_changed(self, name, spoilt):
        X, given, true = spoilt
        detector = DETECTORS[name](small(), random_state=0).fit(X, given)
        ap = average_precision_score(given != true, 1 - detector.quality_)
        assert ap > 0.95
        # threshold samples are few here, and the highest of them draws the line
        least = 0.7 if name == "AreaUnderMargin" else 0.9
        assert (detector.is_issue_ == (given != true)).mean() > least
        assert (detector.suggested_labels_ == true).mean() > 0.93

    def test_it_takes_names_frames_and_sparse_tables(self, name, spoilt):
        X, given, _ = spoilt
        X = np.where(X > 0, X, 0)
        words = np.array(["ape", "bee", "cow"])[given]
        plain = DETECTORS[name](small(), random_state=0).fit(X, given)
        frame = DETECTORS[name](small(), random_state=0)
        frame.fit(pd.DataFrame(X, columns=list("abcde")), words)
        assert_array_equal(frame.quality_, plain.quality_)
        assert_array_equal(frame.classes_, ["ape", "bee", "cow"])
        assert_array_equal(frame.feature_names_in_, list("abcde"))
        sparse = DETECTORS[name](small()).fit(csr_array(X), given)
        assert sparse.quality_.shape == (150,)

    def test_it_takes_images_and_the_default_network(self, name, images):
        X, y = images
        detector = DETECTORS[name](random_state=0)
        detector.set_params(network=default_network(0).set_params(max_epochs=2))
        assert detector.fit(X, y).quality_.shape == (300,)

    def test_equal_seeds_give_equal_findings(self, name, spoilt):
        X, given, _ = spoilt
        first, second, other = (
            DETECTORS[name](small(random_state=seed), random_state=seed).fit(X, given)
            for seed in (0, 0, 1)
        )
        assert_array_equal(first.quality_, second.quality_)
        assert (first.quality_ != other.quality_).any()

    def test_the_given_network_stays_as_it_was(self, name, spoilt):
        X, given, _ = spoilt
        network = small()
        before = repr(network.get_params())
        detector = DETECTORS[name](network).fit(X, given)
        assert not hasattr(network, "net_")
        assert repr(network.get_params()) == before
        again = pickle.loads(pickle.dumps(detector))
        assert_array_equal(again.quality_, detector.quality_)
        assert "network" in clone(detector).get_params()

    def test_the_global_generators_are_left_alone(self, name, spoilt):
        import torch

        X, given, _ = spoilt
        before = torch.get_rng_state()
        with numpy_left_alone():
            DETECTORS[name](small(random_state=None)).fit(X, given)
        assert torch.equal(torch.get_rng_state(), before)

    def test_a_classifier_that_has_no_epochs_is_refused(self, name, spoilt):
        X, given, _ = spoilt
        message = r"network=LogisticRegression\(\) can't be recorded.*ConfidentLearning"
        with pytest.raises(TypeError, match=message):
            DETECTORS[name](LogisticRegression()).fit(X, given)

    def test_stopping_early_and_holding_out_leave_no_sample_unjudged(
        self, name, spoilt
    ):
        X, given, _ = spoilt
        network = small(early_stopping=True, n_iter_no_change=2, max_epochs=60)
        detector = DETECTORS[name](network).fit(X, given)
        assert np.isfinite(detector.quality_).all()
        assert detector.quality_.shape == (150,)


# ---------------------------------------------------------------- what each measures


def test_the_loss_detectors_measure_what_the_functions_do(spoilt, recorded):
    X, given, _ = spoilt
    losses = mean_loss(given, recorded)
    quality = SmallLoss(small()).fit(X, given).quality_
    assert_allclose(quality, np.exp(-losses), rtol=1e-3)
    for mixture in ("gaussian", "beta"):
        detector = LossMixture(small(), mixture=mixture).fit(X, given)
        assert_allclose(detector.losses_, losses, rtol=1e-3)
        expected = clean_probability(detector.losses_, mixture)
        assert_array_equal(detector.quality_, expected)
        assert_array_equal(detector.is_issue_, expected < 0.5)


def test_forgetting_is_counted_epoch_by_epoch(spoilt, recorded):
    X, given, _ = spoilt
    detector = ForgettingEvents(small()).fit(X, given)
    events = forgetting_events(given, recorded)
    assert (detector.n_events_ == events).mean() > 0.98  # but for rounding
    order = np.argsort(detector.quality_)
    assert (np.diff(detector.n_events_[order]) <= 0).all()
    assert len(np.unique(detector.quality_)) > 140  # ties are broken


def test_difficulty_is_that_of_the_data_map(spoilt, recorded):
    X, given, _ = spoilt
    detector = SampleDifficulty(small(), n_deviations=1.5).fit(X, given)
    found = data_map(given, recorded, 1.5)
    assert_allclose(detector.confidence_, found.confidence, atol=1e-3)
    assert_allclose(detector.variability_, found.variability, atol=1e-3)
    assert_allclose(detector.agreement_, found.agreement, atol=0.1)
    assert (detector.difficulty_ == found.difficulty).mean() > 0.98
    assert_allclose(detector.quality_, (1 + found.lead) / 2, atol=1e-3)
    assert_array_equal(detector.is_issue_, detector.difficulty_ == "wrong")
    assert detector.noise_rate_ == pytest.approx(detector.is_issue_.mean())


def test_hard_samples_are_told_from_wrong_labels(table):
    X, y = table
    middle = X[y == 0][:20] / 2 + X[y == 1][:20] / 2  # between two classes
    X, y = np.vstack([X, middle]), np.append(y, np.arange(20) % 2)
    wrong = np.flatnonzero(y[:150] == 2)[:15]
    y[wrong] = 0
    difficulty = SampleDifficulty(small(max_epochs=30)).fit(X, y).difficulty_
    assert (difficulty[wrong] == "wrong").mean() > 0.9
    rest = np.setdiff1d(np.arange(150), wrong)
    assert (difficulty[rest] == "easy").mean() > 0.8
    share_of_hard = (difficulty == "hard")[150:].mean()
    assert share_of_hard > 1.5 * (difficulty == "hard")[rest].mean()


# ---------------------------------------------------------------- area under margin


def test_without_threshold_samples_margins_are_the_functions(spoilt, recorded):
    X, given, _ = spoilt
    detector = SmallLoss(small())  # any of them records
    detector.classes_ = np.arange(3)
    dynamics = detector._train(X, given)
    assert_allclose(dynamics.margin, area_under_margin(given, recorded), rtol=2e-3)


def test_most_wrong_labels_lie_below_the_threshold_and_right_ones_above(spoilt):
    X, given, true = spoilt
    detector = AreaUnderMargin(small(), random_state=0).fit(X, given)
    below = detector.margins_ <= detector.margin_threshold_
    assert_array_equal(detector.is_issue_, below)
    assert below[given != true].mean() > 0.9
    assert below[given == true].mean() < 0.3
    assert_allclose(detector.quality_, 1 / (1 + np.exp(-detector.margins_)))


def test_the_class_of_threshold_samples_is_not_said_to_be_lost(recwarn):
    X, y = load_digits(return_X_y=True)
    network = NoisyLabelClassifier(loss="gce", max_epochs=12)  # which gives it up
    AreaUnderMargin(network, random_state=0).fit(X[:600], y[:600])
    assert not [str(one.message) for one in recwarn]


def test_a_lower_percentile_flags_fewer(spoilt):
    X, given, _ = spoilt
    flags = {
        percentile: AreaUnderMargin(small(), percentile=percentile, random_state=0)
        .fit(X, given)
        .is_issue_
        for percentile in (0, 50, 100)
    }
    assert (flags[0] <= flags[50]).all()
    assert (flags[50] <= flags[100]).all()
    assert flags[0].sum() < flags[100].sum()


def test_threshold_samples_are_as_many_as_in_the_paper_and_disjoint():
    codes = np.repeat([0, 1, 2, 3], 25)
    first, second = draw_groups(codes, 2, random_state=0)
    assert len(first) == len(second) == 20  # 100 / (4 + 1)
    assert not set(first) & set(second)
    assert len(set(first)) == 20


@pytest.mark.parametrize("seed", range(5))
def test_the_only_sample_of_a_class_is_never_a_threshold_sample(seed):
    codes = np.array([0, 1, 2, 2, 2, 2, 2, 2])
    (chosen,) = draw_groups(codes, 1, random_state=seed)
    assert len(chosen) == 2
    assert set(codes[chosen]) == {2}
    assert set(np.delete(codes, chosen)) == {0, 1, 2}


def test_where_every_class_has_one_sample_there_are_no_threshold_samples():
    (chosen,) = draw_groups(np.arange(4), 1, random_state=0)
    assert len(chosen) == 0
    detector = AreaUnderMargin(small(), random_state=0).fit(np.eye(4), np.arange(4))
    assert detector.margin_threshold_ == 0


def test_all_labels_are_ranked_by_a_network_that_trained_on_them(spoilt):
    X, given, true = spoilt
    two = AreaUnderMargin(small(), n_runs=2, random_state=0).fit(X, given)
    one = AreaUnderMargin(small(), random_state=0).fit(X, given)
    assert_allclose(two.margins_, one.margins_)  # runs are for the threshold alone
    assert two.margin_threshold_ != one.margin_threshold_
    watched = AreaUnderMargin(small(), random_state=0)
    watched.classes_ = np.arange(3)
    assert_allclose(one.margins_, watched._train(X, given).margin)
    ap = average_precision_score(given != true, 1 - two.quality_)
    assert ap > 0.95


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"percentile": 101}, "percentile=101 is out of range"),
        ({"n_runs": 0}, "n_runs=0 is out of range"),
    ],
)
def test_strange_options_are_refused(options, message, spoilt):
    with pytest.raises(ValueError, match=message):
        AreaUnderMargin(small(), **options).fit(*spoilt[:2])


def test_an_unknown_mixture_is_refused_before_anything_is_trained(spoilt):
    class Untrainable(NoisyLabelClassifier):
        def fit(self, X, y):
            raise AssertionError("trained")

    detector = LossMixture(Untrainable(), mixture="normal")
    with pytest.raises(ValueError, match="mixture='normal' is not a mixture"):
        detector.fit(*spoilt[:2])


# ---------------------------------------------------------------- the network


def test_a_feature_that_only_one_sample_has_does_not_give_it_away():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 100)
    X = np.column_stack([rng.normal(size=200) + 6 * y, np.zeros(200)])
    X[3, 1], y[3] = 1.0, 1  # wrong, and with a mark of its own
    default = default_network(0).set_params(max_epochs=40)
    found = SmallLoss(default).fit(X, y).quality_
    plain = SmallLoss(default.set_params(module=None)).fit(X, y).quality_
    assert found[3] < plain[3]
    assert found.argmin() == 3


def test_weights_of_classes_are_given_by_label(spoilt):
    X, given, _ = spoilt
    words = np.array(["ape", "bee", "cow"])
    by_word = small(class_weight={"bee": 3.0})
    by_code = small(class_weight={1: 3.0})
    named = SmallLoss(by_word).fit(X, words[given]).quality_
    assert_array_equal(named, SmallLoss(by_code).fit(X, given).quality_)
    assert (named != SmallLoss(small()).fit(X, given).quality_).any()


def test_callbacks_of_the_network_are_called_too(spoilt):
    from skorch.callbacks import EpochScoring

    X, given, _ = spoilt
    network = small(callbacks=[("timer", EpochScoring("accuracy", use_caching=False))])
    assert SmallLoss(network).fit(X, given).quality_.shape == (150,)


@every_detector
def test_without_a_network_sparse_tables_are_announced_and_nothing_is_passed(name):
    assert DETECTORS[name]().__sklearn_tags__().input_tags.sparse
    assert DETECTORS[name](small()).__sklearn_tags__().input_tags.sparse
    assert DETECTORS[name]().__sklearn_tags__().target_tags.required


# ---------------------------------------------------------------- the map


@pytest.fixture
def pyplot():
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


def test_the_map_shows_every_sample_once_where_it_belongs(spoilt, pyplot):
    X, given, _ = spoilt
    detector = SampleDifficulty(small()).fit(X, given)
    display = SampleDifficultyDisplay.from_estimator(detector, title="a table")
    for name, points in display.points_.items():
        rows = detector.difficulty_ == name
        assert_allclose(
            points.get_offsets(),
            np.stack([detector.variability_[rows], detector.confidence_[rows]], axis=1),
        )
        assert points.get_label().startswith(f"{rows.sum()} ")
    assert sum(len(p.get_offsets()) for p in display.points_.values()) == 150
    assert display.ax_.get_title(loc="left") == "a table"


def test_the_map_of_values_from_elsewhere_goes_where_it_is_told(pyplot):
    _, ax = pyplot.subplots()
    display = SampleDifficultyDisplay.from_predictions(
        [0.9, 0.1], [0.1, 0.1], ["easy", "wrong"], ax=ax
    )
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert len(display.points_["hard"].get_offsets()) == 0


def test_the_map_refuses_what_it_cannot_place(spoilt, pyplot):
    X, given, _ = spoilt
    with pytest.raises(TypeError, match="NeighborConsensus has not sorted samples"):
        SampleDifficultyDisplay.from_estimator(NeighborConsensus().fit(X, given))
    with pytest.raises(ValueError, match="difficulty holds 'so-so'"):
        SampleDifficultyDisplay.from_predictions([0.5], [0.1], ["so-so"])
    with pytest.raises(ValueError, match="one entry for each sample, but have 1, 2"):
        SampleDifficultyDisplay.from_predictions([0.5], [0.1, 0.2], ["easy"])
