"""Which of the compared methods to take, in one sentence, and why."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Recommendation:
    """One method, and what speaks for it.

    Parameters
    ----------
    name : str

    why : str
    """

    name: str
    why: str

    def __str__(self):
        return f"recommended: {self.name}, {self.why}"


def recommend(results, score):
    """Return the `Recommendation`: the cheapest of those that are as good as the best.

    As good is who is behind the best by no more than a standard error of the paired
    differences over folds. Clean scores decide, where there are any.

    Parameters
    ----------
    results : dict of str to Bunch
        As `run_folds` returns them, without those that failed.

    score : str
        What was scored, as people call it.
    """
    clean = all("test_clean_score" in found for found in results.values())
    kind = "clean" if clean else "noisy"
    scores = {name: found[f"test_{kind}_score"] for name, found in results.items()}
    seconds = {name: found.fit_cpu_time.mean() for name, found in results.items()}
    best = max(scores, key=lambda name: scores[name].mean())
    equals = [name for name in scores if _as_good(scores[name], scores[best])]
    name = min(equals, key=lambda name: seconds[name])
    why = _why(name, best, equals, scores, seconds, f"{kind} {score}")
    return Recommendation(name, why if clean else f"{why} {CAVEAT}")


CAVEAT = (
    "Labels that are wrong were scored on, too: where a class is mostly mistaken for"
    " one other, a lead may mean that the mistake was learned."
)


def _as_good(scores, best):
    behind = best - scores
    error = behind.std(ddof=1) / np.sqrt(len(behind)) if len(behind) > 1 else 0.0
    return bool(behind.mean() <= error)


def _why(name, best, equals, scores, seconds, what):
    said = f"{what} {scores[name].mean():.3f}:"
    if name != best:
        return (
            f"{said} {best} has {scores[best].mean():.3f}, no more than a standard"
            " error over folds ahead, and takes"
            f" {_times(seconds[best], seconds[name])} the CPU time."
        )
    others = [other for other in scores if other != name]
    if not others:
        return f"{said} nothing else was compared."
    if len(equals) > 1:
        return f"{said} the best, and the cheapest of {len(equals)} as good."
    second = max(others, key=lambda other: scores[other].mean())
    lead = scores[name].mean() - scores[second].mean()
    return (
        f"{said} the best; {second}, next, is {lead:.3f} behind, more than a standard"
        " error over folds."
    )


def _times(dearer, cheaper):
    return f"{dearer / max(cheaper, 1e-9):.2g} times"
