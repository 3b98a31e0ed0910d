"""Real data: labels that are wrong as found, clean ones, and samples of your own."""

from sknoisy._samples import Columns, Samples
from sknoisy.datasets._fetchers import (
    fetch_cifar10n_features,
    fetch_fashion_mnist,
    fetch_hausa_topics,
    fetch_keel,
    fetch_label_errors,
    fetch_labelme_votes,
)
from sknoisy.datasets._image_folder import read_image_folder
from sknoisy.datasets._image_table import read_image_table

__all__ = [
    "Columns",
    "Samples",
    "fetch_cifar10n_features",
    "fetch_fashion_mnist",
    "fetch_hausa_topics",
    "fetch_keel",
    "fetch_label_errors",
    "fetch_labelme_votes",
    "read_image_folder",
    "read_image_table",
]
