"""What a reader hands on: a frame or arrays, and what was said in the file."""

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Loaded"]


@dataclass
class Loaded:
    """The contents of a file, nothing learned from them yet.

    A file holds either a `frame` or named `arrays`. `said` are roles of columns that
    the file itself declares, and `label` the column or array that it calls the target.
    """

    frame: Any = None
    arrays: dict | None = None
    notes: list = field(default_factory=list)
    dialect: Any = None
    said: dict = field(default_factory=dict)
    label: str | None = None
