"""Progressive early stopping: the later a layer, the earlier it has to stop."""

import torch
from torch import Tensor

from sknoisy._ranges import check_count, check_range
from sknoisy._streams import lent
from sknoisy._types import Loss, Networks, Predict
from sknoisy.losses import get_loss
from sknoisy.objectives._scheduled import ScheduledObjective
from sknoisy.objectives._selection import per_network


class ProgressiveEarlyStopping(ScheduledObjective):
    r"""PES: late layers begin anew, then the network learns what it agrees with.

    Late layers memorize wrong labels long before early ones do. So all layers are
    trained for a while, then the last two anew with those before them at rest, then the
    last one, each for fewer epochs [1]_. From then on the network learns, whole, labels
    that it predicts itself, chosen anew before every epoch:

    .. math:: \sum_{i} w_i \ell(z_i, y_i) \Big/ \sum_i w_i, \quad
        w_i = [\hat y_i = y_i] / n_{y_i}

    with :math:`n_c` the number of those of class c.

    Parameters
    ----------
    n_epochs : int
        How many epochs are planned.

    labels : LongTensor of shape (n_samples,)
        The given labels.

    loss : str or callable, default="ce"
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,).

    stop_at : float in (0, 1), default=0.3
        The share of the training in which all layers are trained.

    renew : float in [0, 1), default=0.1
        The share that each set of late layers is trained for. 0 renews none.

    n_late : int >= 1, default=2
        How many layers are trained anew at first, and one less in each round.

    balance : bool, default=True
        Whether classes have the same say after that; where not, all
        :math:`n_c` are one.

    See Also
    --------
    Cores : Chooses labels batch by batch, by their losses.
    TruncatedLoss : Drops labels by how probable they are.

    Notes
    -----
    Differences from [1]_: rounds are shares of the training (25, 7 and 5 epochs of 200
    in the paper), at least an epoch each, at the learning rate of the schedule and with
    one optimizer, not at a rate of Adam's own; a label is agreed with by the sample as
    it is, not by the mean of two augmented views; a class of which no label is agreed
    with keeps all of them, or the network could not learn of it again. What is taken
    for layers are parts with weights that can be drawn anew. Their variant that learns
    the other samples by MixMatch is not here; see :class:`DivideMix`.

    References
    ----------
    .. [1] Bai et al., "Understanding and Improving Early Stopping for Learning with
       Noisy Labels", NeurIPS 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy import NoisyLabelClassifier
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = NoisyLabelClassifier(method="pes", random_state=0).fit(X, y_noisy)
    >>> bool(clf.score(X, y) > 0.9)
    True
    """

    takes_mixup = False

    def __init__(
        self,
        n_epochs: int,
        labels: Tensor,
        *,
        loss: Loss = "ce",
        stop_at: float = 0.3,
        renew: float = 0.1,
        n_late: int = 2,
        balance: bool = True,
    ) -> None:
        super().__init__(n_epochs)
        check_range("(0, 1)", stop_at=stop_at)
        check_range("[0, 1)", renew=renew)
        check_count(n_late=n_late)
        self.loss = get_loss(loss)
        self.n_late = n_late
        self.balance = balance
        start = round(stop_at * n_epochs)
        each = max(1, round(renew * n_epochs)) if renew else 0
        # where rounds begin; the last number is where the choice of labels does
        rounds = [start + i * each for i in range(n_late + 1 if each else 1)]
        self.rounds = [max(1, min(begin, n_epochs - 1)) for begin in rounds]
        self.warm_up_epochs = min(self.rounds[-1], n_epochs - 1)  # of one epoch, none
        self.resting: list[Tensor] = []
        self.add_memory("labels", labels)
        self.add_memory("weight", torch.ones(len(labels)))

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        losses = per_network(self.loss, logits, labels)[:, 0]
        weight = self.look_up("weight", index, logits)
        return (weight * losses).sum() / weight.sum().clamp_min(1e-12)

    def on_epoch_begin(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Renew late layers and let others rest, or choose the labels to learn."""
        super().on_epoch_begin(epoch, networks, predict)
        if epoch >= self.rounds[-1]:
            self.weight = self._agreed(predict()[:, 0].argmax(dim=-1))
            return
        done = sum(epoch >= begin for begin in self.rounds)
        if done and networks is not None:
            layers = layers_of(networks)
            n_late = self.n_late - done + 1
            if epoch in self.rounds:
                draw_anew(layers[-n_late:])
            late = {p for layer in layers[-n_late:] for p in layer.parameters()}
            trained = [p for p in networks.parameters() if p.requires_grad]
            self.resting = [p for p in trained if p not in late]
            set_learning(self.resting, False)

    def on_epoch_end(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Wake the layers that rested."""
        set_learning(self.resting, True)
        self.resting = []

    def _agreed(self, predicted):
        """Return the weights of labels: of those that are predicted, of each class."""
        agreed = (predicted == self.labels).to(self.weight)
        n_agreed = torch.bincount(self.labels, agreed.double())
        agreed = agreed.where((n_agreed > 0)[self.labels], 1)
        if not self.balance:
            return agreed
        sizes = torch.bincount(self.labels, agreed.double()).to(agreed)
        return agreed / sizes[self.labels]


def layers_of(networks):
    """Return the layers that learn and can be drawn anew, in their order."""
    return [
        layer
        for layer in networks.modules()
        if hasattr(layer, "reset_parameters")
        and any(p.requires_grad for p in layer.parameters(recurse=False))
    ]


def draw_anew(layers):
    with lent():  # torch's layers draw from its global generator
        for layer in layers:
            layer.reset_parameters()


def set_learning(parameters, learns):
    for parameter in parameters:
        parameter.requires_grad_(learns)
