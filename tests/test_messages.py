"""What is said of a wrong name, number or order: in one voice, and briefly."""

import numpy as np
import pytest
from sklearn.datasets import load_iris

from sknoisy import CoTeachingClassifier, NoisyLabelClassifier
from sknoisy._doors import DOORS, WORDS, behind_another_door, translated
from sknoisy._engine.optimizers import OPTIMIZERS
from sknoisy._ranges import check_count, check_range
from sknoisy._shown import shown
from sknoisy.classifiers import METHODS
from sknoisy.losses import LOSSES
from sknoisy.noise import (
    AnnotatorNoise,
    ClassMapNoise,
    InstanceDependentNoise,
    MarginNoise,
    MissingLabelNoise,
    SymmetricNoise,
    class_map_transition,
    sparse_transition,
    uniform_transition,
)
from sknoisy.quality import MIXTURES
from sknoisy.schedules import SCHEDULES
from sknoisy.transition import TRANSITIONS

X, y = load_iris(return_X_y=True)
LONG = 400  # characters of a message that shows no whole array


# --- names that exist elsewhere ---


def test_the_doors_hold_every_name_of_the_registries():
    there = {name for names in DOORS.values() for name in names}
    registries = (METHODS, TRANSITIONS, LOSSES, MIXTURES, OPTIMIZERS, SCHEDULES)
    for registry in registries:
        assert set(registry) <= there


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"loss": "jocor"},
            "loss='jocor' is not a loss sknoisy knows. 'jocor' is a method:"
            " NoisyLabelClassifier(method='jocor'). It knows:",
        ),
        ({"loss": "Co-teaching+"}, "NoisyLabelClassifier(method='co_teaching_plus')"),
        ({"loss": "DivideMix"}, "a method: NoisyLabelClassifier(method='divide_mix')."),
        ({"loss": "forward"}, "NoisyLabelClassifier(method='forward')"),
        ({"loss": "hoc"}, "TransitionCorrectedClassifier(transition='hoc')"),
        ({"loss": "mixup"}, "NoisyLabelClassifier(mixup=1.0)"),
        ({"optimizer": "cosine"}, "'cosine' is a schedule: lr_schedule='cosine'."),
        ({"lr_schedule": "adam"}, "'adam' is an optimizer: optimizer='adam'."),
    ],
)
def test_a_name_behind_another_door_is_told_with_the_door(options, sentence):
    with pytest.raises(ValueError) as told:
        NoisyLabelClassifier(**options).fit(X, y)
    assert sentence in str(told.value) and "did you mean" not in str(told.value)


def test_a_loss_is_no_strategy_and_a_typo_stays_one():
    with pytest.raises(
        ValueError, match=r"'gce' is a loss: NoisyLabelClassifier\(loss"
    ):
        CoTeachingClassifier(strategy="gce").fit(X, y)
    with pytest.raises(ValueError, match="did you mean 'gce'"):
        NoisyLabelClassifier(loss="gse").fit(X, y)
    with pytest.raises(ValueError, match="did you mean 'ce'"):
        NoisyLabelClassifier(loss="cross_entropy").fit(X, y)
    with pytest.raises(ValueError, match="did you mean 'one_cycle'"):
        NoisyLabelClassifier(lr_schedule="onecycle").fit(X, y)
    assert behind_another_door("gse") == ""


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("learning_rate", "lr"),
        ("n_epochs", "max_epochs"),
        ("max_iter", "max_epochs"),
        ("batchsize", "batch_size"),
        ("criterion", "loss"),
        ("hidden_layer_sizes", "module__hidden"),
        ("dropout", "module__dropout"),
        ("seed", "random_state"),
        ("momentum", "optimizer__momentum"),
        ("patience", "n_iter_no_change"),
    ],
)
def test_words_of_other_libraries_are_understood(theirs, ours):
    with pytest.raises(TypeError, match=f"argument '{theirs}'; did you mean '{ours}'"):
        NoisyLabelClassifier(**{theirs: 1}).fit(X, y)


def test_a_word_for_the_network_is_understood_after_its_prefix():
    with pytest.raises(
        ValueError, match="module__hidden_sizes .* did you mean 'hidden'"
    ):
        NoisyLabelClassifier(module__hidden_sizes=8).fit(X, y)
    assert translated("seed", ["lr"]) is None
    known = NoisyLabelClassifier().get_params()
    own = [name for name in WORDS if "__" not in name and name != "hidden"]
    elsewhere = {"noise_rate", "warm_up_epochs", "transition", "cv", *LOSSES}
    assert set(own) - elsewhere <= set(known)


# --- numbers ---


@pytest.mark.parametrize(
    ("value", "end"),
    [
        (1.2, " 1.2 percent is 0.012."),
        (20, " 20 percent is 0.2."),
        (-0.1, ""),
        (np.nan, ""),
        ("0.2", ""),
        (None, ""),
        (True, ""),
        (np.bool_(True), ""),
        (np.arange(1000), ""),
        ([0.1] * 1000, ""),
    ],
)
def test_a_rate_that_is_none_is_told_with_what_may_be(value, end):
    sentence = (
        f"rate={shown(value)} is out of range: it must be a number in [0, 1].{end}"
    )
    with pytest.raises(ValueError) as told:
        SymmetricNoise(value).fit_corrupt(y)
    assert str(told.value) == sentence
    assert len(sentence) < LONG


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), 1, np.int8(1), np.array(0.5)])
def test_numbers_of_any_type_are_numbers(value):
    check_range("[0, 1]", rate=value)


