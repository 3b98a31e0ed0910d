"""CROWDLAB against its paper, done sample by sample, and against cleanlab."""

import itertools

import numpy as np
import pandas as pd
import pytest
from annotator_helpers import crowdlab, make_votes
from numpy.testing import assert_allclose, assert_array_equal


def slow_crowdlab(votes, pred_probs):
    """Section 4 of the paper, sample by sample."""
    (n, m), c = votes.shape, pred_probs.shape[1]
    voted = [[j for j in range(m) if votes[i, j] >= 0] for i in range(n)]
    majority = np.empty(n, dtype=int)
    for i in range(n):
        counts = np.bincount(votes[i, voted[i]], minlength=c)
        majority[i] = max(range(c), key=lambda k: (counts[k], pred_probs[i, k]))
    several = [i for i in range(n) if len(voted[i]) > 1]
    most = max(np.mean(majority[several] == k) for k in range(c))
    right = np.mean(pred_probs[several].argmax(axis=1) == majority[several])
    size = np.mean([len(voted[i]) for i in range(n)])
    w_model = (1 - (1 - right) / (1 - most)) * np.sqrt(size)
    weights = []
    for j in range(m):
        pairs = [
            votes[i, j] == votes[i, other]
            for i in range(n)
            for other in voted[i]
            if j in voted[i] and other != j
        ]
        weights.append(1 - (1 - np.mean(pairs)) / (1 - most))
    trust = np.mean(
        [np.mean(votes[i, voted[i]] == majority[i]) for i in several],
    )
    proba = np.empty((n, c))
    for i, k in itertools.product(range(n), range(c)):
        says = [trust if votes[i, j] == k else (1 - trust) / (c - 1) for j in voted[i]]
        mine = [weights[j] for j in voted[i]]
        total = w_model * pred_probs[i, k] + np.dot(mine, says)
        proba[i, k] = total / (w_model + sum(mine))
    return w_model, weights, proba, slow_quality(votes, proba, weights, w_model, size)


def slow_quality(votes, proba, weights, w_model, size):
    """Annotators' quality of CROWDLAB, annotator by annotator."""
    consensus, n_votes = proba.argmax(axis=1), (votes >= 0).sum(axis=1)
    share = w_model / (w_model + size * np.mean(weights))
    quality = []
    for j in range(votes.shape[1]):
        mine = [i for i in range(len(votes)) if votes[i, j] >= 0]
        confidence = np.mean([proba[i, votes[i, j]] for i in mine])
        agreement = np.mean(
            [votes[i, j] == consensus[i] for i in mine if n_votes[i] > 1]
        )
        quality.append(share * confidence + (1 - share) * agreement)
    return quality


@pytest.fixture(scope="module")
def with_classifier():
    """Votes, and probabilities of a classifier that is often right, without ties."""
    votes, y = make_votes(200, rates=(0.2, 0.3, 0.4, 0.5), missing=0.5)
    rng = np.random.default_rng(0)
    pred_probs = rng.dirichlet(np.ones(3), size=200)
    guess = np.where(rng.random(200) < 0.75, y, rng.integers(3, size=200))
    pred_probs = 0.6 * np.eye(3)[guess] + 0.4 * pred_probs
    return votes, pred_probs


def test_crowdlab_is_the_papers_weighing_done_sample_by_sample(with_classifier):
    votes, pred_probs = with_classifier
    found = crowdlab(votes, pred_probs, passes=1)
    w_model, weights, proba, quality = slow_crowdlab(votes, pred_probs)
    assert found.classifier_weight == pytest.approx(w_model)
    assert_allclose(found.annotator_weight, weights)
    assert_allclose(found.proba, proba)
    assert_array_equal(found.labels, proba.argmax(axis=1))
    assert_allclose(found.annotator_quality, quality)


def by_cleanlab(votes, pred_probs, method):
    """Return what cleanlab makes of the same votes and probabilities."""
    multiannotator = pytest.importorskip("cleanlab.multiannotator")
    weigh = getattr(multiannotator, f"get_label_quality_multiannotator{method}")
    return weigh(
        np.where(votes < 0, np.nan, votes),
        pred_probs,
        return_weights=True,
        verbose=False,
        **({} if method else {"consensus_method": "best_quality"}),
    )


