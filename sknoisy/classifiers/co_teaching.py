"""Two networks that pick the samples that they learn from."""

from sknoisy._checks import check_choice, check_rate
from sknoisy._params import choose_arguments
from sknoisy._registry import lookup
from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.classifiers._callbacks import with_callbacks
from sknoisy.classifiers._noise_rate import estimate_noise_rate
from sknoisy.classifiers._parts import make_loss
from sknoisy.classifiers._several_networks import SeveralNetworks, check_predict_with
from sknoisy.objectives import CoTeaching, CoTeachingPlus, Decoupling, JoCoR
from sknoisy.objectives._scheduled import check_warm_up

__all__ = ["CoTeachingClassifier"]

STRATEGIES = {
    "co_teaching": CoTeaching,
    "co_teaching_plus": CoTeachingPlus,
    "decoupling": Decoupling,
    "jocor": JoCoR,
}


class CoTeachingClassifier(SeveralNetworks, BaseNoisyClassifier):
    """Two neural networks that leave out the samples whose labels seem wrong.

    In each batch, samples with small losses are kept and the others left out, as many
    as labels are wrong. Two networks do so together, since one alone would be confirmed
    in its own errors. How many labels are wrong is found on the way, without clean
    labels; how often a sample was kept is, for free, a measure of its label's quality.

    Parameters
    ----------
    module : nn.Module class, callable or instance, default=None
        The network: features in, one logit per class out. None picks
        :class:`~sknoisy.modules.MLP` for tables and :class:`~sknoisy.modules.LeNet5`
        for images. A class or function is called at fit with ``module__*`` and those
        of these facts that its signature names: `n_features`, `input_shape`,
        `n_samples`, `n_classes`, `labels`, `feature_mean`, `feature_scale`. An
        instance is copied at fit, never trained in place.

    strategy : {"co_teaching", "co_teaching_plus", "decoupling", "jocor"}, \
            default="co_teaching"
        Who learns what. "co_teaching" [1]_: each network learns from what the other
        one finds easy. "co_teaching_plus" [2]_: the same after a warm-up, but only
        where they predict different classes. "jocor" [3]_: both learn what they find
        easy together, and to agree, with weight ``strategy__agreement``. "decoupling"
        [4]_: both learn from all samples that they predict differently. What is easy is
        easy among samples of the same given label, but in the whole batch where this
        has fewer than eight samples a class on average (many classes, or a short last
        batch). ``strategy__rank_within`` makes it "label" or, as published, "batch"
        throughout.

    loss : str or callable, default="ce"
        The loss by which samples are ranked and learned: a name from
        :data:`sknoisy.losses.LOSSES` or a function ``(logits, labels) ->
        (n_samples,)``; parameters as ``loss__*``.

    noise_rate : float in [0, 1) or "auto", default="auto"
        Share of wrong labels, which is left out of each batch after the warm-up. "auto"
        estimates it, see Notes. "decoupling" has no use for it.

    warm_up_epochs : int or "auto", default="auto"
        Epochs in which the share left out rises from 0 to `noise_rate`. "auto" is a
        quarter of `max_epochs`.

    exponent : float > 0, default=1.0
        In epoch t of a warm-up of T epochs, (t / T) to this power times `noise_rate`
        is left out.

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
        ``module__*``, ``loss__*``, ``strategy__*``, ``optimizer__*``, ``callbacks__*``
        and ``iterator_train__*`` (``shuffle``, ``drop_last``).

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels.

    kept_ : ndarray of shape (n_samples,)
        Share of the epochs after the warm-up in which each sample of X was learned
        from, the mean over both networks: near 1 for labels that seem right, near 0
        for those that seem wrong. Where training ends within the warm-up, of the epochs
        there are; NaN for samples held out for validation. With "co_teaching_plus" and
        "decoupling" it is no label quality, since what the networks agree on is left
        out, too.

    noise_rate_ : float or None
        The share of wrong labels, estimated or given; None with "decoupling", and where
        training ended before it could be estimated.

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
    AsymmetricCoTeachingClassifier : Two networks with different parts.
    NoisyLabelClassifier : One network and a robust loss.
    sknoisy.objectives.CoTeaching : The default strategy, and its differences from [1]_.

    Notes
    -----
    The noise rate is estimated at no cost but one prediction of all samples: in the
    first half of the warm-up, each network learns from its own half of the samples,
    all of them. Then each says of the other's half what it can't know by heart, and the
    rate is that of the transition matrix under which the given labels are most likely
    (:func:`~sknoisy.transition.likelihood_transition`). The most frequent given label
    of each class has to be the right one. In a training of less than some 100 steps,
    networks have not learned enough by then, and labels seem worse than they are: give
    the rate. With `warm_start`, the networks know all labels by heart already: a second
    fit goes on with the rate that the first one found. After a first fit that was given
    its rate there is none, and what the second one finds may be too low.

    Where `module` is an instance, the first network starts with its weights, and the
    second one draws new weights in all layers that have ``reset_parameters``.

    `fit` takes no weights: where samples are ranked, they have no exact meaning.

    References
    ----------
    .. [1] Han et al., "Co-teaching: Robust Training of Deep Neural Networks with
       Extremely Noisy Labels", NeurIPS 2018.
    .. [2] Yu et al., "How does Disagreement Help Generalization against Label
       Corruption?", ICML 2019.
    .. [3] Wei, Feng, Chen and An, "Combating Noisy Labels by Agreement: A Joint
       Training Method with Co-Regularization", CVPR 2020.
    .. [4] Malach and Shalev-Shwartz, "Decoupling 'when to update' from 'how to
       update'", NIPS 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sknoisy import CoTeachingClassifier, SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = CoTeachingClassifier(max_epochs=20, batch_size=128, random_state=0)
    >>> bool(clf.fit(X, y_noisy).score(X_test, y_test) > 0.9)
    True
    >>> print(round(clf.noise_rate_, 1))
    0.4
    >>> wrong = y_noisy != y
    >>> bool(clf.kept_[wrong].mean() < 0.2 and clf.kept_[~wrong].mean() > 0.8)
    True
    """

    _routes = (*BaseNoisyClassifier._routes, "strategy")
    class_weight = None  # weights have no exact meaning where samples are ranked

    def __init__(
        self,
        module=None,
        *,
        strategy="co_teaching",
        loss="ce",
        noise_rate="auto",
        warm_up_epochs="auto",
        exponent=1.0,
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
        self.strategy = strategy
        self.loss = loss
        self.noise_rate = noise_rate
        self.warm_up_epochs = warm_up_epochs
        self.exponent = exponent
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
        self : CoTeachingClassifier
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
        if isinstance(self.noise_rate, str):
            check_choice(self.noise_rate, ("auto",), "noise_rate")
        else:
            check_rate(self.noise_rate, "noise_rate", below_one=True)

    def _make_objective(self, facts):
        kind = lookup(
            self.strategy, STRATEGIES, parameter="strategy", kind="a strategy"
        )
        facts["loss"] = make_loss(self.loss, given=self._routed_to("loss"))
        facts["noise_rate"] = self._known_noise_rate()
        facts["warm_up_epochs"] = self.warm_up_epochs
        if kind is Decoupling:  # the only one that has no use for it, nor looks at it
            check_warm_up(self.warm_up_epochs, facts["n_epochs"])
        facts["exponent"] = self.exponent
        given = self._routed_to("strategy")
        return kind(**choose_arguments(kind, given=given, facts=facts, part="strategy"))

    def _known_noise_rate(self):
        """Return the rate, or the function that will find it."""
        if not isinstance(self.noise_rate, str):
            return self.noise_rate
        found = getattr(self, "_found_rate", None) if self.warm_start else None
        return estimate_noise_rate if found is None else found

    def _remember(self, engine, data):
        super()._remember(engine, data)
        rate = getattr(engine.criterion_, "noise_rate", None)
        self.noise_rate_ = None if callable(rate) else rate
        is_found = isinstance(self.noise_rate, str)  # rather than given
        self._found_rate = self.noise_rate_ if is_found else None
