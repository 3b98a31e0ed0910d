"""A classifier that looks for wrong labels first, and is trained without them."""

from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.metadata_routing import MetadataRouter
from sklearn.utils.validation import check_consistent_length, validate_data

from sknoisy._arrays import numpy_inside
from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike, Estimator, Label, MatrixLike, Seed
from sknoisy._delegation import PredictsByEstimator
from sknoisy._estimators import BaseEstimator
from sknoisy._features import check_features, check_rows
from sknoisy._labels import check_names_classes, read_labels, require
from sknoisy._out_of_fold import fitted
from sknoisy._rows import cut_params, take
from sknoisy._seeds import draw_seed
from sknoisy._shown import shown
from sknoisy._tags import tags_of_classifier, tags_said_by
from sknoisy._unlabeled import settled
from sknoisy._weights import (
    check_classes_have_weight,
    name_of_weights,
    one_each,
    read_weights,
)
from sknoisy.cleaning._actions import ACTIONS
from sknoisy.cleaning._findings import (
    align,
    align_detector,
    choose_detector,
    findings_of,
    names_of_rows,
)
from sknoisy.cleaning._handing_on import hand_on, route
from sknoisy.cleaning._self_training import self_train
from sknoisy.cleaning._weight_caveats import warn_of_other_weights
from sknoisy.tables import vectorizer_for

__all__ = ["CleanLabelClassifier"]


