"""TransitionCorrectedClassifier: finds the rule of the noise and undoes it."""

import pickle

import numpy as np
import pytest
import torch
from helpers import numpy_left_alone
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from sknoisy._engine.held_out import calibrate
from sknoisy.classifiers import (
    NoisyLabelClassifier,
    TransitionCorrectedClassifier,
    _correction,
)
from sknoisy.classifiers._cross_fit import cross_fit
from sknoisy.classifiers._transitions import LEARNED
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.losses import get_loss
from sknoisy.noise import ClassConditionalNoise
from sknoisy.objectives import CORRECTIONS, MeanLoss
from sknoisy.transition import TRANSITIONS, clean_posterior

NEED_NONE = [name for name, kind in CORRECTIONS.items() if not kind.needs_matrix]

# the second class is given as the third more often than as itself
SPARSE = np.array([[0.9, 0.1, 0.0], [0.0, 0.4, 0.6], [0.2, 0.0, 0.8]])
FAST = {"max_epochs": 12, "batch_size": 64, "lr": 2e-2, "random_state": 0}
FAST |= {"module__dropout": 0.0, "module__input_dropout": 0.0, "module__hidden": 32}


@pytest.fixture(scope="module")
def blobs():
    """Three classes with noise after which a wrong label is the most frequent."""
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=900)
    X = rng.normal(size=(900, 4)) + 3 * np.eye(4)[y]
    return X, ClassConditionalNoise(SPARSE, random_state=0).fit_corrupt(y), y


def fast(**options):
    return TransitionCorrectedClassifier(**{**FAST, **options})


@pytest.mark.parametrize("correction", sorted(CORRECTIONS))
def test_every_correction_finds_classes_that_are_mostly_mislabeled(correction, blobs):
    X, y_noisy, y = blobs
    plain = NoisyLabelClassifier(loss="ce", **FAST).fit(X, y_noisy)
    assert plain.score(X, y) < 0.75
    # backward correction gives some labels a loss without a lower bound: fewer steps
    steps = {"max_epochs": 5} if correction == "backward" else {}
    clf = fast(correction=correction, transition=SPARSE, **steps).fit(X, y_noisy)
    assert clf.score(X, y) > 0.9
    assert_allclose(clf.predict_proba(X).sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("transition", sorted({**TRANSITIONS, **LEARNED}))
def test_every_estimate_is_used_and_remembered(transition, blobs):
    X, _, y = blobs
    mild = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.0, 0.3, 0.7]])
    y_noisy = ClassConditionalNoise(mild, random_state=0).fit_corrupt(y)
    trusted = np.arange(900) < 90
    y_noisy[trusted] = y[trusted]
    known = {} if transition in LEARNED else {"trusted": trusted}
    clf = fast(transition=transition).fit(X, y_noisy, **known)
    assert clf.score(X, y) > 0.9
    assert_allclose(clf.transition_matrix_, mild, atol=0.3)
    assert_allclose(clf.transition_matrix_.sum(axis=1), 1)
    assert clf.condition_number_ == pytest.approx(
        np.linalg.cond(clf.transition_matrix_)
    )
    assert 0.05 < clf.noise_rate_ < 0.5


def test_the_default_recovers_the_matrix(blobs):
    X, _, y = blobs
    mild = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.0, 0.3, 0.7]])
    y_noisy = ClassConditionalNoise(mild, random_state=0).fit_corrupt(y)
    clf = fast().fit(X, y_noisy)
    assert_allclose(clf.transition_matrix_, mild, atol=0.1)
    assert clf.noise_rate_ == pytest.approx((y_noisy != y).mean(), abs=0.06)


def test_probabilities_are_those_of_true_labels(blobs):
    """Where plain cross entropy says how labels are given."""
    X, y_noisy, y = blobs
    inside = np.abs(X - 3 * np.eye(4)[1]).max(axis=1) < 1
    plain = NoisyLabelClassifier(loss="ce", **FAST).fit(X, y_noisy)
    given = plain.predict_proba(X[inside & (y == 1)]).mean(axis=0)
    assert_allclose(given, SPARSE[1], atol=0.15)
    for correction in ["forward", "posterior"]:
        clf = fast(correction=correction, transition=SPARSE).fit(X, y_noisy)
        true = clf.predict_proba(X[inside & (y == 1)]).mean(axis=0)
        assert_allclose(true, [0, 1, 0], atol=0.15)


