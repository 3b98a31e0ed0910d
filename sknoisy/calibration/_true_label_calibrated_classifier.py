"""Any classifier, with probabilities of true labels instead of given ones."""

from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    validate_data,
)

from sknoisy._arrays import numpy_inside
from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike, Estimator, Folds, Label, MatrixLike, Seed
from sknoisy._delegation import PredictsByEstimator
from sknoisy._duplicates import find_copies
from sknoisy._estimators import BaseEstimator
from sknoisy._features import check_rows
from sknoisy._folds import folds_to_judge_by
from sknoisy._labels import check_several, read_labels, require
from sknoisy._out_of_fold import fitted
from sknoisy._rows import cut_params, take
from sknoisy._seeds import draw_seed
from sknoisy._shown import shown
from sknoisy._tags import tags_of_classifier
from sknoisy._told import told_as_in
from sknoisy._unlabeled import settled
from sknoisy._weights import check_classes_have_weight, one_each, read_weights
from sknoisy.calibration._maps import MAPS, mapped
from sknoisy.calibration._said import check_says, logs_out_of_fold, logs_said_by
from sknoisy.cleaning._findings import align_detector, choose_detector
from sknoisy.cleaning._handing_on import hand_on, route
from sknoisy.tables import vectorizer_for

__all__ = ["TrueLabelCalibratedClassifier"]


