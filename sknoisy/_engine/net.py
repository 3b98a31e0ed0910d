"""The engine: a private skorch net."""

import math
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any

import numpy as np
import torch
from scipy import sparse
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback, EpochTimer, PrintLog
from skorch.utils import TeeGenerator
from torch.nn import functional as F

from sknoisy._arrays import as_numpy
from sknoisy._engine.averages import averaged, keep_average
from sknoisy._engine.batches import READING, ArrayDataset, Batches
from sknoisy._engine.epochs import can_be_fast, fast_epoch, parts_of_steps
from sknoisy._engine.intake import Intake
from sknoisy._engine.memory import advised, while_predicting, while_training
from sknoisy._engine.networks import Networks, check_trainable
from sknoisy._engine.packing import Packing
from sknoisy._engine.progress import ProgressBar
from sknoisy._engine.sparse_rows import SparseRows, keeps_sparse
from sknoisy._interrupts import was_raised
from sknoisy._logits import mean_probability
from sknoisy._samples import as_samples
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.schedules import constant

# large enough to hide Python, small enough that what layers hand on stays in the cache
PREDICTION_BATCH = 512
LARGE = 4096  # numbers in a sample, of which a batch of training has to do


class StopTraining(Exception):  # noqa: N818 (a request, not an error)
    """A callback asked for an early end of training."""


