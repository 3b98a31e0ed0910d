"""Columns that know the label: copies of it, other people's votes, tables of votes."""

import numpy as np

from sknoisy._table_errors import TableError
from sknoisy.tables._column import Column
from sknoisy.tables._hints import names_opinion, names_task, names_worker
from sknoisy.tables._read_as import as_texts
from sknoisy.tables._stripped import stripped

__all__ = ["check_no_votes", "find_opinions", "find_votes"]

# agreement beyond chance (Cohen's kappa) that makes a column a label, too; with 40 % of
# wrong labels, the true ones share little with them, so that their name has to tell
KAPPA, KAPPA_IF_NAMED = 0.7, 0.1
FEWEST, SLIPS = 11, 0.02  # rows of a label that is no slip; share of those that may be


def find_opinions(frame, columns, y, said=()):
    """Return `columns`, those that tell the label taken out of the features.

    A feature that says the same as the given label would vouch for it, wrong or not.
    """
    given = np.asarray(y).astype(str)
    labels = set(given.tolist())
    judged = [
        _judged(column, frame[column.name], given, labels)
        if column.role in ("category", "number") and column.name not in said
        else column
        for column in columns
    ]
    return judged if any(column.is_feature for column in judged) else columns


def _judged(column, cells, given, labels):
    if cells.nunique() > 2 * len(labels) + 1:  # too many words to be the label's
        return column
    texts = stripped(as_texts(cells)).to_numpy(dtype=str)
    reason = _copy(texts, given) or _vote(column.name, texts, given, labels)
    return Column(column.name, "opinion", reason) if reason else column


def _copy(texts, given):
    """Return why a column is the label in other words, if each stands for one.

    Labels that hardly any row has are slips of the pen, mostly, and count for nothing.
    """
    is_rare = _are_rare(given)
    if 0 < is_rare.mean() <= SLIPS:
        texts, given = texts[~is_rare], given[~is_rare]
    values, codes = np.unique(texts, return_inverse=True)
    labels, label_codes = np.unique(given, return_inverse=True)
    if len(values) != len(labels) or len(values) < 2:
        return ""
    n_pairs = len(np.unique(codes.astype(np.int64) * len(labels) + label_codes))
    if n_pairs > len(labels) or len(given) < max(20, 3 * len(labels)):
        return ""
    return "the label in other words: each of its values goes with one class only"


def _are_rare(given):
    codes, counts = np.unique(given, return_inverse=True, return_counts=True)[1:]
    return counts[codes] < FEWEST


def _vote(name, texts, given, labels):
    """Return why a column is another opinion, if it uses the label's words."""
    values = set(np.unique(texts).tolist()) - {""}
    common = values & labels
    if len(common) < 2 or len(common) < 0.8 * len(values):
        return ""
    # 0 and 1 are no words of a label's own, unless the name says so
    named = names_opinion(name)
    if all(map(_is_short, common)) and not named:
        return ""
    known = texts != ""
    agreed, kappa = _agreement(texts[known], given[known])
    if kappa < (KAPPA_IF_NAMED if named else KAPPA):
        return ""
    return f"the label's own words, and the same as the label in {agreed:.0%} of rows"


def _agreement(texts, given):
    """Return the share of equal words, and how far it is beyond chance."""
    agreed = np.mean(texts == given)
    chance = sum(np.mean(texts == v) * np.mean(given == v) for v in np.unique(texts))
    return agreed, (agreed - chance) / max(1 - chance, 1e-9)


def _is_short(value):
    return len(value) < 2 or value.lstrip("-").isdigit() or value.lower() in _TRUTHS


_TRUTHS = ("yes", "no", "true", "false", "none")


def check_no_votes(frame, columns, label, about):
    """Refuse a long table of votes: a task, a worker and what the worker says.

    Its rows are no samples, and neither task nor worker is a feature.
    """
    task, worker = find_votes(frame, columns)
    if task is not None:
        raise TableError(
            f"{about}this looks like a table of votes, in which a row says what"
            f" label {worker!r} gave to {task!r}, so a sample has several rows."
            " Make one label a sample of them first, with"
            " sknoisy.annotators.pivot_votes"
            f"(frame[{task!r}], frame[{worker!r}], frame[{label!r}]) and"
            " sknoisy.annotators.dawid_skene, or train on all votes with"
            f" ConsensusClassifier. If {worker!r} is no voter, say --ignore"
            f" {worker}."
        )


def find_votes(frame, columns):
    """Return the columns of tasks and of workers of a table of votes, or None twice."""
    who = [c.name for c in columns if names_worker(c.name) and c.role != "text"]
    what = [c.name for c in columns if c.name not in who]
    features = [c.name for c in columns if c.is_feature]
    for worker in who:
        for task in sorted(what, key=lambda name: not names_task(name)):
            others = [name for name in features if name not in (worker, task)]
            if _are_votes(frame, task, worker) and (names_task(task) or not others):
                return task, worker
    return None, None


def _are_votes(frame, task, worker):
    """Whether each pair is there once at most, and both come again."""
    n = len(frame)
    pairs = frame[[task, worker]]
    n_tasks, n_workers = frame[task].nunique(), frame[worker].nunique()
    if n_tasks > n / 1.5 or n_workers > n / 2 or n_tasks < 2 or n_workers < 2:
        return False
    return pairs.duplicated().mean() < 0.02
