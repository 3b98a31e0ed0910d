"""The desk's part of training in lock-step: all that comes before and after it.

Which estimators can do so their own types say, by a `_together` that names this module;
a subclass may do anything, and has to say so anew. `sknoisy._fold_fits` asks for folds,
searches ask for their candidates.
"""

import time
from dataclasses import dataclass, replace
from functools import cache, partial
from inspect import signature
from typing import Any

import torch
from torch import nn

from sknoisy._engine.batches import ArrayDataset
from sknoisy._engine.callbacks import callback_of
from sknoisy._engine.draws import may_draw
from sknoisy._engine.held_out import BestOnHeldOut
from sknoisy._engine.lockstep import (
    ELEMENTWISE,
    Trainee,
    lockstep_key,
    train_in_lockstep,
    why_no_key,
)
from sknoisy._engine.optimizers import OPTIMIZERS
from sknoisy._engine.stacked import gains_by_size, shape_of
from sknoisy._engine.unpredicted import warn_of_unpredicted
from sknoisy._settings import own_settings
from sknoisy._shown import shown
from sknoisy._streams import Stream, Witness, drawing_from, generator, lent
from sknoisy.losses import get_loss

# How many networks share a step. On a CPU twenty gain nearly all there is to gain; a
# GPU, where a step of twenty waits for launches, has room for more (not measured).
AT_ONCE = {"cpu": 20, "gpu": 100}
# What may differ from fit to fit, or has no say in training. All else must be as it
# comes: a parameter that isn't known here is a reason to train alone, not forgotten.
CARRIED = frozenset(
    {"module", "loss", "method", "class_weight", "max_epochs", "batch_size", "lr"}
    | {"lr_schedule", "optimizer", "weight_decay", "n_iter_no_change", "predict_with"}
    | {"warm_start", "device", "dtype", "keep_on_interrupt", "checkpoint_every"}
    | {"unlabeled", "random_state"}
)
APART = 2**28  # bytes of samples that folds may hold, each for itself
MEMORY = 2**28  # bytes of parameters; networks that large gain nothing anyway


@dataclass
class Prepared:
    """A fit that has stopped right before its training.

    Attributes
    ----------
    error : Exception or None
        What training ended with, if not well.

    trained : bool
        Whether it has trained together with others; if not, it starts anew.

    place : int
        That of its cell in the search.

    seconds : float
        What it took, with its share of what was done together.

    why : str or None
        Why it has not trained together with others, in words.
    """

    estimator: Any
    data: Any
    task: Any
    trainee: Trainee
    key: tuple
    seconds: float
    error: Exception | None = None
    trained: bool = False
    place: int = -1  # of its cell in the search
    why: str | None = None


def may_train_together(estimator):
    """Whether a fit may be one of many, as far as its parameters tell."""
    return why_alone(estimator) is None


def why_alone(estimator):
    """Return why a fit can't be one of many, as far as its parameters tell, or None."""
    kind: Any = type(estimator)
    if vars(kind).get("_together") != __name__:
        return f"{kind.__name__} trains by itself"
    method = getattr(estimator, "method", "plain")
    if method != "plain":
        return f"method={shown(method)} looks at more than single samples"
    for name, default in _defaults(kind).items():
        if name in CARRIED or (name == "callbacks" and _is_heard(estimator)):
            continue
        if not _is(getattr(estimator, name), default):
            return f"{name}={shown(getattr(estimator, name))}"
    for name in ("callbacks", "iterator_train"):
        if estimator._routed_to(name):
            return f"{name}__* are set"
    if getattr(estimator, "_skl_callbacks", None):  # those of scikit-learn
        return "callbacks want to be told of its epochs"
    if not _has_plain_loss(estimator):
        return f"loss={shown(estimator.loss)} is a module"
    if not _has_elementwise_optimizer(estimator):
        return f"optimizer={shown(estimator.optimizer)} looks at more than one number"
    return None


def _is_heard(estimator):
    """Whether its callbacks only want to hear what it says of held-out samples."""
    callbacks = estimator.callbacks
    is_one = isinstance(callbacks, list) and len(callbacks) == 1
    return is_one and type(callback_of(callbacks[0])) is BestOnHeldOut


@cache
def _defaults(kind):
    parameters = signature(kind).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}


def _is(value, default):
    """Whether a parameter says what its default says."""
    return value is default or not (value or default) or value == default


def _has_plain_loss(estimator):
    try:
        loss = estimator.loss
        loss = get_loss("gce" if loss == "auto" else loss)
    except Exception:  # the estimator's own fit says it better
        return True
    loss = loss.func if isinstance(loss, partial) else loss
    return not isinstance(loss, nn.Module)


