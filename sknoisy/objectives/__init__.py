"""Objectives: how a method turns a batch into one scalar, and what it remembers."""

from sknoisy.objectives._base import MeanLoss, Objective
from sknoisy.objectives._mixup import Mixup

OBJECTIVES = {}

__all__ = ["OBJECTIVES", "MeanLoss", "Mixup", "Objective"]
