"""Two networks that part labels for each other, and learn the rest without label."""

from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.classifiers._callbacks import with_callbacks
from sknoisy.classifiers._parts import make_loss
from sknoisy.classifiers._several_networks import SeveralNetworks, check_predict_with
from sknoisy.objectives import DivideMix

__all__ = ["DivideMixClassifier"]


class DivideMixClassifier(SeveralNetworks, BaseNoisyClassifier):
    """Two neural networks that learn samples with wrong labels as if they had none.

    After a warm-up, the losses of each network tell the other one which labels are
    probably right, by a mixture of two distributions [1]_. These are learned, the more
    corrected by the network's own prediction the less sure they are; the other samples
    get the class that both networks together predict. On tables, samples are mixed in
    pairs, and nothing else is needed; for images, pass an augmentation. No noise rate
    is asked for.

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
        "auto" is a quarter of `max_epochs`. It should end when what labels have in
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

    augment : callable, default=None
        A function of the features of a batch, a tensor (n_batch, ...) that looks like
        X, that returns others of the same shape, anew at each call, such as
        :class:`~sknoisy.modules.RandomShift`. Two such views are learned from, and
        their predictions averaged. Draw from torch's global generator, which `fit`
        seeds.

    strong_augment : callable, default=None
        The same, for what samples look like whose class was predicted without it,
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

    predict_with : int or "mean", default="mean"
        The number of the network that predicts, or the mean over all of them.

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

    clean_probability_ : ndarray of shape (n_samples,)
        How probable it is that the label of each sample of X is right, by the mixture
        of losses at the end of training, the mean over both networks. Samples held out
        for validation are judged, too. NaN where training was interrupted in the
        warm-up.

    networks_ : list of nn.Module
        The two trained networks.

    net_ : skorch.NeuralNetClassifier
        The trained net.

    history_ : skorch.history.History
        One record per epoch: ``train_loss`` (the sum over networks), ``lr``, ``dur``
        and, with validation, ``valid_loss`` (mean negative log of the mean probability
        of the given labels) and ``valid_acc``.

    n_iter_ : int
        Epochs run.

    n_features_in_ : int
        Number of features seen during fit (rows of an image).

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where they have string names.

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
    `augment`, one view is learned from.

    A mixture finds two kinds of losses in any data: where all labels are right, it
    takes the hardest of them for wrong ones.

    A batch should hold several samples of each class, as the balance of classes is
    that of its predictions.

    Where `module` is an instance, the first network starts with its weights, and the
    second one draws new weights in all layers that have ``reset_parameters``.

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
    >>> from sklearn.model_selection import train_test_split
    >>> from sknoisy import DivideMixClassifier, SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = DivideMixClassifier(max_epochs=30, random_state=0)
    >>> bool(clf.fit(X, y_noisy).score(X_test, y_test) > 0.9)
    True
    >>> wrong = y_noisy != y
    >>> found = clf.clean_probability_
    >>> bool(found[wrong].mean() < 0.2 and found[~wrong].mean() > 0.8)
    True
    """

    class_weight = None  # weights have no exact meaning where samples are judged

    def __init__(
        self,
        module=None,
        *,
        loss="ce",
        mixture="gaussian",
        warm_up_epochs="auto",
        average_epochs=1,
        p_threshold=0.5,
        sharpening=0.5,
        mixup=4.0,
        augment=None,
        strong_augment=None,
        rejected="mixmatch",
        rejected_weight=1.0,
        confidence=0.95,
        class_balance=1.0,
        predict_with="mean",
        max_epochs="auto",
        batch_size=512,
        lr=5e-3,
        lr_schedule="one_cycle",
        optimizer="adamw",
        weight_decay=1e-2,
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
        self.mixture = mixture
        self.warm_up_epochs = warm_up_epochs
        self.average_epochs = average_epochs
        self.p_threshold = p_threshold
        self.sharpening = sharpening
        self.mixup = mixup
        self.augment = augment
        self.strong_augment = strong_augment
        self.rejected = rejected
        self.rejected_weight = rejected_weight
        self.confidence = confidence
        self.class_balance = class_balance
        self.predict_with = predict_with
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.lr = lr
        self.lr_schedule = lr_schedule
        self.optimizer = optimizer
        self.weight_decay = weight_decay
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
    def fit(self, X, y):
        """Train two networks on labels that may be wrong.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features), or array-like
            of shape (n_samples, height, width[, channels])
            The samples.

        y : array-like of shape (n_samples,)
            The given labels: numbers, strings or booleans.

        Returns
        -------
        self : DivideMixClassifier
            The fitted estimator.

        Raises
        ------
        NonFiniteLossError
            If training diverges.
        """
        return self._fit(X, y)

    def _check_parameters(self):
        super()._check_parameters()
        check_predict_with(self.predict_with, 2)

    def _make_objective(self, facts):
        own = (
            *("mixture", "warm_up_epochs", "average_epochs", "p_threshold"),
            *("sharpening", "mixup", "augment", "strong_augment", "rejected"),
            *("rejected_weight", "confidence", "class_balance"),
        )
        return DivideMix(
            facts["n_samples"],
            facts["n_epochs"],
            facts["labels"],
            loss=make_loss(self.loss, given=self._routed_to("loss")),
            **{name: getattr(self, name) for name in own},
        )
