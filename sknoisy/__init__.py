"""scikit-learn-compatible estimators for learning with noisy labels.

Public names load when they are first used, so that ``import sknoisy`` costs next to
nothing and label noise can be made without PyTorch.
"""

from importlib import import_module

__version__ = "0.2.0"

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
    rooms = [] if name.startswith("_") else _rooms()
    if name in rooms:
        return import_module(f"sknoisy.{name}")
    if not rooms:
        raise AttributeError(f"module 'sknoisy' has no attribute {name!r}")
    from sknoisy._elsewhere import elsewhere, not_here

    raise not_here("sknoisy", name, elsewhere(name, __all__, rooms, __path__[0]))


def _rooms():
    from pkgutil import iter_modules

    return [room.name for room in iter_modules(__path__) if room.name[0] != "_"]


def __dir__():
    return sorted({*globals(), *__all__, *_rooms()})
