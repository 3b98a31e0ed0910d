"""What every test and docstring example needs before the libraries are loaded."""

import os

import pytest

# Small steps on two torch threads spin for longer than they compute.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# scikit-learn's check of array API inputs skips without it; scipy reads it on import.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

collect_ignore = ["tests/typed_user.py"]  # for mypy: to run it makes no sense

# Examples of methods that train several networks, or long: `make test-slow` runs them.
SLOW_EXAMPLES = {
    "AsymmetricCoTeachingClassifier",
    "CoTeachingClassifier",
    "DivideMixClassifier",
    "DynamicBootstrappingClassifier",
    "EarlyLearningPlus",
    "LabelWave",
    "MutualLearningClassifier",
    "TransitionCorrectedClassifier",
    "TrueLabelCalibratedClassifier",
}


@pytest.hookimpl(tryfirst=True)  # before those that are marked are left out
def pytest_collection_modifyitems(items):
    """Mark the examples of `SLOW_EXAMPLES`."""
    for item in items:
        example = isinstance(item, pytest.DoctestItem)
        if example and item.name.rpartition(".")[2] in SLOW_EXAMPLES:
            item.add_marker(pytest.mark.slow)
