"""GLAD: how able each annotator is, and how difficult each sample."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from sknoisy._data_types import ArrayLike, Label
from sknoisy._told import told_as_in
from sknoisy.annotators._coins import Coins
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._em import maximize_likelihood
from sknoisy.annotators._majority import majority_vote
from sknoisy.annotators._one_coin import one_coin
from sknoisy.annotators._reading import check_votes
from sknoisy.annotators._votes import Votes

__all__ = ["glad"]

MEAN = 1.0  # of abilities and of log-easiness, both with variance 1: section 3.2
STEPS = 25  # of L-BFGS in each step of EM, each from where the last has ended


@told_as_in(one_coin, majority_vote)
def glad(
    votes: Votes | ArrayLike,
    *,
    class_prior: ArrayLike | None = None,
    max_iter: int = 100,
    tol: float = 1e-5,
    unlabeled: Label = "auto",
) -> Consensus:
    """Estimate true labels, annotators' abilities and samples' difficulties [1]_.

    Annotator j is right on sample i with probability 1 / (1 + exp(−α_j β_i)), and
    otherwise names any other class: an able one (large α) nearly always on an easy
    sample (large β), nobody more often than a coin on a difficult one. α below zero is
    an adversary, whose votes count against what they are for.

    Parameters
    ----------
    max_iter : int >= 1, default=100
        Number of EM steps at most.

    tol : float >= 0, default=1e-5
        EM ends once a step raises the mean log-likelihood of a sample's votes
        (together with its share of what priors add) by no more than this.

    Returns
    -------
    consensus : Consensus
        With ``difficulty``, 1 / β_i of each sample, and ``annotator_weight``, α_j.
        ``annotator_quality`` is the mean probability to be right on the samples that
        an annotator has seen; ``confusion`` is made of it.

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
    one_coin : The same with all samples alike, in a fraction of the time.
    dawid_skene : Confusion matrices, and all samples alike.

    Notes
    -----
    Equations (1) to (5) of [1]_ and its Gaussian priors: α and log β have mean 1 and
    variance 1. Differences: more than two classes, where all errors are equally likely;
    and shares of classes are estimated.

    References
    ----------
    .. [1] Whitehill, Ruvolo, Wu, Bergsma & Movellan, "Whose Vote Should Count More:
       Optimal Integration of Labels from Labelers of Unknown Expertise", NeurIPS 2009.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.annotators import glad
    >>> from sknoisy.noise import AnnotatorNoise
    >>> y = np.arange(300) % 3
    >>> crowd = AnnotatorNoise([0.1, 0.3, 0.3, 0.6, 0.6], random_state=0)
    >>> consensus = glad(crowd.fit_corrupt(y))
    >>> (consensus.labels == y).mean()
    np.float64(0.93)
    >>> consensus.annotator_weight.argmax()  # the one who is wrong least
    np.int64(0)
    >>> consensus.difficulty.shape
    (300,)
    """
    votes = check_votes(votes, unlabeled)
    errors = AbilityErrors(votes)
    consensus = maximize_likelihood(
        votes, errors, class_prior=class_prior, max_iter=max_iter, tol=tol
    )
    abilities = consensus.errors
    return replace(
        consensus,
        errors=Coins(abilities.right, votes.n_classes),
        annotator_weight=abilities.ability,
        difficulty=np.exp(-abilities.log_easiness),
    )


@dataclass(frozen=True, eq=False)
class Abilities:
    """Parameters of the model, and the mean chance of each annotator to be right."""

    ability: np.ndarray
    log_easiness: np.ndarray
    right: np.ndarray

    def quality(self, prior):
        """Return the mean probability that a vote is right, (n_annotators,)."""
        return self.right


class AbilityErrors:
    """The model of GLAD, which remembers where it was: EM's steps are small."""

    def __init__(self, votes):
        self.votes = votes
        self.last = np.full(votes.n_annotators + votes.n_samples, MEAN)

    def fit(self, proba):
        """Return abilities and easiness that class probabilities make likelier."""
        votes = self.votes
        believed = proba[votes.sample_codes, votes.label_codes]
        found = minimize(
            self._loss, self.last, (believed,), "L-BFGS-B", True, options=_OPTIONS
        )
        self.last = found.x
        ability, log_easiness = self._split(found.x)
        right = votes.mean_by_annotator(expit(self._margins(ability, log_easiness)))
        return Abilities(ability, log_easiness, np.nan_to_num(right))

    def log_likelihood(self, errors):
        """Return the log-probability of each sample's votes in each class."""
        votes = self.votes
        margins = self._margins(errors.ability, errors.log_easiness)
        log_wrong = log_expit(-margins) - np.log(votes.n_classes - 1)
        all_wrong = np.bincount(votes.sample_codes, log_wrong, votes.n_samples)
        gain = votes.summed_by_class(log_expit(margins) - log_wrong)
        return gain + all_wrong[:, np.newaxis]

    def log_prior(self, errors):
        """Return the log-density of the priors, but for a constant."""
        distances = ((errors.ability - MEAN) ** 2).sum()
        return -(distances + ((errors.log_easiness - MEAN) ** 2).sum()) / 2

    def _split(self, parameters):
        return np.split(parameters, [self.votes.n_annotators])

    def _margins(self, ability, log_easiness):
        easiness = np.exp(log_easiness)
        return ability[self.votes.annotator_codes] * easiness[self.votes.sample_codes]

    def _loss(self, parameters, believed):
        """Return what M-steps make small, and its gradient."""
        votes = self.votes
        ability, log_easiness = self._split(parameters)
        margins = self._margins(ability, log_easiness)
        log_odds = believed * margins + log_expit(-margins)
        off = parameters - MEAN
        surprise = expit(margins) - believed
        of_ability = votes.summed_by_annotator(
            surprise * np.exp(log_easiness)[votes.sample_codes]
        )
        of_sample = np.bincount(votes.sample_codes, surprise * margins, votes.n_samples)
        gradient = np.concatenate([of_ability, of_sample]) + off
        return -log_odds.sum() + (off**2).sum() / 2, gradient


_OPTIONS = {"maxiter": STEPS}