def test_posterior_is_cross_entropy_turned_back_through_the_matrix(blobs):
    X, y_noisy, _ = blobs
    plain = NoisyLabelClassifier(loss="ce", **FAST).fit(X, y_noisy)
    clf = fast(correction="posterior", transition=SPARSE).fit(X, y_noisy)
    expected = clean_posterior(plain.predict_proba(X), SPARSE)
    assert_allclose(clf.predict_proba(X), expected, atol=1e-5)


def test_the_identity_corrects_nothing(blobs):
    X, y_noisy, _ = blobs
    plain = NoisyLabelClassifier(loss="ce", **FAST).fit(X, y_noisy).predict_proba(X)
    for correction in sorted(set(CORRECTIONS) - set(NEED_NONE) - {"revision"}):
        clf = fast(correction=correction, transition=np.eye(3)).fit(X, y_noisy)
        assert_allclose(clf.predict_proba(X), plain, atol=1e-3)
        assert clf.noise_rate_ == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("correction", NEED_NONE)
def test_what_needs_no_matrix_estimates_none(correction, blobs):
    X, y_noisy, _ = blobs
    clf = fast(correction=correction, max_epochs=1).fit(X, y_noisy)
    assert clf.transition_matrix_ is clf.noise_rate_ is clf.condition_number_ is None
    assert_allclose(clf.prior_, np.bincount(y_noisy) / 900)


def test_a_function_of_ones_own_estimates_the_matrix(blobs):
    X, y_noisy, _ = blobs
    seen = {}

    def estimate(pred_probs, labels):
        seen.update(pred_probs=pred_probs, labels=labels)
        return SPARSE

    clf = fast(transition=estimate).fit(X, y_noisy)
    assert_array_equal(clf.transition_matrix_, SPARSE)
    assert_array_equal(seen["labels"], y_noisy)
    assert_allclose(seen["pred_probs"].sum(axis=1), 1)


def test_trusted_labels_are_not_corrected(blobs):
    X, y_noisy, y = blobs
    trusted = np.arange(900) % 2 == 0
    mixed = np.where(trusted, y, y_noisy)
    wrong = np.roll(np.eye(3), 1, axis=1)  # a matrix that no untrusted label follows
    clf = fast(transition=wrong)
    with pytest.warns(UserWarning, match="swapped"):
        trusting = clone(clf).fit(X, mixed, trusted=trusted).score(X, y)
        suspecting = clone(clf).fit(X, mixed).score(X, y)
    assert trusting > suspecting + 0.2


def test_images_sparse_tables_and_labels_of_any_kind(blobs, images):
    X, y_noisy, _ = blobs
    names = np.array(["a", "b", "c"])
    clf = fast(transition="hoc").fit(sparse.csr_matrix(X), names[y_noisy])
    assert set(clf.predict(sparse.csr_matrix(X))) <= set(names)
    for transition in ["anchor", "hoc"]:
        clf = TransitionCorrectedClassifier(
            transition=transition, max_epochs=8, batch_size=64, random_state=0
        )
        assert clf.fit(*images).predict_proba(images[0]).shape == (300, 10)


def test_equal_seeds_give_equal_numbers_also_after_pickling(blobs):
    X, y_noisy, _ = blobs
    state = torch.random.get_rng_state()
    make = fast(max_epochs=4, transition="anchor")
    with numpy_left_alone():
        first, second = (clone(make).fit(X, y_noisy) for _ in range(2))
    assert_array_equal(first.predict_proba(X), second.predict_proba(X))
    assert_array_equal(first.transition_matrix_, second.transition_matrix_)
    assert torch.equal(torch.random.get_rng_state(), state)
    again = pickle.loads(pickle.dumps(first))
    assert_array_equal(again.predict_proba(X), first.predict_proba(X))
    small = len(pickle.dumps(first))
    plain = NoisyLabelClassifier(**FAST | {"max_epochs": 4}).fit(X, y_noisy)
    assert small < len(pickle.dumps(plain)) * 3


def test_a_grid_over_estimates_and_their_parameters(blobs):
    X, y_noisy, _ = blobs
    grid = [
        {"transition": ["anchor"], "transition__percentile": [90, 97]},
        {"transition": [SPARSE], "correction": ["prior_ratio", "posterior"]},
    ]
    search = GridSearchCV(fast(max_epochs=2), grid, cv=2, error_score="raise")
    assert len(search.fit(X, y_noisy).cv_results_["params"]) == 4


