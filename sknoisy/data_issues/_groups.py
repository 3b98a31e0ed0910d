"""Rows that may belong together: of one patient, one session."""

from sknoisy.data_issues._report import DataIssue
from sknoisy.data_issues._words import as_word, counted, listed

__all__ = ["groups"]


def groups(data):
    """Find columns that may tell whom rows belong to."""
    found = data.of_role("group")
    if not found or data.groups is not None:
        return None
    first = found[0]
    return DataIssue(
        "groups",
        f"Rows may belong together by {listed([c.name for c in found])}"
        f" ({counted(data.frame[first.name].nunique(), 'value')}).",
        "Rows of one patient share one mistake, and a judge who has seen one of them"
        " vouches for the others.",
        "Nothing is learned from the column; rows are taken to be on their own.",
        f"Say --group {as_word(first.name)} to have such rows judged together, or"
        f" --category {as_word(first.name)} to learn from it.",
        "warning",
        columns=tuple(c.name for c in found),
    )
