"""Texts in numpydoc's form: what one doesn't say is added from where it is said."""

import inspect
import re
from collections.abc import Callable
from typing import Any

from sknoisy._data_types import Function

HEADER = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)
ENTRIES = ("Parameters", "Attributes")


def told_as_in(*others: Callable[..., Any]) -> Callable[[Function], Function]:
    """Decorate a function or class: parameters that it has, and doesn't tell, are told.

    Parameters
    ----------
    *others : functions or classes
        Whose texts have the entries; the first that has one is taken.
    """

    def decorate(one: Function) -> Function:
        one.__doc__ = completed(one, *others, only=("Parameters",))
        return one

    return decorate


def completed(one, *others, only=ENTRIES):
    """Return the text of `one`, with entries of parameters and attributes of `others`.

    Parameters are told in the order of the signature; attributes after its own.
    """
    if not one.__doc__:  # python -OO leaves them out
        return None
    head, own = sections(one.__doc__)
    told = {title: entries(own, title) for title in only}
    for other in others:
        theirs = sections(other.__doc__ or "")[1]
        told = {
            title: told[title] | entries(theirs, title) | told[title] for title in only
        }
    names = map(named, inspect.signature(one).parameters.values())
    known = told["Parameters"]
    told["Parameters"] = {name: known[name] for name in names if name in known}
    texts = {title: "\n\n".join(told[title].values()) for title in only}
    parts = [f"{t}\n{'-' * len(t)}\n{s}" for t, s in (texts | own | texts).items()]
    return "\n\n".join([head, *parts]) + "\n"


def named(parameter):
    """Return the name of a parameter as texts have it, with its stars."""
    return str(parameter.replace(annotation=parameter.empty, default=parameter.empty))


def sections(text):
    """Return what a docstring says first, and its sections by title."""
    head, *rest = HEADER.split(inspect.cleandoc(text))
    titles, texts = rest[::2], map(str.rstrip, rest[1::2])
    return head.rstrip(), dict(zip(titles, texts, strict=True))


def entries(told, title):
    """Return the entries of a section, by the names that they begin with."""
    found = re.split(r"\n\n(?=\S)", told.get(title, ""))
    return {entry.split(" :")[0]: entry for entry in found if entry}