def test_the_warm_up_can_be_left_out_or_take_all_epochs(blobs):
    X, y_noisy, _ = blobs
    plain = NoisyLabelClassifier(loss="ce", **FAST).fit(X, y_noisy)
    for correction in ("reweight", "backward"):
        options = {"transition": SPARSE, "correction": correction}
        with pytest.warns(UserWarning, match="leaves none of 12 epochs to the method"):
            only = fast(**options, warm_up_epochs=12).fit(X, y_noisy)
        assert_allclose(only.predict_proba(X), plain.predict_proba(X), atol=1e-6)
        none = fast(**options, warm_up_epochs=0).fit(X, y_noisy)
        assert np.abs(none.predict_proba(X) - plain.predict_proba(X)).max() > 0.1


@pytest.mark.parametrize("loss", ["ce", "gce"])
def test_the_matrix_of_forward_correction_grows_from_the_identity(loss):
    logits = torch.tensor(np.random.default_rng(0).normal(size=(6, 1, 3)))
    labels, index = torch.arange(6) % 3, torch.arange(6)
    T = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.0, 0.4, 0.6]])
    facts = {"trusted": None, "feature_scale": torch.ones(2, dtype=torch.float64)}
    objective = CORRECTIONS["forward"].build(
        MeanLoss(get_loss(loss)), T, None, facts, 4
    )
    for epoch, share in [(0, 0), (1, 0.25), (4, 1), (9, 1)]:
        objective.on_epoch_begin(epoch, None, None)
        seen = logits[:, 0].softmax(-1) @ torch.tensor(
            share * T + (1 - share) * np.eye(3)
        )
        slow = get_loss(loss)(seen.log(), labels).mean()
        assert_allclose(objective.compute(logits, labels, index), slow)


def test_without_a_warm_up_the_matrix_is_whole_at_once(blobs):
    X, y_noisy, _ = blobs
    clf = fast(transition=SPARSE, warm_up_epochs=0, max_epochs=1).fit(X, y_noisy)
    assert_allclose(clf.net_.criterion_.corrected.transition, SPARSE, atol=1e-7)
    rising = fast(transition=SPARSE, warm_up_epochs=2, max_epochs=2)
    with pytest.warns(UserWarning, match="leaves none of 2 epochs"):
        rising.fit(X, y_noisy)
    half = (SPARSE + np.eye(3)) / 2
    assert_allclose(rising.net_.criterion_.corrected.transition, half, atol=1e-7)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"correction": "foreward"}, "did you mean 'forward'"),
        ({"transition": "ancor"}, "did you mean 'anchor'.*volmin; or pass a matrix"),
        ({"transition": "volmin", "correction": "backward"}, "doesn't go with it"),
        ({"transition": np.full((3, 3), 1 / 3)}, "rows of transition are equal"),
        ({"transition": SPARSE[:2, :2] / SPARSE[:2, :2].sum(1)[:, None]}, "y has 3 cl"),
        ({"transition__percentile": 90}, "percentile is not a parameter of likelihood"),
        ({"loss": "elr"}, "'elr' is a method"),
        (
            {"loss": "gce", "correction": "logit_adjustment"},
            "choose correction='prior_ratio'",
        ),
        ({"warm_up_epochs": -1}, "warm_up_epochs=-1 is out"),
        ({"warm_up_epochs": "aut"}, "did you mean 'auto'"),
        ({"cv": 0}, "cv=0 is out"),
        ({"calibrate": "no"}, "calibrate='no', but must be True or False"),
        ({"transition": "gold"}, "trusted"),
        ({"transition": SPARSE, "transition__percentile": 90}, "can't change a matrix"),
        ({"transition": "volmin", "loss": "mae"}, "learns T by cross entropy"),
        (
            {"transition": "volmin", "warm_up_epochs": 1},
            "none of 1 epochs to the method",
        ),
        ({"transition": "volmin", "transition__volume_weight": -1}, "volume_weight=-1"),
        ({"transition": "hoc", "transition__representation": "net"}, "'network'"),
    ],
)
def test_bad_parameters_are_refused_with_a_reason(options, message, blobs):
    X, y_noisy, _ = blobs
    with pytest.raises(ValueError, match=message):
        fast(**{"max_epochs": 1, **options}).fit(X, y_noisy)


