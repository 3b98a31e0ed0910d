"""A network whose folds train together."""

from dataclasses import dataclass, replace

import numpy as np

from sknoisy.auto._by_folds import ByFolds
from sknoisy.auto._task import Opinion

STEPS, BATCH, FEWEST = 200, 512, 10  # of the optimizer; samples; epochs
HIDDEN = (128, 128)


@dataclass
class Network(ByFolds):
    """Two hidden layers with dropout, a fixed number of steps; see `ByFolds`."""

    def judge(self, rows, task):
        """Return the `Opinion` of this judge."""
        from sknoisy.model_selection import batched_cross_val_predict

        X, weight = self._numbers(rows), self._weight(task)
        made = replace(self, classifier=_make(task))
        there = np.arange(len(task.codes)) if weight is None else np.flatnonzero(weight)
        folds = [(np.intersect1d(train, there), test) for train, test in task.folds]
        told = batched_cross_val_predict(
            made.classifier,
            X,
            task.codes,
            cv=folds,
            params=None if weight is None else {"sample_weight": weight},
        )
        missing = task.n_classes - told.shape[1]
        told = np.pad(told, ((0, 0), (0, missing)))
        return Opinion(told, lambda: made._finish(X, task, weight))

    def _numbers(self, rows):
        return rows.get(self.view).astype(np.float32)


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
