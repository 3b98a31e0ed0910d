"""Labels in and out: arrays inside, and the caller's own container outside."""

import numbers

import numpy as np

from sknoisy._labels import encode_labels, labels_in
from sknoisy._registry import did_you_mean


def encode_known(y, classes, owner):
    """Return the codes of labels that all stand in `classes`."""
    own, codes = encode_labels(labels_in(y, owner))
    known = {label: code for code, label in enumerate(classes.tolist())}
    unseen = [label for label in own.tolist() if label not in known]
    if unseen:
        raise ValueError(
            f"y contains labels that {type(owner).__name__} did not see in fit:"
            f" {unseen}. It knows {classes.tolist()}: fit it on all of them."
        )
    return np.array([known[label] for label in own.tolist()], dtype=int)[codes]


def codes_of_map(mapping, classes):
    """Return `mapping` between labels as a mapping between their codes."""
    known = {label: code for code, label in enumerate(classes.tolist())}
    for label in (*mapping, *mapping.values()):
        if label not in known:
            hint = did_you_mean(label, map(str, known))
            raise ValueError(
                f"mapping names the label {label!r}, which y doesn't contain"
                f"{';' if hint else '.'}{hint} Its labels are: {classes.tolist()}."
            )
    return {known[source]: known[target] for source, target in mapping.items()}


def with_marker(labels, where, marker):
    """Return `labels` with `marker` at `where`, in a dtype that can hold both."""
    numeric = labels.dtype.kind in "iuf" and isinstance(marker, numbers.Real)
    least = np.min_scalar_type(marker) if numeric else object
    marked = labels.astype(np.result_type(labels.dtype, least))
    marked[where] = marker
    return marked


def check_marker(marker, classes):
    """Return `marker`, or say that it is somebody's label."""
    if marker in classes.tolist():
        raise ValueError(
            f"marker={marker!r} is one of the labels of y, {classes.tolist()}: choose"
            " one that isn't, such as -1, None or float('nan')."
        )
    return marker
