"""What a detector says of the labels, and which of them it may act on."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.utils import check_array

from sknoisy._counting import keep_at_least
from sknoisy._labels import encode_labels, relabeled
from sknoisy._ranges import check_count
from sknoisy._rows import records
from sknoisy._unlabeled import settled, spread
from sknoisy.detectors import TrueLabelPosterior
from sknoisy.detectors._base import BaseDetector, align_findings


@dataclass(frozen=True)
class Findings:
    """Labels as codes 0…c−1, and what there is to say about each.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)

    given : ndarray of shape (n_samples,)

    suggested : ndarray of shape (n_samples,)

    quality : ndarray of shape (n_samples,)

    is_issue : ndarray of shape (n_samples,)
    """

    classes: np.ndarray
    given: np.ndarray
    suggested: np.ndarray
    quality: np.ndarray
    is_issue: np.ndarray

    def among(self, codes, rows):
        """Return the findings on all samples, of which these are those at `rows`.

        Parameters
        ----------
        codes : ndarray of shape (n_all,)
            The given labels of all.

        rows : ndarray of shape (n_samples,)
        """
        suggested, quality = codes.copy(), np.full(len(codes), np.nan)
        is_issue = np.zeros(len(codes), dtype=bool)
        suggested[rows], quality[rows] = self.suggested, self.quality
        is_issue[rows] = self.is_issue
        return replace(
            self, given=codes, suggested=suggested, quality=quality, is_issue=is_issue
        )

    def table(self):
        """Return all in one structured array, one record a sample."""
        columns = {
            "index": np.arange(len(self.given)),
            "given_label": self.classes[self.given],
            "suggested_label": self.classes[self.suggested],
            "quality": self.quality,
            "is_issue": self.is_issue,
        }
        return records(columns)


def findings_of(detector, y, min_per_class, classes=None):
    """Return what a fitted detector found; few enough issues that no class vanishes.

    `classes` are all that there are; None stands for those of `y`.
    """
    check_count(min_per_class=min_per_class)
    found, given = encode_labels(y)
    if classes is None:
        classes = found
    given = np.searchsorted(classes, found)[given]
    quality = np.asarray(detector.quality_)
    kept = ~np.asarray(detector.is_issue_)
    return Findings(
        classes,
        given,
        np.searchsorted(classes, detector.suggested_labels_),
        quality,
        is_issue=~keep_at_least(min_per_class, kept, given, quality),
    )


def names_of_rows(*containers):
    """Return the index of the first frame or series of pandas; None without."""
    for values in containers:
        if hasattr(values, "iloc") and hasattr(values, "index"):
            return values.index.to_numpy()
    return None


def align(table, y, codes, names=None):
    """Return a table of labeled samples as one of all: nothing is said of others.

    `names` are those of the rows; None numbers them.
    """
    labeled = codes >= 0
    names = np.arange(len(y)) if names is None else names
    if labeled.all():
        columns = {name: table[name] for name in table.dtype.names}
        return records({**columns, "index": names})
    columns = {
        "index": names,
        "given_label": y,
        "suggested_label": relabeled(y, codes, table["suggested_label"]),
        "quality": spread(table["quality"], labeled),
        "is_issue": spread(table["is_issue"], labeled),
    }
    return records(columns)


def align_detector(detector, y, codes):
    """Let a detector that saw labeled samples only speak of all."""
    if isinstance(detector, BaseDetector) and (codes < 0).any():
        align_findings(detector, y, codes)


def choose_detector(detector, X, y, *, otherwise=None, random_state=None):
    """Return an unfitted detector.

    Parameters
    ----------
    detector : detector or None
        What the user asked for; cloned.

    X : array-like
        Decides what None stands for: its own classifiers look at
        tables of numbers.

    y : array-like
        Labels, none of them missing: they are classes also where -1 is among them.

    otherwise : classifier, default=None
        What looks at everything else: texts, images, tables that hold strings.

    random_state : int, RandomState instance or None, default=None
        Seed of the detector that None stands for.
    """
    if detector is not None:
        return settled(clone(detector), y)
    judge = None if is_table_of_numbers(X) else otherwise
    return settled(TrueLabelPosterior(judge, random_state=random_state), y)


def is_table_of_numbers(X):
    """Whether X is what a random forest takes: sparse, or dense, gaps allowed."""
    gaps = True if issparse(X) else "allow-nan"
    try:
        check_array(X, accept_sparse="csr", ensure_all_finite=gaps)
    except (TypeError, ValueError):
        return False
    return True
