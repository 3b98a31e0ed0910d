"""The detectors that an audit can use, by name."""

from sklearn.linear_model import LogisticRegression

from sknoisy import (
    AreaUnderMargin,
    ConfidentLearning,
    NeighborConsensus,
    TrueLabelPosterior,
)
from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._cli._methods import Method
from sknoisy._cli._preprocessing import as_numbers, filled, scaled
from sknoisy._registry import lookup

DETECTORS = {
    "confident": Method(
        lambda table: ConfidentLearning(LogisticRegression(max_iter=1000)), scaled
    ),
    "default": Method(lambda table: TrueLabelPosterior(), filled),
    "margin": Method(lambda table: AreaUnderMargin(), as_numbers),
    "neighbors": Method(lambda table: NeighborConsensus(), scaled),
}


def find_method(name):
    """Return the detector that `name` stands for, and what it wants of features."""
    with command_errors(ValueError):
        return lookup(name, DETECTORS, parameter="--detector", kind="a detector")


def threshold_of(rule):
    """Return the rule as a number, if that's what it is."""
    for kind in (int, float):
        try:
            return kind(rule)
        except ValueError:
            continue
    if rule not in ("auto", "noise_rate", "mixture"):
        raise CommandError(
            f"--threshold {rule}: it must be auto, noise_rate, mixture, a share between"
            " 0 and 1 or a whole number."
        )
    return rule
