"""Subtract what a label of chance would have cost: no reward for blind agreement."""

import copy
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from sknoisy import _streams
from sknoisy._checks import check_choice
from sknoisy._logits import label_frequencies, per_sample
from sknoisy._ranges import check_range
from sknoisy._types import Loss
from sknoisy.losses import get_loss, loss_per_class
from sknoisy.objectives._memory import WeightedMean
from sknoisy.objectives._scheduled import ScheduledObjective, check_rise, ramp


class PeerLoss(ScheduledObjective):
    r"""Peer loss, the loss of the label less α times that of a label of chance.

    .. math:: \frac{\ell(f(x_n), y_n) - \alpha\,\ell(f(x_{n_1}), y_{n_2})}{1 + \alpha}

    The second term pairs features and labels of different samples [1]_. It punishes
    predictions that agree with labels blindly, by how frequent they are, and so what is
    left is what features and labels have in common. For two classes the minimum is that
    of clean labels, whatever the noise rates; nobody need know them.

    Parameters
    ----------
    n_classes, n_epochs, labels : int, int and LongTensor of shape (n_samples,)
        Facts of the data and of the fit.

    sample_weight : Tensor of shape (n_samples,), default=None
        Weights of losses and of the shares of labels; for ``form="expected"`` only.

    loss : str or callable, default="ce"
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,). With "ce", `floor` keeps it bounded; other losses should be
        bounded, too.

    form : {"expected", "sampled"}, default="expected"
        "sampled" gives each sample the label of another one of its batch. "expected"
        takes the mean over all labels, weighted by their shares of the training set,
        which is what sampling comes to, less the variance. For losses other than "ce"
        it evaluates the loss of every label.

    alpha : float in [0, inf), default=1.0
        Weight of the second term after `rise`. More classes than two may need more: for
        labels that are confused in pairs, about half the number of classes, up to
        where training collapses.

    rise : pair of floats in [0, 1], default=(0.0, 0.2)
        The shares of the training after which α begins to grow from 0, and has its
        value.

    floor : float in [0, 1), default=1e-5
        What is added to probabilities before the logarithm, with ``loss="ce"``. Without
        it the second term has no bound, and training soon follows nothing else.

    See Also
    --------
    Cores : The expected form with a sieve.

    Notes
    -----
    Differences from [1]_ and its authors' code. Peers come from the same batch, shifted
    by a random number of places: two independent shuffles without the chance to meet
    oneself, and no second pass. The sum is divided by 1 + α, where the code divides the
    learning rate; the two are the same for plain gradient descent. For ten classes of
    images the code trains 300 epochs, with α = 0 for 120 of them, then up to 1 on
    a line. Here it rises early, while an annealed learning rate does, too: cross
    entropy at the full rate memorizes what this loss can't make undone. The mean over
    all labels is that of [2]_.

    References
    ----------
    .. [1] Liu and Guo, "Peer Loss Functions: Learning from Noisy Labels without Knowing
       Noise Rates", ICML 2020.
    .. [2] Cheng et al., "Learning with Instance-Dependent Label Noise: A Sample Sieve
       Approach", ICLR 2021.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import PeerLoss
    >>> labels, index = torch.tensor([0, 0, 0, 1]), torch.arange(4)
    >>> peer = PeerLoss(n_classes=2, n_epochs=10, labels=labels, rise=(0, 0))
    >>> blind = torch.tensor([[[1.0, 0.0]]]).expand(4, 1, 2)
    >>> seeing = torch.tensor([[1.0, 0.0]] * 3 + [[0.0, 1.0]]).unsqueeze(1)
    >>> [round(float(peer.compute(z, labels, index)), 2) + 0 for z in (blind, seeing)]
    [0.0, -0.19]
    """

    def __init__(
        self,
        n_classes: int,
        n_epochs: int,
        labels: Tensor,
        sample_weight: Tensor | None = None,
        *,
        loss: Loss = "ce",
        form: str = "expected",
        alpha: float = 1.0,
        rise: tuple[float, float] = (0.0, 0.2),
        floor: float = 1e-5,
    ) -> None:
        super().__init__(n_epochs)
        check_range("[0, inf)", alpha=alpha)
        self.loss = None if loss == "ce" else copy.deepcopy(get_loss(loss))
        self.form = check_choice(form, ("expected", "sampled"), "form")
        self.alpha = alpha
        self.rise = check_rise(rise, n_epochs)
        check_range("[0, 1)", floor=floor)
        self.floor = floor
        self.takes_sample_weight = form == "expected"
        self.mean = WeightedMean(sample_weight)
        prior = label_frequencies(labels, n_classes, sample_weight)
        self.register_buffer("prior", prior, persistent=False)

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        alpha = self.alpha * ramp(self.progress, self.rise)
        share = alpha / (1 + alpha)
        compare = self._expected if self.form == "expected" else self._sampled
        return self.mean(compare(logits[:, 0], labels, share), index)

    def _expected(self, logits, labels, share):
        if self.loss is None:
            gains = floored_log_softmax(logits, self.floor)
        else:
            gains = -loss_per_class(self.loss, logits)
        own = F.nll_loss(gains, labels, reduction="none")
        prior = self.prior.to(gains.dtype)
        return torch.addmv(own, gains, prior, beta=1 - share, alpha=share)

    def _sampled(self, logits, labels, share):
        if self.loss is None:
            scores = floored_log_softmax(logits, self.floor)
            loss = partial(F.nll_loss, reduction="none")
        else:
            scores, loss = logits, self.loss
        own = per_sample(loss, scores, labels)
        return (1 - share) * own - share * loss(scores, shifted(labels))


def floored_log_softmax(logits, floor):
    """Return log(softmax + floor), which is never far below log(floor)."""
    if floor == 0:
        return F.log_softmax(logits, dim=-1)
    return torch.log(F.softmax(logits, dim=-1) + floor)


def shifted(labels):
    """Return the labels a random number of places further on, never at their own."""
    most = max(2, len(labels))
    places = torch.randint(1, most, (), generator=_streams.generator())
    return labels.roll(int(places))
