"""One training in several processes, each of which learns from its share of a batch."""

import numbers
from contextlib import nullcontext

import torch
from skorch.hf import AccelerateMixin

from sknoisy import _streams
from sknoisy._engine.batches import Batches, batch_sizes
from sknoisy._engine.net import Engine
from sknoisy._extras import import_extra
from sknoisy._shown import shown

LEAST = 2  # samples of a batch for each process: batch normalization needs as many


def check_accelerator(training):
    """Return the device of an accelerator, if it and what goes with it are in order.

    Parameters
    ----------
    training : object with the parameters of training as attributes
    """
    accelerator, seed = training.accelerator, training.random_state
    if not hasattr(accelerator, "num_processes") or not hasattr(accelerator, "reduce"):
        raise TypeError(
            f"accelerator={shown(accelerator)}, but must be an accelerate.Accelerator,"
            ' which pip install "sknoisy[accelerate]" brings.'
        )
    if accelerator.mixed_precision not in ("no", None):
        raise ValueError(
            f"An accelerator with mixed_precision={accelerator.mixed_precision!r} would"
            " wrap the networks, which methods look into: leave it 'no', and set"
            " precision='bf16' instead."
        )
    if not isinstance(seed, numbers.Integral):
        raise ValueError(
            f"random_state={shown(seed)}, but several processes start alike only from"
            " the same number: pass an int."
        )
    asked = torch.device("cpu" if training.device == "auto" else training.device)
    if training.device != "auto" and asked.type != accelerator.device.type:
        raise ValueError(
            f"device={shown(training.device)}, but the accelerator has"
            f" {str(accelerator.device)!r}: leave device='auto'."
        )
    return str(accelerator.device)


class AcceleratedEngine(AccelerateMixin, Engine):
    """An engine whose batches are divided among the processes of an accelerator.

    Every process has all data, the same networks and the same objective. skorch's mixin
    wraps networks and criterion for that, each by itself: criteria without parameters
    fail, and a method could no longer look into its networks. So nothing is wrapped
    here, and processes exchange three things: the gradients of a step, which become
    those of the whole batch; after an epoch, what has been remembered of single
    samples, by index; and their shares of the predictions that a method asks for.
    """

    def _initialize_accelerator(self):
        return self

    def _validate_params(self):
        super(AccelerateMixin, self)._validate_params()

    def evaluation_step(self, batch, training=False):
        """Return what the networks say: each process predicts all by itself."""
        return Engine.evaluation_step(self, batch, training)

    def _step_optimizer(self, step_fn):
        Engine._step_optimizer(self, step_fn)  # with its closure, if there is one

    def get_iterator(self, dataset, training=False):
        """Return batches; in training, this process's shares of them."""
        if not training:
            return Engine.get_iterator(self, dataset, training)
        where = {"device": self.device, "intake": self.intake, "shuffle": True}
        options = where | self.get_params_for("iterator_train")
        size = options.pop("batch_size", self.batch_size)
        self._shares = Shares(dataset, size, accelerator=self.accelerator, **options)
        return self._shares

    def fit_loop(self, X, y=None, epochs=None, **fit_params):
        """Train; only the first process writes checkpoints."""
        if self.checkpoints is not None:
            self.checkpoints.writes = self.accelerator.is_main_process
        return super().fit_loop(X, y, epochs, **fit_params)

    def run_single_epoch(self, iterator, training, prefix, step_fn, **fit_params):
        """Run an epoch; in training, with random numbers of this process's own."""
        how = iterator, training, prefix, step_fn
        if iterator is None or not training:
            super().run_single_epoch(*how)
            return
        drawn = torch.randint(2**31, (), generator=_streams.generator()).item()
        seed = (drawn + self.accelerator.process_index) % 2**32
        lend = _streams.lent if _streams.current() is None else nullcontext
        before = _versions(self.criterion_)
        with _streams.drawing_from(_streams.Stream(seed, self.device)), lend():
            super().run_single_epoch(*how)
        self._share_memory(before)
        self._share_buffers()

    def train_step(self, batch, **fit_params):
        """Take one step in skorch's own way."""
        return Engine.train_step(self, batch, **fit_params)

    def train_step_single(self, batch, share=None, **fit_params):
        """Compute loss and gradients, here of the whole batch."""
        step = Engine.train_step_single(self, batch, share=share)
        if self.accumulate == 1:
            self.exchange()
        return step

    def weighed(self, loss, share):
        """Return what this process's part of a batch adds to the loss of a step."""
        return Engine.weighed(self, loss, share) * self._shares.part

    def exchange(self):
        """Add up the gradients of all processes; those nowhere there stay away."""
        groups = self.optimizer_.param_groups
        wanted = [p for group in groups for p in group["params"] if p.requires_grad]
        like = wanted[0]
        there = like.new_tensor([p.grad is not None for p in wanted])
        grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in wanted]
        flat = torch.cat([*(grad.reshape(-1) for grad in grads), there])
        flat = self.accelerator.reduce(flat.detach(), reduction="sum")
        *sums, there = flat.split([*(p.numel() for p in wanted), len(wanted)])
        for p, grad, known in zip(wanted, sums, there.tolist(), strict=True):
            if known:  # laid out in memory as fused optimizers want it
                p.grad = torch.empty_like(p).copy_(grad.view(p.shape))

    def logits_of_all(self, dataset):
        """Return the logits of all rows, of which each process predicts a part."""
        rows = torch.arange(len(dataset))
        own = self.logits(dataset.subset(_part(rows, self.accelerator)))
        places = _part(rows, self.accelerator).to(own.device)
        places, found = _gathered(places, own, self.accelerator)
        return torch.empty_like(found).index_copy_(0, places, found)

    def _record_training(self, loss):
        # alike everywhere, for whoever decides by it
        n_own = sum(self._shares.sizes)
        pair = torch.tensor([loss * n_own, n_own], dtype=torch.float64)
        total, n = self.accelerator.reduce(pair.to(self.device), reduction="sum")
        super()._record_training(float(total / n))

    def _share_memory(self, before):
        """Bring what an epoch has left in memory of single samples to all processes."""
        n_samples = len(self._shares.dataset.codes)
        for key, (memory, name) in _memories(self.criterion_).items():
            values = getattr(memory, name)
            if values is None or before.get(key) == _version(values):
                continue
            if len(values) != n_samples:
                setattr(memory, name, _of_first(values))
                continue
            index = self._shares.seen().to(values.device)
            places, rows = _gathered(index, values[index], self.accelerator)
            values[places] = rows

    def _share_buffers(self):
        """Make buffers alike: the mean over networks' statistics, else the first's."""
        for name, buffer in self.module_.named_buffers():
            if buffer.is_floating_point():
                mean = self.accelerator.reduce(buffer, reduction="mean")
                self.module_.get_buffer(name).copy_(mean)
        kept = {id(getattr(m, n)) for m, n in _memories(self.criterion_).values()}
        for buffer in self.criterion_.buffers():
            if id(buffer) not in kept:
                buffer.copy_(_of_first(buffer))


