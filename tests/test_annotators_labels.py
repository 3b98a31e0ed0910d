"""From votes to labels: ties, difficulty, what shrinks to what, and who is who."""

import itertools

import numpy as np
import pandas as pd
import pytest
from annotator_helpers import dawid_skene, make_votes
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import check_grad
from scipy.special import expit
from sklearn.metrics import cohen_kappa_score

from sknoisy.annotators import (
    ConsensusClassifier,
    Votes,
    agreement_interval,
    annotator_agreement,
    annotator_report,
    crowdlab,
    glad,
    majority_vote,
    one_coin,
    pairwise_agreement,
)
from sknoisy.annotators._abstaining import SilenceErrors
from sknoisy.annotators._em import Model
from sknoisy.annotators._glad import AbilityErrors
from sknoisy.annotators._shrinkage import STRENGTHS, ShrunkErrors, mix

TIED = [["a", "b"], ["b", "b"], ["c", "a"], ["c", "c"], ["c", "b"]]


# ---------------------------------------------------------------- majority and ties


def test_a_tie_may_leave_no_label():
    found = majority_vote(TIED, ties="abstain")
    assert found.labels.tolist() == [None, "b", None, "c", None]
    assert found.codes.tolist() == [-1, 1, -1, 2, -1]
    assert np.isnan(found.label_quality[[0, 2, 4]]).all()
    assert_allclose(found.annotator_quality, [1, 1])
    clear = majority_vote([["a", "a"], ["b", "b"]], ties="abstain")
    assert clear.labels.dtype.kind == "U"


def test_a_model_may_break_ties():
    pred_probs = np.array([[0.1, 0.2, 0.7]] * 5)
    found = majority_vote(TIED, ties="model", pred_probs=pred_probs)
    assert found.labels.tolist() == ["b", "b", "c", "c", "c"]
    named = pd.DataFrame(pred_probs[:, ::-1], columns=list("cba"))
    again = majority_vote(TIED, ties="model", pred_probs=named)
    assert_array_equal(again.labels, found.labels)
    for wrong in ({"ties": "model"}, {"pred_probs": pred_probs}):
        with pytest.raises(ValueError, match="ties='model' and pred_probs go together"):
            majority_vote(TIED, **wrong)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        majority_vote(TIED, ties="model", pred_probs=pred_probs[:3])


def test_a_classifier_needs_a_label_for_each_sample():
    clf = ConsensusClassifier(aggregation="majority", aggregation__ties="abstain")
    with pytest.raises(ValueError, match="aggregation__ties must be 'frequent' or"):
        clf.fit(np.eye(5), TIED)


# ---------------------------------------------------------------- GLAD


def crowd_of_abilities(n=400, m=12, c=3, seed=0):
    """Return votes, truth, abilities and log-easiness as GLAD has them."""
    rng = np.random.default_rng(seed)
    y, ability, easiness = (
        rng.integers(c, size=n),
        rng.normal(1, 1, m),
        rng.normal(0.5, 1, n),
    )
    right = expit(ability * np.exp(easiness)[:, np.newaxis])
    wrong = (y[:, np.newaxis] + rng.integers(1, c, size=(n, m))) % c
    votes = np.where(rng.random((n, m)) < right, y[:, np.newaxis], wrong)
    return votes, y, ability, easiness


def test_glad_finds_abilities_and_difficulties():
    votes, y, ability, easiness = crowd_of_abilities()
    found = glad(votes)
    assert (found.labels == y).mean() > 0.95
    assert np.corrcoef(found.annotator_weight, ability)[0, 1] > 0.95
    order = np.corrcoef(np.log(found.difficulty), -easiness)[0, 1]
    assert order > 0.5
    assert found.annotator_weight[ability < -0.3].max() < 0  # adversaries
    assert_allclose(found.proba.sum(axis=1), 1)


def test_glads_likelihood_is_that_of_loops():
    table, _, _, _ = crowd_of_abilities(n=10, m=3)
    votes = Votes.from_wide(table)
    errors = AbilityErrors(votes)
    found = errors.fit(votes.shares)
    slow = np.zeros((10, 3))
    for i, j, k in itertools.product(range(10), range(3), range(3)):
        p = expit(found.ability[j] * np.exp(found.log_easiness[i]))
        slow[i, k] += np.log(p if table[i, j] == k else (1 - p) / 2)
    assert_allclose(errors.log_likelihood(found), slow)


