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
from sknoisy.objectives import AsymmetricCoTeaching, DeterminantMutualInformation
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
