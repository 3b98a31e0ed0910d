"""What a classifier means by the weight of a sample, measured by fitting it."""

import time
import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.base import clone

from sknoisy._data_types import Estimator

__all__ = ["WeightMeaning", "weight_meaning"]

CLOSE = 0.1  # of what the weights change in all: solvers stop somewhere
BY_CHANCE = 2.0  # times as far off as another seed and order: one draw of such noise
LEAST_EFFECT = 0.02  # of how far classes are apart: less teaches nothing
N_PER_CLASS, N_CLASSES, N_FEATURES = 50, 3, 4
# to be quick; what weights mean doesn't depend on how often they are used
MOST = {"n_estimators": 25, "verbose": 0}
MOST_BOOSTED = {"n_estimators": 10, "max_iter": 10}


@dataclass(frozen=True)
class WeightMeaning:
    """What a classifier means by the weight of a sample.

    None stands for what couldn't be measured: weights changed too little, or less than
    another seed does, or the classifier couldn't be fitted on the trial.

    Parameters
    ----------
    zero_is_absent : bool or None
        Whether samples of weight zero may as well be left out.

    two_is_twice : bool or None
        Whether a sample of weight two (three, …) may as well be there twice.

    scale_free : bool or None
        Whether all weights can be multiplied by one number. Where two is twice and a
        penalty is set against all samples, as in logistic regression, it can't be so.

    drawn : bool
        Whether a weight is the chance of a sample to be drawn for a member of an
        ensemble, in which it then counts fully.

    balanced : {"weights", "rows"} or None
        What ``class_weight="balanced"`` counts; None, too, without such a parameter.

    See Also
    --------
    weight_meaning : Measures it.

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> from sknoisy.cleaning import weight_meaning
    >>> weight_meaning(SVC()).balanced
    'rows'
    """

    zero_is_absent: bool | None = None
    two_is_twice: bool | None = None
    scale_free: bool | None = None
    drawn: bool = False
    balanced: str | None = None


def weight_meaning(estimator: Estimator) -> WeightMeaning:
    """Measure what a classifier means by the weight of a sample.

    The classifier is fitted about ten times on 150 samples of our own, with weights and
    without the samples or with their repetitions instead. Two fits count as equal if
    they differ by a tenth at most of what the weights change; or not much more than
    two fits that differ in nothing but seed and order of samples.

    Parameters
    ----------
    estimator : classifier
        Isn't changed. Of a Pipeline the last step is measured, of a search its
        estimator. Ensembles are made of fewer members. `class_weight` is left out,
        except in what it is about.

    Returns
    -------
    meaning : WeightMeaning
        The answers.

    See Also
    --------
    CleanLabelClassifier : Its ``action="reweight"`` warns by such a measurement.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from sknoisy.cleaning import weight_meaning
    >>> weight_meaning(LogisticRegression()).two_is_twice
    True
    >>> weight_meaning(DecisionTreeClassifier(min_samples_leaf=5)).two_is_twice
    False
    """
    return measure(estimator, patience=np.inf)