def test_glads_gradient_is_the_slope_and_em_climbs():
    votes = Votes.from_wide(crowd_of_abilities(n=20, m=4)[0])
    errors = AbilityErrors(votes)
    believed = votes.shares[votes.sample_codes, votes.label_codes]
    at = np.random.default_rng(0).normal(1, 0.5, 24)
    distance = check_grad(
        lambda x: errors._loss(x, believed)[0],
        lambda x: errors._loss(x, believed)[1],
        at,
    )
    assert distance < 1e-4
    model = Model(votes, AbilityErrors(votes), None)
    fits = [model.step(votes.shares)]
    for _ in range(20):
        fits.append(model.step(fits[-1].proba))
    objective = np.array([fit.objective for fit in fits])
    assert (np.diff(objective) > -1e-6).all() and objective[-1] > objective[0]


# ---------------------------------------------------------------- smoothing="auto"


def test_strengths_are_those_that_annotators_were_drawn_with():
    evidence = np.log([[0.8, 0.1], [0.8, 0.1], [0.1, 0.9]])
    shares = mix(evidence)
    assert_allclose(shares.sum(axis=1), 1)
    assert shares[0, 0] > 0.8 and shares[2, 1] > 0.8


def test_evidence_is_the_votes_probability_with_matrices_integrated_out():
    votes = Votes.from_wide(make_votes(40)[0], unlabeled=-1)
    errors = ShrunkErrors(votes)
    errors.fit(votes.shares)
    counts = np.zeros((5, 3, 3))
    proba = np.eye(3)[votes.counts.argmax(axis=1)]
    for i, j, label in zip(
        votes.sample_codes, votes.annotator_codes, votes.label_codes, strict=True
    ):
        counts[j, :, label] += proba[i]
    found, totals = votes.indicator.T @ proba, counts.sum(axis=2)
    for place, strength in enumerate(STRENGTHS):
        for j in range(5):
            usual = np.full((3, 3), np.nan)
            for k, label in itertools.product(range(3), range(3)):
                usual[k, label] = (
                    errors.right[j, k]
                    if k == label
                    else (1 - errors.right[j, k]) * errors.errors[k, label]
                )
            slow = 0.0
            for k in range(3):  # one vote after another, by Pólya's urn
                seen = np.zeros(3)
                for label in range(3):
                    for _ in range(int(counts[j, k, label])):
                        weight = strength * usual[k, label] + seen[label]
                        slow += np.log(weight / (strength + seen.sum()))
                        seen[label] += 1
            fast = errors._evidence(found, totals)[j, place]
            assert fast == pytest.approx(slow)


def test_the_default_knows_one_coin_and_matrices_apart():
    alike = {"auto": [], "coin": [], "5": []}
    confused = {"auto": [], "coin": [], "5": []}
    for seed in range(4):
        for right, (votes, y) in (
            (alike, make_votes(400, rates=(0.3,) * 12, missing=0.7, seed=seed)),
            (confused, confused_crowd(seed)),
        ):
            for name, found in (
                ("auto", dawid_skene(votes)),
                ("coin", one_coin(votes, unlabeled=-1)),
                ("5", dawid_skene(votes, smoothing=5)),
            ):
                right[name].append((found.labels == y).mean())
    assert np.mean(alike["auto"]) > np.mean(alike["coin"]) - 0.01
    assert np.mean(confused["auto"]) > np.mean(confused["coin"]) + 0.05


def confused_crowd(seed):
    """Return votes by people who take class 0 for 1 nearly as often as not."""
    rng = np.random.default_rng(seed)
    y = rng.integers(3, size=400)
    matrices = np.array([[0.55, 0.4, 0.05], [0.05, 0.85, 0.1], [0.3, 0.1, 0.6]])
    votes = np.array([[rng.choice(3, p=matrices[k]) for _ in range(12)] for k in y])
    votes[rng.random(votes.shape) < 0.6] = -1
    empty = (votes < 0).all(axis=1)
    votes[empty, 0] = y[empty]
    return votes, y


