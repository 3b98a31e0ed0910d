"""Look-up of things by name, with one sentence for every name that isn't known."""

from difflib import get_close_matches


def did_you_mean(name, known):
    """Return ``" did you mean 'x'?"`` where `known` holds a name close to `name`."""
    close = get_close_matches(str(name), list(known), n=1)
    return f" did you mean {close[0]!r}?" if close else ""


def lookup(name, registry, *, parameter, kind, otherwise=""):
    """Return ``registry[name]``, or say which names there are.

    Parameters
    ----------
    name : str
        What the user gave.

    registry : dict
        Names and the things they stand for.

    parameter : str
        The parameter that the user set, for the message.

    kind : str
        What the names stand for, with its article: "a loss".

    otherwise : str, default=""
        What may be given instead of a name, for the message.
    """
    if isinstance(name, str) and name in registry:
        return registry[name]
    hint = did_you_mean(name, registry)
    instead = f"; or pass {otherwise}" if otherwise else ""
    raise ValueError(
        f"{parameter}={name!r} is not {kind} sknoisy knows{';' if hint else '.'}{hint}"
        f" It knows: {', '.join(sorted(registry))}{instead}."
    )
