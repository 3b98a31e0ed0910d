"""Votes in a file with a line for each, and back."""

from pathlib import Path
from typing import Any

import numpy as np

from sknoisy._data_types import FilePath, Label
from sknoisy._files import with_formula, write_csv
from sknoisy.annotators._from_frame import columns_of
from sknoisy.annotators._json_names import errors_name
from sknoisy.annotators._votes import Votes
from sknoisy.tables import read_frame

__all__ = ["read_votes", "write_votes"]


def read_votes(
    path: FilePath,
    *,
    sample: str | None = None,
    annotator: str | None = None,
    label: str | None = None,
    unlabeled: Label = None,
    encoding: str | None = None,
    separator: str | None = None,
    **options: Any,
) -> Votes:
    r"""Read votes from a table with a line for each.

    CSV and its kin, Excel, Parquet, Feather, JSON: what `sknoisy.tables.read_table`
    reads. In files of text, names and labels are text as it stands: ``01`` isn't 1.

    Parameters
    ----------
    path : str or path-like
        The file: what crowd-kit writes, the results of a batch of Mechanical Turk, the
        answers of a pool of Toloka, or any other.

    sample, annotator, label : str, default=None
        Names of its columns. None knows those of crowd-kit (task, worker, label),
        cleanlab (task, annotator, label), Mechanical Turk (HITId, WorkerId, Answer.…),
        Toloka (ASSIGNMENT:task_id, ASSIGNMENT:worker_id, OUTPUT:…), Appen (_unit_id,
        _worker_id) and Zooniverse (subject_ids, user_name, annotations). Of several
        questions in Mechanical Turk's taskAnswers, `label` names one.

    unlabeled : label, default=None
        What stands for no vote besides empty cells.

    encoding, separator : str, default=None
        How it is written. None: what the file tells.

    **options : dict
        As of ``Votes.from_long``: classes, among, repeated.

    Returns
    -------
    votes : Votes
        ``left_out`` says how many lines aren't votes, and why.

    Raises
    ------
    TableError
        If the file can't be read as a table.

    ValueError
        If a column can't be told, or its lines aren't votes; the message names the
        file.

    See Also
    --------
    write_votes : The way back.
    read_label_studio, read_argilla, read_prodigy, read_doccano : Tools' exports.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.annotators import read_votes
    >>> text = "HITId,WorkerId,AssignmentStatus,Answer.animal\n"
    >>> text += "h1,A1,Approved,cat\nh1,A2,Rejected,dog\nh2,A2,Submitted,dog\n"
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "batch.csv")
    ...     _ = path.write_text(text)
    ...     votes = read_votes(path)
    >>> votes.labels, votes.left_out
    (array(['cat', 'dog'], dtype='<U3'), {'rejected by the requester': 1})
    """
    frame = read_frame(path, encoding=encoding, separator=separator)
    name = "the frame" if hasattr(path, "columns") else Path(path).name
    with errors_name(name):
        columns, rejected = columns_of(frame, sample, annotator, label)
        columns = [_without_marks(column) for column in columns]
        votes = Votes.from_long(*columns, unlabeled=unlabeled, **options)
        return votes.without(rejected)


def _without_marks(cells):
    """Return cells without what marks empty ones, and text that isn't to be run."""
    if cells.dtype.kind != "O":
        return cells
    found = np.empty(len(cells), dtype=object)
    found[:] = [_plain(cell) for cell in cells.tolist()]
    return found


def _plain(cell):
    if not isinstance(cell, str):
        return cell
    return with_formula(cell) if cell else None


def write_votes(
    votes: Votes,
    path: FilePath,
    *,
    sample: str = "task",
    annotator: str = "worker",
    label: str = "label",
) -> None:
    """Write votes as CSV with a line for each.

    Parameters
    ----------
    votes : Votes
        Who said what of which sample.

    path : str or path-like
        The file; what was there is replaced when all is written. Of text that a
        spreadsheet would run, an apostrophe goes before.

    sample, annotator, label : str
        Names of its columns, those of crowd-kit by default.

    See Also
    --------
    read_votes : The way back.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.annotators import Votes, write_votes
    >>> votes = Votes.from_long(["a", "a"], ["Ann", "Bob"], ["cat", "dog"])
    >>> with TemporaryDirectory() as folder:
    ...     write_votes(votes, Path(folder, "votes.csv"))
    ...     print(Path(folder, "votes.csv").read_text())
    task,worker,label
    a,Ann,cat
    a,Bob,dog
    """
    lines = zip(*(part.tolist() for part in votes.to_long()), strict=True)
    write_csv(path, [[sample, annotator, label], *lines])
