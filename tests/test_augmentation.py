"""Augmentations: what they change, what they leave, and where they draw from."""

import numpy as np
import pytest
import torch
from helpers import small
from numpy.testing import assert_array_equal
from sklearn.base import clone

import sknoisy.augmentation as room
from sknoisy import NoisyLabelClassifier
from sknoisy._streams import Stream, drawing_from
from sknoisy.augmentation import (
    Compose,
    FeatureNoise,
    FeatureSwap,
    PerSample,
    RandomErasing,
    RandomFlip,
    RandomShift,
    WordDropout,
)
from sknoisy.augmentation._images import inside
from sknoisy.classifiers._checkpoints import told
from sknoisy.losses import cross_entropy
from sknoisy.objectives import CutMix, MeanLoss, Mixup
from sknoisy.objectives._cut_mix import draw_box

N = 64
KINDS = {
    "Compose": (Compose([RandomShift(1), RandomErasing()]), torch.rand(N, 9, 7)),
    "FeatureNoise": (FeatureNoise(0.5), torch.rand(N, 5)),
    "FeatureSwap": (FeatureSwap(0.5), torch.rand(N, 5)),
    "PerSample": (PerSample(lambda x: x[::-1]), torch.rand(N, 4, 3)),
    "RandomErasing": (RandomErasing(), torch.rand(N, 9, 7, 3)),
    "RandomFlip": (RandomFlip(), torch.rand(N, 9, 7, 3)),
    "RandomShift": (RandomShift(2), torch.rand(N, 9, 7)),
    "WordDropout": (WordDropout(0.5), torch.randint(1, 99, (N, 12))),
}
each = pytest.mark.parametrize("name", sorted(KINDS))


def drawn(augment, features, seed):
    with drawing_from(Stream(seed)):
        return augment(features)


def test_all_of_the_room_are_tried():
    assert set(KINDS) == set(room.__all__)


@each
def test_shape_and_type_stay_and_something_changes(name):
    augment, features = KINDS[name]
    before = features.clone()
    after = drawn(augment, features, 0)
    assert after.shape == features.shape and after.dtype == features.dtype
    assert not torch.equal(after, features)
    assert torch.equal(features, before)  # the batch itself is as it was
    assert len(augment(features[:0])) == 0
    assert augment(features[:1]).shape == features[:1].shape


@each
def test_equal_seeds_draw_equal_numbers_and_no_global_ones(name):
    augment, features = KINDS[name]
    before = torch.get_rng_state()
    first, again = (drawn(augment, features, 1) for _ in range(2))
    assert torch.equal(first, again)
    assert torch.equal(torch.get_rng_state(), before)
    if name != "PerSample":
        assert not torch.equal(first, drawn(augment, features, 2))


@each
def test_parameters_clone_search_and_tell_what_they_are(name):
    augment = KINDS[name][0]
    copy = clone(augment, safe=False)
    assert repr(copy).split(" at 0x")[0] == repr(augment).split(" at 0x")[0]
    for parameter, value in augment.get_params(deep=False).items():
        assert augment.set_params(**{parameter: value}) is augment
    with pytest.raises(ValueError, match="has no parameter 'nothing'"):
        augment.set_params(nothing=1)


def test_those_that_are_layers_keep_their_old_names():
    from sknoisy import modules

    assert modules.RandomShift is RandomShift and modules.RandomFlip is RandomFlip
    assert not {"RandomFlip", "RandomShift"} & set(modules.__all__)  # one page each
    assert told(RandomShift(1)) != told(RandomShift(2))


def test_a_checkpoint_tells_augmentations_apart():
    assert told(FeatureSwap(0.2)) != told(FeatureSwap(0.3))
    with pytest.raises(ValueError, match="share"):
        FeatureSwap(0.2).set_params(share=2)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: RandomErasing(p=2), ValueError, "p"),
        (lambda: RandomErasing(size=0), ValueError, "size"),
        (lambda: FeatureNoise(-1), ValueError, "scale"),
        (lambda: FeatureSwap(1.5), ValueError, "share"),
        (lambda: WordDropout(-0.1), ValueError, "share"),
        (lambda: Compose([1]), TypeError, "can't be called"),
        (lambda: PerSample("f"), TypeError, "can't be called"),
        (lambda: FeatureNoise()(torch.ones(3, 2).long()), TypeError, "WordDropout"),
        (lambda: PerSample(np.ravel)(torch.ones(2, 2, 2)), ValueError, r"\(4,\)"),
    ],
)
def test_what_cannot_be_is_said(make, error, message):
    with pytest.raises(error, match=message):
        make()


# --- what each of them does ---


