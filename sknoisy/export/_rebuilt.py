"""A classifier made of what a folder tells, and of the weights in it."""

import copy

import numpy as np
import torch
from skorch.history import History
from torch import nn

from sknoisy._engine import Engine, build_networks
from sknoisy._engine.devices import pick_device
from sknoisy._engine.intake import Intake
from sknoisy._engine.networks import default_module
from sknoisy._engine.optimizers import make_optimizer_arguments
from sknoisy._engine.outputs import Outputs
from sknoisy._params import choose_arguments
from sknoisy._streams import Stream, drawing_from, lent
from sknoisy.classifiers import METHODS
from sknoisy.losses import cross_entropy
from sknoisy.objectives import MeanLoss

__all__ = ["rebuilt"]

PREFIX = "networks."


def rebuilt(known, tensors, module, device, folder):
    """Return the classifier.

    Parameters
    ----------
    known : Description

    tensors : dict of str to Tensor

    module : nn.Module class, callable or instance; or None
        What `load` was given.

    device : str, torch.device or None

    folder : path-like
        For messages.

    Raises
    ------
    ValueError
        If something doesn't fit.
    """
    parameters = dict(known.parameters)
    if module is not None:
        parameters["module"] = module
    if device is not None:
        parameters["device"] = device
    try:
        classifier = known.kind(**parameters)
        classifier._check_parameters()
    except (TypeError, ValueError) as error:
        raise ValueError(f"The parameters in {folder} are refused: {error}") from error
    networks = _networks(classifier, known, tensors, folder)
    classifier.net_ = _engine(classifier, known, networks)
    classifier.classes_ = known.classes
    if known.input["n_features_in"] is not None:  # samples that are no rows have none
        classifier.n_features_in_ = known.input["n_features_in"]
    if known.input["feature_names"] is not None:
        names = np.array(known.input["feature_names"], dtype=object)
        classifier.feature_names_in_ = names
    classifier._found = list(known.found)
    vars(classifier).update(known.found)
    classifier._learned_by = METHODS[known.undo or "plain"]
    classifier.history_ = classifier.net_.history
    classifier.n_iter_ = len(classifier.history_)
    return classifier


def _networks(classifier, known, tensors, folder):
    n_there = len({name.split(".")[1] for name in tensors if name.startswith(PREFIX)})
    if n_there != known.n_networks:
        raise ValueError(
            f"{folder} tells of {known.n_networks} networks, and holds {n_there}."
        )
    networks = build_networks(_maker(classifier, known, tensors, folder), n_there)
    dtype = getattr(torch, classifier.dtype)
    networks = networks.to(dtype)  # before its digits count
    networks.outputs = Outputs(len(known.classes), dtype)
    networks.outputs.forms[False] = known.output
    state = {
        name.removeprefix(PREFIX): tensor
        for name, tensor in tensors.items()
        if name.startswith(PREFIX)
    }
    try:
        networks.load_state_dict(state)
    except RuntimeError as error:
        raise ValueError(
            f"The weights in {folder} don't fit the network: {error}"
        ) from error
    return networks


def _maker(classifier, known, tensors, folder):
    """Return a function that makes a network, whose weights don't count."""
    module = classifier.module
    if isinstance(module, nn.Module):
        return lambda: copy.deepcopy(module)
    if module is None and "module" in known.left_out:
        raise ValueError(
            f"The classifier in {folder} has a network of your own,"
            f" module={known.left_out['module']}: pass it, load(folder, module=…)."
        )
    factory = default_module(known.input["shape"]) if module is None else module
    facts = {
        "n_features": known.input["n_features"],
        "input_shape": known.input["shape"],
        "n_classes": len(known.classes),
        "classes": known.classes,
    }
    if "input.mean" in tensors and "input.factor" in tensors:
        facts["feature_mean"] = tensors["input.mean"]
        facts["feature_scale"] = 1 / tensors["input.factor"]
    given = classifier._routed_to("module")
    arguments = choose_arguments(factory, given=given, facts=facts, part="module")

    def make():
        with drawing_from(Stream(0)), lent():  # the weights that count come later
            network = factory(**arguments)
        if not isinstance(network, nn.Module):
            raise ValueError(f"module made no torch.nn.Module, but {type(network)}.")
        return network

    return make


def _engine(classifier, known, networks):
    """Return an engine as after training; it hasn't the method's objective any more."""
    device = pick_device(classifier.device)
    dtype = getattr(torch, classifier.dtype)
    objective = MeanLoss(cross_entropy)
    objective.n_networks = len(networks)
    optimizer, arguments = make_optimizer_arguments(
        classifier.optimizer,
        given=classifier._routed_to("optimizer"),
        weight_decay=classifier.weight_decay,
        device=device,
    )
    engine = Engine(
        networks,
        objective,
        input_shape=known.input["shape"],
        input_dtype=known.input["dtype"],
        intake=Intake(dtype, known.input["keeps_integers"]),
        accumulate=classifier.accumulate,
        optimizer=optimizer,
        lr=classifier.lr,
        max_epochs=len(known.history),
        batch_size=classifier.batch_size,
        classes=known.classes,
        device=device,
        verbose=int(classifier.verbose),
        **{f"optimizer__{name}": value for name, value in arguments.items()},
        **classifier._still_routed("iterator_train", "iterator_valid"),
    ).initialize()
    engine.speaker, engine.prediction_seed = known.speaker, known.prediction_seed
    engine.history = History()
    engine.history.extend(known.history)
    return engine
