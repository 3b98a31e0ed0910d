"""The engine: a private skorch net. The only file that subclasses skorch."""

import dis
from contextlib import suppress

import numpy as np
import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import EpochTimer, PrintLog
from torch.nn import functional as F

from sknoisy._engine.batches import Batches
from sknoisy._engine.epochs import can_be_fast, fast_epoch
from sknoisy._engine.networks import Networks
from sknoisy._logits import mean_probability
from sknoisy.exceptions import NonFiniteLossError
from sknoisy.schedules import constant

# large enough to hide Python, small enough that what layers hand on stays in the cache
PREDICTION_BATCH = 512


class StopTraining(Exception):  # noqa: N818 (a request, not an error)
    """A callback asked for an early end of training."""


class Engine(NeuralNetClassifier):
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
        schedule=constant,
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
        self.schedule = schedule
        self.prediction_seed = None  # of networks that draw as they predict, too

    @property
    def _default_callbacks(self):
        log = [("print_log", PrintLog())] if self.verbose else []
        return [("epoch_timer", EpochTimer()), *log]

    def check_data(self, X, y=None):
        """Accept: the estimator has checked its data."""

    def get_iterator(self, dataset, training=False):
        """Return batches of `dataset` on this net's device, shuffled for training."""
        if not training:
            return Batches(dataset, PREDICTION_BATCH, device=self.device)
        options = {
            "batch_size": self.batch_size,
            "shuffle": True,
            "device": self.device,
            **self.get_params_for("iterator_train"),
        }
        return Batches(dataset, **options)

    def initialize_optimizer(self, triggered_directly=None):
        """Make the optimizer; what the objective learns gets a group of its own.

        Weight decay would pull a transition matrix, for one, towards a meaning that
        zero hasn't got there.
        """
        networks = self.module_.named_parameters()
        groups, options = self.get_params_for_optimizer("optimizer", networks)
        self.optimizer_ = self.optimizer(*groups, **options)
        own = list(self.criterion_.parameters())
        if own:
            group = {"params": own, "lr": self.lr * self.criterion_.lr_factor}
            decays = "weight_decay" in self.optimizer_.defaults
            group |= {"weight_decay": 0.0} if decays else {}
            self.optimizer_.add_param_group(group)
        return self

    # --- the loop ---

    def partial_fit(self, X, y=None, classes=None, **fit_params):
        """Train on `X`, the pair of datasets for training and validation (or None).

        Ctrl-C isn't swallowed, as skorch would: a search would go on with half a fit.
        """
        if not self.initialized_:
            self.initialize()
        train, _ = X
        with suppress(StopTraining):
            self.notify("on_train_begin", X=train, y=train.y)
            self.fit_loop(X)
        with suppress(StopTraining):
            self.notify("on_train_end", X=train, y=train.y)
        self._check_logits(train)
        return self

    def fit_loop(self, X, y=None, epochs=None, **fit_params):
        """Train for `epochs` epochs, or for `max_epochs`."""
        train, valid = X
        train = train.to(self.device)  # once, for batches, hooks and validation
        if valid is not None:
            valid = train.subset(valid.rows.to(train.rows.device))
        batches = self.get_iterator(train, training=True)
        held_out = None if valid is None else self.get_iterator(valid)
        epochs = self.max_epochs if epochs is None else epochs
        self._start_schedule(epochs * len(batches))
        datasets = {"dataset_train": train, "dataset_valid": valid}
        for _ in range(epochs):
            self.notify("on_epoch_begin", **datasets)
            self.run_single_epoch(batches, True, "train", self.train_step)
            self.run_single_epoch(held_out, False, "valid", self.validation_step)
            self.notify("on_epoch_end", **datasets)
        return self

    def notify(self, method_name, **cb_kwargs):
        """Tell this net and its callbacks of an event.

        skorch's callbacks end training by raising what Ctrl-C raises. An interrupt
        that no callback raised is the user's, and goes its way.
        """
        getattr(self, method_name)(self, **cb_kwargs)
        for _, callback in self.callbacks_:
            try:
                getattr(callback, method_name)(self, **cb_kwargs)
            except KeyboardInterrupt as interrupt:
                if _was_raised(interrupt):
                    raise StopTraining from interrupt
                raise

    def run_single_epoch(self, iterator, training, prefix, step_fn, **fit_params):
        """Train or validate for one epoch and record how it went."""
        if iterator is None:
            return
        fast = can_be_fast(self)
        if not fast:  # skorch's own way, which tells callbacks of every batch
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
        return super().train_step(batch)

    def train_step_single(self, batch, **fit_params):
        """Compute loss and gradients of one batch."""
        (features, index), labels = batch
        self._set_training(True)
        loss = self.criterion_(self.module_, features, labels, index)
        loss.backward()
        with torch.no_grad():  # what scoring callbacks want to see
            self.module_.eval()
            logits = self.module_(features)
        return {"loss": loss, "y_pred": logits}

    def infer(self, x, **fit_params):
        """Return the logits of a batch's features."""
        features, _ = x
        return self.module_(features)

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
                return self.logits(dataset.whole())

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
        self.history.record("train_loss", loss)
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
        self.module_.eval()
        speakers = (
            self.module_ if speaker is None else Networks([self.module_[speaker]])
        )
        logits = [
            speakers(features.to(self.device))
            for features in dataset.blocks(PREDICTION_BATCH)
        ]
        return logits[0] if len(logits) == 1 else torch.cat(logits)

    def __getstate__(self):
        # networks and objective are in `module_` and `criterion_`, which skorch knows
        # how to bring from a GPU to a machine without one
        return super().__getstate__() | {"module": None, "criterion": None}

    def predict_proba(self, X, speaker=None):
        """Return the probabilities of one network, or their mean, as an array."""
        # skorch's scoring callbacks hand us other things, or want the outputs that they
        # have seen in training, in that order
        if not hasattr(X, "batch") or "forward_iter" in self.__dict__:
            return super().predict_proba(X)
        with torch.inference_mode():
            return mean_probability(self.logits(X, speaker)).cpu().numpy()


def _was_raised(interrupt):
    """Whether a ``raise`` made it, rather than a signal between two instructions."""
    trace = interrupt.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    instruction = trace.tb_frame.f_code.co_code[trace.tb_lasti]
    return dis.opname[instruction] == "RAISE_VARARGS"
