"""Why a label is under suspicion: rows that are most like it, and what a judge says."""

from dataclasses import dataclass, field

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors

from sknoisy.data_issues._data import data_of

__all__ = ["Reason", "find_reasons", "probabilities_of"]

N_SIMILAR = 5
MOST_ROWS = 30_000  # among which similar ones are looked for
MOST_TOLD = 3  # classes that the judge's opinion is told of
LEAST = 0.01  # probability of a class that is worth a word


@dataclass(frozen=True)
class Reason:
    """What speaks for and against a given label.

    Parameters
    ----------
    given, suggested : int
        Codes of classes.

    similar : list of int
        Places of the rows that are most like it.

    labels : list of int
        Codes of their given labels.

    n_equal : int
        How many of them are equal to it in all that was compared.

    probabilities : list of (int, float)
        The classes that a judge thinks most likely, and how likely they are.
    """

    given: int
    suggested: int
    similar: list = field(default_factory=list)
    labels: list = field(default_factory=list)
    n_equal: int = 0
    probabilities: list = field(default_factory=list)

    def sentences(self, names):
        """Return the reasons in words; `names` are those of the classes."""
        told = []
        if self.similar:
            counts = np.bincount(self.labels, minlength=len(names))
            others = [int(code) for code in np.argsort(-counts, kind="stable")]
            shown = [c for c in others if counts[c] and c != self.given][:2]
            parts = [
                f"{counts[code]} {'is' if counts[code] == 1 else 'are'} {names[code]}"
                for code in shown
            ]
            parts.append(f"{counts[self.given] or 'none'} {names[self.given]}")
            told.append(
                f"Of the {len(self.similar)} rows most like it {', '.join(parts)}."
            )
        if self.n_equal:
            told.append(f"{self.n_equal} of them equal it in all features.")
        if self.probabilities:
            parts = [f"{names[code]} {_percent(p)}" for code, p in self.probabilities]
            told.append(f"By features and given label: {', '.join(parts)}.")
        return told


def find_reasons(X, y, rows, given, suggested, pred_probs=None, *, n_similar=N_SIMILAR):
    """Return a `Reason` for each of `rows`.

    Parameters
    ----------
    X : array-like of length n_samples, or Table
        What similar rows are looked for by; of what it can't be told, there are none.

    y : ndarray of shape (n_samples,)

    rows : ndarray of int of shape (n_rows,)

    given, suggested : ndarray of int of shape (n_samples,)
        Codes of labels.

    pred_probs : ndarray of shape (n_samples, n_classes), default=None
        Columns in the order of the codes.

    n_similar : int, default=5
    """
    similar, n_equal = _similar(X, y, rows, n_similar)
    found = []
    for place, row in enumerate(rows.tolist()):
        near = similar[place] if len(similar) else []
        found.append(
            Reason(
                int(given[row]),
                int(suggested[row]),
                [int(i) for i in near],
                [int(given[i]) for i in near],
                int(n_equal[place]) if len(similar) else 0,
                _likeliest(pred_probs, row, int(given[row])),
            )
        )
    return found


def probabilities_of(detector, classes, n_samples):
    """Return probabilities of true labels by a detector, a column for each class.

    None where it has none, or for other samples.
    """
    detector = getattr(detector, "detector_", detector)
    found = getattr(detector, "posterior_", getattr(detector, "pred_probs_", None))
    if found is None or len(found) != n_samples:
        return None
    known = detector.classes_.tolist()
    if known == list(classes):
        return found
    places = {label: place for place, label in enumerate(classes)}
    if not set(known) <= set(places):
        return None
    spread = np.zeros((n_samples, len(places)), dtype=found.dtype)
    spread[:, [places[label] for label in known]] = found
    return spread


def _likeliest(pred_probs, row, given):
    """Return the likeliest classes, and the given one at any rate."""
    if pred_probs is None or not np.isfinite(pred_probs[row]).all():
        return []
    p = np.asarray(pred_probs[row], dtype=float)
    top = [c for c in np.argsort(-p, kind="stable")[:MOST_TOLD] if p[c] >= LEAST]
    return [(int(c), float(p[c])) for c in dict.fromkeys([*top, given])]


def _similar(X, y, rows, n_similar):
    """Return places of the nearest rows, and how many are at no distance."""
    nothing = np.empty((0, 0), dtype=int), np.empty(0, dtype=int)
    if not n_similar or not len(rows) or len(y) < 2:
        return nothing
    try:
        data = data_of(X, y, label="y", groups=None, seed=0)
    except (TypeError, ValueError):  # objects that only their owner can compare
        return nothing
    points, metric = _points(data)
    if points is None:
        return nothing
    known = np.arange(len(y))
    if len(known) > MOST_ROWS:
        rng = np.random.default_rng(0)
        known = np.sort(rng.choice(known, MOST_ROWS, replace=False))
    finder = NearestNeighbors(metric=metric, algorithm="brute").fit(points[known])
    n_asked = min(n_similar + 1, len(known))
    distances, neighbors = finder.kneighbors(points[rows], n_asked)
    neighbors = known[neighbors]
    is_self = neighbors == rows[:, None]
    first = np.argsort(is_self, axis=1, kind="stable")[:, : min(n_similar, n_asked - 1)]
    places = np.take_along_axis(neighbors, first, axis=1)
    n_equal = (data.twins[places] == data.twins[rows][:, None]).sum(axis=1)
    return places, n_equal


def _points(data):
    if data.texts is None:
        return data.numbers, "euclidean"
    words = TfidfVectorizer(sublinear_tf=True, max_features=20_000, dtype=np.float32)
    try:
        return words.fit_transform(data.texts), "cosine"
    except ValueError:  # no words at all
        return None, ""


def _percent(p):
    if p < 0.005:
        return "below 1 %"
    return "above 99 %" if p > 0.995 else f"{p:.0%}".replace("%", " %")
