"""Labels that may mean the same, or that there is none."""

import re
import unicodedata
from collections import defaultdict
from difflib import SequenceMatcher

import numpy as np

from sknoisy._table_errors import quoted

__all__ = [
    "look_alikes",
    "misspelt",
    "same_but_for_form",
    "spellings",
    "words_for_nothing",
]

MOST_CLASSES = 50  # that are looked through for spelling mistakes, and that few rows
RARE = 0.02  # share of rows up to which a class may be another one, misspelt
SLIPS = 0.1  # of how often another spelling comes, what a slip may come
NEARLY_EQUAL = 0.92  # of labels with different numbers of words
ALIKE = 0.82  # two letters that changed places in a word of six; not "male", "female"
NO_LABEL = frozenset(
    ["", "na", "n/a", "n.a.", "nan", "<na>", "null", "none", "?", "-", "--", "–", "."]
    + ["unknown", "missing", "unlabeled", "unlabelled", "undefined", "not available"]
)


def look_alikes(y, name):
    """Return sentences on labels that may mean the same, or that there is none."""
    if y.dtype.kind != "U":
        return []
    values, counts = np.unique(y, return_counts=True)
    counted_ = dict(zip(values.tolist(), counts.tolist(), strict=True))
    notes = []
    if words := words_for_nothing(counted_):
        notes.append(
            f"{name!r}: {_with_counts(words, counted_)} may mean that there is no"
            " label; kept as classes, unless --missing names them"
        )
    for alike in same_but_for_form(counted_):
        notes.append(
            f"{name!r}: {_with_counts(alike, counted_)} look alike; kept as"
            f" {len(alike)} classes"
        )
    typos = misspelt(counted_)
    for rare, usual in list(typos.items())[:10]:
        notes.append(
            f"{name!r}: {_with_counts([rare], counted_)} may be {usual!r} misspelt;"
            " kept as a class"
        )
    if len(typos) > 10:
        notes.append(f"{name!r}: {len(typos) - 10} more classes may be misspelt")
    return notes


def words_for_nothing(labels):
    """Return the labels that may mean that there is none: NA, ?, unknown."""
    return [label for label in labels if label.strip().lower() in NO_LABEL]


def _with_counts(labels, counts):
    labels = sorted(labels, key=lambda label: -counts[label])
    cut = [f"{quoted([v])} ({counts[v]:,})" for v in labels[:6]]
    return ", ".join(cut) + (", …" if len(labels) > 6 else "")


def same_but_for_form(counts):
    """Return groups of labels that differ in case, blanks, width or zeros only."""
    groups = defaultdict(list)
    for label in counts:
        groups[_core(label)].append(label)
    return [labels for labels in groups.values() if len(labels) > 1]


def _core(label):
    text = unicodedata.normalize("NFKC", label).casefold()
    text = re.sub(r"[\s_\-.]+", " ", text).strip()
    if re.fullmatch(r"[-+]?\d+(?:[.]\d+)?", label.strip()):
        text = f"{float(label):.15g}"
    return text


def misspelt(counts):
    """Return the usual label for each rare one that is nearly written the same."""
    if len(counts) > 20 * MOST_CLASSES:
        return {}
    total = sum(counts.values())
    often = sorted(counts, key=lambda label: -counts[label])[:MOST_CLASSES]
    found = {}
    for rare in counts:
        if counts[rare] > max(1, RARE * total) or not _is_word(rare):
            continue
        usual = [v for v in often if counts[v] >= 10 * counts[rare] and _is_word(v)]
        usual = [v for v in usual if _core(v) != _core(rare) and _alike(rare, v)]
        if usual:
            found[rare] = usual[0]
    return found


def _is_word(label):
    return len(label.strip()) > 3 and not any(c.isdigit() for c in label)


def _alike(one, other):
    """Whether labels are nearly written the same, word by word where both have as many.

    "Fog, Thunderstorm" is not "Rain, Thunderstorm".
    """
    words = [re.findall(r"\w+", label.casefold()) for label in (one, other)]
    if len(words[0]) != len(words[1]):
        return _ratio("".join(words[0]), "".join(words[1])) > NEARLY_EQUAL
    return all(a == b or _slip(a, b) for a, b in zip(*words, strict=True))


def _slip(one, other):
    """Whether words differ by a slip, and not by "sub" or "un" before one of them."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 2 or (long.endswith(short) and long[0] != long[1]):
        return False
    return _ratio(one, other) > ALIKE


def _ratio(one, other):
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() > ALIKE else 0.0


def spellings(counts):
    """Return what each label may mean that differs little from a more frequent one."""
    instead = dict(misspelt(counts))
    for alike in same_but_for_form(counts):
        usual = max(alike, key=lambda label: counts[label])
        for label in alike:
            is_rare = counts[label] <= SLIPS * counts[usual]
            if label != usual and (is_rare or _same_but_for_blanks(label, usual)):
                instead[label] = usual
    return {rare: instead.get(usual, usual) for rare, usual in instead.items()}


def _same_but_for_blanks(one, other):
    return "".join(one.split()) == "".join(other.split())
