"""Consensus beside crowd-kit's aggregators: the same models give the same answers.

crowd-kit brings transformers and nltk along, so it is in none of our extras: the tests
run where it is installed.
"""

import warnings

import numpy as np
import pytest
from annotator_helpers import make_votes
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning

from sknoisy.annotators import (
    Votes,
    annotator_agreement,
    dawid_skene,
    glad,
    majority_vote,
    one_coin,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=range(2))
def crowd(request):
    """Votes of five or twelve people, some or most of them missing."""
    rates = (0.1, 0.3, 0.3, 0.6, 0.5) if request.param % 2 else (0.3,) * 12
    table, _ = make_votes(150, rates, missing=0.4, seed=request.param)
    return Votes.from_wide(table[(table >= 0).any(axis=1)], unlabeled=-1)


def theirs(name, votes, **parameters):
    """Return a fitted aggregator of crowd-kit, and its probabilities."""
    aggregation = pytest.importorskip("crowdkit.aggregation")
    aggregator = getattr(aggregation, name)(**parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        proba = aggregator.fit_predict_proba(votes.to_frame())
    return aggregator, proba.loc[votes.samples, votes.classes].to_numpy()


def test_shares_of_votes(crowd):
    _, proba = theirs("MajorityVote", crowd)
    assert_allclose(majority_vote(crowd).proba, proba)


def test_dawid_skene_without_smoothing(crowd):
    """After as many steps; theirs begin with an E step of the shares."""
    aggregator, proba = theirs("DawidSkene", crowd, n_iter=30, tol=0)
    with pytest.warns(ConvergenceWarning):
        found = dawid_skene(crowd, smoothing=0, max_iter=30, tol=0)
    assert_allclose(found.proba, proba, atol=0.02)
    prior = aggregator.priors_.loc[crowd.classes]
    assert_allclose(found.prior, prior, atol=0.01)


def test_one_coin_without_smoothing(crowd):
    """Theirs takes the classes' shares for right answers by chance, ours estimates."""
    aggregator, proba = theirs("OneCoinDawidSkene", crowd, n_iter=30)
    found = one_coin(crowd, smoothing=0)
    assert (found.proba.argmax(axis=1) == proba.argmax(axis=1)).mean() > 0.97
    skills = aggregator.skills_.loc[crowd.annotators]
    assert_allclose(found.annotator_quality, skills, atol=0.03)


def test_glad(crowd):
    """Where people are alike; others who guess may lead either to another optimum."""
    if crowd.n_annotators < 12:
        pytest.skip("two of five people guess")
    _, proba = theirs("GLAD", crowd, n_iter=50)
    found = glad(crowd)
    assert (found.proba.argmax(axis=1) == proba.argmax(axis=1)).mean() > 0.95


def test_krippendorffs_alpha(crowd):
    data = pytest.importorskip("crowdkit.metrics.data")
    alpha = data.alpha_krippendorff(crowd.to_frame())
    assert annotator_agreement(crowd) == pytest.approx(alpha)


def test_uncertainty_is_the_page_says(crowd):
    """What 'Coming from crowd-kit' says of measures that have no function here."""
    data = pytest.importorskip("crowdkit.metrics.data")
    scipy_stats = pytest.importorskip("scipy.stats")
    found = majority_vote(crowd)
    with warnings.catch_warnings():  # of pandas 3
        warnings.simplefilter("ignore")
        uncertainty = data.uncertainty(crowd.to_frame(), aggregate=False)
    shares = scipy_stats.entropy(found.proba, axis=1)
    assert_allclose(shares, uncertainty.loc[crowd.samples], atol=1e-9)
    assert np.isfinite(shares).all()
