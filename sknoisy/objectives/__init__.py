"""Objectives: how a method turns a batch into one scalar, and what it remembers."""

from sknoisy.objectives._base import MeanLoss, Objective

__all__ = ["MeanLoss", "Objective"]
