"""Whether there is enough to go by, before anything is said of labels."""

import warnings
from dataclasses import dataclass

import numpy as np

LEAST = 0.01  # of an even share, for a class without a vote
CLEARLY = 2  # standard errors
FEWEST = 20  # labels
MOST_ALIKE = 1e3  # condition number of a transition matrix
# Share of the labels whose class may be another one. With a tenth, a real table of
# overlapping classes gets through, and most of what is flagged in it is right.
MOST_ODD = 0.05
ROUNDING = 1e-9
LEAST_SEPARATION = 0.72  # letters under pair noise have .79, cuts of diamonds .70
SETTLED = 0.05  # what one more step of EM may change


@dataclass(frozen=True)
class Reliability:
    """How far the judge of a detector can be trusted.

    Parameters
    ----------
    gain : float
        By how much the logarithm of its probability of a given label is higher, out of
        sample and on average, than that of a label drawn by class frequencies.

    error : float
        The standard error of that, for a judge that only guesses.

    n_labels : int
        How many labels were judged.

    is_settled : bool
        Whether the transition matrix no longer changes as it is estimated again;
        classes that are rarer than an even share count less.

    is_identifiable : bool
        Whether the right label is the most frequent one of each class, or of all but
        some that hold a twentieth of the labels (these aren't called wrong), and no
        two classes are labelled alike.

    separation : float, default=1.0
        How many labels the judge names by itself, per label that seems right. Where
        classes overlap it names few of them, and takes for wrong what only can't be
        told apart.
    """

    gain: float
    error: float
    n_labels: int
    is_settled: bool = True
    is_identifiable: bool = True
    separation: float = 1.0

    @property
    def is_better_than_guessing(self):
        """Whether the gain is more than twice its error."""
        return bool(self.gain > CLEARLY * self.error + ROUNDING)

    @property
    def reasons(self):
        """What speaks against trusting it, in words."""
        words = {
            "the judge is no better than guessing": not self.is_better_than_guessing,
            f"there are fewer than {FEWEST} labels": self.n_labels < FEWEST,
            "its estimate of the noise doesn't settle": not self.is_settled,
            "a class gets another label more often than its own": (
                not self.is_identifiable
            ),
            "the judge can't tell the classes apart well enough": (
                self.separation < LEAST_SEPARATION
            ),
        }
        return tuple(reason for reason, holds in words.items() if holds)

    def __bool__(self):
        return not self.reasons


def reliability_of(
    codes, pred_probs, groups=None, *, transition=None, step=None, separation=1.0
):
    """Return the reliability of who says `pred_probs`, out of sample.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        Given labels 0…c−1.

    pred_probs : ndarray of shape (n_samples, n_classes)

    groups : ndarray of int of shape (n_samples,), default=None
        Each of them counts once.

    transition : ndarray of shape (n_classes, n_classes), default=None
        What was estimated.

    step : ndarray of shape (n_classes, n_classes), default=None
        The same after one more step.

    separation : float, default=1.0
        How many labels the judge names by itself, per label that seems right.
    """
    n_classes = pred_probs.shape[1]
    logs = np.log(np.maximum(pred_probs, LEAST / n_classes))
    shares = np.bincount(codes, minlength=n_classes) / len(codes)
    lead = logs[np.arange(len(codes)), codes] - logs @ shares
    if groups is not None:  # each counts once, and may have one label in common
        lead, logs = (_mean_of_each(groups, values) for values in (lead, logs))
    logs = logs - logs.mean(axis=0)  # frequent classes are likelier: no merit, no error
    variance = np.maximum(logs**2 @ shares - (logs @ shares) ** 2, 0)  # not −1e-17
    error = np.sqrt(variance.sum()) / len(lead)
    told = (
        {} if transition is None else {"is_identifiable": _is_clear(transition, shares)}
    )
    if step is not None:
        # a rare class that moves changes few verdicts
        change = np.abs(step - transition) * np.minimum(1, shares * n_classes)[:, None]
        told["is_settled"] = bool(change.max() < SETTLED)
    told["separation"] = float(separation)
    return Reliability(float(lead.mean()), float(error), len(codes), **told)


def _mean_of_each(groups, values):
    members, codes = np.unique(groups, return_inverse=True)
    sums = np.zeros((len(members), *values.shape[1:]))
    np.add.at(sums, codes, values)
    sizes = np.bincount(codes)
    return (sums.T / sizes).T


def warn_of_unreliable(reliability):
    """Say why no label is called wrong."""
    reasons = " and ".join(reliability.reasons)
    warnings.warn(
        f"{reasons[0].upper()}{reasons[1:]}: no noise rate is stated, and no label is"
        " called wrong. Bring features that tell the classes apart, more samples, or"
        " another classifier; see reliability_.",
        UserWarning,
        stacklevel=5,
    )


def are_swapped(transition):
    """Return the classes that seem to get another label more often than their own."""
    return transition.diagonal() < transition.max(axis=1)


def _is_clear(transition, shares):
    odd = shares[are_swapped(transition)].sum()
    return bool(odd <= MOST_ODD and np.linalg.cond(transition) < MOST_ALIKE)
