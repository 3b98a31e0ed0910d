"""How something that learns is made for a table; loads no torch."""

from collections.abc import Callable
from dataclasses import dataclass

from sklearn.pipeline import Pipeline


@dataclass(frozen=True)
class Method:
    """How to make a classifier for a table, and what it wants done to features."""

    make: Callable
    prepare: Callable

    def pipeline(self, table, seed):
        """Return the unfitted estimator, with the steps that `table` needs before."""
        classifier = self.make(table).set_params(random_state=seed)
        return Pipeline([*self.prepare(table), ("classify", classifier)])
