"""Looks at samples by classifiers that don't know their labels, and whose to trust."""

import numbers
import warnings

import numpy as np
from scipy.special import log_softmax
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_array
from sklearn.utils.validation import FLOAT_DTYPES

from sknoisy._folds import folds_to_judge_by
from sknoisy._out_of_fold import predict_out_of_fold
from sknoisy._seeds import draw_seed
from sknoisy._weights import those_present
from sknoisy.detectors._alike import rows_alike
from sknoisy.detectors._class_shares import with_true_shares
from sknoisy.detectors._out_of_bag import vote_out_of_bag
from sknoisy.detectors._some import some_of

FOLDS = 5
LEAST = 0.01  # of an even share, for a class without a vote
POWERS = 2.0 ** np.arange(-4, 2.5, 0.5)


class OutOfFold:
    """Class probabilities by fits on other folds.

    Parameters
    ----------
    classifier : classifier
        Cloned for every fold, for labels that seem right.

    folds : iterable of pairs of index arrays

    n_jobs : int, default=None

    sample_weight : ndarray of shape (n_samples,), default=None

    at_first : classifier, default=None
        The same for all labels, wrong ones among them.

    most : int, default=None
        How many samples each learns from at most; None: all there are.

    seed : int, default=None
        Of the choice of these.
    """

    def __init__(
        self,
        classifier,
        folds,
        n_jobs=None,
        *,
        sample_weight=None,
        at_first=None,
        most=None,
        seed=None,
    ):
        self.classifier = classifier
        self.at_first = classifier if at_first is None else at_first
        self.folds = list(folds)
        self.n_jobs = n_jobs
        self.sample_weight = sample_weight
        self.most = most
        self.seed = seed

    def __call__(self, X, codes, kept=None):
        """Return probabilities (n_samples, n_classes), by fits on what is `kept`."""
        folds, classifier = self.folds, self.at_first
        if kept is not None:
            folds = [(_trusted(train, kept, codes), test) for train, test in folds]
            classifier = self.classifier
        if self.most is not None:
            folds = [(self._some(train, codes), test) for train, test in folds]
        options = {"sample_weight": self.sample_weight, "n_jobs": self.n_jobs}
        return predict_out_of_fold(classifier, X, codes, folds, **options)

    def _some(self, train, codes):
        present = those_present(train, self.sample_weight)
        return some_of(present, codes, self.most, self.seed)


class OutOfBag:
    """The votes of trees that did not see a sample's label.

    Parameters
    ----------
    classifier : classifier
        A forest, or a Pipeline with one at its end, for labels that seem right.

    at_first : classifier, default=None
        The same for all labels, wrong ones among them.

    sample_weight : ndarray of shape (n_samples,), default=None

    most : int, default=None
        How many samples trees are grown on at most; None: all there are.

    seed : int, default=None
        Of the choice of these.
    """

    def __init__(
        self, classifier, at_first=None, *, sample_weight=None, most=None, seed=None
    ):
        self.classifier = classifier
        self.at_first = classifier if at_first is None else at_first
        self.sample_weight = sample_weight
        self.most = most
        self.seed = seed

    def __call__(self, X, codes, kept=None):
        """Return shares of votes (n_samples, n_classes), by fits on what is `kept`."""
        classifier = self.at_first if kept is None else self.classifier
        kept = self._some(kept, codes)
        return vote_out_of_bag(classifier, X, codes, kept, self.sample_weight)

    def _some(self, kept, codes):
        """Return which samples to grow trees on, as few as is wanted."""
        if self.most is None or len(codes) <= self.most:
            return kept
        rows = np.arange(len(codes)) if kept is None else np.flatnonzero(kept)
        rows = those_present(rows, self.sample_weight)
        some = np.zeros(len(codes), dtype=bool)
        some[some_of(rows, codes, self.most, self.seed)] = True
        return some


