"""Several noisy labels a sample, as a crowd of annotators gives them."""

from collections.abc import Sequence

import numpy as np

from sknoisy._checks import check_rate, check_transition
from sknoisy._data_types import ArrayLike, Label, Seed
from sknoisy._shown import shown
from sknoisy._unlabeled import spread
from sknoisy.noise._base import BlindNoise
from sknoisy.noise._draws import draw_given_class
from sknoisy.noise._labels import check_mark, read_marked, with_mark
from sknoisy.noise._matrices import symmetric_transition

__all__ = ["AnnotatorNoise"]


class AnnotatorNoise(BlindNoise):
    """Let several annotators label each sample, each with errors of their own.

    Annotators err independently of each other, given the true class.

    Parameters
    ----------
    annotators : sequence of float or matrix, default=(0.2, 0.2, 0.2)
        One entry for each annotator: the rate of symmetric noise, or a transition
        matrix of shape (n_classes, n_classes) whose row i holds P(given label | true
        label i). An array of shape (n_annotators, n_classes, n_classes) serves, too.

    missing_rate : float in [0, 1), default=0.0
        Chance that an annotator skips a sample. One vote stays where chance would
        take them all, so that no sample goes without a label.

    unlabeled : label, None or nan, default=-1
        What stands for a vote that wasn't given. Where the type of the labels can't
        hold it, the votes are of dtype object. Where `y` has no true label, marked so
        or by None or NaN, nobody votes.

    exact : bool, default=False
        Whether each annotator's counts follow their matrix exactly (before votes go
        missing). By default each label is drawn on its own.

    random_state : int, RandomState instance or None, default=None
        An int makes every call give the same labels. None takes fresh entropy;
        numpy's global generator is never touched.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted.

    transition_matrix_ : ndarray of shape (n_annotators, n_classes, n_classes)
        P(given label | true label) of each annotator.

    missing_mask_ : ndarray of shape (n_samples, n_annotators)
        Which votes of the last `y` weren't given.

    noise_mask_ : ndarray of shape (n_samples, n_annotators)
        Which votes of the last `y` were given, and wrong.

    realized_rate_ : float
        The share of wrong votes among those given.

    n_features_in_ : int
        Number of features seen in fit, where there were any.

    See Also
    --------
    ClassConditionalNoise : One label a sample from a matrix.

    Notes
    -----
    ``corrupt`` and ``fit_corrupt`` return an array of shape (n_samples,
    n_annotators), whatever the container of `y`. As this is not one label a sample,
    there is no ``fit_resample``.

    References
    ----------
    .. [1] Dawid & Skene, "Maximum Likelihood Estimation of Observer Error-Rates
       Using the EM Algorithm", Applied Statistics 28(1), 1979.

    Examples
    --------
    >>> from sknoisy.noise import AnnotatorNoise
    >>> AnnotatorNoise(annotators=[0.0, 1.0]).fit_corrupt(["no", "yes", "no"])
    array([['no', 'yes'],
           ['yes', 'no'],
           ['no', 'yes']], dtype='<U3')
    """

    def __init__(
        self,
        annotators: Sequence[float | ArrayLike] | np.ndarray = (0.2, 0.2, 0.2),
        *,
        missing_rate: float = 0.0,
        unlabeled: Label = -1,
        exact: bool = False,
        random_state: Seed = None,
    ) -> None:
        self.annotators = annotators
        self.missing_rate = missing_rate
        self.unlabeled = unlabeled
        self.exact = exact
        self.random_state = random_state

    def _read(self, y):
        return read_marked(y, self.unlabeled)

    def _learn(self, X, codes):
        self._check_another_class()
        if check_rate(self.missing_rate, "missing_rate", below_one=True):
            check_mark(self.unlabeled, self.classes_)
        if isinstance(self.annotators, str) or not hasattr(self.annotators, "__len__"):
            raise TypeError(
                f"annotators={shown(self.annotators)} is no list: give a rate or matrix"
                " for each one, such as (0.2, 0.3)."
            )
        if not len(self.annotators):
            raise ValueError("annotators is empty: give a rate or matrix for each one.")
        self.transition_matrix_ = np.stack(
            [as_transition(one, self.classes_) for one in self.annotators]
        )

    def _spoil(self, codes, seen, rng):
        drawn = np.column_stack(
            [
                draw_given_class(codes, transition, rng, exact=self.exact)
                for transition in self.transition_matrix_
            ]
        )
        missing = draw_missing(drawn.shape, self.missing_rate, rng)
        self.missing_mask_ = missing
        self._remember((drawn != codes[:, None]) & ~missing, n_given=(~missing).sum())
        votes = self.classes_[drawn]
        return with_mark(votes, missing, self.unlabeled) if missing.any() else votes

    def _align(self, votes, given, codes):
        labeled = codes >= 0
        every = np.empty((len(codes), votes.shape[1]), dtype=votes.dtype)
        every[labeled] = votes
        self.noise_mask_ = spread(self.noise_mask_, labeled)
        self.missing_mask_ = spread(self.missing_mask_, labeled)
        self.missing_mask_[~labeled] = True
        return with_mark(every, ~labeled, self.unlabeled)


def as_transition(annotator, classes):
    """Return an annotator's matrix, which a rate stands for as well."""
    if np.ndim(annotator) == 0:
        return symmetric_transition(len(classes), check_rate(annotator, "annotators"))
    return check_transition(annotator, classes=classes)


def draw_missing(shape, rate, rng):
    """Choose which votes are missing: never all of a sample's."""
    missing = rng.random_sample(shape) < rate
    (alone,) = np.nonzero(missing.all(axis=1))
    missing[alone, rng.randint(shape[1], size=len(alone))] = False
    return missing
