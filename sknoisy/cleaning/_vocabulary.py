"""The labels to choose from: as they are in y, as in files, and as people read them."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils import column_or_1d

from sknoisy._fingerprint import label_text
from sknoisy._labels import check_labels
from sknoisy._look_alikes import spellings
from sknoisy._registry import did_you_mean
from sknoisy._unlabeled import as_labels, check_present, find_nothing

__all__ = ["Vocabulary"]

N_KEYS = 10  # of a keyboard, 1 to 9 and 0


@dataclass(frozen=True)
class Vocabulary:
    """Labels in the order in which people choose from them; codes count in it."""

    values: list
    texts: list
    names: list
    is_chosen: bool = False  # in an order that somebody wants

    @classmethod
    def of(cls, y, classes=None, class_names=None):
        """Return the vocabulary of the labels `y`, or of `classes` instead of them."""
        values = np.unique(check_labels(y)).tolist()
        if classes is not None:
            chosen = column_or_1d(as_labels(classes))
            check_present(find_nothing(chosen), "classes")
            values = _check_covers(values, list(dict.fromkeys(chosen.tolist())))
        texts = [label_text(value) for value in values]
        names = _names(values, texts, class_names)
        return cls(values, texts, names, is_chosen=classes is not None)

    def offered(self, given):
        """Return the codes in the order in which a page offers them, keys first.

        Sorted, but the most frequent before others where there are more than keys, and
        last whatever seems to be another label misspelt. `given`: codes of all samples.
        """
        codes = range(len(self.texts))
        if self.is_chosen:
            return list(codes)
        counts = np.bincount(given, minlength=len(codes))
        slips = spellings(dict(zip(self.texts, counts.tolist(), strict=True)))
        usual = [code for code in codes if self.texts[code] not in slips]
        often = sorted(usual, key=lambda code: -counts[code])[:N_KEYS]
        return sorted(
            codes,
            key=lambda code: (self.texts[code] in slips, code not in often, code),
        )

    def codes_of(self, labels, what):
        """Return the codes of an array of labels, called `what` in the message."""
        distinct, codes = np.unique(labels, return_inverse=True)
        known = {text: code for code, text in enumerate(self.texts)}
        texts = [label_text(label) for label in distinct.tolist()]
        for text in texts:
            if text not in known:
                hint = did_you_mean(text, self.texts)
                raise ValueError(
                    f"{what} holds {text!r}, which is none of the"
                    f" {len(self.texts)} classes{';' if hint else '.'}{hint} Pass all"
                    " labels there are as classes."
                )
        return np.array([known[text] for text in texts], dtype=int)[codes]


def _check_covers(values, chosen):
    missing = [value for value in values if value not in chosen]
    if missing:
        raise ValueError(
            f"classes lacks {missing}, which y holds. Pass all labels there are, or"
            " None for those of y."
        )
    return chosen


def _names(values, texts, class_names):
    if class_names is None:
        names = texts
    elif hasattr(class_names, "keys"):
        names = [str(class_names.get(v, t)) for v, t in zip(values, texts, strict=True)]
    elif len(class_names) == len(values):
        names = [str(name) for name in class_names]
    else:
        raise ValueError(
            f"class_names has {len(class_names)} names, but there are {len(values)}"
            f" classes: {_some(texts)}. Pass one for each, or a dict of names by label."
        )
    seen = [name.strip() or "(empty)" for name in names]
    # a page shows no blanks: where they are all the difference, quotes show it
    return [
        repr(name) if name != plain and seen.count(plain) > 1 else plain
        for name, plain in zip(names, seen, strict=True)
    ]


def _some(texts):
    return ", ".join(texts[:8]) + (", …" if len(texts) > 8 else "")
