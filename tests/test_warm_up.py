"""How long a method warms up: one rule, one sentence, whatever the method."""

import warnings

import numpy as np
import pytest
import torch
from sklearn.datasets import make_blobs

from sknoisy import (
    CoTeachingClassifier,
    DivideMixClassifier,
    DynamicBootstrappingClassifier,
    NoisyLabelClassifier,
    TransitionCorrectedClassifier,
)
from sknoisy._warm_up import default_warm_up, epochs_to_learn
from sknoisy.objectives import (
    AsymmetricCoTeaching,
    DeterminantMutualInformation,
    EarlyLearningPlus,
)
from sknoisy.objectives._scheduled import check_rise

X, y = make_blobs(60, n_features=3, centers=2, random_state=0)
T = np.array([[0.8, 0.2], [0.2, 0.8]])
QUICK = {"max_epochs": 4, "module__hidden": 8, "random_state": 0}
KINDS = {
    "co-teaching": CoTeachingClassifier,
    "co-teaching+": lambda **o: CoTeachingClassifier(strategy="co_teaching_plus", **o),
    "decoupling": lambda **o: CoTeachingClassifier(strategy="decoupling", **o),
    "dividemix": DivideMixClassifier,
    "bootstrapping": DynamicBootstrappingClassifier,
    "forward": lambda **o: TransitionCorrectedClassifier(transition=T, **o),
    "backward": lambda **o: TransitionCorrectedClassifier(
        transition=T, correction="backward", **o
    ),
}
each_kind = pytest.mark.parametrize("kind", sorted(KINDS))


@each_kind
@pytest.mark.parametrize("value", [-1, 2.5, 2.0, True, None, np.nan, [1], 1e9])
def test_it_is_a_whole_number_of_epochs(kind, value):
    with pytest.raises(
        ValueError, match="it must be a whole number, 0 or more"
    ) as told:
        KINDS[kind](**QUICK, warm_up_epochs=value).fit(X, y)
    assert str(told.value).startswith(f"warm_up_epochs={value!r} is out of range")


@each_kind
def test_or_a_name_which_may_be_misspelt(kind):
    with pytest.raises(ValueError, match="warm_up_epochs='aut'.*did you mean 'auto'"):
        KINDS[kind](**QUICK, warm_up_epochs="aut").fit(X, y)


@each_kind
@pytest.mark.parametrize("value", [4, 9])
def test_a_method_that_never_begins_is_warned_of(kind, value):
    sentence = (
        f"warm_up_epochs={value} leaves none of 4 epochs to the method itself: lower"
        " it, or raise max_epochs."
    )
    with pytest.warns(UserWarning) as told:
        KINDS[kind](**QUICK, warm_up_epochs=value).fit(X, y)
    assert [str(warning.message) for warning in told] == [sentence]


def test_where_nothing_would_be_learned_the_same_sentence_is_an_error():
    clf = TransitionCorrectedClassifier(transition="volmin", **QUICK, warm_up_epochs=4)
    with pytest.raises(ValueError, match="warm_up_epochs=4 leaves none of 4 epochs to"):
        clf.fit(X, y)


