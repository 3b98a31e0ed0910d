"""A network that learns from all votes, with a confusion matrix for each person."""

from typing import Any, Self

import numpy as np
import torch

from sknoisy._labels import require
from sknoisy.annotators._dawid_skene import dawid_skene
from sknoisy.annotators._reading import check_classes, check_order, votes_of
from sknoisy.classifiers import BaseNoisyClassifier
from sknoisy.objectives import CrowdLayer

__all__ = ["CrowdLayerClassifier"]


class CrowdLayerClassifier(BaseNoisyClassifier):
    """A neural network behind which each annotator has a confusion matrix.

    The votes are the `y` of `fit`. No label is decided on: the network learns what
    samples are from what everybody says of them, and what each annotator makes of each
    class, at once [1]_. It begins with the matrices that `dawid_skene` finds.

    Parameters
    ----------
    trace_weight : float in [0, inf), default=0.01
        How strongly annotators are taken for unreliable [2]_.

    Attributes
    ----------
    confusion_ : ndarray of shape (n_annotators, n_classes, n_classes)
        ``confusion_[j, k, l]`` is the estimated probability that annotator j votes for
        class l where class k is true.

    annotator_quality_ : ndarray of shape (n_annotators,)
        Estimated share of right votes, in classes as frequent as in the consensus.

    See Also
    --------
    ConsensusClassifier : Finds a consensus first, and fits any classifier on it.

    Notes
    -----
    Samples without votes are left out. Differences from [1]_: matrices are
    probabilities, as in [2]_, and start from `dawid_skene` instead of the identity. A
    matrix of n_classes² numbers for each annotator is learned: with thousands of people
    and hundreds of classes, `ConsensusClassifier` is the smaller one.

    References
    ----------
    .. [1] Rodrigues and Pereira, "Deep Learning from Crowds", AAAI 2018.
    .. [2] Tanno et al., "Learning From Noisy Labels By Regularized Estimation Of
       Annotator Confusion", CVPR 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy.annotators import CrowdLayerClassifier
    >>> from sknoisy.noise import AnnotatorNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> crowd = AnnotatorNoise([0.2, 0.5, 0.6], missing_rate=0.3, random_state=0)
    >>> votes = crowd.fit_corrupt(y)
    >>> clf = CrowdLayerClassifier(unlabeled=-1, max_epochs=30, random_state=0)
    >>> bool(clf.fit(X, votes).score(X, y) > 0.9)
    True
    >>> quality = clf.annotator_quality_
    >>> bool(quality[0] > quality[1] > quality[2] - 0.1)
    True
    """

    _method = CrowdLayer
    loss = "ce"  # of votes; there is no other

    trace_weight: float = 0.01

    def fit(self, X: Any, y: Any = None) -> Self:
        """Train on votes.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features), or array-like
            of shape (n_samples, height, width[, channels])
            The samples.

        y : Votes, or array-like of shape (n_samples, n_annotators) or (n_samples,)
            Votes, of the samples in the order of X; or the labels of one annotator.

        Returns
        -------
        self : CrowdLayerClassifier
            The fitted classifier.

        Raises
        ------
        NonFiniteLossError
            If training diverges.
        """
        self._check_parameters()
        votes = votes_of(require(y, self), self.unlabeled)
        check_order(X, votes)
        check_classes(votes)
        heard = votes.per_sample > 0
        consensus = dawid_skene(votes[np.flatnonzero(heard)])
        labels = np.full(len(votes), None, dtype=object)
        labels[heard] = consensus.labels
        known = np.isin(votes.classes, consensus.labels)
        confusion, prior = begin_with(consensus, known, getattr(torch, self.dtype))
        people, said = padded(votes, known)
        self._fit(X, labels, confusion=lambda: confusion, annotators=people, votes=said)
        self.annotator_quality_ = np.einsum("jkk,k->j", self.confusion_, prior)
        return self


def begin_with(consensus, known, dtype):
    """Return matrices and shares of those classes that are some sample's label."""
    confusion = consensus.confusion[:, known][:, :, known] + 1e-6
    confusion /= confusion.sum(axis=2, keepdims=True)
    prior = consensus.prior[known] / consensus.prior[known].sum()
    return torch.as_tensor(confusion, dtype=dtype), prior


def padded(votes, known):
    """Return who voted on each sample, and for what: (n_samples, n_most), -1 behind.

    Votes for classes that aren't `known` are none.
    """
    shape = len(votes), int(votes.per_sample.max())
    people, said = np.full(shape, -1), np.full(shape, -1)
    place = np.arange(votes.n_votes) - votes.starts[votes.sample_codes]
    new_codes = np.where(known, np.cumsum(known) - 1, -1)
    people[votes.sample_codes, place] = votes.annotator_codes
    said[votes.sample_codes, place] = new_codes[votes.label_codes]
    return torch.as_tensor(people), torch.as_tensor(said)