class Engine(Packing, NeuralNetClassifier):
    """The training loop. Knows of the method only that it is an objective.

    skorch's parts stay in their seats: the networks are its module, the objective is
    its criterion, so that device moves, learned parameters of a method, callbacks and
    saving come free. Validation has one yardstick whatever the objective: the
    negative log of the mean probability of the given label.
    """

    def __init__(
        self,
        module,
        criterion,
        *,
        input_shape=None,
        input_dtype="float32",
        intake=None,
        schedule=constant,
        accumulate=1,
        augment=None,
        average=None,
        **kwargs,
    ):
        super().__init__(
            module,
            criterion=criterion,
            iterator_train=Batches,
            iterator_valid=Batches,
            predict_nonlinearity=mean_probability,
            **kwargs,
        )
        self.input_shape = input_shape
        self.input_dtype = input_dtype
        self.intake = Intake(getattr(torch, input_dtype)) if intake is None else intake
        self.schedule = schedule
        self.accumulate = accumulate
        self.augment = augment  # of batches that are trained on
        self.average = average  # of weights, or None
        self.checkpoints: Any = None  # where the state of each epoch is kept
        self.remake: Any = None  # makes new networks, until training begins
        self.speaker = None  # the network that predicts, where the method has one
        self.prediction_seed = None  # of networks that draw as they predict, too

    @property
    def _default_callbacks(self):
        log = [("print_log", PrintLog())] if self.verbose == 1 else []
        log += [("progress_bar", ProgressBar())] if self.verbose > 1 else []
        return [("epoch_timer", EpochTimer()), *log]

    def check_data(self, X, y=None):
        """Accept: the estimator has checked its data."""

    def get_iterator(self, dataset, training=False):
        """Return batches of `dataset` on this net's device, shuffled for training."""
        where = {"device": self.device, "intake": self.intake}
        if not training:
            size = self._prediction_batch(dataset)
            return Batches(dataset, size, **where, **self._reading())
        own = self.get_params_for("iterator_train")
        options = {"batch_size": self.batch_size, "shuffle": True, **where, **own}
        return Batches(dataset, **options)

    def get_dataset(self, X, y=None):
        """Return X as a data set; rows of numbers that nobody has checked, too."""
        if hasattr(X, "batch"):
            return X
        samples = as_samples(X)
        if samples is None:
            samples = X if sparse.issparse(X) else np.asarray(as_numpy(X))
        return ArrayDataset(samples)

    def get_all_learnable_params(self):
        """Yield names and parameters: of each network, by the names that it gives."""
        for network in self.module_:
            yield from network.named_parameters()
        yield from self.criterion_.named_parameters()

    def initialized_instance(self, instance_or_cls, kwargs):
        """Return the networks; new ones where a callback sets what they are made of."""
        if isinstance(instance_or_cls, Networks) and kwargs:
            return self.remake(kwargs)
        return super().initialized_instance(instance_or_cls, kwargs)

    def initialize_optimizer(self, triggered_directly=None):
        """Make the optimizer; what the objective learns gets a group of its own.

        Weight decay would pull a transition matrix, for one, towards a meaning that
        zero hasn't got there.
        """
        networks = [
            pair for network in self.module_ for pair in network.named_parameters()
        ]
        groups, options = self.get_params_for_optimizer("optimizer", networks)
        self.optimizer_ = self.optimizer(*groups, **options)
        own = list(self.criterion_.parameters())
        if own:
            group = {"params": own, "lr": self.lr * self.criterion_.lr_factor}
            decays = "weight_decay" in self.optimizer_.defaults
            group |= {"weight_decay": 0.0} if decays else {}
            self.optimizer_.add_param_group(group)
        for group in self.optimizer_.param_groups:  # what a schedule starts from
            group.setdefault("initial_lr", group["lr"])
        return self

    # --- the loop ---

    def partial_fit(self, X, y=None, classes=None, **fit_params):
        """Train on `X`, the pair of datasets for training and validation (or None).

        Ctrl-C isn't swallowed, as skorch would: a search would go on with half a fit.
        """
        if not self.initialized_:
            self.initialize()
        train, _ = X
        if self.keeps_optimizer and self.average is not None:
            raise ValueError(
                "partial_fit trains one epoch a call, and an average is of a whole fit:"
                " set average=None, or call fit."
            )
        with suppress(StopTraining), advised(lambda: while_training(self)):
            self.notify("on_train_begin", X=train, y=train.y)
            self.fit_loop(X)
        keep_average(self, train)
        with suppress(StopTraining):
            self.notify("on_train_end", X=train, y=train.y)
        self._check_logits(train)
        return self

    def fit_loop(self, X, y=None, epochs=None, **fit_params):
        """Train for `epochs` epochs, or for `max_epochs`."""
        train, valid = X
        train = train.to(self.device)  # once, for batches, hooks and validation
        if valid is not None and valid.X is X[0].X:
            valid = train.subset(valid.rows.to(train.rows.device))
        if keeps_sparse(self, train.X, can_be_fast(self)):
            train.show = partial(SparseRows, gradients={})
        batches = self.get_iterator(train, training=True)
        held_out = None if valid is None else self.get_iterator(valid)
        epochs = self.max_epochs if epochs is None else epochs
        self._start_schedule(epochs * len(batches))
        datasets = {"dataset_train": train, "dataset_valid": valid}
        if self.average is not None:
            self.average.begin(self.module_, epochs)
        kept = self.checkpoints
        for epoch in range(0 if kept is None else kept.start(self), epochs):
            self.notify("on_epoch_begin", **datasets)
            check_trainable(self.optimizer_)
            self.run_single_epoch(batches, True, "train", self.train_step)
            if self.average is not None:
                self.average.after_epoch(self.module_, epoch)
            with averaged(self):
                self.run_single_epoch(held_out, False, "valid", self.validation_step)
            self.notify("on_epoch_end", **datasets)
            if kept is not None:
                kept.epoch_end(self, is_last=epoch + 1 == epochs)
        return self

    def notify(self, method_name, **cb_kwargs):
        """Tell this net and its callbacks of an event.

        skorch's callbacks end training by raising what Ctrl-C raises. An interrupt
        that no callback raised is the user's, and goes its way.
        """
        getattr(self, method_name)(self, **cb_kwargs)
        judges = method_name == "on_epoch_end"  # the network that will predict
        with averaged(self) if judges else nullcontext():
            for _, callback in self.callbacks_:
                try:
                    getattr(callback, method_name)(self, **cb_kwargs)
                except KeyboardInterrupt as interrupt:
                    if was_raised(interrupt):
                        raise StopTraining from interrupt
                    raise

    def run_single_epoch(self, iterator, training, prefix, step_fn, **fit_params):
        """Train or validate for one epoch and record how it went."""
        if iterator is None:
            return
        fast = can_be_fast(self)
        if not fast:  # skorch's own way, which tells callbacks of every batch
            self._parts = parts_of_steps(len(iterator), self.accumulate)
            super().run_single_epoch(iterator, training, prefix, step_fn)
        if not training:
            self._record_validation(iterator)
        else:
            loss = fast_epoch(self, iterator) if fast else self._mean_batch_loss()
            self._record_training(loss)
            if fast:  # skorch's checkpoints count batches
                self.history.new_batch()

    def train_step(self, batch, **fit_params):
        """Take one step in skorch's own way, for callbacks that watch batches."""
        self.anneal()
        if self.accumulate == 1:
            step = super().train_step(batch)
            self.after_step()
            return step
        first, share, last = next(self._parts)
        if first:
            self._zero_grad_optimizer()
        step = self.train_step_single(batch, share=share)
        if last:
            self.exchange()
            named = TeeGenerator(self.get_all_learnable_params())
            hook = {"named_parameters": named, "batch": batch, "training": True}
            self.notify("on_grad_computed", **hook)
            self.optimizer_.step()
            self.after_step()
        return step

    def after_step(self):
        """Let the average look at what a step has changed."""
        if self.average is not None:
            self.average.after_step(self.module_)

    def train_step_single(self, batch, share=None, **fit_params):
        """Compute loss and gradients of one batch."""
        (features, index), labels = batch
        self._set_training(True)
        changed = self.augmented(features)
        loss = self.criterion_(self.module_, changed, labels, index)
        self.weighed(loss, share).backward()
        return {"loss": loss, "y_pred": self._shown_to_callbacks(features)}

    def weighed(self, loss, share):
        """Return what a batch adds to the loss of a step: its share in it, if any."""
        return loss if share is None else loss * share

    def exchange(self):
        """Do nothing: several processes share the gradients of a step here."""

    def augmented(self, features):
        """Return a batch's features as they are trained on."""
        if self.augment is None or self.criterion_.augments:
            return features
        return self.augment(features)

    def _shown_to_callbacks(self, features):
        """Return the logits that callbacks may score; None if none looks at batches."""
        ends = (type(callback).on_batch_end for _, callback in self.callbacks_)
        if all(hook is Callback.on_batch_end for hook in ends):
            return None
        with torch.no_grad():
            self.module_.eval()
            return self.module_(features)

    def infer(self, x, **fit_params):
        """Return the logits of a batch's features."""
        features, _ = x
        return self.module_(features)

    def forward(self, X, training=False, device="cpu"):
        """Return logits, (n_samples, n_classes); of several networks, a row each."""
        logits = super().forward(X, training, device)
        return logits[:, 0] if logits.shape[1] == 1 else logits

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Return the yardstick: the mean negative log probability of the labels."""
        log_p = torch.log_softmax(y_pred, dim=-1).logsumexp(dim=1)
        return F.nll_loss(log_p - np.log(y_pred.shape[1]), y_true)

    # --- the learning rate ---

    def _start_schedule(self, n_steps):
        self._step, self._n_steps = 0, n_steps
        for group in self.optimizer_.param_groups:
            group["lr"] = group.setdefault("initial_lr", group["lr"])

    def anneal(self):
        """Set the learning rate of the step that comes."""
        if self.schedule is constant:  # leaves the rate to a callback, if there is one
            return
        factor = self.schedule(self._step / self._n_steps)
        for group in self.optimizer_.param_groups:
            group["lr"] = group["initial_lr"] * factor
        self._step += 1

    # --- the objective's hooks ---

    def on_epoch_begin(self, net, dataset_train=None, **kwargs):
        """Open a line in the history and let the objective prepare its epoch."""
        super().on_epoch_begin(net, dataset_train=dataset_train, **kwargs)
        self._call_objective("on_epoch_begin", dataset_train)

    def on_epoch_end(self, net, dataset_train=None, **kwargs):
        """Let the objective act on what the epoch has taught."""
        super().on_epoch_end(net, dataset_train=dataset_train, **kwargs)
        self._call_objective("on_epoch_end", dataset_train)

    def _call_objective(self, hook, dataset):
        def predict():
            with torch.no_grad():
                return self.logits_of_all(dataset.whole())

        getattr(self.criterion_, hook)(len(self.history) - 1, self.module_, predict)

    # --- records ---

    def _check_logits(self, train):
        # the last step comes after the last loss that was looked at; a few rows tell
        with torch.inference_mode():
            logits = self.logits(train.subset(train.rows[:32].cpu()))
        if not torch.isfinite(logits).all():
            self._refuse("what the network says after", "is not finite")

    def _refuse(self, what, verdict):
        raise NonFiniteLossError(
            f"Training diverged: {what} epoch {len(self.history)} {verdict}. Try a"
            " smaller lr, scaled features, gradient clipping"
            " (callbacks=[skorch.callbacks.GradientNormClipping(1.0)]) or a bounded"
            " loss such as loss='gce'."
        )

    def _record_training(self, loss):
        if not np.isfinite(loss):
            self._refuse("the loss of", f"is {loss}")
        self._record_score("train_loss", loss, min)
        self.history.record("lr", self.optimizer_.param_groups[0]["lr"])

    def _record_validation(self, batches):
        with torch.no_grad():
            logits = self.logits(batches.dataset)
        labels = batches.dataset.codes[batches.dataset.rows].to(logits.device)
        hits = mean_probability(logits).argmax(dim=1) == labels
        self._record_score("valid_loss", float(self.get_loss(logits, labels)), min)
        self._record_score("valid_acc", float(hits.double().mean()), max)

    def _record_score(self, name, value, best_of):
        before = [epoch[name] for epoch in self.history[:-1] if name in epoch]
        self.history.record(name, value)
        # what skorch's checkpoints ask for
        is_best = not before or best_of(value, *before) not in before
        self.history.record(f"{name}_best", is_best)

    def _mean_batch_loss(self):
        batches = self.history[-1, "batches", :, ("train_loss", "train_batch_size")]
        losses, sizes = zip(*batches, strict=True)
        return float(np.average(losses, weights=sizes))

    # --- prediction ---

    def logits(self, dataset, speaker=None):
        """Return the logits of all rows, (n_samples, n_networks, n_classes).

        With a `speaker`, the place of a network, those of that one only.
        """
        if _trains(self.module_):  # to look takes less than to set
            self.module_.eval()
        speakers = self.module_ if speaker is None else self.module_.only(speaker)
        device = torch.device(self.device)
        if keeps_sparse(self, dataset.X, is_fast=True):
            dataset.show = partial(SparseRows, gradients={})
        how = self._reading() if dataset.is_read else {}
        blocks = dataset.blocks(self._prediction_batch(dataset), **how)
        logits = [speakers(self.intake(features, device)) for features in blocks]
        return logits[0] if len(logits) == 1 else torch.cat(logits)

    def predict_proba(self, X, speaker=None):
        """Return the probabilities of one network, or their mean, as an array."""
        # scoring callbacks want the outputs that they have seen, in that order
        if "forward_iter" in self.__dict__:
            return super().predict_proba(X)
        dataset = self.get_dataset(X)

        def smaller():
            return while_predicting(self, self._prediction_batch(dataset))

        with torch.inference_mode(), advised(smaller):
            return mean_probability(self.logits(dataset, speaker)).cpu().numpy()

    def logits_of_all(self, dataset):
        """Return the logits of all rows of training, for the objective."""
        return self.logits(dataset)

    def predict(self, X):
        """Return the most probable classes; of a data set of ours, their places."""
        codes = super().predict(X)
        return codes if hasattr(X, "batch") else self.classes_[codes]

    def _prediction_batch(self, dataset):
        """Return how many samples to predict at once; of large ones, a batch's."""
        given = getattr(self, "iterator_valid__batch_size", None)
        if given is not None:
            return given
        is_large = dataset.is_read or math.prod(dataset.X.shape[1:]) > LARGE
        few = is_large and self.batch_size != -1
        return min(PREDICTION_BATCH, self.batch_size) if few else PREDICTION_BATCH

    def _reading(self):
        """Return how samples are read that aren't in memory."""
        own = vars(self)  # where skorch keeps what it hands on
        return {
            name: own[f"{part}__{name}"]
            for part in ("iterator_train", "iterator_valid")
            for name in READING
            if f"{part}__{name}" in own
        }


def _trains(module):
    """Whether a module, or a part of it, is in training mode."""
    parts = [module]
    while parts:
        part = parts.pop()
        if part.training:
            return True
        parts += [one for one in part._modules.values() if one is not None]
    return False