@each_kind
@pytest.mark.parametrize("value", [0, 3, np.int64(2), "auto"])
def test_everything_else_is_taken_in_silence(kind, value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clf = KINDS[kind](**QUICK, warm_up_epochs=value).fit(X, y)
    assert clf.score(X, y) > 0.4


@pytest.mark.parametrize("kind", ["dividemix", "bootstrapping"])
def test_without_a_warm_up_labels_are_judged_by_networks_as_they_start(kind):
    clf = KINDS[kind](**QUICK, warm_up_epochs=0).fit(X, y)
    assert np.isfinite(clf.clean_probability_).all()


def test_what_comes_after_training_needs_no_epoch():
    options = {"transition": T, "correction": "posterior", **QUICK}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TransitionCorrectedClassifier(**options, warm_up_epochs=9).fit(X, y)


def test_a_growth_that_begins_after_the_last_epoch_is_warned_of():
    with pytest.warns(UserWarning, match=r"rise=\(0.95, 1\) leaves none of 10 epochs"):
        check_rise((0.95, 1), 10)
    clf = NoisyLabelClassifier(method="peer", method__rise=(0.9, 1), **QUICK)
    with pytest.warns(UserWarning, match="rise.* leaves none of 4 epochs"):
        clf.fit(X, y)
    with pytest.raises(ValueError, match=r"rise_begins=1.0 .* a number in \[0, 1\)"):
        check_rise((1.0, 1.0), 10)


@pytest.mark.parametrize("n_epochs", [1, 2, 10])
def test_a_share_of_the_training_leaves_the_last_epoch_to_the_determinant(n_epochs):
    dmi = DeterminantMutualInformation(n_epochs, warm_up=0.99)
    dmi.on_epoch_begin(n_epochs - 1, None, None)
    logits, labels = torch.zeros(4, 1, 2), torch.tensor([0, 1, 0, 1])
    loss = dmi.compute(logits, labels, torch.arange(4))
    assert float(loss) > 1  # cross entropy would be log 2
    with pytest.raises(ValueError, match=r"warm_up=1.0 .* a number in \[0, 1\)"):
        DeterminantMutualInformation(n_epochs, warm_up=1.0)


def test_one_round_would_split_nothing():
    with pytest.raises(ValueError, match="n_rounds=1 .* a whole number, 2 or more"):
        AsymmetricCoTeaching(4, 9, torch.tensor([0, 1, 0, 1]), n_rounds=1)


def test_in_a_short_training_nothing_is_judged_in_the_first_hundred_steps():
    assert default_warm_up(8, 56) == 7  # the last epoch is the method's
    assert default_warm_up(30, 210) == 15
    assert default_warm_up(200, 200) == 100
    assert default_warm_up(1, 1) == 1


@pytest.mark.parametrize("n_epochs", [1, 2, 30, 133, 400])
def test_in_a_training_of_four_hundred_it_is_a_quarter_as_ever(n_epochs):
    assert default_warm_up(n_epochs, 400) == default_warm_up(n_epochs)
    assert epochs_to_learn(n_epochs, 400) == epochs_to_learn(n_epochs, None) == 0


def test_batches_and_what_steps_are_made_of_count():
    def n_steps(**options):
        options |= {"module__hidden": 4, "random_state": 0}
        clf = DivideMixClassifier(**options).fit(X, y)
        return clf.n_iter_, clf.net_.criterion_.warm_up_epochs

    assert n_steps(max_epochs=4, batch_size=10) == (4, 3)  # 24 steps
    assert n_steps(max_epochs=40, batch_size=10) == (40, 17)  # 240
    assert n_steps(max_epochs=40, batch_size=10, accumulate=2) == (40, 34)  # 120
    assert n_steps(max_epochs=80, batch_size=10) == (80, 20)  # 480


def test_a_short_training_of_asymmetric_co_teaching_is_plain_at_first():
    labels = torch.tensor([0, 1] * 4)
    looked = []

    def split(labels):
        looked.append(1)
        return labels == 0

    teaching = AsymmetricCoTeaching(8, 8, labels, split=split, n_steps=56)
    assert teaching.warm_up_epochs == 7
    logits, index = torch.randn(8, 2, 2), torch.arange(8)
    for epoch in range(7):
        teaching.on_epoch_begin(epoch, None, lambda: logits)
        assert teaching.choose(logits[..., 0], logits, index).all()
    assert not looked
    teaching.on_epoch_begin(7, None, lambda: logits)
    assert looked
    assert teaching.inlier.tolist() == [True] * 8  # a class without any keeps all


def test_a_short_training_of_elr_plus_is_not_held_to_first_beliefs():
    facts = {"n_samples": 4, "n_classes": 2, "n_epochs": 8}
    assert EarlyLearningPlus(**facts, n_steps=56).rise == (7 / 8, 7 / 8)
    assert EarlyLearningPlus(**facts, n_steps=400).rise == (0, 0)
    assert EarlyLearningPlus(**facts).rise == (0, 0)
    assert EarlyLearningPlus(**facts, n_steps=56, rise=(0, 0)).rise == (0, 0)
    with pytest.raises(ValueError, match="rise='aut'.*did you mean 'auto'"):
        EarlyLearningPlus(**facts, rise="aut")
