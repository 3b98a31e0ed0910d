"""Dawid and Skene's model: a confusion matrix for each annotator."""

from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike, Label
from sknoisy._ranges import check_range
from sknoisy._told import told_as_in
from sknoisy.annotators._abstaining import SilenceErrors
from sknoisy.annotators._confusions import ConfusionErrors
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._em import maximize_likelihood
from sknoisy.annotators._majority import majority_vote
from sknoisy.annotators._model_choice import average_models
from sknoisy.annotators._one_coin import one_coin
from sknoisy.annotators._one_sided import count_only, is_one_sided
from sknoisy.annotators._reading import check_votes
from sknoisy.annotators._votes import Votes

__all__ = ["dawid_skene"]


@told_as_in(one_coin, majority_vote)
def dawid_skene(
    votes: Votes | ArrayLike,
    *,
    smoothing: float | str = "auto",
    abstention: str = "ignored",
    class_prior: ArrayLike | None = None,
    max_iter: int = 1000,
    tol: float = 1e-6,
    unlabeled: Label = "auto",
) -> Consensus:
    """Estimate true labels and each annotator's confusion matrix together [1]_.

    Annotators err independently of each other, given the true class k: annotator j
    votes for class l with probability ``confusion[j, k, l]``. EM starts from the
    shares of votes and finds what explains the votes best.

    Parameters
    ----------
    smoothing : float >= 0 or "auto", default="auto"
        How many votes on each true class the average annotator's confusion is worth.
        Who gave few votes is thereby taken for an average one. 0 is maximum
        likelihood, as in [1]_. With "auto", the votes tell: several models, from one
        number a person to matrices, are averaged as far as each foretells votes.

    abstention : {"ignored", "vote"}, default="ignored"
        Whether it tells anything that somebody did not vote on a sample. "ignored": it
        doesn't, as where people are given samples to label. "vote": everybody saw every
        sample, and silence is one more thing that he could say, as of labelling
        functions, whose confusion matrices are then those of the votes they do give.
        `smoothing` is then "auto", two samples of each class.

    tol : float >= 0, default=1e-6
        EM ends once a step raises the mean log-likelihood of a sample's votes
        (together with its share of what a number as smoothing adds) by no more than
        this.

    Returns
    -------
    consensus : Consensus
        With ``confusion``, ``prior``, ``n_iter`` and ``log_likelihood``;
        ``annotator_quality`` is the probability that a vote is right, in classes as
        frequent as ``prior`` says.

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
    one_coin : One number for each annotator, for few votes.
    crowdlab : Weighs a classifier's predictions as well.

    Notes
    -----
    Equations (2.3) to (2.5) of [1]_, in log space. Differences: an annotator votes on
    a sample once or not at all; and a Dirichlet prior on the rows of confusion
    matrices. With a number as smoothing, its mean is the confusion of all annotators
    together with the shares of votes, so that EM's objective never falls.

    With "auto", five models are fitted: that of `one_coin`, in which a person's chance
    to be right is drawn to the crowd's by eight votes in all; ``smoothing=15``; and
    three with a mean of each annotator's own: right with one probability (itself drawn
    to the crowd's by four votes), with odds that are multiplied by those of the class,
    and wrong in the directions in which the crowd is. Odds and directions are those of
    the labels found so far, or those of the shares of votes, or alike in all classes:
    where people see a sample twice or thrice, such directions and the labels drag each
    other away. Classes are drawn to equal odds, and directions to even ones, by as many
    votes as make the crowd's likeliest. How many votes a mean is worth is a mixture
    over 1, 2, 4, …, 64 for each annotator, whose shares are estimated from all of them;
    matrices are integrated out, as in empirical Bayes.

    Each vote is then foretold from all others, and the models that foretell votes as
    well as the best one, within two standard errors, have their probabilities averaged.
    Confusion matrices and ``log_likelihood`` are those of the best, given these. With
    more than 200,000 votes, `one_coin` and the mean of labels found so far are tried.

    On simulated crowds of 14 kinds, with spammers, adversaries and rare classes among
    them, that is about as good as the better one of `one_coin` and ``smoothing=5``, or
    better than both. At most a point behind the best of crowd-kit's eight, chosen by
    the truth, it is in 86 % of sets of three seeds, and at least as good in 42 %;
    Bayes' rule with the very matrices that drew the votes is that in 72 %. On one real
    crowd, LabelMe's 2.5 votes a photograph, 78.7 % are right, and 79.2 % with
    ``smoothing=5``: see ``benchmarks/annotators_crowds.py``.

    Labelling functions that each name one class or abstain can't be judged by their
    votes: that all samples are of one class explains these as well, and EM would say
    so. Where four of five votes are by such annotators, "auto" returns the shares of
    votes as they are, with ``n_iter`` 0. With ``abstention="vote"`` they are judged by
    when they speak: of 1,000 simulated samples of two classes and ten such functions
    88 % come out right, 84 % by shares of votes and 58 % by ``smoothing=5`` (mean of
    five seeds); with four functions for each of ten classes shares are better.

    References
    ----------
    .. [1] Dawid & Skene, "Maximum Likelihood Estimation of Observer Error-Rates
       Using the EM Algorithm", Applied Statistics 28(1), 1979.

    Examples
    --------
    >>> import numpy as np
    >>> from sknoisy.annotators import dawid_skene
    >>> from sknoisy.noise import AnnotatorNoise
    >>> y = np.arange(300) % 3
    >>> crowd = AnnotatorNoise([0.1, 0.3, 0.3, 0.6, 0.6], random_state=0)
    >>> consensus = dawid_skene(crowd.fit_corrupt(y))
    >>> (consensus.labels == y).mean()
    np.float64(0.93)
    >>> consensus.annotator_quality.round(2)  # about one less the rates above
    array([0.93, 0.73, 0.73, 0.41, 0.38])
    """
    is_auto = isinstance(smoothing, str) and smoothing == "auto"
    if not is_auto:
        check_range("[0, inf)", smoothing=smoothing)
    check_choice(abstention, ("ignored", "vote"), "abstention")
    votes = check_votes(votes, unlabeled)
    options = {"class_prior": class_prior, "max_iter": max_iter, "tol": tol}
    if abstention == "vote":
        if not is_auto:
            raise ValueError(
                f"smoothing={smoothing!r} has no meaning with abstention='vote': leave"
                " it out."
            )
        return maximize_likelihood(votes, SilenceErrors(votes), **options)
    if is_auto and is_one_sided(votes):
        return count_only(votes)
    if is_auto:
        return average_models(votes, **options)
    return maximize_likelihood(votes, ConfusionErrors(votes, smoothing), **options)