def _has_elementwise_optimizer(estimator):
    kind = estimator.optimizer
    kind = OPTIMIZERS.get(kind) if isinstance(kind, str) else kind
    is_class = kind is None or isinstance(kind, type)  # a function may make any
    return not is_class or kind in ELEMENTWISE


def prepare_fits(estimators, X, y, sample_weight=None, hopeless=None):
    """Fit each estimator on the same data, up to where training begins.

    Parameters
    ----------
    estimators : list of estimator
        Those that `may_train_together`.

    X, y, sample_weight : what their `fit` takes

    hopeless : dict, default=None
        What is known of networks that can't be stacked and why, from one call to the
        next, so that not each of them is built in vain.

    Returns
    -------
    prepared : list of Prepared, str or None
        Of one that has to be fitted by itself why it has to, in words; None if
        something is wrong, which its own `fit` will say.
    """
    datasets: list[Any] = []  # those of candidates are mostly equal: one copy has to do
    hopeless = {} if hopeless is None else hopeless
    return [
        _prepare(one, X, y, sample_weight, datasets, hopeless) for one in estimators
    ]


def fit_together(fits, n_fits, n_samples):
    """Fit estimators to data of their own, those that gain by training in lock-step.

    Parameters
    ----------
    fits : iterable of (estimator, X, y, sample_weight, rows) or None
        Asked for one by one, and not further than needed to see that nothing is gained;
        None says so. `rows` are those of the whole table that X may hold, or not: it
        may have been changed.

    n_fits : int
        How many there are.

    n_samples : int
        How many rows the table has that all of them are of.

    Returns
    -------
    errors : dict
        By place, of each that has trained: what its training ended with, or None. The
        others are to be fitted by themselves, by other clones.
    """
    prepared: list[Prepared] = []
    table = Table(n_samples)
    for place, fit in enumerate(fits):
        if fit is None or not may_train_together(fit[0]):
            return {}
        estimator, X, y, weight, rows = fit
        one = _prepare(estimator, X, y, weight, [], {})
        # of something that is wrong its own fit will speak, after those before it
        if not isinstance(one, Prepared) or _how_many(n_fits, one.trainee) == 1:
            return {}
        one.place = place
        table.hold(one.trainee, rows[one.data.rows])
        if table.n_apart * n_fits > APART:
            return {}
        prepared.append(one)
    train_together(prepared)
    trained = [one for one in prepared if one.trained]
    for one in trained:
        if one.error is None:
            data = replace(one.data, X=Rows(one.trainee.dataset))
            warn_of_unpredicted(one.estimator, data)
    return {one.place: one.error for one in trained}


@dataclass
class Rows:
    """The samples of a data set, to be picked by their places."""

    dataset: ArrayDataset

    def __getitem__(self, places):
        return self.dataset.features(self.dataset.rows[torch.as_tensor(places)])


class Table:
    """The rows that several fits have in common, once for all of them.

    Parameters
    ----------
    n_samples : int

    Attributes
    ----------
    n_apart : int
        How many bytes are held for single fits, whose rows are none of this table.
    """

    def __init__(self, n_samples):
        self.X: Any = None
        self.known = torch.zeros(n_samples, dtype=torch.bool)
        self.n_apart = 0

    def hold(self, trainee, rows):
        """Let a trainee take its samples from here, if they are those of its rows."""
        dataset, rows = trainee.dataset, torch.as_tensor(rows)
        if not self._takes(dataset.X, rows):
            self.n_apart += dataset.X.nbytes
            return
        codes = torch.zeros(len(self.X), dtype=dataset.codes.dtype)
        codes[rows] = dataset.codes
        trainee.dataset = ArrayDataset(self.X, codes, rows)

    def _takes(self, X, rows):
        """Whether `X` is what these rows hold; of rows not known yet, it will be."""
        if self.X is None:
            self.X = X.new_empty((len(self.known), *X.shape[1:]))
        if self.X.shape[1:] != X.shape[1:] or self.X.dtype != X.dtype:
            return False
        known = self.known[rows]
        if not torch.equal(self.X[rows[known]], X[known]):
            return False
        self.X[rows[~known]] = X[~known]
        self.known[rows] = True
        return True


def train_together(prepared, tick=lambda n_networks: None, store=None):
    """Train what can train in lock-step; note in each whether it was.

    Parameters
    ----------
    prepared : list of Prepared

    tick : callable, default=lambda n_networks: None
        Called after every epoch with the number of networks it has trained.

    store : SearchStore, default=None
        What keeps each batch, and has those of a search that was interrupted. Batches
        are made of the same networks then: in others they would be rounded otherwise.
    """
    for number, batch in enumerate(_batches(prepared)):
        if store is not None and store.restore_batch(number, batch):
            _remember(batch)
            continue
        _train(batch, tick)
        if store is not None and batch[0].trained:
            store.keep_batch(number, batch)


