"""Checkpoints: a training that was killed goes on as if nothing had happened."""

import json
import time
from pathlib import Path

import numpy as np
import torch
from skorch.callbacks import EpochTimer, PrintLog

from sknoisy import _streams
from sknoisy._engine.progress import ProgressBar
from sknoisy._engine.state import (
    Store,
    pack_generators,
    pack_modules,
    pack_values,
    restore_generators,
    restore_modules,
    restore_values,
)
from sknoisy._extras import import_extra
from sknoisy._files import set_aside
from sknoisy._seeds import make_generator
from sknoisy._shown import shown
from sknoisy._versions import versions_now, warn_of_versions

FILE = "checkpoint.safetensors"
MOST_TIME = 0.02  # share of the time of training that "auto" takes
# parameters with which no epoch depends on how many there are, as `told` writes them
EVENLY = {
    "lr_schedule": ("'constant'", "sknoisy.schedules.constant"),
    "method": ("'plain'",),
    "average": ("None", "'ema'"),
}
STATELESS = (EpochTimer, PrintLog, ProgressBar)


class Checkpoints:
    """Keeps the state of a training in a folder, epoch by epoch.

    Parameters
    ----------
    folder : str or path-like

    every : int or "auto"
        After how many epochs; "auto" lets it cost a fiftieth of the time.

    about : dict of str to str
        What the training is about, by name: data and parameters.

    resume : bool
        Whether training goes on from what is kept.
    """

    def __init__(self, folder, every, about, resume):
        self.path = Path(folder) / FILE
        self.every = every
        self.about = about
        self.writes = True  # one of several processes does
        self.found = read(self.path, about) if resume and self.path.exists() else None
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.cost, self.since = 0.0, time.perf_counter()

    def seed(self, random_state):
        """Return what seeds a fit: as the one that it goes on from was, if it does.

        Where that is no int, one is drawn and kept.
        """
        self.own_seed = None
        if isinstance(random_state, int | np.integer):
            return random_state
        if self.found is not None:
            self.own_seed = self.found[0]["seed"]
        else:
            drawn = make_generator(random_state).randint(np.iinfo(np.int32).max)
            self.own_seed = int(drawn)
        return self.own_seed

    def start(self, engine):
        """Bring an engine to the state that was kept; return how many epochs it had."""
        if self.found is None:
            return 0
        told, store = self.found
        restore(engine, told, store)
        self.found = told, None  # the tensors have served
        return len(engine.history)

    def epoch_end(self, engine, is_last):
        """Keep the state after an epoch, where it is time to."""
        now = time.perf_counter()
        if self.every == "auto":
            due = MOST_TIME * (now - self.since) >= self.cost
        else:
            due = len(engine.history) % self.every == 0
        if self.writes and (due or is_last):
            write(self.path, engine, self.about, self.own_seed)
            self.since = time.perf_counter()
            self.cost = self.since - now


def write(path, engine, about, seed):
    """Write the state of an engine to a file, whole or not at all."""
    store = Store()
    callbacks = [c for c in engine.callbacks_ if c[0] != "epoch_tasks"]
    told = {
        "about": about,
        "seed": seed,
        "versions": versions_now(),
        "networks": pack_modules(store, engine.module_),
        "objective": pack_modules(store, engine.criterion_),
        "optimizer": store.pack(engine.optimizer_.state_dict()),
        "step": engine._step,
        "average": _of_average(engine, lambda model: pack_modules(store, model)),
        "callbacks": {
            name: pack_values(store, one)
            for name, one in callbacks
            if not isinstance(one, STATELESS)
        },
        "generators": pack_generators(store, _streams.current()),
        "history": store.pack([dict(row) for row in engine.history]),
    }
    library = import_extra("safetensors.torch", "export", what="checkpoint=…")
    content = library.save(store.tensors, metadata={"training": json.dumps(told)})
    with set_aside(path) as aside:
        aside.write_bytes(content)


