"""Pictures of a report: how labels are trusted, which are mixed up, and the matrix."""

import io

import numpy as np

from sknoisy.inspection import (
    LabelIssuesDisplay,
    LabelQualityDisplay,
    TransitionMatrixDisplay,
)

__all__ = ["draw_pictures"]

MOST_CLASSES = 30  # that a matrix of which people read


def draw_pictures(subject, usual):
    """Return pictures as bytes of SVG files, by title; none without matplotlib.

    `usual` is the subject with misspelt labels as what they mean, which are no issues
    of that class.
    """
    try:
        import matplotlib
    except ImportError:
        return {}
    found = {}
    with matplotlib.rc_context({"backend": "agg", "svg.hashsalt": "sknoisy"}):
        for title, display in _displays(subject, usual):
            content = io.BytesIO()
            display.figure_.savefig(
                content, format="svg", metadata={"Date": None, "Creator": None}
            )
            matplotlib.pyplot.close(display.figure_)
            found[title] = content.getvalue()
    return found


def _displays(subject, usual):
    known = subject.quality == subject.quality  # not NaN, which is not judged
    yield (
        "How far each label is trusted",
        LabelQualityDisplay.from_predictions(
            subject.quality[known], subject.is_issue[known]
        ),
    )
    is_issue = subject.is_issue & (usual.given == subject.given)
    if is_issue.any():
        yield (
            "Issues of each class, and what they look like",
            LabelIssuesDisplay.from_predictions(
                usual.given,
                is_issue,
                usual.suggested,
                class_names=_present(usual),
            ),
        )
    matrix = getattr(subject.detector, "transition_matrix_", None)
    if matrix is not None and len(matrix) <= MOST_CLASSES:
        classes = subject.detector.classes_
        yield (
            "What true classes are labeled as (estimated)",
            TransitionMatrixDisplay(matrix, classes=classes).plot(),
        )


def _present(subject):
    """Return the names of the classes that are given or suggested."""
    n_each = np.bincount(subject.given, minlength=len(subject.names))
    n_each += np.bincount(subject.suggested, minlength=len(subject.names))
    return [subject.names[code] for code in np.flatnonzero(n_each)]
