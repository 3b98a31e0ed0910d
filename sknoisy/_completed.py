"""A class names its own parameters; those of its bases are added, with their texts."""

import inspect
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Any, ClassVar, dataclass_transform, get_origin

from sknoisy._habits import KnowsHabits
from sknoisy._params import RoutedParams
from sknoisy._told import completed


@dataclass
class Field:
    """The default of a parameter, and whether it must be given by its name."""

    default: Any
    kw_only: bool


def field(*, default: Any, kw_only: bool) -> Any:
    """Return the default of a parameter that may be given without its name, too."""
    return Field(default, kw_only)


class CompletedText:
    """Mixin: what a class doesn't tell of its parameters, the texts of its bases tell.

    Each parameter that the class names, and each attribute of a base, is told once: by
    the class where it is special there, else by the nearest base that has a text on it.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls):
            ours = [one for one in cls.__mro__[1:] if issubclass(one, CompletedText)]
            cls.__doc__ = completed(cls, *ours)


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
class Completed(CompletedText, KnowsHabits, RoutedParams):
    """Mixin: what the body of a class annotates and gives a default is a parameter.

    The constructor is made of these and of the parameters of the bases; it stores them
    and does nothing else. ``inspect.signature``, ``get_params``, ``clone`` and ``help``
    see every parameter, and the class's text tells all of them, in the order of the
    signature. A name that begins with an underscore is no parameter.
    """

    _own_parameters: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **routed: object) -> None:
        self._routed = routed

    def __init_subclass__(cls, **kwargs):
        if "__init__" in vars(cls):
            add_signature(cls)
        elif own := own_parameters(cls):
            cls._own_parameters = tuple(own)
            add_constructor(cls, own)
        super().__init_subclass__(**kwargs)


def add_signature(cls: Any):
    """Say what ``**kwargs`` of an ``__init__`` written by hand stand for: the base's.

    Else `get_params` would leave out what it hands on, and a clone forget it.
    """
    signature = inspect.signature(cls.__init__)
    own = dict(signature.parameters)
    rest = [p for p in own.values() if p.kind is p.VAR_KEYWORD]
    if rest:
        del own[rest[0].name]
        base = inspect.signature(super(cls, cls).__init__).parameters
        for name, taken in base.items():
            named = taken.kind is not taken.VAR_KEYWORD
            taken = taken.replace(kind=taken.KEYWORD_ONLY) if named else taken
            own.setdefault(name, taken)
        ordered = sorted(own.values(), key=lambda p: p.kind)
        cls.__init__.__signature__ = signature.replace(parameters=ordered)


def own_parameters(cls):
    """Return the parameters that the body of a class names, and take them out of it.

    As attributes of the class they would be there for those who ask a class. A value
    for a parameter of a base is its new default, without an annotation, too.
    """
    found = {}
    annotated = inspect.get_annotations(cls)
    inherited = inspect.signature(super(cls, cls).__init__).parameters
    for name, value in vars(cls).items():
        base = inherited.get(name)
        if base and name not in annotated and not hasattr(value, "__get__"):
            found[name] = base.replace(default=value)
    for name, kind in annotated.items():
        hidden = name.startswith("_") or get_origin(kind) is ClassVar
        if hidden or name not in vars(cls):
            continue
        given = vars(cls)[name]
        given = given if isinstance(given, Field) else Field(given, kw_only=True)
        named, either = Parameter.KEYWORD_ONLY, Parameter.POSITIONAL_OR_KEYWORD
        place = named if given.kw_only else either
        found[name] = Parameter(name, place, default=given.default, annotation=kind)
    for name in found:
        delattr(cls, name)
    return found


def add_constructor(cls: Any, own):
    """Add an ``__init__`` that stores parameters of its own, and those of its base."""
    taken = dict(inspect.signature(cls.__init__).parameters)  # the base's, so far
    first = {"self": taken.pop("self")}
    ordered = sorted((first | own | taken | own).values(), key=lambda p: p.kind)
    signature = Signature(ordered, return_annotation=None)

    defaults = {p.name: p.default for p in ordered if p.default is not p.empty}

    def __init__(self, *args, **kwargs):
        if args:
            kwargs = dict(signature.bind(self, *args, **kwargs).arguments)
            del kwargs["self"]
            kwargs |= kwargs.pop("routed", {})
        stored = defaults | kwargs
        self._routed = {n: stored.pop(n) for n in kwargs if n not in defaults}
        vars(self).update(stored)

    about = {"__module__": cls.__module__, "__signature__": signature}
    about["__qualname__"] = f"{cls.__qualname__}.__init__"
    for name, value in about.items():
        setattr(__init__, name, value)
    cls.__init__ = __init__
