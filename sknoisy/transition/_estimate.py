"""One door to all estimates of a transition matrix."""

import inspect
from typing import Any

import numpy as np

from sknoisy._data_types import ArrayLike, MatrixLike
from sknoisy._params import choose_arguments
from sknoisy._registry import lookup
from sknoisy.transition._anchor import anchor_transition
from sknoisy.transition._confident_joint import confident_joint_transition
from sknoisy.transition._counts import counts_transition
from sknoisy.transition._dual_t import dual_t_transition
from sknoisy.transition._gold import gold_transition
from sknoisy.transition._hoc import hoc_transition
from sknoisy.transition._likelihood import likelihood_transition

__all__ = ["TRANSITIONS", "estimate_transition"]

TRANSITIONS = {
    "anchor": anchor_transition,
    "confident_joint": confident_joint_transition,
    "counts": counts_transition,
    "dual_t": dual_t_transition,
    "gold": gold_transition,
    "hoc": hoc_transition,
    "likelihood": likelihood_transition,
}


def estimate_transition(
    method: str = "likelihood",
    *,
    labels: ArrayLike | None = None,
    pred_probs: ArrayLike | None = None,
    features: MatrixLike | None = None,
    true_labels: ArrayLike | None = None,
    trusted: ArrayLike | None = None,
    **parameters: Any,
) -> np.ndarray:
    """Transition matrix, by a method of that name.

    Parameters
    ----------
    method : str or callable, default="likelihood"
        A name from `TRANSITIONS`, or a function of one's own that takes what it needs
        by these names and returns a matrix.

    labels : array-like of shape (n_samples,), default=None
        Given labels as codes 0…n_classes−1. All methods but "anchor" and "gold" need
        them.

    pred_probs : array-like of shape (n_samples, n_classes), default=None
        Class probabilities from a model that learned from the given labels but did not
        see this sample's. All methods but "hoc" need them.

    features : {array-like, sparse matrix} of shape (n_samples, n_features), \
            default=None
        Features, for "hoc".

    true_labels : array-like of shape (n_samples,), default=None
        True labels of the trusted samples, for "gold".

    trusted : array-like of bool of shape (n_samples,), default=None
        Which samples have a true label, for "gold".

    **parameters : dict
        Parameters of the method.

    Returns
    -------
    transition : ndarray of shape (n_classes, n_classes)
        ``transition[i, j]`` is P(given label = j | true label = i).

    Raises
    ------
    ValueError
        If the method isn't known, doesn't take a parameter, or needs something that
        isn't given.

    See Also
    --------
    likelihood_transition : The default.

    Examples
    --------
    >>> from sknoisy.transition import estimate_transition
    >>> pred_probs = [[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7]]
    >>> labels = [0, 0, 1, 1]
    >>> estimate_transition("counts", labels=labels, pred_probs=pred_probs).round(2)
    array([[0.67, 0.33],
           [0.  , 1.  ]])
    """
    function = (
        method
        if callable(method)
        else lookup(
            method,
            TRANSITIONS,
            parameter="method",
            kind="an estimate",
            otherwise="a function that returns a matrix",
        )
    )
    known = {
        "labels": labels,
        "pred_probs": pred_probs,
        "features": features,
        "true_labels": true_labels,
        "trusted": trusted,
    }
    facts = {name: value for name, value in known.items() if value is not None}
    arguments = choose_arguments(
        function, given=parameters, facts=facts, part=None, complete=False
    )
    _check_complete(function, arguments, method)
    return function(**arguments)


def _check_complete(function, arguments, method):
    missing = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        and name not in arguments
    ]
    if missing:
        raise ValueError(
            f"method={method!r} needs {' and '.join(missing)}, which"
            f" {'is' if len(missing) == 1 else 'are'} not given. It gets"
            f" {' and '.join(arguments) or 'nothing'}."
        )
