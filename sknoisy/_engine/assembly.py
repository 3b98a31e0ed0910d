"""An engine ready to train: networks, objective and what a user says of training."""

import copy

from sknoisy._engine.callbacks import make_callbacks, make_early_stopping, make_schedule
from sknoisy._engine.devices import pick_device
from sknoisy._engine.net import Engine
from sknoisy._engine.networks import check_output, make_networks
from sknoisy._engine.optimizers import make_optimizer_arguments


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
    device = pick_device(training.device)
    networks = starting_networks(training, objective.n_networks, data, last)
    check_output(networks, data.dataset, len(data.classes), device)
    optimizer, arguments = make_optimizer_arguments(
        training.optimizer,
        given=training._routed_to("optimizer"),
        weight_decay=training.weight_decay,
        device=device,
    )
    stop = make_early_stopping(training.early_stopping, training.n_iter_no_change)
    needless = training.early_stopping is True and not has_validation  # partial_fit
    return Engine(
        networks,
        objective,
        input_shape=data.facts["input_shape"],
        input_dtype=training.dtype,
        schedule=make_schedule(training.lr_schedule, training.callbacks),
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
        **{f"optimizer__{name}": value for name, value in arguments.items()},
        **training._still_routed("callbacks", "iterator_train"),
    ).initialize()


def starting_networks(training, n_networks, data, last):
    """Return new networks, or a copy of those that were trained last."""
    if last is None:
        return make_networks(
            training.module,
            n_networks,
            given=training._routed_to("module"),
            facts=data.facts,
            dtype=data.dtype,
        )
    before = {
        "classes": last.classes_.tolist(),
        "shape of samples": last.input_shape,
        "number of networks": len(last.module_),
    }
    now = {
        "classes": data.classes.tolist(),
        "shape of samples": data.X.shape[1:],
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
    return copy.deepcopy(last.module_).to(data.dtype)


def go_on(engine, objective, training):
    """Give an engine that has trained another objective, and today's parameters."""
    if len(engine.module_) != objective.n_networks:
        raise ValueError(
            f"There are {len(engine.module_)} networks so far, but now it takes"
            f" {objective.n_networks}: call fit to start anew."
        )
    engine.criterion_ = objective.to(engine.device)
    engine.batch_size = training.batch_size
    for group in engine.optimizer_.param_groups:
        group["initial_lr"] = training.lr
    return engine
