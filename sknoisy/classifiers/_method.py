"""What a method is to the desk: what it plans, builds and remembers of one fit."""

import inspect
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from sknoisy._engine.draws import is_quiet
from sknoisy._params import choose_arguments, routed_to
from sknoisy._shown import shown
from sknoisy._streams import lent
from sknoisy.classifiers._losses import choose_loss, is_auto, make_loss
from sknoisy.losses import LOSSES
from sknoisy.objectives import OBJECTIVES, MeanLoss, Objective


@dataclass
class Task:
    """What a method is to learn, and what is asked of it.

    Parameters
    ----------
    method : Method

    estimator : classifier
        Whose fit it is; networks of a plan are trained with its settings.

    given : dict
        The method's own parameters, those of its parts included (``split__rho``).

    part : str or None
        The prefix under which the user gave these, for messages.

    loss : str or callable

    loss_given : dict
        Parameters of the loss.

    facts : dict
        What is known of the data, and then what was planned.
    """

    method: "Method"
    estimator: Any
    given: dict[str, Any]
    part: str | None
    loss: Any
    loss_given: dict[str, Any]
    facts: dict[str, Any]


class Method:
    """A way of learning, in phases: plan, build, (train,) remember.

    Attributes
    ----------
    takes_soft_labels, needs_whole_fit : bool
        As of an objective.
    """

    name = ""  # for messages
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
        """Return the mean of the loss; "auto" chooses it by the labels."""
        facts, given = task.facts, task.loss_given
        choose_arguments(plain, given=task.given, facts={}, part=task.part)
        loss = choose_loss(task.loss, given=given, facts=facts)
        loss = make_loss(loss, given=given)
        return MeanLoss(loss, facts["sample_weight"], facts["soft_labels"])


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
        kind = self.kind
        arguments = choose_arguments(
            kind,
            given=with_parts(kind, task.given),
            facts={**task.facts, **loss_for(kind, task)},
            part=task.part,
        )
        with nullcontext() if is_quiet(kind) else lent():
            return kind(**arguments)


def plain():
    """Stand for the method without parameters, in messages."""


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
    given = dict(given)
    for part, put_together in kind.parts.items():
        handed = routed_to(part, given)
        for name in handed:
            del given[f"{part}__{name}"]
        if part in given or handed:
            default = inspect.signature(kind).parameters[part].default
            given[part] = put_together(given.get(part, default), handed)
    return given


def loss_for(kind, task):
    """Return the loss that was asked for as a fact, if this objective takes any."""
    own = inspect.signature(kind).parameters.get("loss")
    loss, given = task.loss, task.loss_given
    if own is not None:
        default = own.default if isinstance(own.default, str) else "ce"
        unset = is_auto(loss) and not given
        loss = default if is_auto(loss) else loss
        return {} if unset else {"loss": make_loss(loss, given=given)}
    check_made_for(kind, loss, given)
    return {}


def check_made_for(kind, loss, given):
    """Say so if a method with a loss of its own is asked for another one."""
    names = kind.made_for
    made_for = (*names, *(LOSSES[name] for name in names))
    if given or not (is_auto(loss) or any(loss is one for one in made_for)):
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


def check_objective(objective, data, in_parts=False):
    """Say so if weights, soft labels or `partial_fit` have no meaning for a method."""
    name = type(objective).__name__
    weight = data.sample_weight
    if weight is not None and weight.min() < 1 and not objective.takes_sample_weight:
        raise ValueError(
            f"sample_weight and class_weight have no exact meaning for {name}: leave"
            " them out."
        )
    if data.soft_labels is not None and not objective.takes_soft_labels:
        raise ValueError(
            f"{name} takes one label a sample, but y has shape"
            f" {data.soft_labels.shape}: pass y.argmax(axis=1), or a plain loss."
        )
    if in_parts and [*objective.parameters()]:
        raise ValueError(
            f"partial_fit can't train {name}: what it remembers or learns belongs to"
            " one whole fit. Call fit, or choose a plain loss."
        )
