"""Which samples a person should look at, and what is known of each."""

from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.utils import check_array, check_consistent_length

from sknoisy._arrays import as_numpy
from sknoisy._fingerprint import fingerprint
from sknoisy._labels import check_labels
from sknoisy._ranges import check_count
from sknoisy.cleaning._vocabulary import Vocabulary

__all__ = ["Suspects", "find_suspects"]


@dataclass(frozen=True)
class Suspects:
    """Samples to look at, and labels, as codes of the vocabulary, of all samples."""

    order: np.ndarray  # positions in y, the most suspicious first
    given: np.ndarray
    suggested: np.ndarray
    quality: np.ndarray
    is_issue: np.ndarray
    vocabulary: Vocabulary
    fingerprint: str


def find_suspects(
    X,
    y,
    detector,
    *,
    suggested_labels,
    is_issue,
    classes,
    class_names,
    only_issues,
    max_items,
):
    """Return the samples to look at; parameters are those of `review_page`."""
    check_consistent_length(X, y)
    y = check_labels(y)
    quality, found_issue, found_labels = _evidence(detector)
    quality = _check_quality(quality, len(y))
    is_issue = _check_mask(found_issue if is_issue is None else is_issue, len(y))
    vocabulary = Vocabulary.of(y, classes, class_names)
    suggested = found_labels if suggested_labels is None else suggested_labels
    suggested = y if suggested is None else check_labels(suggested)
    _check_length(suggested, "suggested_labels", len(y))
    return Suspects(
        order=_most_suspicious(quality, is_issue, only_issues, max_items),
        given=vocabulary.codes_of(y, "y"),
        suggested=vocabulary.codes_of(suggested, "suggested_labels"),
        quality=quality,
        is_issue=is_issue,
        vocabulary=vocabulary,
        fingerprint=fingerprint(y, X),
    )


def _evidence(detector):
    """Return quality, issues and suggestions; what isn't known is None."""
    table = getattr(detector, "label_issues_", None)
    if table is not None:  # where labels that `min_per_class` spared are no issues
        # NaN: weight zero, and so not judged; last in line
        quality = np.nan_to_num(table["quality"], nan=1.0)
        return quality, table["is_issue"], table["suggested_label"]
    detector = getattr(detector, "detector_", detector)
    if hasattr(detector, "quality_"):
        quality = np.nan_to_num(detector.quality_, nan=1.0)  # nor are small classes
        return quality, detector.is_issue_, detector.suggested_labels_
    if hasattr(detector, "fit"):
        raise NotFittedError(
            f"{type(detector).__name__} has no quality_: fit it on X and y first. If"
            " it is no detector of label issues, pass its qualities as an array."
        )
    return detector, None, None


def _check_quality(quality, n_samples):
    quality = check_array(
        as_numpy(quality), ensure_2d=False, dtype=np.float64, input_name="quality"
    )
    return _check_length(quality, "quality", n_samples)


def _check_mask(is_issue, n_samples):
    if is_issue is None:  # then all are under suspicion
        return np.ones(n_samples, dtype=bool)
    is_issue = np.asarray(as_numpy(is_issue))
    if is_issue.dtype != bool:
        raise TypeError(
            f"is_issue has the type {is_issue.dtype}; expected a boolean for each"
            " sample."
        )
    return _check_length(is_issue, "is_issue", n_samples)


def _check_length(values, name, n_samples):
    if values.shape != (n_samples,):
        raise ValueError(
            f"{name} has shape {values.shape}, but y has {n_samples} samples. Pass the"
            " y that the detector was fitted on, in the same order."
        )
    return values


def _most_suspicious(quality, is_issue, only_issues, max_items):
    check_count(max_items=max_items)
    order = np.lexsort((quality, ~is_issue))  # a stable sort: ties stay by position
    n_items = is_issue.sum() if only_issues else len(order)
    return order[: min(n_items, max_items)]
