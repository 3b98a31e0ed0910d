"""Instance hardness: the labels that no kind of classifier gets right."""

from collections.abc import Sequence
from contextlib import nullcontext

import numpy as np
from sklearn import config_context
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from sknoisy._data_types import Estimator, Folds, Label, Seed
from sknoisy._probs import likeliest
from sknoisy._seeds import draw_seed
from sknoisy._shown import shown
from sknoisy._tags import tags_of_part
from sknoisy._weights import only_absence, weight_name
from sknoisy.detectors._class_shares import with_true_shares
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._fits import JudgesByFits
from sknoisy.detectors._looks import look_by
from sknoisy.detectors._reliability import reliability_of

__all__ = ["InstanceHardness"]


class InstanceHardness(JudgesByFits):
    """Find labels that classifiers of several kinds agree against [1]_.

    The hardness of a sample is one minus the probability of its label, averaged over
    classifiers that were trained without the sample; its quality is what is left.

    Parameters
    ----------
    classifiers : list of classifiers, default=None
        What gives the probabilities; they get X untouched. None stands for a linear
        one, one by neighbors, a tree and a forest: logistic regression and twenty
        neighbors on scaled features, and trees with five samples a leaf.

    cv : int, "oob", cross-validation generator or iterable, default=5
        Who judges a label without having seen it. An int is a number of stratified,
        shuffled folds (fewer, where no class has so many samples). Where a splitter
        repeats, probabilities are averaged, which makes them better. "oob" is for
        forests, also at the end of a Pipeline: trees vote on the samples they were
        not grown on, at the price of one fit.

    Attributes
    ----------
    quality_ : ndarray of shape (n_samples,)
        Trust in every given label: its mean probability, one minus hardness.

    suggested_labels_ : ndarray of shape (n_samples,)
        The class of the highest mean probability.

    noise_rate_ : float
        Estimated share of wrong labels, from the confident joint of the mean
        probabilities. Too high where classes overlap; that of
        :class:`TrueLabelPosterior`, or of
        :func:`~sknoisy.transition.likelihood_transition`, is mostly nearer.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        Estimated P(given label | true label) by that joint; rows are true classes.

    pred_probs_ : ndarray of shape (n_samples, n_classes)
        Mean probabilities.

    reliability_ : Reliability
        Whether there was enough to go by: ``gain`` of the judge over guessing and its
        ``error``, ``is_settled``, ``is_identifiable``; false, with ``reasons``, where
        there wasn't. Then `noise_rate_` is NaN, a warning says why, and no label is
        called wrong unless `threshold` is a budget or "mixture".

    See Also
    --------
    ConfidentLearning : One classifier, and rules for what to flag.
    DetectorEnsemble : Brings together what several detectors found.

    Notes
    -----
    "auto" flags the least trusted labels, as many as ``noise_rate_`` says. [1]_
    averages nine learners of another toolkit, over ten folds. With
    ``classifiers=None`` and `sample_weight`, the neighbors, which take none, have no
    say.

    References
    ----------
    .. [1] Smith, Martinez and Giraud-Carrier, "An Instance Level Analysis of Data
       Complexity", Machine Learning 2014, equation 3.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sknoisy.detectors import InstanceHardness
    >>> X, y = load_iris(return_X_y=True)
    >>> y[7] = 2
    >>> classifiers = [GaussianNB(), LogisticRegression(max_iter=500)]
    >>> InstanceHardness(classifiers, random_state=0).fit(X, y).quality_.argmin()
    np.int64(7)
    """

    def __init__(
        self,
        classifiers: Sequence[Estimator] | None = None,
        *,
        cv: Folds = 5,
        threshold: str | float = "auto",
        n_jobs: int | None = None,
        unlabeled: Label = "auto",
        deduplicate: bool = True,
        n_repeats: int = 1,
        max_samples: int | None = None,
        random_state: Seed = None,
    ) -> None:
        self.classifiers = classifiers
        self.cv = cv
        self.threshold = threshold
        self.n_jobs = n_jobs
        self.unlabeled = unlabeled
        self.deduplicate = deduplicate
        self.n_repeats = n_repeats
        self.max_samples = max_samples
        self.random_state = random_state

    def _examine(self, X, codes, *, groups=None, sample_weight=None):
        seed = draw_seed(self.random_state)
        options = {"groups": groups, "sample_weight": sample_weight}
        options |= {"cv": self.cv, "random_state": seed, "n_jobs": self.n_jobs}
        options["most"] = self.max_samples
        classifiers = self._get_classifiers(len(codes), seed)
        context = nullcontext()
        if self.classifiers is None:  # our own, of which nobody set requests
            context = config_context(enable_metadata_routing=False)
        with context:
            if self.classifiers is None and not only_absence(sample_weight):
                classifiers = [one for one in classifiers if weight_name(one)]
            looks = [look_by(one, X, codes, **options) for one in classifiers]
            found = [with_true_shares(look(X, codes), codes) for look in looks]
        probabilities = np.mean(found, axis=0)
        quality = probabilities[np.arange(len(codes)), codes]
        suggested = likeliest(codes, probabilities)
        reliability = reliability_of(codes, probabilities, groups)
        return Evidence(
            quality, suggested, pred_probs=probabilities, reliability=reliability
        )

    def _get_classifiers(self, n_samples=1, seed=None):
        if self.classifiers is None:
            return make_classifiers(n_samples, seed)
        if not isinstance(self.classifiers, list | tuple) or not self.classifiers:
            raise TypeError(
                f"classifiers={shown(self.classifiers)} is not a list of classifiers:"
                " pass one, such as [GaussianNB(), DecisionTreeClassifier()]."
            )
        return self.classifiers

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        judges = self._get_classifiers()
        theirs = [tags_of_part(one, "classifiers").input_tags for one in judges]
        tags.input_tags.sparse = all(one.sparse for one in theirs)
        tags.input_tags.allow_nan = all(one.allow_nan for one in theirs)
        return tags


def make_classifiers(n_samples, seed):
    """Return one of each kind, all of which take sparse features, too."""
    scaler = StandardScaler(with_mean=False)  # so that zeros stay zeros
    n_neighbors = min(20, max(1, n_samples // 4))  # half as many are in a fold
    return [
        make_pipeline(scaler, LogisticRegression(max_iter=1000)),
        make_pipeline(scaler, KNeighborsClassifier(n_neighbors)),
        DecisionTreeClassifier(min_samples_leaf=5, random_state=seed),
        RandomForestClassifier(min_samples_leaf=5, random_state=seed),
    ]
