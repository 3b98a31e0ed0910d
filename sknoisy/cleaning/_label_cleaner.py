"""A step of imbalanced-learn's Pipeline that drops or mends wrong labels."""

from typing import Any, Self

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import validate_data

from sknoisy._arrays import numpy_inside
from sknoisy._checks import check_choice
from sknoisy._containers import labels_out
from sknoisy._data_types import ArrayLike, Estimator, Label, MatrixLike, Seed
from sknoisy._estimators import BaseEstimator
from sknoisy._features import check_rows
from sknoisy._labels import check_names_classes, labels_in, read_labels, relabeled
from sknoisy._rows import cut_params, take
from sknoisy._seeds import draw_seed
from sknoisy._tags import as_sampler, tags_of_part
from sknoisy.cleaning._actions import ACTIONS
from sknoisy.cleaning._findings import (
    align,
    align_detector,
    choose_detector,
    findings_of,
    names_of_rows,
)
from sknoisy.cleaning._handing_on import for_groups

__all__ = ["LabelCleaner"]

KEEPS_ONE_LABEL_A_SAMPLE = ("drop", "relabel")


class LabelCleaner(BaseEstimator):
    """Drop samples whose label is probably wrong, or give them the suggested label.

    It has imbalanced-learn's ``fit_resample`` and can be a step of its Pipeline, where
    it acts in ``fit`` alone: validation folds stay as they are. scikit-learn's own
    Pipeline can't change y; there,
    :class:`~sknoisy.cleaning.CleanLabelClassifier` is the last step.

    Parameters
    ----------
    detector : detector, default=None
        What finds wrong labels. None stands for
        :class:`~sknoisy.detectors.TrueLabelPosterior`, which takes tables of
        numbers, and frames with words, categories, dates and gaps.

    action : {"drop", "relabel"}, default="drop"
        What becomes of samples whose label is called wrong: they are left out, or
        they get the suggested label.

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
    sample_indices_ : ndarray of shape (n_kept,)
        Positions of the samples that ``fit_resample`` returned, in order.

    detector_ : detector
        The fitted detector, with ``noise_rate_`` and ``transition_matrix_``.

    label_issues_ : ndarray of shape (n_samples,)
        A structured array with the fields ``index``, ``given_label``,
        ``suggested_label``, ``quality`` and ``is_issue``, one record for each sample
        of fit; ``index`` is that of a pandas X or y.
        ``pandas.DataFrame(label_issues_)`` makes a table of it. Labels that
        `min_per_class` spared are no issues here.

    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted.

    n_features_in_ : int
        Number of features seen in fit, where X tells.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X has any.

    See Also
    --------
    CleanLabelClassifier : The same for scikit-learn's Pipeline, and with more actions.

    Notes
    -----
    Clean before over-sampling: synthetic samples around a wrong label make a group of
    wrong labels that support each other.

    imbalanced-learn's Pipeline drops parameters of fit that are meant for a sampler,
    unless metadata routing is enabled. Where rows come in groups, call
    ``fit_resample(X, y, groups=...)`` yourself, or end with CleanLabelClassifier.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.cleaning import LabelCleaner
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> y[[3, 120]] = 2, 0  # two mistakes
    >>> cleaner = LabelCleaner(random_state=0)
    >>> X_clean, y_clean = cleaner.fit_resample(X, y)
    >>> bool(y_clean.index.isin([3, 120]).any())
    False
    >>> cleaner.sample_indices_[:4]
    array([0, 1, 2, 4])
    """

    def __init__(
        self,
        detector: Estimator | None = None,
        action: str = "drop",
        *,
        min_per_class: int = 5,
        unlabeled: Label = "auto",
        random_state: Seed = None,
    ) -> None:
        self.detector = detector
        self.action = action
        self.min_per_class = min_per_class
        self.unlabeled = unlabeled
        self.random_state = random_state

    def fit(
        self, X: MatrixLike, y: ArrayLike, *, groups: ArrayLike | None = None
    ) -> Self:
        """Look for wrong labels, and leave it at that.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features, as the detector takes them.

        y : array-like of shape (n_samples,)
            Given labels, some of them wrong.

        groups : array-like of shape (n_samples,), default=None
            What belongs together and may have one mistake in common, such as the rows
            of a patient. The detector then judges no sample by others of its group.

        Returns
        -------
        self : LabelCleaner
            With what was found.
        """
        self._look_for_issues(X, y, groups)
        return self

    def fit_resample(
        self, X: MatrixLike, y: ArrayLike, *, groups: ArrayLike | None = None
    ) -> tuple[Any, Any]:
        """Look for wrong labels, and act on them.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features, as the detector takes them.

        y : array-like of shape (n_samples,)
            Given labels, some of them wrong.

        groups : array-like of shape (n_samples,), default=None
            What belongs together and may have one mistake in common, such as the rows
            of a patient. The detector then judges no sample by others of its group.

        Returns
        -------
        X : array-like with n_kept rows
            The samples that were kept, in their order and in the container of `X`.

        y : array-like of shape (n_kept,)
            Their labels, in the container of `y`.
        """
        training, labels, codes = self._look_for_issues(X, y, groups)
        rows = np.flatnonzero(codes >= 0)[training.rows]
        n_samples = len(codes)
        if self.action == "relabel":  # who has no label stays without
            self.sample_indices_ = np.arange(n_samples)
            labels = relabeled(labels, codes, self.classes_[training.codes])
            return X, labels_out(labels, y, self.classes_)
        self.sample_indices_ = rows
        return take(X, rows, n_samples), take(y, rows, n_samples)

    @numpy_inside()
    def _look_for_issues(self, X, y, groups):
        check_choice(self.action, KEEPS_ONE_LABEL_A_SAMPLE, "action")
        names = names_of_rows(X, y)
        labels, self.classes_, codes = read_labels(labels_in(y, self), self.unlabeled)
        check_names_classes(labels, self)
        check_rows(X, self)
        validate_data(self, X, skip_check_array=True)  # names and their number only
        check_consistent_length(X, labels)
        rows = np.flatnonzero(codes >= 0)
        params = cut_params(for_groups(self.detector, groups), rows, len(codes))
        X, known = take(X, rows, len(codes)), self.classes_[codes[rows]]
        seed = draw_seed(self.random_state)
        self.detector_ = choose_detector(self.detector, X, known, random_state=seed)
        self.detector_.fit(X, known, **params)
        findings = findings_of(self.detector_, known, self.min_per_class)
        self.label_issues_ = align(findings.table(), labels, codes, names)
        align_detector(self.detector_, labels, codes)
        return ACTIONS[self.action](findings), labels, codes

    def __sklearn_tags__(self):
        judge = RandomForestClassifier() if self.detector is None else self.detector
        tags = super().__sklearn_tags__()
        tags.input_tags = tags_of_part(judge, "detector").input_tags
        tags.target_tags.required = True
        tags = as_sampler(tags)
        tags.sampler_tags.sample_indices = True
        return tags