def _batches(prepared):
    """Return lists of what can train together."""
    by_key: dict[Any, Any] = {}
    for one in prepared:
        by_key.setdefault(one.key, []).append(one)
    for alike in by_key.values():
        size = _how_many(len(alike), alike[0].trainee)
        if size == 1 < len(alike):
            _explain(alike, "networks as large as its gain nothing together")
        yield from (alike[start : start + size] for start in range(0, len(alike), size))


def _prepare(estimator, X, y, sample_weight, datasets, hopeless):
    start = time.perf_counter()
    network = _what_is_built(estimator, X)
    if network in hopeless:
        return hopeless[network]
    try:
        data, task, trainee = _stop_before_training(estimator, X, y, sample_weight)
    except Exception:  # whatever it is, the estimator's own fit says it better
        return None
    key = lockstep_key(trainee)
    if key is None:
        why = why_no_key(trainee)
        device = trainee.engine.device
        if shape_of(trainee.network, device, trainee.some) is None:
            hopeless[network] = why
        return why
    trainee.dataset = _shared(trainee.dataset, datasets)
    data = replace(data, X=None)  # or each candidate would hold on to a copy
    task.facts.clear()
    return Prepared(estimator, data, task, trainee, key, time.perf_counter() - start)


def _what_is_built(estimator, X):
    """Return what decides of which layers the network will be."""
    given = sorted(estimator._routed_to("module").items())
    return repr((estimator.module, given, getattr(X, "shape", ())[1:]))


@own_settings()
def _stop_before_training(estimator, X, y, sample_weight):
    estimator._check_parameters()
    data = estimator._check_data(X, y, sample_weight)
    with estimator._seeded():
        facts = estimator._clock(len(data.dataset))
        task = estimator._plan(data, facts)
        engine = estimator._build(task, data, has_validation=False)
        heard = [c for _, c in engine.callbacks_ if type(c) is BestOnHeldOut]
        trainee = Trainee(engine, data.dataset, generator(), *heard)
        return data, task, trainee


def _shared(dataset, datasets):
    for other in datasets:
        if torch.equal(other.codes, dataset.codes) and _equal(other.X, dataset.X):
            return other
    datasets.append(dataset)
    return dataset


def _equal(a, b):
    return a.dtype == b.dtype and torch.equal(a, b)


def _how_many(n_alike, trainee):
    """Return how many of so many networks should train at once: parts of one size."""
    bytes_each = sum(p.nbytes for p in trainee.network.parameters())
    on_cpu = torch.device(trainee.engine.device).type == "cpu"
    most = AT_ONCE["cpu" if on_cpu else "gpu"]
    size = max(trainee.sizes)
    if on_cpu and not gains_by_size(trainee.network, trainee.some, size):
        return 1
    most = max(1, min(most, MEMORY // bytes_each))
    return -(-n_alike // -(-n_alike // most))


def _train(prepared, tick):
    if len(prepared) == 1:
        prepared[0].why = prepared[0].why or "no other fit has a network of its shape"
        return
    start = time.perf_counter()
    trainees = [one.trainee for one in prepared]
    try:
        errors = _train_trainees(trainees, lambda: tick(len(trainees)))
    except Exception as error:  # of one of them: fitted alone, that one says so
        _explain(prepared, f"one of those that would train together raises {error!r}")
        return
    if errors is None:
        _explain(prepared, "its loss draws random numbers")
        return
    seconds = (time.perf_counter() - start) / len(prepared)
    for one, error in zip(prepared, errors, strict=True):
        one.error = error
        one.seconds += seconds
    _remember(prepared)


def _explain(prepared, why):
    for one in prepared:
        one.why = why


def _remember(prepared):
    for one in prepared:
        one.trained = True
        if one.error is None:
            one.estimator._remember(one.trainee.engine, one.task, one.data)


@own_settings()
def _train_trainees(trainees, tick):
    """Return what went wrong with each; None where they have to be trained alone.

    A loss that draws at random would draw other numbers here than by itself.
    """
    engines = [trainee.engine for trainee in trainees]
    if not any(map(may_draw, engines)):
        return train_in_lockstep(trainees, tick)
    seed = trainees[0].generator.initial_seed()
    with drawing_from(Stream(seed, engines[0].device)), lent():
        witness = Witness()
        errors = train_in_lockstep(trainees, tick)
        return None if witness.has_seen_draws() else errors
