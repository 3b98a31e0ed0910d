"""Folds: parts of the samples, each judged by what is fitted on the others."""

import numbers
import warnings

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    check_cv,
)
from sklearn.utils import column_or_1d

from sknoisy._ranges import check_count
from sknoisy._unlabeled import find_nothing

DEFAULT = 5
# whether classes are to be spread evenly, and whether there are groups
KINDS = {
    (True, True): StratifiedGroupKFold,
    (True, False): StratifiedKFold,
    (False, True): GroupKFold,
    (False, False): KFold,
}


def make_folds(
    cv,
    y,
    groups=None,
    *,
    X=None,
    random_state=None,
    at_most=None,
    shuffle=True,
    stratified=True,
    apart=True,
    name="cv",
):
    """Return pairs of training and test indices; with `groups`, no group is in both.

    Parameters
    ----------
    cv : int, cross-validation generator, iterable or None
        An int is a number of folds, None stands for five. With `groups`, each of them
        is in one fold.

    y : array-like of shape (n_samples,)
        Given labels; any target with ``stratified=False``.

    groups : array-like of shape (n_samples,), default=None
        What belongs together: the rows of a patient, the copies of an image.

    X : array-like with n_samples rows, default=None
        For splitters that look at it.

    random_state : int, RandomState instance or None, default=None
        Seed of the shuffle.

    at_most : int, default=None
        More folds than these an int never means; with fewer than two, there are none.

    shuffle, stratified : bool, default=True
        What an int means.

    apart : bool, default=True
        Whether folds of a splitter that divide a group are refused.

    name : str, default="cv"
        What the user calls `cv`, for messages.
    """
    codes = None if groups is None else group_codes(groups, len(y))
    if cv is None or isinstance(cv, numbers.Integral):
        n_folds = DEFAULT if cv is None else cv
        check_count(2, **{name: n_folds})
        n_folds = min([n_folds, *_limits(at_most, codes)])
        if n_folds < 2:
            return []
        seed = random_state if shuffle else None
        kind = KINDS[stratified, groups is not None]
        splitter = kind(n_folds, shuffle=shuffle, random_state=seed)
        # StratifiedGroupKFold may leave a fold empty
        return [fold for fold in _split(splitter, None, y, codes) if fold[1].size]
    splitter = check_cv(cv, y, classifier=True)
    if groups is None and _needs_groups(splitter):
        raise ValueError(
            f"{name}={cv!r} needs groups: pass groups=…, one for each sample, or a"
            " number of folds."
        )
    folds = _split(splitter, X, y, groups, silent=apart)
    if groups is not None and apart:
        _check_apart(folds, codes, groups, name)
    return folds


def folds_to_judge_by(
    cv, codes, groups=None, *, random_state=None, X=None, knows_all=False, name="cv"
):
    """Return folds of which every sample is in a test part, as `make_folds` does.

    Parameters
    ----------
    cv, codes, groups, random_state, X, name
        As there; an int means fewer folds where no class has so many samples.

    knows_all : bool, default=False
        Whether an int means fewer folds where some class hasn't so many samples, so
        that each fit knows all classes; there are none where a class has a single one.
    """
    counts = np.bincount(codes)
    most = counts.min() if knows_all else counts.max()
    if most < 2 and not knows_all:
        raise ValueError(
            f"Each of the {len(codes)} samples has a label of its own: at least one"
            " class needs two samples, so that a fit without one knows its class."
        )
    folds = make_folds(
        cv, codes, groups, random_state=random_state, X=X, at_most=most, name=name
    )
    judged = np.zeros(len(codes), dtype=bool)
    for _, test in folds:
        judged[test] = True
    if folds and not judged.all():
        told = f"{name}={cv!r}" if hasattr(cv, "split") else name
        raise ValueError(
            f"{told} leaves {np.sum(~judged)} of {len(codes)} samples out of every test"
            " fold: every sample must be in one, since its label is judged by a fit"
            " without it."
        )
    return folds


def group_codes(groups, n_samples):
    """Return groups as codes 0, 1, …; say so if some are missing, or there is one."""
    groups = column_or_1d(groups)
    if len(groups) != n_samples:
        raise ValueError(
            f"groups holds {len(groups)} values, but there are {n_samples} samples:"
            " pass one for each."
        )
    missing = np.flatnonzero(find_nothing(groups))
    if missing.size:
        raise ValueError(
            f"groups holds {missing.size} missing values, the first at position"
            f" {missing[0]}: give samples that belong to none a group of their own."
        )
    codes = _encode(groups)
    if codes.max() == 0:
        raise ValueError(
            f"groups holds a single group, {groups.tolist()[0]!r}: there must be two at"
            " least, so that a fit without a group can judge it."
        )
    return codes


def _encode(groups):
    try:
        return np.unique(groups, return_inverse=True)[1]
    except TypeError:  # of several types, which have no order
        places = {group: i for i, group in enumerate(dict.fromkeys(groups))}
        return np.array([places[group] for group in groups])


def _limits(at_most, group_codes):
    limits = [] if at_most is None else [at_most]
    return limits if group_codes is None else [*limits, group_codes.max() + 1]


def _split(splitter, X, y, groups, silent=True):
    """Return pairs of arrays of positions."""
    X = np.zeros(len(y)) if X is None else X
    with warnings.catch_warnings():
        # a class of few samples is in few test folds: no harm
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        if silent:  # whether groups stay together is looked at afterwards
            warnings.filterwarnings("ignore", "The groups parameter is", UserWarning)
        pairs = list(splitter.split(X, y, groups))
    return [tuple(_positions(part) for part in pair) for pair in pairs]


def _positions(part):
    part = np.asarray(part)
    return np.flatnonzero(part) if part.dtype == bool else part


def _needs_groups(splitter):
    """Whether the splitter says so, as those of scikit-learn do."""
    if not hasattr(splitter, "get_metadata_routing"):
        return False
    return splitter.get_metadata_routing().split.requests.get("groups") is True


def _check_apart(folds, codes, groups, name):
    for train, test in folds:
        both = np.intersect1d(codes[train], codes[test])
        if both.size:
            group = np.asarray(groups)[codes == both[0]].tolist()[0]
            raise ValueError(
                f"{name} divides groups: {group!r} is in a training and in the test"
                " part of one fold. Pass a number of folds, or a splitter that keeps"
                " groups together, such as GroupKFold."
            )
