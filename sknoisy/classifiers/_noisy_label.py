"""One network, one loss: the classifier to start with."""

from typing import Unpack

from sknoisy._ranges import check_range
from sknoisy.classifiers._parts import (
    can_learn_in_parts,
    choose_loss,
    find_loss,
    is_auto,
    make_objective,
)
from sknoisy.classifiers._training_names import WeightedTraining
from sknoisy.classifiers._types import Loss, Module
from sknoisy.classifiers._weighted import WeightedNoisyClassifier

__all__ = ["NoisyLabelClassifier"]


class NoisyLabelClassifier(WeightedNoisyClassifier):
    """A neural network trained with a loss that stands wrong labels.

    It needs no noise rate and no clean label. Tables, images, sparse matrices and
    labels of any kind go in as they are; ``module=None`` picks a network that suits
    the shape of one sample and standardizes its own input.

    Parameters
    ----------
    loss : str or callable, default="auto"
        A name from :data:`sknoisy.losses.LOSSES` or, for methods that remember
        samples or look at whole batches, from
        :data:`sknoisy.objectives.OBJECTIVES` ("elr", "sop", "peer", ...); or a
        function ``(logits, labels) -> (n_samples,)``, or a subclass of
        :class:`~sknoisy.objectives.Objective`. Its parameters are set as ``loss__*``,
        e.g. ``loss="gce", loss__q=0.5``. "auto" is generalized cross entropy, "gce":
        like cross entropy on tables, better on images. But where a class has less than
        0.3 of its even share of the labels (weights counted), it is cross entropy,
        since "gce" and other bounded losses may never predict a rare class. "ce" gives
        probabilities that are those of the *noisy* labels.

    mixup : float, default=0.0
        With a positive value, every step mixes pairs of samples and their losses with
        a share drawn from Beta(mixup, mixup); 1.0 is usual, 8.0 and more suit heavy
        noise. Goes with every loss, but not with "ogc" and "sop", which learn about
        single samples, nor "elr+", which mixes by itself.

    See Also
    --------
    sknoisy.losses : The losses and what they are for.
    sknoisy.modules : The networks that ``module=None`` picks.
    sknoisy.model_selection.noisy_cross_validate : Scores on noisy and clean labels.
    sknoisy.noise : Make labels wrong on purpose.

    Notes
    -----
    With ``dtype="float64"``, no dropout (``module__dropout=0`` and
    ``module__input_dropout=0``) and a batch size above the number of samples, integer
    weights equal repetition to the last digits; a weight of zero always equals absence.
    With the defaults they don't: dropout draws a mask for every row, repeated ones too,
    which moves probabilities by up to 0.4 in the two checks of scikit-learn's suite
    that compare weights with repetition, the only ones that fail. Without dropout,
    float32 rounds them to about six digits, where these checks ask for seven.

    References
    ----------
    .. [1] Zhang and Sabuncu, "Generalized Cross Entropy Loss for Training Deep
       Neural Networks with Noisy Labels", NeurIPS 2018: the default loss, but for
       rare classes.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sknoisy import NoisyLabelClassifier
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = NoisyLabelClassifier(random_state=0).fit(X, y_noisy)
    >>> bool(clf.score(X_test, y_test) > 0.9)
    True
    """

    def __init__(
        self,
        module: Module = None,
        *,
        loss: Loss = "auto",
        mixup: float = 0.0,
        **training: Unpack[WeightedTraining],
    ) -> None:
        super().__init__(module, **training)
        self.loss = loss
        self.mixup = mixup

    def _can_learn_in_parts(self):
        return can_learn_in_parts(self)

    @property
    def takes_soft_labels(self):
        """Whether `y` may hold a distribution over classes per sample."""
        if is_auto(self.loss):
            return True
        return getattr(find_loss(self.loss), "takes_soft_labels", True)

    def _make_objective(self, facts):
        check_range("[0, inf)", mixup=self.mixup)
        given = self._routed_to("loss")
        loss = choose_loss(self.loss, given=given, facts=facts)
        return make_objective(loss, given=given, facts=facts, mixup=self.mixup)
