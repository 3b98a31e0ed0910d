"""Two networks that part labels for each other and guess those that they reject."""

from collections.abc import Callable

import torch
from torch import Tensor

from sknoisy._checks import check_choice
from sknoisy._nested import joined, mixed
from sknoisy._ranges import check_range
from sknoisy._types import Loss, Networks, Predict
from sknoisy._views import check_view, view
from sknoisy.objectives._mixup import draw_mixture, predict_in_evaluation
from sknoisy.objectives._selection import mean_of, per_network
from sknoisy.objectives._self_correction import (
    SelfCorrection,
    as_targets,
    expected,
    imbalance,
)
from sknoisy.objectives._unlabeled_rows import Rows, UnlabeledRows


class DivideMix(SelfCorrection):
    r"""DivideMix: labels that two networks reject for each other are guessed [1]_.

    .. math:: L_X + \lambda_u L_U + \eta \sum_c \tfrac1C \log \frac{1 / C}{\bar p_c}

    A sample is labeled to a network if the other one's losses say, with probability
    w ≥ τ, that its label y is right, and unlabeled otherwise. The target of a labeled
    one is :math:`w y + (1 - w) p`, that of an unlabeled one the mean prediction of both
    networks, both sharpened. Samples are mixed in pairs, and so are their targets
    [2]_; L_X is the mean loss of mixtures that are mostly a labeled sample, L_U the
    mean square error of the other ones, a sum over classes.

    Parameters
    ----------
    n_samples, n_epochs : int
        Facts of the training set and of the fit.

    labels : LongTensor of shape (n_samples,)
        The given labels.

    loss : str or callable, default="ce"
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,); that of a target is the mean over its distribution.

    mixture : {"gaussian", "beta"}, default="gaussian"
        Which distributions the losses of right and of wrong labels have.

    warm_up_epochs : int or "auto", default="auto"
        Epochs of plain training. "auto" is a quarter of `n_epochs`,
        and the first 100 steps at least, but never the last epoch.

    average_epochs : int, default=1
        Over how many epochs, the last ones, losses are averaged.

    p_threshold : float in [0, 1], default=0.5
        The τ above.

    sharpening : float in (0, 1], default=0.5
        Targets are taken to the power of one over it, and scaled to a sum of one.

    mixup : float in [0, inf), default=4.0
        The share of the one sample is drawn from Beta(mixup, mixup), that of the other
        one is the rest, and the larger share that of the sample itself.

    augment : callable, default=None
        Features of a batch to others of the same shape, anew at each call. Two such
        views are learned from, and their predictions averaged.

    strong_augment : callable, default=None
        The same for what is shown of rejected samples with ``rejected="fixmatch"``.

    rejected : {"mixmatch", "fixmatch"} or None, default="mixmatch"
        How rejected samples are learned from. "mixmatch" is L_U as above. "fixmatch"
        [3]_ replaces it by the loss of the class that both networks together predict,
        where they are sure of it. None leaves it out.

    rejected_weight : float in [0, inf), default=1.0
        λ_u, which grows from zero in as many epochs as the warm-up takes.

    confidence : float in [0, 1], default=0.95
        How probable a class must be to be learned, with "fixmatch".

    class_balance : float in [0, inf), default=1.0
        The weight η.

    unlabeled_rows : dataset, default=None
        Samples without a label, a fact of the training set. As many of them as a batch
        holds are drawn for each, and are rejected ones.

    n_steps : int, default=None
        How many steps the optimizer takes in all epochs.

    Attributes
    ----------
    clean : Tensor of shape (n_samples, 2)
        w by the losses of each network; NaN in the warm-up.

    See Also
    --------
    DynamicBootstrapping : One network.
    sknoisy.DivideMixClassifier : The estimator.

    Notes
    -----
    See the estimator for how this differs from [1]_.

    References
    ----------
    .. [1] Li, Socher and Hoi, "DivideMix: Learning with Noisy Labels as
       Semi-supervised Learning", ICLR 2020.
    .. [2] Berthelot et al., "MixMatch: A Holistic Approach to Semi-Supervised
       Learning", NeurIPS 2019.
    .. [3] Sohn et al., "FixMatch: Simplifying Semi-Supervised Learning with Consistency
       and Confidence", NeurIPS 2020.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import DivideMix
    >>> labels, index = torch.tensor([0, 0]), torch.arange(2)
    >>> divide = DivideMix(2, 2, labels, warm_up_epochs=1)
    >>> def predict():
    ...     return torch.tensor([[[9.0, 0.0]] * 2, [[0.0, 9.0]] * 2])
    >>> divide.on_epoch_end(0, None, predict)
    >>> divide.clean.round(decimals=3)
    tensor([[1., 1.],
            [0., 0.]])
    """

    n_networks = 2
    augments = True

    def __init__(
        self,
        n_samples: int,
        n_epochs: int,
        labels: Tensor,
        *,
        loss: Loss = "ce",
        mixture: str = "gaussian",
        warm_up_epochs: int | str = "auto",
        average_epochs: int = 1,
        p_threshold: float = 0.5,
        sharpening: float = 0.5,
        mixup: float = 4.0,
        augment: Callable[[Tensor], Tensor] | None = None,
        strong_augment: Callable[[Tensor], Tensor] | None = None,
        rejected: str | None = "mixmatch",
        rejected_weight: float = 1.0,
        confidence: float = 0.95,
        class_balance: float = 1.0,
        unlabeled_rows: Rows | None = None,
        n_steps: int | None = None,
    ) -> None:
        super().__init__(
            n_samples,
            n_epochs,
            labels,
            loss=loss,
            mixture=mixture,
            warm_up_epochs=warm_up_epochs,
            average_epochs=average_epochs,
            n_steps=n_steps,
        )
        if rejected is not None:
            check_choice(rejected, ("mixmatch", "fixmatch"), "rejected")
        check_range("[0, 1]", p_threshold=p_threshold, confidence=confidence)
        check_range("(0, 1]", sharpening=sharpening)
        check_range("[0, inf)", mixup=mixup, class_balance=class_balance)
        check_range("[0, inf)", rejected_weight=rejected_weight)
        self.p_threshold = p_threshold
        self.sharpening = sharpening
        self.mixup = mixup
        self.augment = check_view(augment, "augment")
        self.strong_augment = check_view(strong_augment, "strong_augment")
        self.rejected = rejected
        self.rejected_weight = rejected_weight
        self.confidence = confidence
        self.class_balance = class_balance
        self.unlabeled = UnlabeledRows(unlabeled_rows)
        self.risen = 0.0

    def on_epoch_begin(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Look at the clock."""
        super().on_epoch_begin(epoch, networks, predict)
        passed = max(0, epoch - self.warm_up_epochs)
        self.risen = min(1.0, passed / max(1, self.warm_up_epochs))

    def warm_up(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the plain loss, of one view."""
        logits = networks(view(self.augment, features))
        return per_network(self.loss, logits, labels).sum(dim=1).mean()

    def correct(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the loss of labeled and unlabeled samples."""
        others = self.unlabeled.draw(len(features), features)
        trust = self.clean[index].flip(1)  # each network's split is the other one's
        if len(others):
            features = torch.cat([features, others])
            labels = torch.cat([labels, labels.new_zeros(len(others))])
            trust = torch.cat([trust, trust.new_full((len(others), 2), -1.0)])
        views = self._views(features)
        guesses = torch.stack(
            [predict_in_evaluation(networks, v).softmax(dim=-1) for v in views]
        )
        guesses = guesses.mean(dim=0)
        labeled = trust >= self.p_threshold
        targets = self._targets(labels, guesses, trust, labeled)
        return self._learn(networks, features, views, guesses, targets, labeled)

    def forget(self) -> None:
        """Let go of what is known of single samples, and of those without a label."""
        super().forget()
        self.unlabeled = UnlabeledRows(None)

    def _views(self, features):
        if self.augment is None:
            return [features]
        return [view(self.augment, features) for _ in range(2)]

    def _targets(self, labels, guesses, trust, labeled):
        """Return the target of each sample for each network."""
        given = as_targets(labels, guesses).unsqueeze(1)
        refined = torch.lerp(guesses, given, trust.unsqueeze(2))
        guessed = guesses.mean(dim=1, keepdim=True)
        return sharpen(refined.where(labeled.unsqueeze(2), guessed), self.sharpening)

    def _learn(self, networks, features, views, guesses, targets, labeled):
        n = len(views)
        pairs, targets = self._mix(joined(views), targets.repeat(n, 1, 1))
        labeled = labeled.repeat(n, 1)
        logits = networks(pairs)
        value = mean_of(expected(self.loss, logits, targets), labeled)
        value = value + self.class_balance * imbalance(logits)
        weight = self.risen * self.rejected_weight
        if self.rejected == "mixmatch":
            errors = (logits.softmax(dim=-1) - targets).square().sum(dim=-1)
            value = value + weight * mean_of(errors, ~labeled)
        elif self.rejected == "fixmatch":
            rejected = ~labeled[: len(labeled) // n]
            value = value + weight * self._consistency(
                networks, features, guesses.mean(dim=1), rejected
            )
        return value

    def _mix(self, features, targets):
        share, partner = draw_mixture(self.mixup, targets)
        share = max(share, 1 - share)
        pairs = mixed(features, partner, share)
        return pairs, torch.lerp(targets[partner], targets, share)

    def _consistency(self, networks, features, guess, rejected):
        """Return the loss of what both networks are sure of, of a strong view."""
        logits = networks(view(self.strong_augment, features))
        p, sure_of = guess.max(dim=-1)
        losses = per_network(self.loss, logits, sure_of)
        return mean_of(losses * (p >= self.confidence).unsqueeze(1), rejected)


def sharpen(p, temperature):
    """Return distributions to the power of one over `temperature`, scaled to one."""
    # in logarithms: a power of small probabilities may underflow
    smallest = torch.finfo(p.dtype).tiny
    return (p.clamp(min=smallest).log() / temperature).softmax(dim=-1)
