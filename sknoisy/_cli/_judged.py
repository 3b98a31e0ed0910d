"""What was found out about each label of a file."""

import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import clone

from sknoisy._cli._detectors import find_method, threshold_of
from sknoisy._cli._errors import command_errors
from sknoisy._cli._kept import Kept
from sknoisy._cli._progress import tasks_counted
from sknoisy._cli._sampled import fit_on_some
from sknoisy._rows import take
from sknoisy._unlabeled import settled

__all__ = ["Judged", "fitting", "judge", "make_detector"]

# of the default detector: two forests of 100 trees and their votes, and five folds; in
# groups ten forests
TASKS, FOLDS_TASKS = 410, 2000


@dataclass(repr=False)
class Judged:
    """Findings on all labels of a table, aligned with its rows.

    Labels that are another one misspelt are read as that one by the detector, so that
    they change nothing for others; they are issues with a quality of 0, and the usual
    spelling is suggested.
    """

    detector: Any
    labels: np.ndarray  # as they stand in the file; or codes, where there are `names`
    read_as: np.ndarray  # what the detector was told
    is_slip: np.ndarray  # misspelt
    is_aside: np.ndarray  # of classes too small to judge
    n_learned_from: int
    # what detectors find, by their names for it
    suggested_labels_: np.ndarray
    quality_: np.ndarray
    is_issue_: np.ndarray
    pred_probs_: np.ndarray | None
    warnings: list = field(default_factory=list)
    kept: Any = None  # where findings wait until all is written
    was_kept: bool = False
    names: np.ndarray | None = None  # of very many rows, labels are codes of these

    def named(self, label):
        """Return a label as it stands in the file."""
        return label if self.names is None else self.names[label]

    @property
    def names_present(self):
        """What labels that are codes are called, those that are read or suggested."""
        if self.names is None:
            return None
        found = np.bincount(self.read_as, minlength=len(self.names))
        found += np.bincount(self.suggested_labels_, minlength=len(self.names))
        return self.names[found > 0]

    @property
    def classes_(self):
        """The labels that the detector knows, sorted."""
        return self.detector.classes_

    @property
    def transition_matrix_(self):
        """P(given | true) of these; rows are true classes."""
        return self.detector.transition_matrix_

    @property
    def noise_rate_(self):
        """The estimated share of wrong labels but misspelt ones; NaN if unknown."""
        return float(self.detector.noise_rate_)

    @property
    def reliability_(self):
        """How far the detector itself trusts what it found, or None."""
        return getattr(self.detector, "reliability_", None)

    def __repr__(self):
        """Return the detector as one would write it, but for seed and jobs."""
        detector = clone(self.detector)
        known = detector.get_params()
        unset = {name: None for name in (*_seeds_in(known), "n_jobs") if name in known}
        return " ".join(repr(detector.set_params(**unset)).split())

    @property
    def worst_first(self):
        """Rows of the issues, misspelt labels first, then the least trusted."""
        issues = np.flatnonzero(self.is_issue_)
        order = np.lexsort((self.quality_[issues], ~self.is_slip[issues]))
        return issues[order]


def judge(table, data_issues, arguments, folder, on_share):
    """Return the `Judged` labels of a table, by the detector that arguments name.

    What is found is kept in `folder`, and taken from there where arguments say so.
    `on_share` is told now and then what share of the work is done.
    """
    method, detector = make_detector(table, arguments)
    read_as, is_slip = _without_slips(table.y, data_issues)
    is_aside = _too_few(read_as, data_issues)
    rows = np.flatnonzero(~is_aside)
    kept = Kept(folder, table, detector, resume=arguments.resume)
    before = kept.load()
    found, told = before or _find(
        detector, method, table, read_as, rows, arguments.seed, on_share
    )
    if before is None:
        with command_errors(OSError, about="--out: "):
            kept.save(found, told)
    found = found.among(rows, read_as)
    judged = _judged(found, table.y, read_as, is_slip, is_aside)
    judged.warnings, judged.kept, judged.was_kept = told, kept, before is not None
    return judged


def make_detector(table, arguments):
    """Return how the named detector wants features, and itself, unfitted."""
    method = find_method(arguments.detector)
    detector = method.make(table).set_params(
        threshold=threshold_of(arguments.threshold)
    )
    known = detector.get_params()
    detector.set_params(**dict.fromkeys(_seeds_in(known), arguments.seed))
    if "n_jobs" in known:
        detector.set_params(n_jobs=arguments.jobs)
    return method, detector


def _find(detector, method, table, read_as, rows, seed, on_share):
    """Return what the detector found in `rows`, and what it warned of."""
    y, groups = read_as[rows], table.groups
    with fitting(table, on_share) as told:
        found = fit_on_some(
            settled(detector, y),
            method.prepare(table),
            take(table.X, rows, len(read_as)),
            y,
            None if groups is None else groups[rows],
            seed=seed,
        )
    return found, told


@contextmanager
def fitting(table, on_share):
    """Say what share of trees and folds is done; give what is warned of, afterwards."""
    told: list[str] = []
    in_groups = table.groups is not None
    tasks = _Tasks(on_share, FOLDS_TASKS if in_groups else TASKS)
    with (
        command_errors(TypeError, ValueError, about=f"{table.name}: "),
        tasks_counted(tasks.count),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        yield told
    told += dict.fromkeys(_one_line(w.message) for w in caught)


def _seeds_in(parameters):
    """Return the names of seeds, those of a judge of one's own included."""
    return [name for name in parameters if name.split("__")[-1] == "random_state"]


class _Tasks:
    """Trees and folds that are done, of as many as there usually are."""

    def __init__(self, on_share, n_usual):
        self.on_share = on_share
        self.n_usual = n_usual
        self.n_done = 0

    def count(self):
        """Count one, and say what share that makes."""
        self.n_done += 1
        self.on_share(self.n_done / self.n_usual)


def _one_line(message):
    return " ".join(str(message).split())


def _too_few(read_as, data_issues):
    """Return which rows are of classes too small to judge."""
    is_aside = np.zeros(len(read_as), dtype=bool)
    if "rare_classes" in data_issues:
        is_aside[data_issues["rare_classes"].rows] = True
    if len(np.unique(read_as[~is_aside])) < 2:  # nothing would be left to tell apart
        is_aside[:] = False
    return is_aside


def _without_slips(y, data_issues):
    """Return labels, misspelt ones spelt as usual, and which these are."""
    if "look_alikes" not in data_issues:
        return y, np.zeros(len(y), dtype=bool)
    instead = data_issues["look_alikes"].details["instead"]
    is_slip = np.isin(y, list(instead))
    read_as = y.astype(object)
    read_as[is_slip] = [instead[label] for label in y[is_slip].tolist()]
    read_as = read_as.astype(y.dtype)
    if len(np.unique(read_as)) < 2:  # nothing would be left to tell apart
        return y, np.zeros(len(y), dtype=bool)
    return read_as, is_slip


def _judged(found, labels, read_as, is_slip, is_aside):
    suggested = np.where(
        is_slip & ~found.is_issue, read_as.astype(object), found.suggested
    ).astype(labels.dtype)
    return Judged(
        detector=found.detector,
        labels=labels,
        read_as=read_as,
        suggested_labels_=suggested,
        # NaN: not judged, for reasons of the detector's own
        quality_=np.where(is_slip, 0.0, np.nan_to_num(found.quality, nan=1.0)),
        is_issue_=found.is_issue | is_slip,
        is_slip=is_slip,
        is_aside=is_aside,
        pred_probs_=found.probabilities,
        n_learned_from=found.n_learned_from,
    )
