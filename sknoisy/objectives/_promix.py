"""As many easy labels of each class as can be had, and what both networks agree on."""

import copy
import math
from collections.abc import Callable

import torch
from torch import Tensor

from sknoisy._logits import per_sample
from sknoisy._nested import joined, mixed
from sknoisy._ranges import check_range
from sknoisy._types import Loss, Networks, Predict
from sknoisy._views import check_view, view
from sknoisy._warm_up import check_warm_up
from sknoisy.losses import get_loss
from sknoisy.objectives._mixup import among, draw_mixture
from sknoisy.objectives._scheduled import ScheduledObjective
from sknoisy.objectives._selection import mean_of, per_network
from sknoisy.objectives._strong_views import strong_view


class ProMix(ScheduledObjective):
    r"""ProMix: two networks use every label that seems right, of all classes alike.

    .. math:: \frac1{|D|} \sum_{i \in D} \ell(\tilde z(x_i), t_i)
        + \ell(\tilde z(A(x_i)), t_i) + \ell_{mix}(x_i, t_i),
        \quad \tilde z = z + \alpha \log \pi

    To each of two networks, the labels t in D are given ones, namely those of the
    smallest losses, as many of each class, and those that are very probable to it;
    later also the classes that both networks are sure of together. What a network is
    biased to, its mean prediction π in D, is put into its logits while it learns, so
    that it isn't learned, and taken out of classes that are guessed. Strong views A and
    mixtures of pairs in D learn the same labels [1]_.

    Parameters
    ----------
    n_classes, n_epochs : int
        Facts of the training set and of the fit.

    labels : LongTensor of shape (n_samples,)
        The given labels.

    loss : str or callable, default="ce"
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,).

    share : float in (0, 1], default=0.5
        How many labels have small losses, in shares of an even class. Of smaller
        classes all may have.

    confidence : float in [0, 1], default=0.99
        How probable a label, or a class that is guessed, must be.

    debias : float in [0, inf), default=0.8
        The strength α. 0 leaves bias as it is.

    averaging : float in [0, 1), default=0.99
        The share of the old π in the new one, at every step.

    mixup : float in [0, inf), default=4.0
        The share of one sample in a mixture is drawn from Beta(mixup, mixup); the
        larger one is the sample's own.

    guess_from : float in [0, 1], default=0.6
        After which share of the training classes are guessed. 1 guesses none.

    most : float in [0, 1], default=0.9
        The share of a batch from which on no class is guessed any more.

    warm_up_epochs : int or "auto", default="auto"
        Epochs of plain training. "auto" is a quarter of `n_epochs`, and the first 100
        steps at least, but never the last epoch.

    swap : float in [0, 1), default=0.1
        Without `strong_augment`, strong views take that share of a sample's features
        from other samples of the batch, each from one of its own [2]_.

    augment, strong_augment : callable, default=None
        Plain and strong views of the features of a batch, of the same shape, drawn anew
        at each call. None as plain view is the sample itself. For images, pass both.

    n_steps : int, default=None
        How many steps the optimizer takes in all epochs.

    See Also
    --------
    DivideMix : Its networks choose for each other, and guess all rejected samples.
    CoTeaching : Needs to know how many labels are wrong.

    Notes
    -----
    The estimator's `kept_` is the share of networks to which a label has a small loss
    after the last epoch. Differences from [1]_ and its code: samples out of D aren't
    learned, for which the authors have a second head in each network and a weight that
    is zero after a sixth of the training; there are no masks of images (FMix); strong
    views and mixtures have their whole weight from the warm-up on, which is a share of
    the training instead of 10 epochs of 600; partners in mixtures are drawn so that
    nobody is its own; π is an average of 100 steps, not 10,000, as trainings are
    shorter. The authors' share is .5, and .7 where they know that a fifth is wrong;
    for a hundred classes they take a confidence of .95 and a strength of .5.

    References
    ----------
    .. [1] Xiao et al., "ProMix: Combating Label Noise via Maximizing Clean Sample
       Utility", IJCAI 2023.
    .. [2] Bahri et al., "SCARF: Self-Supervised Contrastive Learning using Random
       Feature Corruption", ICLR 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy import NoisyLabelClassifier
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = NoisyLabelClassifier(method="promix", max_epochs=30, random_state=0)
    >>> bool(clf.fit(X, y_noisy).score(X, y) > 0.9)
    True
    """

    n_networks = 2
    takes_mixup = False
    augments = True
    bias: Tensor

    def __init__(
        self,
        n_classes: int,
        n_epochs: int,
        labels: Tensor,
        *,
        loss: Loss = "ce",
        share: float = 0.5,
        confidence: float = 0.99,
        debias: float = 0.8,
        averaging: float = 0.99,
        mixup: float = 4.0,
        guess_from: float = 0.6,
        most: float = 0.9,
        warm_up_epochs: int | str = "auto",
        swap: float = 0.1,
        augment: Callable[[Tensor], Tensor] | None = None,
        strong_augment: Callable[[Tensor], Tensor] | None = None,
        n_steps: int | None = None,
    ) -> None:
        super().__init__(n_epochs)
        check_range("(0, 1]", share=share)
        check_range("[0, 1]", confidence=confidence, guess_from=guess_from, most=most)
        check_range("[0, 1)", averaging=averaging, swap=swap)
        check_range("[0, inf)", debias=debias, mixup=mixup)
        self.loss = copy.deepcopy(get_loss(loss))
        self.share = share
        self.confidence = confidence
        self.debias = debias
        self.averaging = averaging
        self.mixup = mixup
        self.guess_from = guess_from
        self.most = most
        self.warm_up_epochs = check_warm_up(warm_up_epochs, n_epochs, n_steps)
        self.swap = swap
        self.augment = check_view(augment, "augment")
        self.strong_augment = check_view(strong_augment, "strong_augment")
        self.is_warm = False
        self.add_memory("labels", labels)
        self.add_memory("easy", torch.zeros(len(labels), 2, dtype=torch.bool))
        even = torch.full((self.n_networks, n_classes), 1 / n_classes)
        self.register_buffer("bias", even, persistent=False)

    def on_epoch_begin(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Look at the clock."""
        super().on_epoch_begin(epoch, networks, predict)
        self.is_warm = epoch >= self.warm_up_epochs
        if epoch == 0 and self.is_warm:  # no epoch has ended yet that told anything
            self._look(predict())

    def on_epoch_end(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Choose the labels of the smallest losses."""
        if epoch + 1 >= min(self.warm_up_epochs, self.n_epochs):
            self._look(predict())

    def forward(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the scalar; update what networks are biased to."""
        plain = view(self.augment, features)
        if not self.is_warm:
            return per_network(self.loss, networks(plain), labels).sum(dim=1).mean()
        strong = strong_view(features, self.strong_augment, self.swap)
        logits, others = networks(joined([plain, strong])).chunk(2)
        p, shift = logits.detach().softmax(dim=-1), self.debias * self.bias.log()
        chosen, target = self._targets(p, shift.to(p), labels, index)
        losses = self._losses(logits + shift, target)
        losses = losses + self._losses(others + shift, target)
        pairs = [
            self._mixed(networks.only(k), plain, shift[k], target[:, k], chosen[:, k])
            for k in range(self.n_networks)
        ]
        self._follow(p, chosen)
        return mean_of(losses + torch.stack(pairs, dim=1), chosen)

    def _targets(self, p, shift, labels, index):
        """Return who is learned by each network, and as what."""
        target = labels.unsqueeze(1).expand(-1, self.n_networks)
        believed = p.gather(2, target.unsqueeze(2)).squeeze(2)
        chosen = self.easy[index] | (believed > self.confidence)
        if self.progress < self.guess_from:
            return chosen, target
        sure, guess = p.max(dim=-1)
        alike = (guess == guess[:, :1]).all(dim=1) & (sure > self.confidence).all(dim=1)
        guessed = alike.unsqueeze(1) & ~chosen
        # of too many those that networks are surest of
        surest = sure.mean(dim=1, keepdim=True).where(guessed, -1)
        place = surest.argsort(dim=0, descending=True, stable=True).argsort(dim=0)
        guessed = guessed & (place < int(self.most * len(p)) - chosen.sum(dim=0))
        unbiased = (p.log() - shift).argmax(dim=-1)
        return chosen | guessed, unbiased.where(guessed, target)

    def _losses(self, logits, target):
        flat = per_sample(self.loss, logits.flatten(0, 1), target.flatten())
        return flat.view(target.shape)

    def _mixed(self, network, features, shift, target, chosen):
        """Return the loss of each chosen sample, mixed with another one."""
        share, order = draw_mixture(self.mixup, target)
        share, partner = max(share, 1 - share), among(order, chosen)
        logits = network(mixed(features, partner, share))[:, 0] + shift
        own = per_sample(self.loss, logits, target)
        return share * own + (1 - share) * per_sample(
            self.loss, logits, target[partner]
        )

    def _follow(self, p, chosen):
        n_chosen = chosen.sum(dim=0).unsqueeze(1)
        mean = (p * chosen.unsqueeze(2)).sum(dim=0) / n_chosen.clamp(min=1)
        mean = mean.to(self.bias).where(n_chosen > 0, self.bias)
        self.bias = torch.lerp(mean, self.bias, self.averaging)

    def _look(self, logits):
        """Find the labels of each class with the smallest losses, as many of each."""
        losses = per_network(self.loss, logits, self.labels)
        n_each = math.ceil(self.share * len(losses) / self.bias.shape[1])
        easy = torch.zeros_like(losses, dtype=torch.bool)
        for code in self.labels.unique():
            rows = (self.labels == code).nonzero().squeeze(1)
            smallest = losses[rows].argsort(dim=0, stable=True)[:n_each]
            easy.scatter_(0, rows[smallest], True)
        self.easy = easy

    def findings(self) -> dict[str, Tensor]:
        """Return to which share of networks each label has a small loss."""
        return {"kept": self.easy.double().mean(dim=1)}
