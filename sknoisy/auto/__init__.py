"""One estimator that decides by itself what to do about noisy labels."""

from sknoisy.auto._auto_noisy_classifier import AutoNoisyClassifier
from sknoisy.auto._choosing import Choice, choose_model
from sknoisy.auto._hearing import Verdict

__all__ = ["AutoNoisyClassifier", "Choice", "Verdict", "choose_model"]
