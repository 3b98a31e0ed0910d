"""The one-coin model: one number for each annotator, the chance to be right."""

from sknoisy._data_types import ArrayLike, Label
from sknoisy._ranges import check_range
from sknoisy._told import told_as_in
from sknoisy.annotators._coins import CoinErrors
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._em import maximize_likelihood
from sknoisy.annotators._majority import majority_vote
from sknoisy.annotators._reading import check_votes
from sknoisy.annotators._votes import Votes

__all__ = ["one_coin"]


@told_as_in(majority_vote)
def one_coin(
    votes: Votes | ArrayLike,
    *,
    smoothing: float = 5.0,
    class_prior: ArrayLike | None = None,
    max_iter: int = 1000,
    tol: float = 1e-6,
    unlabeled: Label = "auto",
) -> Consensus:
    """Estimate true labels and each annotator's accuracy together [1]_.

    Annotators err independently of each other: annotator j votes for the true class
    with probability a_j, and for each other class with probability
    (1 − a_j) / (n_classes − 1). That is one number to learn where `dawid_skene` has
    n_classes (n_classes − 1): for crowds that gave few votes each, and whose errors
    have no direction. Where many take one class for the same other one, use
    `dawid_skene`.

    Parameters
    ----------
    smoothing : float >= 0, default=5.0
        How many votes on each true class the average annotator's confusion is worth.
        Who gave few votes is thereby taken for an average one. 0 is maximum
        likelihood.

    class_prior : array-like of shape (n_classes,), default=None
        Shares of the classes, in sorted order, where they are known. None estimates
        them.

    max_iter : int >= 1, default=1000
        Number of EM steps at most.

    tol : float >= 0, default=1e-6
        EM ends once a step raises the mean log-likelihood of a sample's votes
        (together with its share of what smoothing adds) by no more than this.

    Returns
    -------
    consensus : Consensus
        With ``annotator_quality`` holding a_j, and ``confusion``, ``prior``,
        ``n_iter`` and ``log_likelihood``.

    Raises
    ------
    ValueError
        If a sample or an annotator has no vote, or all votes are for one class.

    Warns
    -----
    ConvergenceWarning
        If EM isn't at its end after `max_iter` steps.

    See Also
    --------
    dawid_skene : A confusion matrix for each annotator.
    majority_vote : Trusts everybody alike.

    Notes
    -----
    The model is that of section 3.1 of [1]_, which starts EM from moments of votes
    and takes all classes for equally frequent: here EM starts from the shares of
    votes, and estimates the shares of classes. With ``smoothing > 0``, the accuracies
    have a Beta prior whose mean is the crowd's agreement, in the way of [2]_.

    References
    ----------
    .. [1] Zhang, Chen, Zhou & Jordan, "Spectral Methods Meet EM: A Provably Optimal
       Algorithm for Crowdsourcing", NeurIPS 2014.
    .. [2] Raykar et al., "Learning From Crowds", JMLR 11, 2010.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.annotators import one_coin
    >>> from sknoisy.noise import AnnotatorNoise
    >>> y = np.arange(300) % 3
    >>> crowd = AnnotatorNoise([0.1, 0.3, 0.3, 0.6, 0.6], random_state=0)
    >>> consensus = one_coin(crowd.fit_corrupt(y))
    >>> (consensus.labels == y).mean()
    np.float64(0.93)
    >>> consensus.annotator_quality.round(2)  # about one less the rates above
    array([0.91, 0.73, 0.73, 0.42, 0.39])
    """
    check_range("[0, inf)", smoothing=smoothing)
    votes = check_votes(votes, unlabeled)
    return maximize_likelihood(
        votes,
        CoinErrors(votes, smoothing),
        class_prior=class_prior,
        max_iter=max_iter,
        tol=tol,
    )
