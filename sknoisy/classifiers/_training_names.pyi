"""Parameters of training and of parts; made by tests/training_names.py.

A module of your own has parameters that nobody knows here: hand them on by
``set_params(module__width=3)``.
"""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, Literal, TypedDict

import numpy as np
import torch

class Training(TypedDict, total=False):
    max_epochs: int | Literal["auto"]
    batch_size: int
    accumulate: int
    lr: float
    lr_schedule: str | Callable[[float], float]
    optimizer: str | Callable[..., torch.optim.Optimizer]
    weight_decay: float
    early_stopping: bool | Literal["label_wave"]
    validation_fraction: float | None
    train_split: Callable[..., Any] | None
    n_iter_no_change: int
    predict_with: int | Literal["auto", "mean"]
    warm_start: bool
    callbacks: Sequence[Any] | None
    device: str | torch.device
    dtype: Literal["float32", "float64"]
    precision: Literal["bf16"] | None
    compile: bool | dict[str, Any]
    keep_on_interrupt: bool
    checkpoint: str | PathLike[str] | None
    checkpoint_every: int | Literal["auto"]
    resume: bool
    verbose: int
    unlabeled: object
    random_state: int | np.random.RandomState | None
    grafting__amplitude: object
    grafting__n_bins: object
    grafting__steepness: object
    iterator_train__collate_fn: object
    iterator_train__drop_last: object
    iterator_train__multiprocessing_context: object
    iterator_train__num_workers: object
    iterator_train__pin_memory: object
    iterator_train__prefetch_factor: object
    iterator_train__sampler: object
    iterator_train__shuffle: object
    iterator_train__timeout: object
    iterator_train__worker_init_fn: object
    iterator_valid__batch_size: object
    iterator_valid__num_workers: object
    loss__a: object
    loss__agreement: object
    loss__alpha: object
    loss__augment: object
    loss__average_epochs: object
    loss__averaging: object
    loss__beta: object
    loss__bias: object
    loss__bootstrapping: object
    loss__class_balance: object
    loss__class_weight: object
    loss__confidence: object
    loss__detach: object
    loss__drop: object
    loss__floor: object
    loss__form: object
    loss__gamma: object
    loss__growth: object
    loss__k: object
    loss__keep: object
    loss__label_floor: object
    loss__label_weight: object
    loss__lr_u: object
    loss__lr_v: object
    loss__m: object
    loss__min_prob: object
    loss__mixture: object
    loss__mixup: object
    loss__momentum: object
    loss__n_rounds: object
    loss__normalize: object
    loss__order: object
    loss__p_threshold: object
    loss__picks: object
    loss__power: object
    loss__prune_every: object
    loss__prune_from: object
    loss__q: object
    loss__queue_size: object
    loss__rank_within: object
    loss__rate: object
    loss__rejected: object
    loss__rejected_weight: object
    loss__relabel: object
    loss__rise: object
    loss__sharpening: object
    loss__sieve_from: object
    loss__slack: object
    loss__split: object
    loss__start: object
    loss__strength: object
    loss__strong_augment: object
    loss__t1: object
    loss__t2: object
    loss__tau: object
    loss__temperature: object
    loss__variation_weight: object
    loss__volume_weight: object
    loss__warm_up: object
    module__channels: object
    module__dropout: object
    module__hidden: object
    module__input_dropout: object
    module__widths: object
    optimizer__amsgrad: object
    optimizer__betas: object
    optimizer__capturable: object
    optimizer__dampening: object
    optimizer__decoupled_weight_decay: object
    optimizer__differentiable: object
    optimizer__eps: object
    optimizer__foreach: object
    optimizer__fused: object
    optimizer__maximize: object
    optimizer__momentum: object
    optimizer__nesterov: object
    optimizer__rho: object
    split__metric: object
    split__min_samples: object
    split__mixture: object
    split__n_neighbors: object
    split__rho: object
    split__threshold: object
    strategy__agreement: object
    strategy__rank_within: object
    transition__fraction: object
    transition__max_iter: object
    transition__metric: object
    transition__n_anchors: object
    transition__n_jobs: object
    transition__n_neighbors: object
    transition__n_pairs: object
    transition__percentile: object
    transition__start: object
    transition__variation_weight: object
    transition__volume_weight: object

class WeightedTraining(Training, total=False):
    class_weight: object
