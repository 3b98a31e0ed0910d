"""A folder that holds a fitted classifier: JSON and safetensors, nothing that runs."""

import hashlib
import json
import warnings
from collections.abc import Callable
from os import PathLike
from pathlib import Path

import torch
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted
from torch import nn

from sknoisy import classifiers
from sknoisy._extras import import_extra
from sknoisy._files import set_aside
from sknoisy._shown import shown
from sknoisy._versions import versions_now, warn_of_versions
from sknoisy.classifiers import BaseNoisyClassifier
from sknoisy.export._description import describe, described
from sknoisy.export._module import network_of
from sknoisy.export._rebuilt import rebuilt

__all__ = ["load", "save"]

TOLD, WEIGHTS = "classifier.json", "weights.safetensors"
CLASSES = {name: getattr(classifiers, name) for name in classifiers.__all__}
CLASSES = {name: one for name, one in CLASSES.items() if isinstance(one, type)}


def save(classifier: BaseEstimator, folder: str | PathLike[str]) -> Path:
    """Write a fitted classifier to a folder from which `load` brings it back.

    Two files: ``classifier.json`` (parameters, classes, what its input looks like,
    versions, history) and ``weights.safetensors``. Neither holds anything that runs
    when it is read, as a pickle does, and other programs can read both.

    Parameters
    ----------
    classifier : fitted classifier of :mod:`sknoisy.classifiers`
        Whatever its method.

    folder : str or path-like
        Made where it isn't there. A classifier that is kept in it is replaced.

    Returns
    -------
    folder : Path
        The folder.

    Raises
    ------
    TypeError
        If it is no classifier of ours; the message names the one that it leads to.

    ValueError
        If a part of what predicts can't be written so: the vectorizer that a frame of
        words got, classes that are neither numbers nor texts.

    ImportError
        If safetensors is missing.

    See Also
    --------
    load : Bring it back.
    to_onnx : A file that predicts without torch.

    Notes
    -----
    Kept is what prediction needs, what was found of the data as a whole (such as
    ``transition_matrix_``), and parameters that are numbers, texts, lists, dicts,
    arrays, or classes and functions that sknoisy and ``torch.optim`` name. Not kept:
    callbacks and functions of your own, a generator as `random_state`, what was found
    of single samples, the state of the optimizer.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy import NoisyLabelClassifier
    >>> from sknoisy.export import load, save
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = NoisyLabelClassifier(max_epochs=5, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = load(save(clf, folder))
    >>> bool((again.predict_proba(X) == clf.predict_proba(X)).all())
    True
    """
    if type(classifier) not in CLASSES.values():
        raise TypeError(_whom_to_save(classifier))
    check_is_fitted(classifier)
    tensors, told = describe(classifier)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with set_aside(folder / WEIGHTS) as aside:
        aside.write_bytes(_safetensors().save(tensors))  # save_file's is for us alone
        digest = _digest(aside)
    told |= {"versions": versions_now(), "weights_sha256": digest}
    text = json.dumps(told, indent=1, allow_nan=False, ensure_ascii=False)
    with set_aside(folder / TOLD) as aside:
        aside.write_text(text + "\n", encoding="utf-8")
    return folder


def load(
    folder: str | PathLike[str],
    *,
    module: nn.Module | Callable[..., nn.Module] | None = None,
    device: str | torch.device | None = None,
) -> BaseEstimator:
    """Bring back a classifier that `save` has written.

    Nothing in the folder is run: classes are looked up among those of sknoisy, and a
    network of your own is the one that you pass.

    Parameters
    ----------
    folder : str or path-like
        What `save` has written.

    module : nn.Module class, callable or instance, default=None
        Where the classifier was fitted with a network that isn't one of
        :mod:`sknoisy.modules`: the same class or function, which is called as in
        `fit`, or an instance of the same shape, which is copied. `labels` and
        `n_samples` of training aren't there any more.

    device : str or torch.device, default=None
        Where to predict. None takes the classifier's own parameter.

    Returns
    -------
    classifier : fitted classifier
        Of the same class, with the same predictions. A further `fit` starts anew;
        `partial_fit` goes on with the weights and a new optimizer.

    Raises
    ------
    ValueError
        If the folder holds no classifier, isn't whole, was changed, or doesn't fit
        `module`.

    Warns
    -----
    VersionWarning
        If it was written with other versions of what predictions depend on.

    UserWarning
        If parameters couldn't be kept: they have their defaults now, which counts for
        a further `fit`.

    See Also
    --------
    save : Write it.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn.datasets import load_iris
    >>> from torch import nn
    >>> from sknoisy import NoisyLabelClassifier
    >>> from sknoisy.export import load, save
    >>> def network(n_features, n_classes):
    ...     return nn.Sequential(nn.Linear(n_features, n_classes))
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = NoisyLabelClassifier(network, max_epochs=5, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = load(save(clf, folder), module=network)
    >>> bool((again.predict_proba(X) == clf.predict_proba(X)).all())
    True
    """
    folder = Path(folder)
    told = _read_json(folder / TOLD)
    try:
        known = described(told, CLASSES)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(
            f"{folder / TOLD} isn't as sknoisy.export.save writes it: {error}."
        ) from error
    tensors = _read_tensors(folder / WEIGHTS, known.digest)
    warn_of_versions(known.versions, f"The classifier in {folder}")
    classifier = rebuilt(known, tensors, module, device, folder)
    _warn_of_left_out(known, module)
    return classifier


def _whom_to_save(estimator):
    name = type(estimator).__name__
    article = "an" if name[0] in "AEIOU" else "a"
    beginning = (
        f"save keeps classifiers of sknoisy.classifiers, but {shown(estimator)} is"
        f" {article} {name}"
    )
    if isinstance(estimator, BaseNoisyClassifier):
        return f"{beginning}, a class of your own: export it by to_module or to_onnx."
    try:
        inner = type(network_of(estimator)).__name__
    except (TypeError, AttributeError):
        return f"{beginning}: keep it as a pickle."
    return (
        f"{beginning}: save the {inner} that predicts in it, and keep the rest in"
        " another way; to_onnx may take it as a whole."
    )


def _safetensors():
    return import_extra("safetensors.torch", "export", what="A folder of a classifier")


def _read_json(path):
    if not path.is_file():
        raise ValueError(
            f"{path.parent} holds no classifier: there is no {path.name}. Name the"
            " folder that sknoisy.export.save has written."
        )
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} isn't JSON: {error}.") from error


def _read_tensors(path, digest):
    if not path.is_file():
        raise ValueError(f"{path} is missing: the folder isn't whole.")
    if _digest(path) != digest:
        raise ValueError(
            f"{path} isn't the file that {TOLD} was written with: it was changed, cut"
            " or belongs to another classifier."
        )
    try:
        return _safetensors().load_file(path)
    except ImportError:
        raise
    except Exception as error:  # safetensors' own
        raise ValueError(f"{path} can't be read: {error}.") from error


def _digest(path):
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _warn_of_left_out(known, module):
    left_out = {n: v for n, v in known.left_out.items() if n != "module"}
    if left_out:
        told = ", ".join(f"{name} ({what})" for name, what in left_out.items())
        warnings.warn(
            f"Parameters that the folder doesn't hold: {told}. They have their defaults"
            " now, which counts for a further fit; set them by set_params.",
            UserWarning,
            stacklevel=3,
        )
