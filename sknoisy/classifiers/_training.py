"""The parameters of training: what every classifier takes, said here and only here.

A class names what is its own, takes the rest as ``**training`` and hands it on.
"""

from collections.abc import Callable, Sequence
from numbers import Integral
from os import PathLike
from typing import Any, Literal

import torch
from torch import nn

from sknoisy._checks import check_choice, check_switch
from sknoisy._completed import Completed
from sknoisy._data_types import Label, Seed
from sknoisy._engine import Batches
from sknoisy._engine.callbacks import check_callback_names
from sknoisy._params import RoutedParams, choose_arguments
from sknoisy._ranges import check_count, check_range
from sknoisy._shown import shown


class TrainingParameters(Completed, RoutedParams):
    """How networks are trained, whatever the method.

    Parameters
    ----------
    module : nn.Module class, callable or instance, default=None
        The network: features in, one logit per class out. None picks
        :class:`~sknoisy.modules.MLP` for tables and :class:`~sknoisy.modules.LeNet5`
        for images. A class or function is called at fit with ``module__*`` and those
        of these facts that its signature names: `n_features`, `input_shape`,
        `n_samples`, `n_classes`, `labels`, `feature_mean`, `feature_scale`. An
        instance is copied at fit, never trained in place. Where a method trains
        several networks, all of them keep what an instance has learned and what is
        frozen in it; others than the first draw new weights in the layers at its end
        that still look untrained or, if there are none, start a little apart.
        Instead of logits a network may give probabilities, one logit for two classes,
        or something that holds logits as ``.logits`` or first in a tuple.

    max_epochs : int or "auto", default="auto"
        How often each sample is seen. "auto" makes about 400 steps, but at least
        30 and at most 200 epochs.

    batch_size : int, default=512
        Samples per step; -1 takes all at once. A last batch of one sample joins the one
        before. Large samples (images, say) are predicted in batches of this size, too;
        ``iterator_valid__batch_size`` sets another.

    accumulate : int, default=1
        From how many batches the gradient of a step is averaged: large batches on
        little memory.

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

    train_split : callable, default=None
        What to validate on, as in skorch: a function of the training data and labels
        that gives two data sets, such as ``skorch.helper.predefined_split(dataset)`` of
        samples with clean labels. It takes the place of `validation_fraction`.

    n_iter_no_change : int, default=10
        How many epochs without a better one end training, with `early_stopping`.

    predict_with : int, "mean" or "auto", default="auto"
        The number of the network that predicts, or the mean over all of them. "auto" is
        the main network where a method has one, and the mean otherwise.

    warm_start : bool, default=False
        Whether `fit` goes on with the network of the last `fit`.

    callbacks : list of skorch callbacks, default=None
        The objects themselves, which training changes. One that watches single batches
        makes training somewhat slower.

    device : str or torch.device, default="auto"
        Where to train and predict; "auto" takes a CUDA GPU if there is one.

    dtype : {"float32", "float64"}, default="float32"
        Floating-point type of features and network. float32 has seven digits: where
        what matters comes after them (time stamps, for one), subtract an offset first
        or take "float64".

    precision : {"bf16"} or None, default=None
        "bf16" lets the layers of networks compute in bfloat16 while they train, where
        torch's autocast has them do so; losses, weights and predictions don't.

    compile : bool or dict, default=False
        Whether ``torch.compile`` makes the networks faster, after it has taken its
        time; a dict holds parameters for it, such as ``{"mode": "max-autotune"}``.

    keep_on_interrupt : bool, default=False
        Whether the estimator is fitted, with the network as it is, after Ctrl-C in the
        middle of `fit`. The interrupt is raised all the same.

    checkpoint : str or path-like, default=None
        A folder in which `fit` keeps, epoch by epoch, all that it takes to go on:
        networks, optimizer, random numbers, what the method remembers. One for each
        fit: a search needs none, or its fits would replace each other's. Needs
        ``pip install "sknoisy[export]"``.

    checkpoint_every : int or "auto", default="auto"
        After how many epochs it is written. "auto" lets that take a fiftieth of the
        time; the last epoch always counts.

    resume : bool, default=False
        Whether `fit` goes on from the checkpoint, if there is one, to the same network,
        bit by bit, that it would have been without a break. One of other data or
        parameters is refused.

    verbose : int, default=0
        1 prints a line per epoch, 2 shows a bar with the time that is left.

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
        ``module__*``, ``loss__*``, ``optimizer__*``, ``callbacks__*``,
        ``iterator_train__*`` (``shuffle``, ``drop_last``, ``sampler`` and, for samples
        that are read from files or data sets, ``num_workers``, ``collate_fn`` and other
        parameters of torch's DataLoader), ``iterator_valid__batch_size``, and what is
        said above to go to a part in this way.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels.

    networks_ : list of nn.Module
        The trained networks: one, or as many as the method trains.

    net_ : skorch.NeuralNetClassifier
        The trained net; ``net_.module_`` holds the networks.

    history_ : skorch.history.History
        One record per epoch: ``train_loss`` (the sum over networks), ``lr``, ``dur``
        and, with validation, ``valid_loss`` (mean negative log of the mean probability
        of the given labels, whatever the method) and ``valid_acc``.

    n_iter_ : int
        Epochs run.

    vectorizer_ : Pipeline
        What makes numbers of words, dates and gaps, where X is a frame that holds more
        than numbers and no `module` was named; see
        :func:`sknoisy.tables.make_vectorizer`.

    n_features_in_ : int
        Number of features seen during fit (rows of an image).

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where they have string names.
    """

    _routes: tuple[str, ...] = (
        "module",
        "loss",
        "optimizer",
        "callbacks",
        "iterator_train",
        "iterator_valid",
    )

    def __init__(
        self,
        module: type[nn.Module] | nn.Module | Callable[..., nn.Module] | None = None,
        *,
        max_epochs: int | Literal["auto"] = "auto",
        batch_size: int = 512,
        accumulate: int = 1,
        lr: float = 5e-3,
        lr_schedule: str | Callable[[float], float] = "one_cycle",
        optimizer: str | Callable[..., torch.optim.Optimizer] = "adamw",
        weight_decay: float = 1e-2,
        early_stopping: bool | Literal["label_wave"] = False,
        validation_fraction: float | None = None,
        train_split: Callable[..., Any] | None = None,
        n_iter_no_change: int = 10,
        predict_with: int | Literal["auto", "mean"] = "auto",
        warm_start: bool = False,
        callbacks: Sequence[Any] | None = None,
        device: str | torch.device = "auto",
        dtype: Literal["float32", "float64"] = "float32",
        precision: Literal["bf16"] | None = None,
        compile: bool | dict[str, Any] = False,
        keep_on_interrupt: bool = False,
        checkpoint: str | PathLike[str] | None = None,
        checkpoint_every: int | Literal["auto"] = "auto",
        resume: bool = False,
        verbose: int = 0,
        unlabeled: Label = "auto",
        random_state: Seed = None,
        **routed: object,
    ) -> None:
        self.module = module
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.accumulate = accumulate
        self.lr = lr
        self.lr_schedule = lr_schedule
        self.optimizer = optimizer
        self.weight_decay = weight_decay
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.train_split = train_split
        self.n_iter_no_change = n_iter_no_change
        self.predict_with = predict_with
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.device = device
        self.dtype = dtype
        self.precision = precision
        self.compile = compile
        self.keep_on_interrupt = keep_on_interrupt
        self.checkpoint = checkpoint
        self.checkpoint_every = checkpoint_every
        self.resume = resume
        self.verbose = verbose
        self.unlabeled = unlabeled
        self.random_state = random_state
        self._routed = routed


