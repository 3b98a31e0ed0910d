"""The labels in votes: which classes there are, and which look like one."""

import warnings

import numpy as np

from sknoisy._labels import check_labels, encode_labels
from sknoisy._look_alikes import same_but_for_form
from sknoisy._shown import shown
from sknoisy._unlabeled import unboxed
from sknoisy.annotators._vocabulary import codes_in, factorize


def encode_votes(labels, classes=None):
    """Return the classes, sorted, and the code of each label, none of them missing."""
    labels = unboxed(labels)
    if classes is not None:
        return among(classes, labels)
    if labels.dtype.kind in "OU":  # far quicker than to sort them all
        classes, codes = factorize(labels)
        check_labels(classes)
    else:
        classes, codes = encode_labels(labels)
    _warn_of_look_alikes(classes, codes)
    return classes, codes


def among(classes, labels):
    classes, _ = encode_labels(unboxed(np.asarray(classes)))
    codes = codes_in(labels, classes)
    strange = np.flatnonzero(codes < 0)
    if strange.size:
        raise ValueError(
            f"{len(strange)} votes aren't among the classes, the first for"
            f" {labels.tolist()[strange[0]]!r}: classes={shown(classes.tolist())}."
        )
    return classes, codes


def _warn_of_look_alikes(classes, codes):
    if classes.dtype.kind != "U":
        return
    counts = dict(zip(classes.tolist(), np.bincount(codes).tolist(), strict=True))
    for alike in same_but_for_form(counts):
        told = ", ".join(f"{label!r} ({counts[label]:,})" for label in alike[:6])
        _warn(f"The labels {told} look alike, and are {len(alike)} classes")
    for label in counts:
        if label[:1] in "[{" and label[-1:] in "]}" and len(label) > 1:
            _warn(
                f"The label {label!r} looks like JSON, as tools write it, and is a"
                " class"
            )


def _warn(what):
    warnings.warn(
        f"{what}: write them in one way, or as they shall be called.",
        UserWarning,
        stacklevel=2,
    )
