"""Torch tensors go in wherever arrays do, with and without array-API dispatch."""

import warnings

import numpy as np
import pytest
import torch
from lockstep_helpers import may_train_alone
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict, cross_val_score
from sklearn.naive_bayes import GaussianNB

import sknoisy
from sknoisy import annotators, metrics, noise, quality, transition
from sknoisy._arrays import as_numpy
from sknoisy.model_selection import batched_cross_val_predict

RNG = np.random.default_rng(0)
Y = np.arange(60) % 3
X = RNG.normal(size=(60, 4)) + 3 * np.eye(4)[Y]
GIVEN = np.where(RNG.random(60) < 0.1, (Y + 1) % 3, Y)
P = np.full((60, 3), 0.1) + 0.7 * np.eye(3)[Y]
T = np.full((3, 3), 0.1) + 0.7 * np.eye(3)
SHARES = np.array([0.3, 0.3, 0.4])
VOTES = np.stack([Y, GIVEN, GIVEN[::-1]], axis=1)
LOGITS = np.log(P)
NET = {"max_epochs": 2, "module__hidden": 4, "random_state": 0}
NETWORK = sknoisy.NoisyLabelClassifier(**NET)
NEIGHBORS = sknoisy.NeighborConsensus(n_neighbors=5)

FUNCTIONS = {
    **{
        f"quality.{name}": (getattr(quality, name), (GIVEN, P))
        for name in (
            *("compute_confident_joint", "estimate_noise_matrices"),
            *("find_label_issues", "get_label_quality_scores", "num_label_issues"),
            "true_label_posterior",
        )
    },
    **{
        f"quality.{name}": (getattr(quality, name), (GIVEN, np.stack([LOGITS] * 3)))
        for name in ("area_under_margin", "data_map", "forgetting_events", "mean_loss")
    },
    "quality.class_membership": (quality.class_membership, (P,)),
    "quality.clean_probability": (quality.clean_probability, (-LOGITS[:, 0],)),
    "quality.flag_issues": (quality.flag_issues, (P[:, 0], 0.1)),
    "quality.flag_no_class": (quality.flag_no_class, (P,)),
    "quality.neighbor_agreement": (quality.neighbor_agreement, (GIVEN, X, 5)),
    "quality.order_label_issues": (quality.order_label_issues, (Y != GIVEN, GIVEN, P)),
    "quality.soft_neighbor_labels": (quality.soft_neighbor_labels, (GIVEN, X, 5)),
    "transition.adjust_logits": (transition.adjust_logits, (LOGITS, SHARES)),
    "transition.anchor_transition": (transition.anchor_transition, (P,)),
    "transition.check_identifiable": (transition.check_identifiable, (T,)),
    "transition.clean_posterior": (transition.clean_posterior, (P, T)),
    "transition.clean_prior": (transition.clean_prior, (SHARES, T)),
    "transition.condition_number": (transition.condition_number, (T,)),
    "transition.gold_transition": (transition.gold_transition, (Y, P)),
    "transition.hoc_transition": (
        lambda labels, features: transition.hoc_transition(
            labels, features, n_neighbors=5
        ),
        (GIVEN, X),
    ),
    "transition.noise_rate": (transition.noise_rate, (SHARES, T)),
    "transition.prior_ratio": (transition.prior_ratio, (P, SHARES)),
    **{
        f"transition.{name}": (getattr(transition, name), (GIVEN, P))
        for name in (
            *("confident_joint_transition", "counts_transition", "dual_t_transition"),
            "likelihood_transition",
        )
    },
    "transition.estimate_noise_rate": (transition.estimate_noise_rate, (GIVEN, P)),
    "transition.group_noise": (
        lambda labels, p, groups: (
            transition.group_noise(
                labels, p, groups, n_draws=2, random_state=0
            ).transitions
        ),
        (GIVEN, P, np.arange(60) % 2),
    ),
    "transition.estimate_transition": (
        lambda p, y: transition.estimate_transition("counts", pred_probs=p, labels=y),
        (P, GIVEN),
    ),
    **{
        f"metrics.corrected_{name}": (
            getattr(metrics, f"corrected_{name}"),
            (GIVEN, Y, T),
        )
        for name in ("accuracy", "balanced_accuracy", "confusion_matrix")
    },
    "metrics.corrected_f1": (
        metrics.corrected_f1,
        (GIVEN % 2, Y % 2, np.array([[0.8, 0.2], [0.1, 0.9]])),
    ),
    "metrics.forward_log_likelihood": (metrics.forward_log_likelihood, (GIVEN, P, T)),
    "metrics.noise_rate_error": (
        lambda y, given: metrics.noise_rate_error(y, given, 0.1),
        (Y, GIVEN),
    ),
    "metrics.peer_accuracy": (metrics.peer_accuracy, (GIVEN, Y)),
    "metrics.realized_noise_rate": (metrics.realized_noise_rate, (Y, GIVEN)),
    "metrics.realized_transition": (metrics.realized_transition, (Y, GIVEN)),
    "metrics.total_variation": (metrics.total_variation, (T, np.eye(3))),
    "metrics.transition_error": (metrics.transition_error, (T, np.eye(3))),
    "annotators.agreement_with_consensus": (
        annotators.agreement_with_consensus,
        (VOTES, Y),
    ),
    "annotators.compare_groups": (
        lambda votes, groups: (
            annotators.compare_groups(
                votes, annotators.majority_vote(votes), groups, random_state=0
            ).transition_matrices
        ),
        (VOTES, np.array([0, 1, 1])),
    ),
    "annotators.crowdlab": (annotators.crowdlab, (VOTES, P)),
    "annotators.pivot_votes": (annotators.pivot_votes, (np.arange(60), Y, GIVEN)),
    **{
        f"annotators.{name}": (getattr(annotators, name), (VOTES,))
        for name in (
            *("annotator_agreement", "dawid_skene", "glad", "majority_vote"),
            "one_coin",
        )
    },
    "annotators.agreement_interval": (
        lambda votes: annotators.agreement_interval(
            votes, n_resamples=20, random_state=0
        ),
        (VOTES,),
    ),
    "annotators.annotator_report": (
        lambda votes: (
            annotators.annotator_report(votes, annotators.majority_vote(votes)).quality
        ),
        (VOTES,),
    ),
    "annotators.ask_next": (
        lambda votes, p: annotators.ask_next(votes, p, n=3).samples,
        (VOTES, P),
    ),
    "annotators.pairwise_agreement": (
        lambda votes: annotators.pairwise_agreement(votes).agreement,
        (VOTES,),
    ),
}
MODELS = {
    "annotators": noise.AnnotatorNoise(missing_rate=0.2, random_state=0),
    "class_conditional": noise.ClassConditionalNoise(T, random_state=0),
    "class_map": noise.ClassMapNoise({0: 1}, random_state=0),
    "instance": noise.InstanceDependentNoise(random_state=0),
    "margin": noise.MarginNoise(random_state=0),
    "missing": noise.MissingLabelNoise(random_state=0),
    "open_set": noise.OpenSetNoise(random_state=0),
    "pair": noise.PairFlipNoise(random_state=0),
    "symmetric": noise.SymmetricNoise(random_state=0),
}
DETECTORS = [
    sknoisy.AreaUnderMargin(NETWORK, random_state=0),
    sknoisy.CLNI(),
    sknoisy.ConfidentLearning(GaussianNB(), random_state=0),
    sknoisy.DetectorEnsemble([NEIGHBORS, sknoisy.KDN()]),
    sknoisy.ForestKDN(n_estimators=5, random_state=0),
    sknoisy.ForgettingEvents(NETWORK),
    sknoisy.InstanceHardness([GaussianNB()], random_state=0),
    sknoisy.IterativePartitioningFilter(GaussianNB(), random_state=0),
    sknoisy.KDN(),
    sknoisy.LossMixture(NETWORK),
    NEIGHBORS,
    sknoisy.SampleDifficulty(NETWORK),
    sknoisy.SmallLoss(NETWORK),
    sknoisy.TrueLabelPosterior(GaussianNB(), random_state=0),
]
CLASSIFIERS = [
    sknoisy.AsymmetricCoTeachingClassifier(**NET),
    sknoisy.CleanLabelClassifier(LogisticRegression(), NEIGHBORS),
    sknoisy.CoTeachingClassifier(**NET),
    sknoisy.CoTrainingClassifier(GaussianNB(), random_state=0),
    sknoisy.DivideMixClassifier(**NET),
    sknoisy.DynamicBootstrappingClassifier(**NET),
    sknoisy.MutualLearningClassifier(**NET),
    NETWORK,
    sknoisy.NoisyTargetClassifier(LogisticRegression(), MODELS["symmetric"]),
    sknoisy.TransitionCorrectedClassifier(transition=T, **NET),
]
by_class = {"ids": lambda estimator: type(estimator).__name__}
with_and_without = pytest.mark.parametrize("dispatch", [False, True])


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "More labels of the classes", UserWarning)
        warnings.filterwarnings("ignore", ".*no noise rate is stated", UserWarning)
        yield


