"""Learn from what is hard, but not from what is hardest."""

import copy

from sknoisy.losses import get_loss
from sknoisy.losses._ranges import check_range
from sknoisy.objectives._base import Objective


class OnlineHardExampleMining(Objective):
    def __init__(self, *, loss="ce", keep=0.5, drop=0.25):
        super().__init__()
        check_range("(0, 1]", keep=keep)
        check_range("[0, 1)", drop=drop)
        self.loss = copy.deepcopy(get_loss(loss))
        self.keep = keep
        self.drop = drop

    def compute(self, logits, labels, index):
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        losses = self.loss(logits[:, 0], labels)
        n_drop = int(self.drop * len(losses))
        n_keep = min(max(1, round(self.keep * len(losses))), len(losses) - n_drop)
        return losses.topk(n_drop + n_keep).values[n_drop:].mean()
