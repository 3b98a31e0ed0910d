"""Quantities in the place of labels."""

from sknoisy.data_issues._report import DataIssue

__all__ = ["numeric_target"]


def numeric_target(data):
    """Find out whether labels are quantities, which name no classes."""
    if not data.n_samples or not data.holds_quantities:
        return None
    n = len(data.classes)
    return DataIssue(
        "numeric_target",
        f"{data.label!r} holds quantities: {n:,} different numbers in"
        f" {data.n_samples:,} rows, such as {data.classes[data.codes[0]]!s}.",
        "Each number would be a class with next to no samples. That 3.1 is near to 3.2,"
        " no judge of classes knows.",
        "Such a file is refused.",
        "Name another column, or make classes of the numbers, as pandas.cut does.",
        "serious",
    )