def measure(estimator, patience):
    """Return the `WeightMeaning`; nothing is known if a fit takes `patience` seconds.

    Seconds of the processor, since the clock depends on who else is busy.
    """
    estimator = who_decides(estimator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for shift in (0.0, 10.0):  # who counts words refuses numbers below zero
            try:
                return _Trial(estimator, shift).run(patience)
            except Exception:  # whatever it is, of any classifier
                continue
    return WeightMeaning()


def who_decides(estimator):
    """Return whose fit the weights reach: a last step, what a search searches for."""
    while True:
        steps = getattr(estimator, "steps", None)
        if steps:
            estimator = steps[-1][1]
        elif hasattr(estimator, "refit") and hasattr(estimator, "estimator"):
            estimator = estimator.estimator
        else:
            return estimator


class _Trial:
    """One classifier on three classes, of which a third of the labels are wrong."""

    def __init__(self, estimator, shift):
        self.estimator = estimator
        rng = np.random.default_rng(0)
        self.true = np.arange(N_PER_CLASS * N_CLASSES) % N_CLASSES
        self.X, self.new = self._draw(rng) + shift, self._draw(rng) + shift
        self.wrong = np.arange(len(self.true)) // N_CLASSES % 3 == 0
        self.y = np.where(self.wrong, (self.true + 1) % N_CLASSES, self.true)
        self.order = rng.permutation(len(self.y))

    def _draw(self, rng):
        noise = rng.normal(size=(len(self.true), N_FEATURES))
        return noise + 1.5 * (np.eye(N_FEATURES)[self.true] - 1 / N_CLASSES)

    def run(self, patience):
        """Return all answers, unless the first fit takes too long."""
        rows = np.arange(len(self.y))
        times = np.where(self.wrong, 4, 1 + rows % 2)  # no symmetry, or rounding rules
        weight = times.astype(np.float64)
        start = time.process_time()
        self.plain = self._says(weight=np.ones(len(rows)))
        if time.process_time() - start > patience:
            return WeightMeaning()
        weighted = self._says(weight=weight)
        return WeightMeaning(
            self._same(self._says(weight=1.0 * ~self.wrong), rows[~self.wrong]),
            self._same(weighted, np.repeat(rows, times)),
            self._is_scale_free(weight, weighted),
            self._draws(),
            self._balances(),
        )

    def _fit(self, rows=slice(None), weight=None, seed=0, class_weight=None):
        model = clone(self.estimator)
        model.set_params(**_quick(model.get_params(), seed))
        if "class_weight" in model.get_params(deep=False):  # theirs names other classes
            model.set_params(class_weight=class_weight)
        weights = {} if weight is None else {"sample_weight": weight[rows]}
        model.fit(self.X[rows], self.y[rows], **weights)  # not all return themselves
        return model

    def _says(self, rows=slice(None), weight=None, **options):
        """Return what is said of new samples of each true class, on average."""
        model = self._fit(rows, weight, **options)
        if hasattr(model, "predict_proba"):
            said = model.predict_proba(self.new)
        elif hasattr(model, "decision_function"):
            said = model.decision_function(self.new)
        else:
            said = model.predict(self.new)[:, np.newaxis] == np.arange(N_CLASSES)
        said = np.asarray(said, dtype=np.float64).reshape(len(self.new), -1)
        return np.array([said[self.true == c].mean(axis=0) for c in range(N_CLASSES)])

    def _same(self, said, rows):
        """Whether a fit on `rows` says the same, next to what weights change at all."""
        other = self._says(rows)
        apart, effect = _distance(said, other), _distance(self.plain, other)
        if self._is_too_little(effect):
            return None
        if apart <= CLOSE * effect:
            return True
        chance = BY_CHANCE * self._chance()
        if apart <= chance:
            return True if effect > chance else None
        return False

    def _is_scale_free(self, weight, said):
        effect = _distance(said, self.plain)
        if self._is_too_little(effect):
            return None
        # equal seeds and rows: nothing is left to chance
        return bool(_distance(self._says(weight=8 * weight), said) <= CLOSE * effect)

    def _is_too_little(self, effect):
        scale = _distance(self.plain, self.plain.mean(axis=0))
        return effect <= LEAST_EFFECT * scale

    def _chance(self):
        another = self._says(self.order, np.ones(len(self.order)), seed=1)
        return _distance(another, self.plain)

    def _draws(self):
        """Whether members of an ensemble draw, and never samples of weight zero."""
        if not getattr(self.estimator, "bootstrap", True):
            return False
        drawn = getattr(self._fit(weight=1.0 * ~self.wrong), "estimators_samples_", [])
        return len(drawn) > 0 and not self.wrong[np.concatenate(drawn)].any()

    def _balances(self):
        if "class_weight" not in self.estimator.get_params(deep=False):
            return None
        times = np.where(self.y == 0, 4, 1)  # all classes have as many rows
        weight, balanced = times.astype(np.float64), {"class_weight": "balanced"}
        said = self._says(weight=weight, **balanced)
        by_rows = self._says(weight=weight)
        by_weights = [
            self._says(weight=np.full(len(weight), weight.mean())),
            # LinearSVC gives weights of classes to one side of each problem alone
            self._says(np.repeat(np.arange(len(times)), times), **balanced),
        ]
        near = CLOSE * _distance(by_rows, by_weights[0])
        if _distance(said, by_rows) <= near:
            return "rows"
        is_near = any(_distance(said, other) <= near for other in by_weights)
        return "weights" if is_near else None


def _quick(params, seed):
    """Return the parameters to change: seeds, and those that cost time or lines."""
    most = MOST | MOST_BOOSTED if "learning_rate" in params else MOST
    changed = {}
    for name, value in params.items():
        last = name.split("__")[-1]
        if last == "random_state":
            changed[name] = seed
        elif last == "n_jobs":
            changed[name] = None
        elif last in most and isinstance(value, int):
            changed[name] = min(value, most[last])
    return changed


def _distance(one, other):
    return np.abs(one - other).mean()
