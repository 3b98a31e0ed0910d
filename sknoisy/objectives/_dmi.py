"""Make predictions and labels share information, measured by a determinant."""

import torch
import torch.nn.functional as F

from sknoisy.losses._probability import label_nll
from sknoisy.losses._ranges import check_range
from sknoisy.objectives._scheduled import ScheduledObjective


class DeterminantMutualInformation(ScheduledObjective):
    def __init__(self, n_epochs, *, warm_up=0.5):
        super().__init__(n_epochs)
        check_range("[0, 1]", warm_up=warm_up)
        self.warm_up = warm_up

    def compute(self, logits, labels, index):
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        logits = logits[:, 0]
        if self.progress < self.warm_up:
            return label_nll(logits, labels).mean()
        p = logits.double().softmax(dim=-1)
        information = log_determinant(p, labels)
        return -information.to(logits.dtype) / logits.shape[1]


RIDGE = 1e-12


def log_determinant(p, labels):
    n_samples, n_classes = p.shape
    given = F.one_hot(labels, n_classes).to(p.dtype)
    counts = given.sum(dim=0)
    absent = counts == 0
    means = given.T @ p / counts.clamp_min(1).unsqueeze(1)
    gram = means @ means.T + torch.diag(absent + RIDGE)
    shares = (counts / n_samples).where(~absent, 1)
    return torch.linalg.slogdet(gram).logabsdet / 2 + shares.log().sum()
