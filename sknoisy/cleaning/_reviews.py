"""Several people's reviews of the same labels: as votes, and back as corrections."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path

import numpy as np

from sknoisy._data_types import ArrayLike, FilePath, MatrixLike
from sknoisy._files import write_csv
from sknoisy._fingerprint import fingerprint, label_text
from sknoisy._labels import check_labels
from sknoisy.annotators import Votes
from sknoisy.cleaning._corrections import (
    COLUMNS,
    decisions_of,
    read_rows,
)
from sknoisy.cleaning._vocabulary import Vocabulary

__all__ = ["read_corrections", "write_corrections"]


def read_corrections(
    y: ArrayLike,
    files: Mapping[str, FilePath] | Sequence[FilePath],
    *,
    X: MatrixLike | None = None,
    classes: ArrayLike | None = None,
    given_by: str | None = None,
) -> Votes:
    """Read what several people decided on one review page, as votes.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        The labels that the page was written for, in the same order.

    files : dict of str to path, or list of paths
        The file that each reviewer exported, by his name; those of a list are called
        after the files.

    X : array-like of length n_samples, default=None
        What the page showed. If given, it must be what it was then, too.

    classes : array-like of shape (n_classes,), default=None
        Labels to choose from, if the page was given more than those of `y`.

    given_by : str, default=None
        Whether the given labels of reviewed samples are votes, too, and by whom.

    Returns
    -------
    votes : Votes
        On the samples that somebody decided on; ``votes.samples`` are positions in
        `y`. Who keeps a label votes for it; ``left_out`` counts skipped samples.

    Raises
    ------
    ValueError
        If a file isn't such an export, belongs to other data, holds a label that
        isn't among the classes, or nothing was decided.

    See Also
    --------
    write_corrections : Their consensus, as ``sknoisy apply`` takes it.
    apply_corrections : Where reviewers have to agree.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.annotators import majority_vote
    >>> from sknoisy.cleaning import read_corrections, write_corrections
    >>> y = ["good", "bad", "good"]
    >>> with TemporaryDirectory() as folder:
    ...     paths = {who: Path(folder, f"{who}.csv") for who in ("Ann", "Bob", "Cy")}
    ...     for who, path in paths.items():  # what people export, made here
    ...         label = "good" if who == "Cy" else "bad"
    ...         _ = write_corrections(path, y, ["good", "bad", label], rows=[2])
    ...     votes = read_corrections(y, paths)
    >>> votes.to_wide()
    array([['bad', 'bad', 'good']], dtype=object)
    >>> majority_vote(votes).labels, votes.samples
    (array(['bad'], dtype='<U4'), array([2]))
    """
    labels = check_labels(y)
    known = Vocabulary.of(y, classes)
    values = dict(zip(known.texts, known.values, strict=True))
    lines, skipped = [], 0
    for who, path in _named(files).items():
        for one in decisions_of([(str(path), read_rows(Path(path)))], labels, X):
            if one.corrected is None:
                skipped += 1
            elif one.corrected not in values:
                raise ValueError(
                    f"{one.where} corrects sample {one.index} to {one.corrected!r},"
                    f" which is none of the labels {known.texts[:8]}."
                )
            else:
                lines.append((one.index, who, values[one.corrected]))
    if not lines:
        raise ValueError(
            f"Nothing was decided in {[*map(str, _named(files).values())]}."
        )
    if given_by is not None:
        rows = sorted({index for index, _, _ in lines})
        lines += [(row, given_by, labels[row]) for row in rows]
    samples, people, said = zip(*lines, strict=True)
    votes = Votes.from_long(
        np.array(samples),
        list(people),
        np.array(said),
        unlabeled=None,
        classes=np.array([*values.values()]),
        repeated="last",
    )
    return votes.without({"skipped": skipped})


def write_corrections(
    path: FilePath,
    y: ArrayLike,
    y_corrected: ArrayLike,
    *,
    X: MatrixLike | None = None,
    rows: ArrayLike | None = None,
) -> Path:
    """Write labels as a review page would export them.

    Parameters
    ----------
    path : str or path-like
        Where to write.

    y : array-like of shape (n_samples,)
        The labels as they are.

    y_corrected : array-like of shape (n_samples,)
        The labels as they should be.

    X : array-like of length n_samples, default=None
        What belongs to them, so that the file fits these data alone.

    rows : array-like of int, default=None
        Which samples were looked at. None: those whose labels differ.

    Returns
    -------
    path : pathlib.Path
        A file for :func:`apply_corrections` and ``sknoisy apply``.

    Raises
    ------
    ValueError
        If the lengths differ.

    See Also
    --------
    read_corrections : Several people's files as votes.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.cleaning import apply_corrections, write_corrections
    >>> y = ["cat", "dog", "dog"]
    >>> with TemporaryDirectory() as folder:
    ...     path = write_corrections(f"{folder}/c.csv", y, ["cat", "dog", "cat"])
    ...     apply_corrections(y, path)
    ['cat', 'dog', 'cat']
    """
    labels, corrected = check_labels(y), check_labels(y_corrected)
    if len(labels) != len(corrected):
        raise ValueError(
            f"y has {len(labels)} labels, and y_corrected {len(corrected)}: expected as"
            " many."
        )
    before, after = (
        [label_text(one) for one in v.tolist()] for v in (labels, corrected)
    )
    differ = [
        i for i, pair in enumerate(zip(before, after, strict=True)) if len({*pair}) > 1
    ]
    mark = fingerprint(labels, X)
    lines = [
        [i, before[i], after[i], "keep" if before[i] == after[i] else "choose", mark]
        for i in (differ if rows is None else np.asarray(rows).tolist())
    ]
    path = Path(path)
    write_csv(path, [COLUMNS, *lines])
    return path


def _named(files):
    """Return paths by the names of reviewers."""
    if isinstance(files, Mapping):
        return dict(files)
    paths = [files] if isinstance(files, str | PathLike) else list(files)
    names = [Path(path).stem for path in paths]
    if len(set(names)) < len(names):
        raise ValueError(
            f"Two files have one name, {names}: pass a dict of reviewers' names to"
            " paths."
        )
    return dict(zip(names, paths, strict=True))
