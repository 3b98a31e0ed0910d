"""Audits of Parquet files that don't fit into memory: a sample teaches, all are judged.

Rows go by in blocks; what is kept of each is its label as a code, and the verdict.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.pipeline import Pipeline

from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._cli._judged import Judged, fitting, make_detector
from sknoisy._cli._large_files import LargeFiles
from sknoisy._cli._read import how_written, roles_said
from sknoisy._cli._sampled import BLOCK, JudgeOfOthers, called_wrong, some_rows
from sknoisy._cli._tables import WANTED_BY, check_table
from sknoisy._look_alikes import look_alikes
from sknoisy._probs import likeliest
from sknoisy._rows import slim
from sknoisy._unlabeled import settled
from sknoisy.data_issues import (
    CHECKS,
    QUICK,
    DataIssues,
    find_data_issues,
    look_at_labels,
)
from sknoisy.detectors import TrueLabelPosterior
from sknoisy.tables import LargeTable, ParquetRows, parquet_files

__all__ = ["MOST_CELLS", "Large", "is_large"]

MOST_CELLS = 20_000_000  # of Parquet files that are read as a whole
BY_ROWS = (
    "exact_duplicates",
    "contradictions",
)  # which need features, not labels alone


def is_large(arguments):
    """Whether the data are Parquet files of too many cells to read them at once."""
    files = parquet_files(arguments.data)
    if not files or arguments.images not in (None, "none"):
        return False
    with command_errors(ValueError):
        rows = ParquetRows(arguments.data)
    return rows.n_rows * len(rows.names) > MOST_CELLS


class Large:
    """An audit of Parquet files that are read piece by piece.

    Parameters
    ----------
    arguments : Namespace

    Attributes
    ----------
    table : Table
        All labels, as codes, and features of those rows that tell what columns are.
    """

    def __init__(self, arguments):
        self.arguments = arguments
        with command_errors(ValueError):
            self.large = LargeTable(
                Path(arguments.data),
                arguments.label,
                arguments.clean_label,
                missing=how_written(arguments)["missing"],
                seed=arguments.seed,
                **roles_said(arguments),
            )
        seen, n_seen = self.large.seen, len(self.large.places)
        check_table(seen, 2, WANTED_BY)
        self.slips = look_alikes(seen.y, seen.label)
        if n_seen < len(self.large):
            seen.notes.append(
                f"what columns are, and what is odd about them, {n_seen:,} rows tell"
            )
        if arguments.resume:
            seen.notes.append("nothing is kept of so many rows to go on with")
        self.table = self.large.as_table()

    def find_data_issues(self):
        """Return what is odd about all labels, and about features of the rows seen."""
        large = self.large
        checks = [name for name in CHECKS if name not in QUICK or name in BY_ROWS]
        seed = self.arguments.seed
        of_some = find_data_issues(large.seen, checks=checks, random_state=seed)
        of_labels = look_at_labels(large.y, large.classes, label=large.label)
        issues = [*(_placed(issue, large.places) for issue in of_some), *of_labels]
        issues.sort(key=lambda issue: list(CHECKS).index(issue.kind))
        return DataIssues(tuple(issues), tuple(CHECKS), len(large))

    def judge(self, data_issues, folder, on_share):
        """Return what was found of each label, and the files that tell it."""
        judged, learned = judge_large(self.large, data_issues, self.arguments, on_share)
        return judged, LargeFiles(self.large, judged, folder, learned)


def _placed(issue, places):
    """Return a finding on some rows with their places among all."""
    details = {
        name: [[int(places[i]) for i in rows] for rows in found]
        if name in ("sets", "pairs")
        else found
        for name, found in issue.details.items()
    }
    return replace(issue, rows=places[issue.rows], details=details)


def judge_large(table, data_issues, arguments, on_share):
    """Return the `Judged` labels, as codes, and the rows that were learned from."""
    method, detector = make_detector(table.as_table(), arguments)
    if not isinstance(detector, TrueLabelPosterior):
        raise CommandError(
            f"--detector {arguments.detector}: it needs all rows in memory, and"
            f" {table.name} has {len(table):,}. Leave it out, or audit a part of them."
        )
    read_as, is_slip, is_aside = _classes(table, data_issues)
    rows = slim(np.flatnonzero(~is_aside[table.y]))
    given = read_as[table.y[rows]]
    learned = rows[some_rows(given, table.units(rows), arguments.seed)]
    some = table.table(learned)
    y = table.classes[read_as[table.y[learned]]]
    with fitting(table, lambda share: on_share(share / 2)) as told:
        steps = Pipeline(method.prepare(some))
        features = steps.fit_transform(some.X)
        known = {} if some.groups is None else {"groups": some.groups}
        detector = settled(detector, y).fit(features, y, **known)
        verdicts = _Verdicts(table, detector, read_as)
        del given
        verdicts.note(learned, detector.posterior_)
        judge = JudgeOfOthers(detector, features, verdicts.codes_of(learned))
        is_other = np.zeros(len(table), dtype=bool)
        is_other[rows], is_other[learned] = True, False
        others = slim(np.flatnonzero(is_other))
        for start, block in zip(
            range(0, len(others), BLOCK), table.features(others, BLOCK), strict=True
        ):
            places = others[start : start + BLOCK]
            said = judge.probabilities(
                steps.transform(block), verdicts.codes_of(places)
            )
            verdicts.note(places, said)
            on_share(0.5 + start / len(others) / 2)
    judged = verdicts.judged(rows, is_slip, is_aside, len(learned))
    judged.warnings = told
    return judged, learned


def _classes(table, data_issues):
    """Return what each class is read as, which are misspelt, which are set aside."""
    classes = table.classes
    read_as, is_aside = np.arange(len(classes)), np.zeros(len(classes), dtype=bool)
    is_slip = is_aside.copy()
    if "look_alikes" in data_issues:
        instead = data_issues["look_alikes"].details["instead"]
        meant = np.array([instead.get(name, name) for name in classes.tolist()])
        if len(np.unique(meant)) > 1:
            read_as = np.searchsorted(classes, meant.astype(classes.dtype))
            is_slip = np.isin(classes, list(instead))
    if "rare_classes" in data_issues:
        is_aside = np.isin(classes, data_issues["rare_classes"].classes)
    if len(np.unique(read_as[~is_aside])) < 2:  # nothing left to tell apart
        is_aside[:] = False
    return read_as, is_slip, is_aside


class _Verdicts:
    """What was found of each label so far; codes are those of the table's classes."""

    def __init__(self, table, detector, read_as):
        self.table = table
        self.detector = detector
        self.read_as = read_as.astype(np.int32)
        self.places = np.searchsorted(table.classes, detector.classes_)
        self.codes = np.searchsorted(detector.classes_, table.classes[read_as])
        self.suggested = self.read_as[table.y]
        self.quality = np.ones(len(table), dtype=np.float32)

    def codes_of(self, rows):
        """Return labels as codes of the detector's classes."""
        return self.codes[self.table.y[rows]]

    def note(self, rows, probabilities):
        """Keep what the probabilities of the true labels say of given ones."""
        probabilities, codes = probabilities.astype(np.float32), self.codes_of(rows)
        self.quality[rows] = probabilities[np.arange(len(rows)), codes]
        self.suggested[rows] = self.places[likeliest(codes, probabilities)]

    def judged(self, rows, is_slip, is_aside, n_learned_from):
        """Return the `Judged`; only `rows` were."""
        y = self.table.y
        given = self.read_as[y]
        is_issue = np.zeros(len(y), dtype=bool)
        is_issue[rows] = called_wrong(
            self.detector, given[rows], self.suggested[rows], self.quality[rows]
        )
        slips = is_slip[y]
        self.quality[slips] = 0
        self.suggested[slips & ~is_issue] = given[slips & ~is_issue]
        return Judged(
            detector=self.detector,
            labels=y,
            read_as=given,
            suggested_labels_=self.suggested,
            quality_=np.nan_to_num(self.quality, nan=1.0, copy=False),
            is_issue_=is_issue | slips,
            is_slip=slips,
            is_aside=is_aside[y],
            pred_probs_=None,
            n_learned_from=n_learned_from,
            names=self.table.classes,
        )
