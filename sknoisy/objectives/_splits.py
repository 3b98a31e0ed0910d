"""Ways to part the labels that look right from those that don't; numpy in and out."""

from functools import partial

import numpy as np
from scipy.spatial.distance import pdist
from sklearn.cluster import DBSCAN

from sknoisy._params import choose_arguments
from sknoisy._ranges import check_count, check_range
from sknoisy._registry import lookup
from sknoisy.quality import clean_probability, soft_neighbor_labels

FACTS = ("losses", "features", "labels")  # what a split may ask for
MOST_PAIRED = 2000  # rows whose distances are looked at, two million pairs


def mixture_split(losses, *, mixture="gaussian", threshold=0.5):
    """Return the samples whose loss belongs to the lower of two distributions.

    Parameters
    ----------
    losses : ndarray of shape (n_samples,)

    mixture : {"gaussian", "beta"}, default="gaussian"

    threshold : float in [0, 1], default=0.5
        How probable that must be.
    """
    check_range("[0, 1]", threshold=threshold)
    return clean_probability(losses, mixture) >= threshold


def neighbors_split(features, labels, *, n_neighbors=20, metric="cosine"):
    """Return the samples whose label wins the vote of their neighbors.

    Parameters
    ----------
    features : ndarray of shape (n_samples, n_outputs)

    labels : ndarray of shape (n_samples,)

    n_neighbors : int, default=20

    metric : str or callable, default="cosine"
    """
    if len(np.unique(labels)) == 1:
        return np.ones(len(labels), dtype=bool)
    shares = soft_neighbor_labels(labels, features, n_neighbors, metric=metric)
    return shares.argmax(axis=1) == labels


def dbscan_split(features, labels, *, rho="auto", min_samples=4):
    """Return the samples in a cluster that has their label more often than others.

    Parameters
    ----------
    features : ndarray of shape (n_samples, n_outputs)

    labels : ndarray of shape (n_samples,)

    rho : float in (0, 1] or "auto", default="auto"
        Samples are near each other at the mean of this smallest share of all distances.
        "auto" is a fifth of one over the number of classes.

    min_samples : int, default=4
        How many samples near to one make it the core of a cluster.
    """
    rho = 0.2 / (labels.max() + 1) if rho == "auto" else rho
    check_range("(0, 1]", rho=rho)
    check_count(min_samples=min_samples)
    nearness = mean_of_smallest(features, rho)
    clusters = DBSCAN(eps=nearness, min_samples=min_samples).fit_predict(features)
    counts = np.zeros((clusters.max() + 2, labels.max() + 1), dtype=np.intp)
    np.add.at(counts, (clusters, labels), 1)
    return (clusters >= 0) & (counts.argmax(axis=1)[clusters] == labels)


def mean_of_smallest(features, rho):
    """Return the mean of the smallest share `rho` of the distances between rows."""
    step = -(-len(features) // MOST_PAIRED)  # all pairs of many rows fill any memory
    distances = pdist(features[::step])
    if not len(distances):
        return 1.0
    n_smallest = max(1, round(rho * len(distances)))
    smallest = np.partition(distances, n_smallest - 1)[:n_smallest]
    return max(float(smallest.mean()), np.finfo(np.float32).tiny)


SPLITS = {
    "dbscan": dbscan_split,
    "mixture": mixture_split,
    "neighbors": neighbors_split,
}


def find_split(split):
    """Return the function that `split` names; a function is returned as it is."""
    if callable(split):
        return split
    return lookup(
        split,
        SPLITS,
        parameter="split",
        kind="a split",
        otherwise="a function that returns a boolean for each sample",
    )


def make_split(split, given):
    """Return a split with parameters of its own."""
    split = find_split(split)
    facts = dict.fromkeys(FACTS)
    choose_arguments(split, given=given, facts=facts, part="split")
    return partial(split, **given) if given else split
