"""A classifier's opinion of each sample, formed without its votes."""

from functools import partial

import numpy as np
from sklearn.base import clone

from sknoisy._out_of_fold import certain, probabilities_of, run_folds
from sknoisy._rows import take
from sknoisy.annotators._training import fit_on


def predict_votes(estimator, X, consensus, folds, *, training, params):
    """Return class probabilities by clones that weren't fitted on the sample.

    Parameters
    ----------
    estimator : classifier

    X : array-like with n_samples rows

    consensus : Consensus
        What the clones are fitted on.

    folds : list of pairs of index arrays
        Samples to fit on, and samples to predict.

    training, params
        As in `fit_on`.

    Returns
    -------
    pred_probs : ndarray of shape (n_samples, n_classes)
        Zeros for samples that are not to be predicted.
    """
    judge = partial(_fit_and_predict, estimator, X, consensus, training, params)
    return run_folds(judge, folds, *consensus.proba.shape)


def _fit_and_predict(estimator, X, consensus, training, params, train, test):
    n_samples, n_classes = consensus.proba.shape
    codes = np.unique(consensus.codes[train])
    if len(codes) == 1:  # nothing to learn, and most classifiers would refuse
        return certain(codes, len(test), n_classes)
    model = clone(estimator)
    classes = fit_on(consensus, model, X, train, training=training, params=params)
    known = np.searchsorted(consensus.classes, classes)
    names = getattr(model, "classes_", classes)  # numbers, after soft labels
    found = take(X, test, n_samples)
    return probabilities_of(model, found, known, n_classes, names)


def with_others(folds, rows, others, groups):
    """Add samples without votes, judged by all `rows` or with others of their group."""
    if groups is not None:
        strange = ~np.isin(groups[others], groups[rows])
        theirs, others = others[~strange], others[strange]
        folds = [
            (train, np.append(test, theirs[np.isin(groups[theirs], groups[test])]))
            for train, test in folds
        ]
    return [*folds, (rows, others)] if others.size else folds
