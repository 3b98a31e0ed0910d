"""One network, one loss: the classifier to start with."""

from sklearn.utils.metaestimators import available_if

from sknoisy._ranges import check_range
from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.classifiers._callbacks import with_callbacks
from sknoisy.classifiers._parts import (
    can_learn_in_parts,
    choose_loss,
    find_loss,
    is_auto,
    make_objective,
)

__all__ = ["NoisyLabelClassifier"]


class NoisyLabelClassifier(BaseNoisyClassifier):
    """A neural network trained with a loss that stands wrong labels.

    It needs no noise rate and no clean label. Tables, images, sparse matrices and
    labels of any kind go in as they are; ``module=None`` picks a network that suits
    the shape of one sample and standardizes its own input.

    Parameters
    ----------
    module : nn.Module class, callable or instance, default=None
        The network: features in, one logit per class out. None picks
        :class:`~sknoisy.modules.MLP` for tables and :class:`~sknoisy.modules.LeNet5`
        for images. A class or function is called at fit with ``module__*`` and those
        of these facts that its signature names: `n_features`, `input_shape`,
        `n_samples`, `n_classes`, `labels`, `feature_mean`, `feature_scale`. An
        instance is copied at fit, never trained in place.

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
        ``module__*``, ``loss__*``, ``optimizer__*``, ``callbacks__*`` and
        ``iterator_train__*`` (``shuffle``, ``drop_last``).

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels.

    networks_ : list of nn.Module
        The trained networks: two with ``loss="elr+"``, else one.

    net_ : skorch.NeuralNetClassifier
        The trained net; ``net_.module_[0]`` is the network.

    history_ : skorch.history.History
        One record per epoch: ``train_loss``, ``lr``, ``dur`` and, with validation,
        ``valid_loss`` (mean negative log probability of the given labels, whatever
        the loss) and ``valid_acc``.

    n_iter_ : int
        Epochs run.

    n_features_in_ : int
        Number of features seen during fit (rows of an image).

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where they have string names.

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
        module=None,
        *,
        loss="auto",
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
        """Train a network on labels that may be wrong.

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
        self : NoisyLabelClassifier
            The fitted estimator.

        Raises
        ------
        NonFiniteLossError
            If training diverges.
        """
        return self._fit(X, y, sample_weight)

    @available_if(can_learn_in_parts)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch at a constant learning rate, from where it stands.

        There is no such method with a `loss` that remembers samples or follows a
        schedule, such as "elr": what it knows belongs to one whole `fit`. With
        ``loss="auto"`` each call chooses by its own labels.

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
        self : NoisyLabelClassifier
            The estimator, fitted so far.
        """
        return self._partial_fit(X, y, classes, sample_weight)

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
