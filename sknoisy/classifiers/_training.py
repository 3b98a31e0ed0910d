"""The parameters of training: what every classifier takes, said here and only here.

A class names what is its own; the rest is added when it is made (`_completed`).
"""

from collections.abc import Callable, Sequence
from numbers import Integral
from os import PathLike
from typing import Any, ClassVar, Literal

import torch

from sknoisy._completed import field
from sknoisy._data_types import Label, Seed
from sknoisy._ranges import check_by_rules
from sknoisy._shown import shown
from sknoisy._types import Module
from sknoisy.classifiers._part_names import PartNames


class TrainingParameters(PartNames):
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

    average : {"ema", "swa"} or None, default=None
        Whether the network that predicts is an average of those on the way, which
        follows single wrong labels less than the last one. "ema" is the exponential
        moving average over all steps; each keeps ``average__decay``, .999, of it, less
        in the first thousands. "swa" (Izmailov et al., UAI 2018) is the mean over the
        epochs after the share ``average__start``, .75, of them; statistics of batch
        normalization are then made anew, by one more pass over the data. Averages are
        of use where the network still moves, ``lr_schedule="constant"``. They are what
        is validated, what `early_stopping` and `callbacks` see after an epoch, and what
        ``warm_start`` goes on with. What a method learns besides isn't averaged.

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

    augment : callable, default=None
        What changes the features of each batch that is trained on, anew each time: a
        function of a tensor (n_batch, ...) that returns another one of the same shape,
        such as those of :mod:`sknoisy.augmentation`, whose parameters are set as
        ``augment__*``. Methods that want several views of a sample ask it for each.
        What it draws comes from the seed of the fit.

    device : str or torch.device, default="auto"
        Where to train and predict; "auto" takes a CUDA GPU if there is one.

    accelerator : accelerate.Accelerator, default=None
        Lets several processes train together, where ``torchrun`` or ``accelerate
        launch`` has started them: each calls `fit` with the same data and an int as
        `random_state`, learns from its share of every batch, and has the same networks
        in the end. Needs ``pip install "sknoisy[accelerate]"``.

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
        parameters is refused; but with ``lr_schedule="constant"`` and the plain method
        `max_epochs` may have grown.

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

    _routes: ClassVar[tuple[str, ...]] = (
        *("module", "loss", "optimizer", "callbacks", "average"),
        *("iterator_train", "iterator_valid"),
    )

    module: Module = field(default=None, kw_only=False)
    max_epochs: int | Literal["auto"] = "auto"
    batch_size: int = 512
    accumulate: int = 1
    lr: float = 5e-3
    lr_schedule: str | Callable[[float], float] = "one_cycle"
    optimizer: str | Callable[..., torch.optim.Optimizer] = "adamw"
    weight_decay: float = 1e-2
    average: Literal["ema", "swa"] | None = None
    early_stopping: bool | Literal["label_wave"] = False
    validation_fraction: float | None = None
    train_split: Callable[..., Any] | None = None
    n_iter_no_change: int = 10
    predict_with: int | Literal["auto", "mean"] = "auto"
    warm_start: bool = False
    callbacks: Sequence[Any] | None = None
    augment: Callable[[Any], Any] | None = None
    device: str | torch.device = "auto"
    accelerator: Any = None
    dtype: Literal["float32", "float64"] = "float32"
    precision: Literal["bf16"] | None = None
    compile: bool | dict[str, Any] = False
    keep_on_interrupt: bool = False
    checkpoint: str | PathLike[str] | None = None
    checkpoint_every: int | Literal["auto"] = "auto"
    resume: bool = False
    verbose: int = 0
    unlabeled: Label = "auto"
    random_state: Seed = None


# what parameters may be: words, a switch, a whole number from so many on, or a number
RULES: dict[str, Any] = {
    "words": {
        "max_epochs": ("auto",),
        "early_stopping": ("label_wave",),
        "checkpoint_every": ("auto",),
        "dtype": ("float32", "float64"),
        "precision": ("bf16",),
    },
    "switches": (
        *("early_stopping", "warm_start", "compile"),
        *("keep_on_interrupt", "resume"),
    ),
    "counts": {
        "max_epochs": 1,
        "batch_size": 1,
        "accumulate": 1,
        "n_iter_no_change": 1,
        "checkpoint_every": 1,
        "verbose": 0,
    },
    "ranges": {
        "weight_decay": "[0, inf)",
        "lr": "(0, inf)",
        "validation_fraction": "(0, 1)",
        # where there are such parameters
        **dict.fromkeys(("mixup", "cutmix"), "[0, inf)"),
    },
}


def check_training(training):
    """Check the parameters of training that every classifier has."""
    known, names = vars(training), [name for rule in RULES.values() for name in rule]
    given = {name: known[name] for name in names if name in known}
    size = training.batch_size
    beside = {
        "batch_size": isinstance(size, Integral) and size == -1,
        "compile": isinstance(training.compile, dict),
        "precision": training.precision is None,
        "validation_fraction": training.validation_fraction is None,
        "verbose": isinstance(training.verbose, bool),
    }
    check_where_to_validate(training)
    check_by_rules({n: v for n, v in given.items() if not beside.get(n)}, **RULES)
    if not isinstance(training.checkpoint, (str, PathLike, type(None))):
        raise TypeError(
            f"checkpoint={shown(training.checkpoint)}, but must be a folder's path."
        )
    if training.resume and training.checkpoint is None:
        raise ValueError(
            "resume=True goes on from a checkpoint: name its folder, checkpoint=…, or"
            " leave resume out."
        )


def check_where_to_validate(training):
    """Check `train_split`, which leaves nothing to `validation_fraction`."""
    split = training.train_split
    if split is None:
        return
    if not callable(split):
        raise TypeError(
            f"train_split={shown(split)} must be a function of a data set and labels"
            " that returns two data sets, such as skorch's predefined_split(dataset)."
        )
    if training.validation_fraction is not None:
        raise ValueError(
            f"train_split and validation_fraction={training.validation_fraction} both"
            " say what to validate on: pass one of them."
        )