def test_rules_that_each_name_one_class_are_counted():
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=300)
    columns = [
        np.where(rng.random(300) < np.where(y == k, 0.4, 0.1), k, -1)
        for k in (0, 0, 1, 1)
    ]
    votes = np.column_stack(columns)
    votes = votes[(votes >= 0).any(axis=1)]
    found, majority = dawid_skene(votes), majority_vote(votes, unlabeled=-1)
    assert found.n_iter == 0
    assert_array_equal(found.labels, majority.labels)
    assert_allclose(found.proba, majority.proba)
    assert_allclose(found.confusion.sum(axis=2), 1)


def rules_of_one_class(seed, n_rules=10):
    """Return votes by rules that name class 0 or 1 or nothing, and the truth."""
    rng = np.random.default_rng(seed)
    y = rng.integers(2, size=800)
    columns = []
    for j in range(n_rules):
        speaks, errs = rng.uniform(0.1, 0.5), rng.uniform(0.02, 0.15)
        is_heard = rng.random(800) < np.where(y == j % 2, speaks, errs)
        columns.append(np.where(is_heard, j % 2, -1))
    votes = np.column_stack(columns)
    heard = (votes >= 0).any(axis=1)
    return votes[heard], y[heard]


def test_silence_tells_which_rules_are_right():
    right = {"shares": [], "matrices": [], "silence": []}
    for seed in range(4):
        votes, y = rules_of_one_class(seed)
        for name, found in (
            ("shares", dawid_skene(votes)),
            ("matrices", dawid_skene(votes, smoothing=5)),
            ("silence", dawid_skene(votes, abstention="vote")),
        ):
            right[name].append((found.labels == y).mean())
    means = {name: np.mean(values) for name, values in right.items()}
    assert means["matrices"] < 0.7  # all samples are taken for one class
    assert means["silence"] > means["shares"] + 0.02


def test_silence_is_counted_as_a_class_of_votes_would_be():
    """One step of EM, vote by vote."""
    table, _ = make_votes(60)
    votes = Votes.from_wide(table, unlabeled=-1)
    errors = SilenceErrors(votes)
    found = errors.fit(votes.shares)
    assert_allclose(found.dense().sum(axis=2), 1)
    slow = np.zeros((votes.n_samples, 3))
    spoken = np.zeros((5, 3, 3))
    for j, label, column in zip(
        errors.annotators, errors.labels, found.found, strict=True
    ):
        spoken[j, :, label] = column
        said = (table[:, j] == label)[:, None] * votes.shares
        usual = 2 * errors.usual[(errors.annotators == j) & (errors.labels == label)][0]
        expected = (said.sum(axis=0) + usual) / (votes.shares.sum(axis=0) + 2)
        assert_allclose(column, expected)
    for i, j in np.ndindex(*table.shape):
        label = table[i, j]
        silent = 1 - spoken[j].sum(axis=1)
        slow[i] += np.log(silent if label < 0 else spoken[j, :, label])
    assert_allclose(errors.log_likelihood(found), slow)
    quality = found.quality(np.full(3, 1 / 3))
    assert_allclose(quality, spoken.trace(axis1=1, axis2=2) / spoken.sum(axis=(1, 2)))


def test_smoothing_has_no_meaning_where_silence_counts():
    with pytest.raises(ValueError, match="smoothing=5 has no meaning"):
        dawid_skene(make_votes(20)[0], smoothing=5, abstention="vote")


def test_who_names_one_class_all_the_time_has_no_say():
    votes, y = make_votes(400, rates=(0.2,) * 6, missing=0.5)
    votes = np.column_stack([votes, np.ones((400, 3), dtype=int)])
    found = dawid_skene(votes)
    assert (found.labels == y).mean() > 0.8
    assert (found.annotator_quality[6:] < 0.5).all()
    assert_allclose(found.confusion.sum(axis=2), 1)


# ---------------------------------------------------------------- pairs and intervals


