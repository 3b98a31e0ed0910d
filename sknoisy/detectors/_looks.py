"""Looks at samples by classifiers that don't know their labels, and whose to trust."""

import warnings

import numpy as np
from scipy.special import log_softmax
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import _safe_indexing, check_array
from sklearn.utils.validation import FLOAT_DTYPES

from sknoisy._seeds import draw_seed
from sknoisy.detectors._out_of_fold import make_folds, predict_out_of_sample

FOLDS = 5
LEAST = 0.01  # of an even share, for a class without a vote
POWERS = 2.0 ** np.arange(-4, 2.5, 0.5)


class OutOfFold:
    """Class probabilities by fits on other folds.

    Parameters
    ----------
    classifier : classifier
        Cloned for every fold.

    folds : iterable of pairs of index arrays

    n_jobs : int, default=None
    """

    def __init__(self, classifier, folds, n_jobs=None):
        self.classifier = self.at_first = classifier
        self.folds = list(folds)
        self.n_jobs = n_jobs

    def __call__(self, X, codes, kept=None):
        """Return probabilities (n_samples, n_classes), by fits on what is `kept`."""
        folds = self.folds
        if kept is not None:
            folds = [(_trusted(train, kept, codes), test) for train, test in folds]
        return predict_out_of_sample(
            self.classifier, X, codes, cv=folds, n_jobs=self.n_jobs
        )


class OutOfBag:
    """The votes of trees that did not see a sample's label.

    Parameters
    ----------
    classifier : classifier
        A forest, or a Pipeline with one at its end, for labels that seem right.

    at_first : classifier, default=None
        The same for all labels, wrong ones among them.
    """

    def __init__(self, classifier, at_first=None):
        self.classifier = classifier
        self.at_first = classifier if at_first is None else at_first

    def __call__(self, X, codes, kept=None):
        """Return shares of votes (n_samples, n_classes), by fits on what is `kept`."""
        if kept is None:
            return predict_out_of_sample(self.at_first, X, codes, cv="oob")
        classifier = clone(self.classifier)
        forest = classifier[-1] if isinstance(classifier, Pipeline) else classifier
        forest.set_params(oob_score=True, bootstrap=True)
        with warnings.catch_warnings():  # of samples that every tree saw, and of few
            warnings.filterwarnings("ignore", "Some inputs do not have OOB")
            warnings.filterwarnings("ignore", "Using the fractional value max_samples")
            classifier.fit(_safe_indexing(X, np.flatnonzero(kept)), codes[kept])
        votes = np.empty((len(codes), codes.max() + 1))
        votes[kept] = _known_votes(forest.oob_decision_function_)
        if not kept.all():
            others = _safe_indexing(X, np.flatnonzero(~kept))
            votes[~kept] = classifier.predict_proba(others)
        return votes


class Linear(OutOfFold):
    """What a logistic regression says, by fits on other folds.

    Parameters
    ----------
    X : array-like or sparse matrix
        Dense features are standardized; sparse ones stay as they are, since rare
        words would outweigh all others.

    folds : iterable of pairs of index arrays

    n_jobs : int, default=None
    """

    def __init__(self, X, folds, n_jobs=None):
        regression = LogisticRegression(max_iter=200)
        dense = not hasattr(X, "tocsr")
        classifier = (
            make_pipeline(StandardScaler(), regression) if dense else regression
        )
        super().__init__(classifier, folds, n_jobs)

    def __call__(self, X, codes, kept=None):
        """Return probabilities (n_samples, n_classes), by fits on what is `kept`."""
        with warnings.catch_warnings():  # 200 steps are enough to judge by
            warnings.simplefilter("ignore", ConvergenceWarning)
            return super().__call__(X, codes, kept)


def make_looks(detector, X, codes, make_forests):
    """Return the looks among which to choose: the user's, or those by default.

    Parameters
    ----------
    detector : detector
        Has the parameters `classifier`, `cv`, `n_jobs` and `random_state`.

    X : array-like with n_samples rows

    codes : ndarray of shape (n_samples,)

    make_forests : callable
        ``(codes, n_jobs, seed) -> OutOfBag``, for those who name no classifier. A
        linear model looks beside it, but where values are missing.
    """
    classifier, n_jobs = detector.classifier, detector.n_jobs
    out_of_bag = isinstance(detector.cv, str) and detector.cv == "oob"
    if classifier is None:
        _check_numbers(X)
        seed = draw_seed(detector.random_state)
        folds = make_folds(FOLDS if out_of_bag else detector.cv, codes, seed)
        forests = make_forests(codes, n_jobs, seed)
        return [forests, *([Linear(X, folds, n_jobs)] if _is_finite(X) else [])]
    if out_of_bag:
        return [OutOfBag(classifier)]
    folds = make_folds(detector.cv, codes, detector.random_state)
    return [OutOfFold(classifier, folds, n_jobs)]


def best_look(looks, X, codes):
    """Return the look that foretells given labels best, and what it says of all.

    The first is taken unless another is better by two standard errors: many wrong
    labels leave little to tell two looks apart by.

    Parameters
    ----------
    looks : list of callables
        ``(X, codes) -> (n_samples, n_classes)``, out of sample.

    X : array-like with n_samples rows

    codes : ndarray of shape (n_samples,)
        Given labels 0…c−1.
    """
    best, *others = [(look, look(X, codes)) for look in looks]
    for other in others:
        gain = log_probabilities(codes, other[1]) - log_probabilities(codes, best[1])
        if gain.mean() > 2 * gain.std() / np.sqrt(len(gain)):
            best = other
    return best


def log_probabilities(codes, votes):
    """Return that of each label, at the sharpness under which all are likeliest.

    So it is no fault to sound too sure, or not sure enough.
    """
    logs, rows = (
        np.log(np.maximum(votes, LEAST / votes.shape[1])),
        np.arange(len(codes)),
    )
    told = [log_softmax(power * logs, axis=1)[rows, codes] for power in POWERS]
    return max(told, key=np.mean)


def _trusted(train, kept, codes):
    """Those of `train` that are kept, and all of a class that would be lost."""
    lost = ~np.isin(codes[train], codes[train[kept[train]]])
    return train[kept[train] | lost]


def _known_votes(votes):
    votes = np.nan_to_num(votes)
    votes[votes.sum(axis=1) == 0] = 1  # every tree saw it: no class is likelier
    return votes / votes.sum(axis=1, keepdims=True)


def _check_numbers(X):
    try:
        check_array(
            X,
            accept_sparse=True,
            dtype=FLOAT_DTYPES,
            ensure_all_finite=False,
            ensure_2d=False,  # of shapes, forests complain themselves
            allow_nd=True,
            ensure_min_samples=0,
            ensure_min_features=0,
        )
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(
            f"X is no table of numbers, which classifier=None needs: {error}. Encode"
            " its columns, or pass a Pipeline that does so as classifier=."
        ) from error


def _is_finite(X):
    try:
        check_array(X, accept_sparse=True)
    except ValueError:  # forests complain of what they can't take, either
        return False
    return True
