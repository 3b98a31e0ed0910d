"""Displays: what was learned of labels and methods, as pictures."""

from sknoisy.inspection._comparison import ComparisonDisplay

__all__ = ["ComparisonDisplay"]
