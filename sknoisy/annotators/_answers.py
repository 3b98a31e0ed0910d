"""Answers that people gave in a labelling tool, and those that were left out."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sknoisy._json import check_label
from sknoisy.annotators._votes import Votes

__all__ = ["Answers"]


@dataclass(eq=False)
class Answers:
    """What people answered in a labelling tool: one entry an answer.

    The readers, such as :func:`read_label_studio`, make it.

    Parameters
    ----------
    tasks : list of length n_answers
        What was asked: the tool's own number or name of each task.

    annotators : list of length n_answers
        Who answered; "" where the tool doesn't say.

    labels : list of length n_answers
        The label each answer chose.

    data : dict
        What people saw of each task, by the task's name.

    left_out : dict of str to int
        How many answers were not taken, by reason.

    source : str
        Where they are from, for messages.

    See Also
    --------
    read_label_studio, read_argilla, read_prodigy, read_doccano : Read them.
    Votes : What ``answers.to_votes()`` makes of them, for `dawid_skene` and its kin.

    Examples
    --------
    >>> from sknoisy.annotators import Answers, majority_vote
    >>> answers = Answers([7, 7, 8], ["ann", "bob", "ann"], ["cat", "dog", "cat"])
    >>> len(answers)
    3
    >>> print(answers)
    3 answers on 2 tasks by 2 annotators
    >>> majority_vote(answers.to_votes()).labels
    array(['cat', 'cat'], dtype='<U3')
    """

    tasks: list
    annotators: list
    labels: list
    data: dict = field(default_factory=dict)
    left_out: dict = field(default_factory=dict)
    source: str = ""

    def __len__(self):
        return len(self.labels)

    def __array__(self, dtype=None, copy=None):
        raise TypeError("Answers are no votes yet: pass answers.to_votes().")

    def to_votes(self, **options: Any) -> Votes:
        """Return them as `Votes`.

        Parameters
        ----------
        **options : dict
            As of ``Votes.from_long``, such as ``repeated="last"`` for who has answered
            a task twice.

        Returns
        -------
        votes : Votes
            Who the tool doesn't name is an annotator called "?". ``left_out`` counts
            what the reader has left out, too.
        """
        people = [who if who != "" else "?" for who in self.annotators]
        votes = Votes.from_long(self.tasks, people, self.labels, **options)
        return votes.without(self.left_out)

    def __str__(self):
        told = (
            f"{_counted(self.labels, 'answer')} on {_counted(set(self.tasks), 'task')}"
            f" by {_counted(set(self.annotators), 'annotator')}"
        )
        return f"{told}; left out: {self._reasons()}" if self.left_out else told

    def _reasons(self):
        counts = sorted(self.left_out.items(), key=lambda item: -item[1])
        return ", ".join(f"{count:,} {reason}" for reason, count in counts)


def _counted(things, name):
    return f"{len(things):,} {name}{'' if len(things) == 1 else 's'}"


def joined(parts):
    """Return what several files hold as the answers of one."""
    whole = Answers([], [], [], source=", ".join(part.source for part in parts))
    left_out: Counter[str] = Counter()
    for part in parts:
        whole.tasks += part.tasks
        whole.annotators += part.annotators
        whole.labels += part.labels
        whole.data.update(part.data)
        left_out.update(part.left_out)
    whole.left_out = dict(left_out)
    return whole


class Collector:
    """Takes answers one by one, and counts those that it doesn't take."""

    def __init__(self, source):
        self.answers = Answers([], [], [], source=str(source))
        self.left_out: Counter[str] = Counter()

    def show(self, task, data):
        """Remember what people saw of a task."""
        self.answers.data[task] = data

    def take(self, task, annotator, labels, where):
        """Take the label that somebody chose; several at once are no label."""
        labels = [check_label(label, where) for label in labels]
        if len(labels) != 1:
            return self.skip("several labels at once" if labels else "empty")
        self.answers.tasks.append(task)
        self.answers.annotators.append(annotator)
        self.answers.labels.append(labels[0])
        return None

    def skip(self, reason):
        """Leave an answer out."""
        self.left_out[reason] += 1

    def done(self):
        """Return the answers, or say that there are none."""
        self.answers.left_out = dict(self.left_out)
        if not self.answers.labels:
            found = self.answers._reasons() or "no answer at all"
            raise ValueError(
                f"{self.answers.source} holds nothing that could be taken for a label:"
                f" {found}."
            )
        return self.answers
