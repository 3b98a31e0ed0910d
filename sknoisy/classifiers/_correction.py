"""Corrections by a transition matrix as methods: a cross-fit tells the matrix first."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from sknoisy._checks import check_switch
from sknoisy._folds import group_codes
from sknoisy._params import choose_arguments, routed_to
from sknoisy._ranges import check_count
from sknoisy._warm_up import check_warm_up
from sknoisy.classifiers._cross_fit import cross_fit
from sknoisy.classifiers._losses import is_auto, make_loss
from sknoisy.classifiers._method import Method
from sknoisy.classifiers._plain import PlainClassifier
from sknoisy.classifiers._transitions import (
    check_others,
    check_together,
    check_transition_given,
    check_trusted,
    find_transition,
    is_estimated,
    is_learned,
    make_learned,
)
from sknoisy.objectives import CORRECTIONS, MeanLoss, Stages
from sknoisy.transition import check_identifiable, condition_number, noise_rate
from sknoisy.transition._identifiability import told_apart

# what the networks that T is estimated from have in common with the last one
SHARED = (
    *("module", "max_epochs", "batch_size", "lr", "lr_schedule", "optimizer"),
    *("weight_decay", "device", "dtype", "accumulate", "precision", "compile"),
)


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
        wanted = self._check(task)
        facts = {**task.facts, **wanted.known}
        looked = Looked(task, wanted, facts)
        auto = task.estimator.max_epochs == "auto"
        n_epochs = looked.found.n_epochs if auto else facts["n_epochs"]
        n_first = self._n_warm_up_epochs(wanted, n_epochs)
        transition = None
        if not is_learned(wanted.transition) and self.kind.needs_matrix:
            transition = self._find_transition(wanted, facts, looked)
        found = {"n_epochs": n_epochs, "n_first": n_first, "transition": transition}
        return {**wanted.known, "wanted": wanted, **found}

    def build(self, task):
        """Return the objective of the whole training."""
        facts, wanted = task.facts, task.facts["wanted"]
        if is_learned(wanted.transition):
            learned = make_learned(wanted.transition, given=wanted.given, facts=facts)
            return Stages(MeanLoss(wanted.loss), learned, facts["n_first"])
        return self.kind.build(
            MeanLoss(wanted.loss),
            facts["transition"],
            shares(facts),
            facts,
            facts["n_first"],
        )

    def remember(self, objective, task):
        """Return the matrix, and what follows from it."""
        facts = task.facts
        transition = facts["transition"]
        if is_learned(facts["wanted"].transition):  # only now it is known
            transition = objective.estimates()["transition_matrix"]
            check_identifiable(transition, max_condition=1e9)
        known = {"prior": shares(facts), "transition_matrix": transition}
        if transition is None:
            return known | {"noise_rate": None, "condition_number": None}
        rate, counts = 0.0, counts_of_noisy(facts)
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

    def _check(self, task):
        """Return what is wanted; what can't be is refused before networks train."""
        facts = task.facts
        if facts["soft_labels"] is not None:
            raise ValueError(
                "y holds distributions over classes, but a transition matrix says what"
                " becomes of labels: give one label a sample, such as"
                " y.argmax(axis=1), or train NoisyLabelClassifier on y."
            )
        weight = facts["sample_weight"]
        if weight is not None and weight.min() < 1:
            raise ValueError(
                "sample_weight and class_weight have no exact meaning for"
                f" method={self.name!r}: leave them out."
            )
        own = {n: v for n, v in task.given.items() if "__" not in n}
        chosen = choose_arguments(wishes, given=own, facts={}, part=task.part)
        trusted = check_trusted(facts.get("trusted"), facts["n_samples"])
        groups = facts.get("groups_of_rows")  # a module may have `groups` of its own
        if groups is not None:
            groups = group_codes(groups, facts["n_samples"])
        loss = "ce" if is_auto(task.loss) else task.loss
        wanted = wishes(**chosen)._replace(
            loss=make_loss(loss, given=task.loss_given),
            given=routed_to("transition", task.given),
            known={"trusted": trusted, "groups_of_rows": groups},
        )
        facts = {**facts, **wanted.known}
        check_together(wanted.transition, self.name, wanted.loss, facts)
        check_transition_given(wanted.transition, wanted.given, facts)
        check_others(wanted.transition, facts)
        return wanted

    def _n_warm_up_epochs(self, wanted, n_epochs):
        idle = "raise" if is_learned(wanted.transition) else "warn"
        if self.kind.undo is not None:  # they act when all epochs are over
            idle = "ignore"
        n_first = check_warm_up(wanted.warm_up_epochs, n_epochs, idle=idle)
        # a single epoch corrects, where nobody says how long to warm up
        auto = isinstance(wanted.warm_up_epochs, str)
        return min(n_first, n_epochs - 1) if auto else n_first

    def _find_transition(self, wanted, facts, looked):
        transition = find_transition(
            wanted.transition,
            given=wanted.given,
            facts=facts,
            posterior=lambda: looked.found.posterior,
        )
        limit = 1e3 if self.kind.inverts else 1e9
        if is_estimated(wanted.transition):
            return told_apart(transition, max_condition=limit)
        check_identifiable(transition, max_condition=limit)
        return transition


class Wanted(NamedTuple):
    """What a user asks of a correction; `known` is what follows of the data."""

    transition: Any
    warm_up_epochs: Any
    cv: Any
    calibrate: bool
    loss: Any = None
    given: Any = None
    known: Any = None


def wishes(transition="likelihood", warm_up_epochs="auto", cv=3, calibrate=True):
    """Return what is wanted, checked."""
    check_switch(calibrate=calibrate)
    if not hasattr(cv, "split") and not isinstance(cv, Iterable):
        check_count(cv=cv)
    return Wanted(transition, warm_up_epochs, cv, calibrate)


class Looked:
    """What networks say of samples that they didn't learn; they train if asked."""

    def __init__(self, task, wanted, facts):
        self.task = task
        self.wanted = wanted
        self.facts = facts

    @cached_property
    def found(self):
        """The cross-fit, made when it is first looked at."""
        clf, facts = self.task.estimator, self.facts
        networks = PlainClassifier(
            loss="ce" if is_auto(clf.loss) else clf.loss,
            **{name: getattr(clf, name) for name in SHARED},
            **clf._still_routed("module", "loss", "optimizer"),
            **clf._still_routed("iterator_train", "iterator_valid"),
        )
        return cross_fit(
            networks,
            facts["X"],
            facts["labels"].numpy(),
            trusted=facts["trusted"],
            groups=facts["groups_of_rows"],
            cv=self.wanted.cv,
            calibrates=self.wanted.calibrate,
            random_state=clf._random_state(),
        )


def shares(facts):
    """Return how frequent each given label is."""
    return np.bincount(facts["labels"]) / facts["n_samples"]


def counts_of_noisy(facts):
    """Return how many labels of each class there are that nobody trusts."""
    trusted = facts["trusted"]
    labels = facts["labels"] if trusted is None else facts["labels"][~trusted]
    return np.bincount(labels, minlength=facts["n_classes"])
