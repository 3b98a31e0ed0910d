import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import softmax
from sklearn.datasets import make_blobs
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneOut
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy._counting import keep_at_least
from sknoisy.detectors import ConfidentLearning, TrueLabelPosterior
from sknoisy.noise import PairFlipNoise, SymmetricNoise
from sknoisy.quality import true_label_posterior
from sknoisy.quality._true_labels import estimate_transition, order_by_features


def draw_problem(n_samples=400, n_classes=4, rate=0.3, seed=0):
    """Return true labels, given ones, P(true | x), P(given | x) and T."""
    rng = np.random.default_rng(seed)
    clean = rng.dirichlet(np.full(n_classes, 0.3), n_samples)
    true = np.array([rng.choice(n_classes, p=row) for row in clean])
    T = (1 - rate) * np.eye(n_classes) + rate * np.roll(np.eye(n_classes), 1, axis=1)
    labels = np.array([rng.choice(n_classes, p=T[code]) for code in true])
    return true, labels, clean, clean @ T, T


def bayes_slowly(labels, clean, T, sharpness):
    """Bayes' rule, one sample and one class at a time."""
    rows = []
    for label, p in zip(labels, clean, strict=True):
        p = np.maximum(p, 0.01 / len(p))
        p = (p / p.sum()) ** sharpness
        joint = [p[j] / p.sum() * T[j, label] for j in range(len(T))]
        rows.append([value / sum(joint) for value in joint])
    return np.array(rows)


# --- the function ---


def test_it_is_bayes_rule_where_the_transition_is_known():
    _, labels, clean, noisy, T = draw_problem()
    T = 0.9 * T + 0.1 / 4  # without zeros
    found = true_label_posterior(labels, clean @ T, transition=T, max_iter=0)
    expected = bayes_slowly(labels, clean, T, found.sharpness)
    assert_allclose(found.probabilities, expected, atol=1e-8)
    assert_allclose(found.transition, T)
    same = true_label_posterior(
        labels, clean, transition=T, of_true_labels=True, max_iter=0
    )
    assert_allclose(same.probabilities, expected, atol=1e-8)


def test_the_given_label_is_evidence():
    true, labels, clean, noisy, T = draw_problem(n_samples=2000)
    found = true_label_posterior(labels, noisy)
    by_features = (noisy.argmax(axis=1) == true).mean()
    by_both = (found.probabilities.argmax(axis=1) == true).mean()
    best = bayes_slowly(labels, clean, T, 1).argmax(axis=1)
    assert by_both > by_features + 0.08
    assert by_both > (best == true).mean() - 0.02


def test_the_transition_is_learned():
    _, labels, _, noisy, T = draw_problem(n_samples=4000)
    found = true_label_posterior(labels, noisy)
    assert np.abs(found.transition - T).max() < 0.06


@pytest.mark.parametrize("n_classes", [100, pytest.param(400, marks=pytest.mark.slow)])
def test_many_classes_are_no_noise(n_classes):
    rng = np.random.default_rng(0)
    labels = np.arange(10 * n_classes) % n_classes
    logits = rng.normal(size=(len(labels), n_classes))
    logits[np.arange(len(labels)), labels] += 6
    found = true_label_posterior(labels, softmax(logits, axis=1))
    assert found.transition.diagonal().mean() > 0.97


def test_trust_is_a_probability():
    true, labels, _, noisy, _ = draw_problem(n_samples=4000)
    found = true_label_posterior(labels, noisy)
    trust = found.quality_of(labels)
    assert_array_equal(trust, found.probabilities[np.arange(4000), labels])
    assert abs(trust.mean() - (labels == true).mean()) < 0.03
    for low in (0, 0.25, 0.5, 0.75):
        some = (low <= trust) & (trust < low + 0.25)
        assert abs(trust[some].mean() - (labels == true)[some].mean()) < 0.12


def test_a_modest_classifier_is_sharpened():
    _, labels, clean, _, T = draw_problem()
    T = 0.9 * T + 0.1 / 4
    modest = clean**0.25
    modest /= modest.sum(axis=1, keepdims=True)
    found = true_label_posterior(labels, modest, transition=T, of_true_labels=True)
    assert found.sharpness >= 2


def test_classes_can_come_in_any_order():
    _, labels, _, noisy, _ = draw_problem()
    order = np.array([2, 0, 3, 1])
    found = true_label_posterior(labels, noisy)
    turned = true_label_posterior(np.argsort(order)[labels], noisy[:, order])
    assert_allclose(turned.probabilities, found.probabilities[:, order], atol=1e-8)
    assert_allclose(turned.transition, found.transition[np.ix_(order, order)])


