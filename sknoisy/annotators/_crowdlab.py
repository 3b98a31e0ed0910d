"""CROWDLAB: a classifier's predictions and the votes, weighed by how far they agree."""

from dataclasses import dataclass

import numpy as np

from sknoisy._data_types import ArrayLike, Label
from sknoisy._frames import only_count
from sknoisy._probs import check_probs
from sknoisy._shown import shown
from sknoisy._told import told_as_in
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._majority import majority_vote, winners
from sknoisy.annotators._reading import (
    check_classes,
    check_no_gap,
    check_nobody_silent,
    encode_votes,
)
from sknoisy.annotators._votes import Votes

__all__ = ["crowdlab"]

LEAST_WEIGHT = 1e-6  # for who is no better than naming one class all the time


@told_as_in(majority_vote)
def crowdlab(
    votes: Votes | ArrayLike,
    pred_probs: ArrayLike,
    *,
    passes: int = 2,
    classes: ArrayLike | None = None,
    unlabeled: Label = "auto",
) -> Consensus:
    """Weigh a classifier's predictions and the votes together [1]_.

    The classifier knows what similar samples were called, the annotators have seen
    the sample itself. Each gets a weight by how far it agrees with the others,
    compared with naming the most frequent class all the time. The consensus is the
    weighted mean of all their probabilities.

    Parameters
    ----------
    pred_probs : array-like of shape (n_samples, n_classes), or several of them
        A classifier's class probabilities, columns in sorted order of the labels in
        `votes` (or of `classes`), or a frame with these labels as names of its columns.
        They should be out of fold: a classifier that has learned a sample's votes by
        heart is no second opinion. Several classifiers, as a list or an array of shape
        (n_classifiers, n_samples, n_classes), are weighed each on its own.

    passes : {1, 2}, default=2
        How often all are weighed. Once, with the majority vote as yardstick, as in
        [1]_; or, as cleanlab does, once more with the consensus that this has led to,
        whose labels stay, but are rated anew.

    classes : array-like of shape (n_classes,), default=None
        All labels that `pred_probs` has columns for, where nobody votes for some of
        them. None takes those in `votes`, or the names of a frame's columns.

    Returns
    -------
    consensus : Consensus
        With ``annotator_weight``, the w_j of [1]_, and ``classifier_weight``, w_M; of
        several classifiers an array of weights.

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
    classifiers find likelier), and over samples with two votes or more:

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

    With several classifiers, w_M in w̄ is the mean of theirs. After a second pass a
    label needn't be the likeliest: on small tables, labels of the first were right
    more often.

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
    (array([0.04, 0.08, 0.  ]), 1.59)
    """
    is_table = not isinstance(votes, Votes)
    votes = encode_votes(votes, unlabeled, classes_of(pred_probs, classes))
    check_classes(votes)
    if is_table:
        check_no_gap(votes)
        check_nobody_silent(votes)
    if passes not in (1, 2):
        raise ValueError(f"passes={shown(passes)} must be 1 or 2.")
    return weigh_together(votes, read_opinions(pred_probs, votes), passes)


def weigh_together(votes, opinions, passes=2):
    """Return the consensus of votes and classifiers; some samples may have no vote.

    Parameters
    ----------
    votes : Votes

    opinions : ndarray of shape (n_classifiers, n_samples, n_classes)

    passes : int
    """
    codes = winners(votes.counts, opinions.mean(axis=0))
    for number in range(passes):
        weights = weigh(votes, opinions, codes)
        proba = mix(votes, opinions, weights)
        if number == 0:
            codes = proba.argmax(axis=1)
    classifiers = weights.classifiers
    return Consensus(
        classes=votes.classes,
        labels=votes.classes[codes],
        proba=proba,
        annotator_quality=rate_annotators(votes, proba, codes, weights),
        prior=proba.mean(axis=0),
        annotator_weight=weights.annotators,
        classifier_weight=classifiers if len(classifiers) > 1 else classifiers.item(),
    )