# names that a number, or a switch, may have instead
NAMED = {
    "max_epochs": "auto",
    "early_stopping": "label_wave",
    "checkpoint_every": "auto",
}
SWITCHES = ("early_stopping", "warm_start", "keep_on_interrupt", "resume")
COUNTS = {
    "batch_size": 1,
    "accumulate": 1,
    "n_iter_no_change": 1,
    "max_epochs": 1,
    "checkpoint_every": 1,
    "verbose": 0,
}
RANGES = {
    "weight_decay": "[0, inf)",
    "lr": "(0, inf)",
    "validation_fraction": "(0, 1)",
}


def check_training(estimator):
    """Check the parameters of training that every classifier has."""
    given = {n: getattr(estimator, n) for n in (*SWITCHES, *COUNTS, *RANGES)}
    check_choice(estimator.dtype, ("float32", "float64"), "dtype")
    if estimator.precision is not None:
        check_choice(estimator.precision, ("bf16",), "precision")
    if isinstance(given["batch_size"], Integral) and given["batch_size"] == -1:
        del given["batch_size"]
    check_where_to_validate(estimator)
    named = {n for n in NAMED if isinstance(given[n], str)}
    for name in named:
        check_choice(given.pop(name), (NAMED[name],), name)
    check_switch(**{n: given[n] for n in SWITCHES if n in given})
    if isinstance(given["verbose"], bool):
        del given["verbose"]
    for name, least in COUNTS.items():
        if name in given:
            check_count(least, **{name: given[name]})
    for name, interval in RANGES.items():
        if given[name] is not None or name != "validation_fraction":
            check_range(interval, **{name: given[name]})
    if not isinstance(estimator.checkpoint, (str, PathLike, type(None))):
        raise TypeError(
            f"checkpoint={shown(estimator.checkpoint)}, but must be a folder's path."
        )
    if estimator.resume and estimator.checkpoint is None:
        raise ValueError(
            "resume=True goes on from a checkpoint: name its folder, checkpoint=…, or"
            " leave resume out."
        )
    if not isinstance(estimator.callbacks, (list, tuple, type(None))):
        raise TypeError(
            f"callbacks={shown(estimator.callbacks)}, but must be a list of them."
        )
    if not isinstance(estimator.compile, dict):
        check_switch(compile=estimator.compile)
    named, given = map(estimator._routed_to, ("callbacks", "iterator_train"))
    given |= estimator._routed_to("iterator_valid")
    if named:
        check_callback_names(estimator.callbacks or [], named)
    if given:  # all but the batch size, which comes later
        rest = {"facts": {}, "part": "iterator_train", "skip": 1, "complete": False}
        choose_arguments(Batches, given=given, **rest)


def check_where_to_validate(estimator):
    """Check `train_split`, which leaves nothing to `validation_fraction`."""
    split = estimator.train_split
    if split is None:
        return
    if not callable(split):
        raise TypeError(
            f"train_split={shown(split)} must be a function of a data set and labels"
            " that returns two data sets, such as skorch's predefined_split(dataset)."
        )
    if estimator.validation_fraction is not None:
        raise ValueError(
            f"train_split and validation_fraction={estimator.validation_fraction} both"
            " say what to validate on: pass one of them."
        )
