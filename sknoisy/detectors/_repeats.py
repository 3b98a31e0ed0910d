"""Several looks with other seeds: what is found on average, and how often."""

from dataclasses import replace

import numpy as np
from sklearn.base import clone

from sknoisy.detectors._evidence import believed_issues


def examine_repeatedly(detector, seeds, X, codes, known):
    """Return the mean evidence, and the share of looks that flag each label.

    Parameters
    ----------
    detector : detector
        Gets the attributes that its own look would have given it, those with one
        number a sample and class as means.

    seeds : sequence of int
        For each look.

    X, codes, known
        What is looked at, and what is known besides.
    """
    found, lookers = [], []
    for seed in seeds:
        one = clone(detector).set_params(random_state=seed, n_repeats=1)
        one.classes_ = detector.classes_
        found.append(one._examine(X, codes, **known))
        lookers.append(one)
    for name, value in vars(lookers[-1]).items():
        if name.endswith("_") and name != "classes_":
            values = [getattr(one, name) for one in lookers]
            setattr(detector, name, _mean(values) if _are_floats(value) else value)
    frequency = np.mean([believed_issues(one) for one in found], axis=0)
    return _average(found, codes, frequency), frequency


def _average(found, codes, frequency):
    first = found[0]
    votes = np.zeros((len(codes), codes.max() + 1))
    for one in found:
        votes[np.arange(len(codes)), one.suggested] += 1
    given = votes[np.arange(len(codes)), codes]
    outvoted = votes.max(axis=1) > given
    is_issue = None if first.is_issue is None else frequency > 0.5
    # who is flagged is flagged for another class, where any look names one
    others = votes.copy()
    others[np.arange(len(codes)), codes] = 0
    named = others.max(axis=1) > 0
    moves = outvoted if is_issue is None else is_issue & named | outvoted & ~is_issue
    means: dict = {
        name: _mean([getattr(one, name) for one in found])
        for name in ("pred_probs", "looks", "noise_rate", "transition")
        if getattr(first, name) is not None
    }
    return replace(
        first,
        quality=_mean([one.quality for one in found]),
        suggested=np.where(moves, others.argmax(axis=1), codes),
        is_issue=is_issue,
        **means,
    )


def _mean(values):
    return np.mean(values, axis=0)


def _are_floats(value):
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"