class TrueLabelCalibratedClassifier(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    r"""Calibrate a classifier to true labels, of which only noisy ones are given.

    A classifier that learned from noisy labels gives probabilities of *noisy* labels,
    and so does scikit-learn's ``CalibratedClassifierCV`` over it: at 40 % noise, nobody
    can be right with more than 60 %. Here a detector says how probable each true label
    is, by features and given label together, and a map is fitted that turns what the
    classifier says of samples it hasn't seen into those probabilities:

    .. math:: q(x) = \mathrm{softmax}(W \log p(x) + b)

    Parameters
    ----------
    estimator : classifier, default=None
        What is calibrated: anything with ``predict_proba`` or ``decision_function``.
        None stands for ``RandomForestClassifier()``, of which X may also be a frame
        with words, categories, dates and gaps: see
        :func:`~sknoisy.tables.make_vectorizer`. A fitted classifier in scikit-learn's
        ``FrozenEstimator`` stays as it is, and must not have seen the rows of `fit`.

    detector : detector, default=None
        Who says how probable true labels are: what has a ``posterior_`` after `fit`.
        None stands for :class:`~sknoisy.detectors.TrueLabelPosterior`: by forests or
        logistic regression where X is a table of numbers, whatever the estimator, or
        a frame and no estimator was named; elsewhere by the estimator's own out-of-fold
        probabilities.

    method : {"dirichlet", "temperature"}, default="dirichlet"
        Which map. "dirichlet" fits all of W and b [1]_, held near temperature scaling
        by a small penalty: it can undo that mistakes move one class to the next, and
        then changes what is predicted. "temperature" fits one number, the multiple of
        the identity that W is [2]_: what is predicted stays.

    cv : int, cross-validation generator or iterable, default=None
        Who says something of samples that it hasn't seen. An int is a number of
        stratified, shuffled folds (fewer, where no class has so many samples); None
        stands for five. Where a splitter repeats, what is said is averaged.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label aren't trained on, nor calibrated by.

    n_jobs : int, default=None
        How many folds are fitted at a time; -1 takes all processors. Networks that
        train in lock-step do so in one.

    random_state : int, RandomState instance or None, default=None
        Seed of folds, and of what None stands for otherwise. None takes fresh entropy;
        numpy's global generator is never touched.

    Attributes
    ----------
    estimator_ : classifier
        Fitted on all samples with their given labels.

    detector_ : detector
        The fitted detector, with ``noise_rate_`` and ``transition_matrix_``. It has
        seen the samples whose weight isn't zero.

    coef_ : ndarray of shape (n_classes, n_classes)
        The matrix W of the map. With "temperature", one over the temperature, times the
        identity.

    intercept_ : ndarray of shape (n_classes,)
        The vector b of the map; −∞ for a class whose samples all weigh nothing.

    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted; those of the frozen classifier.

    n_features_in_ : int
        Number of features seen in fit, where X tells.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X has any.

    See Also
    --------
    sklearn.calibration.CalibratedClassifierCV : For labels that are right.
    sknoisy.cleaning.CleanLabelClassifier : Trains without labels that are wrong, which
        also makes a better classifier; it can be `estimator` here.
    bayes_decisions : Decides by probabilities and costs.

    Notes
    -----
    ``fit`` costs what the detector costs, and six fits of the estimator with five
    folds; one prediction where it is frozen.

    A probability of zero, as trees give it, counts as a hundredth of an even share.
    Rows of ``predict_proba`` are float64 and sum to one. The penalty is 0.001 times
    the sum of squares of all that tells the map from temperature scaling.

    What the detector takes for unreliable (``detector_.reliability_``, with a warning),
    and samples that it doesn't judge, are calibrated to their given labels.

    Rows that belong together (of one patient, copies of one image) may have one mistake
    in common, and are known to a classifier that has seen one of them: pass ``groups``
    to ``fit``. Equal rows are kept together without being told, where `cv` is a number.

    References
    ----------
    .. [1] Kull, Perello-Nieto, Kängsepp, Silva Filho, Song and Flach, "Beyond
       temperature scaling: Obtaining well-calibrated multiclass probabilities with
       Dirichlet calibration", NeurIPS 2019. The targets are soft here, and the penalty
       also keeps the diagonal even.
    .. [2] Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks",
       ICML 2017.

    Examples
    --------
    >>> from sklearn.calibration import CalibratedClassifierCV
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn.metrics import log_loss
    >>> from sklearn.model_selection import train_test_split
    >>> from sknoisy.calibration import TrueLabelCalibratedClassifier
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> forest = RandomForestClassifier(random_state=0)
    >>> clf = CalibratedClassifierCV(forest).fit(X, y_noisy)
    >>> bool(log_loss(y_test, clf.predict_proba(X_test)) > 0.5)
    True
    >>> clf = TrueLabelCalibratedClassifier(forest, random_state=0).fit(X, y_noisy)
    >>> bool(log_loss(y_test, clf.predict_proba(X_test)) < 0.25)
    True
    """

    def __init__(
        self,
        estimator: Estimator | None = None,
        detector: Estimator | None = None,
        method: str = "dirichlet",
        *,
        cv: Folds | None = None,
        unlabeled: Label = "auto",
        n_jobs: int | None = None,
        random_state: Seed = None,
    ) -> None:
        self.estimator = estimator
        self.detector = detector
        self.method = method
        self.cv = cv
        self.unlabeled = unlabeled
        self.n_jobs = n_jobs
        self.random_state = random_state

    @numpy_inside()
    def fit(self, X: MatrixLike, y: ArrayLike, **fit_params: Any) -> Self:
        """Fit the classifier, and the map from what it says to true labels.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features, as estimator and detector take them.

        y : array-like of shape (n_samples,)
            Given labels, some of them wrong.

        **fit_params : dict
            Handed on to the estimator's ``fit``, or by scikit-learn's metadata routing,
            where that is enabled, to the detector's, too. What has one value a sample
            is cut to the samples that are trained on. Two are known by name:
            ``sample_weight`` also weighs in the map, goes to a detector that takes it,
            and reaches the last step of a Pipeline; ``groups`` goes to the detector and
            the folds, which then judge no sample by others of its group, and besides to
            an estimator that takes them, such as a search.

        Returns
        -------
        self : TrueLabelCalibratedClassifier
            The fitted classifier.

        Raises
        ------
        TypeError
            If there are weights, and the estimator takes none; or groups, and the
            detector takes none; if the estimator tells nothing but labels, or the
            detector has no ``posterior_``.

        ValueError
            If `method` is not one of those above, there is but one class, or a label
            that the frozen classifier doesn't know.
        """
        check_choice(self.method, MAPS, "method")
        check_says(self._get_estimator())
        y, codes = self._encode(y)
        check_rows(X, self)
        validate_data(self, X, skip_check_array=True)  # names and their number only
        check_consistent_length(X, y)
        params, for_detector, weight, rows = self._hand_on(fit_params, codes)
        n_samples = len(y)
        X, codes_there = take(X, rows, n_samples), codes[rows]
        params = cut_params(params, rows, n_samples)
        for_detector = cut_params(for_detector, rows, n_samples)
        X_train, vectorizer = self._as_numbers(X)
        for_whom = X_train if self.detector is None else X
        targets = self._look(for_whom, codes_there, for_detector)
        groups = for_detector.get("groups")
        model, logs = self._train(X_train, codes_there, groups, params, n_samples)
        self._fit_map(logs, targets, weight[rows], codes_there)
        if vectorizer is not None:
            model = Pipeline([("vectorizer", vectorizer), ("classifier", model)])
        self.estimator_ = model
        self._align_detector(y, codes, rows)
        return self

    @numpy_inside(returns="X")
    @told_as_in(PredictsByEstimator.predict_proba)
    def predict_proba(self, X: MatrixLike) -> np.ndarray:
        """Predict the probability of each true label.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Probabilities in the order of `classes_`, in float64; rows sum to one.
        """
        check_is_fitted(self)
        logs = logs_said_by(self.estimator_, X, self.classes_)
        return mapped(logs, self.coef_, self.intercept_)

    @numpy_inside(returns="X")
    @told_as_in(PredictsByEstimator.predict)
    def predict(self, X: MatrixLike) -> np.ndarray:
        """Predict labels: the most probable ones.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels, of those in `classes_`.
        """
        places = self.predict_proba(X).argmax(axis=1)
        return self.classes_[places]

    def get_metadata_routing(self) -> MetadataRouter:
        """Return how metadata goes to estimator and detector.

        Returns
        -------
        routing : MetadataRouter
            What scikit-learn's metadata routing asks for.
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        routing = MetadataRouter(owner=self).add(
            estimator=self._get_estimator(), method_mapping=mapping
        )
        return route(routing, self.detector)

    def _encode(self, y):
        """Return labels and their codes: places in `classes_`."""
        y, classes, codes = read_labels(require(y, self), self.unlabeled)
        check_several(classes, self)
        self.classes_ = classes
        if not self._is_frozen():
            return y, codes
        self.classes_ = np.asarray(self._get_estimator().classes_)
        strange = np.setdiff1d(classes, self.classes_)
        if strange.size:
            raise ValueError(
                f"y holds {shown(strange.tolist())}, which the frozen classifier"
                f" doesn't know: its classes are {shown(self.classes_.tolist())}."
            )
        labeled = codes >= 0
        codes[labeled] = np.searchsorted(self.classes_, classes)[codes[labeled]]
        return y, codes

    def _hand_on(self, fit_params, codes):
        """Return what estimator and detector are handed, weights, and who counts."""
        params, for_detector = hand_on(self, fit_params)
        params, rows, weight = read_weights(params, self._get_estimator(), len(codes))
        check_classes_have_weight(codes, weight, codes >= 0)
        rows = rows[codes[rows] >= 0]
        share = np.ones(len(codes)) if weight is None else np.asarray(weight, float)
        share = share / share[rows].sum()
        return params, one_each(for_detector, len(codes)), share, rows

    def _as_numbers(self, X):
        """Return X as the estimator gets it, and what turns frames into that."""
        vectorizer = None
        if self.estimator is None:
            vectorizer = vectorizer_for(X, random_state=0)
        return (X if vectorizer is None else vectorizer.fit_transform(X)), vectorizer

    def _look(self, X, codes, params):
        """Return how probable each true label is, (n_samples, n_classes)."""
        y = self.classes_[codes]
        detector = choose_detector(
            self.detector,
            X,
            y,
            otherwise=self._get_estimator(),
            random_state=draw_seed(self.random_state),
        )
        self.detector_ = fitted(detector, X, y, **params)
        given = np.eye(len(self.classes_))[codes]
        found = _posterior_of(self.detector_)
        if not getattr(self.detector_, "reliability_", True):
            return given  # the detector has said why
        posterior = np.zeros(given.shape)
        posterior[:, np.isin(self.classes_, np.unique(y))] = found
        silent = np.isnan(found).any(axis=1, keepdims=True)
        return np.where(silent, given, posterior)

    def _train(self, X, codes, groups, params, n_samples):
        """Return the fitted estimator, and what it says of samples it hasn't seen."""
        if self._is_frozen():
            return self.estimator, logs_said_by(self.estimator, X, self.classes_)
        estimator = settled(clone(self._get_estimator()), self.classes_)
        if self.estimator is None:
            estimator.set_params(random_state=draw_seed(self.random_state))
        folds = self._make_folds(X, codes, groups, n_samples)
        logs = logs_out_of_fold(
            estimator, X, codes, self.classes_, folds, params, n_jobs=self.n_jobs
        )
        return fitted(estimator, X, self.classes_[codes], **params), logs

    def _fit_map(self, logs, targets, weight, codes):
        n_classes = len(self.classes_)
        # a class whose samples all weigh nothing is never predicted
        there = np.arange(n_classes) if self._is_frozen() else np.unique(codes)
        found = MAPS[self.method](logs[:, there], targets[:, there], weight)
        self.coef_ = np.zeros((n_classes, n_classes))
        self.intercept_ = np.full(n_classes, -np.inf)
        self.coef_[np.ix_(there, there)], self.intercept_[there] = found

    def _make_folds(self, X, codes, groups, n_samples):
        splits = hasattr(self.cv, "split")
        counts = self.cv is None or isinstance(self.cv, int | np.integer)
        if not splits and not counts and len(codes) < n_samples:
            raise ValueError(
                "cv lists folds by the places of samples, and those without a label or"
                " weight are left out: pass a number of folds or a splitter, or drop"
                " those samples."
            )
        if groups is None and counts:
            copies = find_copies(X)
            groups = copies if copies is not None and copies.any() else None
        known = np.unique(codes, return_inverse=True)[1]  # of those that are there
        seed = draw_seed(self.random_state)
        return folds_to_judge_by(self.cv, known, groups, random_state=seed, X=X)

    def _align_detector(self, y, codes, rows):
        """Let the detector speak of all samples, not only of those that count."""
        seen = np.full(len(codes), -1)
        seen[rows] = codes[rows]
        align_detector(self.detector_, y, seen)

    def _is_frozen(self):
        return isinstance(self.estimator, FrozenEstimator)

    def _get_estimator(self):
        return RandomForestClassifier() if self.estimator is None else self.estimator

    def __sklearn_tags__(self):
        others = [] if self.detector is None else [self.detector]
        return tags_of_classifier(
            super().__sklearn_tags__(), self._get_estimator(), *others
        )


def _posterior_of(detector):
    """Return the probabilities that a fitted detector found, or say it found none."""
    found = getattr(detector, "posterior_", None)
    if found is None:
        raise TypeError(
            f"detector={shown(detector)} has no posterior_, the probabilities of true"
            " labels that there is to calibrate to: take TrueLabelPosterior, over any"
            " classifier of yours."
        )
    return np.asarray(found)