@given(
    n_classes=st.integers(2, 5),
    n_samples=st.integers(1, 12),
    seed=st.integers(0, 10**6),
    max_iter=st.integers(0, 4),
    hard=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_whatever_goes_in_distributions_come_out(
    n_classes, n_samples, seed, max_iter, hard
):
    rng = np.random.default_rng(seed)
    pred_probs = rng.dirichlet(np.full(n_classes, 0.2), n_samples)
    if hard:
        pred_probs = np.eye(n_classes)[pred_probs.argmax(axis=1)]
    labels = rng.integers(n_classes, size=n_samples)  # of some classes none, perhaps
    found = true_label_posterior(labels, pred_probs, max_iter=max_iter)
    for rows in (found.probabilities, found.transition):
        assert_allclose(rows.sum(axis=1), 1)
        assert (rows >= 0).all()


def test_wrong_arguments_are_told():
    with pytest.raises(ValueError, match="labels holds 2"):
        true_label_posterior([0, 2], [[0.5, 0.5], [0.1, 0.9]])
    with pytest.raises(ValueError, match="Row 1 of pred_probs sums to 1.4"):
        true_label_posterior([0, 1], [[0.5, 0.5], [0.5, 0.9]])
    with pytest.raises(ValueError, match="max_iter=-1 is out"):
        true_label_posterior([0, 1], np.eye(2), max_iter=-1)
    with pytest.raises(ValueError, match="pass transition.T"):
        true_label_posterior(
            [0, 1], np.eye(2), transition=np.array([[0.9, 0.3], [0.1, 0.7]])
        )


# --- what is kept of each class ---


def test_the_most_trusted_are_kept_until_there_are_enough():
    codes = np.array([0, 0, 0, 1, 1, 1, 2])
    kept = np.array([True, False, False, False, False, False, False])
    quality = np.array([0.1, 0.3, 0.6, 0.5, 0.5, 0.2, 0.0])
    assert_array_equal(
        keep_at_least(2, kept, codes, quality),
        [True, False, True, True, True, False, True],
    )
    assert_array_equal(
        keep_at_least(1, kept, codes, quality),
        [True, False, False, True, False, False, True],
    )


# --- the detector ---


def three_blobs(seed):
    centers = [[0, 0], [4, 0], [0, 4]]
    X, y = make_blobs(n_samples=240, centers=centers, random_state=seed)
    return X, y, PairFlipNoise(0.35, random_state=seed).fit_corrupt(y)


@pytest.fixture
def blobs():
    return three_blobs(0)


@pytest.mark.parametrize("cv", [5, "oob"])
def test_it_beats_confident_learning_on_pair_noise(cv):
    classifier = LogisticRegression()
    if cv == "oob":
        classifier = ExtraTreesClassifier(30, min_samples_leaf=5, random_state=0)
        classifier = make_pipeline(StandardScaler(), classifier)
    ours = TrueLabelPosterior(classifier, cv=cv, random_state=0)
    theirs = ConfidentLearning(classifier, cv=cv, random_state=0)
    found = []
    for seed in range(3):
        X, y, given_labels = three_blobs(seed)
        wrong = given_labels != y
        found.append(
            [
                (detector.fit(X, given_labels).is_issue_ == wrong).mean()
                for detector in (ours, theirs)
            ]
        )
        assert abs(ours.noise_rate_ - wrong.mean()) < 0.05
    mean = np.mean(found, axis=0)
    assert mean[0] > 0.93
    assert mean[0] > mean[1]


def test_what_it_says_is_one_posterior(blobs):
    X, _, given_labels = blobs
    detector = TrueLabelPosterior(GaussianNB(), random_state=0).fit(X, given_labels)
    rows = np.arange(len(X))
    assert_allclose(detector.quality_, detector.posterior_[rows, given_labels])
    assert_array_equal(detector.suggested_labels_, detector.posterior_.argmax(axis=1))
    assert_array_equal(detector.is_issue_, detector.suggested_labels_ != given_labels)
    assert detector.noise_rate_ == pytest.approx(1 - detector.quality_.mean())
    assert_allclose(detector.transition_matrix_.sum(axis=1), 1)


def test_a_second_round_is_trained_on_what_seemed_right(blobs):
    X, _, given_labels = blobs
    seen = []

    class Remember(GaussianNB):
        def fit(self, X, y, sample_weight=None):
            seen.append(len(y))
            return super().fit(X, y)

    once = TrueLabelPosterior(Remember(), rounds=1, random_state=0)
    once.fit(X, given_labels)
    assert seen == [192] * 5
    TrueLabelPosterior(Remember(), random_state=0).fit(X, given_labels)
    assert len(seen) == 15
    assert sum(seen[10:]) == 4 * (240 - once.is_issue_.sum())  # each in four folds


def test_the_default_is_reproducible_and_takes_gaps():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 60)
    X = rng.normal(size=(120, 3)) + 3 * y[:, None]
    X[rng.uniform(size=X.shape) < 0.1] = np.nan
    given_labels = SymmetricNoise(0.2, random_state=0).fit_corrupt(y)
    detector = TrueLabelPosterior(random_state=0).fit(X, given_labels)
    again = TrueLabelPosterior(random_state=0).fit(X, given_labels)
    assert_array_equal(again.quality_, detector.quality_)
    assert ((given_labels != y) == detector.is_issue_).mean() > 0.9


