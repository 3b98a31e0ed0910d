"""The network that detectors watch if no other is given; needs torch."""

from torch import nn

from sknoisy.modules import MLP, LeNet5

LIMIT = 3.0  # standard deviations


class Clip(nn.Module):
    """Keep values within ±`LIMIT`."""

    def forward(self, features):
        """Return features of the same shape."""
        return features.clamp(-LIMIT, LIMIT)


def make_network(n_features, input_shape, n_classes, feature_mean, feature_scale):
    """Make what ``module=None`` is, but let no single feature give a sample away.

    A pixel that is dark in one image only lies forty standard deviations off; by it a
    network learns that sample's label at once, wrong or right.
    """
    scaling = {"feature_mean": feature_mean, "feature_scale": feature_scale}
    if len(input_shape) > 1:
        return LeNet5(input_shape=input_shape, n_classes=n_classes, **scaling)
    network = MLP(n_features=n_features, n_classes=n_classes, **scaling)
    if feature_mean is not None:  # sparse: whatever isn't zero is far from it
        network.insert(1, Clip())  # after standardizing
    return network
