"""Who is heard: the best candidate of each family, as far as time allows."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.special import log_softmax

from sknoisy.auto._pool import (
    log_losses,
    log_probabilities,
    pool_weights,
    pooled,
    rescaled,
)

POWERS = 2.0 ** np.arange(-3, 3, 0.5)
FAILURES = (ValueError, ArithmeticError, np.linalg.LinAlgError)
LATER = 0.01  # share of the weight that a judge needs to be heard again


class Verdict(NamedTuple):
    """What became of a judge.

    Parameters
    ----------
    name : str
        Of the candidate that was heard; of the family where none was.

    family : str
        What kind of judge it is.

    round : int
        0 for judges of given labels, later ones for those of cleaned labels.

    log_loss : float
        Mean negative log-probability of held-out given labels, at the sharpness that
        suits the judge; NaN for one that wasn't heard.

    weight : float
        In the pool of its round.

    seconds : float
        CPU time.

    note : str
        Why it wasn't heard; "" for one that was; "beside the pool" for a network that
        predicts with the pool, but didn't judge.

    See Also
    --------
    AutoNoisyClassifier : Has a list of them.

    Examples
    --------
    >>> from sknoisy.auto import Verdict
    >>> Verdict("30 neighbors", "neighbors", 0, 0.61, 0.2, 0.1, "").family
    'neighbors'
    """

    name: str
    family: str
    round: int
    log_loss: float
    weight: float
    seconds: float
    note: str


@dataclass(frozen=True)
class Heard:
    """A judge that was heard.

    Parameters
    ----------
    name : str

    family : str

    place : int
        Of the candidate in its family.

    logs : ndarray of shape (n_samples, n_classes)
        What it said, out of sample.

    finish : callable
        See `Opinion`.

    loss : float
        See `Verdict`.

    seconds : float
        CPU time of all candidates.

    n_candidates : int
    """

    name: str
    family: str
    place: int
    logs: np.ndarray
    finish: Callable
    loss: float
    seconds: float
    n_candidates: int


@dataclass(frozen=True)
class Panel:
    """Judges and their weights, and what they say together of the samples."""

    judges: list
    weights: np.ndarray
    offsets: np.ndarray
    probabilities: np.ndarray

    def finish(self, verdicts, round_):
        """Return a `Pool` of those that count, fitted on all samples.

        Who was heard in the folds may fail on all samples: others speak for him then,
        and his verdict, of this round, says so.
        """
        counts = self.weights > 0
        if not counts.any():
            counts[np.argmin([judge.loss for judge in self.judges])] = True
        says, failed = {}, {}
        for i in np.flatnonzero(counts):
            try:
                says[i] = self.judges[i].finish()
            except FAILURES as error:
                failed[self.judges[i].name] = in_short(error)
        if not says:
            raise ValueError(f"None of the judges could be fitted: {failed}")
        weights, times = self.weights[list(says)], 1.0
        if failed:
            times = self.weights.sum() / weights.sum() if weights.any() else 1.0
            _take_back(verdicts, round_, failed, times)
        return Pool(list(says.values()), times * weights, self.offsets)


@dataclass
class Pool:
    """Fitted judges, weighted."""

    judges: list
    weights: np.ndarray
    offsets: np.ndarray

    def __call__(self, rows):
        """Return probabilities of all classes."""
        logs = [log_probabilities(judge(rows)) for judge in self.judges]
        return pooled(np.stack(logs), self.weights, self.offsets)


def hold(
    families,
    rows,
    task,
    *,
    verdicts,
    transition=None,
    affords=None,
    round_=0,
    weights=None,
):
    """Return the `Panel` of all that can be heard; write down what became of each.

    Parameters
    ----------
    families : list of Family

    rows : View

    task : Task

    verdicts : list of Verdict
        Grows.

    transition : ndarray of shape (n_classes, n_classes), default=None
        What given labels are of the true ones that judges speak of.

    affords : callable, default=None
        Whether there is time for a family; asked of all but the first one.

    round_ : int, default=0

    weights : dict of str to float, default=None
        How families weigh beside each other; None stands for what is likeliest.
    """
    heard = _hear_all(families, rows, task, verdicts, transition, affords, round_)
    logs = np.stack([judge.logs for judge in heard])
    if weights is None:
        found, offsets = pool_weights(logs, task.codes, transition)
    else:
        given = np.array([weights[judge.family] for judge in heard])
        found, offsets = rescaled(given, logs, task.codes, transition)
    for judge, weight in zip(heard, found, strict=True):
        told = (judge.name, judge.family, round_, judge.loss, float(weight))
        verdicts.append(Verdict(*told, judge.seconds, ""))
    return Panel(heard, found, offsets, pooled(logs, found, offsets))


def _hear_all(families, rows, task, verdicts, transition, affords, round_):
    heard: list[Any] = []
    failed = None
    for family in families:
        if heard and affords is not None and not affords(family):
            verdicts.append(_unheard(family, round_, "no time was left"))
            continue
        try:
            with warnings.catch_warnings():  # of solvers that stop early, and the like
                warnings.simplefilter("ignore")
                heard.append(hear(family, rows, task, transition))
        except FAILURES as error:
            failed = error
            verdicts.append(_unheard(family, round_, in_short(error)))
    if not heard:
        raise ValueError(f"None of the judges could be fitted: {failed}") from failed
    return heard


def hear(family, rows, task, transition=None):
    """Return the candidate of a family that foretells given labels best."""
    start, said, failed = time.process_time(), [], None
    for place, candidate in enumerate(family.candidates):
        try:
            said += [(place, *one) for one in _opinions(candidate, rows, task)]
        except FAILURES as error:
            failed = error
    if failed is not None and not said:
        raise failed
    logs = [log_probabilities(opinion.probabilities) for *_, opinion in said]
    losses = [best_loss(one, task.codes, transition) for one in logs]
    best = int(np.argmin(losses))
    place, name, opinion = said[best]
    spent, loss = time.process_time() - start, float(losses[best])
    n_candidates = len(family.candidates)
    found = (name, family.name, place, logs[best], opinion.finish, loss, spent)
    return Heard(*found, n_candidates)


def _opinions(candidate, rows, task):
    if hasattr(candidate, "judge_by_all"):
        return candidate.judge_by_all(rows, task)
    return [(candidate.name, candidate.judge(rows, task))]


def best_loss(logs, codes, transition=None):
    """Return the mean loss at the best of several sharpnesses: too sure is no fault."""
    return min(
        log_losses(np.exp(log_softmax(power * logs, axis=1)), codes, transition).mean()
        for power in POWERS
    )


def chosen(panel, families):
    """Return those of `families` that had a say, each with the candidate that did."""
    places = {
        judge.family: judge.place
        for judge, weight in zip(panel.judges, panel.weights, strict=True)
        if weight > LATER * panel.weights.sum() or not panel.weights.any()
    }
    return [f.only(places[f.name]) for f in families if f.name in places]


def _unheard(family, round_, note):
    return Verdict(family.name, family.name, round_, np.nan, 0.0, 0.0, note)


def in_short(error):
    """Return what failed in a line."""
    return f"failed: {' '.join(str(error).split())[:120]}"


def _take_back(verdicts, round_, failed, times):
    """Say who failed in the end, and how much more others of the round weigh."""
    for i, verdict in enumerate(verdicts):
        if verdict.round == round_ and not verdict.note:
            note = failed.get(verdict.name, "")
            weight = 0.0 if note else times * verdict.weight
            verdicts[i] = verdict._replace(note=note, weight=weight)