def test_texts_reach_the_classifier():
    texts = ["good film", "bad film", "good book", "bad book"] * 10
    y = np.array(["up", "down"] * 20)
    y[[4, 11]] = "down", "up"
    model = make_pipeline(CountVectorizer(), MultinomialNB())
    detector = TrueLabelPosterior(model, random_state=0).fit(texts, y)
    assert_array_equal(np.flatnonzero(detector.is_issue_), [4, 11])
    assert_array_equal(detector.suggested_labels_[[4, 11]], ["up", "down"])


def test_folds_that_would_lose_a_class_keep_what_they_have():
    X = np.r_[np.zeros(6), np.ones(6)][:, None]
    y = np.array([0, 0, 0, 0, 1, 1] * 2)  # nothing speaks for class 1
    detector = TrueLabelPosterior(GaussianNB(), cv=LeaveOneOut())
    with pytest.warns(UserWarning, match="no better than guessing"):
        detector.fit(X, y)
    assert detector.posterior_.shape == (12, 2)


def test_classifiers_that_cannot_judge_are_told(blobs):
    X, _, given_labels = blobs
    with pytest.raises(ValueError, match="cv='oob' needs a classifier that draws"):
        TrueLabelPosterior(KNeighborsClassifier(), cv="oob").fit(X, given_labels)
    with pytest.raises(ValueError, match="rounds=0 is out of range"):
        TrueLabelPosterior(rounds=0).fit(X, given_labels)


# --- what overlap is taken for ---


def ordinal(seed=0, n_samples=2000):
    """Return labels drawn from their probabilities: three in a row, the middle rare."""
    rng = np.random.default_rng(seed)
    z = 1.5 * rng.normal(size=n_samples)
    away = np.stack([abs(z + 1), abs(z - 0.2) + 1.2, abs(z - 1)], axis=1)
    p = softmax(-3 * away, axis=1)
    return (p.cumsum(axis=1) < rng.random((n_samples, 1))).sum(axis=1), p


@pytest.mark.parametrize("seed", range(4))
def test_a_rare_class_between_others_does_not_claim_their_samples(seed):
    labels, p = ordinal(seed)
    assert np.bincount(labels)[1] <= 80
    found = true_label_posterior(labels, p)
    assert (found.probabilities.argmax(axis=1) != labels).mean() < 0.02
    assert (found.transition.diagonal() == found.transition.max(axis=1)).all()


def test_a_flip_counts_as_often_as_where_features_are_sure():
    # class 0 is surely itself in 100 rows, and mixes with class 1 in 100 others
    p_one = np.repeat([0.01, 0.4], 100)
    labels = np.zeros(200, dtype=int)
    labels[100:140] = 1
    believed = np.tile([1.0, 0.0], (200, 1))
    order = order_by_features(np.stack([1 - p_one, p_one], axis=1))
    found = estimate_transition(believed, labels, order)
    assert found[0, 1] == found.min() < 0.02
    anywhere = np.tile([1, 0, 0, 0, 0], 40)  # a fifth, wherever
    assert_allclose(estimate_transition(believed, anywhere, order)[0, 1], 0.2)


@pytest.mark.parametrize("steps", [3, 20])
def test_rows_sorted_by_their_label_are_judged_as_in_any_order(steps):
    rng = np.random.default_rng(0)
    true = rng.integers(0, 2, 600)
    given = np.where(rng.random(600) < 0.1, 1 - true, true)
    # as forests vote: in steps, so that many are as sure
    p = np.round((np.eye(2)[true] * 0.8 + 0.1 + rng.normal(0, 0.1, (600, 2))), 3)
    p = np.floor(p.clip(0, 1) * steps) / steps + 1e-3
    p /= p.sum(axis=1, keepdims=True)
    order = np.argsort(given, kind="stable")
    found, in_order = (
        true_label_posterior(given, p),
        true_label_posterior(given[order], p[order]),
    )
    assert_allclose(in_order.transition, found.transition, atol=1e-9)
    assert_allclose(in_order.probabilities, found.probabilities[order], atol=1e-9)
    assert 0.05 < 1 - found.transition.diagonal().mean() < 0.15
