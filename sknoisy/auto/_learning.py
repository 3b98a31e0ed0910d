"""Judges of given labels, the noise they speak of, and judges of cleaned labels."""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from sknoisy.auto._families import extra_trees, families
from sknoisy.auto._hearing import Panel, Pool, chosen, hold
from sknoisy.auto._networks import beside_networks
from sknoisy.auto._noise import (
    Noise,
    find_noise,
    is_sound,
    no_noise,
    posterior,
    refine,
)
from sknoisy.auto._progress import Progress
from sknoisy.auto._schedule import (
    FIRST_ENDS,
    ROUND_ENDS,
    TRIAL_ENDS,
    Schedule,
    some_rows,
)
from sknoisy.detectors import TrueLabelPosterior

EM_STEPS = 5  # of the matrix, between rounds
DETECTOR = 2  # how often its opinion counts
TREES = ("extra_trees", "forest")


@dataclass
class Learned:
    """What there is to say of samples and labels.

    Parameters
    ----------
    pool : callable
        What it says of the rows of a `View` is P(true | x).

    noise : Noise
        As the judges of given labels saw it.

    transition : ndarray of shape (n_classes, n_classes)
        As it is in the end.

    cleaned : bool
        Whether judges learned from cleaned labels; else from given ones.

    rows : ndarray of int
        Samples that judges learned from.

    true : ndarray of shape (n_rows, n_classes)
        P(true | x) of these, out of sample.

    panel : ndarray of shape (n_rows, n_classes)
        What judges of given labels said of them.
    """

    pool: Callable
    noise: Noise
    transition: np.ndarray
    cleaned: bool
    rows: np.ndarray
    true: np.ndarray
    panel: np.ndarray

    def true_of(self, view):
        """Return P(true | x) of other rows, no surer than so many samples allow."""
        true = self.pool(view)
        doubt = 1 / (len(self.rows) + true.shape[1])  # rule of succession
        return (1 - doubt) * true + doubt / true.shape[1]


@dataclass
class TurnedBack:
    """What a pool for given labels says of true ones."""

    pool: Pool
    noise: Noise

    def __call__(self, rows):
        """Return probabilities of all classes."""
        return self.noise.true_of(self.pool(rows))


@dataclass
class Learning:
    """What all steps need.

    Parameters
    ----------
    schedule : Schedule

    progress : Progress

    verdicts : list of Verdict
        Grows.

    names : iterable of str or None
        Of the families that may be heard.
    """

    schedule: Schedule
    progress: Progress
    verdicts: list
    names: Iterable | None = None

    def families(self, view, task, **options):
        """Return those that may be heard."""
        return families(view, task, names=self.names, **options)


def learn(view, task, learning):
    """Return what was `Learned` of samples by as many judges as there is time for.

    Parameters
    ----------
    view : View

    task : Task

    learning : Learning
    """
    learning.progress.tell("judges of given labels")
    rows, view, task, panel = first_panel(view, task, learning)
    noise = find_noise(task.codes, panel.probabilities, task.alike)
    if not is_sound(noise.transition):
        noise = no_noise(task.codes, panel.probabilities)
        return _plain(panel, noise, rows, view, task, learning, lost=True)
    noise = second_opinion(noise, view, task, learning)
    return cleaned(panel, noise, rows, view, task, learning)


def first_panel(view, task, learning):
    """Return rows, their view and task, and who judges the given labels of them."""
    schedule, verdicts = learning.schedule, learning.verdicts
    n_samples, trial_size = len(task.codes), schedule.trial_size
    rows = np.arange(n_samples)
    if trial_size == n_samples:
        everyone, affords = learning.families(view, task), schedule.affords(FIRST_ENDS)
        panel = hold(everyone, view, task, affords=affords, verdicts=verdicts)
        schedule.learn_costs(panel, n_samples)
        return rows, view, task, panel
    trial = some_rows(task, trial_size)
    part, subtask = view.of(trial), task.of(trial)
    affords = schedule.affords(TRIAL_ENDS)
    everyone = learning.families(part, subtask)
    panel = hold(everyone, part, subtask, affords=affords, verdicts=verdicts)
    schedule.learn_costs(panel, len(trial))
    n_rows = schedule.affordable_rows(len(ROUND_ENDS), len(trial))
    schedule.take(max(n_rows, len(trial)))
    if n_rows <= len(trial):
        return trial, part, subtask, panel
    if n_rows < n_samples:
        rows = some_rows(task, n_rows)
        view, task = view.of(rows), task.of(rows)
    verdicts.clear()  # of the trial
    invited = chosen(panel, learning.families(view, task))
    affords = schedule.affords(FIRST_ENDS)
    panel = hold(invited, view, task, affords=affords, verdicts=verdicts)
    schedule.learn_costs(panel, n_rows)
    return rows, view, task, panel


