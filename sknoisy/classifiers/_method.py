"""What a method is to the desk: what it plans, builds and remembers of one fit."""

import copy
import inspect
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import nn

from sknoisy._engine.draws import is_quiet
from sknoisy._logits import label_frequencies
from sknoisy._params import choose_arguments, parted
from sknoisy._shown import shown
from sknoisy._streams import lent
from sknoisy.losses import LOSSES, get_loss
from sknoisy.objectives import OBJECTIVES, MeanLoss, Objective

# loss="auto": which part of its even share of labels makes a class a rare one
RARE = 0.5


@dataclass
class Task:
    """What a method is to learn, and what is asked of it.

    Parameters
    ----------
    method : Method

    given : dict
        The method's own parameters, those of its parts included (``split__rho``).

    loss_given : dict
        Parameters of the loss.

    estimator : classifier
        Whose fit it is; networks of a plan are trained with its settings.

    facts : dict
        What is known of the data, and then what was planned.

    in_parts : bool, default=False
        Whether training goes on from call to call.
    """

    method: "Method"
    given: dict[str, Any]
    loss_given: dict[str, Any]
    estimator: Any
    facts: dict[str, Any]
    in_parts: bool = False

    @property
    def loss_is_auto(self):
        """Whether the loss is to be chosen by the labels, or by the method."""
        return isinstance(self.estimator.loss, str) and self.estimator.loss == "auto"

    def loss(self, auto="ce"):
        """Return the loss of single samples that is asked for, with its parameters.

        `auto` is what "auto" stands for.
        """
        loss = auto if self.loss_is_auto else self.estimator.loss
        kind = loss if isinstance(loss, type) else type(loss)
        if issubclass(kind, Objective):
            raise ValueError(
                f"loss={shown(loss)} is more than a loss of single samples: pass its"
                " class as a method, NoisyLabelClassifier(method=…)."
            )
        kind, given = get_loss(loss), self.loss_given
        chosen = choose_arguments(kind, given=given, facts={}, part="loss", skip=2)
        if isinstance(kind, nn.Module):  # its parameters are trained, not the user's
            kind = copy.deepcopy(kind)
        return partial(kind, **chosen) if chosen else kind

    def arguments(self, function, given, facts=()):
        """Return what `function` is called with, of parameters and facts."""
        part = self.estimator._part
        return choose_arguments(function, given=given, facts=dict(facts), part=part)


class Method:
    """A way of learning, in phases: plan, build, (train,) remember.

    Attributes
    ----------
    takes_sample_weight, takes_soft_labels, needs_whole_fit : bool
        As of an objective.
    """

    name = ""  # for messages
    takes_sample_weight = False
    takes_soft_labels = False
    needs_whole_fit = True

    def plan(self, task):
        """Return what must be known first, by name: here other networks may train."""
        return {}

    def build(self, task):
        """Return the objective, new; no network trains here."""
        raise NotImplementedError(f"{type(self).__name__} must define build.")

    def remember(self, objective, task):
        """Return what the estimator should know, by name, beside the objective's."""
        return {}

    def check_parts(self, given):
        """Raise AttributeError where training can't go on from call to call."""
        if self.needs_whole_fit:
            raise AttributeError(
                f"partial_fit can't train by {self.name}: what it remembers or learns"
                " belongs to one whole fit. Call fit, or choose method='plain'."
            )

    def undo(self, proba, estimator):
        """Return the probabilities of a fitted estimator, from those of its network."""
        return proba


class Plain(Method):
    """A loss of single samples, and nothing else."""

    takes_soft_labels = True
    needs_whole_fit = False

    def build(self, task):
        """Return the mean of the loss; "auto" chooses it by the labels.

        The gradient of generalized cross entropy shrinks with the probability of the
        given label. The first steps make that of a rare class so small that it may
        never come back: such labels get cross entropy.
        """
        if task.given:  # it takes none
            task.arguments(plain, task.given)
        rare = task.loss_is_auto and not task.loss_given and has_rare_class(task.facts)
        loss = task.loss(auto="ce" if rare else "gce")
        return MeanLoss(loss, task.facts["sample_weight"], task.facts["soft_labels"])


