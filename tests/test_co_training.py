"""CoTrainingClassifier: two classifiers that label samples for each other."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from helpers import numpy_left_alone
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy import CoTrainingClassifier, MissingLabelNoise
from sknoisy.semi_supervised._picking import agree, pick, pools, quotas_of

PIXELS = np.arange(64).reshape(8, 8)
HALVES = (PIXELS[:, :4].ravel(), PIXELS[:, 4:].ravel())


@pytest.fixture(scope="module")
def two_views():
    """Three classes, told by the first two features and by the last two; few labels."""
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=200)
    X = rng.normal(size=(200, 4)) + 3 * np.eye(3)[y][:, [0, 1, 0, 1]]
    given = np.full(200, -1)
    for c in range(3):
        some = np.flatnonzero(y == c)[:4]
        given[some] = c
    return X, given, y


# --- what it is good for ---


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_on_halves_of_digits_it_beats_what_labels_alone_teach(seed):
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, random_state=seed)
    given = MissingLabelNoise(0.95, random_state=seed).fit_corrupt(y)
    labeled = given != -1
    neighbors = KNeighborsClassifier(3, weights="distance")

    def supervised(columns):
        alone = clone(neighbors).fit(X[labeled][:, columns], given[labeled])
        return alone.score(X_test[:, columns], y_test)

    clf = CoTrainingClassifier(neighbors, views=HALVES, random_state=seed)
    score = clf.fit(X, given).score(X_test, y_test)
    assert score > max(map(supervised, HALVES)) + 0.05
    assert score > supervised(np.arange(64))
    new = clf.labeled_iter_ > 0
    assert (clf.transduction_[new] == y[new]).mean() > 0.75


# --- which samples are picked ---


def pick_slowly(proba, quotas, threshold):
    """Return {row: (code, how sure)} of what one classifier labels."""
    picked = {}
    for c, quota in enumerate(quotas):
        takers = [
            (-row.max(), i)
            for i, row in enumerate(proba)
            if row.argmax() == c and row.max() >= threshold
        ]
        for sure, i in sorted(takers)[:quota]:
            picked[i] = (c, -sure)
    return picked


@pytest.mark.parametrize("threshold", [0.0, 0.6, 0.99])
@pytest.mark.parametrize("quotas", [[1, 1, 1], [3, 0, 2], [50, 1, 50]])
def test_picks_are_those_of_a_slow_search(quotas, threshold):
    rng = np.random.default_rng(0)
    first, second = rng.dirichlet([0.5] * 3, size=(2, 40)).round(1)  # ties, too
    slow = [pick_slowly(p, quotas, threshold) for p in (first, second)]
    fast = [pick(p, quotas, threshold) for p in (first, second)]
    for one, (rows, codes, sure) in zip(slow, fast, strict=True):
        found = zip(rows.tolist(), codes.tolist(), sure.tolist(), strict=True)
        assert {i: (c, s) for i, c, s in found} == one
    rows, codes = agree(*fast)
    expected = {}
    for i in sorted(set(slow[0]) | set(slow[1])):
        opinions = [one[i] for one in slow if i in one]
        expected[i] = max(opinions, key=lambda opinion: opinion[1])[0]
    assert dict(zip(rows.tolist(), codes.tolist(), strict=True)) == expected


def test_picks_of_a_tiny_example():
    first = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.4, 0.6]])
    second = np.array([[0.3, 0.7], [0.05, 0.95], [0.5, 0.5], [0.7, 0.3]])
    rows, codes, sure = pick(first, [1, 1])
    assert rows.tolist() == [0, 2] and codes.tolist() == [0, 1]
    assert sure.tolist() == [0.9, 0.8]
    rows, codes = agree(pick(first, [1, 1]), pick(second, [1, 2]))
    # of sample 0 the first is surer (.9) than the second (.7)
    assert dict(zip(rows.tolist(), codes.tolist(), strict=True)) == {
        0: 0,
        1: 1,
        2: 1,
        3: 0,
    }
    assert [len(part) for part in pick(first, [1, 1], threshold=0.85)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("k_best", "counts", "quotas"),
    [
        (4, [3, 9], [1, 3]),  # the paper's one positive and three negative ones
        (10, [5] * 10, [1] * 10),
        (1, [50, 50], [1, 1]),
        (10, [1, 999], [1, 10]),
    ],
)
def test_quotas_follow_the_proportions_of_the_classes(k_best, counts, quotas):
    codes = np.repeat(np.arange(len(counts)), counts)
    assert quotas_of(k_best, codes).tolist() == quotas


def test_pools_share_out_all_rows_in_order():
    rows = np.array([4, 2, 9, 7, 5])
    assert [part.tolist() for part in pools(rows, 2)] == [[4, 2], [9, 7], [5]]
    assert [part.tolist() for part in pools(rows, None)] == [[4, 2, 9, 7, 5]]


class Oracle(ClassifierMixin, BaseEstimator):
    """Reads the class off the sign of the only feature, sure by its size."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.seen_ = np.asarray(X)[:, 0]
        return self

    def predict_proba(self, X):
        p = 1 / (1 + np.exp(-np.asarray(X)[:, 0]))
        return np.column_stack([1 - p, p])


