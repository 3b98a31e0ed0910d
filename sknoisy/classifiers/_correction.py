"""Corrections by a transition matrix as methods: a cross-fit tells the matrix first."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from sknoisy._params import parted
from sknoisy._ranges import check_count, check_switch
from sknoisy._warm_up import check_warm_up
from sknoisy.classifiers._cross_fit import cross_fit
from sknoisy.classifiers._method import Method, check_goes_with
from sknoisy.classifiers._plain import PlainClassifier
from sknoisy.classifiers._transitions import Source
from sknoisy.objectives import CORRECTIONS, MeanLoss, Stages
from sknoisy.transition import check_identifiable, condition_number, noise_rate
from sknoisy.transition._identifiability import told_apart

# what the networks that T is estimated from have in common with the last one
SHARED = (
    *("module", "max_epochs", "batch_size", "lr", "lr_schedule", "optimizer"),
    *("weight_decay", "device", "dtype", "accumulate", "precision", "compile"),
)
ROUTED = ("module", "loss", "optimizer", "iterator_train", "iterator_valid")


class Wishes(NamedTuple):
    """What a user asks of a correction."""

    transition: Any = "likelihood"
    warm_up_epochs: Any = "auto"
    cv: Any = 3
    calibrate: bool = True


class Correction(Method):
    """Learning true labels through the noise on given ones, in one of several ways.

    Parameters
    ----------
    name : str
        One of the corrections.
    """

    def __init__(self, name):
        self.name = name

    @property
    def kind(self):
        """What it trains, and whether it needs a matrix."""
        return CORRECTIONS[self.name]

    def plan(self, task):
        """Find the matrix, and for how long to train."""
        kind = self.kind
        wanted, source = self._asked(task, kind)  # refused before any network trains

        @cache
        def looked():
            return look(task, wanted, source)

        n_epochs = task.facts["n_epochs"]
        if task.estimator.max_epochs == "auto":
            n_epochs = looked().n_epochs
        n_first = n_warm_up_epochs(kind, wanted, source, n_epochs)
        transition = None
        if kind.needs_matrix and not source.is_learned:
            transition = source.matrix(lambda: looked().posterior)
            limit = {"max_condition": 1e3 if kind.inverts else 1e9}
            if source.is_estimated:
                transition = told_apart(transition, **limit)
            else:
                check_identifiable(transition, **limit)
        found = {"n_epochs": n_epochs, "n_first": n_first, "transition": transition}
        return {"source": source, "trusted": source.trusted, **found}

    def build(self, task):
        """Return the objective of the whole training."""
        facts, plain = task.facts, MeanLoss(task.loss())
        if facts["source"].is_learned:
            return Stages(plain, facts["source"].learning(), facts["n_first"])
        known = facts["transition"], shares(facts), facts, facts["n_first"]
        return self.kind.build(plain, *known)

    def remember(self, objective, task):
        """Return the matrix, and what follows from it."""
        facts = task.facts
        transition, source = facts["transition"], facts["source"]
        if source.is_learned:  # only now it is known
            transition = objective.estimates()["transition_matrix"]
            check_identifiable(transition, max_condition=1e9)
        known = {"prior": shares(facts), "transition_matrix": transition}
        if transition is None:
            return known | {"noise_rate": None, "condition_number": None}
        rate, counts = 0.0, source.n_of_each()
        if counts.any():  # T is that of labels that aren't trusted
            share = counts.sum() / facts["n_samples"]
            rate = share * noise_rate(counts, transition)
        condition = condition_number(transition)
        return known | {"noise_rate": rate, "condition_number": condition}

    def undo(self, proba, estimator):
        """Return probabilities of true labels, where the network says given ones."""
        if self.kind.undo is None:
            return proba
        known = estimator.transition_matrix_, estimator.prior_
        return self.kind.undo(proba, *known).astype(proba.dtype)

    def _asked(self, task, kind):
        """Return what is wanted, and where the matrix is to come from, checked."""
        check_goes_with(self, self.name, task.facts)
        own, given = parted(task.given, "transition")
        wanted = Wishes(**task.arguments(Wishes, own))
        check_switch(calibrate=wanted.calibrate)
        if not hasattr(wanted.cv, "split") and not isinstance(wanted.cv, Iterable):
            check_count(cv=wanted.cv)
        loss = task.loss()
        source = Source(wanted.transition, given, task.facts)
        source.check(kind, self.name, loss)
        return wanted, source


def n_warm_up_epochs(kind, wanted, source, n_epochs):
    """Return for how many epochs a correction waits."""
    idle = "raise" if source.is_learned else "warn"
    if kind.undo is not None:  # they act when all epochs are over
        idle = "ignore"
    n_first = check_warm_up(wanted.warm_up_epochs, n_epochs, idle=idle)
    # a single epoch corrects, where nobody says how long to warm up
    auto = isinstance(wanted.warm_up_epochs, str)
    return min(n_first, n_epochs - 1) if auto else n_first


def look(task, wanted, source):
    """Return what networks say of samples that they didn't learn."""
    clf, facts = task.estimator, task.facts
    shared = {name: getattr(clf, name) for name in SHARED}
    loss = "ce" if task.loss_is_auto else clf.loss
    networks = PlainClassifier(loss=loss, **shared, **clf._still_routed(*ROUTED))
    known = {"trusted": source.trusted, "groups": source.groups}
    how = {"cv": wanted.cv, "calibrates": wanted.calibrate}
    how["random_state"] = clf._random_state()
    return cross_fit(networks, facts["X"], facts["labels"].numpy(), **known, **how)


def shares(facts):
    """Return how frequent each given label is."""
    return np.bincount(facts["labels"]) / facts["n_samples"]
