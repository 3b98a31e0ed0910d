"""Which model of annotators' errors foretells votes; and what "auto" makes of it."""

import numpy as np
import pytest
from annotator_helpers import make_votes
from numpy.testing import assert_allclose

from sknoisy.annotators import Votes, dawid_skene
from sknoisy.annotators import _model_choice as model_choice
from sknoisy.annotators._em import Model, climb


@pytest.mark.parametrize("name", ["one coin", "crowd"])
def test_a_vote_is_foretold_as_if_it_had_not_been_counted(name):
    votes = Votes.from_wide(make_votes(60)[0], unlabeled=-1)
    model = Model(votes, model_choice.MODELS[name](votes), None)
    fit = model.step(votes.shares)._replace(proba=votes.shares)
    found = model_choice.foretell(votes, model.errors, fit)
    pseudo = getattr(model.errors, "pseudo_votes", None)
    expected = []
    for vote in range(votes.n_votes):
        i = votes.sample_codes[vote]
        log_joint = np.log(fit.prior)
        for other in np.flatnonzero(votes.sample_codes == i):
            who, said = votes.annotator_codes[other], votes.label_codes[other]
            matrix = without_sample(votes, i, who, pseudo, model.errors)
            if other == vote:
                own = matrix[:, said]
            else:
                log_joint = log_joint + np.log(matrix[:, said])
        others = np.exp(log_joint - log_joint.max())
        expected.append(np.log((others / others.sum()) @ own))
    assert_allclose(found, expected, rtol=1e-6)


def without_sample(votes, sample, who, pseudo, errors):
    """Return the confusion of an annotator from all samples but one."""
    shares = votes.shares
    counts = np.zeros((3, 3))
    for i, j, label in zip(
        votes.sample_codes, votes.annotator_codes, votes.label_codes, strict=True
    ):
        if j == who and i != sample:
            counts[:, label] += shares[i]
    if pseudo is not None:
        counts += pseudo
        return counts / counts.sum(axis=1, keepdims=True)
    right = counts.trace() + errors.pseudo_right
    right /= counts.sum() + errors.pseudo_right + errors.pseudo_wrong
    return np.where(np.eye(3) > 0, right, (1 - right) / 2)


def test_models_that_foretell_alike_are_averaged_and_others_are_not(monkeypatch):
    votes = Votes.from_wide(make_votes(200, rates=(0.1, 0.3, 0.6))[0], unlabeled=-1)
    proba, sums = {}, {}
    for name, make in model_choice.MODELS.items():
        model = Model(votes, make(votes), None)
        fit, _ = climb(model, 1000, 1e-6)
        proba[name] = fit.proba
        sums[name] = model_choice.foretell(votes, model.errors, fit).sum()
    monkeypatch.setattr(model_choice, "DOUBTFUL", 1e9)
    mean = np.mean([*proba.values()], axis=0)
    assert_allclose(dawid_skene(votes).proba, mean)
    monkeypatch.setattr(model_choice, "DOUBTFUL", -1e9)
    assert_allclose(dawid_skene(votes).proba, proba[max(sums, key=sums.get)])


def test_very_many_votes_are_foretold_in_part(monkeypatch):
    votes, y = make_votes(400, rates=(0.2,) * 5)
    votes = Votes.from_wide(votes, unlabeled=-1)
    monkeypatch.setattr(model_choice, "BLOCK", 50)
    model = Model(votes, model_choice.MODELS["one coin"](votes), None)
    fit = model.step(votes.shares)
    every = model_choice.foretell(votes, model.errors, fit)
    monkeypatch.setattr(model_choice, "MANY", votes.n_votes // 3)
    some = model_choice.foretell(votes, model.errors, fit)
    assert len(every) == votes.n_votes and len(some) < 0.4 * len(every)
    assert np.isin(some, every).all()
    assert (dawid_skene(votes).labels == y).mean() > 0.9
