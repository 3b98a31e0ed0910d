"""A network whose folds train together."""

from dataclasses import dataclass, replace

import numpy as np

from sknoisy._weights import those_present
from sknoisy.auto._by_folds import ByFolds

STEPS, BATCH, FEWEST = 200, 512, 10  # of the optimizer; samples; epochs
HIDDEN = (128, 128)


@dataclass
class Network(ByFolds):
    """Two hidden layers with dropout, a fixed number of steps; see `ByFolds`."""

    def judge(self, rows, task):
        """Return the `Opinion` of this judge."""
        return ByFolds.judge(replace(self, classifier=_make(task)), rows, task)

    def _predict(self, X, task, weight):
        from sknoisy.model_selection import batched_cross_val_predict

        there = those_present(np.arange(len(task.codes)), weight)
        return batched_cross_val_predict(
            self.classifier,
            X,
            task.codes,
            cv=[(np.intersect1d(train, there), test) for train, test in task.folds],
            params=None if weight is None else {"sample_weight": weight},
        )


def _make(task):
    from sknoisy.classifiers import NoisyLabelClassifier

    per_epoch = -(-len(task.codes) // BATCH)
    return NoisyLabelClassifier(
        loss="ce",
        max_epochs=max(FEWEST, round(STEPS / per_epoch)),
        batch_size=BATCH,
        device="cpu",
        unlabeled=None,
        random_state=task.seed,
        module__hidden=HIDDEN,
    )
