"""Real data: labels that are wrong as found, and clean ones to put noise on."""

from sknoisy.datasets._fetchers import (
    fetch_cifar10n_features,
    fetch_fashion_mnist,
    fetch_hausa_topics,
    fetch_keel,
    fetch_label_errors,
    fetch_labelme_votes,
)

__all__ = [
    "fetch_cifar10n_features",
    "fetch_fashion_mnist",
    "fetch_hausa_topics",
    "fetch_keel",
    "fetch_label_errors",
    "fetch_labelme_votes",
]
