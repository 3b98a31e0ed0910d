"""The table of all methods that the page of the API shows."""

import inspect

from sknoisy import objectives
from sknoisy.classifiers import METHODS
from sknoisy.classifiers._correction import Correction
from sknoisy.classifiers._method import ObjectiveMethod, takes_any_loss

HEAD = """.. data:: sknoisy.classifiers.METHODS

   What ``NoisyLabelClassifier(method=…)`` knows by name. Parameters are set as
   ``method__*``; the linked classes say which there are.

   .. list-table::
      :header-rows: 1

      * - ``method=``
        - what it does
        - networks
        - ``loss=``
        - more
"""
ELSEWHERE = {
    "plain": (
        "Learns the loss, and does nothing else.",
        1,
        "any",
        ":mod:`sknoisy.losses`",
    ),
    "mutual_learning": (
        "Networks learn from labels, from one another and from a teacher.",
        "2 or more",
        "any",
        ":class:`~sknoisy.classifiers.MutualLearningClassifier`",
    ),
}


def row(name):
    """Return the cells of a method: what it does, networks, losses, where to read."""
    method = METHODS[name]
    if isinstance(method, ObjectiveMethod):
        kind = method.kind
        told = inspect.getdoc(kind).splitlines()[0].replace(" [1]_", "")
        own = " or ".join(f'"{one}"' for one in kind.made_for) or "its own"
        losses = "any" if takes_any_loss(kind) else own
        public = next(n for n in objectives.__all__ if getattr(objectives, n) is kind)
        return told, kind.n_networks, losses, f":class:`~sknoisy.objectives.{public}`"
    if isinstance(method, Correction):
        told, only_ce = method.kind.says, method.kind.instead is not None
        door = ":class:`~sknoisy.classifiers.TransitionCorrectedClassifier`"
        return told, 1, '"ce"' if only_ce else "any", door
    return ELSEWHERE[name]


def methods_table():
    """Return the table in reStructuredText."""
    rows = []
    for name in METHODS:
        first, *others = (f'``"{name}"``', *row(name))
        cells = [f"      * - {first}", *(f"        - {cell}" for cell in others)]
        rows.append("\n".join(cells))
    return HEAD + "\n".join(["", *rows, ""])
