"""ONNX files: what is served without torch."""

import json
import logging
import warnings
from contextlib import contextmanager
from importlib import import_module
from os import PathLike
from pathlib import Path

import numpy as np
import torch
from sklearn.base import BaseEstimator

from sknoisy._engine.assembly import EMBEDDINGS
from sknoisy._extras import import_extra
from sknoisy._files import set_aside
from sknoisy._json import plain
from sknoisy._versions import versions_now
from sknoisy.export._module import network_of, to_module

__all__ = ["to_onnx"]

LARGEST = 2**31 - 2**20  # bytes of weights that one file of this format can hold
TOLERANCE = 1e-4  # by which other kernels may differ; mostly it is some 1e-7


def to_onnx(estimator: BaseEstimator, path: str | PathLike[str]) -> Path:
    """Write an ONNX file that gives the probabilities that ``predict_proba`` does.

    It runs where there is neither torch nor sknoisy, by onnxruntime for one. Needs
    ``pip install "sknoisy[export]"``; what serves the file needs onnxruntime and NumPy.

    Parameters
    ----------
    estimator : fitted estimator
        What :func:`to_module` takes.

    path : str or path-like
        Where the file shall be; one that is there is replaced when the new one is
        whole.

    Returns
    -------
    path : Path
        Of the file. Its input is called "features", of shape (n, ...) with any number
        of samples and the classifier's type (its ``dtype``; int64 for tokens); its
        output "probabilities", of shape (n, n_classes). ``metadata_props`` holds JSON:
        "classes", the labels in the order of the columns; "feature_names", where there
        are any; and "versions".

    Raises
    ------
    ImportError
        If onnx or onnxscript is missing.

    ValueError
        If a part has no counterpart as a module, or the file, run by onnxruntime where
        that is installed, gives other probabilities than the module.

    TypeError
        If there is no classifier of ours in the estimator.

    See Also
    --------
    to_module : The same as a module of torch's.
    save : A folder from which the estimator comes back.

    Examples
    --------
    >>> import numpy as np
    >>> import onnxruntime  # doctest: +SKIP
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy import NoisyLabelClassifier
    >>> from sknoisy.export import to_onnx
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = NoisyLabelClassifier(max_epochs=5, random_state=0).fit(X, y)
    >>> path = to_onnx(clf, "iris.onnx")  # doctest: +SKIP
    >>> session = onnxruntime.InferenceSession(path)  # doctest: +SKIP
    >>> session.run(None, {"features": X.astype(np.float32)})  # doctest: +SKIP
    """
    for package in ("onnx", "onnxscript"):
        import_extra(package, "export", what="to_onnx")
    module, network = to_module(estimator), network_of(estimator)
    size = sum(tensor.nbytes for tensor in module.state_dict().values())
    if size > LARGEST:
        raise ValueError(
            f"The networks hold {size / 2**30:.1f} GiB of numbers; an ONNX file holds 2"
            " GiB at most. Export the module by torch.onnx.export with external data."
        )
    features = example_features(network)
    program = _exported(module, features)
    program.model.metadata_props.update(_told(estimator, network))
    path = Path(path)
    with set_aside(path) as aside:
        program.save(str(aside), external_data=False)
        _check(aside, module, features)
    return path


def example_features(network):
    """Return three samples such as a classifier was fitted on."""
    shape, net = network.net_.input_shape, network.net_
    if not isinstance(shape, tuple) or not all(isinstance(n, int) for n in shape):
        raise ValueError(
            f"The network takes several inputs, {shape}: to_onnx writes files with one."
            " Export to_module(classifier) by torch.onnx.export."
        )
    if takes_tokens(net):
        return torch.zeros((3, *shape), dtype=torch.int64)
    drawn = np.random.default_rng(0).standard_normal((3, *shape))
    return torch.from_numpy(drawn).to(getattr(torch, net.input_dtype))


def takes_tokens(net):
    """Whether integers are no numbers to the networks, but places in a table."""
    embeds = any(isinstance(m, EMBEDDINGS) for m in net.module_.modules())
    return embeds and net.intake.keeps_integers


def _exported(module, features):
    # torch's exporter warns of torch, and logs that nobody has torchvision
    logger = logging.getLogger("torch.onnx._internal.exporter._registration")
    with warnings.catch_warnings(), torch.no_grad(), _quieter(logger):
        for kind in (FutureWarning, DeprecationWarning):
            warnings.simplefilter("ignore", kind)
        return torch.onnx.export(
            module,
            (features,),
            input_names=["features"],
            output_names=["probabilities"],
            dynamic_shapes=({0: torch.export.Dim("n_samples")},),
            dynamo=True,
            verbose=False,
        )


@contextmanager
def _quieter(logger):
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _told(estimator, network):
    """Return what a reader of the file has to know, as texts."""
    told = {"classes": estimator.classes_, "versions": versions_now()}
    names = getattr(estimator, "feature_names_in_", None)
    if names is not None and not hasattr(network, "vectorizer_"):
        told["feature_names"] = names
    return {name: json.dumps(plain(value)) for name, value in told.items()}


def _check(path, module, features):
    try:
        runtime = import_module("onnxruntime")
    except ImportError:
        return
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        expected = module(features).numpy()
    (found,) = session.run(None, {"features": features.numpy()})
    if not np.allclose(found, expected, rtol=0, atol=TOLERANCE, equal_nan=True):
        raise ValueError(
            "The ONNX file would give other probabilities than the module, by up to"
            f" {np.abs(found - expected).max():.2g}: a layer of the network is"
            " translated wrongly. Nothing was written."
        )