def read(path, about):
    """Return what a file tells, and its tensors; it must be about the same training.

    Raises
    ------
    ValueError
        If the file can't be read, or is about something else, which is named.
    """
    library = import_extra("safetensors", "export", what="checkpoint=…")
    try:
        with library.safe_open(path, framework="pt") as file:
            told = json.loads(file.metadata()["training"])
            names = file.keys()  # no dict: it can't be iterated over
            store = Store({name: file.get_tensor(name) for name in names})
            kept = told["about"]
    except (library.SafetensorError, TypeError, KeyError, ValueError) as error:
        raise ValueError(
            f"{path} isn't a checkpoint that sknoisy has written: {error}. Remove it,"
            " or name another folder."
        ) from error
    check_same(path, kept, about, n_done=len(told["history"]["list"]))
    warn_of_versions(told["versions"], f"The checkpoint {path}", stacklevel=4)
    return told, store


def check_same(path, kept, about, n_done):
    """Say so if what is kept is about another training; it may get more epochs."""
    differences = [
        f"{name} was {shown(kept.get(name))}, now {shown(about.get(name))}"
        for name in sorted({*kept, *about})
        if kept.get(name) != about.get(name)
    ]
    if len(differences) == 1 and kept.get("max_epochs") != about.get("max_epochs"):
        check_more_epochs(path, kept["max_epochs"], about, n_done)
    elif differences:
        raise ValueError(
            f"{path} is the checkpoint of another training: {'; '.join(differences)}."
            " Fit with what it was made with, name another folder, or leave resume out"
            " to replace it."
        )


def check_more_epochs(path, before, about, n_done):
    """Say so if a training can't go on for another number of epochs than before."""
    now, head = about["max_epochs"], f"{path} is the checkpoint of a training of"
    given = {name: about.get(name, about["class"]) for name in EVENLY}
    spread = [f"{n}={value}" for n, value in given.items() if value not in EVENLY[n]]
    if not (before.isdigit() and now.isdigit()) or spread:
        spread = spread or [f"max_epochs={now}"]
        raise ValueError(
            f"{head} max_epochs={before}, now {now}. More epochs can be added where no"
            " epoch depends on how many there are, with lr_schedule='constant' and"
            f" method='plain'; here {', '.join(spread)}. Fit with max_epochs={before},"
            " which ends it, and then again with warm_start=True, resume=False and as"
            " many more epochs as you like; or leave resume out to start anew."
        )
    if int(now) < n_done:
        raise ValueError(
            f"{head} {n_done} epochs, and max_epochs={now}: a network can't unlearn."
            f" Set max_epochs={n_done} or more, or leave resume out to start anew."
        )


def restore(engine, told, store):
    """Bring an engine to the state that a file tells."""
    engine.criterion_.make_ready(engine.module_)
    restore_modules(store, engine.module_, told["networks"])
    restore_modules(store, engine.criterion_, told["objective"])
    state = store.unpack(told["optimizer"])
    lay_out_like_parameters(state, engine.optimizer_)
    engine.optimizer_.load_state_dict(state)
    engine._step = told["step"]
    average = told["average"]
    _of_average(engine, lambda model: restore_modules(store, model, average))
    for name, callback in engine.callbacks_:
        if name in told["callbacks"]:
            restore_values(store, callback, told["callbacks"][name])
    restore_generators(store, told["generators"], _streams.current())
    engine.history.extend(store.unpack(told["history"]))


def _of_average(engine, do):
    return None if engine.average is None else do(engine.average.model)


def lay_out_like_parameters(state, optimizer):
    """Bring an optimizer's tensors to the order in memory of their parameters.

    Fused kernels go through both side by side as they lie there: with channels last,
    the moments of some weights would be those of others.
    """
    parameters = [one for group in optimizer.param_groups for one in group["params"]]
    for place, own in state["state"].items():
        like = parameters[place]
        for name, value in own.items():
            if isinstance(value, torch.Tensor) and value.shape == like.shape:
                laid_out = torch.empty_like(
                    like, dtype=value.dtype, device="cpu", requires_grad=False
                )
                own[name] = laid_out.copy_(value)
