"""What a method is to learn, what is asked of it, and the loss that a user names."""

import copy
from functools import partial

from torch import nn

from sknoisy._params import choose_arguments
from sknoisy._shown import shown
from sknoisy.losses import get_loss
from sknoisy.objectives import Objective


class Task:
    """What a method is to learn, and what is asked of it.

    Parameters
    ----------
    method : Method

    given : dict
        The method's own parameters, those of its parts included (``split__rho``).

    estimator : classifier
        Whose fit it is; networks of a plan are trained with its settings.

    facts : dict
        What is known of the data, and then what was planned.
    """

    def __init__(self, method, given, estimator, facts):
        self.method = method
        self.estimator = estimator
        self.given = given
        self.facts = facts
        self.loss_given = estimator._routed_to("loss")

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
