"""Pickles of classifiers: what is in them, and what goes on afterwards."""

import copy
import pickle
import warnings

import numpy as np
import pytest
from helpers import small
from numpy.testing import assert_array_equal

from sknoisy import CoTeachingClassifier, _versions
from sknoisy.exceptions import VersionWarning


def n_bytes(clf):
    return sum(tensor.nbytes for tensor in clf.net_.module_.state_dict().values())


@pytest.mark.parametrize("kind", [small, CoTeachingClassifier])
def test_a_pickle_is_hardly_larger_than_the_weights(kind, table):
    clf = kind(max_epochs=1).fit(*table)
    assert len(pickle.dumps(clf)) < 1.2 * n_bytes(clf)
    again = pickle.loads(pickle.dumps(clf))
    assert_array_equal(again.predict_proba(table[0]), clf.predict_proba(table[0]))
    clf.net_.keeps_optimizer = True
    assert len(pickle.dumps(clf)) > 2.9 * n_bytes(clf)


def test_training_in_parts_goes_on_after_a_pickle_as_if_there_were_none(table):
    clf = small().partial_fit(*table).partial_fit(*table)
    again = pickle.loads(pickle.dumps(clf))
    for one in (clf, again):
        one.partial_fit(*table)
    assert_array_equal(again.predict_proba(table[0]), clf.predict_proba(table[0]))


def test_a_copy_in_memory_is_whole(table):
    clf = small(max_epochs=1).fit(*table)
    again = copy.deepcopy(clf)
    for one in (clf, again):
        one.partial_fit(*table)
    assert_array_equal(again.predict_proba(table[0]), clf.predict_proba(table[0]))


def test_a_fitted_one_goes_on_after_a_pickle_with_a_new_optimizer(table):
    again = pickle.loads(pickle.dumps(small(max_epochs=2).fit(*table)))
    again.partial_fit(*table)
    assert again.n_iter_ == 3
    assert np.isfinite(again.predict_proba(table[0])).all()


def test_a_pickle_of_other_versions_says_so(table, monkeypatch):
    clf = small(max_epochs=1).fit(*table)
    kept = pickle.dumps(clf)
    other = _versions.versions_now() | {"torch": "1.13.1", "numpy": "1.20.0"}
    monkeypatch.setattr(_versions, "versions_now", lambda: other)
    with pytest.warns(VersionWarning, match=r"numpy 2.*\(now 1.20.0\), torch 2.*1.13"):
        again = pickle.loads(kept)
    assert_array_equal(again.predict_proba(table[0]), clf.predict_proba(table[0]))
    assert not hasattr(again, "_versions")


def test_only_a_third_number_or_a_build_may_differ(monkeypatch):
    kept = {"torch": "2.13.0+cpu", "numpy": "2.4.6", "gone": "1"}
    now = {"torch": "2.13.1+cu130", "numpy": "2.4.0"}
    monkeypatch.setattr(_versions, "versions_now", lambda: now)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _versions.warn_of_versions(kept, "It")
    with pytest.warns(VersionWarning, match=r"^It was kept with numpy 2.5.1 \(now 2"):
        _versions.warn_of_versions(kept | {"numpy": "2.5.1"}, "It")


def test_what_is_not_fitted_has_no_versions(table):
    assert b"_versions" not in pickle.dumps(small())
