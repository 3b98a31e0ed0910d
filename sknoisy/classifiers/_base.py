"""The front desk: from scikit-learn's world to the engine and back."""

import copy
from abc import abstractmethod
from contextlib import contextmanager

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import check_is_fitted, validate_data
from skorch.callbacks import EarlyStopping, LRScheduler

from sknoisy._checks import check_weights, encode_labels
from sknoisy._engine import ArrayDataset, Engine
from sknoisy._params import RoutedParams
from sknoisy.classifiers._callbacks import CallbackSupportMixin, epoch_tasks
from sknoisy.classifiers._data import TrainingData, as_numpy
from sknoisy.classifiers._parts import (
    check_output,
    check_training_parameters,
    make_networks,
    make_optimizer_arguments,
    pick_device,
)
from sknoisy.schedules import constant, get_schedule


class BaseNoisyClassifier(
    RoutedParams, CallbackSupportMixin, ClassifierMixin, BaseEstimator
):
    """What every classifier's desk does; a final class adds a method to it.

    A final class writes its ``__init__``, its ``fit`` and `_make_objective`, and
    nothing else need be overridden. Think twice before adding anything here.
    """

    _routes = ("module", "loss", "optimizer", "callbacks", "iterator_train")

    @abstractmethod
    def _make_objective(self, facts):
        """Return a new objective; `facts` are those of the training data."""

    # --- predict ---

    def predict_proba(self, X):
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
        check_is_fitted(self)
        X = self._validate(X, reset=False)
        return self.net_.predict_proba(ArrayDataset(X))

    def predict_log_proba(self, X):
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features), or array-like
            of shape (n_samples, height, width[, channels])
            The samples.

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes)
            Log probabilities in the order of ``classes_``.
        """
        proba = self.predict_proba(X)
        return np.log(np.maximum(proba, np.finfo(proba.dtype).tiny))

    def predict(self, X):
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

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    # --- what fit and partial_fit are made of ---

    def _fit(self, X, y, sample_weight=None):
        """Validate, make, train, remember."""
        self._check_routed()
        check_training_parameters(self)
        data = self._check_data(X, y, sample_weight)
        with self._seeded() as random_state:
            split = self._split(data, random_state)
            engine = self._make_engine(data, n_steps_an_epoch=self._n_batches(split[0]))
            self._train(engine, split, X, y)
        return self

    def _partial_fit(self, X, y, classes, sample_weight):
        """One more epoch, of a new engine or of the one there is."""
        self._check_routed()
        check_training_parameters(self)
        first = not hasattr(self, "net_")
        known = classes if first else self.net_.classes_
        data = self._check_data(X, y, sample_weight, classes=known, reset=first)
        # an int seed must not shuffle every call alike
        with self._seeded(n_epochs_before=0 if first else self.n_iter_):
            if first:
                engine = self._make_engine(data, n_steps_an_epoch=1)
            else:
                engine = self.net_
                engine.criterion_ = self._make_objective(data.facts)
            engine.schedule, engine.max_epochs = constant, 1
            self._train(engine, (data.dataset, None), X, y)
        return self

    def _validate(self, X, *y, reset):
        """Return X, or X and y, as arrays; X must look as in fit, unless `reset`."""
        # a float64 that float32 can't hold becomes infinite, and of that validate_data
        # complains, better than numpy would
        with np.errstate(over="ignore", invalid="ignore"):
            checked = validate_data(
                self,
                as_numpy(X),
                *map(as_numpy, y),
                reset=reset,
                dtype=self.dtype,
                accept_sparse="csr",
                allow_nd=True,
            )
        shape = (checked[0] if y else checked).shape[1:]
        if not reset and shape != self._input_shape:
            raise ValueError(
                f"X has samples of shape {shape}, but {type(self).__name__} was fitted"
                f" on samples of shape {self._input_shape}."
            )
        return checked

    def _check_data(self, X, y, sample_weight=None, classes=None, reset=True):
        """Return checked data: samples of weight zero aren't there any more."""
        X, y = self._validate(X, y, reset=reset)
        weight = check_weights(as_numpy(sample_weight), len(y))
        if self.class_weight is not None:
            by_class = compute_sample_weight(self.class_weight, y)
            weight = by_class if weight is None else weight * by_class
        if weight is not None and not weight.all():
            X, y, weight = X[weight > 0], y[weight > 0], weight[weight > 0]
        found, codes = encode_labels(y)
        classes = found if classes is None else np.unique(classes)
        if len(classes) < 2:
            raise ValueError(
                f"{type(self).__name__} can't train on one class: y holds nothing but"
                f" {found.tolist()[0]!r}."
            )
        codes = _positions(found, classes)[codes]
        return TrainingData(X, codes, classes, weight, getattr(torch, self.dtype))

    @contextmanager
    def _seeded(self, n_epochs_before=0):
        """Seed torch from `random_state`, and leave its global generator alone."""
        random_state = check_random_state(self.random_state)
        device = torch.device(pick_device(self.device))
        devices = [device] if device.type == "cuda" else []
        with torch.random.fork_rng(devices=devices):
            seed = random_state.randint(np.iinfo(np.int32).max)
            torch.manual_seed(seed + n_epochs_before)
            yield random_state

    def _split(self, data, random_state):
        fraction = self.validation_fraction
        if fraction is None and self.early_stopping:
            fraction = 0.1
        return data.split(fraction, random_state)

    def _make_engine(self, data, n_steps_an_epoch):
        device = pick_device(self.device)
        objective = self._make_objective(data.facts)
        networks = self._starting_networks(data, objective.n_networks)
        check_output(networks, data.dataset, len(data.classes), device)
        optimizer, arguments = make_optimizer_arguments(
            self.optimizer,
            given=self._routed_to("optimizer"),
            weight_decay=self.weight_decay,
            device=device,
        )
        return Engine(
            networks,
            objective,
            input_shape=data.facts["input_shape"],
            schedule=self._schedule(),
            optimizer=optimizer,
            lr=self.lr,
            max_epochs=self._n_epochs(n_steps_an_epoch),
            batch_size=self.batch_size,
            callbacks=self._make_callbacks(),
            classes=data.classes,
            device=device,
            verbose=int(self.verbose),
            **{f"optimizer__{name}": value for name, value in arguments.items()},
            **self._still_routed("callbacks", "iterator_train"),
        ).initialize()

    def _starting_networks(self, data, n_networks):
        if self.warm_start and hasattr(self, "net_"):
            return self._networks_so_far(data)
        return make_networks(
            self.module,
            n_networks,
            given=self._routed_to("module"),
            facts=data.facts,
            dtype=data.dtype,
        )

    def _networks_so_far(self, data):
        if not np.array_equal(self.net_.classes_, data.classes):
            raise ValueError(
                "warm_start=True goes on with the network of the last fit, whose"
                f" classes were {self.net_.classes_}, but y has"
                f" {data.classes}: set warm_start=False to start anew."
            )
        return self.net_.module_

    def _schedule(self):
        schedule = get_schedule(self.lr_schedule)
        if schedule is not constant and any(
            isinstance(_callback(c), LRScheduler) for c in self.callbacks or []
        ):
            raise ValueError(
                f"lr_schedule={self.lr_schedule!r} and a skorch LRScheduler would both"
                " set the learning rate: pass lr_schedule='constant' beside it."
            )
        return schedule

    def _make_callbacks(self):
        # copied, since skorch trains callbacks in place and these are the user's
        callbacks = copy.deepcopy(list(self.callbacks or []))
        if self.early_stopping:
            stop = EarlyStopping(
                monitor="valid_acc",
                lower_is_better=False,
                patience=self.n_iter_no_change,
                load_best=True,
            )
            callbacks.append(("early_stopping", stop))
        return callbacks

    def _still_routed(self, *parts):
        return {
            f"{part}__{name}": value
            for part in parts
            for name, value in self._routed_to(part).items()
        }

    def _train(self, engine, split, X, y):
        with epoch_tasks(self, engine, X, y):
            try:
                engine.partial_fit(split)
            except KeyboardInterrupt:
                if self.keep_on_interrupt and len(engine.history):
                    self._remember(engine)
                raise
        self._remember(engine)

    def _remember(self, engine):
        engine.criterion_.forget()
        # its copy of the best weights has served, and partial_fit has no validation
        engine.callbacks_ = [c for c in engine.callbacks_ if c[0] != "early_stopping"]
        self.net_ = engine
        self.classes_ = engine.classes_
        self.history_ = engine.history
        self.n_iter_ = len(engine.history)
        self._input_shape = engine.input_shape

    def _n_batches(self, dataset):
        return max(1, round(len(dataset) / self.batch_size))

    def _n_epochs(self, n_steps_an_epoch):
        if self.max_epochs != "auto":
            return self.max_epochs
        return int(np.clip(np.ceil(AUTO_STEPS / n_steps_an_epoch), *AUTO_EPOCHS))


# max_epochs="auto": about so many steps in all, and so many epochs at least and at most
AUTO_STEPS = 400
AUTO_EPOCHS = (30, 200)


def _positions(labels, classes):
    """Return where each of the sorted `labels` stands in `classes`."""
    strangers = np.setdiff1d(labels, classes)
    if strangers.size:
        raise ValueError(
            f"y contains labels that are not in classes: {strangers}. The first call"
            " of partial_fit must name every class, in `classes`."
        )
    return np.searchsorted(classes, labels)


def _callback(item):
    return item[1] if isinstance(item, tuple) else item
