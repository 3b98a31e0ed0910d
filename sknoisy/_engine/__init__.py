"""The engine: moves data, takes steps, and knows the method only as an objective."""

from sknoisy._engine.batches import ArrayDataset, Batches
from sknoisy._engine.net import Engine, StopTraining
from sknoisy._engine.networks import Networks, build_networks, fresh_copies

__all__ = [
    "ArrayDataset",
    "Batches",
    "Engine",
    "Networks",
    "StopTraining",
    "build_networks",
    "fresh_copies",
]