def cleaned(panel, noise, rows, view, task, learning):
    """Return what judges of cleaned labels say; each round cleans anew."""
    transition, true, found = noise.transition, noise.posterior, None
    invited, weights = None, None
    for i, ends in enumerate(ROUND_ENDS, start=1):
        task = task.trusting(true)
        if invited is None:
            invited, weights = invite(panel, noise, view, task, learning)
        affords = learning.schedule.affords(ends)
        if not affords(invited[0]):
            break
        learning.progress.tell(f"judges of cleaned labels, round {i}")
        found = hold(
            invited,
            view,
            task,
            verdicts=learning.verdicts,
            transition=transition,
            affords=affords,
            round_=i,
            weights=weights,
        )
        transition = refine(found.probabilities, task.codes, transition, EM_STEPS)
        true = posterior(found.probabilities, task.codes, transition)
    lost = not is_sound(transition)
    if found is None or lost:
        return _plain(panel, noise, rows, view, task, learning, lost=lost)
    told = panel.probabilities
    verdicts = learning.verdicts
    last, true_of = verdicts[-1].round, found.probabilities
    pool = found.finish(verdicts, last)
    pool = beside_networks(pool, view, task, true, learning, last)
    return Learned(pool, noise, transition, True, rows, true_of, told)


def second_opinion(noise, view, task, learning):
    """Return the noise with what a detector of our own says of two classes, too.

    Of two classes with many wrong labels the judges of given labels know little, and
    agree on it. The detector cleans once before it judges, which is other evidence; it
    counts twice as much as they do.
    """
    time_for = learning.schedule.affords(FIRST_ENDS)
    sure = task.n_classes > 2 or noise.sharpness is None or view.dense is None
    if sure or not time_for(extra_trees(task, cleaned=False)):
        return noise
    detector = TrueLabelPosterior(
        n_jobs=task.n_jobs, deduplicate=False, random_state=task.seed
    )
    with warnings.catch_warnings():  # that labels tell it little
        warnings.simplefilter("ignore")
        detector.fit(view.dense, task.codes, groups=task.groups)
    mean = (noise.posterior + DETECTOR * detector.posterior_) / (1 + DETECTOR)
    return noise._replace(posterior=mean)


def invite(panel, noise, view, task, learning):
    """Return families for cleaned labels, and weights where they are known.

    What judges of cleaned labels say isn't quite out of sample: the trust in the labels
    that they learn from comes from judges that knew the sample. Among many classes that
    is little beside what there is to choose by. Of two classes it is most: there the
    judges stay those of given labels, and learn anew.
    """
    if task.n_classes == 2:
        return _old_acquaintances(panel, noise, view, task, learning)
    everyone = learning.families(view, task, cleaned=True)
    trial_size = learning.schedule.trial_size
    if trial_size >= len(task.codes):
        return everyone, None
    trial = some_rows(task, trial_size)
    part, subtask = view.of(trial), task.of(trial)
    judged = hold(
        learning.families(part, subtask, cleaned=True),
        part,
        subtask,
        verdicts=[],
        transition=noise.transition,
        affords=learning.schedule.affords(ROUND_ENDS[0]),
    )
    return chosen(judged, everyone), None


def _old_acquaintances(panel, noise, view, task, learning):
    """Return the families that had a say, and their weights.

    Trees gain more by cleaning than others do, and get smaller leaves. Where many
    labels are wrong, who foretold them best isn't known well: weights lie halfway
    between those of the panel and equal ones.
    """
    finer = {f.name: f for f in learning.families(view, task, cleaned=True)}
    invited = [
        finer[family.name].only(-1) if family.name in TREES else family
        for family in chosen(panel, learning.families(view, task))
    ]
    total, alike = panel.weights.sum(), 0.0 if noise.sharpness is None else 0.5
    weights = {
        judge.family: (1 - alike) * weight / total + alike / len(invited)
        for judge, weight in zip(panel.judges, panel.weights, strict=True)
        if total > 0
    }
    return invited, weights or None


def _plain(panel: Panel, noise, rows, view, task, learning, *, lost):
    """Return what judges of given labels say, and networks where T is lost."""
    true, told = noise.true_of(panel.probabilities), panel.probabilities
    pool = TurnedBack(panel.finish(learning.verdicts, round_=0), noise)
    if lost:
        pool = beside_networks(pool, view, task, None, learning, 0)
    return Learned(pool, noise, noise.transition, False, rows, true, told)