@dataclass(frozen=True, eq=False)
class Weights:
    """What the Notes of `crowdlab` call w_j, w_M, P and m."""

    annotators: np.ndarray
    classifiers: np.ndarray
    trust: float
    votes_per_sample: float


def weigh(votes, opinions, yardstick):
    """Return how heavy everybody's word is, given labels to compare with."""
    shared = shared_samples(votes)
    truth = yardstick[shared]
    baseline = 1 - np.bincount(truth).max() / len(truth)
    errors = (opinions.argmax(axis=2)[:, shared] != truth).mean(axis=1)
    votes_per_sample = votes.per_sample[votes.per_sample > 0].mean()
    return Weights(
        annotators=lead(1 - peer_agreement(votes), baseline),
        classifiers=lead(errors, baseline) * np.sqrt(votes_per_sample),
        trust=votes.shares[shared, truth].mean(),
        votes_per_sample=votes_per_sample,
    )


def shared_samples(votes):
    """Return which samples have two votes or more; where none has, those with one."""
    shared = votes.per_sample > 1
    return shared if shared.any() else votes.per_sample > 0


def peer_agreement(votes):
    """Return the share of others' votes that agree with each annotator's, s_j."""
    samples, codes = votes.sample_codes, votes.label_codes
    others = votes.per_sample[samples] - 1
    agreeing = votes.counts[samples, codes] - 1
    if not others.any():
        return np.ones(votes.n_annotators)
    # a vote without others has no share, and no weight
    shares = agreeing / np.maximum(others, 1)
    agreement = votes.mean_by_annotator(shares, weights=others)
    return np.where(np.isnan(agreement), agreeing.sum() / others.sum(), agreement)


def lead(error, baseline):
    """Return how much less wrong one is than the baseline, as a weight."""
    return np.maximum(1 - error / max(baseline, LEAST_WEIGHT), LEAST_WEIGHT)


def mix(votes, opinions, weights):
    """Return the weighted mean of the classifiers' probabilities and the votes'."""
    rest = (1 - weights.trust) / (votes.n_classes - 1)
    by_class = votes.weighted_counts(weights.annotators)
    total = by_class.sum(axis=1, keepdims=True)
    mixed = np.tensordot(weights.classifiers, opinions, axes=1) + rest * total
    mixed += (weights.trust - rest) * by_class
    return mixed / (weights.classifiers.sum() + total)


def rate_annotators(votes, proba, codes, weights):
    """Return a quality for each annotator, w̄ Q_j + (1 − w̄) A_j."""
    samples, given = votes.sample_codes, votes.label_codes
    probability = votes.mean_by_annotator(proba[samples, given])
    agreement = votes.mean_by_annotator(
        given == codes[samples], weights=shared_samples(votes)[samples]
    )
    agreement = np.where(np.isnan(agreement), probability, agreement)
    voted = ~np.isnan(probability)
    crowd = weights.votes_per_sample * weights.annotators[voted].mean()
    classifier = weights.classifiers.mean()
    share = classifier / (classifier + crowd)
    return share * probability + (1 - share) * agreement


def classes_of(pred_probs, classes):
    """Return all classes: those given, or in the names of the columns of a frame."""
    if classes is not None or not hasattr(pred_probs, "columns"):
        return classes
    return None if only_count(pred_probs.columns) else list(pred_probs.columns)


def read_opinions(pred_probs, votes):
    """Return probabilities by one classifier or several, as an array with an axis more.

    A list of frames, or an array with three axes, is by several.
    """
    several = is_several(pred_probs)
    found = [
        check_probs(one, classes=votes.classes)
        for one in (pred_probs if several else [pred_probs])
    ]
    for one in found:
        if len(one) != len(votes):
            raise ValueError(
                f"votes has {len(votes)} rows, but pred_probs has {len(one)}: there"
                " must be one row for each sample."
            )
    return np.stack(found)


def is_several(pred_probs):
    """Whether probabilities are those of several classifiers."""
    if isinstance(pred_probs, list | tuple):
        return len(pred_probs) > 0 and np.ndim(pred_probs[0]) == 2
    return np.ndim(pred_probs) == 3
