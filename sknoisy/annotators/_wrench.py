"""Weak labels as WRENCH keeps them, and back."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sknoisy._data_types import FilePath, Label
from sknoisy._files import set_aside
from sknoisy._json import as_path, get, shown
from sknoisy.annotators._json_names import as_keys, errors_name, names_of_keys
from sknoisy.annotators._peerannot import _load, named
from sknoisy.annotators._votes import Votes

__all__ = ["read_wrench", "write_wrench"]


def read_wrench(path: FilePath, *, unlabeled: Label = -1) -> Votes:
    """Read the votes of labelling functions from a file of WRENCH [1]_.

    Parameters
    ----------
    path : str or path-like
        ``train.json``, ``valid.json`` or ``test.json`` of a dataset. The names of
        classes are taken from ``label.json`` beside it, where there is one.

    unlabeled : int, default=-1
        What a function says that abstains.

    Returns
    -------
    votes : Votes
        Every sample of the file, in its order. Functions are numbered, and are
        ``votes.annotators``.

    Raises
    ------
    ValueError
        If the file has another form, or holds no vote.

    See Also
    --------
    write_wrench : The way back.
    sknoisy.ConsensusClassifier : Learns what the functions don't say.

    References
    ----------
    .. [1] Zhang et al., "WRENCH: A Comprehensive Benchmark for Weak Supervision",
       NeurIPS 2021 Datasets and Benchmarks Track.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.annotators import read_wrench
    >>> text = '{"0": {"label": 1, "weak_labels": [-1, 1], "data": {"text": "Great"}},'
    >>> text += '"1": {"label": 0, "weak_labels": [0, -1], "data": {"text": "Dull"}}}'
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "train.json")
    ...     _ = path.write_text(text)
    ...     _ = Path(folder, "label.json").write_text('{"0": "bad", "1": "good"}')
    ...     votes = read_wrench(path)
    >>> votes.to_wide()
    array([[None, 'good'],
           ['bad', None]], dtype=object)
    """
    path = as_path(path)
    rows = {}
    for name, item in _load(path).items():
        where = f"{path}, sample {name!r}"
        if not isinstance(item, dict) or "weak_labels" not in item:
            raise ValueError(f"{where} is {shown(item)}; expected 'weak_labels' in it.")
        rows[name] = get(item, "weak_labels", list, where, [])
        if len(rows[name]) != len(next(iter(rows.values()))):
            raise ValueError(
                f"{where} has {len(rows[name])} weak labels, and others"
                f" {len(next(iter(rows.values())))}: one for each function."
            )
    lines = [(s, j, one) for s, row in rows.items() for j, one in enumerate(row)]
    if not lines:
        raise ValueError(f"{path} holds no weak label.")
    samples, functions, labels = map(list, zip(*lines, strict=True))
    beside = path.parent / "label.json"
    with errors_name(path):
        votes = Votes.from_long(
            names_of_keys(samples),
            functions,
            labels,
            unlabeled=unlabeled,
            among=names_of_keys(list(rows)),
        )
        return named(votes, _names(beside)) if beside.is_file() else votes


def _names(path):
    found = _load(path)
    numbers = names_of_keys(list(found))
    if sorted(numbers, key=str) != sorted(range(len(numbers)), key=str):
        raise ValueError(f"{path} names {list(found)}: expected 0 to c−1.")
    return [found[str(number)] for number in range(len(numbers))]


def write_wrench(
    votes: Votes,
    path: FilePath,
    *,
    data: Sequence[dict[str, Any]] | None = None,
) -> None:
    """Write votes as a file of WRENCH, and ``label.json`` beside it.

    Parameters
    ----------
    votes : Votes
        Labels are written as their places in ``votes.classes``; -1 stands for none.

    path : str or path-like
        The file; what was there is replaced when all is written.

    data : list of dict of length n_samples, default=None
        What each sample shows, such as ``{"text": "…"}``.

    See Also
    --------
    read_wrench : The way back.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.annotators import Votes, write_wrench
    >>> votes = Votes.from_wide([["a", None], ["b", "a"]])
    >>> with TemporaryDirectory() as folder:
    ...     write_wrench(votes, Path(folder, "train.json"))
    ...     print(Path(folder, "label.json").read_text())
    {"0": "a", "1": "b"}
    """
    data = [{}] * len(votes) if data is None else list(data)
    if len(data) != len(votes):
        raise ValueError(f"data has {len(data)} entries for {len(votes)} samples.")
    rows = [[-1] * votes.n_annotators for _ in range(len(votes))]
    codes = votes.sample_codes, votes.annotator_codes, votes.label_codes.tolist()
    for i, j, code in zip(*codes, strict=True):
        rows[i][j] = code
    items = {
        key: {"label": -1, "weak_labels": row, "data": one}
        for key, row, one in zip(as_keys(votes.samples), rows, data, strict=True)
    }
    names = {str(code): label for code, label in enumerate(votes.classes.tolist())}
    path = Path(path)
    for target, content in ((path.parent / "label.json", names), (path, items)):
        with set_aside(target) as aside:
            aside.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
