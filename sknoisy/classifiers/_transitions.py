"""Where a transition matrix comes from: the user, an estimate, or training itself."""

from contextlib import nullcontext

import numpy as np
import torch

from sknoisy._checks import check_choice, check_mask, check_transition
from sknoisy._params import choose_arguments
from sknoisy._registry import lookup
from sknoisy._streams import lent
from sknoisy._tensors import as_tensor
from sknoisy.losses import cross_entropy
from sknoisy.objectives import CORRECTIONS, TotalVariation, VolumeMinimization
from sknoisy.transition import TRANSITIONS, estimate_transition

LEARNED = {"total_variation": TotalVariation, "volmin": VolumeMinimization}


def is_learned(transition):
    """Whether `transition` names a matrix that is learned with the network."""
    return isinstance(transition, str) and transition in LEARNED


def is_estimated(transition):
    """Whether the matrix comes from data, by an estimator's name or a function."""
    return isinstance(transition, str) or callable(transition)


def check_together(transition, correction, loss, facts):
    """Say so if what is asked for doesn't go together."""
    if is_learned(transition):
        if correction != "forward":
            raise ValueError(
                f"transition={transition!r} learns T by forward correction:"
                f" correction={correction!r} doesn't go with it."
            )
        if loss is not cross_entropy:
            raise ValueError(
                f"transition={transition!r} learns T by cross entropy: leave loss='ce',"
                f" or choose an estimate of T, such as 'likelihood'."
            )
    instead = CORRECTIONS[correction].instead
    if instead is not None and loss is not cross_entropy:
        raise ValueError(
            f"correction={correction!r} is one of cross entropy: leave loss='ce', or"
            f" choose correction={instead!r}, which goes with any loss."
        )
    if facts["trusted"] is None:
        return
    if is_learned(transition):
        raise ValueError(
            f"transition={transition!r} has no use for trusted labels: leave them out,"
            " or choose transition='gold', which counts on them."
        )
    if not CORRECTIONS[correction].needs_matrix:
        raise ValueError(
            f"correction={correction!r} has no use for trusted labels, as it needs no"
            " transition matrix: leave them out, or choose another correction, such as"
            " 'forward'."
        )


def check_transition_given(transition, given, facts):
    """Say so if `transition` is nothing that a matrix can come from."""
    if isinstance(transition, str):
        lookup(
            transition,
            {**TRANSITIONS, **LEARNED},
            parameter="transition",
            kind="an estimate",
            otherwise="a matrix, or a function that returns one",
        )
        if transition == "gold" and facts["trusted"] is None:
            raise ValueError(
                "transition='gold' counts on labels that are known to be right: say"
                " which, with fit(X, y, trusted=mask)."
            )
    elif not callable(transition):
        check_transition(transition, classes=facts["classes"])
        if given:
            raise ValueError(
                f"{', '.join(f'transition__{name}' for name in given)} can't change a"
                " matrix that is given: leave it out."
            )


def make_learned(transition, *, given, facts):
    """Return the objective that learns the matrix."""
    kind = LEARNED[transition]
    return kind(**choose_arguments(kind, given=given, facts=facts, part="transition"))


def find_transition(transition, *, given, facts, posterior):
    """Return the matrix that is given, or that an estimator finds.

    Parameters
    ----------
    transition : array-like, str or callable

    given : dict
        Parameters of the estimator.

    facts : dict
        Facts of the training data.

    posterior : callable
        Gives the probabilities of the given labels, at some cost.
    """
    classes = facts["classes"]
    if not is_estimated(transition):
        return check_transition(transition, classes=classes)
    known = {"labels": facts["labels"].numpy()}
    named = isinstance(transition, str)
    if named and transition == "hoc":
        given, known["features"] = choose_features(given, facts, posterior)
    else:
        known["pred_probs"] = posterior()
    if not named:
        known["features"] = standardized(facts)
    if facts["trusted"] is not None:
        trusted = facts["trusted"].numpy()
        if named and transition != "gold":
            # T is that of all other labels
            known = {name: values[~trusted] for name, values in known.items()}
        else:
            known |= {"trusted": trusted, "true_labels": known["labels"]}
    with nullcontext() if named else lent():  # a function of the user's may draw
        found = estimate_transition(transition, **known, **given)
    return check_transition(found, classes=classes)


def choose_features(given, facts, posterior):
    """Return what "hoc" looks for neighbors in, and its other parameters."""
    others = dict(given)
    representation = others.pop("representation", "features")
    check_choice(representation, ("features", "network"), "transition__representation")
    if representation == "features":
        return others, standardized(facts)
    return others, np.log(posterior().clip(min=1e-6))


def standardized(facts):
    """Return features in rows, as the default networks see them."""
    X, mean = facts["X"], facts["feature_mean"]
    if X.ndim == 1:  # samples that are read, or several inputs
        raise ValueError(
            "transition='hoc' looks for neighbors among features, but X is"
            f" {X!r}: pass transition__representation='network', or another estimate."
        )
    if mean is None:  # sparse: one scale for all, which moves no neighbor
        return X
    # a column of a table has a mean of its own, the pixels of a channel share one
    X = X.reshape(len(X), -1, len(mean))
    X = (X - mean.numpy()) / facts["feature_scale"].numpy()
    return X.reshape(len(X), -1)


def check_trusted(trusted, n_samples):
    """Return the mask of trusted labels as a tensor, or None."""
    return None if trusted is None else as_tensor(check_mask(trusted, n_samples))


def check_others(transition, facts):
    """Say so if trusted labels leave a class without others to estimate T from."""
    trusted = facts["trusted"]
    if trusted is None or not isinstance(transition, str) or transition == "gold":
        return
    counts = torch.bincount(facts["labels"][~trusted], minlength=facts["n_classes"])
    if not counts.all():
        classes = facts["classes"][(counts == 0).numpy()].tolist()
        raise ValueError(
            f"Every label of the classes {str(classes)[1:-1]} is trusted, and"
            f" transition={transition!r} estimates from the others how labels go wrong:"
            " trust fewer, or pass transition='gold' or the matrix."
        )
