"""Rows that are nearly equal: copies that were rounded, retyped or shifted."""

import re

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors

from sknoisy.data_issues._neighbors import MOST_ROWS
from sknoisy.data_issues._report import DataIssue
from sknoisy.data_issues._words import counted, verb

__all__ = ["near_duplicates"]

CLOSE = 0.1  # of the distance to the tenth neighbor, what the first may at most have
BY_CHANCE = 0.01  # pairs so close, in all of the data, that chance may make
FEWEST = 6  # rows, of which there is anything to say
SAME_TEXT = 0.05  # cosine distance of counts of pieces of words


def near_duplicates(data):
    """Find rows that are far nearer to another than neighbors are by chance.

    Where ten neighbors lie as chance wants in d dimensions, the first one is within
    a share t of the distance to the tenth with probability 1 - (1 - t^d)^9. d is
    estimated, and t chosen such that in all of the data less than one pair is expected.
    ``details["pairs"]`` lists places, the nearest pair first.
    """
    pairs, is_sample = _pairs_of_texts(data) if data.texts is not None else _pairs(data)
    rows = np.unique(pairs)
    if len(rows) < min(FEWEST, 0.01 * data.n_samples + 1):
        return None
    among = f" among {MOST_ROWS:,} rows that were looked at" if is_sample else ""
    return DataIssue(
        "near_duplicates",
        f"{counted(len(rows), 'row')} {verb(len(rows), 'is', 'are')} nearly equal to"
        f" another{among}.",
        "Whoever has learned from one of them vouches for the label of the other, wrong"
        " or not.",
        "Nothing: they are told of here.",
        "Say which rows belong together (--group), or leave copies out.",
        "warning" if len(rows) > 0.05 * data.n_samples else "note",
        rows=data.rows[rows],
        details={"pairs": data.rows[pairs[:200]].tolist(), "is_sample": is_sample},
    )


def _pairs(data):
    found = data.neighbors
    if found is None:
        return np.empty((0, 2), dtype=int), False
    n, k = found.distances.shape
    limit = min(CLOSE, (BY_CHANCE / ((k - 1) * n)) ** (1 / found.dimension))
    ratio = found.distances[:, 0] / np.maximum(found.distances[:, -1], 1e-12)
    close = np.flatnonzero(ratio < limit)
    close = close[np.argsort(ratio[close], kind="stable")]
    return np.column_stack([found.places, found.neighbors[:, 0]])[
        close
    ], found.is_sample


def _pairs_of_texts(data):
    """Return pairs of texts that differ, but in a few letters or marks only."""
    places = np.sort(np.unique(data.twins, return_index=True)[1])
    is_sample = len(places) > MOST_ROWS
    if is_sample:
        rng = np.random.default_rng(data.seed)
        places = np.sort(rng.choice(places, MOST_ROWS, replace=False))
    texts = [_bare(data.texts[i]) for i in places]
    if len(texts) < 3 or not any(texts):
        return np.empty((0, 2), dtype=int), is_sample
    pieces = TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=(3, 3),
        min_df=2,
        max_features=20_000,
        dtype=np.float32,
    )
    try:
        counts = pieces.fit_transform(texts)
    except ValueError:  # no piece comes twice
        return np.empty((0, 2), dtype=int), is_sample
    known = np.flatnonzero(np.diff(counts.indptr) >= 5)  # "ok" says nothing
    if len(known) < 3:
        return np.empty((0, 2), dtype=int), is_sample
    finder = NearestNeighbors(n_neighbors=1, metric="cosine").fit(counts[known])
    distances, neighbors = finder.kneighbors()
    close = np.flatnonzero(distances[:, 0] < SAME_TEXT)
    close = close[np.argsort(distances[close, 0], kind="stable")]
    found = np.column_stack([places[known], places[known[neighbors[:, 0]]]])
    return found[close], is_sample


def _bare(text):
    return re.sub(r"[\W_]+", " ", str(text)).casefold().strip()
