"""Rare classes: the default loss is one that can learn them."""

import numpy as np
import pandas as pd
import pytest
from helpers import small
from sklearn.datasets import make_classification
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split

from sknoisy import NoisyLabelClassifier
from sknoisy.classifiers import TransitionCorrectedClassifier
from sknoisy.losses import cross_entropy, generalized_cross_entropy
from sknoisy.model_selection import BatchedGridSearchCV


def chosen(clf):
    return clf.net_.criterion_.loss


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_rare_class_is_learned(seed):
    X, y = make_classification(
        1500,
        12,
        n_informative=6,
        n_clusters_per_class=1,
        class_sep=1.5,
        weights=[0.95, 0.05],
        flip_y=0,
        random_state=seed,
    )
    X, X_test, y, y_test = train_test_split(X, y, stratify=y, random_state=0)
    clf = NoisyLabelClassifier(random_state=0).fit(X, y)
    assert chosen(clf) is cross_entropy
    assert balanced_accuracy_score(y_test, clf.predict(X_test)) > 0.9


def test_what_is_rare_is_told_by_weighted_labels(table):
    X, y = table
    assert chosen(small().fit(X, y)) is generalized_cross_entropy
    # of half an even share, the last class has as much with 16 labels, less with 15
    some = np.r_[np.flatnonzero(y < 2)[:80], np.flatnonzero(y == 2)[:15]]
    more = np.r_[some, np.flatnonzero(y == 2)[15]]
    assert chosen(small().fit(X[some], y[some])) is cross_entropy
    assert chosen(small().fit(X[more], y[more])) is generalized_cross_entropy
    balanced = small(class_weight="balanced").fit(X[some], y[some])
    assert chosen(balanced) is generalized_cross_entropy
    weight = np.where(y == 2, 0.1, 1.0)
    assert chosen(small().fit(X, y, weight)) is cross_entropy
    soft = 0.9 * np.eye(3)[y[some]] + 0.1 / 3
    assert chosen(small().fit(X[some], soft)) is generalized_cross_entropy
    assert chosen(small().fit(X[some], np.eye(3)[y[some]])) is cross_entropy


def test_parameters_of_a_loss_choose_it(table):
    X, y = table
    some = np.r_[np.flatnonzero(y < 2), np.flatnonzero(y == 2)[:5]]
    clf = small(loss__q=0.4).fit(X[some], y[some])
    assert chosen(clf).func is generalized_cross_entropy
    assert chosen(clf).keywords == {"q": 0.4}
    assert chosen(small(loss="gce").fit(X[some], y[some])) is generalized_cross_entropy


def test_what_auto_chooses_trains_in_parts_and_in_lock_step(table):
    X, y = table
    parts = small().partial_fit(X[:60], y[:60], classes=[0, 1, 2]).partial_fit(X, y)
    assert parts.score(X, y) > 0.5
    some = np.r_[np.flatnonzero(y < 2), np.flatnonzero(y == 2)[:5]]
    grid = {"loss": ["auto", "ce", "gce"]}
    search = BatchedGridSearchCV(small(), grid, cv=2, refit=False)
    scores = search.fit(X[some], y[some]).cv_results_["mean_test_score"]
    assert scores[0] == pytest.approx(scores[1])


def test_corrections_take_it_for_cross_entropy(table):
    options = {"cv": 2, "max_epochs": 2, "random_state": 0}
    auto, ce = (
        TransitionCorrectedClassifier(loss=loss, **options).fit(*table)
        for loss in ("auto", "ce")
    )
    assert (auto.predict_proba(table[0]) == ce.predict_proba(table[0])).all()


# --- a class that is never predicted ---

NOTHING_TO_LEARN = np.random.default_rng(0).normal(size=(300, 4))
RARE = np.repeat(["no", "yes"], [270, 30])


def test_who_never_predicts_a_class_says_so():
    message = r"predicts none of its training samples to be of \['yes'\], which 10.0%"
    with pytest.warns(UserWarning, match=message):
        clf = small(loss="ce", max_epochs=10).fit(NOTHING_TO_LEARN, RARE)
    assert set(clf.predict(NOTHING_TO_LEARN)) == {"no"}
    frame = pd.DataFrame(NOTHING_TO_LEARN, columns=list("abcd"))
    frame["word"] = "same"
    with pytest.warns(UserWarning, match=message):
        small(loss="ce", max_epochs=10).fit(frame, RARE)


def test_a_short_fit_and_a_handful_of_samples_are_no_reason_to_warn():
    small(loss="ce", max_epochs=9).fit(NOTHING_TO_LEARN, RARE)
    small(loss="ce", max_epochs=10).fit(NOTHING_TO_LEARN[:279], RARE[:279])
    clf = small(loss="ce", max_epochs=10)
    for _ in range(12):
        clf.partial_fit(NOTHING_TO_LEARN, RARE, classes=["no", "yes"])
