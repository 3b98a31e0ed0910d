"""One network that learns labels or its own predictions, as a mixture tells it."""

import torch
from torch import Tensor

from sknoisy._checks import check_choice
from sknoisy._nested import mixed
from sknoisy._ranges import check_range
from sknoisy._types import Loss, Networks
from sknoisy.objectives._mixup import draw_mixture, predict_in_evaluation
from sknoisy.objectives._self_correction import (
    SelfCorrection,
    as_targets,
    expected,
    imbalance,
)


class DynamicBootstrapping(SelfCorrection):
    r"""Dynamic bootstrapping with mixup, M-DYR-H and M-DYR-S [1]_.

    .. math:: \sum_{(\lambda, x, y)} \lambda \big((1 - B) \ell(z, y)
        + B \, \ell(z, \hat y)\big)
        + \eta \sum_c \tfrac1C \log \frac{1 / C}{\bar p_c}

    The sum goes over the two samples of a mixture, with logits z and shares λ; B is how
    probable it is that a label is wrong, by a mixture of two distributions of losses,
    and :math:`\hat y` what the network says of the sample unmixed. The second term, of
    the mean prediction of a batch, keeps the network from calling all samples alike.

    Parameters
    ----------
    n_samples, n_epochs : int
        Facts of the training set and of the fit.

    labels : LongTensor of shape (n_samples,)
        The given labels.

    loss : str or callable, default="ce"
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,).

    bootstrapping : {"hard", "soft"}, default="hard"
        Whether what the network says is its most probable class, or a distribution,
        over which the loss is averaged.

    mixture : {"beta", "gaussian"}, default="beta"
        Which distributions the losses of right and of wrong labels have.

    warm_up_epochs : int or "auto", default="auto"
        Epochs of mixup alone. "auto" is a quarter of `n_epochs`; 100
        steps at least, where that leaves an epoch.

    mixup : float in [0, inf), default=32.0
        λ is drawn from Beta(mixup, mixup); 0 mixes nothing.

    class_balance : float in [0, inf), default=1.0
        The weight η.

    n_steps : int, default=None
        The optimizer's steps in all epochs, a fact for the warm-up.

    Attributes
    ----------
    clean : Tensor of shape (n_samples, 1)
        1 - B; NaN in the warm-up.

    See Also
    --------
    DivideMix : Two networks, and only a part of the labels.
    sknoisy.DynamicBootstrappingClassifier : The estimator.

    Notes
    -----
    See the estimator for how this differs from [1]_.

    References
    ----------
    .. [1] Arazo, Ortego, Albert, O'Connor and McGuinness, "Unsupervised Label Noise
       Modeling and Loss Correction", ICML 2019.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import DynamicBootstrapping
    >>> labels, index = torch.tensor([0, 0]), torch.arange(2)
    >>> dynamic = DynamicBootstrapping(2, 2, labels, warm_up_epochs=1, mixup=0.0)
    >>> say = torch.nn.Unflatten(1, (1, 2))  # a network that says what it is told
    >>> features = torch.tensor([[9.0, 0.0], [0.0, 9.0]])
    >>> round(float(dynamic(say, features, labels, index)), 2)  # the second is wrong
    4.5
    >>> dynamic.on_epoch_end(0, say, predict=lambda: say(features))
    >>> dynamic.on_epoch_begin(1, say, predict=None)
    >>> round(float(dynamic(say, features, labels, index)), 2)  # and now corrected
    0.0
    """

    def __init__(
        self,
        n_samples: int,
        n_epochs: int,
        labels: Tensor,
        *,
        loss: Loss = "ce",
        bootstrapping: str = "hard",
        mixture: str = "beta",
        warm_up_epochs: int | str = "auto",
        mixup: float = 32.0,
        class_balance: float = 1.0,
        n_steps: int | None = None,
    ) -> None:
        super().__init__(
            n_samples,
            n_epochs,
            labels,
            loss=loss,
            mixture=mixture,
            warm_up_epochs=warm_up_epochs,
            n_steps=n_steps,
        )
        check_choice(bootstrapping, ("hard", "soft"), "bootstrapping")
        check_range("[0, inf)", mixup=mixup, class_balance=class_balance)
        self.bootstrapping = bootstrapping
        self.mixup = mixup
        self.class_balance = class_balance

    def warm_up(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the loss of mixtures."""
        share, partner = draw_mixture(self.mixup, labels)
        logits = networks(mixed(features, partner, share))
        targets = as_targets(labels, logits[:, 0])
        return self._mixed_loss(logits, targets, share, partner)

    def correct(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the loss of mixtures whose labels are corrected."""
        believed = self._believe(predict_in_evaluation(networks, features)[:, 0])
        given = as_targets(labels, believed)
        targets = torch.lerp(believed, given, self.clean[index])
        share, partner = draw_mixture(self.mixup, labels)
        logits = networks(mixed(features, partner, share))
        loss = self._mixed_loss(logits, targets, share, partner)
        return loss + self.class_balance * imbalance(logits)

    def _believe(self, logits):
        if self.bootstrapping == "soft":
            return logits.softmax(dim=-1)
        return as_targets(logits.argmax(dim=-1), logits)

    def _mixed_loss(self, logits, targets, share, partner):
        # the mean of losses over labels is that over the mixture of their distributions
        targets = torch.lerp(targets[partner], targets, share)
        return expected(self.loss, logits[:, 0], targets).mean()