def test_holes_are_rectangles_of_the_size_that_was_asked_for():
    images = torch.ones(400, 30, 20, 3)
    holes = drawn(RandomErasing(p=1.0, size=0.2, value=7.0), images, 0) == 7
    assert (holes.all(dim=3) == holes.any(dim=3)).all()
    holes = holes[..., 0]
    rows, columns = holes.any(dim=2).sum(dim=1), holes.any(dim=1).sum(dim=1)
    assert torch.equal(holes.sum(dim=(1, 2)), rows * columns)
    share = holes.double().mean(dim=(1, 2))
    assert share.max() <= 0.2 + 0.06  # by whole pixels
    assert 0.06 < share.mean() < 0.12  # drawn from 0.02 to 0.2, less what sticks out
    some = drawn(RandomErasing(p=0.3, value=7.0), images, 0) == 7
    assert 0.2 < some.flatten(1).any(dim=1).double().mean() < 0.4


def test_a_stretch_is_cut_at_the_border_and_never_empty():
    found = inside(torch.tensor([0.0, 0.5, 0.99]), torch.tensor([0.4, 0.4, 0.0]), 10)
    assert found.int().tolist() == [
        [1, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 1, 1, 1, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ]


def test_noise_is_a_share_of_each_features_spread():
    features = torch.randn(5000, 3) * torch.tensor([1.0, 100.0, 0.0])
    change = drawn(FeatureNoise(0.2), features, 0) - features
    spread = change.std(dim=0)
    assert spread[0] == pytest.approx(0.2, rel=0.1)
    assert spread[1] == pytest.approx(20, rel=0.1)
    assert spread[2] == 0


def test_swapped_values_are_those_of_the_same_feature():
    features = torch.arange(3000.0).view(1000, 3)
    found = drawn(FeatureSwap(0.3), features, 0)
    assert 0.25 < (found != features).double().mean() < 0.35
    assert torch.equal(found % 3, features % 3)
    assert torch.equal(drawn(FeatureSwap(0.0), features, 0), features)


def test_padding_is_no_word():
    texts = torch.tensor([[5, 6, 0, 0]] * 500)
    found = drawn(WordDropout(0.4, token=1), texts, 0)
    assert (found[:, 2:] == 0).all()
    assert 0.3 < (found[:, :2] == 1).double().mean() < 0.5


def test_steps_come_one_after_another():
    augment = Compose([lambda x: x + 1, lambda x: 2 * x])
    assert augment(torch.tensor([1.0])).item() == 4


# --- CutMix ---


def test_cut_mix_pastes_a_box_of_the_partner_and_weighs_both_labels():
    images = torch.arange(6.0).view(6, 1, 1, 1).expand(6, 10, 8, 2)
    cutmix, labels = CutMix(MeanLoss(cross_entropy)), torch.arange(6)
    for seed in range(5):
        with drawing_from(Stream(seed)):
            mixed, partner, share = cutmix.mix(images, labels)
        own = mixed == images
        other = mixed == images[partner]
        assert (own | other).all()
        moved = partner != labels
        kept = own.double().mean(dim=(1, 2, 3))[moved]
        assert torch.allclose(kept, torch.tensor(share, dtype=kept.dtype))


def test_a_box_has_the_share_that_was_drawn_unless_it_is_cut():
    with drawing_from(Stream(0)):
        boxes = [draw_box(0.25, 100, 60) for _ in range(200)]
    areas = [(b - t) * (r - l) / 6000 for t, b, l, r in boxes]  # noqa: E741
    assert max(areas) == pytest.approx(0.25, abs=0.01)
    assert min(areas) > 0.25 / 4 - 0.01  # a quarter, in a corner
    assert all(0 <= t <= b <= 100 and 0 <= l <= r <= 60 for t, b, l, r in boxes)  # noqa: E741


def test_only_images_are_cut():
    cutmix = CutMix(MeanLoss(cross_entropy))
    for features in (torch.ones(3, 4), {"image": torch.ones(3, 4, 4)}):
        with pytest.raises(TypeError, match="cutmix takes images"):
            cutmix.mix(features, torch.arange(3))
    assert isinstance(cutmix, Mixup)


# --- in a fit ---


class Counted:
    """Changes nothing, and counts what it has seen."""

    def __init__(self):
        self.seen = []

    def __call__(self, features):
        self.seen.append(features.shape)
        return features

    def __deepcopy__(self, memo):
        return self


@pytest.mark.parametrize("method", ["plain", "elr", "co_teaching", "jocor", "sop"])
def test_a_fit_sees_changed_batches_and_predictions_plain_samples(method, table):
    X, y = table
    counted = Counted()
    clf = small(augment=counted, method=method, max_epochs=4).fit(X, y)
    assert sum(shape[0] for shape in counted.seen) == 4 * len(X)
    clf.predict(X)
    assert sum(shape[0] for shape in counted.seen) == 4 * len(X)
    plain = small(method=method, max_epochs=4).fit(X, y)
    assert_array_equal(clf.predict_proba(X), plain.predict_proba(X))
    changed = small(augment=FeatureNoise(0.5), method=method, max_epochs=4).fit(X, y)
    assert not np.allclose(changed.predict_proba(X), plain.predict_proba(X))


def test_equal_seeds_give_equal_fits_and_watched_batches_the_same(table):
    X, y = table
    fits = [small(augment=FeatureSwap(0.3)).fit(X, y) for _ in range(2)]
    assert_array_equal(fits[0].predict_proba(X), fits[1].predict_proba(X))
    from skorch.callbacks import BatchScoring

    watched = BatchScoring(lambda *a: 0.0, name="nothing", on_train=True)
    slow = small(augment=FeatureSwap(0.3), callbacks=[watched]).fit(X, y)
    np.testing.assert_allclose(
        slow.predict_proba(X), fits[0].predict_proba(X), atol=1e-6
    )


def test_methods_that_make_views_themselves_are_left_to_do_so(table):
    X, y = table
    own, other = Counted(), Counted()
    clf = NoisyLabelClassifier(
        method="fix_match",
        method__augment=own,
        method__strong_augment=own,
        max_epochs=2,
        module__hidden=8,
        random_state=0,
    )
    clf.set_params(augment=other).fit(X, y)
    assert own.seen and not other.seen


@pytest.mark.parametrize("method", ["divide_mix", "fix_match"])
def test_they_see_what_the_classifier_is_given(method, table):
    X, y = table
    counted = Counted()
    small(method=method, augment=counted, max_epochs=2).fit(X, y)
    assert sum(shape[0] for shape in counted.seen) > 2 * len(X)  # several views each


def test_cut_images_are_learned_from_and_mixed_one_way_only(table):
    rng = np.random.default_rng(0)
    images = rng.normal(size=(60, 8, 8)).astype("float32")
    y = np.arange(60) % 2
    cut, whole = (small(cutmix=share, max_epochs=2).fit(images, y) for share in (1, 0))
    assert not np.allclose(cut.predict_proba(images), whole.predict_proba(images))
    with pytest.raises(ValueError, match="cutmix=1 both mix"):
        small(mixup=1, cutmix=1).fit(images, y)
    with pytest.raises(TypeError, match="cutmix takes images"):
        small(cutmix=1.0).fit(*table)


def test_parameters_of_an_augmentation_go_into_grids(table):
    clf = small(augment=FeatureSwap(0.3))
    assert clf.get_params()["augment__share"] == 0.3
    assert clone(clf).set_params(augment__share=0.1).augment.share == 0.1
    assert clf.augment.share == 0.3


def test_an_augmentation_that_changes_shapes_is_refused(table):
    with pytest.raises(ValueError, match="must return a tensor of the same shape"):
        small(augment=lambda x: x[:, :1]).fit(*table)
    with pytest.raises(ValueError, match="augment='flip' must be a function"):
        small(augment="flip").fit(*table)


def test_flipped_and_moved_images_are_learned_from():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 8, 8)).astype("float32")
    y = rng.integers(0, 2, 120)
    X[y == 1, 3:5] += 2
    clf = NoisyLabelClassifier(max_epochs=6, batch_size=32, random_state=0)
    for augment in (Compose([RandomFlip(), RandomErasing()]), RandomShift(1)):
        clf.set_params(augment=augment)  # the second is a module
        assert clf.fit(X, y).score(X, y) > 0.9


