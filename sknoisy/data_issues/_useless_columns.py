"""Columns that are empty, or the same in all rows."""

from sknoisy.data_issues._report import DataIssue
from sknoisy.data_issues._words import are, as_word, counted, listed

__all__ = ["useless_columns"]


def useless_columns(data):
    """Find columns that are empty or constant."""
    found = data.of_role("constant", "empty")
    if not found:
        return None
    told = listed([f"{c.name} ({c.reason})" for c in found], 6)
    return DataIssue(
        "useless_columns",
        f"{counted(len(found), 'column')} {are(len(found))} constant or empty: {told}.",
        "They tell nothing. A column that should tell something may have been lost on"
        " its way into the file.",
        "Nothing is learned from them." if data.frame is not None else "Nothing.",
        f"Say what such a column is if it was mistaken, as in --category"
        f" {as_word(found[0].name)}.",
        "note",
        columns=tuple(c.name for c in found),
    )
