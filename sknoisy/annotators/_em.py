"""Expectation maximization over the true classes and the annotators' errors."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp, xlogy
from sklearn.exceptions import ConvergenceWarning

from sknoisy._arrays import as_numpy
from sknoisy._ranges import check_count, check_range
from sknoisy._shown import shown
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._votes import Votes


def maximize_likelihood(votes, normalize, *, smoothing, class_prior, max_iter, tol):
    """Return the consensus of a model in which annotators err on their own.

    Parameters
    ----------
    votes : Votes
        Every sample has one.

    normalize : callable
        Turns expected votes (n_annotators, true class, class voted for) into
        probabilities; this is the model.

    smoothing, class_prior, max_iter, tol
        As in `dawid_skene`.
    """
    check_limits(smoothing, max_iter, tol)
    model = Model(
        votes,
        normalize,
        pseudo_votes=smoothing * average_confusion(votes),
        known_prior=check_class_prior(class_prior, len(votes.classes)),
    )
    fit, n_iter = climb(model, max_iter, tol)
    quality = fit.confusion.diagonal(axis1=1, axis2=2) @ fit.prior
    has_voted = (votes.codes >= 0).any(axis=0)
    return Consensus(
        classes=votes.classes,
        labels=votes.classes[fit.proba.argmax(axis=1)],
        proba=fit.proba,
        annotator_quality=np.where(has_voted, quality, np.nan),
        prior=fit.prior,
        confusion=fit.confusion,
        n_iter=n_iter,
        log_likelihood=fit.log_likelihood,
    )


class Fit(NamedTuple):
    """Where an EM step has led; `objective` is the mean over samples."""

    prior: np.ndarray
    confusion: np.ndarray
    proba: np.ndarray
    log_likelihood: float
    objective: float


@dataclass(frozen=True, eq=False)
class Model:
    """What all EM steps share."""

    votes: Votes
    normalize: Callable
    pseudo_votes: np.ndarray
    known_prior: np.ndarray | None

    def step(self, proba):
        """Return the fit to class probabilities, and what these become by it."""
        prior = proba.mean(axis=0) if self.known_prior is None else self.known_prior
        expected = count_confusion(self.votes, proba)
        confusion = self.normalize(expected + self.pseudo_votes)
        proba, log_evidence = classify(self.votes, prior, confusion)
        log_likelihood = float(log_evidence.sum())
        penalty = xlogy(self.pseudo_votes, confusion).sum()
        objective = (log_likelihood + penalty) / len(proba)
        return Fit(prior, confusion, proba, log_likelihood, objective)


def climb(model, max_iter, tol):
    """Step until the objective hardly rises; return the last fit and its number."""
    fit = model.step(model.votes.shares)
    for n_iter in range(2, max_iter + 1):
        last, fit = fit, model.step(fit.proba)
        if fit.objective - last.objective <= tol:
            return fit, n_iter
    warnings.warn(
        f"EM did not converge in max_iter={max_iter} steps: its objective still rises"
        f" by more than tol={tol} a sample. Raise one of them.",
        ConvergenceWarning,
        stacklevel=4,
    )
    return fit, max_iter


def count_confusion(votes, proba):
    """Return expected votes by annotator, true class and class voted for."""
    _, n_annotators, n_classes = votes.shape
    counts = (votes.indicator.T @ proba).reshape(n_annotators, n_classes, n_classes)
    return counts.transpose(0, 2, 1)


def average_confusion(votes):
    """Return the confusion of all annotators together, each share of votes believed."""
    counts = votes.shares.T @ votes.counts
    return counts / counts.sum(axis=1, keepdims=True)


def classify(votes, prior, confusion):
    """Return class probabilities of samples, and the log-probability of their votes."""
    with np.errstate(divide="ignore"):  # what never happens has -inf
        by_vote = np.log(confusion).transpose(0, 2, 1).reshape(-1, len(prior))
        log_joint = votes.indicator @ by_vote + np.log(prior)
    log_evidence = logsumexp(log_joint, axis=1)
    return np.exp(log_joint - log_evidence[:, np.newaxis]), log_evidence


def check_limits(smoothing, max_iter, tol):
    """Say so if a number is out of its range."""
    check_count(max_iter=max_iter)
    check_range("[0, inf)", smoothing=smoothing, tol=tol)


def check_class_prior(class_prior, n_classes):
    """Return known shares of the classes as an array, or None."""
    if class_prior is None:
        return None
    prior = np.asarray(as_numpy(class_prior), dtype=np.float64)
    if (
        prior.shape != (n_classes,)
        or not (prior > 0).all()
        or abs(prior.sum() - 1) > 1e-6
    ):
        raise ValueError(
            f"class_prior={shown(class_prior)} must hold a positive share for each of"
            f" the {n_classes} classes, in sorted order, with a sum of one."
        )
    return prior
