"""What several displays do alike: find what was found, and dress their axes."""

from copy import copy

import numpy as np
from sklearn.utils.validation import check_is_fitted

# Okabe and Ito's colors, which people with any color vision tell apart
TRUSTED, SUSPECT, LINE = "#0072B2", "#D55E00", "#444444"


def findings_of(estimator):
    """Return the fitted detector in `estimator`, which may be one itself."""
    check_is_fitted(estimator)
    detector = getattr(estimator, "detector_", estimator)
    if not hasattr(detector, "quality_"):
        raise TypeError(
            f"{type(estimator).__name__} has found no wrong labels: it has neither"
            " quality_ nor detector_. Pass a fitted detector, CleanLabelClassifier or"
            " LabelCleaner."
        )
    table = getattr(estimator, "label_issues_", None)
    if table is not None and len(table) != len(detector.quality_):
        return _with_the_absent(detector, table)
    return detector


def _with_the_absent(detector, table):
    """Return findings on all samples: a detector sees none whose weight is zero."""
    found = copy(detector)
    found.quality_ = table["quality"]  # of those NaN
    found.is_issue_ = table["is_issue"]
    found.suggested_labels_ = table["suggested_label"]
    return found


def issues_of(estimator):
    """Return what `estimator` calls wrong: not the labels that `min_per_class` spared.

    Parameters
    ----------
    estimator : fitted detector, CleanLabelClassifier or LabelCleaner
    """
    table = getattr(estimator, "label_issues_", None)
    return findings_of(estimator).is_issue_ if table is None else table["is_issue"]


def new_axes(figsize):
    """Return the axes of a new figure."""
    import matplotlib.pyplot as plt  # a second that only plotting should cost

    return plt.subplots(figsize=figsize, layout="constrained")[1]


def dress(ax, *, grid="y", title=None):
    """Take away the frame, put a light grid behind, and write the title on the left."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis=grid, color="#dddddd", linewidth=0.8)
    ax.set_axisbelow(True)
    if title:
        ax.set_title(title, loc="left", fontsize=12)


def check_flags(is_issue, n_samples, name="is_issue"):
    """Return `is_issue` as booleans, one a sample."""
    flags = np.asarray(is_issue)
    if flags.shape != (n_samples,) or not np.isin(flags, [0, 1]).all():
        raise ValueError(
            f"{name} must hold one boolean for each of the {n_samples} samples, but"
            f" has shape {flags.shape} and type {flags.dtype}."
        )
    return flags.astype(bool)


def readable_on(color):
    """Return white or nearly black, whichever is read on red, green and blue."""
    red, green, blue = color[:3]
    dark = 0.3 * red + 0.59 * green + 0.11 * blue < 0.5
    return "white" if dark else "#222222"
