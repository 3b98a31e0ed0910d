"""Co-teaching on the samples that the two networks still disagree on."""

from torch import Tensor

from sknoisy._types import Loss
from sknoisy.objectives._keep_rate import KeepRateSelection
from sknoisy.objectives._selection import disagree


class CoTeachingPlus(KeepRateSelection):
    r"""Co-teaching+: exchange small losses, but only where predictions disagree [1]_.

    Two networks that learn from each other become one in the end. After the warm-up,
    which is co-teaching, a batch is therefore cut to the samples for which they predict
    different classes; of those, each picks the share

    .. math:: R(t) = 1 - \tau \min((t / T_k)^c, 1)

    with the smallest losses for the other one.

    Parameters
    ----------
    n_samples : int
        How many training samples there are.

    n_epochs : int
        How many epochs are planned.

    labels : LongTensor of shape (n_samples,)
        The given labels.

    loss : str or callable, default="ce"
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,).

    noise_rate : float in [0, 1) or "auto", default="auto"
        The share τ of wrong labels. "auto" estimates it: for its sake, each network
        learns from its own half of the samples in the first half of the warm-up, and is
        asked about the other.

    warm_up_epochs : int or "auto", default="auto"
        The epochs :math:`T_k` of co-teaching, in which the share kept falls to
        :math:`1 - \tau`. "auto" is a quarter of `n_epochs`.

    exponent : float > 0, default=1.0
        The c above: below 1, most is let go of at once; above 1, at last.

    rank_within : {"auto", "batch", "label"}, default="auto"
        Whose losses are compared: those of a whole batch, as published, or of samples
        with the same given label, so that the share kept is that of every label. In a
        batch, a class that is harder than others may be left out and never learned,
        above all under heavy noise and with few steps. Within labels, networks that
        have begun to learn wrong labels by heart, at a constant rate and after many
        epochs, are worse off. "auto" is "label" where a batch has eight samples of each
        class on average.

    Attributes
    ----------
    keep_rate : float
        R(t) of this epoch.

    rate : float or None
        The noise rate, given or found; None until then.

    See Also
    --------
    CoTeaching : The warm-up alone.
    Decoupling : Learns from all samples that the networks disagree on.

    Notes
    -----
    A batch on which the networks agree teaches nothing; of one with any disagreement,
    at least one sample is kept. What was kept is no label quality here: where the
    networks agree, nothing is kept, be the label right or wrong. Where "auto" finds no
    noise rate, there is nothing but the warm-up.

    Differences from the authors' code: it puts cross entropy on top of a softmax, which
    bounds the loss at a low value; it drops the first sample of the data wherever it
    stands; and it takes the whole batch where networks agree, for the first 5,000
    counts of a "step" that is the epoch times the place of the batch. None of it is in
    the paper, nor here.

    References
    ----------
    .. [1] Yu et al., "How does Disagreement Help Generalization against Label
       Corruption?", ICML 2019, algorithm 1.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import CoTeachingPlus
    >>> labels, index = torch.tensor([0, 0]), torch.arange(2)
    >>> plus = CoTeachingPlus(2, 10, labels, noise_rate=0.2, warm_up_epochs=0)
    >>> plus.on_epoch_begin(0, networks=None, predict=None)
    >>> agree, differ = [[0.0, 9.0], [0.0, 9.0]], [[1.0, 0.0], [0.0, 1.0]]
    >>> plus.compute(torch.tensor([agree, agree]), labels, index)
    tensor(0.)
    >>> plus.compute(torch.tensor([agree, differ]), labels, index)
    tensor(1.6265)
    """

    def __init__(
        self,
        n_samples: int,
        n_epochs: int,
        labels: Tensor,
        *,
        loss: Loss = "ce",
        noise_rate: float | str = "auto",
        warm_up_epochs: int | str = "auto",
        exponent: float = 1.0,
        rank_within: str = "auto",
    ) -> None:
        super().__init__(
            n_samples,
            n_epochs,
            labels,
            loss=loss,
            noise_rate=noise_rate,
            warm_up_epochs=warm_up_epochs,
            exponent=exponent,
            rank_within=rank_within,
        )

    def choose_easy(self, losses: Tensor, logits: Tensor, index: Tensor) -> Tensor:
        """Return the mask of what each network learns from: the other one's picks."""
        # where no rate is known, what they disagree on may be what is wrong
        among = disagree(logits) if self.is_warm and self.is_known else None
        return self.easiest(losses, logits, index, among).flip(1)
