"""Two networks, of which each learns from what the other one finds easy."""

from torch import Tensor

from sknoisy._types import Loss
from sknoisy.objectives._keep_rate import KeepRateSelection


class CoTeaching(KeepRateSelection):
    r"""Co-teaching: each network picks the samples that the other one learns from [1]_.

    In epoch t, each network ranks a batch by its losses and hands the share

    .. math:: R(t) = 1 - \tau \min((t / T_k)^c, 1)

    with the smallest ones to its peer. What networks learn first is what labels have in
    common, so that small losses are those of right labels; and as the two err in
    different places, neither is confirmed in its own errors.

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

    Attributes
    ----------
    keep_rate : float
        R(t) of this epoch.

    rate : float or None
        The noise rate, given or found; None until then.

    See Also
    --------
    CoTeachingPlus : Learns only from samples that the networks disagree on.
    JoCoR : One joint loss, which also asks for agreement.
    sknoisy.classifiers.CoTeachingClassifier : Finds the noise rate by itself.

    Notes
    -----
    Epochs count from 0, in which all samples are kept. Differences from [1]_: both
    networks take their step at once, which is the same, since neither hears the other's
    gradient; :math:`T_k` is a share of the training, not 10 of 200 epochs; at least one
    sample of a batch is kept, and how many are is rounded to the nearest number, where
    the code cuts fractions off. The authors' code divides the mean loss by the number
    of samples kept once more, which amounts to a lower learning rate, and raises τ to
    the power c instead of :math:`t / T_k`; here it is as the paper says.

    References
    ----------
    .. [1] Han et al., "Co-teaching: Robust Training of Deep Neural Networks with
       Extremely Noisy Labels", NeurIPS 2018, algorithm 1.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import CoTeaching
    >>> labels, index = torch.tensor([0, 0]), torch.arange(2)
    >>> teaching = CoTeaching(2, 10, labels, noise_rate=0.5, loss=lambda z, y: z[:, 0])
    >>> teaching.on_epoch_begin(5, networks=None, predict=None)
    >>> losses = torch.tensor([[1.0, 40.0], [20.0, 3.0]])  # of two networks
    >>> teaching.compute(losses.unsqueeze(2), labels, index)  # 20 and 40, the other's
    tensor(60.)
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
        return self.easiest(losses, logits, index).flip(1)
