"""Two networks with one joint loss, and one choice of samples."""

from torch import Tensor

from sknoisy._ranges import check_range
from sknoisy._types import Loss
from sknoisy.objectives._keep_rate import KeepRateSelection


class JoCoR(KeepRateSelection):
    r"""Joint training with co-regularization: fit the label, and agree [1]_.

    Both networks learn from the share

    .. math:: R(t) = 1 - \tau \min((t / T_k)^c, 1)

    of a batch for which their joint loss is smallest,

    .. math:: (1 - \lambda) (\ell_1 + \ell_2) + \lambda (D(p_1 \| p_2) + D(p_2 \| p_1))

    with the Kullback-Leibler divergence D of their predictions. Different networks
    agree on right labels sooner than on wrong ones.

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
        The epochs :math:`T_k` in which the share kept falls to :math:`1 - \tau`. "auto"
        is a quarter of `n_epochs`.

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

    agreement : float in [0, 1), default=0.3
        The weight :math:`\lambda` of agreement. The authors take 0.65 to 0.9, their
        code's default is 0.1. With much of it, networks that haven't learned enough
        agree on few classes, and leave the others out from then on.

    Attributes
    ----------
    keep_rate : float
        R(t) of this epoch.

    rate : float or None
        The noise rate, given or found; None until then.

    See Also
    --------
    CoTeaching : Two losses, and two choices.

    Notes
    -----
    Gradients flow through both sides of both divergences, and one optimizer moves both
    networks, as in [1]_. The authors halve the rate τ under asymmetric noise, where
    half of the classes are spared; here τ is what it is. While the noise rate is being
    estimated, the networks learn apart, without the second term. How many samples are
    kept is rounded to the nearest number, where the code cuts fractions off.

    References
    ----------
    .. [1] Wei, Feng, Chen and An, "Combating Noisy Labels by Agreement: A Joint
       Training Method with Co-Regularization", CVPR 2020, equations 1 to 5.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import JoCoR
    >>> labels, index = torch.tensor([0]), torch.arange(1)
    >>> joint = JoCoR(1, 10, labels, noise_rate=0.2, agreement=0.5)
    >>> logits = torch.tensor([[[2.0, 0.0], [2.0, 0.0]]])  # no disagreement
    >>> joint.compute(logits, labels, index)
    tensor(0.1269)
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
        agreement: float = 0.3,
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
        check_range("[0, 1)", agreement=agreement)
        self.agreement = agreement

    def losses(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Return the joint loss, in one column; one for each network while apart."""
        losses = super().losses(logits, labels)
        if self.is_apart:
            return losses
        fit = losses.sum(dim=1)
        joint = (1 - self.agreement) * fit + self.agreement * divergence(logits)
        return joint.unsqueeze(1)

    def choose_easy(self, losses: Tensor, logits: Tensor, index: Tensor) -> Tensor:
        """Return the mask of what both learn from."""
        return self.easiest(losses, logits, index)


def divergence(logits):
    """Return the divergence of two networks' predictions, both ways, (n_batch,)."""
    log_p = logits.log_softmax(dim=-1)
    first, second = log_p.unbind(dim=1)
    p, q = log_p.exp().unbind(dim=1)
    return ((p - q) * (first - second)).sum(dim=-1)
