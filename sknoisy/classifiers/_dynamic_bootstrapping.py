"""A network that trusts labels less, and itself more, where losses are high."""

from typing import Literal

from sknoisy._types import Loss
from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.objectives import DynamicBootstrapping

__all__ = ["DynamicBootstrappingClassifier"]


class DynamicBootstrappingClassifier(BaseNoisyClassifier):
    """A neural network that corrects labels by its own predictions.

    After a warm-up, losses of all samples are those of right labels, which are low, and
    of wrong ones. A mixture of two distributions tells how probable it is that a label
    is wrong, and by that probability the network learns its own prediction in the
    label's place. This is M-DYR-H, and M-DYR-S with ``bootstrapping="soft"`` [1]_. No
    noise rate is asked for.

    Parameters
    ----------
    loss : str or callable, default="ce"
        The loss that is learned, and by which labels are judged: a name from
        :data:`sknoisy.losses.LOSSES` or a function ``(logits, labels) ->
        (n_samples,)``; parameters as ``loss__*``. Wrong labels stand out by losses
        that grow without bound, as "ce" does.

    bootstrapping : {"hard", "soft"}, default="hard"
        What is learned in the place of a label that seems wrong: the most probable
        class, or the probabilities of all.

    mixture : {"beta", "gaussian"}, default="beta"
        Which distributions the losses of right and of wrong labels have:
        :class:`~sknoisy.quality.BetaMixture` or
        :class:`~sknoisy.quality.NormalMixture`.

    warm_up_epochs : int or "auto", default="auto"
        Epochs of plain training on the given labels before anything is corrected.
        "auto" is a quarter of `max_epochs`, or the first 100 steps, if that is more and
        leaves an epoch. It should end when what labels have in
        common has been learned, and single wrong ones haven't; 0 is for networks that
        know something already (`warm_start`, a pretrained `module`).

    mixup : float, default=32.0
        Pairs of samples are mixed, and their losses, with a share drawn from
        Beta(mixup, mixup): 32 mixes nearly half and half, 1 in any share, and 0 not at
        all.

    class_balance : float, default=1.0
        Weight of a term that keeps predictions of a batch evenly spread over classes,
        so that corrected labels don't end up in one. Lower it, or take 0, where true
        classes are very uneven.

    Attributes
    ----------
    clean_probability_ : ndarray of shape (n_samples,)
        How probable it is that the label of each sample of X is right, by the mixture
        of losses at the end of training. Samples held out for
        validation are judged, too. NaN where training was interrupted in the warm-up.

    See Also
    --------
    DivideMixClassifier : Two networks that part labels for each other.
    NoisyLabelClassifier : One network and a robust loss.
    sknoisy.detectors.LossMixture : The same mixtures, to find wrong labels.

    Notes
    -----
    Differences from [1]_: the probability of a wrong label is that after the last
    epoch, while theirs asks the mixture anew in each batch; predictions to learn are
    made in evaluation mode, so that they leave the running statistics of batch
    normalization alone; the warm-up is a quarter of the training, not 105 of 300
    epochs; any loss of single samples will do. Their variant MD-DYR-SH, whose shares
    of mixtures follow that probability, isn't here.

    As with `DivideMixClassifier`, the hardest of right labels are taken for wrong ones
    where no others are, a batch should hold several samples of a class, and weights
    have no exact meaning. After the warm-up, each epoch predicts all samples twice
    besides: batch by batch for what is learned, and at its end for the mixture.

    References
    ----------
    .. [1] Arazo, Ortego, Albert, O'Connor and McGuinness, "Unsupervised Label Noise
       Modeling and Loss Correction", ICML 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy import DynamicBootstrappingClassifier, SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = DynamicBootstrappingClassifier(max_epochs=40, random_state=0)
    >>> bool(clf.fit(X, y_noisy).score(X, y) > 0.9)
    True
    >>> wrong = y_noisy != y
    >>> found = clf.clean_probability_
    >>> bool(found[wrong].mean() < 0.5 and found[~wrong].mean() > 0.9)
    True
    """

    _method = DynamicBootstrapping

    loss: Loss = "ce"
    bootstrapping: Literal["hard", "soft"] = "hard"
    mixture: str = "beta"
    warm_up_epochs: int | Literal["auto"] = "auto"
    mixup: float = 32.0
    class_balance: float = 1.0
