"""Batches of training samples, changed at random so that their class stays.

Each is a callable: features of a batch in, others of the same shape out. What it draws
comes from the stream of the fit that runs, so that equal seeds give equal fits.
"""

from sknoisy.augmentation._compose import Compose, PerSample
from sknoisy.augmentation._images import RandomErasing
from sknoisy.augmentation._moves import RandomFlip, RandomShift
from sknoisy.augmentation._tables import FeatureNoise, FeatureSwap
from sknoisy.augmentation._tokens import WordDropout

__all__ = [
    "Compose",
    "FeatureNoise",
    "FeatureSwap",
    "PerSample",
    "RandomErasing",
    "RandomFlip",
    "RandomShift",
    "WordDropout",
]
