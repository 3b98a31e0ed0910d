"""Who judges the labels of images: a small network, or forests that look at pixels."""

import warnings

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import train_test_split

from sknoisy import NoisyLabelClassifier, TrueLabelPosterior
from sknoisy._cli._sampled import MOST_ROWS
from sknoisy.detectors._looks import log_probabilities

__all__ = ["judge_of_images", "network_judges"]

TRIED_ON = 3000  # images
PASSES = 40_000  # of single images, forth and back, that a network learns from
EPOCHS = (6, 60)


def judge_of_images(table):
    """Return the detector; each network judges images that it hasn't seen."""
    if not network_judges(table):
        return TrueLabelPosterior()
    return TrueLabelPosterior(_network(min(len(table.y), MOST_ROWS)), cv=3)


def network_judges(table):
    """Whether a network foretells given labels clearly better than a forest.

    Of a third of the images, by those who learned from the others; better means by two
    standard errors, at the sharpness that suits each.
    """
    known = getattr(table, "network_judges", None)
    if known is None:
        known = table.network_judges = _is_better(table.X, table.y)
    return known


def _is_better(X, y):
    classes, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    rows = np.flatnonzero(counts[codes] >= 3)
    rng = np.random.default_rng(0)
    rows = rng.permutation(rows)[:TRIED_ON]
    n_each = np.bincount(codes[rows], minlength=len(classes))
    rows = rows[n_each[codes[rows]] >= 3]  # of which both parts have some
    if len(np.unique(codes[rows])) < 2:
        return False
    train, test = train_test_split(
        rows, test_size=1 / 3, stratify=codes[rows], random_state=0
    )
    flat = X.reshape(len(X), -1)
    judges = [
        (ExtraTreesClassifier(min_samples_leaf=3, random_state=0), flat),
        (_network(len(train)).set_params(random_state=0), X),
    ]
    places = np.unique(codes[train], return_inverse=True)[1]
    told = np.searchsorted(np.unique(codes[train]), codes[test])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a class that a trial doesn't predict
        forest, network = (
            log_probabilities(told, judge.fit(Z[train], places).predict_proba(Z[test]))
            for judge, Z in judges
        )
    gain = network - forest
    return bool(gain.mean() > 2 * gain.std() / np.sqrt(len(gain)))


def _network(n_images):
    n_epochs = int(np.clip(round(PASSES / n_images), *EPOCHS))
    return NoisyLabelClassifier(batch_size=128, max_epochs=n_epochs)
