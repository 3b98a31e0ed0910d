"""What several test files need to write less."""

from sknoisy import NoisyLabelClassifier


def small(**options):
    """Return a classifier that learns the fixture `table` in a moment."""
    defaults = {"max_epochs": 8, "lr": 2e-2, "random_state": 0}
    if "module" not in options:
        defaults |= {"module__dropout": 0.0, "batch_size": 64}
    return NoisyLabelClassifier(**{**defaults, **options})
