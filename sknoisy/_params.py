"""Parameters such as ``module__hidden``, which an estimator hands on to its parts."""

import inspect
from typing import Any, ClassVar, Self

from sknoisy._estimators import BaseEstimator
from sknoisy._registry import did_you_mean
from sknoisy._shown import shown


class RoutedParams(BaseEstimator):
    """Mixin: parameters for an estimator's parts, beside those `__init__` names.

    A class lists its prefixes in `_routes` and stores the keyword arguments that
    its `__init__` doesn't name in one private attribute, `_routed`. That bends
    scikit-learn's rule of explicit parameters, as skorch does; `get_params`,
    `set_params` and `clone` know them all the same.
    """

    _routes: ClassVar[tuple[str, ...]] = ()
    _routed: dict[str, Any]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters of this estimator, the handed-on ones included.

        Parameters
        ----------
        deep : bool, default=True
            Whether to return the parameters of contained estimators, too.

        Returns
        -------
        params : dict
            Parameter names mapped to their values.
        """
        return {**super().get_params(deep), **self._routed}

    def set_params(self, **params: Any) -> Self:
        """Set the parameters of this estimator, e.g. ``module__hidden=(64, 64)``.

        Parameters
        ----------
        **params : dict
            Parameter names mapped to their new values.

        Returns
        -------
        self : estimator instance
            This estimator.
        """
        routed = {
            name: value
            for name, value in params.items()
            if name.startswith(tuple(f"{part}__" for part in self._routes))
        }
        others = {k: v for k, v in params.items() if k not in routed}
        self._check_parts_of(others)
        super().set_params(**others)
        self._routed = {**self._routed, **routed}
        return self

    def _check_parts_of(self, given):
        """Refuse ``augment__scale`` without such an `augment`."""
        own = {**super().get_params(deep=False), **given}
        for name in given:
            part, nested, rest = name.partition("__")
            if nested and part in own and not hasattr(own[part], "set_params"):
                raise ValueError(
                    f"{name} sets {rest} of {part}, but {part}={shown(own[part])} has"
                    " no parameters to set: name one that has set_params."
                )

    def _check_routed(self):
        # in fit, not in __init__: scikit-learn calls __init__ with any name it sees
        prefixes = [f"{part}__" for part in self._routes]
        for name in self._routed:
            if not name.startswith(tuple(prefixes)):
                known = [*super().get_params(deep=False), *prefixes]
                hint = did_you_mean(name, known)
                raise TypeError(
                    f"{type(self).__name__} got an unexpected argument {name!r}"
                    f"{';' if hint else '.'}{hint} What it hands on to its parts"
                    f" starts with one of {prefixes}."
                )

    def _routed_to(self, part):
        return routed_to(part, self._routed)

    def _by_part(self):
        """Return all that is handed on, without prefixes, by the part that gets it."""
        return {part: routed_to(part, self._routed) for part in self._routes}

    def _still_routed(self, *parts):
        return prefixed(**{part: self._routed_to(part) for part in parts})


def routed_to(part, given):
    """Return those of `given` that are handed on to a part, without its prefix."""
    prefix = f"{part}__"
    return {
        name.removeprefix(prefix): value
        for name, value in given.items()
        if name.startswith(prefix)
    }


def parted(given, part):
    """Return those of `given` that aren't handed on, and those that a part gets."""
    handed = routed_to(part, given)
    kept = {n: v for n, v in given.items() if not n.startswith(f"{part}__")}
    return kept, handed


def prefixed(**parts):
    """Return what several parts get in one dictionary, as it was handed on."""
    return {
        f"{part}__{name}": value
        for part, given in parts.items()
        for name, value in given.items()
    }


def choose_arguments(function, *, given, facts, part, skip=0, complete=True):
    """Return keyword arguments for `function`: those given, and the facts it names.

    Complains of names that it doesn't take, and of what it needs and doesn't get.

    Parameters
    ----------
    function : callable
        A class or function whose signature tells what it takes.

    given : dict
        What the user set; every name must be one that `function` takes.

    facts : dict
        What is known of the data; handed over where the signature asks for it.

    part : str or None
        The user's prefix, for the message: ``"loss"`` in ``loss__q``; None for none.

    skip : int, default=0
        How many leading parameters are not the user's to set.

    complete : bool, default=True
        Whether this is all that `function` will get.
    """
    parameters = list(inspect.signature(function).parameters.values())[skip:]
    prefix = f"{part}__" if part else ""
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    names = [
        p.name
        for p in parameters
        if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    for name in given:
        if name not in names and not takes_any:
            label = getattr(function, "__name__", type(function).__name__)
            hint = did_you_mean(name, names)
            takes = ", ".join(n for n in names if n not in facts) or "no parameters"
            raise ValueError(
                f"{prefix}{name} is not a parameter of {label}{';' if hint else '.'}"
                f"{hint} It takes: {takes}."
            )
    chosen = {**{n: facts[n] for n in names if n in facts}, **given}
    for p in parameters:
        missing = p.name in names and p.default is p.empty and p.name not in chosen
        if missing and complete:
            label = getattr(function, "__name__", type(function).__name__)
            offered = f", or ask for some of: {', '.join(facts)}" if facts else ""
            raise ValueError(
                f"{label} needs {p.name!r}, and nobody gave it: set {prefix}{p.name}"
                f"{offered}."
            )
    return chosen
