"""Votes of a long table, with a line for each."""

import numpy as np
from sklearn.utils import check_consistent_length, column_or_1d

from sknoisy._arrays import as_numpy
from sknoisy._checks import check_choice
from sknoisy._unlabeled import as_labels, find_unlabeled
from sknoisy.annotators._from_wide import as_array
from sknoisy.annotators._label_names import encode_votes
from sknoisy.annotators._vocabulary import as_names, codes_in, factorize, find_blank


def parts_of(samples, annotators, labels, *, unlabeled, classes, among, repeated):
    """Return what `Votes` is made of."""
    check_choice(repeated, ("refuse", "first", "last"), "repeated")
    samples, annotators = (column_or_1d(_names(x)) for x in (samples, annotators))
    labels = column_or_1d(as_array(labels))
    check_consistent_length(samples, annotators, labels)
    left_out: dict[str, int] = {}
    kept = np.arange(len(labels))
    for values, test, reason in (
        (samples, find_blank, "without a sample"),
        (annotators, find_blank, "without an annotator"),
        (labels, lambda x: _find_unlabeled(x, unlabeled), "without a label"),
    ):
        kept = _drop(kept, test(values[kept]), reason, left_out)
    names = None if among is None else as_names(list(among))
    if names is not None:
        strange = codes_in(samples[kept], names) < 0
        kept = _drop(kept, strange, "on other samples", left_out)
    if not kept.size:
        raise ValueError(_nothing_left(len(labels), left_out))
    people, annotator_codes = factorize(annotators[kept])
    names, sample_codes = _samples(samples[kept], names)
    classes, label_codes = encode_votes(labels[kept], classes)
    codes = [sample_codes, annotator_codes, label_codes]
    if repeated != "refuse":
        codes = _once(codes, len(people), repeated, left_out)
    return names, people, classes, *codes, left_out


def _names(values):
    """Return names as an array, each of its type: NumPy would make text of all."""
    values = as_numpy(values)
    return as_labels(values if hasattr(values, "__array__") else as_names(list(values)))


def _find_unlabeled(labels, unlabeled):
    return find_unlabeled(labels, unlabeled, name="labels", may_miss=True)


def _samples(samples, names):
    return factorize(samples) if names is None else (names, codes_in(samples, names))


def _drop(kept, is_none, reason, left_out):
    if is_none.any():
        left_out[reason] = int(is_none.sum())
    return kept[~is_none]


def _nothing_left(n_answers, left_out):
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items())
    return f"None of {n_answers} answers is a vote: {reasons or 'there is none'}."


def _once(codes, n_annotators, which, left_out):
    """Keep the first or last vote of each annotator on each sample."""
    keys = codes[0].astype(np.int64) * n_annotators + codes[1]
    if which == "last":
        _, places = np.unique(keys[::-1], return_index=True)
        places = len(keys) - 1 - places
    else:
        _, places = np.unique(keys, return_index=True)
    if len(places) < len(keys):
        left_out["repeated"] = len(keys) - len(places)
    return [part[places] for part in codes]
