"""Which data a review belongs to, as a short text that travels with it."""

import hashlib

import numpy as np
from scipy.sparse import issparse

from sknoisy._labels import encode_labels

__all__ = [
    "difference",
    "fingerprint",
    "fingerprint_of_codes",
    "fingerprint_of_samples",
    "label_text",
]

N_ROWS = 1000  # of X that are looked at, evenly spaced; of y it is all


def label_text(label):
    """Return a label as it stands in files: 1.0 and numpy's 1 are "1"."""
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    return str(label)


def fingerprint(y, X=None):
    """Return the number of samples and hashes of `y` and of `X`, joined by dashes.

    Labels count as their text, so that a column read back from a file, or another
    container, has the same fingerprint. Of `X`, up to 1,000 rows count.
    """
    return f"{len(y)}-{_hash_labels(y)}-{'' if X is None else _hash_samples(X)}"


def fingerprint_of_codes(codes, classes):
    """Return the fingerprint of labels that are codes of `classes`, without an X."""
    return f"{len(codes)}-{_hash_codes(classes, codes)}-"


def fingerprint_of_samples(X):
    """Return the number of samples and a hash of up to 1,000 of them."""
    n_samples = X.shape[0] if hasattr(X, "shape") else len(X)
    return f"{n_samples}-{_hash_samples(X)}"


def difference(found, y, X=None):
    """Return in words how `y` and `X` differ from those of the fingerprint `found`.

    None where they don't. `X` isn't compared if it is None here or there.
    """
    n_samples, labels, samples = [*str(found).split("-"), "", ""][:3]
    if n_samples != str(len(y)):
        return f"for {n_samples} samples, but y has {len(y)}"
    if labels != _hash_labels(y):
        return f"for other labels than y's, though {n_samples} of them, too"
    if X is not None and samples not in ("", _hash_samples(X)):
        return "for the labels of y, but for another X"
    return None


def _hash_labels(y):
    return _hash_codes(*encode_labels(y))


def _hash_codes(classes, codes):
    texts = [label_text(label) for label in classes.tolist()]
    # by text, as the order of classes isn't the same for 2, 10 and "10", "2"
    ordered, ranks = np.unique(texts, return_inverse=True)
    return _hash(_encode(ordered.tolist()), ranks[codes].astype("<i4"))


def _hash_samples(X):
    X = X.tocsr() if issparse(X) else X
    n_samples = X.shape[0] if hasattr(X, "shape") else len(X)
    rows = np.unique(np.linspace(0, n_samples - 1, N_ROWS).astype(int))
    return _hash(*(_sample_bytes(X, row) for row in rows.tolist()))


def _sample_bytes(X, row):
    if issparse(X):
        sample = X[[row]].tocoo()
        order = np.argsort(sample.col, kind="stable")
        return _bytes(sample.col[order]) + _bytes(sample.data[order])
    sample = X.iloc[row] if hasattr(X, "iloc") else X[row]
    return _bytes(np.asarray(sample))


def _bytes(array):
    if array.dtype.kind in "biuf":  # in one precision, whichever they were read with
        with np.errstate(over="ignore"):
            return np.ascontiguousarray(array, dtype="<f4").tobytes()
    return _encode(map(label_text, array.ravel().tolist()))


def _encode(texts):
    return "\0".join(texts).encode("utf-8", "backslashreplace")


def _hash(*parts):
    digest = hashlib.blake2b(digest_size=6)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
