"""Loss functions: ``(logits, labels) -> (n_samples,)``, pure and never reduced.

Each takes logits of shape (n_samples, n_classes), labels as codes of shape
(n_samples,) and its hyper-parameters by keyword, and gives one value a sample. It
works in float32 and float64 on any device. A function of your own with the same
first two arguments is as good as these wherever a loss is asked for.

Hyper-parameters with a default are the authors' for ten image classes, where they
published such, and are reached from an estimator as ``loss__q`` and so on.
"""

from collections.abc import Callable
from inspect import signature

from torch import Tensor

from sknoisy._doors import translated
from sknoisy._elsewhere import not_here
from sknoisy._registry import lookup
from sknoisy._shown import shown
from sknoisy._types import Loss
from sknoisy.losses._active_asymmetric import (
    joint_asymmetric_loss,
    nce_and_ael,
    nce_and_agce,
    nce_and_aul,
)
from sknoisy.losses._active_passive import (
    active_negative_loss,
    nce_and_mae,
    nce_and_rce,
    nfl_and_mae,
    nfl_and_rce,
)
from sknoisy.losses._asymmetric import (
    asymmetric_exponential_loss,
    asymmetric_generalized_cross_entropy,
    asymmetric_mean_square_error,
    asymmetric_unhinged_loss,
)
from sknoisy.losses._bounded import (
    mean_absolute_error,
    reverse_cross_entropy,
    shifted_mean_absolute_error,
    symmetric_cross_entropy,
)
from sknoisy.losses._corrected import (
    backward_correction,
    forward_correction,
    importance_reweighting,
    logit_adjustment,
)
from sknoisy.losses._interpolated import generalized_cross_entropy, jensen_shannon
from sknoisy.losses._likelihood import (
    cross_entropy,
    focal_loss,
    taylor_cross_entropy,
)
from sknoisy.losses._normalized import (
    normalized_cross_entropy,
    normalized_focal_loss,
    normalized_negative_cross_entropy,
)
from sknoisy.losses._per_class import loss_per_class
from sknoisy.losses._smoothed import (
    hard_bootstrapping,
    label_smoothing,
    soft_bootstrapping,
)
from sknoisy.losses._squeezed import (
    clip_logits,
    clipped_cross_entropy,
    clipped_generalized_cross_entropy,
    epsilon_softmax_loss,
)
from sknoisy.losses._tempered import bi_tempered_logistic_loss

LOSSES = {
    "ael": asymmetric_exponential_loss,
    "agce": asymmetric_generalized_cross_entropy,
    "amse": asymmetric_mean_square_error,
    "anl": active_negative_loss,
    "aul": asymmetric_unhinged_loss,
    "bi_tempered": bi_tempered_logistic_loss,
    "bootstrap_hard": hard_bootstrapping,
    "bootstrap_soft": soft_bootstrapping,
    "ce": cross_entropy,
    "clipped_ce": clipped_cross_entropy,
    "clipped_gce": clipped_generalized_cross_entropy,
    "eps_softmax": epsilon_softmax_loss,
    "focal": focal_loss,
    "gce": generalized_cross_entropy,
    "jal": joint_asymmetric_loss,
    "js": jensen_shannon,
    "label_smoothing": label_smoothing,
    "mae": mean_absolute_error,
    "mae_shift": shifted_mean_absolute_error,
    "nce": normalized_cross_entropy,
    "nce_ael": nce_and_ael,
    "nce_agce": nce_and_agce,
    "nce_aul": nce_and_aul,
    "nce_mae": nce_and_mae,
    "nce_rce": nce_and_rce,
    "nfl": normalized_focal_loss,
    "nfl_mae": nfl_and_mae,
    "nfl_rce": nfl_and_rce,
    "nnce": normalized_negative_cross_entropy,
    "rce": reverse_cross_entropy,
    "sce": symmetric_cross_entropy,
    "taylor": taylor_cross_entropy,
}

__all__ = [
    "LOSSES",
    "active_negative_loss",
    "asymmetric_exponential_loss",
    "asymmetric_generalized_cross_entropy",
    "asymmetric_mean_square_error",
    "asymmetric_unhinged_loss",
    "backward_correction",
    "bi_tempered_logistic_loss",
    "clip_logits",
    "clipped_cross_entropy",
    "clipped_generalized_cross_entropy",
    "cross_entropy",
    "epsilon_softmax_loss",
    "focal_loss",
    "forward_correction",
    "generalized_cross_entropy",
    "get_loss",
    "get_loss_names",
    "hard_bootstrapping",
    "importance_reweighting",
    "jensen_shannon",
    "joint_asymmetric_loss",
    "label_smoothing",
    "logit_adjustment",
    "loss_per_class",
    "mean_absolute_error",
    "nce_and_ael",
    "nce_and_agce",
    "nce_and_aul",
    "nce_and_mae",
    "nce_and_rce",
    "nfl_and_mae",
    "nfl_and_rce",
    "normalized_cross_entropy",
    "normalized_focal_loss",
    "normalized_negative_cross_entropy",
    "reverse_cross_entropy",
    "shifted_mean_absolute_error",
    "soft_bootstrapping",
    "symmetric_cross_entropy",
    "taylor_cross_entropy",
]


def get_loss(loss: Loss) -> Callable[..., Tensor]:
    """Return the loss function that `loss` names; a callable is returned as is.

    Parameters
    ----------
    loss : str or callable
        A name of :data:`LOSSES`, or a function (logits, labels) -> (n_samples,). A
        class of torch's, such as ``torch.nn.CrossEntropyLoss``, is made with
        ``reduction="none"``.

    Returns
    -------
    loss : callable
        The function.

    Raises
    ------
    ValueError
        If no loss has that name; the message lists the names there are.

    TypeError
        If it is a class, and none of torch's that can do without reducing.

    See Also
    --------
    get_loss_names : The names that are known.

    Examples
    --------
    >>> from sknoisy.losses import get_loss
    >>> get_loss("gce").__name__
    'generalized_cross_entropy'
    """
    if isinstance(loss, type):
        if "reduction" in signature(loss).parameters:  # one of torch's, as for skorch
            return loss(reduction="none")
        raise TypeError(
            f"loss={shown(loss)} is a class: pass an instance, or a function (logits,"
            " labels) -> (n_samples,)."
        )
    if callable(loss):
        return loss
    return lookup(
        loss,
        LOSSES,
        parameter="loss",
        kind="a loss",
        otherwise="a function (logits, labels) -> (n_samples,)",
    )


def get_loss_names() -> list[str]:
    """Return the names of all losses, sorted.

    Returns
    -------
    names : list of str
        What the parameter ``loss`` of an estimator takes.

    See Also
    --------
    get_loss : The function behind a name.

    Examples
    --------
    >>> from sknoisy.losses import get_loss_names
    >>> get_loss_names()[:4]
    ['ael', 'agce', 'amse', 'anl']
    """
    return sorted(LOSSES)


def __getattr__(name):
    """Say what the loss is called that other libraries have as a class: GCELoss."""
    ours = name if name in LOSSES else translated(name, LOSSES)
    told = f"; the loss is get_loss({ours!r}), for estimators loss={ours!r}."
    raise not_here(__name__, name, told if ours else "")