def test_rounds_of_a_tiny_example():
    # one labeled sample of each class, then each view is sure of other samples
    first = np.array([-1.0, 1.0, -5.0, 4.0, -0.3, 0.2, 0.1])
    second = np.array([-1.0, 1.0, -0.4, 0.3, -6.0, 7.0, -2.0])
    y = np.array(["no", "yes", None, None, None, None, None])
    clf = CoTrainingClassifier(
        Oracle(), views=([0], [1]), k_best=2, max_iter=None, random_state=0
    ).fit(np.column_stack([first, second]), y)
    assert clf.labeled_iter_.tolist() == [0, 0, 1, 1, 1, 1, 2]
    assert clf.transduction_.tolist() == ["no", "yes", "no", "yes", "no", "yes", "no"]
    assert (clf.n_iter_, clf.termination_condition_) == (2, "all_labeled")
    assert [len(one.seen_) for one in clf.estimators_] == [7, 7]
    product = [
        [1 / (1 + np.exp(s * a)) for s in (1, -1)] for a in (first[6], second[6])
    ]
    expected = np.prod(product, axis=0) / np.prod(product, axis=0).sum()
    assert_allclose(clf.predict_proba([[first[6], second[6]]])[0], expected)


# --- why it stops ---


def test_it_stops_for_the_reason_that_it_tells(two_views):
    X, given, y = two_views
    options = {"views": (slice(0, 2), slice(2, 4)), "random_state": 0}

    def fit(y=given, **more):
        return CoTrainingClassifier(GaussianNB(), **options, **more).fit(X, y)

    short = fit(max_iter=2)
    assert (short.n_iter_, short.termination_condition_) == (2, "max_iter")
    assert set(short.labeled_iter_) == {-1, 0, 1, 2}
    assert ((short.transduction_ == -1) == (short.labeled_iter_ == -1)).all()
    assert_array_equal(short.transduction_[given != -1], given[given != -1])
    long = fit(max_iter=None)
    assert long.termination_condition_ == "all_labeled"
    assert long.n_iter_ == long.labeled_iter_.max() and long.labeled_iter_.min() == 0
    shy = fit(max_iter=None, threshold=0.999, pool_size=30)
    assert shy.termination_condition_ == "no_change"
    left = shy.labeled_iter_ == -1
    assert left.any() and shy.n_iter_ > 1
    for view, one in zip(shy.views_, shy.estimators_, strict=True):  # in no pool
        assert one.predict_proba(view.transform(X))[left].max() < 0.999
    told = fit(y=y)
    assert (told.n_iter_, told.termination_condition_) == (1, "all_labeled")
    assert (told.labeled_iter_ == 0).all()


# --- labels ---


@pytest.mark.parametrize(
    "kind", ["int", "float", "nan", "object", "None", "pandas", "string", "bool"]
)
def test_labels_of_any_kind_some_missing(kind, two_views):
    X, given, _ = two_views
    names = np.array(["a", "b", "c"], dtype=object)[given]
    missing = given == -1
    y = {
        "int": given,
        "float": given.astype(float),
        "nan": np.where(missing, np.nan, given),
        "object": np.where(missing, -1, names),
        "None": np.where(missing, None, names).tolist(),
        "pandas": pd.Series(np.where(missing, None, names), dtype="string"),
        "string": np.where(missing, "", names).astype(str),
        "bool": np.where(missing, None, given == 1),
    }[kind]
    mark = "" if kind == "string" else -1
    clf = CoTrainingClassifier(
        GaussianNB(), max_iter=3, unlabeled=mark, random_state=0
    ).fit(X, y)
    assert_array_equal(clf.labeled_iter_ == 0, ~missing)
    assert len(clf.classes_) == (2 if kind == "bool" else 3)
    assert set(clf.predict(X)) <= set(clf.classes_)
    kept = clf.labeled_iter_ == -1
    assert kept.any()
    assert_array_equal(pd.Series(clf.transduction_[kept]).isin(clf.classes_), False)