class CleanLabelClassifier(
    PredictsByEstimator, MetaEstimatorMixin, ClassifierMixin, BaseEstimator
):
    """Find labels that are probably wrong, and train a classifier without them.

    Any classifier of scikit-learn's kind, any detector of :mod:`sknoisy.detectors`.
    X reaches both as it is given: texts, data frames, sparse matrices and images work
    where they take them. Works as the last step of a Pipeline and in a grid search,
    over ``detector``, ``detector__threshold``, ``action`` and ``estimator__C``, say.

    Parameters
    ----------
    estimator : classifier, default=None
        What is trained. None stands for ``RandomForestClassifier()``, of which X may
        also be images, whose pixels are its columns, or a frame with words,
        categories, dates and gaps: see
        :func:`~sknoisy.tables.make_vectorizer`.

    detector : detector, default=None
        What finds wrong labels. None stands for
        :class:`~sknoisy.detectors.TrueLabelPosterior`: by forests or
        logistic regression where X is a table of numbers, whatever the estimator, or
        a frame and no estimator was named; elsewhere by the estimator's own out-of-fold
        probabilities.

    action : {"drop", "relabel", "reweight", "semi_supervised"}, default="drop"
        What becomes of samples whose label is called wrong.

        - "drop": they are left out.
        - "relabel": they get the suggested label.
        - "reweight": each sample, called wrong or not, weighs as much as its label is
          trusted; the estimator must take ``sample_weight``. ``fit`` measures what it
          means by that, by :func:`weight_meaning`, and warns if it is something else:
          to a forest, such as the default, a weight is the chance to be drawn.
        - "semi_supervised": they lose their label and may get another one by
          self-training, and so may samples that came without one; the estimator must
          have ``predict_proba``.

    min_per_class : int >= 1, default=5
        How many samples of each given class keep their label at least, the most
        trusted ones, as far as there are so many. No class vanishes.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label are no issues, have a quality of NaN, and aren't
        trained on.

    random_state : int, RandomState instance or None, default=None
        Seed of what None stands for otherwise. None takes fresh entropy; numpy's global
        generator is never touched.

    Attributes
    ----------
    estimator_ : classifier
        The fitted classifier.

    detector_ : detector
        The fitted detector, with ``noise_rate_`` and ``transition_matrix_``. It has
        seen the samples whose weight isn't zero.

    label_issues_ : ndarray of shape (n_samples,)
        A structured array with the fields ``index``, ``given_label``,
        ``suggested_label``, ``quality`` and ``is_issue``, one record for each sample
        of fit; ``index`` is that of a pandas X or y.
        ``pandas.DataFrame(label_issues_)`` makes a table of it. Labels that
        `min_per_class` spared are no issues here, and samples of weight zero have NaN
        for ``quality``.

    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted: all given ones. A class whose samples all have
        weight zero is among them, and is never predicted.

    n_features_in_ : int
        Number of features seen in fit, where X tells.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X has any.

    See Also
    --------
    LabelCleaner : The same as a step of imbalanced-learn's Pipeline.
    sknoisy.detectors.TrueLabelPosterior : The default detector.

    Notes
    -----
    ``fit`` costs what the detector costs, and one fit of the estimator. The default
    detector fits a random forest and five linear models, then extremely randomized
    trees or five linear models more, whichever judge better; where X is no table of
    numbers, the estimator ten times. A sample of weight zero counts as absent; a
    "reweight" measures what the estimator means by a weight, in about ten fits on 150
    samples, once a process.

    Rows that belong together (of one patient, copies of one image) may have one mistake
    in common: then pass ``groups`` to ``fit``, or they vouch for each other.

    References
    ----------
    .. [1] Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in
       Dataset Labels", JAIR 2021, where training on what is left is called learning
       with noisy labels by pruning.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import train_test_split
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknoisy.cleaning import CleanLabelClassifier
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> logistic = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    >>> round(logistic.fit(X, y_noisy).score(X_test, y_test), 2)
    0.8
    >>> clf = CleanLabelClassifier(logistic, random_state=0).fit(X, y_noisy)
    >>> bool(clf.score(X_test, y_test) > 0.93)
    True
    >>> clf.label_issues_.dtype.names
    ('index', 'given_label', 'suggested_label', 'quality', 'is_issue')
    """

    def __init__(
        self,
        estimator: Estimator | None = None,
        detector: Estimator | None = None,
        action: str = "drop",
        *,
        min_per_class: int = 5,
        unlabeled: Label = "auto",
        random_state: Seed = None,
    ) -> None:
        self.estimator = estimator
        self.detector = detector
        self.action = action
        self.min_per_class = min_per_class
        self.unlabeled = unlabeled
        self.random_state = random_state

    @numpy_inside()
    def fit(self, X: MatrixLike, y: ArrayLike, **fit_params: Any) -> Self:
        """Look for wrong labels, act on them, and fit the estimator.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features, as estimator and detector take them.

        y : array-like of shape (n_samples,)
            Given labels, some of them wrong.

        **fit_params : dict
            Handed on to the estimator's ``fit``, or by scikit-learn's metadata routing
            where that is enabled, to the detector's, too. What has one value a sample
            is cut to the samples that are trained on. Two are known by name:
            ``sample_weight`` also goes to a detector that takes it, and reaches the
            last step of a Pipeline; ``groups`` goes to the detector, which then judges
            no sample by others of its group, and besides to an estimator that takes
            them, such as a search.

        Returns
        -------
        self : CleanLabelClassifier
            The fitted classifier.

        Raises
        ------
        TypeError
            If there are weights, and the estimator takes none; or groups, and the
            detector takes none; or if the estimator has no
            ``predict_proba``, and ``action="semi_supervised"`` or the default
            detector needs it.

        ValueError
            If `action` or `min_per_class` is not one of those above, or there is but
            one class.
        """
        check_choice(self.action, ACTIONS, "action")
        self._check_estimator()
        names = names_of_rows(X, y)
        y, self.classes_, codes = read_labels(require(y, self), self.unlabeled)
        check_names_classes(y, self)
        check_rows(X, self)
        validate_data(self, X, skip_check_array=True)  # names and their number only
        check_consistent_length(X, y)
        params, for_detector, rows, others = self._hand_on(fit_params, codes)
        order = np.append(rows, others)
        X, params = take(X, order, len(y)), cut_params(params, order, len(y))
        for_detector = cut_params(for_detector, rows, len(y))
        X_train, vectorizer = self._as_numbers(X)
        for_whom = X_train if self.detector is None else X
        if others.size:  # who has no label isn't judged
            for_whom = take(for_whom, np.arange(len(rows)), len(order))
        known = self.classes_[codes[rows]]
        findings = self._look_for_issues(for_whom, known, for_detector)
        self._remember(findings, y, codes, rows, names)
        training = ACTIONS[self.action](findings).with_unlabeled(len(others))
        model = self._train(X_train, training, params, len(order))
        if vectorizer is not None:
            model = Pipeline([("vectorizer", vectorizer), ("classifier", model)])
        self.estimator_ = model
        return self

    def get_metadata_routing(self) -> MetadataRouter:
        """Return how metadata goes to estimator and detector.

        Returns
        -------
        routing : MetadataRouter
            What scikit-learn's metadata routing asks for.
        """
        return route(super().get_metadata_routing(), self.detector)

    def _as_numbers(self, X):
        """Return X as the estimator gets it, and what turns frames into that."""
        vectorizer = None
        if self.estimator is None:
            vectorizer = vectorizer_for(X, random_state=0)
            shape = getattr(check_features(X, self), "shape", ())
            if vectorizer is None and len(shape) > 2:  # images
                vectorizer = FunctionTransformer(_flat)
        return (X if vectorizer is None else vectorizer.fit_transform(X)), vectorizer

    def _look_for_issues(self, X, y, params):
        detector = choose_detector(
            self.detector,
            X,
            y,
            otherwise=self._get_estimator(),
            random_state=self._draw_seed(),
        )
        self.detector_ = fitted(detector, X, y, **params)
        return findings_of(detector, y, self.min_per_class, self.classes_)

    def _train(self, X, training, params, n_samples):
        if training.weight is not None:
            name = name_of_weights(self._get_estimator(), f"action={self.action!r}")
            given = np.asarray(params.get(name, 1.0))
            params = {**params, name: training.weight * given}
        estimator = settled(clone(self._get_estimator()), self.classes_)
        seed = self._draw_seed()

        def fit(rows, codes):
            model = clone(estimator)
            if self.estimator is None:
                model.set_params(random_state=seed)
            cut = cut_params(params, rows, n_samples)
            return fitted(model, take(X, rows, n_samples), self.classes_[codes], **cut)

        if training.unlabeled.size:
            return self_train(fit, X, training, self.classes_)
        return fit(training.rows, training.codes)

    def _check_estimator(self):
        estimator = self._get_estimator()
        if tags_said_by(estimator).estimator_type == "regressor":
            raise TypeError(
                f"estimator={shown(estimator)} is a regressor: pass a classifier, since"
                " labels are classes."
            )
        if self.action == "semi_supervised" and not hasattr(estimator, "predict_proba"):
            raise TypeError(
                f"action='semi_supervised' needs an estimator with predict_proba, and"
                f" {type(estimator).__name__} has none: choose another action, or wrap"
                " it in scikit-learn's CalibratedClassifierCV."
            )
        if self.action == "reweight":  # before the detector's work, not after it
            name_of_weights(estimator, "action='reweight'")
            warn_of_other_weights(estimator, "action='reweight'")

    def _remember(self, findings, y, codes, rows, names):
        """Let table and detector speak of all samples, not only of those that count."""
        labeled = codes >= 0
        places = np.searchsorted(np.flatnonzero(labeled), rows)
        table = findings.among(codes[labeled], places).table()
        self.label_issues_ = align(table, y, codes, names)
        if not labeled.all():
            seen = np.full(len(codes), -1)
            seen[rows] = codes[rows]
            align_detector(self.detector_, y, seen)

    def _hand_on(self, fit_params, codes):
        """Return what estimator and detector are handed, and which samples count.

        Those with a label, and those without that are learned from all the same.
        """
        params, for_detector = hand_on(self, fit_params)
        params, rows, weight = read_weights(params, self._get_estimator(), len(codes))
        check_classes_have_weight(codes, weight, codes >= 0)
        labeled = codes[rows] >= 0
        others = rows[~labeled] if self.action == "semi_supervised" else rows[:0]
        return params, one_each(for_detector, len(codes)), rows[labeled], others

    def _get_estimator(self):
        return RandomForestClassifier() if self.estimator is None else self.estimator

    def _draw_seed(self):
        return draw_seed(self.random_state)

    def __sklearn_tags__(self):
        others = [] if self.detector is None else [self.detector]
        return tags_of_classifier(
            super().__sklearn_tags__(), self._get_estimator(), *others
        )


def _flat(images):
    return np.reshape(images, (len(images), -1))
