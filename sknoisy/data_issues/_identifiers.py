"""Ids and row numbers, which name a row and tell nothing of it."""

from sknoisy.data_issues._report import DataIssue
from sknoisy.data_issues._words import are, as_word, counted, listed

__all__ = ["identifiers"]


def identifiers(data):
    """Find columns that name or number the rows."""
    found = data.of_role("id", "row number")
    if not found:
        return None
    told = listed([f"{c.name} ({c.role})" for c in found], 6)
    names = tuple(c.name for c in found)
    in_frame = data.frame is not None
    return DataIssue(
        "identifiers",
        f"{counted(len(found), 'column')} {are(len(found))} no feature, but"
        f" name{'s' if len(found) == 1 else ''} the rows: {told}.",
        "Files are often sorted by label: a judge that sees the row number vouches for"
        " every label, and finds nothing.",
        "Nothing is learned from them; they name the rows of issues."
        if in_frame
        else "Nothing: an array is taken as it is. Leave such columns out.",
        f"Say --number {as_word(names[0])} or --category {as_word(names[0])} if it"
        " does tell something.",
        "note" if in_frame else "serious",
        columns=names,
    )
