"""What a folder tells of a classifier, besides its weights."""

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from sknoisy._checks import check_choice
from sknoisy._engine.outputs import LOGIT, LOGITS, PROBABILITIES, PROBABILITY
from sknoisy._json import plain
from sknoisy._shown import shown
from sknoisy.export._undo import undoing
from sknoisy.export._values import UnknownValue, as_json, from_json
from sknoisy.modules import Standardize
from sknoisy.objectives import CORRECTIONS

FORMAT, FORMAT_VERSION = "sknoisy.classifier", 1
FORMS = (LOGITS, PROBABILITIES, LOGIT, PROBABILITY)


@dataclass
class Description:
    """What is known of a classifier, checked.

    Parameters
    ----------
    kind : class of the classifier

    parameters : dict
        Those that could be kept.

    left_out : dict of str to str
        Other parameters, and what they were.

    classes : ndarray of shape (n_classes,)

    input : dict
        ``shape`` and ``dtype`` of one sample, ``keeps_integers``, ``n_features_in``,
        ``feature_names``.

    output : str
        What the networks' outputs are, as `Outputs` names it.

    n_networks, speaker, prediction_seed : int
        As of an engine; the last two may be None.

    undo : str or None
        The correction that changes probabilities after the networks.

    found : dict
        What was found of the data as a whole.
    """

    kind: type
    parameters: dict[str, Any]
    left_out: dict[str, str]
    classes: np.ndarray
    input: dict[str, Any]
    output: str
    n_networks: int
    speaker: int | None
    prediction_seed: int | None
    undo: str | None
    found: dict[str, Any]
    history: list[dict[str, Any]]
    versions: dict[str, str]
    digest: str


def describe(classifier):
    """Return the tensors of a fitted classifier, and the rest as JSON holds it."""
    if hasattr(classifier, "vectorizer_"):
        raise ValueError(
            "The classifier was fitted on a frame that holds more than numbers, and"
            " what makes numbers of it, vectorizer_, can't be written without a pickle."
            " Make numbers first, by sknoisy.tables.make_vectorizer, keep that as you"
            " keep other transformers, and fit the classifier on what it returns."
        )
    net = classifier.net_
    kept, left_out = _parameters(classifier)
    # contiguous: the numbers of a strided tensor lie elsewhere than where it is written
    tensors = {
        f"networks.{name}": tensor.detach().cpu().contiguous().clone()
        for name, tensor in net.module_.state_dict().items()
    }
    first = next((m for m in net.module_.modules() if isinstance(m, Standardize)), None)
    if first is not None:
        tensors["input.mean"] = first.mean.detach().cpu().contiguous().clone()
        tensors["input.factor"] = first.factor.detach().cpu().contiguous().clone()
    return tensors, {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "class": type(classifier).__name__,
        "parameters": kept,
        "left_out": left_out,
        "classes": _classes(classifier.classes_),
        "input": {
            "shape": as_json(net.input_shape),
            "dtype": net.input_dtype,
            "keeps_integers": bool(net.intake.keeps_integers),
            "n_features_in": getattr(classifier, "n_features_in_", None),
            "feature_names": _names(classifier),
        },
        "output": _output(net.module_),
        "n_networks": len(net.module_),
        "speaker": classifier._speaker(),
        "prediction_seed": plain(net.prediction_seed),
        "undo": _undo(classifier),
        "found": _found(classifier),
        "history": plain(net.history),
    }


def described(told, kinds):
    """Return what JSON tells of a classifier, one of the classes `kinds`.

    Raises
    ------
    KeyError, TypeError, ValueError, AttributeError
        If anything is missing, or isn't what it should be.
    """
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise ValueError(f"it has no 'format' of {FORMAT!r}")
    if told["format_version"] != FORMAT_VERSION:
        raise ValueError(
            f"its format has version {told['format_version']}, this sknoisy knows"
            f" {FORMAT_VERSION}: use another version of sknoisy"
        )
    if told["class"] not in kinds:
        raise ValueError(f"{shown(told['class'])} is no classifier of sknoisy")
    if told["undo"] is not None and told["undo"] not in CORRECTIONS:
        raise ValueError(f"{shown(told['undo'])} is no correction of sknoisy")
    classes = from_json(told["classes"])
    if not isinstance(classes, np.ndarray) or classes.ndim != 1 or len(classes) < 2:
        raise ValueError("'classes' are no labels")
    return Description(
        kind=kinds[told["class"]],
        parameters={n: from_json(v) for n, v in _dict(told, "parameters").items()},
        left_out=_texts(told, "left_out"),
        classes=classes,
        input=_input(told),
        output=check_choice(told["output"], FORMS, "output"),
        n_networks=_count(told, "n_networks", least=1),
        speaker=_count(told, "speaker", optional=True),
        prediction_seed=_count(told, "prediction_seed", optional=True),
        undo=told["undo"],
        found={n: from_json(v) for n, v in _dict(told, "found").items()},
        history=[dict(row) for row in told["history"]],
        versions=_texts(told, "versions"),
        digest=str(told["weights_sha256"]),
    )


def _parameters(classifier):
    kept, left_out = {}, {}
    for name, value in classifier.get_params(deep=False).items():
        try:
            kept[name] = as_json(value)
        except UnknownValue:
            left_out[name] = shown(value)
    return kept, left_out


def _classes(classes):
    try:
        return as_json(classes)
    except UnknownValue:
        raise ValueError(
            f"The classes, {shown(classes)}, are neither numbers nor texts: a folder"
            " can't hold them. Fit on their texts."
        ) from None


def _names(classifier):
    names = getattr(classifier, "feature_names_in_", None)
    return None if names is None else [str(name) for name in names]


def _undo(classifier):
    """Return the name of the correction that changes probabilities; None for none."""
    return None if undoing(classifier) is None else classifier._learned_by.name


def _found(classifier):
    """Return what was found of the data as a whole, not of its samples."""
    n_classes, found = len(classifier.classes_), {}
    for name in getattr(classifier, "_found", ()):
        value = getattr(classifier, name)
        of_classes = isinstance(value, np.ndarray) and set(value.shape) == {n_classes}
        if value is None or isinstance(value, float) or of_classes:
            with suppress(UnknownValue):
                found[name] = as_json(value)
    return found


def _output(networks):
    """Return what the networks give in evaluation mode."""
    forms = {} if networks.outputs is None else networks.outputs.forms
    return forms.get(False, LOGITS)


def _input(told):
    given = _dict(told, "input")
    if given["dtype"] not in ("float32", "float64"):
        raise ValueError(f"the input's dtype is {shown(given['dtype'])}")
    names = given["feature_names"]
    if names is not None and not all(isinstance(name, str) for name in names):
        raise ValueError("the names of features are no texts")
    shape = from_json(given["shape"])
    is_flat = isinstance(shape, tuple) and all(type(n) is int for n in shape)
    return {
        "shape": shape,
        "dtype": given["dtype"],
        "keeps_integers": given["keeps_integers"] is True,
        "n_features": math.prod(shape) if is_flat else None,
        "n_features_in": _count(given, "n_features_in", least=1, optional=True),
        "feature_names": names,
    }


def _dict(told, name):
    if not isinstance(told[name], dict):
        raise ValueError(f"{name!r} is no object")
    return told[name]


def _texts(told, name):
    return {str(key): str(value) for key, value in _dict(told, name).items()}


def _count(told, name, least=0, optional=False):
    value = told[name]
    if value is None and optional:
        return None
    if type(value) is not int or value < least:
        raise ValueError(f"{name!r} is {shown(value)}")
    return value
