"""The names of the parameters of parts, such as ``loss__q``, for type checkers.

They read the stub beside this file, which ``tests/training_names.py`` makes.
"""

from sknoisy._completed import Completed


class PartNames(Completed):
    """What every classifier hands on."""


class MethodNames(Completed):
    """What is handed on to a method of any name."""
