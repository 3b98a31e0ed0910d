"""Confusion matrices of groups of people or samples, and whether they differ."""

import numpy as np
from scipy.special import xlogy
from sklearn.utils import Bunch

from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike, Label, Seed
from sknoisy._ranges import check_count, check_range
from sknoisy._seeds import make_generator
from sknoisy._told import told_as_in
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._majority import majority_vote
from sknoisy.annotators._reading import check_votes
from sknoisy.annotators._votes import Votes

__all__ = ["compare_groups"]


@told_as_in(majority_vote)
def compare_groups(
    votes: Votes | ArrayLike,
    consensus: Consensus,
    groups: ArrayLike,
    *,
    of: str = "annotators",
    level: float = 0.95,
    n_draws: int = 200,
    unlabeled: Label = "auto",
    random_state: Seed = None,
) -> Bunch:
    """Confusion matrix of each group, its intervals, and whether groups differ.

    Do experts err as the crowd does, are old photographs taken for others than new
    ones? Votes are counted by the consensus: a matrix is the mean over votes, each
    spread over true classes as the consensus has it.

    Parameters
    ----------
    consensus : Consensus
        Of these votes.

    groups : array-like of shape (n_annotators,) or (n_samples,)
        The group of each annotator or sample.

    of : {"annotators", "samples"}, default="annotators"
        Which of them `groups` are of.

    level : float in (0, 1), default=0.95
        How often an interval shall hold the matrix's entry.

    n_draws : int >= 1, default=200
        How many bootstrap samples, and how many permutations of `groups`.

    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    Returns
    -------
    comparison : Bunch
        ``groups``, their names, sorted; ``transition_matrices``, ``low`` and ``high``
        of shape (n_groups, n_classes, n_classes), with true classes as rows, NaN where
        a group has nothing of a class; ``n_votes`` of each group; ``statistic``, twice
        the log-likelihood ratio of matrices of their own against one for all; and
        ``p_value``, how often groups drawn by lot differ as much.

    Raises
    ------
    ValueError
        If there are fewer than two groups, or not one for each annotator or sample.

    See Also
    --------
    dawid_skene : A confusion matrix for each annotator.
    annotator_report : Each annotator in a line.

    Notes
    -----
    Bootstrap samples are of the samples, percentiles make the intervals. The test
    permutes whole annotators (or samples), so that votes by one person don't count as
    if they were by many. The consensus is taken as it is: a systematic error of the
    whole crowd isn't in the matrices, nor in the intervals, and where it is unsure,
    groups of samples that hold other classes seem to differ.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.annotators import Votes, compare_groups, dawid_skene
    >>> from sknoisy.noise import AnnotatorNoise
    >>> y = np.arange(300) % 3
    >>> crowd = AnnotatorNoise([0.1] * 4 + [0.4] * 4, random_state=0)
    >>> votes = Votes.from_wide(crowd.fit_corrupt(y), unlabeled=-1)
    >>> groups = ["expert"] * 4 + ["lay"] * 4
    >>> found = compare_groups(votes, dawid_skene(votes), groups, random_state=0)
    >>> found.transition_matrices.diagonal(axis1=1, axis2=2).mean(axis=1).round(1)
    array([0.9, 0.6])
    >>> bool(found.p_value < 0.05)
    True
    """
    check_choice(of, ("annotators", "samples"), "of")
    check_range("(0, 1)", level=level)
    check_count(n_draws=n_draws)
    votes = check_votes(votes, unlabeled)
    names, codes = _group_codes(groups, getattr(votes, of), of)
    count = {"annotators": _by_annotators, "samples": _by_samples}[of]
    rng = make_generator(random_state)
    counts = count(votes, consensus.proba, codes, len(names))
    low, high = _intervals(
        count, votes, consensus, codes, len(names), level, n_draws, rng
    )
    statistic = likelihood_ratio(counts)
    by_lot = [
        likelihood_ratio(count(votes, consensus.proba, drawn, len(names)))
        for drawn in (rng.permutation(codes) for _ in range(n_draws))
    ]
    as_much = np.sum(np.asarray(by_lot) >= statistic * (1 - 1e-9))
    return Bunch(
        groups=names,
        transition_matrices=_as_matrices(counts),
        low=low,
        high=high,
        n_votes=counts.sum(axis=(1, 2)).round().astype(np.int64),
        statistic=float(statistic),
        p_value=float((1 + as_much) / (1 + n_draws)),
    )


def likelihood_ratio(counts):
    """Return twice the log-likelihood ratio of own matrices against one for all."""
    own = xlogy(counts, counts).sum() - _by_rows(counts)
    pooled = counts.sum(axis=0)
    return 2 * (own - xlogy(pooled, pooled).sum() + _by_rows(pooled))


def _by_rows(counts):
    totals = counts.sum(axis=-1)
    return xlogy(totals, totals).sum()


def _intervals(count, votes, consensus, codes, n_groups, level, n_draws, rng):
    """Return percentiles of matrices of bootstrap samples of the samples."""
    drawn = []
    for _ in range(n_draws):
        rows = rng.randint(len(votes), size=len(votes))
        weight = np.bincount(rows, minlength=len(votes))[:, np.newaxis]
        drawn.append(
            _as_matrices(count(votes, consensus.proba * weight, codes, n_groups))
        )
    drawn, tail = np.asarray(drawn), 50 * (1 - level)
    never = np.isnan(drawn).all(axis=0)
    drawn[:, never] = 0
    low, high = np.nanpercentile(drawn, [tail, 100 - tail], axis=0)
    return np.where(never, np.nan, low), np.where(never, np.nan, high)


def _by_annotators(votes, proba, codes, n_groups):
    """Return expected votes by group, true class and label, of groups of people."""
    people, labels, _ = votes.pairs
    counts = np.zeros((n_groups, votes.n_classes, votes.n_classes))
    np.add.at(counts, (codes[people], labels), votes.indicator.T @ proba)
    return counts.transpose(0, 2, 1)


def _by_samples(votes, proba, codes, n_groups):
    """Return the same of groups of samples."""
    members = (codes == group for group in range(n_groups))
    return np.array([proba[rows].T @ votes.counts[rows] for rows in members])


def _as_matrices(counts):
    totals = counts.sum(axis=2, keepdims=True)
    return np.divide(counts, totals, out=np.full_like(counts, np.nan), where=totals > 0)


def _group_codes(groups, units, of):
    names, codes = np.unique(np.asarray(groups), return_inverse=True)
    if codes.shape != (len(units),):
        raise ValueError(
            f"groups has shape {np.shape(groups)}: expected one for each of the"
            f" {len(units)} {of}."
        )
    if len(names) < 2:
        raise ValueError(f"All {of} are in one group, {names.tolist()}.")
    return names, codes
