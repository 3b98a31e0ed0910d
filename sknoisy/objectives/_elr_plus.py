"""Early-learning regularization by two networks that teach each other."""

from typing import Any, Self

import torch
from torch import Tensor

from sknoisy._checks import check_choice
from sknoisy._nested import mixed
from sknoisy._ranges import check_range
from sknoisy._tensors import copy_of
from sknoisy._types import Networks
from sknoisy._warm_up import epochs_to_learn
from sknoisy.objectives._elr import SHRINKAGE, seen_only
from sknoisy.objectives._mixup import draw_mixture
from sknoisy.objectives._scheduled import ScheduledObjective, check_rise, ramp
from sknoisy.objectives._unlabeled_rows import Rows, UnlabeledRows


class EarlyLearningPlus(ScheduledObjective):
    r"""ELR+: two networks, each held to what the other one believed early.

    .. math:: -\sum_c y_c \log p_c + \lambda \log(1 - \langle t, p \rangle)

    A network's belief about sample i is that of the other network, with the weights
    that this one had on average of late: :math:`t_i \leftarrow \beta t_i + (1 - \beta)
    \bar p`. Samples are mixed in pairs (mixup), and with them labels y and beliefs t
    [1]_. Probabilities are the mean of those of both networks. It costs three times as
    much as plain ELR.

    Parameters
    ----------
    n_samples, n_classes, n_epochs : int
        Facts of the training set and of the fit.

    momentum : float in [0, 1), default=0.9
        The share β of the old belief in the new one.

    strength : float in [0, inf), default=3.0
        The weight λ. The default (0.9, 3) of both is that of
        `EarlyLearningRegularization`, and none of the authors' pairs.

    averaging : float in [0, 1), default=0.997
        The share of the old average of weights in the new one, at every step; less in
        the first steps, so that the average is that of all weights so far.

    mixup : float in [0, inf), default=1.0
        Shares of mixtures are drawn from Beta(mixup, mixup); 0 mixes nothing.

    rise : pair of float in [0, 1] or "auto", default="auto"
        The interval of training, in shares of its epochs, in which λ grows from zero.
        "auto" is (0, 0), λ at once; but in a training of less than 400 steps, λ is zero
        in the first 100 of them, or in all epochs but the last, since networks that
        have learned nothing would be held to what they say.

    keep : bool, default=False
        Whether the beliefs stay after fit, the mean of both networks', as the
        estimator's ``beliefs_`` of shape (n_samples, n_classes); NaN for samples that
        were held out.

    unlabeled_rows : dataset, default=None
        Samples without a label, a fact of the training set. As many of them as a batch
        holds are drawn for each, and held to what was believed of them.

    n_steps : int or None, default=None
        The optimizer's steps in all epochs, by which "auto" decides.

    See Also
    --------
    EarlyLearningRegularization : One network; takes weights of samples.

    Notes
    -----
    Differences from the authors' method: both networks see the same batches, mixed
    alike; beliefs come from networks in evaluation mode; λ grows along a line instead
    of a sigmoid; the agreement is kept below one as in `EarlyLearningRegularization`.
    The average of weights takes up a step's result at the beginning of the next one.

    It remembers 2 × n_samples × n_classes numbers, and the two averages, while it
    trains.

    References
    ----------
    .. [1] Liu et al., "Early-Learning Regularization Prevents Memorization of Noisy
       Labels", NeurIPS 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy import NoisyLabelClassifier
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = NoisyLabelClassifier(method="elr+", max_epochs=30, random_state=0)
    >>> bool((clf.fit(X, y_noisy).predict(X) == y).mean() > 0.9)
    True
    """

    n_networks = 2
    takes_mixup = False

    def __init__(
        self,
        n_samples: int,
        n_classes: int,
        n_epochs: int,
        *,
        momentum: float = 0.9,
        strength: float = 3.0,
        averaging: float = 0.997,
        mixup: float = 1.0,
        rise: tuple[float, float] | str = "auto",
        keep: bool = False,
        unlabeled_rows: Rows | None = None,
        n_steps: int | None = None,
    ) -> None:
        super().__init__(n_epochs)
        check_range("[0, 1)", momentum=momentum, averaging=averaging)
        check_range("[0, inf)", strength=strength, mixup=mixup)
        self.momentum = momentum
        self.strength = strength
        self.averaging = averaging
        self.mixup = mixup
        self.rise = when_to_rise(rise, n_epochs, n_steps)
        self.keep = keep
        self.add_memory("beliefs", torch.zeros(n_samples, self.n_networks, n_classes))
        self.unlabeled = UnlabeledRows(unlabeled_rows)
        others = torch.zeros(len(self.unlabeled), self.n_networks, n_classes)
        self.add_memory("others", others)
        self.averages: Any = None
        self.n_averaged = 0

    def forward(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the scalar; update averages, and beliefs about the batch's samples."""
        beliefs = self._update("beliefs", self._teach(networks, features), index)
        share, partner = draw_mixture(self.mixup, labels)
        log_p = networks(mixed(features, partner, share))
        log_p = log_p.log_softmax(dim=-1)
        nll = share * nll_of(log_p, labels) + (1 - share) * nll_of(
            log_p, labels[partner]
        )
        belief = torch.lerp(beliefs[partner], beliefs, share)
        strength = self.strength * ramp(self.progress, self.rise)
        # a sum over networks: each has the gradient that it would have alone
        value = nll.add(regret(belief, log_p), alpha=strength).sum(dim=1).mean()
        if len(self.unlabeled):
            value = value + strength * self._hold_others(networks, features)
        return value

    def _hold_others(self, networks, features):
        """Return how far networks leave what they believe of samples without label."""
        rows, others = self.unlabeled.draw_rows(len(features), features)
        with torch.no_grad():
            p = self.averages(others).softmax(dim=-1).flip(1)
        beliefs = self._update("others", p, rows)
        log_p = networks(others).log_softmax(dim=-1)
        return regret(beliefs, log_p).sum(dim=1).mean()

    def make_ready(self, networks: Networks) -> None:
        """Make the averages, where there are none yet."""
        if self.averages is None:
            self.averages = copy_of(networks).eval().requires_grad_(False)

    @torch.no_grad()
    def _teach(self, networks, features):
        """Return what the average of the other network says, for each network."""
        self.make_ready(networks)
        self.n_averaged += 1
        share = max(1 - self.averaging, 1 / self.n_averaged)
        for mean, now in zip(
            self.averages.parameters(), networks.parameters(), strict=True
        ):
            mean.lerp_(now, share)
        for kept, now in zip(self.averages.buffers(), networks.buffers(), strict=True):
            kept.copy_(now)  # statistics of batch normalization are averages already
        return self.averages(features).softmax(dim=-1).flip(1)

    def train(self, mode: bool = True) -> Self:
        """Set the mode; the averages teach in evaluation mode all the same."""
        super().train(mode)
        if self.averages is not None:
            self.averages.eval()
        return self

    def _update(self, name, p, index):
        beliefs = torch.lerp(p, self.look_up(name, index, p), self.momentum)
        self.note(name, index, beliefs)
        return beliefs

    def findings(self) -> dict[str, Tensor]:
        """Return the beliefs, where they are to be kept."""
        return {"beliefs": seen_only(self.beliefs.mean(dim=1))} if self.keep else {}

    def forget(self) -> None:
        """Let go of beliefs and averages."""
        super().forget()
        self.averages, self.unlabeled = None, UnlabeledRows(None)


def when_to_rise(rise, n_epochs, n_steps):
    """Return in which interval of progress λ grows; "auto" looks at the steps."""
    if not isinstance(rise, str):
        return check_rise(rise, n_epochs)
    check_choice(rise, ("auto",), "rise")
    start = epochs_to_learn(n_epochs, n_steps) / n_epochs
    return start, start


def regret(belief, log_p):
    """Return log(1 - <t, p>), below zero, (n_batch, n_networks)."""
    return torch.log1p((belief * log_p.exp()).sum(dim=-1) * -SHRINKAGE)


def nll_of(log_p, labels):
    """Return each network's -log p of each label, (n_batch, n_networks)."""
    places = labels[:, None, None].expand(-1, log_p.shape[1], 1)
    return -log_p.gather(2, places).squeeze(2)
