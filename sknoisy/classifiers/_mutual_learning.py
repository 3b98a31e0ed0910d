"""Several networks that learn from one another: DML, filter grafting and DGD."""

from collections.abc import Callable

from sknoisy._data_types import Estimator
from sknoisy._tags import tags_said_by
from sknoisy._types import Loss
from sknoisy.classifiers._mutual import Mutual
from sknoisy.classifiers._weighted import WeightedNoisyClassifier

__all__ = ["MutualLearningClassifier"]


class MutualLearningClassifier(WeightedNoisyClassifier):
    """Networks that learn from labels, from one another and from a teacher.

    Each of `n_networks` networks learns the given labels by `loss`, and besides what
    its peers predict, what a teacher predicts, or weights of its neighbor. Three
    published methods are settings of it:

    - Deep mutual learning [1]_, the default: peers teach each other.
    - Filter grafting [2]_, ``mutual_weight=0, grafting="entropy"``: between epochs,
      networks mix their weights with those of their neighbor in a ring.
    - DGD [3]_, ``mutual_weight=0, grafting="entropy", distill=teacher,
      temperature=4``: grafting, and distillation from a teacher.

    They were made for clean labels: that they help against wrong ones is not claimed
    in the papers.

    Parameters
    ----------
    loss : str or callable, default="ce"
        A name from :data:`sknoisy.losses.LOSSES`, or a function ``(logits, labels) ->
        (n_samples,)``. Its parameters are set as ``loss__*``. The default is the
        papers'. Bounded losses such as "gce" pull less, and want a smaller
        `mutual_weight` beside them.

    n_networks : int >= 1, default=2
        How many networks are trained. They differ by the weights they start from.

    mutual_weight : float >= 0, default=1.0
        The weight of what a network learns from its peers, beside the loss: the mean
        of their KL(peer || own).

    distill : classifier or nn.Module, default=None
        A teacher of all networks: a classifier with ``predict_proba`` or a module that
        turns features into logits, as `module` does. It isn't trained further. A
        classifier that isn't fitted is cloned and fitted first, also where a search has
        cloned a fitted one; wrap that in scikit-learn's ``FrozenEstimator`` to keep it.
        It learns given labels of all samples, of those held out for validation, too,
        on which scores may be a little too good then; where its own `random_state` is
        None, it gets a seed from ours. None leaves the peers as the only teachers,
        which is the same as distilling from their mean prediction.

    distill_weight : float >= 0, default=1.0
        The weight of KL(teacher || own) beside the loss.

    temperature : float > 0, default=1.0
        What logits of networks, peers and teacher are divided by before they are
        compared. The divergences count its square, so that their gradient keeps its
        size. 1 is usual for peers, 4 for a teacher.

    grafting : {"entropy"} or callable, default=None
        How weights are mixed between epochs, layer by layer: "entropy" gives the layer
        whose weights say more the greater share, with ``grafting__amplitude``,
        ``grafting__steepness`` and ``grafting__n_bins`` as in
        :func:`~sknoisy.objectives.entropy_share`; or a function ``(own, neighbor) ->
        share`` of its own weights that a layer keeps. None mixes nothing.

    Attributes
    ----------
    teacher_ : classifier or nn.Module
        The fitted teacher, or None.

    See Also
    --------
    NoisyLabelClassifier : One network.
    sknoisy.objectives.graft : What is mixed, and what becomes of norm layers.

    Notes
    -----
    Differences from [1]_: all networks take their step at once, not in turns.
    Differences from [2]_ and [3]_: networks see the same batches at the same learning
    rate, so that only their start and dropout tell them apart; there is no grafting
    after the last epoch, since what it leaves behind is trained no more; the
    optimizer's moments stay with the network whose weights they belonged to.

    The scale, the shift and the running statistics of a norm layer go with the layer
    before it, by the same share. The teacher is asked once, before training.

    Integer weights equal repetition under the conditions that `NoisyLabelClassifier`
    names. With the defaults, dropout and float32 make them differ: the two checks of
    scikit-learn's suite that compare them fail, and no others.

    References
    ----------
    .. [1] Zhang, Xiang, Hospedales and Lu, "Deep Mutual Learning", CVPR 2018.
    .. [2] Meng, Cheng, Li, Xu, Ji, Sun and Lu, "Filter Grafting for Deep Neural
       Networks", CVPR 2020.
    .. [3] Cheng, Meng, Li, Luo, Lu, Guo, Huang and Sun, "Filter Grafting for Deep
       Neural Networks: Reason, Method, and Cultivation", arXiv:2004.12311, 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sknoisy import MutualLearningClassifier
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = MutualLearningClassifier(max_epochs=40, random_state=0)
    >>> bool(clf.fit(X, y_noisy).score(X_test, y_test) > 0.9)
    True
    """

    _routes = (*WeightedNoisyClassifier._routes, "grafting")
    _method = Mutual()

    loss: Loss = "ce"
    n_networks: int = 2
    mutual_weight: float = 1.0
    distill: Estimator | None = None
    distill_weight: float = 1.0
    temperature: float = 1.0
    grafting: str | Callable[..., float] | None = None

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if hasattr(self.distill, "__sklearn_tags__"):
            tags.input_tags.sparse &= tags_said_by(self.distill).input_tags.sparse
        return tags
