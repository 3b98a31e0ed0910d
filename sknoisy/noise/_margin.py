"""Noise near the decision boundary: the less sure a label, the likelier its flip."""

from typing import Any, Self

import numpy as np
from scipy.optimize import brentq
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import validate_data

from sknoisy._arrays import numpy_inside
from sknoisy._checks import check_choice, check_rate
from sknoisy._data_types import ArrayLike, Estimator, Folds, Label, MatrixLike, Seed
from sknoisy._features import check_rows
from sknoisy._fingerprint import fingerprint_of_samples
from sknoisy._folds import folds_to_judge_by
from sknoisy._out_of_fold import (
    check_gives_probabilities,
    fitted,
    predict_out_of_fold,
)
from sknoisy._probs import check_probs
from sknoisy._registry import lookup
from sknoisy._tags import tags_of_part
from sknoisy.noise._base import FitResample, LabelNoise, mean_by_class
from sknoisy.noise._draws import LEARN, draw_given_sample, generator

__all__ = ["MARGINS", "MarginNoise"]


def margin_1(gap):
    """Half of 1 − gap²: a coin toss at the boundary."""
    return (1 - gap**2) / 2


def margin_2(gap):
    """1 − gap³: a certain flip at the boundary, and a wide margin."""
    return 1 - gap**3


def margin_3(gap):
    """1 − (gap + gap² + gap³) / 3: a certain flip at the boundary, a narrow margin."""
    return 1 - (gap + gap**2 + gap**3) / 3


PRECOMPUTED = " With estimator='precomputed', X holds class probabilities."
MARGINS = {"I": margin_1, "II": margin_2, "III": margin_3}


