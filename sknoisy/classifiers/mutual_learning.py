"""Several networks that learn from one another: DML, filter grafting and DGD."""

from functools import partial

from sklearn.utils.metaestimators import available_if

from sknoisy._params import choose_arguments
from sknoisy._ranges import check_count, check_range
from sknoisy._registry import lookup
from sknoisy._tags import tags_said_by
from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.classifiers._callbacks import with_callbacks
from sknoisy.classifiers._parts import (
    can_learn_in_parts,
    make_loss,
    pick_device,
)
from sknoisy.classifiers._several_networks import SeveralNetworks, check_predict_with
from sknoisy.classifiers._teacher import (
    check_same_features,
    is_fitted,
    ready_teacher,
    teacher_log_proba,
)
from sknoisy.objectives import GRAFTINGS, MeanLoss, Mixup, MutualLearning

__all__ = ["MutualLearningClassifier"]


def _can_learn_in_parts(estimator):
    teacher = estimator.distill
    if teacher is not None and not is_fitted(teacher):
        raise AttributeError(
            "partial_fit sees a part of the data, too little for a teacher: fit"
            f" {type(teacher).__name__} before it is passed as distill."
        )
    return can_learn_in_parts(estimator)


class MutualLearningClassifier(SeveralNetworks, BaseNoisyClassifier):
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
    module : nn.Module class, callable or instance, default=None
        The network: features in, one logit per class out. None picks
        :class:`~sknoisy.modules.MLP` for tables and :class:`~sknoisy.modules.LeNet5`
        for images. A class or function is called at fit with ``module__*`` and those
        of these facts that its signature names: `n_features`, `input_shape`,
        `n_samples`, `n_classes`, `labels`, `feature_mean`, `feature_scale`. An
        instance is copied at fit, never trained in place.

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

    predict_with : int or "mean", default="mean"
        The number of the network that predicts, or the mean over all of them.

    mixup : float, default=0.0
        With a positive value, every step mixes pairs of samples and their losses with
        a share drawn from Beta(mixup, mixup); 1.0 is usual, 8.0 and more suit heavy
        noise. Goes with every loss.

    max_epochs : int or "auto", default="auto"
        How often each sample is seen. "auto" makes about 400 steps, but at least
        30 and at most 200 epochs.

    batch_size : int, default=512
        Samples per step. A last batch of one sample joins the one before.

    lr : float, default=5e-3
        Learning rate, at its peak where a schedule changes it.

    lr_schedule : {"constant", "cosine", "linear", "one_cycle"} or callable, \
            default="one_cycle"
        How the learning rate changes from the first step to the last; a callable
        turns progress in [0, 1] into a factor of `lr`. An annealed rate is what keeps
        a network from memorizing wrong labels in its last epochs.

    optimizer : {"adam", "adamw", "sam", "sgd"} or torch.optim class, default="adamw"
        What takes the steps; further parameters as ``optimizer__*``. "sam" is
        :class:`~sknoisy.optimizers.SAM`, which takes two passes a step, and two or
        three times the time, to find weights whose neighborhood is good, too.

    weight_decay : float, default=1e-2
        Weight decay, for optimizers that have such a parameter. With "adam" and "sgd"
        it is part of the gradient, where it acts much more strongly.

    class_weight : dict, "balanced" or None, default=None
        Weights of classes, by given labels, multiplied with `sample_weight`.
        "balanced" gives all classes the same sum of weights.

    early_stopping : bool or "label_wave", default=False
        Whether to hold out a part of the (noisy) training data, stop when accuracy
        on it no longer rises and keep the network of the best epoch. "label_wave"
        holds nothing out: it stops where predictions on the training data change
        least from epoch to epoch, before they begin to follow wrong labels; it is meant
        for ``lr_schedule="constant"``, as an annealed rate quiets predictions anyway.
        Where a method warms up, these epochs don't count.

    validation_fraction : float in (0, 1) or None, default=None
        Share of the training data held out to record ``valid_loss`` and ``valid_acc``
        in ``history_``, both without weights. None means none, or 0.1 with
        ``early_stopping=True``. `partial_fit` holds nothing out.

    n_iter_no_change : int, default=10
        How many epochs without a better one end training, with `early_stopping`.

    warm_start : bool, default=False
        Whether `fit` goes on with the network of the last `fit`.

    callbacks : list of skorch callbacks, default=None
        Copied at fit. One that watches single batches makes training somewhat slower.

    device : str or torch.device, default="auto"
        Where to train and predict; "auto" takes a CUDA GPU if there is one.

    dtype : {"float32", "float64"}, default="float32"
        Floating-point type of features and network. float32 has seven digits: where
        what matters comes after them (time stamps, for one), subtract an offset first
        or take "float64".

    keep_on_interrupt : bool, default=False
        Whether the estimator is fitted, with the network as it is, after Ctrl-C in the
        middle of `fit`. The interrupt is raised all the same.

    verbose : int, default=0
        Whether to print a line per epoch.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label are left out, and findings about them are NaN.

    random_state : int, RandomState instance or None, default=None
        Seed of weights, batches and dropout. An int gives the same network every time
        on one machine with one thread of torch's, in processes and beside other fits
        in threads, too. None takes fresh entropy.

    **routed : dict
        ``module__*``, ``loss__*``, ``grafting__*``, ``optimizer__*``, ``callbacks__*``
        and ``iterator_train__*`` (``shuffle``, ``drop_last``).

    Attributes
    ----------
    networks_ : list of nn.Module
        The trained networks.

    teacher_ : classifier or nn.Module
        The fitted teacher, or None.

    classes_ : ndarray of shape (n_classes,)
        The class labels.

    net_ : skorch.NeuralNetClassifier
        The trained net.

    history_ : skorch.history.History
        One record per epoch: ``train_loss`` (the sum over networks), ``lr``, ``dur``
        and, with validation, ``valid_loss`` (mean negative log of the mean probability
        of the given labels) and ``valid_acc``, both before any grafting.

    n_iter_ : int
        Epochs run.

    n_features_in_ : int
        Number of features seen during fit (rows of an image).

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where they have string names.

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

    Where `module` is an instance, the first network starts with its weights, and the
    others draw new weights in all layers that have ``reset_parameters``.

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

    _routes = (*BaseNoisyClassifier._routes, "grafting")

    def __init__(
        self,
        module=None,
        *,
        loss="ce",
        n_networks=2,
        mutual_weight=1.0,
        distill=None,
        distill_weight=1.0,
        temperature=1.0,
        grafting=None,
        predict_with="mean",
        mixup=0.0,
        max_epochs="auto",
        batch_size=512,
        lr=5e-3,
        lr_schedule="one_cycle",
        optimizer="adamw",
        weight_decay=1e-2,
        class_weight=None,
        early_stopping=False,
        validation_fraction=None,
        n_iter_no_change=10,
        warm_start=False,
        callbacks=None,
        device="auto",
        dtype="float32",
        keep_on_interrupt=False,
        verbose=0,
        unlabeled="auto",
        random_state=None,
        **routed,
    ):
        self.module = module
        self.loss = loss
        self.n_networks = n_networks
        self.mutual_weight = mutual_weight
        self.distill = distill
        self.distill_weight = distill_weight
        self.temperature = temperature
        self.grafting = grafting
        self.predict_with = predict_with
        self.mixup = mixup
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.lr = lr
        self.lr_schedule = lr_schedule
        self.optimizer = optimizer
        self.weight_decay = weight_decay
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.device = device
        self.dtype = dtype
        self.keep_on_interrupt = keep_on_interrupt
        self.verbose = verbose
        self.unlabeled = unlabeled
        self.random_state = random_state
        self._routed = routed

    @with_callbacks
    def fit(self, X, y, sample_weight=None):
        """Train the networks on labels that may be wrong.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features), or array-like
            of shape (n_samples, height, width[, channels])
            The samples.

        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            The given labels: numbers, strings or booleans. Or soft labels, a
            distribution over the classes 0 to n_classes - 1 per row, such as a
            consensus of annotators: the loss is then its expectation over them.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            Non-negative weights, of which only the ratios count; a sample of weight
            zero counts as absent, and a class of such samples stays in ``classes_``.

        Returns
        -------
        self : MutualLearningClassifier
            The fitted estimator.

        Raises
        ------
        NonFiniteLossError
            If training diverges.
        """
        return self._fit(X, y, sample_weight)

    @available_if(_can_learn_in_parts)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch at a constant learning rate, from where it stands.

        Networks are grafted before each call but the first one. There is no such
        method with a teacher that isn't fitted.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features), or array-like
            of shape (n_samples, height, width[, channels])
            The samples. The first call sets the scale of the features.

        y : array-like of shape (n_samples,)
            The given labels.

        classes : array-like of shape (n_classes,), default=None
            Every class there will be; the first call needs it, unless `y` holds all.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            Non-negative weights, of which only the ratios count; a sample of weight
            zero counts as absent, and a class of such samples stays in ``classes_``.

        Returns
        -------
        self : MutualLearningClassifier
            The estimator, fitted so far.
        """
        return self._partial_fit(X, y, classes, sample_weight)

    @property
    def takes_soft_labels(self):
        """Whether `y` may hold a distribution over classes per sample."""
        return MutualLearning.takes_soft_labels

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if hasattr(self.distill, "__sklearn_tags__"):
            tags.input_tags.sparse &= tags_said_by(self.distill).input_tags.sparse
        return tags

    def _check_parameters(self):
        super()._check_parameters()
        check_count(n_networks=self.n_networks)
        check_predict_with(self.predict_with, self.n_networks)
        weights = ("mixup", "mutual_weight", "distill_weight")
        check_range("[0, inf)", **{name: getattr(self, name) for name in weights})
        check_range("(0, inf)", temperature=self.temperature)

    def _make_objective(self, facts):
        loss = make_loss(self.loss, given=self._routed_to("loss"))
        weight = facts["sample_weight"]
        objective = MutualLearning(
            MeanLoss(loss, weight, facts["soft_labels"]),
            self.n_networks,
            sample_weight=weight,
            teacher=self._ask_teacher(facts),
            weight=self.mutual_weight,
            teacher_weight=self.distill_weight,
            temperature=self.temperature,
            grafting=self._choose_grafting(),
        )
        return Mixup(objective, self.mixup) if self.mixup else objective

    def _ask_teacher(self, facts):
        self.teacher_ = None
        if self.distill is None:
            return None
        self.teacher_ = ready_teacher(self.distill, facts)
        check_same_features(self.teacher_, self)
        return teacher_log_proba(self.teacher_, facts, pick_device(self.device))

    def _choose_grafting(self):
        if self.grafting is None or self.grafting is False:
            return None
        share = self.grafting
        if not callable(share):
            share = lookup(
                share,
                GRAFTINGS,
                parameter="grafting",
                kind="a way of grafting",
                otherwise="a function (own, neighbor) -> share, or None",
            )
        given = self._routed_to("grafting")
        chosen = choose_arguments(share, given=given, facts={}, part="grafting", skip=2)
        return partial(share, **chosen)
