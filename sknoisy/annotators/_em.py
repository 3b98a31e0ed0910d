"""Expectation maximization over the true classes and the annotators' errors."""

import warnings
from numbers import Integral, Real

import numpy as np
from scipy.special import logsumexp, xlogy
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_scalar

from sknoisy.annotators._consensus import Consensus


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
    known_prior = check_class_prior(class_prior, len(votes.classes))
    pseudo_votes = smoothing * average_confusion(votes)
    proba, before = votes.shares, -np.inf
    for n_iter in range(1, max_iter + 1):
        prior = proba.mean(axis=0) if known_prior is None else known_prior
        confusion = normalize(count_confusion(votes, proba) + pseudo_votes)
        proba, log_evidence = classify(votes, prior, confusion)
        penalty = xlogy(pseudo_votes, confusion).sum()
        objective = (log_evidence.sum() + penalty) / len(proba)
        if objective - before <= tol:
            break
        before = objective
    else:
        _warn(max_iter, tol)
    quality = confusion.diagonal(axis1=1, axis2=2) @ prior
    voted = (votes.codes >= 0).any(axis=0)
    return Consensus(
        classes=votes.classes,
        labels=votes.classes[proba.argmax(axis=1)],
        proba=proba,
        annotator_quality=np.where(voted, quality, np.nan),
        prior=prior,
        confusion=confusion,
        n_iter=n_iter,
        log_likelihood=float(log_evidence.sum()),
    )


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
    check_scalar(max_iter, "max_iter", Integral, min_val=1)
    for name, value in {"smoothing": smoothing, "tol": tol}.items():
        check_scalar(value, name, Real, min_val=0)
        if not np.isfinite(value):
            raise ValueError(f"{name}={value} must be a finite number, 0 or more.")


def check_class_prior(class_prior, n_classes):
    """Return known shares of the classes as an array, or None."""
    if class_prior is None:
        return None
    prior = np.asarray(class_prior, dtype=np.float64)
    if (
        prior.shape != (n_classes,)
        or not (prior > 0).all()
        or abs(prior.sum() - 1) > 1e-6
    ):
        raise ValueError(
            f"class_prior={class_prior!r} must hold a positive share for each of the"
            f" {n_classes} classes, in sorted order, with a sum of one."
        )
    return prior


def _warn(max_iter, tol):
    warnings.warn(
        f"EM did not converge in max_iter={max_iter} steps: its objective still rises"
        f" by more than tol={tol} a sample. Raise one of them.",
        ConvergenceWarning,
        stacklevel=4,
    )