@pytest.mark.parametrize("augment", [RandomErasing(), RandomShift(1), RandomFlip()])
def test_what_changes_images_refuses_tables(augment):
    clf = small(augment=augment)
    told = rf"{type(augment).__name__} takes images .* got features of shape \("
    with pytest.raises(ValueError, match=told):
        clf.fit(np.random.default_rng(0).normal(size=(20, 4)), [0, 1] * 10)


@pytest.mark.parametrize(
    ("augment", "told"),
    [
        (FeatureNoise, r"Pass an instance, FeatureNoise\(…\)"),
        ([FeatureNoise()], r"sknoisy\.augmentation\.Compose\(\[…\]\)"),
        (lambda X: X.numpy(), "into ndarray: it must return a tensor"),
    ],
    ids=["class", "list", "array"],
)
def test_what_is_no_augmentation_is_told_what_would_be(augment, told):
    clf = small(augment=augment)
    with pytest.raises(ValueError, match=told):
        clf.fit(np.random.default_rng(0).normal(size=(20, 4)), [0, 1] * 10)


@pytest.mark.parametrize("augment", [None, torch.nn.Sequential(RandomShift(1))])
def test_parameters_of_no_augmentation_are_refused_by_name(augment):
    clf = NoisyLabelClassifier(augment=augment)
    with pytest.raises(ValueError, match=r"augment__scale sets scale of augment, but"):
        clf.set_params(augment__scale=0.5)
    clf.set_params(augment=FeatureNoise(), augment__scale=0.5)
    assert clf.augment.scale == 0.5
