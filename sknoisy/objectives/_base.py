"""What an objective is, and the one that every plain loss uses."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from torch import Tensor

from sknoisy._logits import per_sample
from sknoisy._types import Loss, Networks, Predict
from sknoisy.objectives._memory import Memory, WeightedMean


class Objective(Memory):
    """What one training step makes small.

    A method of learning is an objective: it turns a batch into one scalar. What it
    remembers lives here as buffers, what it learns as parameters; the engine moves,
    optimizes and saves both. Most methods write `compute`; one that needs other
    inputs than the batch (mixup, a second view) overrides `forward`. Facts of the
    data and of the fit reach ``__init__`` by name: `n_samples`, `n_classes`,
    `n_features`, `input_shape`, `labels`, `soft_labels`, `sample_weight`, `n_epochs`,
    `n_steps` (of the optimizer, in all epochs); and the user's loss as `loss`.

    What it remembers of single samples it keeps with ``add_memory(name, values)``,
    reads by ``look_up(name, index, like)`` and changes by ``note(name, index, rows)``;
    `forget` drops it after fit.

    Attributes
    ----------
    n_networks : int
        How many networks the method trains.

    speaker : int or None
        The place of the network that predicts; None is the mean over all of them.

    lr_factor : float
        The learning rate of the objective's own parameters, as a factor of that of
        the networks. Weight decay leaves them alone.

    takes_sample_weight, takes_soft_labels : bool
        Whether weights and distributions over classes have an exact meaning; where
        they don't, the estimator refuses them.

    takes_mixup : bool
        Whether `compute` may be shown mixtures of samples; a method that learns about
        single samples from what the network says of each can't.

    warm_up_epochs : float
        In how many epochs, from the first, the method isn't itself yet: early stopping
        judges none of them.

    made_for : tuple of str
        Names of the losses of single samples that the method is made for, where its
        ``__init__`` doesn't take any as ``loss``. The first one is its own.

    parts : dict
        Parameters that have parameters of their own, such as ``split__threshold``, and
        the functions (value, given) that put both together.

    remembers : bool
        Whether `remember` and `recall` are to be called where a batch can't be shown
        to `compute` as it is, as under mixup.

    augments : bool
        Whether it makes views of samples itself, by an ``augment`` of its own; for
        others, the engine changes each batch before they see it.

    needs_whole_fit : bool
        Whether what it remembers belongs to one fit, so that `partial_fit` is refused.

    See Also
    --------
    MeanLoss : The objective of every plain loss.

    Examples
    --------
    >>> from torch.nn.functional import cross_entropy
    >>> from sknoisy.objectives import Objective
    >>> class Confident(Objective):
    ...     def compute(self, logits, labels, index):
    ...         entropy = -(logits.softmax(-1) * logits.log_softmax(-1)).sum(-1)
    ...         return cross_entropy(logits[:, 0], labels) + 0.1 * entropy.mean()
    """

    n_networks = 1
    speaker: int | None = None
    lr_factor = 1.0
    warm_up_epochs: Any = 0
    made_for: tuple[str, ...] = ("ce",)
    parts: Mapping[str, Callable[..., Any]] = MappingProxyType({})
    remembers = False
    takes_sample_weight = False
    takes_soft_labels = False
    takes_mixup = True
    augments = False
    needs_whole_fit = False

    def forward(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the scalar to minimize for one batch.

        Parameters
        ----------
        networks : Networks
            Called with features, gives logits (n_batch, n_networks, n_classes).

        features : Tensor of shape (n_batch, ...)

        labels : LongTensor of shape (n_batch,)

        index : LongTensor of shape (n_batch,)
            The place of each row in the training set.

        Returns
        -------
        loss : Tensor of shape ()
        """
        return self.compute(networks(features), labels, index)

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, n_networks, n_classes)."""
        raise NotImplementedError(
            f"{type(self).__name__} must define compute, or forward for itself."
        )

    def on_epoch_begin(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Act before epoch number `epoch` (from 0), e.g. to set a rate.

        `predict` is a function without arguments: it gives the logits of all training
        rows, (n_samples, n_networks, n_classes), in evaluation mode, when called.
        """

    def on_epoch_end(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Act after an epoch, e.g. to fit a mixture to all losses."""

    def remember(self, logits: Tensor, index: Tensor) -> None:
        """Note what the networks say of a batch's samples, where `remembers`."""

    def recall(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return what `compute` does, and change nothing that is remembered."""
        return self.compute(logits, labels, index)

    def make_ready(self, networks: Networks) -> None:
        """Make what the first step would make, for a training that goes on.

        What it remembers is put back afterwards, by the names it has here.
        """

    def go_on_from(self, last: "Objective") -> None:
        """Take over what the objective of the last fit has found out, in a warm start.

        Parameters
        ----------
        last : Objective
            That of the last fit, of whatever kind.
        """

    def estimates(self) -> dict[str, Any]:
        """Return what has been found out of the data as a whole, by name.

        The estimator makes an attribute ``name_`` of each.

        Returns
        -------
        estimates : dict of str to float, ndarray or None
            None for what isn't known, or not needed.
        """
        return {}

    def findings(self) -> dict[str, Tensor]:
        """Return what is known of single training samples in the end, by name.

        The estimator asks after training, before `forget`, and makes an attribute
        ``name_`` of each, aligned with the rows of X as given: a sample of weight zero,
        which took no part, has NaN there.

        Returns
        -------
        findings : dict of str to Tensor of shape (n_samples, ...)
            Numbers; NaN says that a sample (one held out for validation, say) wasn't
            looked at.
        """
        return {}


class MeanLoss(Objective):
    """The mean of a per-sample loss: the objective of every plain loss.

    Parameters
    ----------
    loss : callable
        ``(logits, labels) -> (n_batch,)``.

    sample_weight : Tensor of shape (n_samples,), default=None
        Non-negative weights, scaled here to a mean of one over the training set (not
        over the batch, whose gradient would then no longer be unbiased).

    soft_labels : Tensor of shape (n_samples, n_classes), default=None
        A distribution over classes per sample instead of one label: the loss of a
        sample is then its expectation over that distribution.

    See Also
    --------
    Objective : What an objective is.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.losses import mean_absolute_error
    >>> from sknoisy.objectives import MeanLoss
    >>> logits, labels = torch.zeros(2, 1, 4), torch.tensor([0, 3])
    >>> MeanLoss(mean_absolute_error).compute(logits, labels, index=torch.arange(2))
    tensor(1.5000)
    """

    takes_sample_weight = True
    takes_soft_labels = True

    def __init__(
        self,
        loss: Loss,
        sample_weight: Tensor | None = None,
        soft_labels: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.loss = loss
        self.mean = WeightedMean(sample_weight)
        self.add_memory("soft_labels", soft_labels)

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        if self.soft_labels is None:
            losses = per_sample(self.loss, logits[:, 0], labels)
        else:
            losses = self._expected_losses(logits[:, 0], self.soft_labels[index])
        return self.mean(losses, index)

    def _expected_losses(self, logits, soft_labels):
        # the expectation has a meaning for every loss; only labels that can be count
        rows, codes = soft_labels.nonzero(as_tuple=True)
        losses = per_sample(self.loss, logits[rows], codes) * soft_labels[rows, codes]
        return losses.new_zeros(len(logits)).index_add(0, rows, losses)
