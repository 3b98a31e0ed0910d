"""The networks: shapes, standardized input, and the fast dropout."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler
from torch import nn

from sknoisy import NoisyLabelClassifier
from sknoisy._features import feature_statistics
from sknoisy.modules import (
    MLP,
    Dropout,
    LeNet5,
    RandomFlip,
    RandomShift,
    SmallResNet,
    Standardize,
)


@pytest.mark.parametrize("p", [0.1, 0.25, 0.5, 0.9])
def test_dropout_leaves_out_its_share_and_keeps_the_mean(p):
    torch.manual_seed(0)
    kept = Dropout(p)(torch.ones(200_003))
    left_out = (kept == 0).double().mean().item()
    assert abs(left_out - p) < 4 * np.sqrt(p * (1 - p) / 200_003)
    assert kept.max().item() == pytest.approx(1 / (1 - p), rel=1e-4)


def test_dropout_is_independent_between_neighbors_that_share_a_word():
    torch.manual_seed(0)
    kept = (Dropout(0.5)(torch.ones(400_000)) > 0).double().view(-1, 4)
    correlation = np.corrcoef(kept.numpy().T)
    assert np.abs(correlation - np.eye(4)).max() < 4 / np.sqrt(100_000)


def test_dropout_passes_the_gradient_of_what_it_keeps():
    x = torch.ones(1000, requires_grad=True)
    kept = Dropout(0.3)(x)
    kept.sum().backward()
    torch.testing.assert_close(x.grad, kept.detach())


def test_dropout_does_nothing_in_evaluation_and_at_zero():
    x = torch.randn(7, 3)
    assert Dropout(0.5).eval()(x) is x
    assert Dropout(0.0)(x) is x


@pytest.mark.parametrize("p", [-0.1, 1.0])
def test_dropout_refuses_a_share_out_of_range(p):
    with pytest.raises(ValueError, match=r"must be in \[0, 1\)"):
        Dropout(p)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(5,), (2, 3, 1), (0, 4), (33, 7)])
def test_dropout_keeps_shape_and_type(shape, dtype):
    kept = Dropout(0.5)(torch.ones(shape, dtype=dtype))
    assert kept.shape == shape and kept.dtype == dtype


def test_standardize_gives_mean_zero_and_scale_one():
    X = torch.randn(500, 3, dtype=torch.float64) * torch.tensor([1.0, 5.0, 0.1]) + 7
    mean, scale = feature_statistics(X.numpy())
    standard = Standardize(torch.as_tensor(mean), torch.as_tensor(scale))(X)
    torch.testing.assert_close(
        standard.mean(0), torch.zeros(3).double(), atol=1e-9, rtol=0
    )
    torch.testing.assert_close(standard.std(0, correction=0), torch.ones(3).double())


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_table_statistics_are_those_of_standard_scaler(dtype, weighted):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(5000, 4)) * [1, 1e-3, 50, 0] + [0, 7, -1e4, 0.1]
    X = X.astype(dtype)
    weight = rng.integers(1, 4, size=5000).astype(float) if weighted else None
    scaler = StandardScaler().fit(X.astype(float), sample_weight=weight)
    mean, scale = feature_statistics(X, weight)
    np.testing.assert_allclose(mean, scaler.mean_, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(scale, scaler.scale_, rtol=1e-10)
    assert scale[3] == 1  # a constant feature has none


@pytest.mark.parametrize("shape", [(40, 6, 5), (40, 6, 5, 3)])
@pytest.mark.parametrize("weighted", [True, False])
def test_image_statistics_are_those_of_each_channel(shape, weighted):
    rng = np.random.default_rng(0)
    X = rng.normal(3, 2, size=shape)
    weight = rng.integers(1, 4, size=40) if weighted else None
    mean, scale = feature_statistics(X, weight)
    repeated = X if weight is None else np.repeat(X, weight, axis=0)
    pixels = repeated.reshape(-1, shape[3] if len(shape) == 4 else 1)
    np.testing.assert_allclose(mean, pixels.mean(axis=0))
    np.testing.assert_allclose(scale, pixels.std(axis=0))


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        (MLP(6, 4), (6,)),
        (MLP(6, 4, hidden=()), (6,)),
        (MLP(6, 4, hidden=5), (6,)),
        (LeNet5((8, 9), 4), (8, 9)),
        (LeNet5((8, 9, 3), 4), (8, 9, 3)),
        (SmallResNet((8, 9), 4), (8, 9)),
        (SmallResNet((8, 9, 2), 4, widths=(4, 8)), (8, 9, 2)),
    ],
)
def test_networks_give_one_logit_per_class(network, shape):
    assert network(torch.randn(3, *shape)).shape == (3, 4)


def test_channels_are_last_in_the_input_whatever_the_network_does_inside():
    network = LeNet5((4, 4, 3), 2).eval()
    image = torch.randn(1, 4, 4, 3)
    seen = network[1](network[0](image))
    torch.testing.assert_close(seen[0, 2], image[0, :, :, 2])


def test_a_narrow_residual_network_trains():
    torch.manual_seed(0)
    network = SmallResNet((8, 8), 3, widths=(4, 8))
    for _ in range(3):  # channels last, torch would crash here
        network(torch.randn(32, 8, 8)).sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in network.parameters())


# --- augmentation ---


@pytest.mark.parametrize("shape", [(5, 6), (5, 6, 3)])
def test_images_move_by_every_distance_and_zeros_come_in(shape):
    torch.manual_seed(0)
    image = torch.arange(1, 1 + np.prod(shape)).view(shape).float()
    moved = RandomShift(1)(image.expand(300, *shape))
    far = torch.zeros(7, 8, *shape[2:])
    far[1:6, 1:7] = image
    places = [(down, right) for down in range(3) for right in range(3)]
    wanted = torch.stack([far[d : d + 5, r : r + 6] for d, r in places])
    alike = (moved.unsqueeze(1) == wanted).flatten(2).all(dim=2)
    assert alike.sum(dim=1).tolist() == [1] * 300
    assert alike.sum(dim=0).min() > 15  # a ninth of 300 is 33


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 2)])
def test_half_of_the_images_are_mirrored(shape):
    torch.manual_seed(0)
    image = torch.randn(shape)
    flipped = RandomFlip()(image.expand(400, *shape))
    as_it_is = (flipped == image).flatten(1).all(dim=1)
    mirrored = (flipped == image.flip(1)).flatten(1).all(dim=1)
    assert (as_it_is ^ mirrored).all()
    assert 150 < mirrored.sum() < 250


@pytest.mark.parametrize("layer", [RandomShift(2), RandomShift(0), RandomFlip()])
def test_images_stay_as_they_are_where_nothing_is_to_be_done(layer):
    images = torch.randn(3, 5, 5)
    assert layer.eval()(images) is images
    if isinstance(layer, RandomShift):
        assert RandomShift(0)(images) is images


@pytest.mark.parametrize("pixels", [-1, 1.5, "2"])
def test_a_shift_by_parts_of_pixels_is_refused(pixels):
    with pytest.raises(ValueError, match="must be a whole number"):
        RandomShift(pixels)


def test_an_augmented_network_trains_on_moved_images_and_predicts_on_still_ones():
    digits, y = load_digits(return_X_y=True)
    images, y = digits[:400].reshape(-1, 8, 8), y[:400]

    def module(input_shape, n_classes):
        return nn.Sequential(RandomShift(1), LeNet5(input_shape, n_classes))

    clf = NoisyLabelClassifier(module, max_epochs=5, random_state=0).fit(images, y)
    assert_array_equal(clf.predict_proba(images), clf.predict_proba(images))
    still = clf.net_.module_[0][1].eval()
    expected = still(torch.tensor(images, dtype=torch.float32)).softmax(-1).detach()
    assert_allclose(clf.predict_proba(images), expected, atol=1e-6)
