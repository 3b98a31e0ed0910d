"""CROWDLAB: a classifier's predictions and the votes, weighed by how far they agree."""

from dataclasses import dataclass

import numpy as np

from sknoisy._probs import check_probs
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._majority import winners
from sknoisy.annotators._votes import check_votes

__all__ = ["crowdlab"]

LEAST_WEIGHT = 1e-6  # for who is no better than naming one class all the time


def crowdlab(votes, pred_probs, *, unlabeled="auto"):
    """Weigh a classifier's predictions and the votes together [1]_.

    The classifier knows what similar samples were called, the annotators have seen
    the sample itself. Each gets a weight by how far it agrees with the others,
    compared with naming the most frequent class all the time. The consensus is the
    weighted mean of all their probabilities.

    Parameters
    ----------
    votes : array-like of shape (n_samples, n_annotators)
        Labels: numbers, strings or booleans. NaN, None and pandas.NA stand for
        missing votes.

    pred_probs : array-like of shape (n_samples, n_classes)
        A classifier's class probabilities, columns in sorted order of the labels in
        `votes`, or a frame with these labels as names of its columns. They should be
        out of fold: a classifier that has learned a sample's votes by heart is no
        second opinion.

    unlabeled : label, None or "auto", default="auto"
        What stands for a missing vote besides NaN, None and pandas.NA. None: nothing
        else does, and -1 may be a label. With "auto", -1 beside other whole numbers, or
        "" beside other texts, is refused, as it may be either.

    Returns
    -------
    consensus : Consensus
        With ``annotator_weight``, the w_j of [1]_, and ``classifier_weight``, w_M.

    Raises
    ------
    ValueError
        If a sample or an annotator has no vote, all votes are for one class, or
        `pred_probs` has another shape or rows that aren't probabilities.

    See Also
    --------
    ConsensusClassifier : Makes the predictions by itself, out of fold.
    dawid_skene : Goes by the votes alone.

    Notes
    -----
    With the majority vote as first consensus (ties go to the class that the
    classifier finds likelier), and over samples with two votes or more:

    - P is the mean share of a sample's votes that equal the consensus. A vote for k
      stands for the probability P of k and (1 − P) / (n_classes − 1) of every other
      class.
    - A is the accuracy of always naming the most frequent class of the consensus.
    - w_j = 1 − (1 − s_j) / (1 − A), where s_j is the share of other annotators' votes
      on the same samples that agree with annotator j's.
    - w_M = (1 − (1 − A_M) / (1 − A)) √m, where A_M is the classifier's accuracy and m
      the mean number of votes on a sample.

    Then a sample's probabilities are the mean of p_M and of its votes' probabilities,
    with these weights, and ``annotator_quality`` is w̄ Q_j + (1 − w̄) A_j, where Q_j is
    the mean probability of the classes that j voted for, A_j j's agreement with the
    (final) consensus and w̄ = w_M / (w_M + m · mean of all w_j).

    What [1]_ leaves open: weights are at least 1e-6. An annotator who shares no
    sample with another one has the agreement s of all pairs of votes. Where no sample
    has two votes, every annotator has weight 1, and votes win. A sample without votes
    (`ConsensusClassifier` may have such) has the classifier's probabilities.

    References
    ----------
    .. [1] Goh, Tkachenko & Mueller, "CROWDLAB: Supervised learning to infer consensus
       labels and quality scores for data with multiple annotators", NeurIPS 2022
       Human in the Loop Learning Workshop.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_val_predict
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sknoisy.annotators import crowdlab, majority_vote
    >>> from sknoisy.noise import AnnotatorNoise
    >>> X, y = load_iris(return_X_y=True)
    >>> votes = AnnotatorNoise([0.2, 0.4, 0.6], random_state=0).fit_corrupt(y)
    >>> labels = majority_vote(votes).labels
    >>> proba = cross_val_predict(GaussianNB(), X, labels, method="predict_proba")
    >>> consensus = crowdlab(votes, proba)
    >>> (labels == y).mean(), (consensus.labels == y).mean()
    (np.float64(0.67), np.float64(0.88))
    >>> consensus.annotator_weight.round(2), consensus.classifier_weight
    (array([0.14, 0.17, 0.08]), 0.85)
    """
    votes = check_votes(votes, unlabeled)
    pred_probs = check_pred_probs(pred_probs, votes)
    weights = weigh(votes, pred_probs)
    proba = mix(votes, pred_probs, weights)
    codes = proba.argmax(axis=1)
    return Consensus(
        classes=votes.classes,
        labels=votes.classes[codes],
        proba=proba,
        annotator_quality=rate_annotators(votes, proba, codes, weights),
        prior=proba.mean(axis=0),
        annotator_weight=weights.annotators,
        classifier_weight=weights.classifier,
    )


