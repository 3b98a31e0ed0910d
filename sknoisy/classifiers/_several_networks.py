"""Who predicts, where several networks were trained."""

import numbers

from sknoisy._shown import shown


class SeveralNetworks:
    """Mixin: `predict_with` says whether one network predicts, or all together.

    A class calls ``check_predict_with(self.predict_with, n_networks)`` where it checks
    its parameters.
    """

    def _speaker(self):
        return check_predict_with(self.predict_with, len(self.net_.module_))


def check_predict_with(predict_with, n_networks):
    """Return the place of the network that predicts, or None for the mean over all."""
    if isinstance(predict_with, str) and predict_with == "mean":
        return None
    whole = isinstance(predict_with, numbers.Integral)
    whole = whole and not isinstance(predict_with, bool)
    if not whole or not 0 <= predict_with < n_networks:
        raise ValueError(
            f"predict_with={shown(predict_with)} must be 'mean' or the number of a"
            f" network, from 0 to {n_networks - 1}."
        )
    return int(predict_with)
