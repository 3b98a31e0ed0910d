"""What an audit of very many rows leaves: counts of all, and the worst row by row."""

from dataclasses import replace
from itertools import chain

import numpy as np

from sknoisy._cli._audit_files import AuditFiles, verdict_on
from sknoisy._cli._errors import command_errors
from sknoisy.cleaning import page_of_some
from sknoisy.reporting import report_on_some

__all__ = ["LargeFiles"]

MOST_SHOWN = 1000  # issues that are read again, beside those learned from
AT_A_TIME = 100_000  # issues whose names are read together


class LargeFiles(AuditFiles):
    """The files of an audit of a large table.

    Reports and pages look up similar rows, and what is usual in a class, among those
    that were learned from and the worst; `table` and `judged` are of these.

    Parameters
    ----------
    large : LargeTable

    whole : Judged
        Of all its labels, as codes.

    folder : Path

    learned : ndarray of int
        Rows that were learned from.
    """

    def __init__(self, large, whole, folder, learned):
        self.large, self.whole = large, whole
        self.order = whole.worst_first
        self.places = np.union1d(learned, self.order[:MOST_SHOWN])
        super().__init__(large.table(self.places), self._some(self.places), folder)

    def _some(self, places):
        """Return what was found of some labels, as they stand in the file."""
        whole, names = self.whole, self.whole.names
        return replace(
            whole,
            labels=names[whole.labels[places]],
            read_as=names[whole.read_as[places]],
            suggested_labels_=names[whole.suggested_labels_[places]],
            quality_=whole.quality_[places].astype(np.float64),
            is_issue_=whole.is_issue_[places],
            is_slip=whole.is_slip[places],
            is_aside=whole.is_aside[places],
            names=None,
        )

    @property
    def of_all(self):
        """The table, and what was found, of which pictures are."""
        return self.large.as_table(), self.whole

    def write_issues(self):
        """Write all ranked issues, the names of some at a time."""
        head = ["rank", "row", *([] if self.table.ids is None else ["id"])]
        head += ["given_label", "suggested_label", "quality", "kind"]
        self._write_csv("issues.csv", chain([head], self._issues()))

    def _issues(self):
        for start in range(0, len(self.order), AT_A_TIME):
            places = self.order[start : start + AT_A_TIME]
            rows, ids = self.large.names_of(places), self.large.ids(places)
            ids = [] if ids is None else [ids]
            for rank, (i, *name) in enumerate(
                zip(places, rows, *ids, strict=True), start=start + 1
            ):
                yield [rank, *name, *verdict_on(self.whole, i)]

    def write_report(self, data_issues):
        """Write what was found and why, as JSON and as a page."""
        title = f"{self.table.name}: labels"
        report = report_on_some(
            self.table, self.judged, self.whole, self.places, data_issues, title
        )
        self._save(report)

    def write_page(self, max_items):
        """Write the page on which people review the issues."""
        with command_errors(OSError, about="--out: "):
            page_of_some(
                self.table,
                self.judged,
                self.whole,
                self.places,
                self.folder / "review.html",
                max_items=min(max_items, MOST_SHOWN),
                title=f"{self.table.name}: labels to review",
                notes=self._reasons(max_items),
            )
        self.written.append("review.html")
