"""Where a transition matrix comes from: the user, an estimate, or training itself."""

from contextlib import nullcontext

import numpy as np
import torch

from sknoisy._checks import check_choice, check_mask, check_transition
from sknoisy._folds import group_codes
from sknoisy._params import choose_arguments
from sknoisy._registry import lookup
from sknoisy._streams import lent
from sknoisy._tensors import as_tensor
from sknoisy.losses import cross_entropy
from sknoisy.objectives import TotalVariation, VolumeMinimization
from sknoisy.transition import TRANSITIONS, estimate_transition

LEARNED = {"total_variation": TotalVariation, "volmin": VolumeMinimization}


class Source:
    """Where the matrix comes from, and what is known of the labels it is about.

    Parameters
    ----------
    transition : array-like, str or callable
        The matrix, the name of an estimate, or a function of the user's.

    given : dict
        Parameters of the estimate.

    facts : dict
        Facts of the training data, and of fit.

    Attributes
    ----------
    is_named, is_learned, is_estimated : bool
        Whether it has a name of ours; is learned with the network; comes from data, by
        an estimator's name or a function.

    trusted : BoolTensor of shape (n_samples,) or None

    groups : ndarray of int of shape (n_samples,) or None
    """

    def __init__(self, transition, given, facts):
        self.transition = transition
        self.given = given
        self.facts = facts
        self.labels = facts["labels"]
        self.classes = facts["classes"]
        self.is_named = isinstance(transition, str)
        self.is_learned = self.is_named and transition in LEARNED
        self.is_estimated = self.is_named or callable(transition)
        trusted, groups = facts.get("trusted"), facts.get("groups_of_rows")
        if trusted is not None:
            trusted = as_tensor(check_mask(trusted, len(self.labels)))
        if groups is not None:
            groups = group_codes(groups, len(self.labels))
        self.trusted, self.groups = trusted, groups

    def check(self, correction, name, loss):
        """Say so if it is nothing that goes with a correction and a loss."""
        if self.is_named:
            self._check_name()
        elif not self.is_estimated:
            self._check_matrix()
        if loss is not cross_entropy:
            self._check_loss(correction, name)
        if self.is_learned and name != "forward":
            raise ValueError(
                f"transition={self.transition!r} learns T by forward correction:"
                f" correction={name!r} doesn't go with it."
            )
        if self.trusted is not None:
            self._check_trusted(correction, name)

    def learning(self):
        """Return the objective that learns the matrix."""
        kind, given = LEARNED[self.transition], self.given
        arguments = {"given": given, "facts": self.facts, "part": "transition"}
        return kind(**choose_arguments(kind, **arguments))

    def matrix(self, posterior):
        """Return the matrix that is given, or that an estimator finds.

        `posterior` is a function that gives the probabilities of given labels, at some
        cost.
        """
        if not self.is_estimated:
            return check_transition(self.transition, classes=self.classes)
        given, known = dict(self.given), {"labels": self.labels.numpy()}
        if self.transition == "hoc":
            known["features"] = self._features_for_hoc(given, posterior)
        else:
            known["pred_probs"] = posterior()
        if not self.is_named:
            known["features"] = standardized(self.facts)
        if self.trusted is not None:
            trusted = self.trusted.numpy()
            if self.is_named and self.transition != "gold":  # T is that of the others
                known = {name: values[~trusted] for name, values in known.items()}
            else:
                known |= {"trusted": trusted, "true_labels": known["labels"]}
        with nullcontext() if self.is_named else lent():  # the user's own may draw
            found = estimate_transition(self.transition, **known, **given)
        return check_transition(found, classes=self.classes)

    def _features_for_hoc(self, given, posterior):
        """Return what "hoc" looks for neighbors in; that is no parameter of its own."""
        representation = given.pop("representation", "features")
        known = ("features", "network")
        check_choice(representation, known, "transition__representation")
        if representation == "features":
            return standardized(self.facts)
        return np.log(posterior().clip(min=1e-6))

    def _check_name(self):
        lookup(
            self.transition,
            {**TRANSITIONS, **LEARNED},
            parameter="transition",
            kind="an estimate",
            otherwise="a matrix, or a function that returns one",
        )
        if self.transition == "gold" and self.trusted is None:
            raise ValueError(
                "transition='gold' counts on labels that are known to be right: say"
                " which, with fit(X, y, trusted=mask)."
            )

    def _check_matrix(self):
        check_transition(self.transition, classes=self.classes)
        if self.given:
            raise ValueError(
                f"{', '.join(f'transition__{name}' for name in self.given)} can't"
                " change a matrix that is given: leave it out."
            )

    def _check_loss(self, correction, name):
        if self.is_learned:
            raise ValueError(
                f"transition={self.transition!r} learns T by cross entropy: leave"
                " loss='ce', or choose an estimate of T, such as 'likelihood'."
            )
        if correction.instead is not None:
            raise ValueError(
                f"correction={name!r} is one of cross entropy: leave loss='ce', or"
                f" choose correction={correction.instead!r}, which goes with any loss."
            )

    def _check_trusted(self, correction, name):
        if self.is_learned:
            raise ValueError(
                f"transition={self.transition!r} has no use for trusted labels: leave"
                " them out, or choose transition='gold', which counts on them."
            )
        if not correction.needs_matrix:
            raise ValueError(
                f"correction={name!r} has no use for trusted labels, as it needs no"
                " transition matrix: leave them out, or choose another correction, such"
                " as 'forward'."
            )
        if not self.is_named or self.transition == "gold":
            return
        counts = self.n_of_each()
        if not counts.all():
            classes = self.classes[counts == 0].tolist()
            raise ValueError(
                f"Every label of the classes {str(classes)[1:-1]} is trusted, and"
                f" transition={self.transition!r} estimates from the others how labels"
                " go wrong: trust fewer, or pass transition='gold' or the matrix."
            )

    def n_of_each(self):
        """Return how many labels of each class there are that nobody trusts."""
        labels = self.labels if self.trusted is None else self.labels[~self.trusted]
        return torch.bincount(labels, minlength=len(self.classes)).numpy()


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