class Shares(Batches):
    """Batches of which a process sees its part.

    Parameters
    ----------
    dataset : ArrayDataset

    batch_size : int
        Of all processes together.

    accelerator : accelerate.Accelerator

    **options : dict
        As for `Batches`.

    Attributes
    ----------
    part : float
        The share of the last batch that this process has seen.
    """

    def __init__(self, dataset, batch_size, *, accelerator, **options):
        super().__init__(dataset, batch_size, **options)
        n_rows, least = sum(self.sizes), LEAST * accelerator.num_processes
        drop_last = options.get("drop_last", False)
        self.whole = batch_sizes(n_rows, batch_size, drop_last, least)
        if min(self.whole) < least:
            raise ValueError(
                f"Batches of {min(self.whole)} samples can't be divided among"
                f" {accelerator.num_processes} processes: each takes {LEAST}, all take"
                f" {least}. Raise batch_size, or start fewer processes."
            )
        self.accelerator = accelerator
        self.sizes = [len(_part(range(size), accelerator)) for size in self.whole]
        self.own = []
        self.part = 1.0

    def __iter__(self):
        for size, batch in zip(self.whole, super().__iter__(), strict=True):
            self.part = len(batch[1]) / size
            yield batch

    def seen(self):
        """Return the rows that this process has seen in the last epoch."""
        return torch.cat(self.own)

    def _chunks(self):
        order = _of_first(self._order(), self.accelerator.device)
        whole = order[: sum(self.whole)].split(self.whole)
        self.own = [_part(chunk, self.accelerator) for chunk in whole]
        return self.own


def _part(rows, accelerator):
    """Return the rows of one process; all have the same number, or one less."""
    return rows[accelerator.process_index :: accelerator.num_processes]


def _of_first(tensor, device=None):
    """Return what the first process has."""
    utils = import_extra("accelerate.utils", "accelerate", what="accelerator=…")
    sent = tensor if device is None else tensor.to(device)
    return utils.broadcast(sent.contiguous(), from_process=0).to(tensor.device)


def _gathered(places, rows, accelerator):
    """Return places and rows of all processes, of which some have one less."""
    places = accelerator.pad_across_processes(places, pad_index=-1)
    rows = accelerator.pad_across_processes(rows.contiguous())
    places, rows = accelerator.gather(places), accelerator.gather(rows)
    return places[places >= 0], rows[places >= 0]


def _memories(objective):
    """Return all that is remembered of single samples: in whom, and its name."""
    return {
        f"{where}.{name}": (module, name)
        for where, module in objective.named_modules()
        for name in getattr(module, "remembered", ())
    }


def _versions(objective):
    found = {k: getattr(m, n) for k, (m, n) in _memories(objective).items()}
    return {k: _version(v) for k, v in found.items() if v is not None}


def _version(tensor):
    """Return what changes as a tensor does."""
    return id(tensor), tensor._version
