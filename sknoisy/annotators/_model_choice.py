"""Which model of annotators' errors foretells votes that it has not seen."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy.special import logsumexp

from sknoisy.annotators._coins import CoinErrors
from sknoisy.annotators._confusions import ConfusionErrors
from sknoisy.annotators._em import (
    Model,
    check_class_prior,
    check_steps,
    climb,
    consensus_of,
)
from sknoisy.annotators._shrinkage import ShrunkErrors

DOUBTFUL = 2.0  # standard errors by which a model may foretell votes worse
MANY = 200_000  # votes; of more, as many are foretold, and fewer models tried
FEWER = ("one coin", "latest")
BLOCK = 10_000  # votes that are foretold at once
OWN_VOTES = 8.0  # in all that a person's chance to be right is drawn to the crowd's by
TINY = 1e-12

MODELS = {
    "one coin": lambda votes: CoinErrors(votes, OWN_VOTES / votes.n_classes),
    "even": lambda votes: ShrunkErrors(votes, mean="even"),
    "first": lambda votes: ShrunkErrors(votes, mean="first"),
    "crowd": lambda votes: ConfusionErrors(votes, 15.0),
    "latest": lambda votes: ShrunkErrors(votes, mean="latest"),
}


def average_models(votes, *, class_prior, max_iter, tol):
    """Return the consensus of the models that foretell votes best.

    Every model whose log-probability of votes, each foretold by all others, is less
    than two standard errors below that of the best one has a say; class probabilities
    are averaged. Confusion matrices are those of the best one, given these.

    Parameters
    ----------
    votes : Votes
        Every sample has one.

    class_prior, max_iter, tol
        As in `dawid_skene`.
    """
    check_steps(max_iter, tol)
    prior = check_class_prior(class_prior, votes.n_classes)
    names = MODELS if votes.n_votes <= MANY else FEWER
    models = {name: Model(votes, MODELS[name](votes), prior) for name in names}
    fits = {name: climb(model, max_iter, tol) for name, model in models.items()}
    foretold = {n: foretell(votes, models[n].errors, fits[n][0]) for n in models}
    best = max(foretold, key=lambda name: foretold[name].sum())
    names = [n for n in models if _is_close(foretold[n], foretold[best])]
    fit, n_iter = fits[best]
    if len(names) > 1:
        proba = sum(fits[name][0].proba for name in names) / len(names)
        n_iter = max(fits[name][1] for name in names)
        fit = models[best].step(proba)._replace(proba=proba)
    return replace(consensus_of(votes, fit), n_iter=n_iter)


def foretell(votes, errors, fit):
    """Return log-probabilities of votes given all others, (n_foretold,).

    What an annotator's votes on a sample say of himself is taken away there; what the
    sample says of the crowd stays.

    Parameters
    ----------
    votes : Votes

    errors : object
        The model of errors.

    fit : Fit
        Where EM has led with it.
    """
    found = []
    for part in _blocks(votes):
        samples = votes.sample_codes[part]
        who = votes.annotator_codes[part], votes.label_codes[part]
        likely = errors.without(fit.errors, fit.proba[samples], *who)
        log_likely = np.log(np.maximum(likely, TINY))
        starts = np.flatnonzero(np.diff(samples, prepend=-1))
        sums = np.add.reduceat(log_likely, starts, axis=0)
        with np.errstate(divide="ignore"):  # what never happens has -inf
            log_joint = sums + np.log(fit.prior)
        log_joint = np.repeat(log_joint, np.diff(starts, append=len(samples)), axis=0)
        by_others = logsumexp(log_joint - log_likely, axis=1)
        found.append(logsumexp(log_joint, axis=1) - by_others)
    return np.concatenate(found)


def _blocks(votes):
    """Yield slices of votes, some whole samples at a time; not all of very many."""
    edges = np.arange(0, votes.n_votes, BLOCK)
    edges = votes.starts[np.searchsorted(votes.starts, edges)]
    blocks = [*pairwise(np.unique(np.append(edges, votes.n_votes)))]
    for start, stop in blocks[:: -(-votes.n_votes // MANY)]:
        yield slice(start, stop)


def _is_close(foretold, best):
    worse = best - foretold
    return worse.sum() <= DOUBTFUL * worse.std() * np.sqrt(len(worse))
