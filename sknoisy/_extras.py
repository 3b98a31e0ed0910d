"""Packages that only some users need, and what to say where they are missing."""

from importlib import import_module
from types import ModuleType

__all__ = ["import_extra"]


def import_extra(module: str, extra: str, *, what: str) -> ModuleType:
    """Import a module of an extra, or say how to install it.

    Parameters
    ----------
    module : str
        Its full name.

    extra : str
        What brings it, of those in pyproject.toml.

    what : str
        What needs it, as users call that.

    Raises
    ------
    ImportError
        If it isn't there.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ImportError(
            f'{what} needs {package}: pip install "sknoisy[{extra}]".'
        ) from error
