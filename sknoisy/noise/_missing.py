"""Labels that go missing: what semi-supervised learning starts from."""

from sknoisy._checks import check_rate
from sknoisy._data_types import Label, Seed
from sknoisy.noise._base import BlindNoise, FitResample
from sknoisy.noise._draws import draw_mask
from sknoisy.noise._labels import check_mark, read_marked, with_mark

__all__ = ["MissingLabelNoise"]


class MissingLabelNoise(FitResample, BlindNoise):
    """Replace labels by a mark that says there is none.

    Parameters
    ----------
    rate : float in [0, 1], default=0.2
        Chance that a label goes missing, whatever its class.

    unlabeled : label, None or nan, default=-1
        What stands for a missing label; -1 is what ``sklearn.semi_supervised``
        expects. Where the type of the labels can't hold it, they become floats
        (integers and nan) or objects (strings and -1, bools and -1, None). What `y`
        marks so already, or by None or NaN, stays as it is.

    exact : bool, default=False
        Whether exactly ``rate * n`` of the n labels of each class go missing (to the
        nearest whole number). By default each goes on its own.

    random_state : int, RandomState instance or None, default=None
        An int makes every call give the same labels. None takes fresh entropy;
        numpy's global generator is never touched.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted.

    noise_mask_ : ndarray of shape (n_samples,)
        Which labels of the last `y` went missing.

    realized_rate_ : float
        Their share.

    n_features_in_ : int
        Number of features seen in fit, where there were any.

    See Also
    --------
    AnnotatorNoise : Several labels a sample, some missing.
    sklearn.semi_supervised.SelfTrainingClassifier : Learns from such labels.

    Examples
    --------
    >>> from sknoisy.noise import MissingLabelNoise
    >>> noise = MissingLabelNoise(rate=0.5, exact=True, random_state=0)
    >>> sorted(noise.fit_corrupt([3, 3, 5, 5]))
    [-1, -1, 3, 5]
    """

    def __init__(
        self,
        rate: float = 0.2,
        *,
        unlabeled: Label = -1,
        exact: bool = False,
        random_state: Seed = None,
    ) -> None:
        self.rate = rate
        self.unlabeled = unlabeled
        self.exact = exact
        self.random_state = random_state

    def _read(self, y):
        return read_marked(y, self.unlabeled)

    def _learn(self, X, codes):
        if check_rate(self.rate):
            check_mark(self.unlabeled, self.classes_)

    def _spoil(self, codes, seen, rng):
        gone = draw_mask(codes, self.rate, rng, exact=self.exact)
        self._remember(gone)
        labels = self.classes_[codes]
        return with_mark(labels, gone, self.unlabeled) if gone.any() else labels