def tensors(values):
    """Return arrays as tensors, floats with a gradient to be followed."""
    return [
        torch.tensor(v, requires_grad=v.dtype.kind == "f")
        if isinstance(v, np.ndarray)
        else v
        for v in values
    ]


def same(found, expected):
    for one, other in zip(_parts(found), _parts(expected), strict=True):
        assert isinstance(one, np.ndarray | float | np.generic | int)
        assert_allclose(one, other, atol=1e-6)


def _parts(found):
    if hasattr(found, "proba"):
        return [found.proba]
    if hasattr(found, "votes"):
        return [found.votes]
    if isinstance(found, dict):
        return [found["confidence"], found["variability"]]
    return found if isinstance(found, tuple) else [found]


@with_and_without
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions_take_tensors_and_give_arrays(name, dispatch):
    function, arguments = FUNCTIONS[name]
    expected = function(*arguments)
    with config_context(array_api_dispatch=dispatch):
        same(function(*tensors(arguments)), expected)
        same(function(*arguments), expected)


def test_every_function_is_there():
    rooms = {"quality": quality, "transition": transition, "metrics": metrics}
    rooms["annotators"] = annotators
    public = {
        f"{room}.{name}"
        for room, module in rooms.items()
        for name in module.__all__
        if callable(getattr(module, name)) and name[0].islower()
        if not name.startswith(("read_", "write_"))  # these take files
    }
    assert public == set(FUNCTIONS)


