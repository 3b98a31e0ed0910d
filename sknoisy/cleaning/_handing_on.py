"""Which parameters of fit reach the detector, and which the estimator."""

import inspect

from sklearn import get_config
from sklearn.utils.metadata_routing import MethodMapping, process_routing
from sklearn.utils.validation import has_fit_parameter

from sknoisy.detectors import DetectorEnsemble, TrueLabelPosterior


def hand_on(cleaner, params):
    """Return what the estimator's `fit` is handed, and what the detector's is.

    Parameters
    ----------
    cleaner : CleanLabelClassifier

    params : dict
        Of its own `fit`.
    """
    if get_config()["enable_metadata_routing"]:
        routed = process_routing(cleaner, "fit", **params)
        return routed.estimator.fit, routed.detector.fit
    groups, weight = params.get("groups"), params.get("sample_weight")
    for_detector = for_groups(cleaner.detector, groups)
    if weight is not None and takes(cleaner.detector, "sample_weight"):
        for_detector["sample_weight"] = weight
    for_estimator = {name: value for name, value in params.items() if name != "groups"}
    if groups is not None and _wants_groups(cleaner._get_estimator()):
        for_estimator["groups"] = groups
    return for_estimator, for_detector


def for_groups(detector, groups):
    """Return what hands `groups` to the detector, or say that it takes none."""
    if groups is None:
        return {}
    if not takes(detector, "groups"):
        raise TypeError(
            f"groups can't be kept apart: detector={detector!r} takes none in fit."
            " Leave groups out, or take a detector that does, such as"
            " TrueLabelPosterior."
        )
    return {"groups": groups}


def takes(detector, name):
    """Whether a detector's `fit` takes a parameter; that of None does."""
    if detector is None:
        return True
    if isinstance(detector, DetectorEnsemble):  # hands on what all of them take
        several = detector.detectors or DetectorEnsemble()._get_detectors()
        return all(takes(one, name) for one in several)
    return has_fit_parameter(detector, name)


def route(routing, detector):
    """Return the routing of an estimator, with that of the detector beside it."""
    mapping = MethodMapping().add(caller="fit", callee="fit")
    if detector is None:
        detector = TrueLabelPosterior()
        if get_config()["enable_metadata_routing"]:  # nobody else could ask for it
            detector.set_fit_request(groups=True, sample_weight=True)
    return routing.add(detector=detector, method_mapping=mapping)


def _wants_groups(estimator):
    """Whether `fit` names groups, or is that of a search, whose folds need them."""
    if has_fit_parameter(estimator, "groups"):
        return True
    parameters = inspect.signature(estimator.fit).parameters.values()
    hands_on = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    return hands_on and hasattr(estimator, "refit") and hasattr(estimator, "cv")
