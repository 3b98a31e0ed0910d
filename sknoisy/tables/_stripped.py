"""Texts without the blanks around them."""

__all__ = ["stripped"]


def stripped(texts):
    """Return a Series of str without blanks around them."""
    different = texts.unique()  # far fewer than cells, mostly
    return texts.map(dict(zip(different, map(str.strip, different), strict=True)))
