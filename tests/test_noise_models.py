"""Each noise model by itself: its formula, its limits, and what it refuses."""

import re

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.datasets import make_blobs
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.tree import DecisionTreeClassifier

from sknoisy.noise import (
    NOISE_MODELS,
    AnnotatorNoise,
    ClassConditionalNoise,
    ClassMapNoise,
    InstanceDependentNoise,
    MarginNoise,
    MissingLabelNoise,
    pair_flip_transition,
    symmetric_transition,
)
from sknoisy.noise._margin import MARGINS


@pytest.fixture(scope="module")
def blobs():
    X, y = make_blobs(600, n_features=3, centers=3, cluster_std=4, random_state=0)
    return StandardScaler().fit_transform(X), y


def make(name, **parameters):
    return NOISE_MODELS[name](random_state=0, **parameters)


def test_a_class_map_is_written_in_the_users_own_labels():
    y = np.repeat(["cat", "dog", "emu"], 50)
    noise = ClassMapNoise({"cat": "dog", "dog": "cat"}, rate=0.4, exact=True)
    drawn = noise.fit_corrupt(y)
    assert_array_equal(
        confusion_matrix(y, drawn), [[30, 20, 0], [20, 30, 0], [0, 0, 50]]
    )


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"cat": "emo"}, "names the label 'emo', which .* did you mean 'emu'"),
        ({"cat": "cat"}, "sends class 0 to itself"),
    ],
)
def test_a_class_map_of_strange_labels_is_refused(mapping, message):
    with pytest.raises(ValueError, match=message):
        ClassMapNoise(mapping).fit(None, ["cat", "dog", "emu"])


