"""Every method on every fold, one after another or in processes.

Worker processes import this file, so it loads no torch, which not all methods need.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.utils import Bunch
from sklearn.utils.parallel import Parallel, delayed

from sknoisy._cli._progress import Progress
from sknoisy.model_selection import noisy_cross_validate


@dataclass
class Labels:
    """Given labels, the clean ones where they are known, and where noise is from."""

    given: np.ndarray
    clean: np.ndarray | None
    source: str  # "made", "found" or "unknown"

    @property
    def noise_rate(self):
        """Share of given labels that are not the clean ones."""
        return None if self.clean is None else float(np.mean(self.given != self.clean))


def run_folds(estimators, X, labels, splits, scorer, n_jobs):
    """Return what each method reached: a Bunch of arrays with an entry per fold."""
    tasks = [(name, split) for name in estimators for split in splits]
    outcomes = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_run_fold)(estimators[name], X, labels, split, scorer)
        for name, split in tasks
    )
    folds = {name: [] for name in estimators}
    with Progress([name for name, _ in tasks]) as progress:
        for (name, _), outcome in zip(tasks, outcomes, strict=True):
            folds[name].append(outcome)
            progress.tick()
    return {name: _joined(outcomes) for name, outcomes in folds.items()}


def _run_fold(estimator, X, labels, split, scorer):
    """Cross-validate on one fold; keep warnings and errors for the report."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = noisy_cross_validate(
                estimator,
                X,
                labels.given,
                y_clean=labels.clean,
                cv=[split],
                scoring=scorer,
            )
            error = None
        except Exception as failure:  # the other methods' results mustn't be lost
            found, error = None, f"{type(failure).__name__}: {failure}"
    messages = [str(warning.message).strip().split("\n")[0] for warning in caught]
    return Bunch(found=found, error=error, warnings=messages)


def _joined(outcomes):
    errors = [outcome.error for outcome in outcomes if outcome.error]
    joined = Bunch(
        error=errors[0] if errors else None,
        warnings=sorted({m for outcome in outcomes for m in outcome.warnings}),
    )
    if not errors:
        for name in outcomes[0].found:
            if name.startswith(("test_", "fit_", "score_")):
                joined[name] = np.concatenate([o.found[name] for o in outcomes])
    return joined
