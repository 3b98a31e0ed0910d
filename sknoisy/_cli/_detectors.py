"""The detectors that an audit can use, by name."""

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

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
from sknoisy._unlabeled import settled

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


def find_issues(table, arguments):
    """Return the fitted detector that the arguments name."""
    method = find_method(arguments.detector)
    threshold = threshold_of(arguments.threshold)
    detector = method.make(table).set_params(threshold=threshold)
    if "random_state" in detector.get_params():
        detector.set_params(random_state=arguments.seed)
    steps = method.prepare(table)
    X = Pipeline(steps).fit_transform(table.X) if steps else table.X
    known = {} if table.groups is None else {"groups": table.groups}
    with command_errors(TypeError, ValueError, about=f"{table.name}: "):
        return settled(detector, table.y).fit(X, table.y, **known)


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
