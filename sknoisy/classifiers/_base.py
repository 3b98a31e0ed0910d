"""The front desk: from scikit-learn's world to the engine and back."""

from abc import ABCMeta
from contextlib import contextmanager, nullcontext
from typing import Any, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    validate_data,
)
from torch import nn

from sknoisy._arrays import as_numpy, numpy_inside
from sknoisy._data_types import ArrayLike
from sknoisy._engine import ArrayDataset
from sknoisy._engine.assembly import assemble, go_on
from sknoisy._engine.devices import pick_device
from sknoisy._engine.draws import draws_to_predict, is_quiet, may_draw
from sknoisy._engine.networks import speaker
from sknoisy._engine.tasks import (
    CallbackSupportMixin,
    epoch_tasks,
    with_callbacks,
)
from sknoisy._features import check_features
from sknoisy._labels import check_soft_labels, filled, is_soft
from sknoisy._rows import cut_params
from sknoisy._samples import as_samples
from sknoisy._seeds import make_generator
from sknoisy._settings import own_settings, usual_settings
from sknoisy._streams import Stream, drawing_from, initial_seed, lent
from sknoisy._types import Inputs
from sknoisy._unlabeled import as_labels, find_unlabeled, unboxed
from sknoisy._versions import KeepsVersions
from sknoisy._weights import check_weights
from sknoisy.classifiers._checkpoints import checkpoints_of, seeded_by
from sknoisy.classifiers._data import make_training_data
from sknoisy.classifiers._frames import numbers_of
from sknoisy.classifiers._inputs import (
    as_whole_numbers,
    check_samples,
    kinds_of_numbers,
    with_labels,
)
from sknoisy.classifiers._method import Task, as_method, check_objective
from sknoisy.classifiers._training import TrainingParameters, check_training
from sknoisy.classifiers._unpredicted import warn_of_unpredicted
from sknoisy.schedules import constant


