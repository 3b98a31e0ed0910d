"""Judges of given labels, the noise they speak of, and judges of cleaned labels."""

from dataclasses import dataclass

import numpy as np

from sknoisy.auto._families import families
from sknoisy.auto._hearing import Panel, Pool, chosen, hold
from sknoisy.auto._noise import (
    Noise,
    find_noise,
    is_sound,
    no_noise,
    posterior,
    refine,
)
from sknoisy.auto._schedule import FIRST_ENDS, ROUND_ENDS, TRIAL_ENDS, some_rows

EM_STEPS = 5  # of the matrix, between rounds


@dataclass
class Learned:
    """What there is to say of samples and labels.

    Parameters
    ----------
    pool : Pool
        Fitted judges.

    noise : Noise
        As the judges of given labels saw it.

    transition : ndarray of shape (n_classes, n_classes)
        As it is in the end.

    cleaned : bool
        Whether `pool` speaks of true labels; else of given ones.

    rows : ndarray of int
        Samples that judges learned from.

    true : ndarray of shape (n_rows, n_classes)
        P(true | x) of these, out of sample.

    panel : ndarray of shape (n_rows, n_classes)
        What judges of given labels said of them.
    """

    pool: Pool
    noise: Noise
    transition: np.ndarray
    cleaned: bool
    rows: np.ndarray
    true: np.ndarray
    panel: np.ndarray

    def true_of(self, view):
        """Return P(true | x) of other rows."""
        told = self.pool(view)
        return told if self.cleaned else self.noise.true_of(told)


def learn(view, task, schedule, *, verdicts, progress):
    """Return what was `Learned` of samples by as many judges as there is time for.

    Parameters
    ----------
    view : View

    task : Task

    schedule : Schedule

    verdicts : list of Verdict
        Grows.

    progress : Progress
    """
    progress.tell("judges of given labels")
    rows, view, task, panel = first_panel(view, task, schedule, verdicts)
    noise = find_noise(task.codes, panel.probabilities)
    if not is_sound(noise.transition):
        noise = no_noise(task.codes, panel.probabilities)
        return _plain(panel, noise, rows)
    return cleaned(panel, noise, rows, view, task, schedule, verdicts, progress)


def first_panel(view, task, schedule, verdicts):
    """Return rows, their view and task, and who judges the given labels of them."""
    n_samples, trial_size = len(task.codes), schedule.trial_size
    rows, everyone = np.arange(n_samples), families(view, task)
    if trial_size == n_samples:
        affords = schedule.affords(FIRST_ENDS)
        panel = hold(everyone, view, task, affords=affords, verdicts=verdicts)
        schedule.learn_costs(panel, n_samples)
        return rows, view, task, panel
    trial = some_rows(task, trial_size)
    panel = hold_trial(view, task, schedule, trial, verdicts)
    schedule.learn_costs(panel, len(trial))
    n_rows = schedule.affordable_rows(len(ROUND_ENDS), len(trial))
    if n_rows <= len(trial):
        return trial, view.of(trial), task.of(trial), panel
    if n_rows < n_samples:
        rows = some_rows(task, n_rows)
        view, task = view.of(rows), task.of(rows)
    verdicts.clear()  # of the trial
    affords = schedule.affords(FIRST_ENDS)
    invited = chosen(panel, families(view, task))
    return (
        rows,
        view,
        task,
        hold(invited, view, task, affords=affords, verdicts=verdicts),
    )


def hold_trial(view, task, schedule, trial, verdicts, **options):
    """Return the panel of all candidates on some rows."""
    part, subtask = view.of(trial), task.of(trial)
    everyone = families(part, subtask, cleaned="transition" in options)
    affords = schedule.affords(TRIAL_ENDS if not options else ROUND_ENDS[0])
    return hold(everyone, part, subtask, affords=affords, verdicts=verdicts, **options)


def cleaned(panel, noise, rows, view, task, schedule, verdicts, progress):
    """Return what judges of cleaned labels say; each round cleans anew."""
    transition, true, found = noise.transition, noise.posterior, None
    invited = None
    for i, ends in enumerate(ROUND_ENDS, start=1):
        affords = schedule.affords(ends)
        task = task.trusting(true)
        if invited is None:
            invited = invite(view, task, schedule, transition)
        if not affords(invited[0]):
            break
        progress.tell(f"judges of cleaned labels, round {i}")
        options = {"transition": transition, "round_": i, "affords": affords}
        found = hold(invited, view, task, verdicts=verdicts, **options)
        invited = chosen(found, invited)
        transition = refine(found.probabilities, task.codes, transition, EM_STEPS)
        true = posterior(found.probabilities, task.codes, transition)
    if found is None or not is_sound(transition):
        return _plain(panel, noise, rows)
    pool = found.finish()
    told = panel.probabilities
    return Learned(pool, noise, transition, True, rows, found.probabilities, told)


def invite(view, task, schedule, transition):
    """Return the families for cleaned labels, of many rows those with a say only."""
    everyone, trial_size = families(view, task, cleaned=True), schedule.trial_size
    if trial_size == len(task.codes):
        return everyone
    trial = some_rows(task, trial_size)
    panel = hold_trial(view, task, schedule, trial, [], transition=transition)
    return chosen(panel, everyone)


def _plain(panel: Panel, noise, rows):
    true = noise.true_of(panel.probabilities)
    told = panel.probabilities
    return Learned(panel.finish(), noise, noise.transition, False, rows, true, told)