def test_with_unlabeled_none_minus_one_is_a_label_like_others(two_views):
    X, given, _ = two_views
    signs = np.where(given == -1, np.nan, np.where(given == 0, -1.0, 1.0))
    clf = CoTrainingClassifier(GaussianNB(), unlabeled=None, random_state=0)
    assert_array_equal(clf.fit(X, signs).classes_, [-1, 1])
    assert clf.n_iter_ > 1
    with pytest.warns(UserWarning, match="no labels but -1 and 1, so that -1 is taken"):
        two = CoTrainingClassifier(GaussianNB()).fit(X, np.where(given == 0, 1, -1))
    assert_array_equal(two.classes_, [-1, 1])
    assert two.termination_condition_ == "all_labeled"


# --- views ---


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["a", "b"], ["c", "d"]),
        (slice("a", "b"), slice("c", "d")),
        (make_column_selector("[ab]"), make_column_selector("[cd]")),
        ([0, 1], [2, 3]),
        ([True, True, False, False], slice(2, None)),
        (make_pipeline(make_column_transformer(("passthrough", ["a", "b"]))), [2, 3]),
    ],
)
def test_views_of_a_data_frame(first, second, two_views):
    X, given, _ = two_views
    options = {"random_state": 0, "max_iter": 3}
    plain = CoTrainingClassifier(GaussianNB(), views=([0, 1], [2, 3]), **options)
    expected = plain.fit(X, given).predict_proba(X)
    frame = pd.DataFrame(X, columns=list("abcd"))
    clf = CoTrainingClassifier(GaussianNB(), views=(first, second), **options)
    assert_allclose(clf.fit(frame, given).predict_proba(frame), expected)
    assert_array_equal(clf.feature_names_in_, list("abcd"))
    assert_array_equal(clf.estimators_[1].feature_names_in_, ["c", "d"])


def test_a_single_column_is_a_view(two_views):
    X, given, _ = two_views
    frame = pd.DataFrame(X, columns=list("abcd"))
    by_name = CoTrainingClassifier(GaussianNB(), views=("a", "c"), random_state=0)
    by_place = CoTrainingClassifier(GaussianNB(), views=(0, 2), random_state=0)
    assert_allclose(
        by_name.fit(frame, given).predict_proba(frame),
        by_place.fit(X, given).predict_proba(X),
    )


def test_random_halves_share_out_all_columns(two_views):
    X, given, _ = two_views
    X = np.column_stack([X, X[:, 0]])
    seen = set()
    for seed in range(8):
        clf = CoTrainingClassifier(GaussianNB(), max_iter=1, random_state=seed)
        first, second = clf.fit(X, given).views_
        halves = [view.transformers_[0][2].tolist() for view in (first, second)]
        assert sorted(halves[0] + halves[1]) == [0, 1, 2, 3, 4]
        assert len(halves[0]) == 3
        seen.add(tuple(halves[0]))
    assert len(seen) > 3


def test_sparse_tables_give_what_dense_ones_give(two_views):
    X, given, _ = two_views
    X = np.maximum(X, 0)
    clf = CoTrainingClassifier(LogisticRegression(), max_iter=2, random_state=0)
    dense = clf.fit(X, given).predict_proba(X)
    rows = sparse.csr_array(X)
    clf.fit(rows, given)
    assert sparse.issparse(clf.views_[0].transform(rows))
    assert_allclose(clf.predict_proba(rows), dense, atol=1e-3)


def test_views_that_transform_are_fitted_once_on_all_samples(two_views):
    X, given, _ = two_views
    clf = CoTrainingClassifier(
        GaussianNB(), views=(PCA(2), StandardScaler()), max_iter=2, random_state=0
    ).fit(X, given)
    assert_allclose(clf.views_[1].mean_, X.mean(axis=0))
    assert_allclose(
        np.abs(clf.views_[0].components_), np.abs(PCA(2).fit(X).components_)
    )


def test_texts_and_images_are_views_where_a_transformer_takes_them():
    texts = ["good day", "bad night", "good night good", "bad day bad", "good", "bad"]
    words, letters = TfidfVectorizer(), TfidfVectorizer(analyzer="char")
    clf = CoTrainingClassifier(
        LogisticRegression(), views=(words, letters), random_state=0
    ).fit(texts, [1, 0, -1, -1, -1, -1])
    assert clf.predict(["good", "bad"]).tolist() == [1, 0]


# --- classifiers, weights, searches ---


def test_two_kinds_of_classifiers(two_views):
    X, given, y = two_views
    scaled = make_pipeline(StandardScaler(), LogisticRegression())
    views = ([0, 1], [2, 3])
    clf = CoTrainingClassifier(GaussianNB(), scaled, views=views, random_state=0)
    clf.fit(X, given)
    assert [type(one).__name__ for one in clf.estimators_] == ["GaussianNB", "Pipeline"]
    assert clf.score(X, y) > 0.8
    assert clf.get_params()["second__logisticregression__C"] == 1.0


