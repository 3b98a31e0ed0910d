"""What an audit leaves in its folder, tables before pages, pages before pictures."""

from itertools import chain
from pathlib import Path

import numpy as np

from sknoisy._cli._errors import command_errors
from sknoisy._files import set_aside, write_csv
from sknoisy.cleaning import find_reasons, review_page
from sknoisy.inspection import (
    LabelGalleryDisplay,
    LabelIssuesDisplay,
    LabelPrecisionRecallDisplay,
    LabelQualityDisplay,
    TransitionMatrixDisplay,
)
from sknoisy.reporting import audit_report

__all__ = ["AuditFiles", "verdict_on"]

N_IMAGES = 64  # of a gallery


class AuditFiles:
    """The files of one audit, each there whole or not at all.

    Parameters
    ----------
    table : Table

    judged : Judged

    folder : Path
    """

    def __init__(self, table, judged, folder):
        self.table = table
        self.judged = judged
        self.folder = Path(folder)
        self.written = []
        self.notes = []

    @property
    def of_all(self):
        """The table, and what was found, of which pictures are."""
        return self.table, self.judged

    def write_issues(self):
        """Write the ranked issues."""
        ids, judged = self.table.ids, self.judged
        head = ["rank", "row", *([] if ids is None else ["id"])]
        head += ["given_label", "suggested_label", "quality", "kind"]
        order = judged.worst_first
        ids = [] if ids is None else [ids[order]]
        rows = (
            [rank, *name, *verdict_on(judged, i)]
            for rank, (i, *name) in enumerate(
                zip(order, self.table.rows[order], *ids, strict=True), start=1
            )
        )
        self._write_csv("issues.csv", chain([head], rows))

    def write_matrix(self):
        """Write the estimated transition matrix."""
        classes = self.judged.classes_
        rows = zip(classes, self.judged.transition_matrix_, strict=True)
        cells = [[label, *(f"{p:.6g}" for p in row)] for label, row in rows]
        self._write_csv("transition.csv", [["true \\ given", *classes], *cells])

    def write_columns(self):
        """Write what each column was taken for, and why."""
        if self.table.columns is not None:
            rows = [[c.name, c.role, c.reason] for c in self.table.columns]
            self._write_csv("columns.csv", [["column", "role", "reason"], *rows])

    def write_report(self, data_issues):
        """Write what was found and why, as JSON and as a page."""
        report = audit_report(
            self.table,
            self.judged.labels,
            self.judged,
            data_issues=data_issues,
            title=f"{self.table.name}: labels",
        )
        self._save(report)

    def _save(self, report):
        with command_errors(OSError, about="--out: "):
            report.save_json(self.folder / "report.json")
            report.save_html(self.folder / "report.html")
        self.written += ["report.json", "report.html"]

    def write_page(self, max_items):
        """Write the page on which people review the issues."""
        with command_errors(OSError, about="--out: "):
            review_page(
                self.table.shown,
                self.judged.labels,
                self.judged,
                self.folder / "review.html",
                max_items=max_items,
                ids=self.names_of_rows(),
                title=f"{self.table.name}: labels to review",
                n_similar=0,  # looked for among typed features, not cells
                notes=self._reasons(max_items),
            )
        self.written.append("review.html")

    def _reasons(self, max_items):
        """Return sentences on the rows that the page shows, and "" for others."""
        judged, rows = self.judged, self.judged.worst_first[:max_items]
        classes = np.unique(np.concatenate([judged.labels, judged.suggested_labels_]))
        codes = [
            np.searchsorted(classes, labels)
            for labels in (judged.labels, judged.suggested_labels_)
        ]
        texts = list(map(str, classes))  # blanks at an end aren't seen without quotes
        names = [repr(one) if one != one.strip() else one for one in texts]
        notes = [""] * len(judged.labels)
        for row, reason in zip(
            rows.tolist(),
            find_reasons(self.table, judged.labels, rows, *codes),
            strict=True,
        ):
            notes[row] = reason.sentences(names)
            if judged.is_slip[row]:
                meant = judged.read_as[row]
                notes[row].insert(0, f"Written nearly like {str(meant)!r}.")
        return notes

    def names_of_rows(self):
        """Return what to call each row."""
        if self.table.ids is None:
            return [f"row {row}" for row in self.table.rows]
        return [str(name) for name in self.table.ids]

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
        table, judged = self.of_all
        title = f"{table.name}: labels by {type(judged.detector).__name__}"
        yield (
            "quality.png",
            LabelQualityDisplay.from_predictions(
                judged.quality_, judged.is_issue_, title=title
            ),
        )
        yield (
            "issues.png",
            LabelIssuesDisplay.from_predictions(
                judged.read_as,
                judged.is_issue_ & ~judged.is_slip,
                judged.suggested_labels_,
                class_names=judged.names_present,
                title=title,
            ),
        )
        display = TransitionMatrixDisplay(
            judged.transition_matrix_, classes=judged.classes_
        )
        yield "transition.png", display.plot(title=type(judged.detector).__name__)
        if table.is_images and judged.is_issue_.any():
            rows = judged.worst_first[:N_IMAGES]
            labels = judged.labels[rows], judged.suggested_labels_[rows]
            gallery = LabelGalleryDisplay(table.X[rows], *labels, rows)
            yield "gallery.png", gallery.plot(title=title)
        if table.y_clean is not None and (table.y != table.y_clean).any():
            yield (
                "precision_recall.png",
                LabelPrecisionRecallDisplay.from_predictions(
                    judged.quality_,
                    table.y != table.y_clean,
                    judged.is_issue_,
                    title=title,
                ),
            )

    def _write_csv(self, name, rows):
        with command_errors(OSError, about="--out: "):
            write_csv(self.folder / name, rows)
        self.written.append(name)


def verdict_on(judged, i):
    """Return the cells that say what was found of a label."""
    return [
        judged.named(judged.labels[i]),
        judged.named(judged.suggested_labels_[i]),
        f"{judged.quality_[i]:.6g}",
        "spelling" if judged.is_slip[i] else "label",
    ]
