"""scikit-learn-compatible estimators for learning with noisy labels.

Public names load when they are first used, so that ``import sknoisy`` costs next to
nothing and label noise can be made without PyTorch.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "AnnotatorNoise": "noise",
    "AreaUnderMargin": "detectors",
    "AsymmetricCoTeachingClassifier": "classifiers",
    "AutoNoisyClassifier": "auto",
    "BatchedGridSearchCV": "model_selection",
    "BatchedHalvingGridSearchCV": "model_selection",
    "BatchedHalvingRandomSearchCV": "model_selection",
    "BatchedRandomizedSearchCV": "model_selection",
    "CLNI": "detectors",
    "ClassConditionalNoise": "noise",
    "ClassMapNoise": "noise",
    "CleanLabelClassifier": "cleaning",
    "CoTeachingClassifier": "classifiers",
    "CoTrainingClassifier": "semi_supervised",
    "ConfidentLearning": "detectors",
    "ConsensusClassifier": "annotators",
    "CrowdLayerClassifier": "annotators",
    "DetectorEnsemble": "detectors",
    "DivideMixClassifier": "classifiers",
    "DynamicBootstrappingClassifier": "classifiers",
    "FeatureNoise": "noise",
    "ForestKDN": "detectors",
    "ForgettingEvents": "detectors",
    "InstanceDependentNoise": "noise",
    "InstanceHardness": "detectors",
    "IterativePartitioningFilter": "detectors",
    "KDN": "detectors",
    "LabelCleaner": "cleaning",
    "LossMixture": "detectors",
    "MarginNoise": "noise",
    "MissingLabelNoise": "noise",
    "MutualLearningClassifier": "classifiers",
    "NeighborConsensus": "detectors",
    "NoisyLabelClassifier": "classifiers",
    "NoisyTargetClassifier": "noise",
    "OpenSetNoise": "noise",
    "PairFlipNoise": "noise",
    "SampleDifficulty": "detectors",
    "SmallLoss": "detectors",
    "SymmetricNoise": "noise",
    "TransitionCorrectedClassifier": "classifiers",
    "TrueLabelCalibratedClassifier": "calibration",
    "TrueLabelPosterior": "detectors",
    "WANNClassifier": "cleaning",
    "show_versions": "_show_versions",
}

__all__ = sorted(_HOMES)


def __getattr__(name):
    if name in _HOMES:
        return getattr(import_module(f"sknoisy.{_HOMES[name]}"), name)
    told = f"module 'sknoisy' has no attribute {name!r}"
    raise AttributeError(told + _elsewhere(name))


def _elsewhere(name):
    """Return a sentence on what a name that isn't here may mean, or ""."""
    if name.startswith("_"):
        return ""
    from sknoisy._doors import behind_another_door
    from sknoisy._registry import did_you_mean

    longer = [known for known in __all__ if known.lower().startswith(name.lower())]
    hint = f" did you mean {longer[0]!r}?" if longer else did_you_mean(name, __all__)
    door = behind_another_door(name)
    return (f";{hint}" if hint else "") + (f".{door}" if door and not hint else "")


def __dir__():
    return sorted([*globals(), *__all__])