@dataclass(frozen=True, eq=False)
class Weights:
    """What the Notes of `crowdlab` call w_j, w_M, P and m."""

    annotators: np.ndarray
    classifier: float
    trust: float
    votes_per_sample: float


def weigh(votes, pred_probs):
    """Return how heavy everybody's word is, with the majority vote as yardstick."""
    majority = winners(votes.counts, pred_probs)
    shared = shared_samples(votes)
    baseline = 1 - np.bincount(majority[shared]).max() / shared.sum()
    error = np.mean(pred_probs.argmax(axis=1)[shared] != majority[shared])
    votes_per_sample = votes.n_votes[votes.n_votes > 0].mean()
    return Weights(
        annotators=lead(1 - peer_agreement(votes), baseline),
        classifier=float(lead(error, baseline) * np.sqrt(votes_per_sample)),
        trust=votes.shares[shared, majority[shared]].mean(),
        votes_per_sample=votes_per_sample,
    )


def shared_samples(votes):
    """Return which samples have two votes or more; where none has, those with one."""
    shared = votes.n_votes > 1
    return shared if shared.any() else votes.n_votes > 0


def peer_agreement(votes):
    """Return the share of others' votes that agree with each annotator's, s_j."""
    samples, _, codes = votes.triples
    others = votes.n_votes[samples] - 1
    agreeing = votes.counts[samples, codes] - 1
    if not others.any():
        return np.ones(votes.codes.shape[1])
    # a vote without others has no share, and no weight
    shares = agreeing / np.maximum(others, 1)
    agreement = votes.mean_by_annotator(shares, weights=others)
    return np.where(np.isnan(agreement), agreeing.sum() / others.sum(), agreement)


def lead(error, baseline):
    """Return how much less wrong one is than the baseline, as a weight."""
    return np.maximum(1 - error / max(baseline, LEAST_WEIGHT), LEAST_WEIGHT)


def mix(votes, pred_probs, weights):
    """Return the weighted mean of the classifier's probabilities and the votes'."""
    rest = (1 - weights.trust) / (pred_probs.shape[1] - 1)
    by_class = votes.weighted_counts(weights.annotators)
    total = by_class.sum(axis=1, keepdims=True)
    mixed = weights.classifier * pred_probs + rest * total
    mixed += (weights.trust - rest) * by_class
    return mixed / (weights.classifier + total)


def rate_annotators(votes, proba, codes, weights):
    """Return a quality for each annotator, w̄ Q_j + (1 − w̄) A_j."""
    samples, _, given = votes.triples
    probability = votes.mean_by_annotator(proba[samples, given])
    agreement = votes.mean_by_annotator(
        given == codes[samples], weights=shared_samples(votes)[samples]
    )
    agreement = np.where(np.isnan(agreement), probability, agreement)
    voted = ~np.isnan(probability)
    crowd = weights.votes_per_sample * weights.annotators[voted].mean()
    share = weights.classifier / (weights.classifier + crowd)
    return share * probability + (1 - share) * agreement


def check_pred_probs(pred_probs, votes):
    """Return `pred_probs` as an array with a distribution over classes in each row."""
    pred_probs = check_probs(pred_probs, classes=votes.classes)
    if len(pred_probs) != len(votes.codes):
        raise ValueError(
            f"votes has {len(votes.codes)} rows, but pred_probs has {len(pred_probs)}:"
            " there must be one row for each sample."
        )
    return pred_probs
