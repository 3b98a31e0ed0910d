"""A column, and what it was taken for."""

from dataclasses import dataclass

from sknoisy._data_types import Label

__all__ = ["FEATURES", "Column", "text_of"]

FEATURES = ("number", "category", "date", "text")


def text_of(name):
    """Return the name of a column as a text, `a.b` for one of two levels."""
    return ".".join(map(str, name)) if isinstance(name, tuple) else str(name)


@dataclass(frozen=True)
class Column:
    """A column of a table, what it was taken for, and why.

    Parameters
    ----------
    name : str
        Its name.

    role : str
        "number", "category", "date" and "text" are features. The others aren't: "id",
        "row number", "constant", "empty", "group" (whose rows belong together),
        "opinion" (a label of the same samples, by others) and "ignored".

    reason : str, default=""
        Why, for people.

    decimal : "." , "," or None, default=None
        The decimal sign of its numbers, where they came as text.

    Attributes
    ----------
    is_feature : bool
        Whether something is learned from it.

    text : str
        Its name as a text, `a.b` for one of two levels.

    See Also
    --------
    describe_columns : Makes them.

    Examples
    --------
    >>> from sknoisy.tables import Column
    >>> print(Column("price", "number", "numbers, written as '$3', read as 3"))
    price: number (numbers, written as '$3', read as 3)
    """

    name: Label
    role: str
    reason: str = ""
    decimal: str | None = None

    @property
    def is_feature(self) -> bool:
        """Whether something is learned from it."""
        return self.role in FEATURES

    @property
    def text(self) -> str:
        """Its name as a text: numbers and names of several levels would be places."""
        return text_of(self.name)

    def __str__(self):
        return f"{self.text}: {self.role}" + (
            f" ({self.reason})" if self.reason else ""
        )
