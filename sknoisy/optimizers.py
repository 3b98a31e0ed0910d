"""Optimizers that torch doesn't have."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from sknoisy._ranges import check_range

__all__ = ["SAM"]


class SAM(torch.optim.Optimizer):
    r"""Sharpness-aware minimization: seek parameters whose neighborhood is good, too.

    Each step climbs first, along the gradient g, to :math:`w + \rho\, g / \|g\|`, and
    hands the gradient found there to another optimizer, which steps from w [1]_. It
    takes two passes, and so twice the time or more. Under label noise it keeps a
    network longer in the phase where clean labels are learned and wrong ones aren't
    yet; its gain is greatest with training that ends in that phase [2]_.

    Parameters
    ----------
    params : iterable
        Parameters, or groups of them.

    base : torch.optim class, default=torch.optim.AdamW
        What takes the step. The paper uses SGD with momentum.

    rho : float in (0, inf), default=0.05
        How far to climb: the length of the way, over all parameters together. 0.05 to
        0.1 are usual.

    lr, weight_decay : float, default=None
        Handed to `base`; None leaves it its own default.

    fused : bool, default=None
        The same. Estimators set it where `base` is one of torch's that can.

    **options : dict
        Further parameters of `base`, e.g. ``momentum=0.9``.

    See Also
    --------
    sknoisy.NoisyLabelClassifier : Takes it as ``optimizer="sam"``.

    Notes
    -----
    `step` needs a function that computes the loss anew, and so an estimator trains in
    skorch's own loop, without the fast path. That function runs twice a step: batch
    normalization updates its statistics in both passes (the authors' code does in the
    first one only), dropout draws anew for each, and an objective with a memory of
    samples, such as methods "elr" or "sop", updates it twice.

    References
    ----------
    .. [1] Foret et al., "Sharpness-Aware Minimization for Efficiently Improving
       Generalization", ICLR 2021.
    .. [2] Baek, Kolter and Raghunathan, "Why is SAM Robust to Label Noise?", ICLR 2024.

    Examples
    --------
    >>> import torch
    >>> from sknoisy.optimizers import SAM
    >>> w = torch.nn.Parameter(torch.tensor([3.0]))
    >>> sam = SAM([w], base=torch.optim.SGD, lr=0.1, rho=0.5)
    >>> def loss_and_gradient():
    ...     sam.zero_grad()
    ...     loss = (w**2).sum()
    ...     loss.backward()
    ...     return loss
    >>> sam.step(loss_and_gradient).item()
    9.0
    >>> round(w.item(), 4)  # 3.0 less 0.1 times the gradient at 3.5
    2.3
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        base: Callable[..., torch.optim.Optimizer] = torch.optim.AdamW,
        *,
        rho: float = 0.05,
        lr: float | None = None,
        weight_decay: float | None = None,
        fused: bool | None = None,
        **options: Any,
    ) -> None:
        check_range("(0, inf)", rho=rho)
        own = {"lr": lr, "weight_decay": weight_decay, "fused": fused}
        given = {name: value for name, value in own.items() if value is not None}
        self.base = base(params, **given, **options)
        super().__init__(self.base.param_groups, {**self.base.defaults, "rho": rho})
        self._share()

    @torch.no_grad()
    def step(self, closure: Callable[..., Any]) -> Tensor:
        """Take one step; `closure` zeroes gradients, computes them and the loss.

        Parameters
        ----------
        closure : callable
            Without arguments. It is called twice.

        Returns
        -------
        loss : Tensor
            What the first call returned.
        """
        closure = torch.enable_grad()(closure)
        loss = closure()
        starts = self._climb()
        closure()
        for parameter, start in starts:
            parameter.copy_(start)
        self.base.step()
        return loss

    def _climb(self):
        """Go up by rho; return each parameter with the place where it was."""
        moved = [
            (parameter, group["rho"])
            for group in self.param_groups
            for parameter in group["params"]
            if parameter.grad is not None
        ]
        norms = [torch.linalg.vector_norm(p.grad) for p, _ in moved]
        length = torch.linalg.vector_norm(torch.stack(norms)) if norms else 0.0
        starts = [(parameter, parameter.clone()) for parameter, _ in moved]
        for parameter, rho in moved:
            parameter.add_(parameter.grad * (rho / (length + 1e-12)))
        return starts

    def _share(self):
        # one state and one list of groups: a schedule that sets a rate here, and
        # state_dict, which saves from here, mean the base's
        self.base.param_groups, self.base.state = self.param_groups, self.state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` gave."""
        super().load_state_dict(state_dict)
        self._share()

    def __getstate__(self):
        return {**super().__getstate__(), "base": self.base}

    def __setstate__(self, state):
        super().__setstate__(state)
        self._share()