def check_agreement(votes, pred_probs, method):
    """Say what differs from cleanlab's weights, labels, qualities and people."""
    found = crowdlab(votes, pred_probs)
    theirs = by_cleanlab(votes, pred_probs, method)
    assert_allclose(theirs["model_weight"], found.classifier_weight)
    assert_allclose(theirs["annotator_weight"], found.annotator_weight)
    of_labels = theirs["label_quality"]
    assert_array_equal(of_labels["consensus_label"], found.labels)
    assert_allclose(of_labels["consensus_quality_score"], found.label_quality)
    samples, annotators = np.nonzero(votes >= 0)
    assert_allclose(
        theirs["detailed_label_quality"].to_numpy()[samples, annotators],
        found.proba[samples, votes[samples, annotators]],
    )
    quality = theirs["annotator_stats"].sort_index()["annotator_quality"]
    assert_allclose(quality, found.annotator_quality)
    return found


def test_crowdlab_agrees_with_cleanlab(with_classifier):
    votes, pred_probs = with_classifier
    check_agreement(votes, pred_probs, "")


def test_crowdlab_of_several_classifiers_agrees_with_cleanlab(with_classifier):
    votes, pred_probs = with_classifier
    several = np.stack([pred_probs, np.roll(pred_probs, 3, axis=0), pred_probs**2])
    several /= several.sum(axis=2, keepdims=True)
    found = check_agreement(votes, several, "_ensemble")
    assert found.classifier_weight.shape == (3,)
    as_list = crowdlab(votes, list(several))
    assert_allclose(as_list.proba, found.proba)


def test_one_pass_is_cleanlabs_majority_vote(with_classifier):
    multiannotator = pytest.importorskip("cleanlab.multiannotator")
    votes, pred_probs = with_classifier
    theirs = multiannotator.get_label_quality_multiannotator(
        np.where(votes < 0, np.nan, votes),
        pred_probs,
        consensus_method="majority_vote",
        return_weights=True,
        verbose=False,
    )
    found = crowdlab(votes, pred_probs, passes=1)
    assert theirs["model_weight"] == pytest.approx(found.classifier_weight)
    assert_allclose(theirs["annotator_weight"], found.annotator_weight)


def test_a_class_that_nobody_votes_for_may_have_probabilities(with_classifier):
    votes, pred_probs = with_classifier
    votes = np.where(votes == 1, -1, votes)
    kept = (votes >= 0).any(axis=1)
    votes, pred_probs = votes[kept], pred_probs[kept]
    with pytest.raises(ValueError, match="3 columns, but there are 2 classes"):
        crowdlab(votes, pred_probs)
    found = crowdlab(votes, pred_probs, classes=[0, 1, 2])
    assert found.classes.tolist() == [0, 1, 2]
    assert found.proba.shape == (len(votes), 3)
    assert (found.labels == 1).any()  # as the classifier says
    named = pd.DataFrame(pred_probs[:, ::-1], columns=[2, 1, 0])
    assert_allclose(crowdlab(votes, named).proba, found.proba)
    with pytest.raises(ValueError, match="aren't among the classes, the first for 2"):
        crowdlab(votes, pred_probs[:, :2], classes=[0, 1])


def test_votes_win_where_no_sample_has_two(with_classifier):
    _, pred_probs = with_classifier
    y = np.arange(200) % 3
    votes = np.where(np.arange(200)[:, None] % 2 == [0, 1], y[:, None], -1)
    found = crowdlab(votes, pred_probs)
    assert_array_equal(found.labels, y)
    assert_array_equal(found.annotator_weight, [1, 1])


def test_who_knows_less_than_the_most_frequent_class_has_no_weight(with_classifier):
    votes, pred_probs = with_classifier
    contrary = np.where(votes[:, :1] < 0, 0, (votes[:, :1] + 1) % 3)
    found = crowdlab(np.hstack([votes, contrary]), pred_probs)
    assert found.annotator_weight[-1] == 1e-6
    assert crowdlab(votes, np.roll(pred_probs, 1, axis=1)).classifier_weight < 1e-5


def test_probabilities_that_are_none_are_refused(with_classifier):
    votes, pred_probs = with_classifier
    with pytest.raises(
        ValueError, match="pred_probs has 2 columns, but there are 3 classes"
    ):
        crowdlab(votes, pred_probs[:, :2])
    with pytest.raises(ValueError, match="votes has 200 rows, but pred_probs has 9"):
        crowdlab(votes, pred_probs[:9])
    wrong = pred_probs.copy()
    wrong[5] = [0.5, 0.6, 0.1]
    with pytest.raises(ValueError, match="Row 5 of pred_probs sums to 1.2"):
        crowdlab(votes, wrong)
    wrong[5] = [1.5, -0.5, 0]
    with pytest.raises(ValueError, match="Row 5 of pred_probs .* negative"):
        crowdlab(votes, wrong)
    with pytest.raises(ValueError, match="NaN"):
        crowdlab(votes, np.where(pred_probs > 0.9, np.nan, pred_probs))