@pytest.mark.parametrize(
    ("transition", "message"),
    [
        (np.eye(3), "has shape (3, 3), but y has 2 classes"),
        ([[0.9, 0.3], [0.1, 0.7]], "pass transition.T"),
        ([[1.2, -0.2], [0, 1]], "Row 0 of transition holds negative numbers"),
    ],
)
def test_a_transition_that_does_not_fit_is_refused(transition, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ClassConditionalNoise(transition).fit(None, [0, 1, 1])


def test_a_transition_may_be_a_function_of_the_number_of_classes():
    noise = ClassConditionalNoise(lambda n: pair_flip_transition(n, 0.1))
    assert_allclose(
        noise.fit(None, [0, 1, 2]).transition_matrix_, pair_flip_transition(3, 0.1)
    )


class TestInstanceDependentNoise:
    def slow_probabilities(self, X, codes, flips, projections):
        """One sample after the other, one class after the other."""
        rows = []
        for x, k, q in zip(X, codes, flips, strict=True):
            others = [j for j in range(len(projections)) if j != k]
            scores = [sum(x * projections[k][:, j]) for j in others]
            weights = [np.exp(score - max(scores)) for score in scores]
            row = np.zeros(len(projections))
            row[k] = 1 - q
            for j, weight in zip(others, weights, strict=True):
                row[j] = q * weight / sum(weights)
            rows.append(row)
        return np.array(rows)

    def test_probabilities_are_those_of_a_plain_loop(self, blobs):
        X, y = blobs
        noise = InstanceDependentNoise(0.3, random_state=0).fit(X, y)
        noise.corrupt(y, X)
        flips = noise.flip_probabilities_
        slow = self.slow_probabilities(X, y, flips, noise.projections_)
        assert_allclose(noise._probabilities(X, y, flips), slow)

    def test_labels_follow_the_probabilities_of_their_sample(self, blobs):
        X, y = blobs[0][:6], np.array([0, 1, 2, 0, 1, 2])
        noise = InstanceDependentNoise(0.5, rate_std=0, random_state=0).fit(X, y)
        copies = 4000
        drawn = noise.corrupt(np.repeat(y, copies), np.repeat(X, copies, axis=0))
        flips = np.full(6, 0.5)
        expected = self.slow_probabilities(X, y, flips, noise.projections_)
        for labels, row in zip(drawn.reshape(6, copies), expected, strict=True):
            counts = np.bincount(labels, minlength=3)
            likely = row * copies > 5
            sigma = np.sqrt(copies * row * (1 - row))
            assert (abs(counts - copies * row)[likely] < 4 * sigma[likely]).all()

    @pytest.mark.parametrize("rate", [0.1, 0.3, 0.5, 1.0])
    def test_flip_probabilities_are_truncated_on_both_sides(self, rate, blobs):
        X, y = (np.tile(a.T, 10).T for a in blobs)
        noise = InstanceDependentNoise(rate, random_state=0)
        noise.fit_corrupt(y, X)
        q = noise.flip_probabilities_
        # the slow way: draw normal numbers and throw away those outside
        many = np.random.RandomState(1).normal(rate, 0.1, 10**6)
        kept = many[(many >= 0) & (many <= 1)]
        assert 0 <= q.min() <= q.max() <= 1
        assert q.mean() == pytest.approx(kept.mean(), abs=4 * 0.1 / np.sqrt(len(q)))
        assert q.std() == pytest.approx(kept.std(), rel=0.05)
        if rate < 1:
            assert (q < rate).any() and (q > rate).any()

    def test_the_average_matrix_is_that_of_many_draws(self, blobs):
        X, y = blobs
        noise = InstanceDependentNoise(0.3, random_state=np.random.RandomState(0))
        noise.fit(X, y)
        counts = sum(confusion_matrix(y, noise.corrupt(y, X)) for _ in range(50))
        drawn = counts / counts.sum(axis=1, keepdims=True)
        assert_allclose(noise.transition_matrix_, drawn, atol=0.02)

    def test_every_true_class_has_a_projection_of_its_own(self, blobs):
        X, y = blobs
        projections = InstanceDependentNoise(random_state=0).fit(X, y).projections_
        assert projections.shape == (3, 3, 3)
        assert abs(projections[0] - projections[1]).min() > 0

    def test_images_are_flattened_and_sparse_rows_stay_sparse(self, blobs):
        y = blobs[1]
        X = np.random.RandomState(0).binomial(1, 0.2, (len(y), 4, 5)).astype(float)
        flat = X.reshape(len(y), -1)
        drawn = make("instance").fit_corrupt(y, flat)
        assert_array_equal(make("instance").fit_corrupt(y, X), drawn)
        assert_array_equal(make("instance").fit_corrupt(y, csr_array(flat)), drawn)

    def test_images_of_another_width_are_refused(self, blobs):
        y = blobs[1]
        noise = make("instance").fit(np.ones((len(y), 4, 5)), y)
        with pytest.raises(ValueError, match="has 24 numbers a sample, .* on 20"):
            noise.corrupt(y, np.ones((len(y), 4, 6)))

    def test_a_negative_spread_is_refused(self, blobs):
        with pytest.raises(ValueError, match="rate_std=-1 is out of range"):
            make("instance", rate_std=-1).fit(*blobs)


class TestMarginNoise:
    @pytest.mark.parametrize(
        ("kind", "values"),
        [
            ("I", [0.5, 0.375, 0.0]),
            ("II", [1.0, 0.875, 0.0]),
            ("III", [1.0, 1 - 0.875 / 3, 0.0]),
        ],
    )
    def test_types_have_the_papers_values(self, kind, values):
        assert_allclose(MARGINS[kind](np.array([0.0, 0.5, 1.0])), values)

    @pytest.mark.parametrize("kind", sorted(MARGINS))
    @pytest.mark.parametrize("rate", [0.05, 0.35, 0.7])
    def test_the_expected_rate_is_the_one_asked_for(self, kind, rate, blobs):
        X, y = blobs
        noise = make("margin", kind=kind, rate=rate).fit(X, y)
        wrong = 1 - noise.transition_matrix_.diagonal()
        assert wrong @ np.bincount(y) / len(y) == pytest.approx(rate, abs=1e-9)

    @pytest.mark.parametrize("kind", sorted(MARGINS))
    def test_chances_are_those_of_a_plain_loop(self, kind):
        eta = np.array(
            [[0.5, 0.3, 0.2], [0.2, 0.5, 0.3], [0.98, 0.01, 0.01], [0.4, 0.35, 0.25]]
        )
        y = np.array([0, 2, 0, 1])  # the second and fourth are not the likeliest
        noise = MarginNoise(
            0.25, kind=kind, estimator="precomputed", random_state=0
        ).fit(eta, y)
        rows = noise._flip_rows(np.array([0, 2, 0, 1]), eta)
        for row, p, k in zip(rows, eta, y, strict=True):
            rival = max((j for j in range(3) if j != k), key=lambda j: p[j])
            gap = max(p[k] - p[rival], 0)
            chance = min(1, noise.scale_ * MARGINS[kind](gap))
            assert row[rival] == pytest.approx(chance)
            assert row[k] == pytest.approx(1 - chance)
        assert rows[np.arange(4), y].mean() == pytest.approx(0.75)

    def test_close_races_flip_more_often(self, blobs):
        X, y = blobs
        noise = make("margin", kind="III", rate=0.3)
        noise.fit_corrupt(y, X)
        top = np.sort(noise.pred_probs_, axis=1)
        close = top[:, -1] - top[:, -2] < 0.3
        assert noise.noise_mask_[close].mean() > 2 * noise.noise_mask_[~close].mean()

    def test_probabilities_are_out_of_fold(self, blobs):
        X, y = blobs
        noise = make("margin", estimator=DecisionTreeClassifier(random_state=0))
        noise.fit(X, y)
        assert (noise.estimator_.predict(X) == y).all()  # as trees do, in sample
        assert (noise.pred_probs_.argmax(axis=1) != y).mean() > 0.1
        drawn = noise.fit_corrupt(y, X)
        assert noise.realized_rate_ == pytest.approx(0.2, abs=0.07)
        assert_array_equal(
            make("margin", estimator=noise.estimator).fit_resample(X, y)[1], drawn
        )

    def test_a_class_of_one_sample_does_without_folds(self, blobs):
        X, y = blobs[0][:40], blobs[1][:40].copy()
        y[0] = 9
        noise = make("margin").fit(X, y)
        assert_allclose(noise.pred_probs_, noise.estimator_.predict_proba(X))

    def test_a_rate_beyond_what_is_uncertain_is_refused(self):
        eta = np.array([[1, 0], [0, 1], [1, 0], [0.5, 0.5]])
        noise = MarginNoise(0.5, estimator="precomputed")
        with pytest.raises(ValueError, match="only 1 of 4 labels are not certain"):
            noise.fit(eta, [0, 1, 0, 1])

    @pytest.mark.parametrize(
        ("eta", "message"),
        [
            (np.full((4, 3), 1 / 3), "X has 3 columns, but there are 2 classes"),
            (np.full((4, 2), 0.4), "Row 0 of X sums to 0.8"),
        ],
    )
    def test_precomputed_probabilities_are_checked(self, eta, message):
        noise = MarginNoise(estimator="precomputed")
        with pytest.raises(ValueError, match=message):
            noise.fit(eta, [0, 1, 0, 1])

    def test_an_unknown_kind_is_refused(self, blobs):
        with pytest.raises(ValueError, match="kind='IV' is not a margin sknoisy knows"):
            make("margin", kind="IV").fit(*blobs)

    def test_the_rate_holds_for_a_judge_that_knows_its_samples_by_heart(self, blobs):
        X, y = blobs
        tree = DecisionTreeClassifier(random_state=0)
        noise = make("margin", estimator=tree, rate=0.1, exact=True).fit(X, y)
        assert np.mean(noise.corrupt(y, X) != y) == pytest.approx(0.1, abs=1e-3)
        # of others it is as sure as it is
        assert np.mean(noise.corrupt(y, X + 1e-3) != y) < 0.1

    def test_sparse_features_are_fine(self, blobs):
        X, y = blobs
        drawn = make("margin").fit_corrupt(y, X)
        assert_array_equal(make("margin").fit_corrupt(y, csr_array(X)), drawn)


class TestAnnotatorNoise:
    def test_votes_follow_each_annotators_matrix(self):
        y = np.repeat([0, 1, 2], 3000)
        matrices = [
            symmetric_transition(3, 0.1),
            pair_flip_transition(3, 0.4),
            np.full((3, 3), 1 / 3),
        ]
        for annotators in (matrices, np.stack(matrices), [0.1, *matrices[1:]]):
            noise = AnnotatorNoise(annotators, random_state=0)
            votes = noise.fit_corrupt(y)
            assert votes.shape == (9000, 3)
            for column, matrix in zip(votes.T, matrices, strict=True):
                drawn = confusion_matrix(y, column, normalize="true")
                assert_allclose(drawn, matrix, atol=4 * 0.5 / np.sqrt(3000))
        wrong = votes != y[:, None]
        assert noise.realized_rate_ == wrong.mean()
        assert abs(np.corrcoef(wrong.T) - np.eye(3)).max() < 0.05  # independent errors

    def test_missing_votes_are_marked_and_never_all(self):
        y = np.repeat([0, 1], 5000)
        noise = AnnotatorNoise((0.2, 0.3), missing_rate=0.6, random_state=0)
        votes = noise.fit_corrupt(y)
        assert_array_equal(noise.missing_mask_, votes == -1)
        assert not noise.missing_mask_.all(axis=1).any()
        # one of two votes stays where both would go: .6 - .6 * .6 / 2
        assert noise.missing_mask_.mean() == pytest.approx(0.42, abs=0.02)
        assert not (noise.noise_mask_ & noise.missing_mask_).any()
        wrong = (votes != y[:, None]) & (votes != -1)
        assert_array_equal(noise.noise_mask_, wrong)
        assert noise.realized_rate_ == wrong.sum() / (votes != -1).sum()

    def test_it_offers_no_resampling(self):
        assert not hasattr(AnnotatorNoise(), "fit_resample")

    @pytest.mark.parametrize(
        ("parameters", "message"),
        [
            ({"annotators": ()}, "annotators is empty"),
            ({"annotators": (0.1, 1.5)}, "annotators=1.5 is out of range"),
            ({"annotators": [np.eye(3)]}, "but y has 2 classes"),
            ({"missing_rate": 1.0}, "missing_rate=1.0 is out of range"),
        ],
    )
    def test_strange_annotators_are_refused(self, parameters, message):
        with pytest.raises(ValueError, match=re.escape(message)):
            AnnotatorNoise(**parameters).fit(None, [0, 1])

    def test_a_mark_that_is_a_label_is_refused_where_votes_go_missing(self):
        votes = AnnotatorNoise([0.0]).fit_corrupt([-1, 1])
        assert_array_equal(votes, [[-1], [1]])
        with pytest.raises(ValueError, match="unlabeled=-1 is one of the labels"):
            AnnotatorNoise(missing_rate=0.1).fit(None, [-1, 1])
        with pytest.raises(ValueError, match="unlabeled='auto' says nothing here"):
            AnnotatorNoise(missing_rate=0.1, unlabeled="auto").fit(None, [0, 1])

    def test_nobody_votes_where_there_is_no_true_label(self):
        noise = AnnotatorNoise([0.0, 1.0])
        votes = noise.fit_corrupt([0, -1, 1])
        assert_array_equal(votes, [[0, 1], [-1, -1], [1, 0]])
        assert_array_equal(noise.missing_mask_, votes < 0)
        assert not noise.noise_mask_[1].any()
        assert noise.realized_rate_ == 0.5


class TestMissingLabelNoise:
    @pytest.mark.parametrize(
        ("labels", "mark", "dtype"),
        [
            (np.array([0, 1]), -1, "int64"),
            (np.array([0, 1], dtype=np.uint8), -1, "int16"),
            (np.array([0, 1]), np.nan, "float64"),
            (np.array([0.0, 1.0], dtype=np.float32), -1, "float32"),
            (np.array(["a", "b"]), -1, "object"),
            (np.array(["a", "b"]), None, "object"),
            (np.array([False, True]), -1, "object"),
            (np.array([0, 1]), None, "object"),
        ],
    )
    def test_marks_fit_in(self, labels, mark, dtype):
        y = np.repeat(labels, 10)
        noise = MissingLabelNoise(0.5, unlabeled=mark, exact=True, random_state=0)
        drawn = noise.fit_corrupt(y)
        assert drawn.dtype == dtype
        assert noise.noise_mask_[:10].sum() == noise.noise_mask_[10:].sum() == 5
        assert_array_equal(drawn[~noise.noise_mask_], y[~noise.noise_mask_])
        assert_array_equal(drawn[noise.noise_mask_], np.full(10, mark, dtype=dtype))

    @pytest.mark.parametrize(
        "y",
        [
            pd.Series(["a", "b"] * 5),
            pd.Series(["a", "b"] * 5, dtype="category"),
            pd.Series([3, 5] * 5, dtype="category"),
            pd.Series([3, 5] * 5),
            pd.Series([False, True] * 5),
            pl.Series(["a", "b"] * 5),
            pl.Series(["a", "b"] * 5, dtype=pl.Categorical),
            pl.Series([3, 5] * 5),
            pl.Series([False, True] * 5),
        ],
        ids=lambda y: f"{type(y).__module__}-{y.dtype}",
    )
    def test_a_series_changes_its_dtype_rather_than_its_mark(self, y):
        noise = MissingLabelNoise(0.4, exact=True, random_state=0)
        drawn = noise.fit_corrupt(y)
        assert type(drawn) is type(y)
        gone = noise.noise_mask_.tolist()
        assert [label == -1 for label in drawn.to_list()] == gone
        assert all(type(label) is not str or label in "ab" for label in drawn.to_list())
        nothing = MissingLabelNoise(0.4, unlabeled=None, exact=True, random_state=0)
        empty = nothing.fit_corrupt(y)
        is_null = empty.isna() if isinstance(y, pd.Series) else empty.is_null()
        assert is_null.to_list() == gone

    def test_one_hot_rows_lose_their_one(self):
        noise = MissingLabelNoise(0.5, exact=True, random_state=0)
        drawn = noise.fit_corrupt(np.eye(2)[[0, 0, 1, 1]])
        assert_array_equal(drawn.sum(axis=1) == 0, noise.noise_mask_)

    def test_a_mark_that_is_a_label_is_refused(self):
        with pytest.raises(ValueError, match=r"unlabeled=-1 is one of the labels of y"):
            MissingLabelNoise().fit(None, [-1, 1])
        untouched = MissingLabelNoise(0.0).fit_corrupt([-1, 1])
        assert_array_equal(untouched, [-1, 1])

    def test_what_is_missing_already_stays_so(self):
        noise = MissingLabelNoise(0.5, exact=True, random_state=0)
        drawn = np.array(noise.fit_corrupt([0, 0, -1, 1, 1, -1]))
        assert (drawn == -1).sum() == 4
        assert_array_equal(noise.noise_mask_[[2, 5]], False)
        assert noise.realized_rate_ == 0.5

    @pytest.mark.parametrize("names", [None, np.array(["a", "b", "c"])])
    def test_semi_supervised_learners_take_it(self, names, blobs):
        X, y = blobs
        y = y if names is None else names[y]
        noise = MissingLabelNoise(0.9, exact=True, random_state=0)
        X, partly = noise.fit_resample(X, y)
        learner = SelfTrainingClassifier(LogisticRegression()).fit(X, partly)
        assert learner.score(X, y) > 0.6
