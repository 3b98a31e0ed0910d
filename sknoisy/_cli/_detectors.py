"""The detectors that an audit can use, by name."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from sknoisy import (
    AreaUnderMargin,
    ConfidentLearning,
    NeighborConsensus,
    TrueLabelPosterior,
)
from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._cli._image_judge import judge_of_images, network_judges
from sknoisy._cli._images import is_of_images
from sknoisy._cli._method import Method
from sknoisy._cli._preprocessing import as_numbers, filled, scaled
from sknoisy._registry import lookup
from sknoisy.data_issues import FEWEST

MOST_CLASSES = 100  # that forests are asked of; their time and memory grow with them


def _posterior(table):
    """Return the default; of very many classes, similar rows judge, at one cost."""
    if is_of_images(table) and not _has_many_classes(table):
        return judge_of_images(table)
    if not _has_many_classes(table):
        return TrueLabelPosterior()
    judge = KNeighborsClassifier(10, weights="distance", metric="cosine")
    return TrueLabelPosterior(judge)


def _for_posterior(table):
    if _has_many_classes(table):
        return scaled(table)
    by_network = is_of_images(table) and network_judges(table)
    return as_numbers(table) if by_network else filled(table)


def _has_many_classes(table):
    counts = np.unique(table.y, return_counts=True)[1]
    return (counts >= FEWEST).sum() > MOST_CLASSES


DETECTORS = {
    "confident": Method(
        lambda table: ConfidentLearning(LogisticRegression(max_iter=1000)), scaled
    ),
    "default": Method(_posterior, _for_posterior),
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
