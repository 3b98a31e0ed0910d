"""What was found in data: one finding a kind, as text, frame, dict and JSON."""

import json
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sknoisy._json import plain
from sknoisy._registry import did_you_mean
from sknoisy._table_errors import need

if TYPE_CHECKING:
    from pandas import DataFrame


__all__ = ["SEVERITIES", "DataIssue", "DataIssues"]

SEVERITIES = ("serious", "warning", "note")
MOST_ROWS = 1000  # of a finding, that JSON lists
WIDTH = 88


@dataclass(frozen=True)
class DataIssue:
    """One thing that is odd about data, and what it means for findings about labels.

    Parameters
    ----------
    kind : str
        The name of the check that found it, a key of ``CHECKS``.

    found : str
        What was found, in a sentence.

    meaning : str
        What it means for findings about labels.

    done : str
        What ``sknoisy audit`` does about it by itself.

    overrule : str
        What to do where that is wrong, or not enough.

    severity : "serious", "warning" or "note", default="warning"
        "serious": findings about labels mean little until it is settled. "warning":
        some of them may be wrong for that reason. "note": good to know.

    rows : ndarray of int of shape (n_rows,), default=()
        Places of the samples that it is about, where it is about some of them.

    classes : tuple, default=()
        Labels that it is about.

    columns : tuple of str, default=()
        Columns that it is about.

    details : dict, default={}
        What else there is to say, by the kind: see the functions in ``CHECKS``.

    See Also
    --------
    find_data_issues : Finds them.

    Examples
    --------
    >>> from sknoisy.data_issues import DataIssue
    >>> issue = DataIssue("imbalance", "9 of 10 are one class.", "", "", "")
    >>> print(issue)
    imbalance (warning): 9 of 10 are one class.
    """

    kind: str
    found: str
    meaning: str
    done: str
    overrule: str
    severity: str = "warning"
    rows: np.ndarray = field(default_factory=lambda: np.array([], dtype=int))
    classes: tuple = ()
    columns: tuple = ()
    details: dict = field(default_factory=dict)

    def __str__(self):
        return f"{self.kind} ({self.severity}): {self.found}"

    def to_dict(self) -> dict[str, Any]:
        """Return all as a dict that JSON can hold, of very many rows the first."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "found": self.found,
            "meaning": self.meaning,
            "done": self.done,
            "overrule": self.overrule,
            "n_rows": len(self.rows),
            "rows": self.rows[:MOST_ROWS].tolist(),
            "classes": [plain(label) for label in self.classes],
            "columns": [str(name) for name in self.columns],
            "details": plain(self.details),
        }


@dataclass(frozen=True)
class DataIssues:
    """All that was found odd about data, the most serious first.

    It has the length, the order and the members of its findings:
    ``report["look_alikes"]`` is the finding of that kind, ``"votes" in report`` tells
    whether there is one, and a loop goes through all.

    Parameters
    ----------
    issues : tuple of DataIssue
        What was found, in any order.

    checked : tuple of str
        The kinds that were looked for.

    n_samples : int
        How many samples with a label there are.

    See Also
    --------
    find_data_issues : Makes it.

    Examples
    --------
    >>> from sknoisy.data_issues import find_data_issues
    >>> X = [[0.1 * i, i % 7] for i in range(40)]
    >>> y = ["adelie", "gentoo"] * 19 + ["adelie ", "gentoo"]
    >>> report = find_data_issues(X, y, checks=["look_alikes"])
    >>> len(report), "look_alikes" in report, report["look_alikes"].rows
    (1, True, array([38]))
    """

    issues: tuple
    checked: tuple
    n_samples: int

    def __post_init__(self):
        ordered = sorted(self.issues, key=lambda i: SEVERITIES.index(i.severity))
        object.__setattr__(self, "issues", tuple(ordered))

    def __len__(self):
        return len(self.issues)

    def __iter__(self):
        return iter(self.issues)

    def __contains__(self, kind):
        return any(issue.kind == kind for issue in self.issues)

    def __getitem__(self, kind):
        for issue in self.issues:
            if issue.kind == kind:
                return issue
        if kind in self.checked:
            raise KeyError(f"{kind!r}: looked for, and not found.")
        hint = did_you_mean(kind, self.checked)
        raise KeyError(f"{kind!r} was not looked for{';' if hint else '.'}{hint}")

    def __str__(self):
        if not self.issues:
            return f"Nothing odd in {self.n_samples:,} samples ({self._looked_for()})."
        blocks = [_block(i, issue) for i, issue in enumerate(self.issues, start=1)]
        return "\n\n".join(blocks)

    def _looked_for(self):
        return f"looked for: {', '.join(self.checked)}"

    def to_dict(self) -> dict[str, Any]:
        """Return all as a dict that JSON can hold."""
        return {
            "n_samples": self.n_samples,
            "checked": list(self.checked),
            "issues": [issue.to_dict() for issue in self.issues],
        }

    def to_json(self, **options: Any) -> str:
        """Return all as JSON.

        Parameters
        ----------
        **options : dict
            Of :func:`json.dumps`, such as ``indent=2``.

        Returns
        -------
        text : str
        """
        return json.dumps(self.to_dict(), **{"ensure_ascii": False, **options})

    def to_frame(self) -> "DataFrame":
        """Return a data frame with one row a finding.

        Returns
        -------
        frame : DataFrame of shape (n_findings, 7)
            Its columns are kind, severity, found, meaning, done, overrule and n_rows.
        """
        pandas = need("pandas", "to_frame")
        names = ["kind", "severity", "found", "meaning", "done", "overrule", "n_rows"]
        rows = [[issue.to_dict()[name] for name in names] for issue in self.issues]
        return pandas.DataFrame(rows, columns=names)


def _block(number, issue):
    lines = [f"{number}. {issue.kind.replace('_', ' ')} ({issue.severity})"]
    lines += _wrapped("", issue.found)
    lines += _wrapped("It means: ", issue.meaning)
    lines += _wrapped("Done: ", issue.done)
    lines += _wrapped("You can: ", issue.overrule)
    return "\n".join(lines)


def _wrapped(title, text):
    return textwrap.wrap(
        title + text, WIDTH, initial_indent="   ", subsequent_indent="     "
    )