def test_an_ill_conditioned_matrix_is_refused_where_it_would_be_inverted(blobs):
    X, y_noisy, _ = blobs
    nearly = np.full((3, 3), 1 / 3) + 1e-4 * (np.eye(3) - 1 / 3)
    for correction in ["backward", "posterior"]:
        with pytest.raises(ValueError, match="condition number of transition is"):
            fast(transition=nearly, correction=correction).fit(X, y_noisy)
    fast(transition=nearly, max_epochs=1).fit(X, y_noisy)


@pytest.mark.parametrize(
    ("estimate", "correction", "drawn"),
    [
        (np.full((3, 3), 1 / 3), "forward", 0.1),
        (np.array([[0.6, 0.4, 0], [0.6, 0.4, 0], [0, 0, 1]]), "forward", 0.1),
        # drawn by .1, this has no inverse: an eigenvalue of -1/9 becomes zero
        (np.array([[4, 5, 0], [5, 4, 0], [0, 0, 9]]) / 9, "forward", None),
        (np.full((3, 3), 1 / 3) + 1e-4 * (np.eye(3) - 1 / 3), "posterior", 0.1),
        (np.full((3, 3), 1 / 3) + 1e-4 * (np.eye(3) - 1 / 3), "forward", None),
    ],
)
@pytest.mark.filterwarnings("ignore:More labels of the classes")
def test_an_estimate_that_tells_nothing_is_drawn_towards_given_labels(
    estimate, correction, drawn, blobs
):
    X, y_noisy, _ = blobs
    clf = fast(transition=lambda labels: estimate, correction=correction, max_epochs=3)
    expected = estimate
    if drawn is not None:
        expected = (1 - drawn) * estimate + drawn * np.eye(3)
        with pytest.warns(UserWarning, match="estimated, but .* by 0.1; don't rely"):
            clf.fit(X, y_noisy)
    else:
        clf.fit(X, y_noisy)
    assert_allclose(clf.transition_matrix_, expected)


@pytest.mark.parametrize("transition", [0.3, lambda labels: None])
def test_what_is_no_matrix_is_told_what_would_be_one(transition, blobs):
    X, y_noisy, _ = blobs
    with pytest.raises(TypeError, match="no matrix.*symmetric_transition makes one"):
        fast(transition=transition, max_epochs=1).fit(X, y_noisy)


@pytest.mark.parametrize("trusted", [np.ones(3, dtype=bool), np.ones(900)])
def test_a_mask_that_is_none_is_refused(trusted, blobs):
    X, y_noisy, _ = blobs
    with pytest.raises(ValueError, match="one boolean for each of the 900 samples"):
        fast().fit(X, y_noisy, trusted=trusted)


@pytest.mark.parametrize(
    "options", [{"transition": "volmin"}, {"correction": "prior_ratio"}]
)
def test_trusted_labels_that_nobody_would_use_are_refused(options, blobs):
    X, y_noisy, _ = blobs
    with pytest.raises(ValueError, match="has no use for trusted labels"):
        fast(**options).fit(X, y_noisy, trusted=np.arange(900) < 90)


def test_distributions_over_classes_are_refused_before_any_network_trains(
    blobs, monkeypatch
):
    X, y_noisy, _ = blobs
    monkeypatch.setattr(_correction, "cross_fit", None)
    with pytest.raises(ValueError, match="forward takes one label a sample"):
        fast().fit(X, np.eye(3)[y_noisy])


def test_a_wrong_name_is_told_before_any_network_trains(blobs, monkeypatch):
    X, y_noisy, _ = blobs
    monkeypatch.setattr(_correction, "cross_fit", None)
    with pytest.raises(ValueError, match="did you mean 'anchor'"):
        TransitionCorrectedClassifier(transition="ancor").fit(X, y_noisy)


def test_a_fit_that_fails_leaves_the_last_one_alone(blobs):
    X, y_noisy, _ = blobs
    clf = fast(transition=SPARSE).fit(X, y_noisy)
    with pytest.raises(NonFiniteLossError):
        clf.set_params(
            transition=np.eye(3), optimizer="sgd", lr=1e25, lr_schedule="constant"
        ).fit(X[:300], y_noisy[:300])
    assert_array_equal(clf.transition_matrix_, SPARSE)
    assert_allclose(clf.prior_, np.bincount(y_noisy) / 900)