class MarginNoise(FitResample, LabelNoise):
    """Flip labels to the runner-up class, more often the closer the race [1]_.

    A sample's label k flips to the class s that is likeliest among the others, with
    probability ``min(1, scale_ * f(gap))``, where gap is p_k − p_s, the lead of the
    label in the class probabilities of an estimator that saw clean labels. The
    factor ``scale_`` is chosen so that the expected share of flips is `rate`.

    Parameters
    ----------
    rate : float in [0, 1], default=0.2
        Expected share of wrong labels among the samples of fit.

    kind : {"I", "II", "III"}, default="I"
        How f falls with the gap: (1 − gap²) / 2, 1 − gap³, or
        1 − (gap + gap² + gap³) / 3.

    estimator : classifier, "precomputed" or None, default=None
        What gives the class probabilities. It is fitted on the true labels, and its
        probabilities for the samples of fit are out of fold. With "precomputed", X
        holds the probabilities themselves, a column for each class in sorted order, or
        a frame with the classes as names of its columns.
        None stands for a logistic regression of scaled features.

    cv : int >= 2, cross-validation generator or iterable, default=5
        Folds. An int is a number of stratified, shuffled ones. There are fewer where a
        class has fewer samples; where one has a single sample, probabilities are not
        out of fold.

    exact : bool, default=False
        Whether as many labels flip as their probabilities add up to (to the nearest
        whole number): exactly ``rate * n`` of the n labels of fit. By default each
        label is drawn on its own.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label keep the mark they have, and are never flipped.

    random_state : int, RandomState instance or None, default=None
        An int makes every call give the same labels, as long as `estimator` does its
        part. None takes fresh entropy; numpy's global generator is never touched.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted.

    estimator_ : classifier
        Fitted on all samples, for the probabilities of samples that come later. Not
        there with "precomputed".

    pred_probs_ : ndarray of shape (n_samples, n_classes)
        Class probabilities of the samples of fit, by which their labels flip; of
        other samples, ``corrupt`` asks `estimator_`.

    scale_ : float
        The factor of f.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        P(given label | true label), averaged over the samples seen in fit.

    noise_mask_ : ndarray of shape (n_samples,)
        Which labels of the last `y` were changed.

    realized_rate_ : float
        Their share.

    n_features_in_ : int
        Number of features seen in fit.

    See Also
    --------
    InstanceDependentNoise : Flips at random rates, to classes picked at random.

    Notes
    -----
    Differences from [1]_ and its authors' code: labels start from the given `y`, not
    from the estimator's most likely class, and a label that isn't the most likely one
    counts as a tie (gap 0); the probabilities are out of fold; the factor multiplies
    the chance to flip and is found by root finding, where theirs divides the chance to
    stay and is turned by hand. Their code treats two classes in another way, by
    formulas of their own and with flips of one class alone; here two classes are no
    exception: both flip, by the f above. Above about half, the runner-up becomes the
    more frequent label near the boundary, and no method can tell them apart without
    further knowledge: [1]_ does go to 70 %.

    References
    ----------
    .. [1] Zhang et al., "Learning with Feature-Dependent Label Noise: A Progressive
       Approach", ICLR 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.noise import MarginNoise
    >>> X, y = load_iris(return_X_y=True)
    >>> noise = MarginNoise(rate=0.2, kind="II", random_state=0).fit(X, y)
    >>> y_noisy = noise.corrupt(y, X)
    >>> noise.transition_matrix_.diagonal().round(1)  # setosa lies apart
    array([0.9, 0.7, 0.8])
    """

    def __init__(
        self,
        rate: float = 0.2,
        *,
        kind: str = "I",
        estimator: Estimator | str | None = None,
        cv: Folds = 5,
        exact: bool = False,
        unlabeled: Label = "auto",
        random_state: Seed = None,
    ) -> None:
        self.rate = rate
        self.kind = kind
        self.estimator = estimator
        self.cv = cv
        self.exact = exact
        self.unlabeled = unlabeled
        self.random_state = random_state

    @numpy_inside()
    def fit(  # type: ignore[override]
        self, X: MatrixLike, y: ArrayLike, *, groups: ArrayLike | None = None
    ) -> Self:
        """Learn the class probabilities of the samples.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features, as `estimator` takes them; or class probabilities.

        y : array-like of shape (n_samples,)
            True labels.

        groups : array-like of shape (n_samples,), default=None
            What belongs together, such as the rows of a patient: the probabilities of
            a sample come from a fit that has seen none of its group.

        Returns
        -------
        self : MarginNoise
            The fitted noise model.
        """
        self._start(X, y, groups=groups)
        return self

    @numpy_inside(returns="y")
    def fit_corrupt(
        self,
        y: ArrayLike,
        X: MatrixLike | None = None,
        *,
        groups: ArrayLike | None = None,
    ) -> Any:
        """Fit to `y` and draw given labels for it.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            True labels.

        X : array-like with n_samples rows
            Features, as `estimator` takes them; or class probabilities.

        groups : array-like of shape (n_samples,), default=None
            As in ``fit``.

        Returns
        -------
        y_noisy : array-like of shape (n_samples,)
            Given labels, some of them wrong, in the container of `y`.
        """
        return self._finish(y, *self._start(X, y, groups=groups))

    def fit_resample(
        self, X: MatrixLike, y: ArrayLike, *, groups: ArrayLike | None = None
    ) -> tuple[Any, Any]:
        """Fit to `X` and `y`, and return `X` as it is with noisy labels.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features, returned as they are.

        y : array-like of shape (n_samples,)
            True labels.

        groups : array-like of shape (n_samples,), default=None
            As in ``fit``.

        Returns
        -------
        X : array-like with n_samples rows
            The very object that was passed.

        y_noisy : array-like of shape (n_samples,)
            Given labels, some of them wrong, in the container of `y`.
        """
        return X, self.fit_corrupt(y, X, groups=groups)

    def _check_X(self, X, reset):
        if X is None:
            raise ValueError(
                "MarginNoise depends on the features: pass X, too, as in"
                " corrupt(y, X). Class probabilities can be passed as X with"
                " estimator='precomputed'."
            )
        check_rows(X, self)
        # the rest is the estimator's to judge: it may want texts, or images
        validate_data(self, X, reset=reset, skip_check_array=True)
        return X

    def _learn(self, X, codes, groups=None):
        self._check_another_class()
        self.pred_probs_ = self._predict_out_of_fold(X, codes, groups)
        self._samples_of_fit = fingerprint_of_samples(X)
        chances = self._margin(codes, self.pred_probs_)
        self.scale_ = calibrate(chances, check_rate(self.rate))
        self.transition_matrix_ = mean_by_class(
            self._flip_rows(codes, self.pred_probs_), codes, len(self.classes_)
        )
        return self.pred_probs_

    def _see(self, X):
        if self._is_precomputed:
            return check_probs(X, name="X", classes=self.classes_, hint=PRECOMPUTED)
        # of its own samples the estimator is far too sure: fewer would flip
        if fingerprint_of_samples(X) == self._samples_of_fit:
            return self.pred_probs_
        return self.estimator_.predict_proba(X)

    def _spoil(self, codes, probabilities, rng):
        rows = self._flip_rows(codes, probabilities)
        drawn = draw_given_sample(rows, codes, rng, exact=self.exact)
        return self._label_changed(codes, drawn)

    def _predict_out_of_fold(self, X, codes, groups):
        if self._is_precomputed:
            return check_probs(X, name="X", classes=self.classes_, hint=PRECOMPUTED)
        estimator = self._make_estimator()
        check_gives_probabilities(estimator)
        self.estimator_ = fitted(clone(estimator), X, codes)
        folds = folds_to_judge_by(
            self.cv,
            codes,
            groups,
            X=X,
            knows_all=True,
            random_state=generator(self.random_state, LEARN),
        )
        if not folds:  # none could do without the only sample of a class
            return self.estimator_.predict_proba(X)
        return predict_out_of_fold(estimator, X, codes, folds)

    @property
    def _is_precomputed(self):
        if isinstance(self.estimator, str):
            check_choice(self.estimator, ("precomputed",), "estimator")
        return isinstance(self.estimator, str)

    def _make_estimator(self):
        if self.estimator is not None:
            return self.estimator
        # without centring, so that sparse features stay sparse
        scaler = StandardScaler(with_mean=False)
        return make_pipeline(scaler, LogisticRegression(max_iter=1000))

    def _margin(self, codes, probabilities):
        lead, _ = lead_and_runner_up(codes, probabilities)
        shape = lookup(self.kind, MARGINS, parameter="kind", kind="a margin")
        return shape(lead.clip(min=0))

    def _flip_rows(self, codes, probabilities):
        _, runner_up = lead_and_runner_up(codes, probabilities)
        flips = np.minimum(1, self.scale_ * self._margin(codes, probabilities))
        rows, samples = np.zeros(probabilities.shape), np.arange(len(codes))
        rows[samples, codes] = 1 - flips
        rows[samples, runner_up] = flips
        return rows

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if not self._is_precomputed:
            theirs = tags_of_part(self._make_estimator(), "estimator")
            tags.input_tags.sparse = theirs.input_tags.sparse
        return tags


def lead_and_runner_up(codes, probabilities):
    """Return each label's lead over the likeliest other class, and that class."""
    samples = np.arange(len(codes))
    others = probabilities.copy()
    others[samples, codes] = -np.inf
    runner_up = others.argmax(axis=1)
    lead = probabilities[samples, codes] - probabilities[samples, runner_up]
    return lead, runner_up


def calibrate(chances, rate):
    """Return the factor by which `chances`, cut off at 1, have the mean `rate`."""
    movable = chances[chances > 0]
    if rate * len(chances) > len(movable):
        raise ValueError(
            f"rate={rate} can't be reached: only {len(movable)} of {len(chances)}"
            " labels are not certain. Lower the rate, or pass an estimator with"
            " probabilities that are less sure of themselves."
        )
    if rate == 0:
        return 0.0

    def excess(scale):
        return np.minimum(1, scale * movable).sum() / len(chances) - rate

    upper = 1.0
    while excess(upper) < 0:
        upper *= 2
    return brentq(excess, 0, upper)