class BaseNoisyClassifier(
    TrainingParameters,
    KeepsVersions,
    CallbackSupportMixin,
    ClassifierMixin,
    BaseEstimator,
    metaclass=ABCMeta,
):
    """What every classifier's desk does; a final class adds a method to it.

    A final class writes its ``__init__`` and names its `_method`, a class of objective
    or a `Method`, which gets what `__init__` names beside ``**training``. Nothing else
    need be overridden. Think twice before adding anything here.
    """

    _method: Any = None
    _part: str | None = None  # the prefix of the method's parameters, for messages

    class_weight: object = None  # judged samples have no exact weights

    def _asked(self, facts):
        """Return the method, and its own parameters."""
        names = [name for name in self._own_parameters if name != "loss"]
        parts = set(self._routes) - set(TrainingParameters._routes)
        given = {name: getattr(self, name) for name in names}
        return as_method(self._method), given | self._still_routed(*parts)

    @with_callbacks
    def fit(self, X: Inputs, y: ArrayLike | None = None) -> Self:
        """Train on labels that may be wrong.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features), or array-like
            of shape (n_samples, height, width[, channels])
            The samples.

        y : array-like of shape (n_samples,)
            The given labels: numbers, strings or booleans.

        Returns
        -------
        self : estimator
            The fitted estimator.

        Raises
        ------
        NonFiniteLossError
            If training diverges.
        """
        return self._fit(X, y)

    # --- predict ---

    @numpy_inside(returns="X")
    def predict_proba(self, X: Inputs) -> np.ndarray:
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features), or array-like
            of shape (n_samples, height, width[, channels])
            The samples.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Probabilities in the order of ``classes_``.
        """
        check_is_fitted(self, "net_")
        return self._probabilities(self._validate(X, reset=False))

    def _probabilities(self, X):
        with usual_settings(), self._prediction_stream():
            proba = self.net_.predict_proba(ArrayDataset(X), self._speaker())
        if not np.isfinite(proba).all():
            strange = np.flatnonzero(~np.isfinite(proba).all(axis=1))
            raise ValueError(
                f"The network gives no finite probabilities for {len(strange)} samples,"
                f" the first at position {strange[0]}: their features are too far from"
                " those of fit."
            )
        learned_by = getattr(self, "_learned_by", None)  # None in the midst of fit
        return proba if learned_by is None else learned_by.undo(proba, self)

    @numpy_inside(returns="X")
    def predict_log_proba(self, X: Inputs) -> np.ndarray:
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features), or array-like
            of shape (n_samples, height, width[, channels])
            The samples.

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes)
            Log probabilities in the order of ``classes_``; minus infinity for a
            class that can't be.
        """
        proba = self.predict_proba(X)
        with np.errstate(divide="ignore"):
            return np.log(proba)

    @numpy_inside(returns="X")
    def predict(self, X: Inputs) -> np.ndarray:
        """Predict the most probable class.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features), or array-like
            of shape (n_samples, height, width[, channels])
            The samples.

        Returns
        -------
        labels : ndarray of shape (n_samples,)
            The class of each sample.
        """
        proba = self.predict_proba(X)  # first, so that it is the one to complain
        return self.classes_[proba.argmax(axis=1)]

    @property
    def networks_(self) -> list[nn.Module]:
        """The trained networks: one, or as many as the method trains."""
        check_is_fitted(self, "net_")
        return list(self.net_.module_)

    def _speaker(self):
        """Return which network predicts; None stands for the mean over all of them."""
        return speaker(self.predict_with, self.net_.module_, self.net_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    @contextmanager
    def _prediction_stream(self):
        """Seed what networks draw as they predict, in case they do."""
        seed = self.net_.prediction_seed
        if seed is None:
            yield
        else:
            with drawing_from(Stream(seed, self.net_.device)), lent():
                yield

    # --- what fit and partial_fit are made of ---

    @own_settings()
    def _fit(self, X, y, sample_weight=None, **facts):
        """Validate, plan, build, train, remember; `facts`: what is known besides."""
        with self._all_or_nothing():
            self._check_parameters()
            data = self._check_data(X, y, sample_weight)
            facts = cut_params(facts, data.rows, data.n_given)
            kept = checkpoints_of(self, data, facts)
            with seeded_by(self, kept), self._seeded() as random_state:
                share = self._held_out_share()
                split = data.split(share, random_state, self.train_split)
                facts["n_epochs"] = self._n_epochs(len(split[0]))
                task = self._plan(data, facts)
                engine = self._build(task, data, has_validation=split[1] is not None)
                engine.checkpoints = kept
                self._train(engine, task, data, split, X, y)
        warn_of_unpredicted(self, self._probabilities, data)
        return self

    @own_settings()
    def _partial_fit(self, X, y, classes, sample_weight):
        """One more epoch, of a new engine or of the one there is."""
        self._check_parameters()
        first = not hasattr(self, "net_")
        known = classes if first else self._known_classes(classes)
        data = self._check_data(X, y, sample_weight, classes=known, reset=first)
        split = (data.dataset, None)
        # an int seed must not shuffle every call alike
        with self._seeded(n_epochs_before=0 if first else self.n_iter_):
            n_epochs = self._n_epochs(len(data.dataset)) if first else 1
            task = self._plan(data, {"n_epochs": n_epochs})
            if first:
                engine = self._build(task, data, has_validation=False)
                check_objective(engine.criterion_, data, in_parts=True)
            else:
                objective = self._build_objective(task)
                check_objective(objective, data, in_parts=True)
                engine = go_on(self.net_, objective, self)
            engine.schedule, engine.max_epochs = constant, 1
            engine.keeps_optimizer = True  # the next call goes on with it
            self._train(engine, task, data, split, X, y)
        return self

    def _plan(self, data, facts):
        """Return what there is to learn, with all that must be known first."""
        method, given = self._asked(data.facts | facts)
        asked = given, self._part, self.loss, self._routed_to("loss")
        task = Task(method, self, *asked, data.facts | facts)
        task.facts |= method.plan(task)
        return task

    def _build(self, task, data, has_validation):
        """Return an engine about to train; nothing trains here."""
        objective = self._build_objective(task)
        check_objective(objective, data)
        last = self.net_ if self.warm_start and hasattr(self, "net_") else None
        if last is not None:
            objective.go_on_from(last.criterion_)
        # torch's layers draw their weights from its global generator, other parts that
        # aren't ours maybe from NumPy's
        parts = (self.module, self.optimizer, self.callbacks, self._routed)
        with lent(others=not is_quiet(*parts)):
            engine = assemble(
                self,
                objective,
                data,
                n_epochs=task.facts["n_epochs"],
                has_validation=has_validation,
                last=last,
            )
        speaker(self.predict_with, engine.module_, objective)
        return engine

    def _build_objective(self, task):
        return task.method.build(task)

    @contextmanager
    def _all_or_nothing(self):
        """Leave the estimator as it was where a fit fails; not if it is kept so far."""
        before = dict(vars(self))
        try:
            yield
        except BaseException:
            if vars(self).get("net_") is before.get("net_"):
                for name in [n for n in vars(self) if n.endswith("_")]:
                    delattr(self, name)
                self.__dict__.update({n: before[n] for n in before if n.endswith("_")})
            raise

    def _check_parameters(self):
        self._check_routed()
        check_training(self)

    def _validate(self, X, *y, reset):
        """Return X, or X and y, as arrays; X must look as in fit, unless `reset`."""
        n_labels = len(y[0]) if y and y[0] is not None else None
        samples = as_samples(X, n_labels, self._collate_fn())
        if samples is not None:
            return check_samples(self, samples, *y, reset=reset)
        # a float64 that float32 can't hold becomes infinite, and of that validate_data
        # complains, better than numpy would
        X, checks = numbers_of(self, as_whole_numbers(self, X), reset=reset)
        with np.errstate(over="ignore", invalid="ignore"):
            checked = validate_data(
                checks,
                check_features(as_numpy(X), self),
                *map(as_numpy, y),
                reset=reset or checks is not self,
                dtype=kinds_of_numbers(self, X, reset=reset),
                accept_sparse="csr",
                allow_nd=True,
            )
        shape = (checked[0] if y else checked).shape[1:]
        if 0 in shape:
            raise ValueError(f"X has samples of shape {shape}: they hold no feature.")
        if not reset and shape != self.net_.input_shape:
            raise ValueError(
                f"X has samples of shape {shape}, but {type(self).__name__} was fitted"
                f" on samples of shape {self.net_.input_shape}."
            )
        return checked

    def _check_data(self, X, y, sample_weight=None, classes=None, reset=True):
        """Return checked data: what has no weight or no label isn't there any more."""
        X, y, missing = self._validate_both(X, y, reset)
        weight = sample_weight
        if weight is not None:
            weight = check_weights(as_numpy(weight), len(y))
        return make_training_data(
            X,
            y,
            weight,
            class_weight=self.class_weight,
            classes=classes,
            dtype=getattr(torch, self.dtype),
            missing=missing,
        )

    def _validate_both(self, X, y, reset):
        """Return X, y and where y has no label, whose place another one takes."""
        X, y = with_labels(X, y)
        y, missing = as_numpy(y), np.zeros(0, dtype=bool)
        if y is not None and is_soft(y):
            X, y = self._validate(X, reset=reset), check_soft_labels(y)
            check_consistent_length(X, y)
        else:
            if y is not None:
                y = as_labels(y)
                missing = find_unlabeled(y, self.unlabeled).ravel()
                y = filled(y, missing) if missing.any() else unboxed(y)
            X, y = self._validate(X, y, reset=reset)
        return X, y, missing

    def _collate_fn(self):
        return self._routed_to("iterator_train").get("collate_fn")

    def _random_state(self):
        seed = getattr(self, "_seed_of_fit", None)  # of one that goes on
        return make_generator(self.random_state if seed is None else seed)

    @contextmanager
    def _seeded(self, n_epochs_before=0):
        """Draw from a stream that `random_state` seeds, and from nowhere else."""
        random_state = self._random_state()
        seed = random_state.randint(np.iinfo(np.int32).max) + n_epochs_before
        with drawing_from(Stream(seed, pick_device(self.device))):
            yield random_state

    def _held_out_share(self):
        stops = self.early_stopping is True and self.train_split is None
        if self.validation_fraction is None and stops:
            return 0.1
        return self.validation_fraction

    def _known_classes(self, classes):
        known = self.net_.classes_
        if classes is not None and not np.array_equal(np.unique(classes), known):
            raise ValueError(
                f"classes={np.unique(classes)} are not those of the first call of"
                f" partial_fit or of fit, {known}."
            )
        return known

    def _train(self, engine, task, data, split, X, y):
        """Train, and remember."""
        # a fit that might draw from elsewhere waits for its turn to do so
        is_watched = bool(getattr(self, "_skl_callbacks", None))
        takes_turns = is_watched or may_draw(engine)
        engine.prediction_seed = initial_seed() if takes_turns else None
        with lent() if takes_turns else nullcontext():
            self._train_here(engine, task, data, split, X, y)
            if takes_turns and not draws_to_predict(engine, split[0]):
                engine.prediction_seed = None

    def _train_here(self, engine, task, data, split, X, y):
        with epoch_tasks(self, engine, X, y):
            try:
                engine.partial_fit(split)
            except KeyboardInterrupt:
                if self.keep_on_interrupt and len(engine.history):
                    self._remember(engine, task, data)
                raise
        self._remember(engine, task, data)

    def _remember(self, engine, task, data):
        objective = engine.criterion_
        found = {n: data.as_given(each) for n, each in objective.findings().items()}
        found |= objective.estimates() | task.method.remember(objective, task)
        for name in getattr(self, "_found", ()):  # by an earlier fit, of other samples
            delattr(self, name)
        self._found = [f"{name}_" for name in found]
        self.__dict__.update(zip(self._found, found.values(), strict=True))
        self._learned_by = task.method
        objective.forget()
        # its copy of the best weights has served, and partial_fit has no validation
        engine.callbacks_ = [c for c in engine.callbacks_ if c[0] != "early_stopping"]
        engine.checkpoints = None
        self.net_ = engine
        self.classes_ = engine.classes_
        self.history_ = engine.history
        self.n_iter_ = len(engine.history)

    def _n_epochs(self, n_rows):
        if self.max_epochs != "auto":
            return self.max_epochs
        batch_size = n_rows if self.batch_size == -1 else self.batch_size
        n_steps_an_epoch = max(1, round(n_rows / (batch_size * self.accumulate)))
        return int(np.clip(np.ceil(AUTO_STEPS / n_steps_an_epoch), *AUTO_EPOCHS))


# max_epochs="auto": about so many steps in all, and so many epochs at least and at most
AUTO_STEPS = 400
AUTO_EPOCHS = (30, 200)
