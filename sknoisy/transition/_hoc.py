"""The transition matrix from labels of neighbors: high-order consensus."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sknoisy._data_types import ArrayLike
from sknoisy._neighbors import nearest_neighbors
from sknoisy._ranges import check_count
from sknoisy.transition._counts import count_labels, surest
from sknoisy.transition._inputs import (
    check_labels_and_features,
    check_share,
    rows_of_counts,
)
from sknoisy.transition._triples import consensus_counts, explain

__all__ = ["hoc_transition"]

MOST_CLASSES = 300  # triples of labels need the cube of it
PULL = 50  # samples; 30 to 100 hardly differ on tables and images


def hoc_transition(
    labels: ArrayLike,
    features: Any,
    *,
    n_classes: int | None = None,
    n_pairs: int = 3,
    n_neighbors: int = 20,
    fraction: float = 0.5,
    metric: str | Callable[..., float] = "euclidean",
    n_jobs: int | None = None,
) -> np.ndarray:
    """Transition matrix from what the labels of near neighbors agree on [1]_.

    Samples that lie close to each other are of one class, mostly. Then the labels of a
    sample and of its two nearest neighbors are three draws from one row of the matrix,
    and how frequent labels, pairs and triples of labels are tells the rows. No model
    is trained, and the right label need not be the most frequent one of its class.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Given labels as codes 0…n_classes−1.

    features : {array-like, sparse matrix} of shape (n_samples, n_features)
        Features on scales that can be compared, or the representation of a network;
        also the class probabilities of a model that did not see the samples' labels.

    n_classes : int, default=None
        Number of classes. None takes the largest code plus one.

    n_pairs : int >= 1, default=3
        How many pairs of neighbors are looked at with each sample: the first and the
        second neighbor, the third and the fourth, and so on. 1 is [1]_; more have less
        variance.

    n_neighbors : int >= 1, default=20
        How many neighbors after those say where classes are apart.

    fraction : float in (0, 1], default=0.5
        Which share of the samples is counted: for each class, those whose further
        neighbors agree most that they are of it. Near boundaries neighbors are of
        several classes, which looks like noise. 1 counts all samples, as in [1]_; take
        it where another label is more frequent than the right one.

    metric : str or callable, default="euclidean"
        Distance, as scikit-learn's ``NearestNeighbors`` takes it. [1]_ takes "cosine".

    n_jobs : int, default=None
        Number of jobs for the search of neighbors.

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i). A class that no
        label names keeps its labels.

    Raises
    ------
    ValueError
        If labels are no codes, there are fewer than three samples, or more than 300
        classes.

    See Also
    --------
    likelihood_transition : From probabilities instead of features.

    Notes
    -----
    The matrix T and class frequencies p minimize the sum of the squared differences
    between counted and expected shares: ``sum_i p_i T_ij`` of labels,
    ``sum_i p_i T_ij T_ik`` of pairs, ``sum_i p_i T_ij T_ik T_il`` of triples [1]_.

    Differences from [1]_ and its authors' code: differences are squared, as a norm has
    no slope at its minimum and the search would stop short of it; all samples are
    counted, in every order of a triple, instead of rounds of 15,000 drawn ones; the
    search is L-BFGS with the exact gradient from a start that the neighbors name, not
    1,500 steps of Adam from a fixed one; rows are put in the order in which most labels
    are kept; there are `n_pairs`; `fraction` leaves out samples near boundaries; and
    rows are pulled, the less the more samples there are, to the labels of those whose
    neighbors agree: triples alone say little of rows that are much alike.
    What is asked about a sample are the labels of *other* neighbors than those counted,
    so that leaving some out moves nothing as long as labels are wrong independently of
    each other.

    References
    ----------
    .. [1] Zhu, Song and Liu, "Clusterability as an Alternative to Anchor Points When
       Learning with Noisy Labels", ICML 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.noise import SymmetricNoise
    >>> from sknoisy.transition import hoc_transition
    >>> X, y = load_digits(return_X_y=True)
    >>> labels = SymmetricNoise(0.3, random_state=0).fit(X, y).corrupt(y)
    >>> print(hoc_transition(labels, X).diagonal().mean().round(2))
    0.69
    """
    codes, table = check_labels_and_features(labels, features)
    n_classes = check_n_classes(n_classes, codes)
    check_count(n_pairs=n_pairs)
    check_count(n_neighbors=n_neighbors)
    fraction = check_share(fraction, "fraction")
    n_wanted = 2 * n_pairs + n_neighbors
    _, neighbors = nearest_neighbors(table, n_wanted, metric, n_jobs=n_jobs)
    near, further = np.split(codes[neighbors], [2 * n_pairs], axis=1)
    samples, classes = pure_samples(further, n_classes, fraction)
    triples = triples_of(codes[samples], near[samples])
    named = np.unique(triples)  # a class without labels would only be in the way
    start = rows_of_counts(count_labels(samples, classes, codes, n_classes))
    start = start[np.ix_(named, named)]
    prior = np.bincount(classes, minlength=n_classes)[named] / len(samples)
    counts = consensus_counts(np.searchsorted(named, triples), len(named))
    transition = np.eye(n_classes)
    pull = PULL / len(samples)
    transition[np.ix_(named, named)], _ = explain(counts, start, prior, pull)
    return transition


def pure_samples(votes, n_classes, fraction):
    """Return the samples whose further neighbors agree most, and on which class.

    Parameters
    ----------
    votes : ndarray of shape (n_samples, n_neighbors)
        Labels of the further neighbors; there may be none of them.

    n_classes : int

    fraction : float
        Share of the samples of each class to be kept.
    """
    n_samples = len(votes)
    places = np.arange(n_samples)[:, None] * n_classes + votes
    counts = np.bincount(places.ravel(), minlength=n_samples * n_classes)
    return surest(counts.reshape(n_samples, n_classes), fraction)


def triples_of(labels, near):
    """Return rows of three labels: a sample's own, and those of a pair of neighbors."""
    pairs = [near[:, i : i + 2] for i in range(0, near.shape[1] - 1, 2)]
    return np.concatenate([np.column_stack([labels, pair]) for pair in pairs])


def check_n_classes(n_classes, labels):
    """Return the number of classes, if it fits the labels and memory."""
    least = int(labels.max()) + 1
    n_classes = max(least, 2) if n_classes is None else n_classes
    check_count(2, n_classes=n_classes)
    if n_classes < least:
        raise ValueError(
            f"labels holds {least - 1}, but n_classes={n_classes}: expected codes 0 to"
            f" {n_classes - 1}."
        )
    if n_classes > MOST_CLASSES:
        raise ValueError(
            f"{n_classes} classes have {n_classes**3:,} triples of labels, too many to"
            f" count: hoc_transition takes up to {MOST_CLASSES} classes. Take"
            " likelihood_transition."
        )
    return n_classes
