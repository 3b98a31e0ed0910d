"""Counts of labels of neighbors, and the matrix that explains them."""

import numpy as np
from scipy.optimize import linear_sum_assignment, minimize
from scipy.special import softmax

ORDERS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
LEAST = 1e-3  # a start at zero would stay there
TINY = 1e-12
OPTIONS = {"maxiter": 3000, "maxfun": 5000, "ftol": 1e-12, "gtol": 1e-9}


def consensus_counts(triples, n_classes):
    """Return how frequent labels, pairs and triples of labels are, in any order.

    Parameters
    ----------
    triples : ndarray of shape (n_triples, 3)
        Labels of samples and of their two nearest neighbors.

    n_classes : int

    Returns
    -------
    counts : list of ndarray
        Shares of shapes (c,), (c, c) and (c, c, c), each of which adds up to one.
    """
    shape = (n_classes,) * 3
    cubes = [
        np.bincount(
            np.ravel_multi_index(triples[:, order].T, shape), minlength=n_classes**3
        )
        for order in map(list, ORDERS)
    ]
    cube = np.mean(cubes, axis=0).reshape(shape) / len(triples)
    return [cube.sum(axis=(1, 2)), cube.sum(axis=2), cube]


def explain(counts, transition, prior, pull=0.0):
    """Return the matrix and class frequencies whose consensus is nearest to `counts`.

    Minimizes half the squared distance to the counts, plus half the mean squared
    distance of rows to those of `transition` times `pull`.
    """
    logs = np.log(np.concatenate([transition.ravel(), prior]).clip(min=LEAST))
    found = minimize(
        objective,
        logs,
        args=(counts, transition, pull),
        jac=True,
        method="L-BFGS-B",
        options=OPTIONS,
    )
    transition, prior = unpack(found.x, len(prior))
    order = most_faithful_order(transition)
    return transition[order], prior[order]


def objective(parameters, counts, start, pull):
    """Return what `explain` minimizes, and its gradient by the parameters."""
    transition, prior = unpack(parameters, len(start))
    one, two, three = differences = [
        expected - counted
        for expected, counted in zip(consensus(transition, prior), counts, strict=True)
    ]
    moved, weight = transition - start, pull / len(start)
    value = sum((d**2).sum() for d in differences) + weight * (moved**2).sum()
    # counts are the same in any order, so each place of a label adds the same
    by_one = np.broadcast_to(one, transition.shape)
    by_two = transition @ two
    by_three = pairs(transition) @ three.reshape(len(prior), -1).T
    rows = prior[:, None] * (by_one + 2 * by_two + 3 * by_three) + weight * moved
    frequencies = (transition * (by_one + by_two + by_three)).sum(axis=1)
    slope = [through_softmax(rows, transition), through_softmax(frequencies, prior)]
    return value / 2, np.concatenate([part.ravel() for part in slope])


def through_softmax(slope, shares):
    """Turn a gradient by shares into one by the numbers whose softmax they are."""
    return shares * (slope - (shares * slope).sum(axis=-1, keepdims=True))


def consensus(transition, prior):
    """Return the expected shares of labels, pairs and triples of labels."""
    joint = transition.T * prior
    triples = joint @ pairs(transition)
    return prior @ transition, joint @ transition, triples.reshape((len(prior),) * 3)


def pairs(transition):
    """Return, for each true class, the probabilities of all pairs of labels."""
    n_classes = len(transition)
    return (transition[:, :, None] * transition[:, None, :]).reshape(n_classes, -1)


def most_faithful_order(transition):
    """Return the order of rows in which the labels kept are most likely.

    What neighbors agree on is the same whatever the classes are called.
    """
    _, order = linear_sum_assignment(-np.log(transition + TINY).T)
    return order


def unpack(parameters, n_classes):
    """Return the matrix and the class frequencies of unconstrained parameters."""
    rows = parameters[: n_classes**2].reshape(n_classes, n_classes)
    return softmax(rows, axis=1), softmax(parameters[n_classes**2 :])
