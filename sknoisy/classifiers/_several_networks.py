"""Who predicts, where several networks were trained."""

import numbers

from sknoisy._shown import shown


def speaker(predict_with, networks, objective):
    """Return the place of the network that predicts, or None for the mean over all."""
    if isinstance(predict_with, str) and predict_with == "auto":
        return objective.speaker
    if isinstance(predict_with, str) and predict_with == "mean":
        return None
    whole = isinstance(predict_with, numbers.Integral)
    whole = whole and not isinstance(predict_with, bool)
    if not whole or not 0 <= predict_with < len(networks):
        raise ValueError(
            f"predict_with={shown(predict_with)} must be 'mean' or the number of a"
            f" network, from 0 to {len(networks) - 1}; or 'auto'."
        )
    return int(predict_with)
