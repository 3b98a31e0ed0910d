"""Two networks that part labels for each other, and learn the rest without label."""

from collections.abc import Callable
from typing import Any, Literal

from sknoisy._types import Loss
from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.objectives import DivideMix

__all__ = ["DivideMixClassifier"]


class DivideMixClassifier(BaseNoisyClassifier):
    """Two neural networks that learn samples with wrong labels as if they had none.

    After a warm-up, the losses of each network tell the other one which labels are
    probably right, by a mixture of two distributions [1]_. These are learned, the more
    corrected by the network's own prediction the less sure they are; the other samples
    get the class that both networks together predict. On tables, samples are mixed in
    pairs, and nothing else is needed; for images, pass an augmentation. No noise rate
    is asked for.

    Parameters
    ----------
    loss : str or callable, default="ce"
        The loss that is learned, and by which labels are judged: a name from
        :data:`sknoisy.losses.LOSSES` or a function ``(logits, labels) ->
        (n_samples,)``; parameters as ``loss__*``. Wrong labels stand out by losses
        that grow without bound, as "ce" does.

    mixture : {"gaussian", "beta"}, default="gaussian"
        Which distributions the losses of right and of wrong labels have:
        :class:`~sknoisy.quality.NormalMixture` or
        :class:`~sknoisy.quality.BetaMixture`.

    warm_up_epochs : int or "auto", default="auto"
        Epochs of plain training on the given labels before anything is corrected.
        "auto" is a quarter of `max_epochs`, and at least the first 100 steps, but never
        the last epoch. It should end when what labels have in
        common has been learned, and single wrong ones haven't; 0 is for networks that
        know something already (`warm_start`, a pretrained `module`).

    average_epochs : int, default=1
        Over how many epochs, the last ones, losses are averaged before the mixture is
        fitted. 5 was published for data with 90 % wrong labels.

    p_threshold : float in [0, 1], default=0.5
        How probable it must be that a label is right for it to be learned.

    sharpening : float in (0, 1], default=0.5
        Temperature of targets: their probabilities are taken to the power of one over
        it. 1 leaves them as they are.

    mixup : float, default=4.0
        Pairs of samples are mixed, and what is to be learned of them, with a share
        drawn from Beta(mixup, mixup), of which the larger part is that of the sample
        itself; 0 mixes nothing.

    strong_augment : callable, default=None
        As `augment`, for what samples look like whose class was predicted without it,
        with ``rejected="fixmatch"``. None shows them as they are.

    rejected : {"mixmatch", "fixmatch"} or None, default="mixmatch"
        How samples with rejected labels are learned from. "mixmatch" [2]_: mixed, by
        the square error of probabilities. "fixmatch" [3]_: by the loss of the predicted
        class, where its probability is `confidence` or more. None: only as the smaller
        part of mixtures, as they are with the other two, too.

    rejected_weight : float, default=1.0
        Weight of what is learned from rejected samples; it grows from zero in as many
        epochs as the warm-up takes. More suits very heavy noise. Where it is too much,
        a class whose labels are all rejected may be lost.

    confidence : float in [0, 1], default=0.95
        How probable a class must be to be learned, with ``rejected="fixmatch"``.

    class_balance : float, default=1.0
        Weight of a term that keeps predictions of a batch evenly spread over classes,
        so that corrected labels don't end up in one. Lower it, or take 0, where true
        classes are very uneven.

    Attributes
    ----------
    clean_probability_ : ndarray of shape (n_samples,)
        How probable it is that the label of each sample of X is right, by the mixture
        of losses at the end of training, the mean over both networks. Samples held out
        for validation are judged, too. NaN where training was interrupted in the
        warm-up.

    See Also
    --------
    DynamicBootstrappingClassifier : One network, and about half the time.
    CoTeachingClassifier : Two networks that leave rejected samples out.
    sknoisy.detectors.LossMixture : The same mixtures, to find wrong labels.

    Notes
    -----
    Differences from [1]_: both networks take their step at once, on the same batches
    and mixtures, where the authors train one after the other, each with a loader of
    labeled samples and one of unlabeled ones. A batch here is part of the whole, and
    its labeled and its unlabeled part are told apart in it; each part's loss is a
    mean, and zero where a batch has no such part. The authors' code leaves the network
    in training mode as it guesses what to learn, so that guesses change the running
    statistics of batch normalization and suffer from dropout; here it is in evaluation
    mode. The square error is a sum over classes, theirs a mean: the weight of
    unlabeled samples, 0 to 150 in [1]_ by the known share of wrong labels, would be 0
    to 15 here for ten classes, and is one number for all shares. There is no
    confidence penalty in the warm-up, which is published for asymmetric noise.
    Probabilities of both networks are averaged to predict, not logits added. Without
    `augment`, one view is learned from; with it, two are, and their predictions
    averaged.

    A mixture finds two kinds of losses in any data: where all labels are right, it
    takes the hardest of them for wrong ones.

    A batch should hold several samples of each class, as the balance of classes is
    that of its predictions.

    Samples without a label (`unlabeled` says what marks them) are learned from as
    those whose label is rejected, from the end of the warm-up on: as many as a batch
    holds are drawn for each batch.

    `fit` takes no weights: where samples are judged, they have no exact meaning.

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
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy import DivideMixClassifier, SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = DivideMixClassifier(max_epochs=30, random_state=0)
    >>> bool(clf.fit(X, y_noisy).score(X, y) > 0.9)
    True
    >>> wrong = y_noisy != y
    >>> found = clf.clean_probability_
    >>> bool(found[wrong].mean() < 0.2 and found[~wrong].mean() > 0.8)
    True
    """

    _method = DivideMix

    loss: Loss = "ce"
    mixture: str = "gaussian"
    warm_up_epochs: int | Literal["auto"] = "auto"
    average_epochs: int = 1
    p_threshold: float = 0.5
    sharpening: float = 0.5
    mixup: float = 4.0
    strong_augment: Callable[[Any], Any] | None = None
    rejected: Literal["mixmatch", "fixmatch"] | None = "mixmatch"
    rejected_weight: float = 1.0
    confidence: float = 0.95
    class_balance: float = 1.0
