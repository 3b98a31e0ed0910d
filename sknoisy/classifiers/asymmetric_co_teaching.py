"""A main network that learns from much, and one beside it that learns what is pure."""

from functools import partial

from sknoisy._params import choose_arguments
from sknoisy.classifiers._base import BaseNoisyClassifier
from sknoisy.classifiers._callbacks import with_callbacks
from sknoisy.classifiers._parts import make_loss
from sknoisy.classifiers._several_networks import SeveralNetworks, check_predict_with
from sknoisy.objectives import AsymmetricCoTeaching
from sknoisy.objectives._splits import FACTS, find_split

__all__ = ["AsymmetricCoTeachingClassifier"]


class AsymmetricCoTeachingClassifier(SeveralNetworks, BaseNoisyClassifier):
    """A main network that sees diverse samples, and a co-network that sees pure ones.

    From round to round, samples are parted into inliers, whose labels seem right, and
    outliers. The co-network learns from those inliers that the main network finds easy;
    the main network, from all inliers and from those outliers that the co-network finds
    easy [1]_. No noise rate is needed.

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
        split anew.

    picks : pair of float in [0, 1], default=(0.2, 1.0)
        The share of easy samples that the networks pick for each other: just above the
        first number in the first round, the second number in the last one. Of each
        batch, at least one inlier and one outlier are picked, where there are any.

    relabel : bool, default=True
        Whether outliers get the class that the co-network predicts as their label, anew
        at each split. With False they keep theirs, which a network that can memorize
        then does, as the share picked rises.

    predict_with : int or "mean", default=0
        The number of the network that predicts, 0 for the main network and 1 for the
        other one, or the mean over both.

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
        ``module__*``, ``loss__*``, ``split__*``, ``optimizer__*``, ``callbacks__*``
        and ``iterator_train__*`` (``shuffle``, ``drop_last``).

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels.

    inlier_ : ndarray of shape (n_samples,)
        Share of the splits by which each sample of X was an inlier: near 1 for labels
        that seem right, near 0 for those that seem wrong. Samples that are held out for
        validation are judged, too. NaN where training ended before the first split.

    networks_ : list of nn.Module
        The two trained networks, the main one first.

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

    Where `module` is an instance, the first network starts with its weights, and the
    second one draws new weights in all layers that have ``reset_parameters``.

    `fit` takes no weights: where samples are ranked, they have no exact meaning.

    References
    ----------
    .. [1] Yang et al., "Asymmetric Co-Teaching for Unsupervised Cross-Domain Person
       Re-Identification", AAAI 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sknoisy import AsymmetricCoTeachingClassifier, SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> clf = AsymmetricCoTeachingClassifier(max_epochs=30, random_state=0)
    >>> bool(clf.fit(X, y_noisy).score(X_test, y_test) > 0.9)
    True
    >>> wrong = y_noisy != y
    >>> bool(clf.inlier_[wrong].mean() < 0.2 and clf.inlier_[~wrong].mean() > 0.8)
    True
    """

    _routes = (*BaseNoisyClassifier._routes, "split")
    class_weight = None  # weights have no exact meaning where samples are ranked

    def __init__(
        self,
        module=None,
        *,
        loss="ce",
        split="mixture",
        n_rounds=10,
        picks=(0.2, 1.0),
        relabel=True,
        predict_with=0,
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
        self.split = split
        self.n_rounds = n_rounds
        self.picks = picks
        self.relabel = relabel
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
        self : AsymmetricCoTeachingClassifier
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
        return AsymmetricCoTeaching(
            facts["n_samples"],
            facts["n_epochs"],
            facts["labels"],
            loss=make_loss(self.loss, given=self._routed_to("loss")),
            split=self._make_split(),
            n_rounds=self.n_rounds,
            picks=self.picks,
            relabel=self.relabel,
        )

    def _make_split(self):
        split, given = find_split(self.split), self._routed_to("split")
        facts = dict.fromkeys(FACTS)
        choose_arguments(split, given=given, facts=facts, part="split")
        return partial(split, **given) if given else split
