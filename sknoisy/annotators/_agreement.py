"""How far annotators agree: with a consensus, and with each other."""

import numpy as np
from sklearn.utils import check_consistent_length, column_or_1d

from sknoisy._arrays import as_numpy
from sknoisy._registry import lookup
from sknoisy._shown import shown
from sknoisy.annotators._reading import check_votes
from sknoisy.annotators._vocabulary import codes_in

__all__ = ["AGREEMENTS", "agreement_with_consensus", "annotator_agreement"]


def agreement_with_consensus(votes, labels, *, unlabeled="auto"):
    """Share of each annotator's votes that equal a consensus, or the true labels.

    Parameters
    ----------
    votes : Votes or array-like of shape (n_samples, n_annotators)
        Who voted for what; or a table with a column for each annotator, of numbers,
        strings or booleans, where NaN, None and pandas.NA stand for missing votes.

    labels : array-like of shape (n_samples,)
        One label a sample to compare with, in the same terms.

    unlabeled : label, None or "auto", default="auto"
        What stands for a missing vote besides NaN, None and pandas.NA. None: nothing
        else does, and -1 may be a label. With "auto", -1 beside other whole numbers, or
        "" beside other texts, is refused, as it may be either.

    Returns
    -------
    agreement : ndarray of shape (n_annotators,)
        Shares in [0, 1].

    Raises
    ------
    ValueError
        If a sample or an annotator has no vote, or all votes are for one class; or if
        no label is ever voted for.

    See Also
    --------
    annotator_agreement : Agreement among annotators, in one number.

    Examples
    --------
    >>> from sknoisy.annotators import agreement_with_consensus
    >>> votes = [["a", "a", None], ["b", "b", "a"], ["a", "b", "a"]]
    >>> agreement_with_consensus(votes, ["a", "b", "a"])
    array([1.  , 0.67, 0.5 ])
    """
    votes = check_votes(votes, unlabeled)
    labels = column_or_1d(as_numpy(labels))
    check_consistent_length(votes, labels)
    codes = codes_in(labels, votes.classes)
    if (codes < 0).all():
        raise ValueError(
            f"labels and votes have no label in common: labels holds {labels[0]!r},"
            f" votes {shown(votes.classes.tolist())}. Write both in the same terms."
        )
    return agreement_of(votes, codes)


def agreement_of(votes, codes):
    """Return the share of each annotator's votes that equal `codes`; NaN without."""
    return votes.mean_by_annotator(votes.label_codes == codes[votes.sample_codes])


def annotator_agreement(votes, *, measure="krippendorff", unlabeled="auto"):
    """How far annotators agree with each other, beyond what chance explains.

    Parameters
    ----------
    votes : Votes or array-like of shape (n_samples, n_annotators)
        Who voted for what; or a table with a column for each annotator, of numbers,
        strings or booleans, where NaN, None and pandas.NA stand for missing votes.
        Samples with a single vote don't count.

    measure : {"fleiss", "krippendorff", "percent"}, default="krippendorff"
        - "percent": the mean share of pairs of votes on a sample that agree.
        - "fleiss": Fleiss' kappa [1]_, (P − P_e) / (1 − P_e), where P is the share
          above and P_e the share to expect were votes dealt out at random.
        - "krippendorff": Krippendorff's alpha for labels without an order [2]_. Like
          kappa, but corrected for small samples; and votes weigh alike where samples
          have different numbers of them, for which kappa has no standard form.

    unlabeled : label, None or "auto", default="auto"
        What stands for a missing vote besides NaN, None and pandas.NA. None: nothing
        else does, and -1 may be a label. With "auto", -1 beside other whole numbers, or
        "" beside other texts, is refused, as it may be either.

    Returns
    -------
    agreement : float
        1 for full agreement, 0 for as much as by chance (except "percent"), below 0
        for less. NaN where samples with several votes hold one class only, so that
        nothing is to be told from chance.

    Raises
    ------
    ValueError
        If a sample or an annotator has no vote, all votes are for one class, or no
        sample has two votes.

    See Also
    --------
    agreement_with_consensus : One number for each annotator.
    sklearn.metrics.cohen_kappa_score : Two annotators.

    References
    ----------
    .. [1] Fleiss, "Measuring Nominal Scale Agreement Among Many Raters",
       Psychological Bulletin 76(5), 1971. With different numbers of votes, P is the
       mean over samples and P_e comes from all votes together.
    .. [2] Hayes & Krippendorff, "Answering the Call for a Standard Reliability
       Measure for Coding Data", Communication Methods and Measures 1(1), 2007.

    Examples
    --------
    >>> from sknoisy.annotators import annotator_agreement
    >>> votes = [["a", "a", None], ["b", "b", "a"], ["a", "b", "a"], ["c", "c", "c"]]
    >>> annotator_agreement(votes)
    0.48
    >>> annotator_agreement(votes, measure="percent")
    0.67
    """
    votes = check_votes(votes, unlabeled)
    counts = votes.counts[votes.per_sample > 1]
    if not len(counts):
        raise ValueError(
            "No sample has two votes: agreement is between annotators who saw the same"
            " sample."
        )
    function = lookup(measure, AGREEMENTS, parameter="measure", kind="a measure")
    return float(function(counts))


def percent_agreement(counts):
    """Mean share of pairs that agree, from counts (n_samples, n_classes), two a row."""
    n_votes = counts.sum(axis=1)
    pairs = (counts * (counts - 1)).sum(axis=1)
    return np.mean(pairs / (n_votes * (n_votes - 1)))


def fleiss_kappa(counts):
    """Fleiss' kappa from counts (n_samples, n_classes)."""
    shares = counts.sum(axis=0) / counts.sum()
    return _beyond_chance(percent_agreement(counts), (shares**2).sum())


def krippendorff_alpha(counts):
    """Krippendorff's nominal alpha from counts (n_samples, n_classes)."""
    n_votes, totals = counts.sum(axis=1), counts.sum(axis=0)
    n = totals.sum()
    observed = ((counts * (counts - 1)).sum(axis=1) / (n_votes - 1)).sum() / n
    return _beyond_chance(observed, (totals * (totals - 1)).sum() / (n * (n - 1)))


AGREEMENTS = {
    "fleiss": fleiss_kappa,
    "krippendorff": krippendorff_alpha,
    "percent": percent_agreement,
}


def _beyond_chance(observed, expected):
    return np.nan if expected == 1 else (observed - expected) / (1 - expected)
