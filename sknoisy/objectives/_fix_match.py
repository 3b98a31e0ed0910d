"""Samples get the class that a plain view of them shows, for a spoiled view."""

from collections.abc import Callable

import torch
from torch import Tensor

from sknoisy._ranges import check_range
from sknoisy._types import Loss, Networks, Predict
from sknoisy._views import check_view, view
from sknoisy._warm_up import check_warm_up
from sknoisy.losses import get_loss
from sknoisy.objectives._mixup import predict_in_evaluation
from sknoisy.objectives._scheduled import ScheduledObjective
from sknoisy.objectives._strong_views import strong_view
from sknoisy.objectives._unlabeled_rows import Rows, UnlabeledRows


class FixMatch(ScheduledObjective):
    r"""FixMatch with a confidence for each class: rows without a label teach, too.

    .. math:: L_X + \lambda_u \frac1m \sum_i [\max_c p_{ic} \ge \tau_{\hat y_i}] \,
        \ell(z(A(x_i)), \hat y_i), \quad
        \tau_c = \tau \frac{\beta_c}{2 - \beta_c}

    The network predicts the class of a weak view; where it is sure enough of it, it
    learns that class for a strong view of the same sample [1]_. How sure that must be
    is less for classes that it has hardly learned yet: β_c is how many of the samples
    last seen are surely of class c, in shares of the class of which most are [2]_.

    Parameters
    ----------
    n_classes, n_epochs : int
        Facts of the training set and of the fit.

    loss : str or callable, default="ce"
        A name of :data:`sknoisy.losses.LOSSES` or a function (logits, labels) ->
        (n_samples,), for given labels and for predicted ones. A robust one, such as
        "gce", where given labels may be wrong.

    confidence : float in [0, 1], default=0.95
        The τ above.

    class_wise : bool, default=True
        Whether classes have a τ of their own, or all the same as in [1]_.

    unlabeled_weight : float in [0, inf), default=1.0
        λ_u.

    unlabeled_ratio : float in (0, inf), default=2.0
        How many samples without a label are drawn for each one with a label.

    warm_up_epochs : int or "auto", default="auto"
        Epochs of labeled samples alone. "auto" is a quarter of `n_epochs`.

    swap : float in [0, 1), default=0.3
        Without `strong_augment`, the strong view takes that share of a sample's
        features from another sample of the batch, each from one of its own [3]_.

    augment, strong_augment : callable, default=None
        Weak and strong view of the features of a batch, of the same shape, drawn anew
        at each call. None as weak view is the sample itself. For images, pass both.

    unlabeled_rows : dataset, default=None
        Samples without a label, a fact of the training set. None learns views of the
        labeled ones.

    See Also
    --------
    DivideMix : Two networks, which take labels away that seem wrong.

    Notes
    -----
    Differences from [1]_ and [2]_: predictions are made in evaluation mode, β_c counts
    the samples that were drawn in an epoch instead of what was last seen of each, there
    is a warm-up, and no average of weights predicts. Views of tables are those of
    [3]_, since there is no strong view of a table that keeps its class for sure.

    References
    ----------
    .. [1] Sohn et al., "FixMatch: Simplifying Semi-Supervised Learning with Consistency
       and Confidence", NeurIPS 2020.
    .. [2] Zhang et al., "FlexMatch: Boosting Semi-Supervised Learning with Curriculum
       Pseudo Labeling", NeurIPS 2021.
    .. [3] Bahri et al., "SCARF: Self-Supervised Contrastive Learning using Random
       Feature Corruption", ICLR 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy import NoisyLabelClassifier
    >>> from sknoisy.noise import MissingLabelNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_some = MissingLabelNoise(0.9, random_state=0).fit_corrupt(y)
    >>> options = {"unlabeled": -1, "max_epochs": 40, "random_state": 0}
    >>> clf = NoisyLabelClassifier(method="fix_match", **options)
    >>> bool(clf.fit(X, y_some).score(X, y) > 0.9)
    True
    """

    takes_mixup = False
    augments = True
    needs_whole_fit = True
    seen: Tensor
    learned: Tensor

    def __init__(
        self,
        n_classes: int,
        n_epochs: int,
        *,
        loss: Loss = "ce",
        confidence: float = 0.95,
        class_wise: bool = True,
        unlabeled_weight: float = 1.0,
        unlabeled_ratio: float = 2.0,
        warm_up_epochs: int | str = "auto",
        swap: float = 0.3,
        augment: Callable[[Tensor], Tensor] | None = None,
        strong_augment: Callable[[Tensor], Tensor] | None = None,
        unlabeled_rows: Rows | None = None,
    ) -> None:
        super().__init__(n_epochs)
        check_range("[0, 1]", confidence=confidence)
        check_range("[0, inf)", unlabeled_weight=unlabeled_weight)
        check_range("(0, inf)", unlabeled_ratio=unlabeled_ratio)
        check_range("[0, 1)", swap=swap)
        self.loss = get_loss(loss)
        self.confidence = confidence
        self.class_wise = class_wise
        self.unlabeled_weight = unlabeled_weight
        self.unlabeled_ratio = unlabeled_ratio
        self.warm_up_epochs = check_warm_up(warm_up_epochs, n_epochs)
        self.swap = swap
        self.augment = check_view(augment, "augment")
        self.strong_augment = check_view(strong_augment, "strong_augment")
        self.unlabeled = UnlabeledRows(unlabeled_rows)
        self.is_warm = False
        self.add_memory("seen", torch.zeros(n_classes + 1))
        self.add_memory("learned", torch.zeros(n_classes))

    def forward(
        self, networks: Networks, features: Tensor, labels: Tensor, index: Tensor
    ) -> Tensor:
        """Return the loss of given labels, and that of what views show."""
        logits = networks(view(self.augment, features))
        value = self.loss(logits[:, 0], labels).mean()
        if not self.is_warm or not self.unlabeled_weight:
            return value
        others = features
        if len(self.unlabeled):
            n_drawn = max(1, round(self.unlabeled_ratio * len(features)))
            others = self.unlabeled.draw(n_drawn, features)
        return value + self.unlabeled_weight * self._consistency(networks, others)

    def _consistency(self, networks, features):
        """Return the mean loss of strong views, zero where no class is sure."""
        with torch.no_grad():
            weak = predict_in_evaluation(networks, view(self.augment, features))
            sure, guess = weak[:, 0].softmax(dim=-1).max(dim=-1)
        is_sure = sure >= self._thresholds(guess, sure)
        counted = guess.where(sure >= self.confidence, guess.new_tensor(-1))
        # as bincount, for which a GPU would wait
        self.seen.index_add_(0, counted + 1, torch.ones_like(sure).to(self.seen))
        logits = networks(strong_view(features, self.strong_augment, self.swap))
        losses = self.loss(logits[:, 0], guess)
        return (losses * is_sure).sum() / len(losses)

    def _thresholds(self, guess, like):
        if not self.class_wise:
            return torch.full_like(like, self.confidence)
        learned = self.learned.to(like)[guess]
        return self.confidence * learned / (2 - learned)

    def on_epoch_begin(self, epoch: int, networks: Networks, predict: Predict) -> None:
        """Look at the clock, and at what was learned of each class so far."""
        super().on_epoch_begin(epoch, networks, predict)
        self.is_warm = epoch >= self.warm_up_epochs
        unsure, sure = self.seen[0], self.seen[1:]
        self.learned = sure / max(float(sure.max()), float(unsure), 1.0)
        self.seen = torch.zeros_like(self.seen)

    def forget(self) -> None:
        """Let go of counts, and of samples without a label."""
        super().forget()
        self.unlabeled = UnlabeledRows(None)
