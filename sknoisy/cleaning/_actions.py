"""What to do about labels that seem wrong: four small functions."""

from dataclasses import dataclass, field, replace

import numpy as np

NOBODY = np.empty(0, dtype=np.intp)


@dataclass(frozen=True)
class Training:
    """What there is to train on.

    Parameters
    ----------
    rows : ndarray of shape (n_kept,)
        Positions of the samples.

    codes : ndarray of shape (n_kept,)
        Their labels 0…c−1.

    weight : ndarray of shape (n_kept,), default=None
        Their weights.

    unlabeled : ndarray of shape (n_unlabeled,)
        Positions of samples whose label isn't believed, but whose features count.
    """

    rows: np.ndarray
    codes: np.ndarray
    weight: np.ndarray | None = None
    unlabeled: np.ndarray = field(default_factory=lambda: NOBODY)

    def with_unlabeled(self, n_others):
        """Return the same, with samples behind all others that came without a label."""
        if not n_others:
            return self
        n_judged = len(self.rows) + len(self.unlabeled)
        others = np.arange(n_judged, n_judged + n_others)
        return replace(self, unlabeled=np.append(self.unlabeled, others))


def drop(findings):
    """Leave out samples whose label seems wrong."""
    rows = np.flatnonzero(~findings.is_issue)
    return Training(rows, findings.given[rows])


def relabel(findings):
    """Give them the suggested label."""
    codes = np.where(findings.is_issue, findings.suggested, findings.given)
    return Training(np.arange(len(codes)), codes)


def reweight(findings):
    """Let every sample count as much as its label is trusted; in full if unjudged."""
    weight = np.nan_to_num(findings.quality, nan=1.0)
    return Training(np.arange(len(findings.given)), findings.given, weight=weight)


def semi_supervised(findings):
    """Take their label away, and keep them."""
    rows = np.flatnonzero(~findings.is_issue)
    return Training(
        rows, findings.given[rows], unlabeled=np.flatnonzero(findings.is_issue)
    )


ACTIONS = {
    "drop": drop,
    "relabel": relabel,
    "reweight": reweight,
    "semi_supervised": semi_supervised,
}