def test_the_default_is_two_forests_with_seeds_of_their_own(two_views):
    X, given, y = two_views
    fits = [
        CoTrainingClassifier(max_iter=1, random_state=0).fit(X, given) for _ in range(2)
    ]
    first, second = fits[0].estimators_
    assert first.random_state != second.random_state
    proba = fits[0].predict_proba(X)  # forests say zero
    assert np.isfinite(proba).all()
    assert_allclose(proba.sum(axis=1), 1)
    assert_array_equal(fits[1].predict_proba(X), proba)
    again = pickle.loads(pickle.dumps(fits[0]))
    assert_array_equal(again.predict_proba(X), proba)


def test_weights_reach_both_cut_to_what_is_labeled(two_views):
    X, given, _ = two_views
    weight = np.random.default_rng(0).uniform(0.5, 2, size=200)
    scaled = make_pipeline(StandardScaler(), GaussianNB())
    options = {"views": ([0, 1], [2, 3]), "max_iter": 2, "random_state": 0}
    clf = CoTrainingClassifier(GaussianNB(), scaled, **options)
    clf.fit(X, given, sample_weight=weight)
    rows = clf.labeled_iter_ >= 0
    labels = clf.transduction_[rows]
    first = GaussianNB().fit(X[rows][:, :2], labels, sample_weight=weight[rows])
    assert_allclose(clf.estimators_[0].theta_, first.theta_)
    second = clone(scaled)
    second.fit(X[rows][:, 2:], labels, gaussiannb__sample_weight=weight[rows])
    assert_allclose(clf.estimators_[1][-1].theta_, second[-1].theta_)
    with sklearn.config_context(enable_metadata_routing=True):
        routed = CoTrainingClassifier(
            GaussianNB().set_fit_request(sample_weight=True),
            LogisticRegression().set_fit_request(sample_weight=False),
            **options,
        ).fit(X, given, sample_weight=weight)
        rows = routed.labeled_iter_ >= 0
        labels = routed.transduction_[rows]
    first = GaussianNB().fit(X[rows][:, :2], labels, sample_weight=weight[rows])
    assert_allclose(routed.estimators_[0].theta_, first.theta_)
    second = LogisticRegression().fit(X[rows][:, 2:], labels)
    assert_allclose(routed.estimators_[1].coef_, second.coef_)


def test_a_search_over_its_parameters_and_those_of_the_classifier(two_views):
    X, given, _ = two_views
    grid = {"estimator__var_smoothing": [1e-9, 1e-3], "k_best": [1, 10]}
    search = GridSearchCV(
        CoTrainingClassifier(GaussianNB(), max_iter=2, random_state=0), grid, cv=2
    )
    assert len(search.fit(X, given).cv_results_["params"]) == 4


def test_numpys_generator_is_left_alone(two_views):
    X, given, _ = two_views
    with numpy_left_alone():
        CoTrainingClassifier(GaussianNB(), max_iter=2).fit(X, given)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"max_iter": 0}, ValueError, "max_iter=0 is out"),
        ({"k_best": 0}, ValueError, "k_best=0 is out"),
        ({"pool_size": 0}, ValueError, "pool_size=0 is out"),
        ({"threshold": 1.5}, ValueError, "threshold=1.5 is out"),
        ({"views": ([0], [1], [2])}, ValueError, "is no pair: pass two views"),
        ({"views": 3}, ValueError, "is no pair"),
        ({"second": RidgeClassifier()}, TypeError, "RidgeClassifier has no predict_pr"),
    ],
)
def test_bad_parameters_are_refused_with_a_reason(options, error, message, two_views):
    with pytest.raises(error, match=message):
        CoTrainingClassifier(GaussianNB(), **options).fit(*two_views[:2])


def test_bad_data_are_refused_with_a_reason(two_views):
    X, given, _ = two_views
    clf = CoTrainingClassifier(GaussianNB())
    with pytest.raises(ValueError, match="y holds no label"):
        clf.fit(X, np.full(200, -1))
    with pytest.raises(ValueError, match="can't train on one class.*'a'"):
        clf.set_params(unlabeled="").fit(X, np.where(given == 0, "a", ""))
    clf.set_params(unlabeled=-1)
    with pytest.raises(ValueError, match="y is None"):
        clf.fit(X, None)
    with pytest.raises(ValueError, match="minimum of 2 is required"):
        clf.fit(X[:, :1], given)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        clf.fit(X[:-1], given)
    with pytest.raises(ValueError, match="fewer than two classes"):
        clf.fit(X, given, sample_weight=(given == 0).astype(float))
    with pytest.raises(TypeError, match="KNeighborsClassifier doesn.t"):
        CoTrainingClassifier(KNeighborsClassifier()).fit(
            X, given, sample_weight=given + 2
        )
