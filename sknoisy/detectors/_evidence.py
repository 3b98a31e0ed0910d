"""What a detector found out about labels, and what follows from it."""

from dataclasses import dataclass, replace

import numpy as np

from sknoisy._counting import lowest, nearest
from sknoisy.detectors._reliability import Reliability
from sknoisy.quality import compute_confident_joint, flag_issues


@dataclass(frozen=True)
class Evidence:
    """What a detector found out about the given labels.

    Parameters
    ----------
    quality : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1].

    suggested : ndarray of shape (n_samples,)
        Code of the class that each sample seems to belong to; the given one where
        nothing better is known.

    is_issue : ndarray of shape (n_samples,), default=None
        The labels that the detector's own rule calls wrong. None, where it has no
        rule, stands for as many of the lowest quality as the noise rate says.

    pred_probs : ndarray of shape (n_samples, n_classes), default=None
        Class probabilities, out of sample, from which noise rate and transition
        matrix can be estimated.

    looks : ndarray of shape (n_samples, n_classes), default=None
        Class probabilities by features alone, where they aren't `pred_probs`.

    noise_rate : float, default=None
        Estimated share of wrong labels, where the detector has its own estimate.

    transition : ndarray of shape (n_classes, n_classes), default=None
        P(given label | true label), where the detector has its own estimate; rows are
        true classes.

    reliability : Reliability, default=None
        Whether there was enough to go by; None where nobody can tell.
    """

    quality: np.ndarray
    suggested: np.ndarray
    is_issue: np.ndarray | None = None
    pred_probs: np.ndarray | None = None
    looks: np.ndarray | None = None
    noise_rate: float | None = None
    transition: np.ndarray | None = None
    reliability: Reliability | None = None

    def of(self, rows):
        """Return what there is on single samples for some of them, or for copies."""
        is_issue = None if self.is_issue is None else self.is_issue[rows]
        return replace(
            self,
            quality=self.quality[rows],
            suggested=self.suggested[rows],
            is_issue=is_issue,
        )


def joint_of(evidence, codes, n_classes):
    """Return estimated counts of samples; rows are given classes, columns true ones."""
    if evidence.pred_probs is not None:
        return compute_confident_joint(codes, evidence.pred_probs)
    true = np.where(believed_issues(evidence), evidence.suggested, codes)
    joint = np.zeros((n_classes, n_classes))
    np.add.at(joint, (codes, true), 1)
    return joint


def believed_issues(evidence):
    if evidence.is_issue is not None:
        return evidence.is_issue
    if evidence.noise_rate is not None:
        count = nearest(evidence.noise_rate * len(evidence.quality))
        return lowest(evidence.quality, count)
    return flag_issues(evidence.quality, "mixture")


def rate_of(joint):
    return (joint.sum() - joint.trace()) / joint.sum()


def rows_given_true(joint):
    """Return P(given | true), rows true; a class without samples stays what it is."""
    counts = joint.T.astype(np.float64)
    empty = counts.sum(axis=1) == 0
    counts[empty, empty] = 1
    return counts / counts.sum(axis=1, keepdims=True)


def settled_by_trust(evidence, judged):
    """Let equal rows be of one class, whose label is trusted most; say who loses."""
    contradicted = judged.contradicted[judged.rows]
    if not contradicted.any():
        return evidence, contradicted
    copies = judged.groups_of_copies
    order = np.lexsort((-evidence.quality, copies))
    first = order[np.unique(copies[order], return_index=True)[1]]
    loses = contradicted & (evidence.quality < evidence.quality[first][copies])
    better = evidence.suggested[first][copies]
    suggested = np.where(loses, better, evidence.suggested)
    return replace(evidence, suggested=suggested), loses