def test_pairs_are_those_of_loops():
    table, _ = make_votes(60)
    found = pairwise_agreement(table, unlabeled=-1)
    pairs = dict(
        zip(zip(found.first, found.second, strict=True), range(10), strict=True)
    )
    assert len(pairs) == 10 and (np.diff(found.agreement) >= 0).all()
    for (i, j), place in pairs.items():
        both = (table[:, [i, j]] >= 0).all(axis=1)
        one, other = table[both, i], table[both, j]
        assert found.n_shared[place] == both.sum()
        assert found.agreement[place] == pytest.approx(np.mean(one == other))
        assert found.kappa[place] == pytest.approx(cohen_kappa_score(one, other))
    mean = np.average(found.kappa, weights=found.n_shared)
    assert annotator_agreement(table, measure="cohen", unlabeled=-1) == pytest.approx(
        mean
    )


def test_nobody_may_share_a_sample():
    found = pairwise_agreement([["a", None], [None, "b"]])
    assert len(found.first) == len(found.kappa) == 0


def test_intervals_hold_what_a_larger_crowd_gives():
    truth = annotator_agreement(make_votes(20_000)[0], unlabeled=-1)
    inside = 0
    for seed in range(40):
        votes, _ = make_votes(150, seed=seed + 1)
        low, high = agreement_interval(
            votes, unlabeled=-1, n_resamples=200, random_state=seed
        )
        inside += low <= truth <= high
    assert inside >= 34  # of 38 to be expected
    again = agreement_interval(votes, unlabeled=-1, n_resamples=200, random_state=seed)
    assert again == (low, high)


@pytest.mark.parametrize("measure", ["cohen", "fleiss", "krippendorff", "percent"])
def test_intervals_surround_every_measure(measure):
    votes, _ = make_votes(80)
    found = annotator_agreement(votes, measure=measure, unlabeled=-1)
    low, high = agreement_interval(
        votes, measure=measure, unlabeled=-1, n_resamples=100, random_state=0
    )
    assert low < found < high
    narrow = agreement_interval(
        votes,
        measure=measure,
        unlabeled=-1,
        n_resamples=100,
        confidence_level=0.5,
        random_state=0,
    )
    assert low < narrow[0] < narrow[1] < high


# ---------------------------------------------------------------- people


def test_the_report_is_cleanlabs():
    multiannotator = pytest.importorskip("cleanlab.multiannotator")
    votes, y = make_votes(200, rates=(0.2, 0.3, 0.4, 0.5, 0.6), missing=0.5)
    rng = np.random.default_rng(0)
    pred_probs = 0.5 * np.eye(3)[y] + 0.5 * rng.dirichlet(np.ones(3), size=200)
    theirs = multiannotator.get_label_quality_multiannotator(
        np.where(votes < 0, np.nan, votes), pred_probs, verbose=False
    )["annotator_stats"]
    found = crowdlab(votes, pred_probs, unlabeled=-1)
    report = annotator_report(votes, found, unlabeled=-1)
    assert_array_equal(report.annotator, theirs.index)
    assert_allclose(report.quality, theirs["annotator_quality"])
    assert_allclose(report.agreement, theirs["agreement_with_consensus"])
    assert_array_equal(report.worst_class, theirs["worst_class"])
    assert_array_equal(report.n_votes, theirs["num_examples_labeled"])


def test_the_report_says_what_is_taken_for_what():
    y = np.arange(60) % 3
    votes = np.column_stack([y, y, y, np.where(y == 2, 1, y), np.zeros(60, int)])
    report = annotator_report(votes, majority_vote(votes))
    by_name = {one: i for i, one in enumerate(report.annotator.tolist())}
    confused, lazy, good = by_name[3], by_name[4], by_name[0]
    assert report.worst_class[confused] == 1 and report.mistaken_for[confused] == 2
    assert report.most_frequent_share[lazy] == 1 and by_name[4] == 0
    assert report.mistaken_for[good] is None
    assert len(pd.DataFrame(report)) == 5


def test_the_report_of_labels_that_are_none():
    found = majority_vote(TIED, ties="abstain")
    report = annotator_report(TIED, found)
    assert report.n_votes.tolist() == [5, 5]
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        annotator_report(TIED[:3], found)
