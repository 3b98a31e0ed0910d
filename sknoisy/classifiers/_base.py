"""The front desk: from scikit-learn's world to the engine and back."""

from contextlib import contextmanager
from typing import Any, ClassVar, Self, cast

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted
from torch import nn

from sknoisy._arrays import numpy_inside
from sknoisy._data_types import ArrayLike
from sknoisy._engine import ArrayDataset
from sknoisy._engine.assembly import assemble, check_handed_on, go_on
from sknoisy._engine.devices import pick_device
from sknoisy._engine.draws import is_quiet, seeded_to_predict, taking_turns
from sknoisy._engine.networks import speaker
from sknoisy._engine.tasks import CallbackSupportMixin, epoch_tasks, with_callbacks
from sknoisy._engine.unpredicted import warn_of_unpredicted
from sknoisy._engine.validation import split_dataset
from sknoisy._estimators import BaseEstimator, ClassifierMixin
from sknoisy._rows import cut_params
from sknoisy._seeds import make_generator
from sknoisy._settings import own_settings, usual_settings
from sknoisy._streams import Stream, drawing_from, lent
from sknoisy._types import Inputs
from sknoisy._versions import KeepsVersions
from sknoisy._weights import check_weights
from sknoisy.classifiers._checkpoints import checkpoints_of
from sknoisy.classifiers._data import make_training_data
from sknoisy.classifiers._inputs import read, read_both
from sknoisy.classifiers._method import Task, as_method, build_objective
from sknoisy.classifiers._training import TrainingParameters, check_training
from sknoisy.schedules import constant


class BaseNoisyClassifier(
    TrainingParameters,
    KeepsVersions,
    CallbackSupportMixin,
    ClassifierMixin,
    BaseEstimator,
):
    """What all classifiers share; a final class adds a method to it.

    A final class names its parameters and its `_method`, a class of objective or a
    `Method`, which gets them. Nothing else need be overridden. Think twice before
    adding anything here.
    """

    _method: ClassVar[Any] = None
    _part: ClassVar[str | None] = None  # the prefix of its parameters, for messages

    class_weight = cast(Any, None)  # judged samples have no exact weights

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
        return self._probabilities(read(self, X, reset=False))

    def _probabilities(self, X):
        with usual_settings(), seeded_to_predict(self.net_):
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
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

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

    # --- what fit and partial_fit are made of ---

    @own_settings()
    def _fit(self, X, y, sample_weight=None, **facts):
        """Validate, plan, build, train, remember; `facts`: what is known besides."""
        with self._all_or_nothing():
            self._check_parameters()
            data = self._check_data(X, y, sample_weight)
            facts = cut_params(facts, data.rows, data.n_given)
            kept = None
            if self.checkpoint is not None:
                kept = checkpoints_of(self, data, facts)
                self._seed_of_fit = kept.seed(self.random_state)
            with self._seeded() as random_state:
                train, valid = self._split(data, random_state)
                facts |= self._clock(len(train), data.unlabeled)
                task = self._plan(data, facts)
                engine = self._build(task, data, has_validation=valid is not None)
                engine.checkpoints = kept
                self._train(engine, task, data, (train, valid), X, y)
        warn_of_unpredicted(self, data)
        return self

    @own_settings()
    def _partial_fit(self, X, y, classes, sample_weight):
        """One more epoch, of a new engine or of the one there is."""
        self._check_parameters()
        first = not hasattr(self, "net_")
        known = classes if first else self._known_classes(classes)
        data = self._check_data(X, y, sample_weight, classes=known, reset=first)
        # an int seed must not shuffle every call alike
        with self._seeded(n_epochs_before=0 if first else self.n_iter_):
            facts = self._clock(len(data.dataset)) | ({} if first else {"n_epochs": 1})
            task = self._plan(data, facts, in_parts=True)
            if first:
                engine = self._build(task, data, has_validation=False)
            else:
                engine = go_on(self.net_, self._build_objective(task), self)
            engine.schedule, engine.max_epochs = constant, 1
            engine.keeps_optimizer = True  # the next call goes on with it
            self._train(engine, task, data, (data.dataset, None), X, y)
        return self

    def _plan(self, data, facts, in_parts=False):
        """Return what there is to learn, with all that must be known first."""
        facts = data.facts | facts | {"augment": self.augment}
        method, given = self._asked(facts)
        task = Task(method, given, self._routed_to("loss"), self, facts, in_parts)
        task.facts |= task.method.plan(task)
        return task

    def _build(self, task, data, has_validation):
        """Return an engine about to train; nothing trains here."""
        objective = self._build_objective(task)
        last = self.net_ if self.warm_start and hasattr(self, "net_") else None
        if last is not None:
            objective.go_on_from(last.criterion_)
        # torch's layers draw their weights from its global generator, other parts that
        # aren't ours maybe from NumPy's
        parts = (self.module, self.optimizer, self.callbacks, self._routed)
        with lent(others=not is_quiet(*parts)):
            return assemble(
                self,
                objective,
                data,
                n_epochs=task.facts["n_epochs"],
                has_validation=has_validation,
                last=last,
            )

    def _build_objective(self, task):
        return build_objective(task)

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
        finally:
            self.__dict__.pop("_seed_of_fit", None)

    def _check_parameters(self):
        self._check_routed()
        check_training(self)
        check_handed_on(self.callbacks, self._by_part())

    def _check_data(self, X, y, sample_weight=None, classes=None, reset=True):
        """Return checked data: what has no weight or no label isn't there any more."""
        X, y, missing = read_both(self, X, y, reset=reset)
        weight = None if sample_weight is None else check_weights(sample_weight, len(y))
        dtype, by_class = getattr(torch, self.dtype), self.class_weight
        known = {"class_weight": by_class, "classes": classes, "missing": missing}
        return make_training_data(X, y, weight, dtype, **known)

    def _random_state(self):
        return make_generator(getattr(self, "_seed_of_fit", self.random_state))

    @contextmanager
    def _seeded(self, n_epochs_before=0):
        """Draw from a stream that `random_state` seeds, and from nowhere else."""
        random_state = self._random_state()
        seed = random_state.randint(np.iinfo(np.int32).max) + n_epochs_before
        with drawing_from(Stream(seed, pick_device(self.device))):
            yield random_state

    def _split(self, data, random_state):
        """Return the samples to train on, and those to validate on, or None."""
        share = self.validation_fraction
        if share is None and self.early_stopping is True and self.train_split is None:
            share = 0.1
        how = share, random_state, self.train_split
        return split_dataset(data.dataset, data.classes, *how)

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
        watched = bool(getattr(self, "_skl_callbacks", None))
        with taking_turns(engine, split[0], watched):
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
        self.classes_, self.history_ = engine.classes_, engine.history
        self.n_iter_ = len(engine.history)

    def _clock(self, n_rows, others=None):
        """Return how long training takes, as facts.

        With `others`, rows without a label, `n_steps` is 0, which says nothing: methods
        learn from them from the first steps on, few as these may be.
        """
        batch_size = n_rows if self.batch_size == -1 else self.batch_size
        n_steps = max(1, round(n_rows / (batch_size * self.accumulate)))  # an epoch
        auto = int(np.clip(np.ceil(AUTO_STEPS / n_steps), *AUTO_EPOCHS))
        n_epochs = auto if self.max_epochs == "auto" else self.max_epochs
        return {"n_epochs": n_epochs, "n_steps": n_epochs * n_steps * (others is None)}


# max_epochs="auto": about so many steps in all, and so many epochs at least and at most
AUTO_STEPS = 400
AUTO_EPOCHS = (30, 200)
