"""One module that is what ``predict_proba`` of a fitted classifier is."""

import copy
import inspect
import warnings

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted
from torch import nn

from sknoisy._delegation import PredictsByEstimator
from sknoisy._logits import mean_probability
from sknoisy._nested import map_tensors
from sknoisy._shown import shown
from sknoisy._tensors import copy_of
from sknoisy.classifiers import BaseNoisyClassifier
from sknoisy.export._scalers import scaler_module
from sknoisy.export._undo import undoing

__all__ = ["Probabilities", "network_of", "to_module"]

CALIBRATION_EPS = 1e-12  # what scikit-learn adds before it takes a logarithm


def to_module(estimator: BaseEstimator) -> nn.Module:
    """Return one module that gives the probabilities that ``predict_proba`` does.

    Parameters
    ----------
    estimator : fitted estimator
        A classifier of :mod:`sknoisy.classifiers`, whatever its method; or what leads
        to one: a Pipeline that begins with scalers (StandardScaler, MinMaxScaler,
        MaxAbsScaler, RobustScaler), a search with its ``best_estimator_``, a
        ``CleanLabelClassifier``, a ``NoisyTargetClassifier``, a ``FrozenEstimator``, a
        ``CalibratedClassifierCV(method="temperature")``.

    Returns
    -------
    module : nn.Module
        Takes features (n_samples, ...) as the classifier takes them, without the names
        of columns, and returns probabilities (n_samples, n_classes) in the order of
        ``classes_``. Inside are the networks, on the CPU and in evaluation mode, what
        they do to their input, the mean over them, what undoes a transition matrix and
        a temperature. A copy: training the estimator further doesn't change it.

    Raises
    ------
    ValueError
        If a part has no counterpart as a module, or the networks draw random numbers as
        they predict.

    TypeError
        If there is no classifier of ours in the estimator.

    Warns
    -----
    UserWarning
        If the classifier was fitted on a frame that holds more than numbers: what makes
        numbers of it, ``vectorizer_``, isn't part of the module.

    See Also
    --------
    to_onnx : The same as a file that runs without torch.
    save : A folder from which the estimator comes back.

    Notes
    -----
    What the classifier checks isn't checked: names of columns, gaps, infinite numbers.

    Examples
    --------
    >>> import torch
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy import NoisyLabelClassifier
    >>> from sknoisy.export import to_module
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = NoisyLabelClassifier(max_epochs=5, random_state=0).fit(X, y)
    >>> module = to_module(clf)
    >>> proba = module(torch.as_tensor(X, dtype=torch.float32))
    >>> bool(abs(proba.detach().numpy() - clf.predict_proba(X)).max() < 1e-6)
    True
    """
    return _as_module(estimator).eval()


def network_of(estimator):
    """Return the classifier of ours that an estimator leads to, the innermost one.

    Of a calibrated classifier, which may hold several, the first.
    """
    while not isinstance(estimator, BaseNoisyClassifier):
        estimator = _leads_to(estimator)
    return estimator


class Probabilities(nn.Module):
    """The probabilities of a classifier with networks.

    Parameters
    ----------
    networks : Networks

    intake : Intake
        What brings features to the networks' type.

    undo : nn.Module or None
        What is done to the mean of the networks' probabilities.
    """

    def __init__(self, networks, intake, undo=None):
        super().__init__()
        self.networks = networks
        self.intake = intake
        self.undo = undo

    def forward(self, features):
        """Return probabilities, (n_samples, n_classes)."""
        features = map_tensors(lambda one: self.intake.one(one, one.device), features)
        proba = mean_probability(self.networks(features))
        return proba if self.undo is None else self.undo(proba)


class Spread(nn.Module):
    """Put the columns of a classifier that knows fewer classes in their places."""

    def __init__(self, theirs, classes):
        super().__init__()
        places = np.searchsorted(classes, theirs)
        self.register_buffer("places", torch.eye(len(classes))[places])

    def forward(self, proba):
        """Return probabilities of all classes; zero for those it doesn't know."""
        return proba @ self.places.to(proba.dtype)


class Calibrated(nn.Module):
    """The mean over classifiers, each at the temperature that calibrates it."""

    def __init__(self, modules, betas):
        super().__init__()
        self.inner = nn.ModuleList(modules)
        self.betas = [float(beta) for beta in betas]

    def forward(self, features):
        """Return probabilities, (n_samples, n_classes)."""
        said = [
            torch.softmax(beta * torch.log(module(features) + CALIBRATION_EPS), dim=1)
            for module, beta in zip(self.inner, self.betas, strict=True)
        ]
        return torch.stack(said).mean(dim=0)


def _as_module(estimator):
    check_is_fitted(estimator)
    if isinstance(estimator, BaseNoisyClassifier):
        return _of_classifier(estimator)
    if isinstance(estimator, Pipeline):
        before = [scaler_module(*step) for step in estimator.steps[:-1]]
        before = [module for module in before if module is not None]
        return nn.Sequential(*before, _as_module(estimator[-1]))
    if isinstance(estimator, CalibratedClassifierCV):
        return _of_calibrated(estimator)
    inner = _leads_to(estimator)
    module = _as_module(inner)
    if np.array_equal(inner.classes_, estimator.classes_):
        return module
    return nn.Sequential(module, Spread(inner.classes_, estimator.classes_))


def _of_classifier(classifier):
    net = classifier.net_
    if net.prediction_seed is not None:
        raise ValueError(
            "The network draws random numbers as it predicts, in evaluation mode, too:"
            " a module would draw others at each call. Leave what draws out of it."
        )
    if hasattr(classifier, "vectorizer_"):
        warnings.warn(
            "The module begins behind the vectorizer, which makes numbers of words,"
            " dates and gaps: give it classifier.vectorizer_.transform(X).",
            UserWarning,
            stacklevel=4,
        )
    speaker = classifier._speaker()
    speakers = net.module_ if speaker is None else net.module_.only(speaker)
    networks, intake = copy_of(speakers), copy.copy(net.intake)
    return Probabilities(networks.cpu(), intake, undoing(classifier))


def _of_calibrated(estimator):
    parts = estimator.calibrated_classifiers_
    if estimator.method != "temperature":
        raise ValueError(
            f"CalibratedClassifierCV(method={estimator.method!r}) can't be a module:"
            " method='temperature' can."
        )
    modules = [_as_module(part.estimator) for part in parts]
    return Calibrated(modules, [part.calibrators[0].beta_ for part in parts])


def _leads_to(estimator):
    """Return the estimator by which another one predicts probabilities."""
    if isinstance(estimator, Pipeline):
        return estimator[-1]
    if isinstance(estimator, CalibratedClassifierCV):
        return estimator.calibrated_classifiers_[0].estimator
    if hasattr(estimator, "best_estimator_"):  # a search
        return estimator.best_estimator_
    if type(estimator).__name__ == "FrozenEstimator":  # new in scikit-learn 1.6
        return estimator.estimator
    own = inspect.getattr_static(type(estimator), "predict_proba", None)
    if own is inspect.getattr_static(PredictsByEstimator, "predict_proba"):
        return estimator.estimator_
    if type(estimator).__name__ == "AutoNoisyClassifier":
        raise TypeError(
            f"{shown(estimator)} predicts by a pool of scikit-learn's classifiers, of"
            " which no module can be made: keep it as a pickle, or choose one"
            " classifier of sknoisy.classifiers to export."
        )
    raise TypeError(
        f"{shown(estimator)} holds no network that a module could be made of: pass a"
        " classifier of sknoisy.classifiers, a Pipeline of scalers before one, a search"
        " over one, or what hands predictions on to one."
    )
