"""A main network that learns from much, and one beside it that learns what is pure."""

from collections.abc import Callable
from typing import Any

from sknoisy._types import Loss
from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.objectives import AsymmetricCoTeaching

__all__ = ["AsymmetricCoTeachingClassifier"]


class AsymmetricCoTeachingClassifier(BaseNoisyClassifier):
    """A main network that sees diverse samples, and a co-network that sees pure ones.

    From round to round, samples are parted into inliers, whose labels seem right, and
    outliers. The co-network learns from those inliers that the main network finds easy;
    the main network, from all inliers and from those outliers that the co-network finds
    easy [1]_. No noise rate is needed.

    Parameters
    ----------
    loss : str or callable, default="ce"
        The loss by which samples are ranked and learned: a name from
        :data:`sknoisy.losses.LOSSES` or a function ``(logits, labels) ->
        (n_samples,)``; parameters as ``loss__*``.

    split : {"mixture", "neighbors", "dbscan"} or callable, default="mixture"
        What tells inliers, by what the main network says of all samples. "mixture": a
        loss of the lower of two distributions, with ``split__mixture`` ("gaussian" or
        "beta") and ``split__threshold`` (0.5, a probability). "neighbors": the label
        wins the vote of near samples, with ``split__n_neighbors`` (20) and
        ``split__metric`` ("cosine"); it parts better where noise has a direction, but
        takes long from some 20,000 samples on. "dbscan", as published: the sample is in
        a cluster, and its label is the most frequent one there, with ``split__rho``
        ("auto", the share of the smallest distances whose mean is the radius) and
        ``split__min_samples`` (4). Or a function that takes what it needs of `losses`
        (n_samples,), `features` (n_samples, n_classes) and `labels` (codes), arrays, by
        these names, and returns a boolean for each sample.

    n_rounds : int >= 2, default=10
        Into how many rounds the epochs are divided, at most one for each epoch; at the
        start of each but the first one, in which all samples are inliers, they are
        split anew. In a training of less than 400 steps, that waits for the first 100
        of them, but never for the last epoch, and both networks learn from all samples
        until then.

    picks : pair of float in [0, 1], default=(0.2, 1.0)
        The share of easy samples that the networks pick for each other: just above the
        first number in the first round, the second number in the last one. Of each
        batch, at least one inlier and one outlier are picked, where there are any.

    relabel : bool, default=True
        Whether outliers get the class that the co-network predicts as their label, anew
        at each split. With False they keep theirs, which a network that can memorize
        then does, as the share picked rises.

    Attributes
    ----------
    inlier_ : ndarray of shape (n_samples,)
        Share of the splits by which each sample of X was an inlier: near 1 for labels
        that seem right, near 0 for those that seem wrong. Samples that are held out for
        validation are judged, too. NaN where training ended before the first split.

    See Also
    --------
    CoTeachingClassifier : Two networks with equal parts.
    sknoisy.detectors.LossMixture : Finds wrong labels by the same mixture.

    Notes
    -----
    [1]_ adapts a network that recognizes persons to other cameras, where there are no
    labels but the clusters of its own features. Here labels are given, and

    - a cluster's inliers have its most frequent label; the two other splits are ours;
    - features are the main network's logits less their mean, at unit length; the
      radius of clusters is a mean over pairs of at most 2,000 samples;
    - outliers get the class that the co-network predicts, where those of [1]_ get the
      nearest cluster;
    - the first round, before any split, takes all samples for inliers, instead of a
      network trained elsewhere; a class without any inlier keeps all its samples;
    - both networks take their step on the same batch, at once, where [1]_ has batches
      of inliers and of outliers in turns;
    - the authors' code means to clip gradients, but clips copies; here they aren't.

    `fit` takes no weights: where samples are ranked, they have no exact meaning.

    References
    ----------
    .. [1] Yang et al., "Asymmetric Co-Teaching for Unsupervised Cross-Domain Person
       Re-Identification", AAAI 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy import AsymmetricCoTeachingClassifier, SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = AsymmetricCoTeachingClassifier(max_epochs=30, random_state=0)
    >>> bool(clf.fit(X, y_noisy).score(X, y) > 0.9)
    True
    >>> wrong = y_noisy != y
    >>> bool(clf.inlier_[wrong].mean() < 0.2 and clf.inlier_[~wrong].mean() > 0.8)
    True
    """

    _routes = (*BaseNoisyClassifier._routes, "split")
    _method = AsymmetricCoTeaching

    loss: Loss = "ce"
    split: str | Callable[..., Any] = "mixture"
    n_rounds: int = 10
    picks: tuple[float, float] = (0.2, 1.0)
    relabel: bool = True
