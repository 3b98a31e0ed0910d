"""One network, one loss: the classifier to start with."""

from sknoisy._types import Loss
from sknoisy.classifiers._methods import find_method
from sknoisy.classifiers._part_names import MethodNames
from sknoisy.classifiers._weighted import WeightedNoisyClassifier
from sknoisy.objectives import Objective

__all__ = ["NoisyLabelClassifier"]


class NoisyLabelClassifier(MethodNames, WeightedNoisyClassifier):
    """A neural network trained with a loss that stands wrong labels.

    It needs no noise rate and no clean label. Tables, images, sparse matrices and
    labels of any kind go in as they are; ``module=None`` picks a network that suits
    the shape of one sample and standardizes its own input.

    Parameters
    ----------
    loss : str or callable, default="auto"
        A name from :data:`sknoisy.losses.LOSSES`, or a function ``(logits, labels) ->
        (n_samples,)``. Its parameters are set as ``loss__*``, e.g. ``loss="gce",
        loss__q=0.5``. "auto" is the method's own: with "plain", generalized cross
        entropy, "gce", which is like cross entropy on tables and better on images. But
        where a class has less than half of its even share of the labels (weights
        counted), it is cross entropy, since "gce" and other bounded losses may never
        predict a rare class. "ce" gives probabilities that are those of the *noisy*
        labels. Methods with a loss of their own refuse others.

    method : str or subclass of Objective, default="plain"
        What else is done about wrong labels: a name from
        :data:`sknoisy.classifiers.METHODS`, or a subclass of
        :class:`~sknoisy.objectives.Objective`. Its parameters are set as
        ``method__*``, e.g. ``method="co_teaching", method__noise_rate=0.3``, and those
        of its parts as in ``method__split__threshold``. "plain" does nothing else than
        learn the loss. Others remember samples ("elr", "sop"), look at whole batches
        ("peer", "ohem"), train several networks ("co_teaching", "jocor", "divide_mix",
        "elr+", "mutual_learning") or go through a transition matrix ("forward",
        "reweight", "volmin").

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

    _routes = (*WeightedNoisyClassifier._routes, "method")
    _part = "method"
    _together = "sknoisy._engine.fits"

    loss: Loss = "auto"
    method: str | type[Objective] = "plain"

    def _asked(self, facts):
        return find_method(self.method), self._routed_to("method")