@with_and_without
@pytest.mark.parametrize("name", sorted(MODELS))
def test_noise_models_give_labels_in_the_library_that_dispatch_asks_for(name, dispatch):
    model = MODELS[name]
    expected = model.fit_corrupt(Y, X)
    (features, labels) = tensors([X, Y])
    with config_context(array_api_dispatch=dispatch):
        found = model.fit_corrupt(labels, features)
        again = model.corrupt(labels, features)
        assert isinstance(found, torch.Tensor if dispatch else np.ndarray)
        assert type(again) is type(found)
        assert_array_equal(as_numpy(found), expected)
        if hasattr(model, "fit_resample"):
            same_features, resampled = model.fit_resample(features, labels)
            assert same_features is features
            assert_array_equal(as_numpy(resampled), expected)


def test_every_noise_model_is_there():
    assert set(MODELS) == set(noise.NOISE_MODELS)


def test_labels_that_no_tensor_can_hold_stay_an_array():
    model = noise.MissingLabelNoise(unlabeled=None, random_state=0)
    with config_context(array_api_dispatch=True):
        assert isinstance(model.fit_corrupt(torch.tensor(Y)), np.ndarray)


@with_and_without
def test_noisy_features_are_of_the_library_that_dispatch_asks_for(dispatch):
    model = noise.FeatureNoise(random_state=0)
    expected = model.fit_transform(X)
    with config_context(array_api_dispatch=dispatch):
        found = model.fit_transform(torch.tensor(X))
        assert isinstance(found, torch.Tensor if dispatch else np.ndarray)
        assert isinstance(model.transform(torch.tensor(X)), type(found))
    assert_allclose(as_numpy(found), expected)


@with_and_without
@pytest.mark.parametrize("detector", DETECTORS, **by_class)
def test_detectors_take_tensors(detector, dispatch):
    expected = detector.fit(X, GIVEN).quality_.copy()
    with config_context(array_api_dispatch=dispatch):
        detector.fit(*tensors([X, GIVEN]))
        assert_allclose(detector.quality_, expected, atol=1e-6)
        assert isinstance(detector.suggested_labels_, np.ndarray)
        detector.fit(X, GIVEN)


