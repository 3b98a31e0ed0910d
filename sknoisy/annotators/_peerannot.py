"""Votes as peerannot keeps them: an object of objects in JSON, and back."""

import json

from sknoisy._data_types import ArrayLike, FilePath
from sknoisy._files import read_text, set_aside
from sknoisy._json import as_path, check_label, shown
from sknoisy.annotators._json_names import as_keys, errors_name, names_of_keys
from sknoisy.annotators._votes import Votes

__all__ = ["read_peerannot", "write_peerannot"]


def read_peerannot(path: FilePath, *, classes: ArrayLike | None = None) -> Votes:
    """Read votes from ``answers.json`` of peerannot [1]_.

    Parameters
    ----------
    path : str or path-like
        JSON of the form ``{task: {worker: label, …}, …}``.

    classes : array-like, default=None
        All labels that there are, or the names of the labels 0…c−1, in order.

    Returns
    -------
    votes : Votes
        Tasks and workers are numbers where all their names are. ``left_out`` counts
        tasks that nobody voted on.

    Raises
    ------
    ValueError
        If the file has another form, or holds no vote.

    See Also
    --------
    write_peerannot : The way back.

    References
    ----------
    .. [1] Lefort, Charlier, Joly & Salmon, "Peerannot: Classification for
       Crowdsourced Image Datasets with Python", Computo, 2024.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.annotators import read_peerannot
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "answers.json")
    ...     _ = path.write_text('{"0": {"5": 1, "7": 1}, "1": {"7": 0}}')
    ...     read_peerannot(path).to_wide(unlabeled=-1)
    array([[ 1,  1],
           [-1,  0]])
    """
    path = as_path(path)
    answers = _load(path)
    lines = []
    for task, votes in answers.items():
        where = f"{path}, task {task!r}"
        if not isinstance(votes, dict):
            raise ValueError(f"{where} is {shown(votes)}; expected {{worker: label}}.")
        lines += [(task, who, check_label(one, where)) for who, one in votes.items()]
    if not lines:
        raise ValueError(f"{path} holds no vote.")
    tasks, workers, labels = map(list, zip(*lines, strict=True))
    untouched = sum(not votes for votes in answers.values())
    names = names_of_keys(tasks), names_of_keys(workers)
    with errors_name(path):
        votes = Votes.from_long(*names, labels, unlabeled=None)
        votes = votes.without({"untouched": untouched})
        return votes if classes is None else named(votes, classes)


def named(votes, classes):
    """Return votes with all classes, or with names in the place of the codes 0…c−1."""
    samples, annotators, labels = votes.to_long()
    names = list(classes)
    if votes.classes.dtype.kind in "iu" and not set(votes.classes) <= set(names):
        if votes.classes.min() < 0 or votes.classes.max() >= len(names):
            raise ValueError(
                f"There are {len(names)} names of classes, but labels go from"
                f" {votes.classes.min()} to {votes.classes.max()}."
            )
        labels = [names[label] for label in labels]
    found = Votes.from_long(
        *(samples, annotators, labels),
        unlabeled=None,
        classes=names,
        among=votes.samples,
    )
    return found.without(votes.left_out)


def _load(path):
    try:
        found = json.loads(read_text(path).lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} isn't JSON: {error}.") from None
    except RecursionError:
        raise ValueError(f"{path} is nested too deeply to be read.") from None
    if not isinstance(found, dict):
        raise ValueError(f"{path} is {shown(found)}; expected {{task: {{…}}}}.")
    return found


def write_peerannot(votes: Votes, path: FilePath) -> None:
    """Write votes as ``answers.json`` of peerannot.

    Parameters
    ----------
    votes : Votes
        Labels that aren't whole numbers are written as their places in
        ``votes.classes``, since peerannot counts.

    path : str or path-like
        The file; what was there is replaced when all is written.

    See Also
    --------
    read_peerannot : The way back, with ``classes=votes.classes`` if labels are names.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknoisy.annotators import Votes, write_peerannot
    >>> votes = Votes.from_long([0, 0, 1], [5, 7, 7], [1, 1, 0])
    >>> with TemporaryDirectory() as folder:
    ...     write_peerannot(votes, Path(folder, "answers.json"))
    ...     print(Path(folder, "answers.json").read_text())
    {"0": {"5": 1, "7": 1}, "1": {"7": 0}}
    """
    whole = votes.classes.dtype.kind in "iu"
    labels = (votes.labels if whole else votes.label_codes).tolist()
    tasks, workers = as_keys(votes.samples), as_keys(votes.annotators)
    answers: dict[str, dict] = {task: {} for task in tasks}
    codes = votes.sample_codes, votes.annotator_codes
    for i, j, label in zip(*codes, labels, strict=True):
        answers[tasks[i]][workers[j]] = label
    with set_aside(path) as aside:
        aside.write_text(json.dumps(answers, ensure_ascii=False), encoding="utf-8")