def test_a_learned_matrix_that_is_refused_leaves_the_last_fit_alone(blobs, monkeypatch):
    X, y_noisy, _ = blobs
    clf = fast(transition="volmin").fit(X, y_noisy)
    before = clf.predict_proba(X)

    def refuse(*args, **kwargs):
        raise ValueError("refused")

    module = "sknoisy.classifiers._correction.check_identifiable"
    monkeypatch.setattr(module, refuse)
    with pytest.raises(ValueError, match="refused"):
        clf.fit(X, y_noisy[::-1])
    assert_array_equal(clf.predict_proba(X), before)


def test_what_is_set_after_fit_corrects_nothing_before_the_next(blobs):
    X, y_noisy, _ = blobs
    clf = fast(correction="prior_ratio").fit(X, y_noisy)
    before = clf.predict_proba(X)
    clf.set_params(correction="posterior")
    assert_array_equal(clf.predict_proba(X), before)


def test_trusted_labels_do_not_make_the_matrix_too_clean(blobs):
    X, _, y = blobs
    mild = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.0, 0.3, 0.7]])
    trusted = np.arange(900) % 2 == 0
    given = ClassConditionalNoise(mild, random_state=0).fit_corrupt(y)
    given[trusted] = y[trusted]
    clf = fast().fit(X, given, trusted=trusted)
    assert_allclose(clf.transition_matrix_, mild, atol=0.1)


def test_neighbors_are_those_of_standardized_features_or_of_the_network(blobs):
    X, _, y = blobs
    mild = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.0, 0.3, 0.7]])
    y_noisy = ClassConditionalNoise(mild, random_state=0).fit_corrupt(y)
    noise = np.random.default_rng(0).normal(size=(900, 1)) * 1000
    X = np.hstack([X, noise])
    for representation in ("features", "network"):
        clf = fast(transition="hoc", transition__representation=representation)
        found = clf.fit(X, y_noisy).transition_matrix_
        assert_allclose(found, mild, atol=0.15)


# --- what networks say of rows that they didn't train on ---


def look(X, codes, cv=3, **options):
    options = {"loss": "ce", "lr_schedule": "constant", **options}
    clf = NoisyLabelClassifier(**options)
    random_state = np.random.RandomState(0)
    return cross_fit(clf, X, codes, cv=cv, random_state=random_state)


def test_out_of_fold_means_that_no_row_taught_its_own_judge():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 40)).astype(np.float32)
    codes = rng.integers(2, size=300)  # to be learned by heart only
    options = {"max_epochs": 40, "module__dropout": 0, "module__input_dropout": 0}
    of_own, of_others = (look(X, codes, cv, **options).posterior for cv in (1, 3))
    rows = np.arange(300)
    assert of_own[rows, codes].mean() > 0.9
    assert 0.4 < of_others[rows, codes].mean() < 0.55


def test_a_class_with_one_label_leaves_no_fold_and_that_is_told():
    rng = np.random.default_rng(0)
    X, codes = rng.normal(size=(60, 4)).astype(np.float32), rng.integers(2, size=60)
    codes[0] = 2
    with pytest.warns(UserWarning, match="Some class has a single label"):
        assert look(X, codes, max_epochs=2).posterior.shape == (60, 3)


def test_training_is_to_end_where_wrong_labels_begin_to_be_learned_by_heart():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 40)).astype(np.float32)
    codes = np.where(rng.random(600) < 0.3, X[:, 0] < 0, X[:, 0] > 0).astype(int)
    options = {"module__dropout": 0, "module__input_dropout": 0, "batch_size": 64}
    short, long = (look(X, codes, max_epochs=n, **options) for n in (2, 60))
    assert short.n_epochs <= 2 < 60 / 3 > long.n_epochs
    clf = TransitionCorrectedClassifier(
        **options, lr_schedule="constant", random_state=0
    )
    assert clf.fit(X, codes).n_iter_ < 30  # the default of other classifiers
    assert clf.set_params(max_epochs=3).fit(X, codes).n_iter_ == 3


def test_calibration_finds_the_temperature_of_the_given_labels():
    rng = np.random.default_rng(0)
    true = rng.dirichlet([1, 1, 1], size=20_000)
    codes = (rng.random((20_000, 1)) > true.cumsum(axis=1)).sum(axis=1)
    overconfident = true**3 / (true**3).sum(axis=1, keepdims=True)
    assert np.abs(calibrate(overconfident, codes) - true).max() < 0.02
