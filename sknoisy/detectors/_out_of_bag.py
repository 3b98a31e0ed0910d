"""What the trees of a forest say of samples that they were not grown on."""

import warnings

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.pipeline import Pipeline

from sknoisy._out_of_fold import check_gives_probabilities
from sknoisy._rows import cut_params, take
from sknoisy._weights import those_present, weights_for


def default_forest(n_samples, random_state=None, n_jobs=None, n_alike=1):
    """Return the classifier for those who name none; it votes out of bag.

    Each tree sees few samples, so that wrong labels are a minority wherever it looks,
    and each sample has many trees that didn't see it. So are they in leaves of several
    groups, which have `n_alike` samples each.
    """
    return ExtraTreesClassifier(
        bootstrap=True,
        max_samples=min(n_samples, max(20, round(0.3 * n_samples))),
        min_samples_leaf=2 * n_alike,
        n_jobs=n_jobs,
        random_state=random_state,
    )


def vote_out_of_bag(classifier, X, codes, kept=None, sample_weight=None):
    """Return shares of votes (n_samples, n_classes), of trees that didn't see a sample.

    Parameters
    ----------
    classifier : classifier
        A forest, or a Pipeline with one at its end; cloned.

    X : array-like with n_samples rows

    codes : ndarray of shape (n_samples,)
        Given labels 0…c−1.

    kept : ndarray of bool of shape (n_samples,), default=None
        Which samples to grow trees on; all trees vote on the others. Where every tree
        saw a sample, no class is likelier; without `kept`, the frequent ones are.

    sample_weight : ndarray of shape (n_samples,), default=None
        Samples of weight zero are not grown on either.
    """
    check_gives_probabilities(classifier)
    classifier = clone(classifier)
    forest = _ready(classifier)
    n_samples, n_classes = len(codes), codes.max() + 1
    everything = np.arange(n_samples)
    rows = those_present(
        everything if kept is None else np.flatnonzero(kept), sample_weight
    )
    params = cut_params(weights_for(classifier, sample_weight), rows, n_samples)
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        # samples that every tree saw are seen to below
        warnings.filterwarnings("ignore", "Some inputs do not have OOB", UserWarning)
        warnings.filterwarnings("ignore", "Using the fractional value max_samples")
        classifier.fit(take(X, rows, n_samples), codes[rows], **params)
    seen = np.unique(codes[rows])
    shares = np.bincount(codes) / n_samples if kept is None else np.ones(n_classes)
    votes = np.zeros((n_samples, n_classes))
    votes[np.ix_(rows, seen)] = _known(forest.oob_decision_function_, shares[seen])
    others = np.setdiff1d(everything, rows)
    if others.size:
        of_all = classifier.predict_proba(take(X, others, n_samples))
        votes[np.ix_(others, seen)] = of_all
    return votes


def _ready(classifier):
    """Return the forest of `classifier`, told to vote out of bag."""
    forest = classifier[-1] if isinstance(classifier, Pipeline) else classifier
    if not {"oob_score", "bootstrap"} <= forest.get_params(deep=False).keys():
        raise ValueError(
            f"cv='oob' needs a classifier that draws bootstrap samples, such as a"
            f" random forest; {type(forest).__name__} doesn't. Pass a number of folds."
        )
    return forest.set_params(oob_score=True, bootstrap=True)


def _known(votes, otherwise):
    votes = np.nan_to_num(votes)
    votes[votes.sum(axis=1) == 0] = otherwise  # every tree saw it
    return votes / votes.sum(axis=1, keepdims=True)
