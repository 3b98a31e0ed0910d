"""Tables of votes, whose rows are opinions and no samples."""

from sknoisy.data_issues._report import DataIssue
from sknoisy.tables._opinions import find_votes

__all__ = ["votes"]


def votes(data):
    """Find out whether a row is one person's vote on a sample."""
    if data.frame is None:
        return None
    task, worker = find_votes(data.frame, data.columns)
    if task is None:
        return None
    return DataIssue(
        "votes",
        f"A row seems to be a vote: what label {worker!r} gave to {task!r}.",
        "A sample has several rows, and neither who voted nor on what tells a class.",
        "Such a file is refused.",
        f"Make one label a sample of them, with sknoisy.annotators.pivot_votes and"
        f" dawid_skene; or say --ignore {worker} if that is no voter.",
        "serious",
        columns=(task, worker),
    )