@with_and_without
@pytest.mark.parametrize("classifier", CLASSIFIERS, **by_class)
def test_classifiers_take_tensors(classifier, dispatch):
    expected = classifier.fit(X, GIVEN).predict(X)
    score = classifier.score(X, Y)
    features, labels, truth = tensors([X, GIVEN, Y])
    with config_context(array_api_dispatch=dispatch):
        found = classifier.fit(features, labels).predict(features)
        kind = torch.Tensor if dispatch else np.ndarray
        assert isinstance(found, kind)
        assert_array_equal(as_numpy(found), expected)
        assert float(classifier.score(features, truth)) == pytest.approx(score)
        assert isinstance(classifier.predict_proba(features), kind)
        assert isinstance(classifier.predict(X), np.ndarray)


@with_and_without
def test_a_consensus_of_tensors(dispatch):
    classifier = sknoisy.ConsensusClassifier(LogisticRegression(), random_state=0)
    expected = classifier.fit(X, VOTES).predict(X)
    features, votes, truth = tensors([X, VOTES, Y])
    with config_context(array_api_dispatch=dispatch):
        classifier.fit(features, votes)
        assert_array_equal(as_numpy(classifier.predict(features)), expected)
        assert classifier.score(features, truth) > 0.5


@with_and_without
@pytest.mark.parametrize("action", ["drop", "relabel"])
def test_a_cleaner_keeps_the_container(action, dispatch):
    cleaner = sknoisy.LabelCleaner(NEIGHBORS, action)
    X_expected, y_expected = cleaner.fit_resample(X, GIVEN)
    with config_context(array_api_dispatch=dispatch):
        X_clean, y_clean = cleaner.fit_resample(torch.tensor(X), torch.tensor(GIVEN))
    assert_allclose(as_numpy(X_clean), X_expected)
    assert_array_equal(as_numpy(y_clean), y_expected)
    if dispatch:
        assert isinstance(X_clean, torch.Tensor) and isinstance(y_clean, torch.Tensor)


@may_train_alone
@with_and_without
@pytest.mark.parametrize("classifier", [NETWORK, CLASSIFIERS[1]], **by_class)
def test_cross_validation_and_searches_take_tensors(classifier, dispatch):
    features, labels = torch.tensor(X), torch.tensor(GIVEN)
    with config_context(array_api_dispatch=dispatch):
        scores = cross_val_score(classifier, features, labels, cv=2)
        assert np.shape(scores) == (2,)
        found = cross_val_predict(classifier, features, labels, cv=2)
        assert isinstance(found, torch.Tensor if dispatch else np.ndarray)
        cross_val_score(classifier, X, GIVEN, cv=2)
        batched = batched_cross_val_predict(classifier, features, labels, cv=2)
        assert isinstance(batched, type(found)) and batched.shape == (60, 3)


@with_and_without
def test_weights_may_be_tensors(dispatch):
    weight = torch.linspace(0.5, 1, 60)
    cleaner = sknoisy.CleanLabelClassifier(LogisticRegression(), NEIGHBORS)
    with config_context(array_api_dispatch=dispatch):
        NETWORK.fit(torch.tensor(X), torch.tensor(GIVEN), sample_weight=weight)
        cleaner.fit(torch.tensor(X), torch.tensor(GIVEN), sample_weight=weight)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor([1.0, 2.0], requires_grad=True),
        torch.tensor([1.0, 2.0], dtype=torch.bfloat16),
        torch.tensor([1.0, 2.0]).to_sparse(),
        torch.tensor([1j, 2j]).conj().imag.abs(),
    ],
)
def test_any_tensor_becomes_an_array(tensor):
    assert_allclose(as_numpy(tensor), [1, 2])


def test_other_arrays_do_too_and_everything_else_is_left_alone():
    class Foreign:
        def __array_namespace__(self):
            raise NotImplementedError

        def __array__(self, dtype=None, copy=None):
            return np.arange(2)

    assert_array_equal(as_numpy(Foreign()), [0, 1])
    for value in (X, [1, 2], None, "text", np.float64(1)):
        assert as_numpy(value) is value


@with_and_without
def test_arrays_of_the_strict_library(dispatch):
    strict = pytest.importorskip("array_api_strict")
    features, labels = strict.asarray(X), strict.asarray(GIVEN)
    with config_context(array_api_dispatch=dispatch):
        found = MODELS["symmetric"].fit_corrupt(labels)
        assert_array_equal(NEIGHBORS.fit(features, labels).classes_, [0, 1, 2])
    assert_array_equal(np.asarray(found), MODELS["symmetric"].fit_corrupt(GIVEN))
