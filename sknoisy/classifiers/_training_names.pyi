"""Parameters of training and of parts; made by tests/training_names.py.

A module of your own has parameters that nobody knows here: hand them on by
``set_params(module__width=3)``.
"""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any, Literal, TypedDict

import torch

from sknoisy._data_types import Label, Seed

class CommonTraining(TypedDict, total=False):
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
    unlabeled: Label
    random_state: Seed
    grafting__amplitude: object
    grafting__n_bins: object
    grafting__steepness: object
    iterator_train__batch_size: object
    iterator_train__collate_fn: object
    iterator_train__dataset: object
    iterator_train__device: object
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
    loss__alpha: object
    loss__beta: object
    loss__bias: object
    loss__class_weight: object
    loss__detach: object
    loss__floor: object
    loss__gamma: object
    loss__label_floor: object
    loss__label_weight: object
    loss__m: object
    loss__min_prob: object
    loss__order: object
    loss__q: object
    loss__rate: object
    loss__t1: object
    loss__t2: object
    loss__tau: object
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

class Training(CommonTraining, total=False):
    max_epochs: int | Literal["auto"]

class WeightedTraining(Training, total=False):
    mixup: float
    class_weight: Mapping[Any, float] | Literal["balanced"] | None

class MethodTraining(Training, total=False):
    method__agreement: object
    method__alpha: object
    method__augment: object
    method__average_epochs: object
    method__averaging: object
    method__beta: object
    method__bootstrapping: object
    method__calibrate: object
    method__class_balance: object
    method__class_wise: object
    method__confidence: object
    method__cv: object
    method__distill: object
    method__distill_weight: object
    method__drop: object
    method__exponent: object
    method__floor: object
    method__form: object
    method__grafting: object
    method__grafting__amplitude: object
    method__grafting__n_bins: object
    method__grafting__steepness: object
    method__growth: object
    method__k: object
    method__keep: object
    method__lr_u: object
    method__lr_v: object
    method__mixture: object
    method__mixup: object
    method__momentum: object
    method__mutual_weight: object
    method__n_networks: object
    method__n_rounds: object
    method__noise_rate: object
    method__normalize: object
    method__p_threshold: object
    method__picks: object
    method__power: object
    method__prune_every: object
    method__prune_from: object
    method__q: object
    method__queue_size: object
    method__rank_within: object
    method__rejected: object
    method__rejected_weight: object
    method__relabel: object
    method__rise: object
    method__sharpening: object
    method__sieve_from: object
    method__slack: object
    method__split: object
    method__split__metric: object
    method__split__min_samples: object
    method__split__mixture: object
    method__split__n_neighbors: object
    method__split__rho: object
    method__split__threshold: object
    method__start: object
    method__strength: object
    method__strong_augment: object
    method__swap: object
    method__temperature: object
    method__transition: object
    method__transition__fraction: object
    method__transition__max_iter: object
    method__transition__metric: object
    method__transition__n_anchors: object
    method__transition__n_jobs: object
    method__transition__n_neighbors: object
    method__transition__n_pairs: object
    method__transition__percentile: object
    method__transition__start: object
    method__transition__variation_weight: object
    method__transition__volume_weight: object
    method__unlabeled_ratio: object
    method__unlabeled_weight: object
    method__variation_weight: object
    method__volume_weight: object
    method__warm_up: object
    method__warm_up_epochs: object

class AnyTraining(WeightedTraining, MethodTraining, total=False): ...
