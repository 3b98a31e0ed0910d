"""Who predicts, where several networks were trained."""

import numbers

from sklearn.utils.validation import check_is_fitted


class SeveralNetworks:
    """Mixin: `predict_with` says whether one network predicts, or all together.

    A class calls ``check_predict_with(self.predict_with, n_networks)`` where it checks
    its parameters.
    """

    @property
    def networks_(self):
        """The trained networks."""
        check_is_fitted(self, "net_")
        return list(self.net_.module_)

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
            f"predict_with={predict_with!r} must be 'mean' or the number of a network,"
            f" from 0 to {n_networks - 1}."
        )
    return int(predict_with)
