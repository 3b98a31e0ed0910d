"""What undoes label noise after the network, as modules; NumPy's twins are elsewhere.

ONNX solves no systems of equations, so that these don't either. They compute in double
precision.
"""

import numpy as np
import torch
from torch import nn
from torch._higher_order_ops.while_loop import while_loop

from sknoisy._simplex import RIDGE
from sknoisy.classifiers import Correction, Method
from sknoisy.objectives import CORRECTIONS

LEAST = 1e-12  # what rounding may take a share below zero
# steps a class: random matrices of up to 100 classes took at most 1.7
MOST_STEPS, TRACED_STEPS = 20, 2


class NearestTruth(nn.Module):
    """Find the distribution over true labels that given ones most likely come from.

    It minimizes ``|Tᵀq − p|`` over the simplex. Where all classes are free, that is a
    product with a matrix; then, class by class, the lowest share below zero is set to
    zero, or let free again where its multiplier is below zero, by exchanging the two in
    a table of each row (a principal pivot), until there is none.
    """

    def __init__(self, transition):
        super().__init__()
        self.n_classes = n_classes = len(transition)
        ones = np.ones((n_classes, 1))
        gram = transition @ transition.T + RIDGE * np.eye(n_classes)
        inverse = np.linalg.inv(np.block([[gram, ones], [ones.T, np.zeros((1, 1))]]))
        table = inverse[:n_classes, :n_classes]
        # less the identity, which is what the update of a pivot's own row lacks
        self.register_buffer("table", torch.from_numpy(table - np.eye(n_classes)))
        self.register_buffer("linear", torch.from_numpy(transition.T @ table))
        constant = inverse[n_classes, :n_classes].copy()
        self.register_buffer("constant", torch.from_numpy(constant))
        self.register_buffer("places", torch.arange(n_classes).unsqueeze(1))

    def forward(self, proba):
        """Return probabilities of true labels, (n, n_classes)."""
        values = (proba.double() @ self.linear + self.constant).unsqueeze(2)
        table = self.table.unsqueeze(0).expand(values.shape[0], -1, -1)
        # the last column: of each class its share or its multiplier, the other is zero
        table = torch.cat([table, values], dim=2)
        is_share = torch.ones_like(values, dtype=torch.bool)
        table, is_share = self._pivoted(table, is_share)
        shares = torch.where(is_share, table[:, :, -1:], 0.0).clamp(min=0).squeeze(2)
        return (shares / shares.sum(dim=1, keepdim=True)).to(proba.dtype)

    def _pivoted(self, table, is_share):
        if torch.compiler.is_compiling():  # a graph needs its loop to be told
            done = torch.zeros((), dtype=torch.int64, device=table.device)
            return while_loop(self._goes_on, self._step, (done, table, is_share))[1:]
        is_traced = torch.jit.is_tracing()  # a trace has no loop but a fixed one
        for _ in range((TRACED_STEPS if is_traced else MOST_STEPS) * self.n_classes):
            if not is_traced and not (table[:, :, -1] < -LEAST).any():
                break
            _, table, is_share = self._step(0, table, is_share)
        return table, is_share

    def _goes_on(self, done, table, is_share):
        is_wrong = (table[:, :, -1] < -LEAST).any()
        return is_wrong & (done < MOST_STEPS * self.n_classes)

    def _step(self, done, table, is_share):
        lowest, place = table[:, :, -1:].min(dim=1, keepdim=True)
        change = (self.places == place) & (lowest < -LEAST)  # one class, or none
        is_share = is_share ^ change
        change = change.to(table.dtype)
        column = table[:, :, :-1] @ change
        row = change.transpose(1, 2) @ table
        pivot = 1 + (column * change).sum(dim=1, keepdim=True)
        return done + 1, table - ((column + 2 * change) / pivot) @ row, is_share


class PriorRatio(nn.Module):
    """Divide probabilities by how frequent each given label is."""

    def __init__(self, prior):
        super().__init__()
        there = prior > 0  # a label that is never given can't be ranked: it comes last
        factor = np.divide(1.0, prior, out=np.zeros_like(prior), where=there)
        self.register_buffer("factor", torch.from_numpy(factor))

    def forward(self, proba):
        """Return probabilities, (n, n_classes)."""
        doubled = proba.double()
        ratio = doubled * self.factor
        total = ratio.sum(dim=1, keepdim=True)
        ratio = torch.where(total > 0, ratio / total, doubled)
        return ratio.to(proba.dtype)


# one for each way to undo noise that a correction has
UNDO = {
    CORRECTIONS["posterior"].undo: lambda clf: NearestTruth(clf.transition_matrix_),
    CORRECTIONS["prior_ratio"].undo: lambda clf: PriorRatio(clf.prior_),
}


def undoing(classifier):
    """Return what the method of a fitted classifier does to probabilities, or None."""
    method = getattr(classifier, "_learned_by", None)
    if method is None or type(method).undo is Method.undo:
        return None
    if isinstance(method, Correction) and method.kind.undo is None:
        return None
    if isinstance(method, Correction) and method.kind.undo in UNDO:
        return UNDO[method.kind.undo](classifier)
    raise ValueError(
        f"The method {type(method).__name__} changes probabilities after the network,"
        " in a way that sknoisy.export doesn't know: export"
        f" {type(classifier).__name__}.networks_ and change them yourself."
    )
