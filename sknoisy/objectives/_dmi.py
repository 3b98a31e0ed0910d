"""Make predictions and labels share information, as a determinant measures it."""

import torch
import torch.nn.functional as F
from torch import Tensor

from sknoisy._logits import label_nll
from sknoisy._ranges import check_range
from sknoisy.objectives._memory import WeightedMean
from sknoisy.objectives._scheduled import ScheduledObjective

# squares of singular values below this, of the mean predictions, count for nothing
RIDGE = 1e-8


class DeterminantMutualInformation(ScheduledObjective):
    r"""L_DMI, minus the log determinant of the joint of labels and predictions.

    .. math:: -\frac{1}{c} \log |\det U|, \quad
        U = \frac{1}{n} \sum_i e_{y_i} p_i^\top

    Class-conditional noise multiplies U by the transition matrix, and so adds a
    constant to the logarithm: whatever the matrix, as long as it has an inverse, the
    best network is that of clean labels [1]_. The noise rate need not be known.

    The determinant doesn't know which class is which, so that training starts with
    cross entropy. It belongs to the batch, not to its samples: a batch should hold
    some 25 samples of each class, or its determinant is mostly chance.

    Parameters
    ----------
    n_epochs : int
        How many epochs are planned.

    sample_weight : Tensor of shape (n_samples,), default=None
        Non-negative weights of samples, in the mean and in U.

    warm_up : float in [0, 1), default=0.25
        The share of the training with cross entropy, but never all of its epochs. It
        should end before wrong labels are memorized: what is left doesn't make them
        forgotten.

    See Also
    --------
    PeerLoss : Also free of noise rates, and a sum over samples.

    Notes
    -----
    Differences from [1]_ and its authors' code. The logarithm is that of a determinant
    in double precision, where the code adds 1e-3 to the determinant. Of U as above that
    would be all there is: with ten classes its determinant is below 1e-10. The code for
    ten classes doesn't divide by n, which makes the determinant n to the tenth times
    larger and 1e-3 nothing beside it; that for two classes divides. Classes that a
    batch lacks leave the determinant of what is there: with M the mean prediction of
    each class at hand and n_k their numbers, :math:`\frac12 \log\det(M M^\top) + \sum_k
    \log (n_k / n)`, which is :math:`\log|\det U|` if none is missing. The value is
    divided by the number of classes, to be of the size of cross entropy; the authors
    instead lower the learning rate to 1e-6 and choose the best epoch by held-out noisy
    labels.

    References
    ----------
    .. [1] Xu et al., "L_DMI: A Novel Information-theoretic Loss Function for Training
       Deep Nets Robust to Label Noise", NeurIPS 2019.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.objectives import DeterminantMutualInformation
    >>> dmi = DeterminantMutualInformation(n_epochs=10, warm_up=0.0)
    >>> labels, index = torch.tensor([0, 0, 1, 1]), torch.arange(4)
    >>> logits = torch.tensor([[3.0, 0.0], [2.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    >>> loss = dmi.compute(logits.unsqueeze(1), labels, index)
    >>> swapped = dmi.compute(logits.flip(1).unsqueeze(1), labels, index)
    >>> round(float(loss), 3), round(float(swapped), 3)
    (1.131, 1.131)
    """

    takes_sample_weight = True
    made_for = ()  # no loss of single samples at all

    def __init__(
        self,
        n_epochs: int,
        sample_weight: Tensor | None = None,
        *,
        warm_up: float = 0.25,
    ) -> None:
        super().__init__(n_epochs)
        check_range("[0, 1)", warm_up=warm_up)
        self.warm_up = min(warm_up, (n_epochs - 1) / n_epochs)
        self.warm_up_epochs = self.warm_up * n_epochs
        self.mean = WeightedMean(sample_weight)

    def compute(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """Return the scalar; logits have shape (n_batch, 1, n_classes)."""
        logits = logits[:, 0]
        if self.progress < self.warm_up:
            return self.mean(label_nll(logits, labels), index)
        given = F.one_hot(labels, logits.shape[1]).double()
        if self.mean.sample_weight is not None:
            given = given * self.mean.sample_weight[index].unsqueeze(1)
        information = log_determinant(given, logits.double().softmax(dim=-1))
        return -information.to(logits.dtype) / logits.shape[1]


def log_determinant(given, p):
    """Return log |det| of the mean of e_y p^T, over the classes that are there.

    `given` holds weights of samples in the columns of their labels, (n, n_classes).
    """
    totals = given.sum(dim=0)
    absent = totals == 0
    means = given.T @ p / totals.where(~absent, 1).unsqueeze(1)
    gram = means @ means.T + torch.diag(absent + RIDGE)
    shares = (totals / totals.sum()).where(~absent, 1)
    return torch.linalg.slogdet(gram).logabsdet / 2 + shares.log().sum()
