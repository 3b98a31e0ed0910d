"""An engine ready to train: networks, objective and what a user says of training."""

from functools import partial

import torch
from torch import nn

from sknoisy._engine.averages import make_average
from sknoisy._engine.batches import Batches
from sknoisy._engine.callbacks import (
    check_callback_names,
    check_patterns,
    make_callbacks,
    make_early_stopping,
    make_schedule,
)
from sknoisy._engine.devices import pick_device
from sknoisy._engine.intake import Intake
from sknoisy._engine.net import Engine
from sknoisy._engine.networks import check_output, make_networks, speaker
from sknoisy._engine.optimizers import make_optimizer_arguments
from sknoisy._params import choose_arguments, prefixed
from sknoisy._shown import shown
from sknoisy._tensors import copy_of
from sknoisy._views import Views, check_view

PRECISIONS = {"bf16": torch.bfloat16}
EMBEDDINGS = (nn.Embedding, nn.EmbeddingBag)


def assemble(training, objective, data, *, n_epochs, has_validation, last=None):
    """Return a new engine.

    Parameters
    ----------
    training : object with the parameters of training as attributes

    objective : Objective

    data : object with ``X``, ``dataset``, ``classes``, ``facts`` and ``dtype``

    n_epochs : int

    has_validation : bool

    last : Engine, default=None
        Whose networks the new one goes on with.
    """
    device, given = pick_device(training.device), training._by_part()
    kind, several = Engine, {}
    if training.accelerator is not None:
        from sknoisy._engine.accelerated import AcceleratedEngine, check_accelerator

        device = check_accelerator(training)
        kind, several = AcceleratedEngine, {"accelerator": training.accelerator}
    how = training, objective.n_networks, data, device, given["module"]
    make = partial(made_networks, *how)
    networks = make({}) if last is None else going_on(last, objective.n_networks, data)
    intake = intake_for(networks, data, last)
    check_output(networks, data.dataset, len(data.classes), intake, device)
    optimizer, arguments = make_optimizer_arguments(
        training.optimizer,
        given=given["optimizer"],
        weight_decay=training.weight_decay,
        device=device,
        accumulate=training.accumulate,
    )
    handed_on = prefixed(
        optimizer=arguments,
        callbacks=given["callbacks"],
        iterator_train=given["iterator_train"],
        iterator_valid=given["iterator_valid"],
    )
    stop = make_early_stopping(training.early_stopping, training.n_iter_no_change)
    needless = training.early_stopping is True and not has_validation  # partial_fit
    engine = kind(
        networks,
        objective,
        input_shape=data.facts["input_shape"],
        input_dtype=training.dtype,
        intake=intake,
        schedule=make_schedule(training.lr_schedule, training.callbacks),
        accumulate=training.accumulate,
        augment=augment_of(training),
        average=make_average(training.average, given["average"]),
        optimizer=optimizer,
        lr=training.lr,
        max_epochs=n_epochs,
        batch_size=training.batch_size,
        callbacks=make_callbacks(
            training.callbacks, None if needless else stop, has_validation
        ),
        classes=data.classes,
        device=device,
        verbose=int(training.verbose),
        **several,
        **handed_on,
    ).initialize()
    check_patterns(engine)
    engine.remake = make
    engine.speaker = objective.speaker
    speaker(training.predict_with, networks, engine)  # says so if there is none
    return engine


def check_handed_on(callbacks, parts):
    """Check callbacks, and what is handed on to them and to batches."""
    if not isinstance(callbacks, (list, tuple, type(None))):
        raise TypeError(f"callbacks={shown(callbacks)}, but must be a list of them.")
    if parts["callbacks"]:
        check_callback_names(callbacks or [], parts["callbacks"])
    given = parts["iterator_train"] | parts["iterator_valid"]
    if given:  # all but the batch size, which comes later
        rest = {"facts": {}, "part": "iterator_train", "skip": 1, "complete": False}
        choose_arguments(Batches, given=given, **rest)


def made_networks(training, n_networks, data, device, given, more):
    """Return new networks, as the user wants them; `more` are parameters of theirs."""
    networks = make_networks(
        training.module,
        n_networks,
        given=given | more,
        facts=data.facts,
        dtype=data.dtype,
    )
    if training.precision is not None:
        networks.precision = PRECISIONS[training.precision]
    if training.compile:
        options = training.compile if isinstance(training.compile, dict) else {}
        for network in networks:
            network.compile(**options)
    if more:  # in the midst of it all
        intake = intake_for(networks, data, None)
        check_output(networks, data.dataset, len(data.classes), intake, device)
    return networks


def intake_for(networks, data, last):
    """Return what brings features to the networks' type; tokens are tried first.

    But integers of a table are numbers to most networks.
    """
    if last is not None:
        return last.intake
    embeds = any(isinstance(m, EMBEDDINGS) for m in networks.modules())
    return Intake(data.dtype, keeps_integers=embeds or not hasattr(data.X, "dtype"))


def going_on(last, n_networks, data):
    """Return a copy of the networks that were trained last."""
    before = {
        "classes": last.classes_.tolist(),
        "shape of samples": last.input_shape,
        "number of networks": len(last.module_),
    }
    now = {
        "classes": data.classes.tolist(),
        "shape of samples": data.facts["input_shape"],
        "number of networks": n_networks,
    }
    for what in before:
        if before[what] != now[what]:
            raise ValueError(
                f"warm_start=True goes on with the network of the last fit. Its"
                f" {what}: {before[what]}, but now: {now[what]}. Set"
                " warm_start=False to start anew."
            )
    # copied, so that a fit that diverges leaves the fitted estimator as it was
    return copy_of(last.module_).to(data.dtype)


def go_on(engine, objective, training):
    """Give an engine that has trained another objective, and today's parameters."""
    if len(engine.module_) != objective.n_networks:
        raise ValueError(
            f"There are {len(engine.module_)} networks so far, but now it takes"
            f" {objective.n_networks}: call fit to start anew."
        )
    engine.criterion_ = objective.to(engine.device)
    engine.batch_size = training.batch_size
    engine.augment = augment_of(training)
    engine.average = make_average(training.average, training._by_part()["average"])
    for group in engine.optimizer_.param_groups:  # each at a rate of its own
        group["initial_lr"] *= training.lr / engine.lr
    engine.lr = training.lr
    return engine


def augment_of(training):
    """Return what changes batches before they are trained on, or None."""
    augment = check_view(training.augment, "augment")
    return None if augment is None else Views(augment)