class Forests(OutOfFold):
    """Forests that name themselves, by fits on other folds.

    Out of bag, a tree that didn't see a sample may have seen another one of its group.
    """

    def __call__(self, X, codes, kept=None):
        """Return probabilities (n_samples, n_classes), by fits on what is `kept`."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Using the fractional value max_samples")
            return super().__call__(X, codes, kept)


class Linear(OutOfFold):
    """What a logistic regression says, by fits on other folds.

    Parameters
    ----------
    X : array-like or sparse matrix
        Dense features are standardized; sparse ones stay as they are, since rare
        words would outweigh all others.

    folds : iterable of pairs of index arrays

    n_jobs : int, default=None

    **options : dict
        Of `OutOfFold`.
    """

    def __init__(self, X, folds, n_jobs=None, **options):
        regression = LogisticRegression(max_iter=200)
        dense = not hasattr(X, "tocsr")
        classifier = (
            make_pipeline(StandardScaler(), regression) if dense else regression
        )
        super().__init__(classifier, folds, n_jobs, **options)

    def __call__(self, X, codes, kept=None):
        """Return probabilities (n_samples, n_classes), by fits on what is `kept`."""
        # 200 steps are enough to judge by; nobody asked this Pipeline for requests
        with warnings.catch_warnings(), config_context(enable_metadata_routing=False):
            warnings.simplefilter("ignore", ConvergenceWarning)
            return super().__call__(X, codes, kept)


def make_looks(detector, X, codes, make_forests, *, groups=None, sample_weight=None):
    """Return the looks among which to choose: the user's, or those by default.

    Parameters
    ----------
    detector : detector
        Has the parameters `classifier`, `cv`, `n_jobs`, `max_samples` and
        `random_state`.

    X : array-like with n_samples rows

    codes : ndarray of shape (n_samples,)

    make_forests : callable
        ``(codes, n_jobs, seed, n_grown, n_alike) -> OutOfBag``, for those who name no
        classifier; `n_grown` is how many samples there are to grow trees on, and
        `n_alike` how many of them look alike, being of one group: a tree should take
        them for few. Both are heard then, those that do and others. Where there are
        groups, or a splitter says whom to judge by whom, the forests are fitted in
        folds instead. A linear model looks beside them, but where values are missing.

    groups, sample_weight : ndarray of shape (n_samples,), default=None
    """
    classifier, n_jobs, cv = detector.classifier, detector.n_jobs, detector.cv
    if classifier is not None:
        return [
            look_by(
                classifier,
                X,
                codes,
                cv=cv,
                random_state=detector.random_state,
                n_jobs=n_jobs,
                most=detector.max_samples,
                groups=groups,
                sample_weight=sample_weight,
            )
        ]
    _check_numbers(X)
    seed, most = draw_seed(detector.random_state), detector.max_samples
    told = {"sample_weight": sample_weight, "most": most, "seed": seed}
    folds = folds_to_judge_by(
        FOLDS if is_out_of_bag(cv) else cv,
        codes,
        groups,
        X=X,
        random_state=draw_seed(seed),
    )
    if groups is None and (is_out_of_bag(cv) or isinstance(cv, numbers.Integral)):
        n_grown = len(codes) if most is None else min(most, len(codes))
        grown = make_forests(codes, n_jobs, seed, n_grown, 1)
        forests: list = [OutOfBag(grown.classifier, grown.at_first, **told)]
    else:
        n_grown = min(len(those_present(train, sample_weight)) for train, _ in folds)
        n_grown = n_grown if most is None else min(most, n_grown)
        n_alike = 1
        if groups is not None and rows_alike(X, groups):
            n_alike = round(len(groups) / (groups.max() + 1))
        forests = []
        for n in sorted({1, n_alike}, reverse=True):
            grown = make_forests(codes, n_jobs, seed, n_grown, n)
            forests.append(
                Forests(grown.classifier, folds, at_first=grown.at_first, **told)
            )
    return [*forests, *([Linear(X, folds, n_jobs, **told)] if _is_finite(X) else [])]


def look_by(
    classifier,
    X,
    codes,
    *,
    cv,
    random_state=None,
    n_jobs=None,
    most=None,
    groups=None,
    sample_weight=None,
):
    """Return how `classifier` looks at samples without having seen their labels.

    Parameters
    ----------
    classifier : classifier

    X : array-like with n_samples rows

    codes : ndarray of shape (n_samples,)
        Given labels 0…c−1.

    cv : int, "oob", cross-validation generator or iterable
        An int is the number of stratified, shuffled folds, fewer where no class has
        so many samples. With "oob", trees vote on the samples they were not grown on.
        Where a sample is in several test folds, its probabilities are averaged.

    random_state : int, RandomState instance or None, default=None
        Seed of shuffled folds.

    n_jobs : int, default=None
        Number of folds that are fitted at a time.

    most : int, default=None
        How many samples a fit sees at most.

    groups, sample_weight : ndarray of shape (n_samples,), default=None
    """
    told = {"sample_weight": sample_weight, "most": most}
    if not is_out_of_bag(cv):
        told["seed"] = seed = draw_seed(random_state)
        folds = folds_to_judge_by(cv, codes, groups, X=X, random_state=seed)
        return OutOfFold(classifier, folds, n_jobs, **told)
    if groups is not None:
        raise ValueError(
            "cv='oob' can't keep groups apart: a tree that didn't see a sample may have"
            " seen another one of its group. Pass a number of folds."
        )
    if most is not None:
        told["seed"] = draw_seed(random_state)
    return OutOfBag(classifier, **told)


def is_out_of_bag(cv):
    """Whether trees are to vote on samples that they were not grown on."""
    return isinstance(cv, str) and cv == "oob"


def best_look(looks, X, codes, groups=None):
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

    groups : ndarray of int of shape (n_samples,), default=None
        Samples of one group tell the same: each group counts once.
    """
    found = [(look, with_true_shares(look(X, codes), codes)) for look in looks]
    best, *others = found
    for other in others:
        gain = log_probabilities(codes, other[1]) - log_probabilities(codes, best[1])
        if groups is not None:
            gain = np.bincount(groups, gain) / np.bincount(groups)
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
