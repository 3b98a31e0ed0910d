"""Expectation maximization over the true classes and the annotators' errors."""

import warnings
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from scipy.special import logsumexp
from sklearn.exceptions import ConvergenceWarning

from sknoisy._arrays import as_numpy
from sknoisy._ranges import check_count, check_range
from sknoisy._shown import shown
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._votes import Votes


def maximize_likelihood(votes, errors, *, class_prior, max_iter, tol):
    """Return the consensus of a model in which annotators err on their own.

    Parameters
    ----------
    votes : Votes
        Every sample has one.

    errors : object
        The model of errors: ``fit`` finds its parameters for class probabilities,
        ``log_likelihood`` says how likely they make each sample's votes in each class,
        and ``log_prior`` what is added to the objective.

    class_prior, max_iter, tol
        As in `dawid_skene`.
    """
    check_steps(max_iter, tol)
    model = Model(votes, errors, check_class_prior(class_prior, votes.n_classes))
    fit, n_iter = climb(model, max_iter, tol)
    return replace(consensus_of(votes, fit), n_iter=n_iter)


def consensus_of(votes, fit):
    """Return what a `Fit` says of samples and annotators."""
    quality = fit.errors.quality(fit.prior)
    return Consensus(
        classes=votes.classes,
        labels=votes.classes[fit.proba.argmax(axis=1)],
        proba=fit.proba,
        annotator_quality=np.where(votes.per_annotator > 0, quality, np.nan),
        prior=fit.prior,
        errors=fit.errors,
        log_likelihood=fit.log_likelihood,
    )


class Fit(NamedTuple):
    """Where an EM step has led; `objective` is the mean over samples."""

    prior: np.ndarray
    errors: Any
    proba: np.ndarray
    log_likelihood: float
    objective: float


@dataclass(frozen=True, eq=False)
class Model:
    """What all EM steps share."""

    votes: Votes
    errors: Any
    known_prior: np.ndarray | None

    def step(self, proba):
        """Return the fit to class probabilities, and what these become by it."""
        prior = proba.mean(axis=0) if self.known_prior is None else self.known_prior
        found = self.errors.fit(proba)
        with np.errstate(divide="ignore"):  # what never happens has -inf
            log_joint = self.errors.log_likelihood(found) + np.log(prior)
        log_evidence = logsumexp(log_joint, axis=1)
        log_joint -= log_evidence[:, np.newaxis]
        log_likelihood = float(log_evidence.sum())
        objective = (log_likelihood + self.errors.log_prior(found)) / len(proba)
        proba = np.exp(log_joint, out=log_joint)
        return Fit(prior, found, proba, log_likelihood, objective)


def climb(model, max_iter, tol):
    """Step until the objective hardly rises; return the last fit and its number."""
    fit = model.step(model.votes.shares)
    for n_iter in range(2, max_iter + 1):
        last, fit = fit.objective, model.step(fit.proba)
        if fit.objective - last <= tol:
            return fit, n_iter
    warnings.warn(
        f"EM did not converge in max_iter={max_iter} steps: its objective still rises"
        f" by more than tol={tol} a sample. Raise one of them.",
        ConvergenceWarning,
        stacklevel=5,
    )
    return fit, max_iter


def check_steps(max_iter, tol):
    """Say what is wrong with how long EM shall go on."""
    check_count(max_iter=max_iter)
    check_range("[0, inf)", tol=tol)


def average_confusion(votes):
    """Return the confusion of all annotators together, each share of votes believed.

    Of a class that nobody votes for, nothing is known: its row says so.
    """
    counts = votes.shares.T @ votes.counts
    totals = counts.sum(axis=1, keepdims=True)
    unknown = np.full_like(counts, 1 / len(counts))
    return np.divide(counts, totals, out=unknown, where=totals > 0)


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
