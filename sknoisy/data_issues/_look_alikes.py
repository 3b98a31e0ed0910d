"""Labels that are written nearly alike: possible typos."""

import numpy as np

from sknoisy._look_alikes import same_but_for_form, spellings
from sknoisy.data_issues._report import DataIssue
from sknoisy.data_issues._words import counted, label_counts, quoted, verb

__all__ = ["look_alikes"]

MOST_TOLD = 6


def look_alikes(data):
    """Find labels that look like another, more frequent one.

    ``details["instead"]`` tells for each label that a slip may have made what it may
    mean; labels that are both frequent are told of, and not among them.
    """
    if not data.names_classes or data.classes.dtype.kind != "U":
        return None
    counts = dict(zip(data.classes.tolist(), data.counts.tolist(), strict=True))
    instead = spellings(counts)
    pairs = same_but_for_form(counts)
    others = [p for p in pairs if sum(label in instead for label in p) < len(p) - 1]
    if not (instead or others):
        return None
    rows = np.flatnonzero(np.isin(data.classes, list(instead))[data.codes])
    told = _told(instead, others, counts)
    return DataIssue(
        "look_alikes",
        f"Possible typos in {data.label!r}: {told}.",
        "A class of a few misspelt labels can't be learned, and a judge that is told of"
        " it doubts labels that are right.",
        f"{counted(len(rows), 'row')} {verb(len(rows), 'is', 'are')} listed first, with"
        " the usual spelling, or what else they look like, as the suggestion, and read"
        " as usual when others are judged."
        if len(rows)
        else "They are kept as classes of their own.",
        "Where both spellings are meant, leave them: no label is changed before you"
        " accept it. Where they aren't, correct the file first.",
        "warning",
        rows=data.rows[rows],
        classes=tuple(sorted({*instead, *(v for p in others for v in p)})),
        details={"instead": instead, "both_frequent": others},
    )


def _told(instead, others, counts):
    sentences = [
        f"{label_counts([rare], [counts[rare]])} may be {quoted([usual])}"
        for rare, usual in sorted(instead.items(), key=lambda pair: counts[pair[0]])
    ]
    for alike in others:
        told = label_counts(alike, [counts[v] for v in alike])
        sentences.append(f"{told} look alike")
    more = len(sentences) - MOST_TOLD
    return "; ".join(sentences[:MOST_TOLD]) + (f"; … ({more} more)" if more > 0 else "")
