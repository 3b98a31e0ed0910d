"""The loss of single samples that a user asks for, by name or as a function."""

import copy
from functools import partial

from torch import nn

from sknoisy._logits import label_frequencies
from sknoisy._params import choose_arguments
from sknoisy._shown import shown
from sknoisy.losses import get_loss
from sknoisy.objectives import Objective

# loss="auto": which part of its even share of labels makes a class a rare one
RARE = 0.3


def is_auto(loss):
    """Whether a loss is to be chosen by the labels, or by the method."""
    return isinstance(loss, str) and loss == "auto"


def choose_loss(loss, *, given, facts):
    """Return `loss`, or the name of the one that "auto" stands for with these labels.

    The gradient of generalized cross entropy shrinks with the probability of the given
    label. The first steps make that of a rare class so small that it may never come
    back: such labels get cross entropy.
    """
    if not is_auto(loss):
        return loss
    if given:  # parameters, which cross entropy hasn't got
        return "gce"
    weight, soft = facts["sample_weight"], facts["soft_labels"]
    if soft is None:
        shares = label_frequencies(facts["labels"], facts["n_classes"], weight)
    else:
        weight = soft.new_ones(len(soft)) if weight is None else weight
        shares = weight @ soft / weight.sum()
    return "ce" if shares.min() < RARE / facts["n_classes"] else "gce"


def make_loss(loss, *, given):
    """Return the loss of single samples that `loss` stands for, with its parameters."""
    kind = loss if isinstance(loss, type) else type(loss)
    if issubclass(kind, Objective):
        raise ValueError(
            f"loss={shown(loss)} is more than a loss of single samples: pass its class"
            " as a method, NoisyLabelClassifier(method=…)."
        )
    kind = get_loss(loss)
    chosen = choose_arguments(kind, given=given, facts={}, part="loss", skip=2)
    if isinstance(kind, nn.Module):  # its parameters are trained, not the user's
        kind = copy.deepcopy(kind)
    return partial(kind, **chosen) if chosen else kind
