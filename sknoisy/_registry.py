"""Look-up of things by name, with one sentence for every name that isn't known."""

from difflib import SequenceMatcher, get_close_matches
from os.path import commonprefix

from sknoisy._doors import behind_another_door, translated
from sknoisy._shown import shown


def did_you_mean(name, known):
    """Return ``" did you mean 'x'?"`` where `known` holds a name close to `name`.

    Or one that means the same: what another library calls it isn't close.
    """
    name, known = str(name), list(known)
    meant = translated(name, known)
    if meant is not None:
        return f" did you mean {meant!r}?"
    close = get_close_matches(name, known)
    if not close:
        return ""

    def closeness(other):  # of equally close names, the one that begins the same way
        ratio = SequenceMatcher(None, name, other).ratio()
        return round(ratio, 6), len(commonprefix([name, other]))

    return f" did you mean {max(close, key=closeness)!r}?"


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
    elsewhere = behind_another_door(name, registry) if isinstance(name, str) else ""
    hint = "" if elsewhere else did_you_mean(name, registry)
    instead = f"; or pass {otherwise}" if otherwise else ""
    raise ValueError(
        f"{parameter}={shown(name)} is not {kind} sknoisy knows"
        f"{';' if hint else '.'}{hint}{elsewhere}"
        f" It knows: {', '.join(sorted(registry))}{instead}."
    )
