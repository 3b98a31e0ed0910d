"""What networks say of samples that they didn't train on, and when they say it best."""

import warnings
from numbers import Integral
from typing import NamedTuple

import numpy as np
from sklearn.base import clone

from sknoisy._engine.held_out import BestOnHeldOut, calibrate
from sknoisy._fold_fits import FoldFit, spread_fits
from sknoisy._folds import folds_to_judge_by
from sknoisy._out_of_fold import certain, mean_of_folds
from sknoisy._rows import take

ANNEALED = 1.5  # a rate that ends low holds out longer than one that is cut off


class CrossFit(NamedTuple):
    """Out-of-fold probabilities, and how long the networks trained for them.

    Parameters
    ----------
    posterior : ndarray of shape (n_samples, n_classes)
        P(given label | x) in double precision; rows sum to one.

    n_epochs : int
        For how many annealed epochs to train: half as many again as networks took until
        held-out given labels were likeliest; later they learn wrong ones by heart.
    """

    posterior: np.ndarray
    n_epochs: int


def cross_fit(
    classifier,
    X,
    codes,
    *,
    cv,
    random_state,
    trusted=None,
    groups=None,
    calibrates=False,
):
    """Return what networks say of every row that they didn't train on.

    A network's opinion of rows that it trained on leans towards their labels, right or
    wrong. Where some class has a single row, that is all there is.

    Parameters
    ----------
    classifier : NoisyLabelClassifier
        Cloned, with a seed of its own for each fold.

    X : ndarray or CSR matrix of shape (n_samples, ...)

    codes : ndarray of shape (n_samples,)
        Labels 0…c−1, every class among them.

    cv : int, cross-validation generator or iterable
        How many folds there should be; fewer where a class has fewer rows, and 1 for
        none. Others divide the rows that aren't trusted.

    random_state : RandomState

    trusted : BoolTensor of shape (n_samples,), default=None
        Rows whose labels are known to be right: nothing is learned from them, since
        they don't show how others go wrong.

    groups : ndarray of int of shape (n_samples,), default=None
        No network has an opinion of rows of a group that it trained on.

    calibrates : bool, default=False
        Whether to bring the posterior to the temperature at which it predicts best.

    Returns
    -------
    found : CrossFit
    """
    noisy = _noisy_rows(codes, trusted)
    n_samples, n_classes = len(codes), codes.max() + 1

    def begin(train, test, seed):
        known = np.unique(codes[train])
        if len(known) == 1:  # nothing to tell apart
            return None
        best = BestOnHeldOut(X, test, codes, noisy, known, n_classes)
        model = clone(classifier).set_params(callbacks=[("best", best)])
        model.set_params(random_state=seed)
        return FoldFit(model, X[train], codes[train], {}, train)

    def say(model, train, test, seed):
        if model is None:
            known = codes[train[0]]
            return certain(known, len(test), n_classes), classifier.max_epochs
        best = dict(model.net_.callbacks_)["best"]
        return best.proba_, min(ANNEALED * best.epoch_, model.net_.max_epochs)

    folds = _folds(X, codes, noisy, cv, random_state, groups)
    told = [(*fold, random_state.randint(np.iinfo(np.int32).max)) for fold in folds]
    found = spread_fits(classifier, begin, say, told, n_samples)
    found, n_epochs = zip(*found, strict=True)
    posterior = mean_of_folds(folds, found, n_samples, n_classes)
    posterior /= posterior.sum(axis=1, keepdims=True)
    if calibrates:
        heard = [test[np.isin(codes[test], codes[train])] for train, test in folds]
        heard = np.isin(np.arange(n_samples), np.concatenate(heard))
        posterior = calibrate(posterior, codes, noisy & heard)
    return CrossFit(posterior, round(np.mean(n_epochs)))


def _noisy_rows(codes, trusted):
    """Return the mask of labels to learn from: all, where others lack a class."""
    everything = np.ones(len(codes), dtype=bool)
    noisy = everything if trusted is None else ~trusted.numpy()
    counts = np.bincount(codes[noisy], minlength=codes.max() + 1)
    return noisy if counts.min() > 1 else everything


def _folds(X, codes, noisy, cv, random_state, groups):
    """Return rows to train on, all of them noisy, and rows to judge."""
    rows, everybody = np.flatnonzero(noisy), np.arange(len(codes))
    if isinstance(cv, Integral) and cv == 1:
        return [(rows, everybody)]
    folds = folds_to_judge_by(
        cv,
        codes[rows],
        None if groups is None else groups[rows],
        X=take(X, rows, len(codes)),
        random_state=random_state,
        knows_all=True,
    )
    if not folds:
        warnings.warn(
            "Some class has a single label, so that no network can judge rows that"
            " it wasn't trained on: what seems to be wrong with labels will be too"
            " little. Leave such classes out, or merge them.",
            UserWarning,
            stacklevel=2,
        )
        return [(rows, everybody)]
    folds = [(rows[train], rows[test]) for train, test in folds]
    return _with_trusted(folds, np.flatnonzero(~noisy), groups)


def _with_trusted(folds, others, groups):
    """Share out rows that nobody trains on; to the fold that their group is in."""
    if groups is not None:
        taken = np.zeros(len(others), dtype=bool)
        for i, (train, test) in enumerate(folds):
            mine = np.isin(groups[others], groups[test])
            folds[i] = train, np.append(test, others[mine])
            taken |= mine
        others = others[~taken]
    shares = np.array_split(others, len(folds))
    return [
        (train, np.sort(np.concatenate([test, more])))
        for (train, test), more in zip(folds, shares, strict=True)
    ]
