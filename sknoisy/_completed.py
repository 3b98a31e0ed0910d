"""A class says what is its own; what its base takes is added to signature and help."""

import inspect
import re

HEADER = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)


class Completed:
    """Mixin: ``**training`` in an ``__init__`` stands for what the base class takes.

    ``inspect.signature``, ``get_params``, ``clone`` and ``help`` see every parameter,
    and the class's text tells all of them, in the order of the signature.
    """

    _own_parameters: tuple[str, ...] = ()  # beside self and the first one

    def __init_subclass__(cls, **kwargs):
        own = vars(cls).get("__init__")
        if own is not None and "training" in inspect.signature(own).parameters:
            base = next(one for one in cls.__mro__[1:] if "__init__" in vars(one))
            taken = list(inspect.signature(own).parameters)
            cls._own_parameters = tuple(n for n in taken[2:] if n != "training")
            own.__signature__ = completed_signature(own, vars(base)["__init__"])
            if cls.__doc__ and base.__doc__:  # neither under python -OO
                cls.__doc__ = completed_text(cls, base, own.__signature__)
        super().__init_subclass__(**kwargs)


class CompletedText:
    """Mixin: what a class doesn't tell of its parameters, the texts of its bases tell.

    Each parameter that the class names, and each attribute of a base, is told once: by
    the class where it is special there, else by the nearest base that has a text on it.
    """

    def __init_subclass__(cls, **kwargs):
        own = vars(cls).get("__init__")
        if own is not None and cls.__doc__:  # which python -OO leaves out
            signature = inspect.signature(own)
            for base in cls.__mro__[1:]:
                if issubclass(base, CompletedText) and vars(base).get("__doc__"):
                    cls.__doc__ = completed_text(cls, base, signature)
        super().__init_subclass__(**kwargs)


def completed_signature(own, base):
    """Return the signature of `own`, with what `base` takes in place of `training`."""
    signature = inspect.signature(own)
    *named, _ = signature.parameters.values()
    known = {parameter.name for parameter in named}
    others = inspect.signature(base).parameters.values()
    rest = [parameter for parameter in others if parameter.name not in known]
    return signature.replace(parameters=[*named, *rest])


def completed_text(cls, base, signature):
    """Return the text of `cls`, with the entries that only the text of `base` has."""
    head, own = sections(cls)
    theirs = sections(base)[1]
    parameters = entries(theirs, "Parameters") | entries(own, "Parameters")
    names = [
        str(p.replace(annotation=p.empty, default=p.empty))
        for p in signature.parameters.values()
    ]
    attributes = entries(own, "Attributes")
    attributes |= {
        name: text
        for name, text in entries(theirs, "Attributes").items()
        if name not in attributes
    }
    told = {
        "Parameters": "\n\n".join(parameters[n] for n in names if n in parameters),
        "Attributes": "\n\n".join(attributes.values()),
    }
    parts = [f"{t}\n{'-' * len(t)}\n{text}" for t, text in (told | own | told).items()]
    return "\n\n".join([head, *parts]) + "\n"


def sections(cls):
    """Return what a docstring says first, and its sections by title."""
    head, *rest = HEADER.split(inspect.cleandoc(cls.__doc__))
    titles, texts = rest[::2], map(str.rstrip, rest[1::2])
    return head.rstrip(), dict(zip(titles, texts, strict=True))


def entries(told, title):
    """Return the entries of a section, by the names that they begin with."""
    found = re.split(r"\n\n(?=\S)", told.get(title, ""))
    return {entry.split(" :")[0]: entry for entry in found if entry}
