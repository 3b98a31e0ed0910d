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


def run_folds(estimators, X, labels, splits, scorer, n_jobs, journal, on_method):
    """Return what each method reached: a Bunch of arrays with an entry per fold.

    What the `journal` holds is not done again. `on_method` is called with all results
    so far whenever a method is through.
    """
    every = [(name, fold) for name in estimators for fold in range(len(splits))]
    tasks = [(name, fold) for name, fold in every if not journal.get(name, fold)]
    outcomes = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_run_fold)(estimators[name], X, labels, splits[fold], scorer)
        for name, fold in tasks
    )
    done = {at: journal.get(*at) for at in every if journal.get(*at)}
    results: dict = {}
    _join(estimators, splits, done, results)
    with Progress([name for name, _ in tasks]) as progress:
        for (name, fold), outcome in zip(tasks, outcomes, strict=True):
            done[name, fold] = outcome
            journal.add(name, fold, outcome)
            if _join(estimators, splits, done, results):
                on_method(results)
            progress.tick()
    return {name: results[name] for name in estimators}


def _join(estimators, splits, done, results):
    """Add methods of which all folds are done to `results`; say whether there are."""
    whole = [
        name
        for name in estimators
        if name not in results
        and all((name, fold) in done for fold in range(len(splits)))
    ]
    for name in whole:
        results[name] = _joined([done[name, fold] for fold in range(len(splits))])
    return bool(whole)


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
