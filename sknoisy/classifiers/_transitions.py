"""Where a transition matrix comes from: the user, an estimate, or training itself."""

import numpy as np
import torch

from sknoisy._checks import check_transition
from sknoisy._params import choose_arguments
from sknoisy._registry import lookup
from sknoisy.objectives import TotalVariation, VolumeMinimization
from sknoisy.transition import TRANSITIONS, estimate_transition

LEARNED = {"total_variation": TotalVariation, "volmin": VolumeMinimization}


def is_learned(transition, correction):
    """Whether `transition` names a matrix that is learned with the network."""
    if not isinstance(transition, str) or transition not in LEARNED:
        return False
    if correction != "forward":
        raise ValueError(
            f"transition={transition!r} learns T by forward correction:"
            f" correction={correction!r} doesn't go with it."
        )
    return True


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
    n_classes = facts["n_classes"]
    if not isinstance(transition, str) and not callable(transition):
        return check_transition(transition, n_classes)
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
            "transition='gold' counts on labels that are known to be right: say which,"
            " with fit(X, y, trusted=mask)."
        )
    known = {"labels": facts["labels"].numpy(), "features": in_rows(facts["X"])}
    if transition != "hoc":
        known["pred_probs"] = posterior()
    if facts["trusted"] is not None:
        known["trusted"] = facts["trusted"].numpy()
        known["true_labels"] = known["labels"]
    return check_transition(
        estimate_transition(transition, **known, **given), n_classes
    )


def check_trusted(trusted, n_samples):
    """Return the mask of trusted labels as a tensor, or None."""
    if trusted is None:
        return None
    trusted = np.asarray(trusted)
    if trusted.dtype != bool or trusted.shape != (n_samples,):
        raise ValueError(
            f"trusted has type {trusted.dtype} and shape {trusted.shape}, but must hold"
            f" one boolean for each of the {n_samples} samples."
        )
    return torch.from_numpy(trusted)


def in_rows(X):
    """Return features in rows, those of images, too."""
    return X.reshape(len(X), -1) if X.ndim > 2 else X