class ObjectiveMethod(Method):
    """A method that is one objective, which needs nothing to be known first.

    Parameters
    ----------
    kind : subclass of Objective
        Gets those facts that its signature names; `loss` is one.
    """

    def __init__(self, kind):
        self.kind = kind
        self.name = kind.__name__
        self.takes_soft_labels = kind.takes_soft_labels
        self.needs_whole_fit = kind.needs_whole_fit

    def build(self, task):
        """Return the objective, made of its facts and parameters."""
        kind, facts = self.kind, {**task.facts, **loss_for(self.kind, task)}
        arguments = task.arguments(kind, with_parts(kind, task.given), facts)
        with nullcontext() if is_quiet(kind) else lent():
            return kind(**arguments)


def plain():
    """Stand for the method without parameters, in messages."""


def has_rare_class(facts):
    """Whether some class has far less than its even share of the labels."""
    weight, soft = facts["sample_weight"], facts["soft_labels"]
    if soft is None:
        shares = label_frequencies(facts["labels"], facts["n_classes"], weight)
    else:
        weight = soft.new_ones(len(soft)) if weight is None else weight
        shares = weight @ soft / weight.sum()
    return shares.min() < RARE / facts["n_classes"]


def as_method(kind):
    """Return the method that an objective's class stands for; a method as it is."""
    if isinstance(kind, Method):
        return kind
    if not (isinstance(kind, type) and issubclass(kind, Objective)):
        raise TypeError(
            f"{shown(kind)} is no method: pass a name of sknoisy.classifiers.METHODS,"
            " or a subclass of sknoisy.objectives.Objective."
        )
    return ObjectiveMethod(kind)


def with_parts(kind, given):
    """Return parameters with what is handed on to parts put into these."""
    for part, put_together in kind.parts.items():
        given, handed = parted(given, part)
        if part in given or handed:
            default = inspect.signature(kind).parameters[part].default
            given[part] = put_together(given.get(part, default), handed)
    return given


def loss_for(kind, task):
    """Return the loss that was asked for as a fact, if this objective takes any."""
    own = inspect.signature(kind).parameters.get("loss")
    if own is None:
        check_made_for(kind, task)
        return {}
    if task.loss_is_auto and not task.loss_given:
        return {}
    return {"loss": task.loss(own.default if isinstance(own.default, str) else "ce")}


def check_made_for(kind, task):
    """Say so if a method with a loss of its own is asked for another one."""
    loss, given, names = task.estimator.loss, task.loss_given, kind.made_for
    made_for = (*names, *(LOSSES[name] for name in names))
    if given or not (task.loss_is_auto or any(loss is one for one in made_for)):
        asked = f"loss={shown(loss)}" if not given else f"loss__{next(iter(given))}"
        leave = " or ".join(f"loss={name!r}" for name in ("auto", *names))
        name = next((n for n, one in OBJECTIVES.items() if one is kind), kind.__name__)
        others = [n for n, one in OBJECTIVES.items() if takes_any_loss(one)]
        raise ValueError(
            f"{asked} doesn't go with method={name!r}, which has a loss of its own:"
            f" leave {leave}, or choose a method that takes any: plain,"
            f" {', '.join(others)}."
        )


def takes_any_loss(kind):
    """Whether a class of objective is made for whatever loss there is."""
    return "loss" in inspect.signature(kind).parameters


def build_objective(task):
    """Return the objective of a task, if it can do what is asked of it."""
    objective = task.method.build(task)
    name = type(objective).__name__
    check_goes_with(objective, name, task.facts)
    if task.in_parts and [*objective.parameters()]:
        raise ValueError(
            f"partial_fit can't train {name}: what it remembers or learns belongs to"
            " one whole fit. Call fit, or choose a plain loss."
        )
    return objective


def check_goes_with(takes, name, facts):
    """Say so if weights or soft labels have no meaning for a method, or an objective.

    Parameters
    ----------
    takes : Method or Objective

    name : str

    facts : dict
        What is known of the data.
    """
    weight, soft = facts["sample_weight"], facts["soft_labels"]
    if weight is not None and weight.min() < 1 and not takes.takes_sample_weight:
        raise ValueError(
            f"sample_weight and class_weight have no exact meaning for {name}: leave"
            " them out."
        )
    if soft is not None and not takes.takes_soft_labels:
        raise ValueError(
            f"{name} takes one label a sample, but y has shape {tuple(soft.shape)}:"
            " pass y.argmax(axis=1), or a plain loss."
        )
