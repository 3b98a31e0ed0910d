"""``sknoisy audit``: read, look for wrong labels, report, write a page for review."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone

from sknoisy._cli._checks import check_numbers, check_two_labels, make_folder
from sknoisy._cli._detectors import find_issues, find_method, threshold_of
from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._cli._progress import Progress
from sknoisy._cli._read import read
from sknoisy._cli._tables import check_table
from sknoisy._cli._text_table import text_table
from sknoisy._cli._threads import held_to
from sknoisy._files import set_aside, write_csv
from sknoisy.cleaning import review_page
from sknoisy.inspection import (
    LabelGalleryDisplay,
    LabelIssuesDisplay,
    LabelPrecisionRecallDisplay,
    LabelQualityDisplay,
    TransitionMatrixDisplay,
)
from sknoisy.tables import Table

STAGES = ["looking for wrong labels", "writing the review page", "drawing pictures"]
MOST_CLASSES = 20  # as many rows as a terminal shows at a glance


def audit(arguments):
    """Do what the command line asks for; return the exit status."""
    _check_arguments(arguments)
    table = check_table(read(arguments), 2, "judging labels by others")
    findings = Findings(table, make_folder(arguments.out))
    findings.print_head()
    with held_to(arguments.threads), Progress(STAGES, "step") as progress:
        findings.detector = find_issues(table, arguments)
        findings.write_tables()  # first: they cost nothing, and nothing can undo them
        findings.write_columns()
        progress.tick()
        findings.write_page(arguments.max_items)
        progress.tick()
        findings.draw()
        progress.tick()
    findings.print_summary()
    return 0


def _check_arguments(arguments):
    check_numbers(arguments)
    check_two_labels(arguments)
    find_method(arguments.detector)
    threshold_of(arguments.threshold)
    if arguments.max_items < 1:
        raise CommandError(f"--max-items {arguments.max_items}: it must be at least 1.")


@dataclass
class Findings:
    """What was found in one file, on the terminal and in its folder."""

    table: Table
    folder: Path
    detector: Any = None

    def __post_init__(self):
        self.written = []
        self.notes = list(self.table.notes)

    @property
    def worst_first(self):
        """Rows of the issues, the least trusted first."""
        issues = np.flatnonzero(self.detector.is_issue_)
        return issues[np.argsort(self.detector.quality_[issues], kind="stable")]

    # --- on the terminal ---

    def print_head(self):
        """Say what is about to be looked at, before it takes its time."""
        print(self.table.describe())
        if features := self.table.describe_features():
            print(f"taken for {features}")
        self._print_notes()
        print(flush=True)

    def print_summary(self):
        """Say how many labels look wrong, in which classes, and where it all is."""
        n_issues, n_samples = len(self.worst_first), len(self.table.y)
        print(
            f"{n_issues:,} of {n_samples:,} labels look wrong"
            f" ({n_issues / n_samples:.1%}); estimated noise rate"
            f" {self.detector.noise_rate_:.1%}, by {_one_line(self.detector)}"
        )
        if self.table.y_clean is not None:
            print(self._truth())
        print()
        print(self._class_table())
        print()
        self._print_notes()
        print(f"Written to {self.folder}: {', '.join(self.written)}")
        print(f"Open {self.folder / 'review.html'} in a browser to check them.")

    def _print_notes(self):
        while self.notes:
            print(f"note: {self.notes.pop(0)}")

    def _class_table(self):
        rows = [self._class_row(label) for label in self.detector.classes_]
        rows.sort(key=lambda row: -row[0])
        left_out = len(rows) - MOST_CLASSES
        titles = ["class", "samples", "issues", "share", "most often looks like"]
        lines = text_table(titles, [cells for _, cells in rows[:MOST_CLASSES]])
        return lines + (f"\n({left_out} more classes)" if left_out > 0 else "")

    def _class_row(self, label):
        given = self.table.y == label
        issues = given & self.detector.is_issue_
        suggested = self.detector.suggested_labels_[issues]
        # a budget may flag labels that nothing better is suggested for
        better, counts = np.unique(suggested[suggested != label], return_counts=True)
        other = f"{better[counts.argmax()]} ({counts.max():,})" if len(better) else "–"
        share = issues.sum() / given.sum()
        cells = [str(label), f"{given.sum():,}", f"{issues.sum():,}", f"{share:.1%}"]
        return issues.sum(), [*cells, other]

    def _truth(self):
        is_wrong = self.table.y != self.table.y_clean
        hits = (is_wrong & self.detector.is_issue_).sum()
        right = (self.detector.suggested_labels_ == self.table.y_clean) & is_wrong
        n_wrong = max(1, is_wrong.sum())
        return (
            f"by {self.table.clean_label!r}, {is_wrong.mean():.1%} are wrong: of the"
            f" issues {hits / max(1, len(self.worst_first)):.1%} are real; of the wrong"
            f" labels {hits / n_wrong:.1%} were found, and {right.sum() / n_wrong:.1%}"
            " have the true label suggested"
        )

    # --- in the folder ---

    def write_page(self, max_items):
        """Write the page on which people review the issues."""
        table = self.table
        with command_errors(OSError, about="--out: "):
            review_page(
                table.shown,
                table.y,
                self.detector,
                self.folder / "review.html",
                max_items=max_items,
                ids=self._names_of_rows(),
                title=f"{table.name}: labels to review",
            )
        self.written.append("review.html")

    def write_tables(self):
        """Write the ranked issues and the transition matrix as CSV."""
        found = self.detector
        ids = self.table.ids
        issues = [
            [rank, self.table.rows[i], *([] if ids is None else [ids[i]])]
            + [self.table.y[i], found.suggested_labels_[i], f"{found.quality_[i]:.6g}"]
            for rank, i in enumerate(self.worst_first, start=1)
        ]
        head = ["rank", "row", *([] if ids is None else ["id"])]
        head += ["given_label", "suggested_label", "quality"]
        self._write_csv("issues.csv", head, issues)
        rows = zip(found.classes_, found.transition_matrix_, strict=True)
        matrix = [[label, *(f"{p:.6g}" for p in row)] for label, row in rows]
        self._write_csv("transition.csv", ["true \\ given", *found.classes_], matrix)

    def write_columns(self):
        """Write what each column was taken for, and why."""
        if self.table.columns is not None:
            rows = [[c.name, c.role, c.reason] for c in self.table.columns]
            self._write_csv("columns.csv", ["column", "role", "reason"], rows)

    def _names_of_rows(self):
        if self.table.ids is None:
            return [f"row {row}" for row in self.table.rows]
        return [str(name) for name in self.table.ids]

    def _write_csv(self, name, head, rows):
        with command_errors(OSError, about="--out: "):
            write_csv(self.folder / name, [head, *rows])
        self.written.append(name)

    def draw(self):
        """Write pictures of qualities, issues and the matrix; images as a gallery."""
        try:
            import matplotlib
        except ImportError:
            self.notes.append(
                'no pictures without matplotlib: pip install "sknoisy[plot]"'
            )
            return
        with matplotlib.rc_context({"backend": "agg", "savefig.dpi": 150}):
            for name, display in self._displays():
                with (
                    command_errors(OSError, about="--out: "),
                    set_aside(self.folder / name) as aside,
                ):
                    display.figure_.savefig(aside)
                matplotlib.pyplot.close(display.figure_)
                self.written.append(name)

    def _displays(self):
        found, table = self.detector, self.table
        title = f"{table.name}: labels by {type(found).__name__}"
        yield "quality.png", LabelQualityDisplay.from_estimator(found, title=title)
        yield (
            "issues.png",
            LabelIssuesDisplay.from_estimator(found, table.y, title=title),
        )
        yield "transition.png", TransitionMatrixDisplay.from_estimator(found)
        if table.is_images and found.is_issue_.any():
            yield (
                "gallery.png",
                LabelGalleryDisplay.from_estimator(
                    found, table.X, table.y, title=title
                ),
            )
        if table.y_clean is not None and (table.y != table.y_clean).any():
            yield (
                "precision_recall.png",
                LabelPrecisionRecallDisplay.from_estimator(
                    found, table.y != table.y_clean, title=title
                ),
            )


def _one_line(detector):
    detector = clone(detector)
    if "random_state" in detector.get_params():
        detector.set_params(random_state=None)
    return " ".join(repr(detector).split())