@pytest.mark.parametrize("value", [2.0, "2", None, True, np.bool_(True), [2], 0])
def test_what_counts_is_whole(value):
    with pytest.raises(ValueError, match="n=.* must be a whole number, 1 or more"):
        check_count(n=value)
    check_count(2, n=np.int64(2))


@pytest.mark.parametrize("seed", ["zero", -1, 1.5])
def test_a_seed_that_is_none_is_told_by_its_name(seed):
    with pytest.raises(ValueError, match=f"random_state={seed!r} is no seed: pass an"):
        SymmetricNoise(random_state=seed).fit_corrupt(y)


def test_large_things_are_not_printed_whole():
    assert shown(np.zeros((150, 4))) == "<ndarray of shape (150, 4)>"
    assert shown(np.arange(3)) == "array([0, 1, 2])"
    assert shown(list(range(1000))).endswith("… (1000 in all)")
    assert len(shown(list(range(1000)))) < 120
    assert shown("x" * 500).startswith("'xxx") and shown(0.5) == "0.5"


# --- noise models ---


@pytest.mark.parametrize(
    "noise",
    [
        AnnotatorNoise(),
        ClassMapNoise(),
        InstanceDependentNoise(),
        MarginNoise(),
        MissingLabelNoise(),
        SymmetricNoise(),
    ],
)
@pytest.mark.parametrize("as_list", [False, True])
def test_features_before_labels_are_noticed(noise, as_list):
    features, labels = (X.tolist(), y.tolist()) if as_list else (X, y)
    sentence = (
        f"{type(noise).__name__} takes y first, as in fit_corrupt(y, X), but y has"
        " shape (150, 4) and X has shape (150,): swap them."
    )
    with pytest.raises(ValueError) as told:
        noise.fit_corrupt(features, labels)
    assert str(told.value) == sentence
    with pytest.raises(ValueError, match="swap them"):
        noise.fit(X, y).corrupt(features, labels)


def test_one_hot_labels_of_texts_are_in_order():
    noise = SymmetricNoise(0.0)
    assert noise.fit_corrupt(np.eye(2, dtype=int), ["a text", "another"]).shape == (
        2,
        2,
    )


@pytest.mark.parametrize("mapping", [[("a", "b")], "ab", 3, {"a", "b"}])
def test_a_mapping_is_a_dict(mapping):
    with pytest.raises(
        TypeError, match="mapping=.* is no dict: pass one from label to"
    ):
        ClassMapNoise(mapping).fit_corrupt(["a", "b"])
    with pytest.raises(
        TypeError, match="mapping=.* is no dict: pass one from class to"
    ):
        class_map_transition(2, mapping, 0.1)


def test_pairs_and_rates_are_lists():
    for pairs in (3, "ab", [1, 2], [(0, 1, 2)]):
        with pytest.raises(TypeError, match="pairs=.* must be a list of pairs"):
            sparse_transition(3, pairs, (0.1, 0.1))
    for rates in (0.1, "low", None):
        with pytest.raises(TypeError, match="rates=.* must be a list of numbers, one"):
            sparse_transition(3, [(0, 1)], rates)
        with pytest.raises(TypeError, match="rates=.* must be a list of numbers, one"):
            uniform_transition(3, rates)
    with pytest.raises(ValueError, match="rates holds 3 numbers, but must hold 2, one"):
        sparse_transition(3, [(0, 1)], (0.1, 0.1, 0.1))


@pytest.mark.parametrize("value", ["no", None, 0.5, 2])
def test_a_switch_is_true_or_false(value):
    with pytest.raises(ValueError, match=f"exact={value!r}, but must be True or False"):
        SymmetricNoise(exact=value).fit_corrupt(y)


# --- several networks ---


def test_every_classifier_shows_its_networks():
    quick = {"max_epochs": 1, "module__hidden": 4, "random_state": 0}
    one = NoisyLabelClassifier(**quick)
    assert not hasattr(one, "networks_")
    assert len(one.fit(X, y).networks_) == 1
    assert len(NoisyLabelClassifier(method="elr+", **quick).fit(X, y).networks_) == 2
    assert len(CoTeachingClassifier(**quick).fit(X, y).networks_) == 2


def test_who_asks_for_half_precision_is_told_where_it_is():
    clf = NoisyLabelClassifier(dtype="bfloat16", max_epochs=1)
    with pytest.raises(ValueError, match=r"dtype='bfloat16' is not .*precision='bf16'"):
        clf.fit([[0.0], [1.0], [0.0], [1.0]], [0, 1, 0, 1])


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"loss": "GCE"}, "gce"),
        ({"loss": "CrossEntropyLoss"}, "ce"),
        ({"optimizer": "SGD"}, "sgd"),
        ({"q": 0.5}, "loss__q"),
        ({"amp": True}, "precision"),
        ({"validation_data": None}, "train_split"),
        ({"gradient_accumulation": 2}, "accumulate"),
    ],
)
def test_what_others_write_is_understood(given, meant):
    clf = NoisyLabelClassifier(max_epochs=1, **given)
    with pytest.raises((TypeError, ValueError), match=f"did you mean '{meant}'"):
        clf.fit([[0.0], [1.0], [0.0], [1.0]], [0, 1, 0, 1])
