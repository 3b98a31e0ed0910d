"""A classifier that is told nothing of the noise, and decides by itself what to do."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from sknoisy._arrays import numpy_inside
from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike, Label, MatrixLike, Seed
from sknoisy._estimators import BaseEstimator
from sknoisy._features import check_rows, check_some
from sknoisy._folds import folds_to_judge_by, group_codes
from sknoisy._labels import check_several, read_labels, relabeled, require
from sknoisy._probs import likeliest
from sknoisy._ranges import check_count, check_range
from sknoisy._rows import records, take
from sknoisy._seeds import make_generator
from sknoisy._shown import shown
from sknoisy._unlabeled import spread
from sknoisy.auto._clock import Clock
from sknoisy.auto._families import FAMILIES
from sknoisy.auto._learning import Learning, learn
from sknoisy.auto._noise import posterior
from sknoisy.auto._noise_rate import rate_interval, wrong_share
from sknoisy.auto._numbers import numbers
from sknoisy.auto._progress import Progress
from sknoisy.auto._report import write_report
from sknoisy.auto._schedule import Schedule
from sknoisy.auto._task import Task
from sknoisy.auto._views import Views

__all__ = ["AutoNoisyClassifier"]


class AutoNoisyClassifier(ClassifierMixin, BaseEstimator):
    """Learn from labels of which nobody knows how many are wrong, nor how.

    For who doesn't want to choose among the methods of this library. Classifiers of
    several kinds judge every label without having learned from it; a pool of them says
    what the noise is; classifiers of the same kinds learn again, from each label as
    far as it is trusted, and predict together. Nothing has to be known of the noise.

    Parameters
    ----------
    judges : "auto" or list of str, default="auto"
        Families of classifiers that may be heard, of "logistic_regression",
        "naive_bayes", "kernel_ridge", "neighbors", "linear_discriminants",
        "quadratic_discriminants", "extra_trees", "forest" and "network". With "auto",
        those that suit X; networks then judge no labels, which takes as much time as
        all others together and adds next to nothing, but predict beside the pool, see
        Notes. Where families are named, they do so if "network" is among them.

    time_budget : float > 0 or None, default=None
        CPU seconds that `fit` may take. Fewer judges are heard, on fewer rows, where
        they would take longer; one is always heard. None stands for no limit.

    n_jobs : int, default=None
        How many jobs run at a time; -1 takes all processors.

    verbose : int, default=0
        Whether to print a line for each step.

    unlabeled : label, None or "auto", default="auto"
        What marks a sample without a label, besides None, NaN and pandas.NA. None:
        nothing else does, and -1 is a class. With "auto", no label may be missing, and
        -1 beside other whole numbers, or "" beside other texts, is refused, as it may
        be a class or such a mark.
        Samples without a label are no issues, have a quality of NaN, and aren't
        trained on.

    random_state : int, RandomState instance or None, default=None
        Seed of folds, forests and landmarks. None takes fresh entropy; numpy's global
        generator is never touched.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted.

    judges_ : list of Verdict
        What became of every judge: its name, family and round (0 for judges of given
        labels), how well it foretells held-out given labels, its weight, CPU seconds,
        and a note: "beside the pool", or why it wasn't heard.

    weights_ : dict of str to float
        Weights of the judges in the pool that predicts, by name. Their sum is the
        sharpness of the pool.

    noise_rate_ : float
        Estimated share of wrong labels.

    noise_rate_interval_ : tuple of two floats
        From which rate to which it may be, see Notes.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        Estimated P(given label | true label); rows are true classes.

    quality_ : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1]: its probability of being right, by
        features and given label together.

    is_issue_ : ndarray of shape (n_samples,)
        The labels that are called wrong: another class is likelier.

    label_issues_ : ndarray of shape (n_samples,)
        A structured array with the fields ``index``, ``given_label``,
        ``suggested_label``, ``quality`` and ``is_issue``, one record for each sample
        of fit; ``pandas.DataFrame(label_issues_)`` makes a table of it.

    report_ : str
        All this in words.

    vectorizer_ : Pipeline or None
        What makes numbers of a frame with columns of words, categories or dates.

    n_features_in_ : int
        Number of features seen in fit, where X tells.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X has any.

    See Also
    --------
    CleanLabelClassifier : A classifier of your own, trained without wrong labels.
    NoisyLabelClassifier : Networks of your own, with robust losses.
    TrueLabelPosterior : The detector of wrong labels alone.
    sknoisy.inspection.AutoDisplay : A picture of judges and noise.

    Notes
    -----
    1. Judges are logistic regression, least squares on similarities, neighbors,
       discriminants, extremely randomized trees and forests, of sparse X also naive
       Bayes. Each family offers several candidates, and the one that foretells held-out
       given labels best is heard.
    2. Their pool is the product of their probabilities, each to the power of its
       weight, times a factor for each class, without which the frequent ones would
       swallow the others; weights and factors maximize the likelihood of held-out given
       labels, which is concave in the weights and the logarithms of the factors.
    3. With a sharpened pool in the place of P(true | x), that likelihood is concave in
       the transition matrix T, too. Three structures of T compete (one rate, one
       likeliest mistake a class, free) at several sharpnesses, each with a price for
       what it may choose. Where the likeliest pool needs no sharpening, no noise can be
       told from classes that overlap; then noise is supposed, and T divided out of the
       pool as in :func:`~sknoisy.quality.true_label_posterior`. Of two classes both
       readings are averaged, together with that of
       :class:`~sknoisy.detectors.TrueLabelPosterior`, which counts twice.
    4. Judges learn again, from each label with the weight P(true = given | x, given);
       labels of a weight below .02 are left out, but some of each class are kept. Their
       candidates and weights are those that make given labels likeliest through T; of
       two classes, where that likelihood misleads, weights are those of the first pool,
       or, unless T was divided out, halfway between those and equal ones. Then T is
       estimated anew by a few steps of expectation maximization [1]_, and judges learn
       once more.
    5. Last, a network learns the expected labels: each sample is an example of each
       class, with the weight P(class | x, given). What is predicted is the mean of its
       probabilities and the pool's. Of two classes and up to 20,000 samples, where
       judges of given labels know least, co-teaching and DivideMix learn from the given
       labels, too, and it is the mean of all four. `quality_` and what is called wrong
       are the pool's, which judges samples that it didn't learn from.

    ``noise_rate_interval_`` spans the rate that was found and those by the other
    readings of the first pool (its shape, its inversion), and 1.6 standard errors
    besides. It is wide where given labels don't tell noise from classes that overlap.

    Where a row of T doesn't have its maximum on the diagonal, T can't be told from one
    with classes swapped. Then the pool of given labels predicts as it is, with
    co-teaching and DivideMix beside it.

    There is no ``sample_weight``: folds, forests and ranks give it no exact meaning.

    References
    ----------
    .. [1] Dawid and Skene, "Maximum Likelihood Estimation of Observer Error-Rates
       Using the EM Algorithm", Applied Statistics 1979, equations 2.3 to 2.5.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sknoisy import AutoNoisyClassifier
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_digits(return_X_y=True)
    >>> X, X_test, y, y_test = train_test_split(X, y, train_size=600, random_state=0)
    >>> y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y)
    >>> auto = AutoNoisyClassifier(random_state=0).fit(X, y_noisy)
    >>> bool(auto.score(X_test, y_test) > 0.9)
    True
    >>> low, high = auto.noise_rate_interval_
    >>> bool(low < (y_noisy != y).mean() < high)
    True
    """

    def __init__(
        self,
        *,
        judges: str | Sequence[str] = "auto",
        time_budget: float | None = None,
        n_jobs: int | None = None,
        verbose: int = 0,
        unlabeled: Label = "auto",
        random_state: Seed = None,
    ) -> None:
        self.judges = judges
        self.time_budget = time_budget
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.unlabeled = unlabeled
        self.random_state = random_state

    @numpy_inside()
    def fit(
        self, X: MatrixLike, y: ArrayLike, *, groups: ArrayLike | None = None
    ) -> Self:
        """Find out what the noise is, and learn in spite of it.

        Parameters
        ----------
        X : array-like, sparse matrix or frame with n_samples rows
            Features: a table of numbers, in which NaN is a gap, a sparse matrix of
            texts, embeddings, images (which are flattened), or a frame with columns of
            any kind.

        y : array-like of shape (n_samples,)
            Given labels, some of them wrong.

        groups : array-like of shape (n_samples,), default=None
            What belongs together and may have one mistake in common: the rows of a
            patient, the copies of an image. A sample is then judged by classifiers that
            have seen none of its group.

        Returns
        -------
        self : AutoNoisyClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If there is but one class, or no class has two samples; if `time_budget`
            isn't positive; or if no judge could be fitted.
        """
        names, clock = self._which_judges(), self._start_clock()
        y, codes, groups = self._read_labels(X, y, groups)
        X = numbers(X, self, reset=True)
        check_consistent_length(X, codes)
        labeled = np.flatnonzero(codes >= 0)
        task = self._make_task(codes, groups, labeled)
        X = take(X, labeled, len(codes))
        self._views = Views(task.seed).fit(X)
        view = self._views.view(X)
        schedule, progress = Schedule(clock, len(labeled)), Progress(self.verbose)
        learning = Learning(schedule, progress, [], names)
        self._learned = learn(view, task, learning)
        self._remember_judges(learning.verdicts)
        true = self._true_of_all(view)
        self._remember_noise(true, task)
        self._remember_labels(true, y, codes)
        self.report_ = write_report(
            self, self._learned, len(self._learned.rows), clock.spent()
        )
        return self

    @numpy_inside(returns="X")
    def predict(self, X: MatrixLike) -> np.ndarray:
        """Predict true labels.

        Parameters
        ----------
        X : array-like, sparse matrix or frame with n_samples rows
            Features, as in fit.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels, of those in `classes_`.
        """
        proba = self.predict_proba(X)  # first, so that it is the one to complain
        return self.classes_[proba.argmax(axis=1)]

    @numpy_inside(returns="X")
    def predict_proba(self, X: MatrixLike) -> np.ndarray:
        """Predict the probability of each class to be the true one.

        Parameters
        ----------
        X : array-like, sparse matrix or frame with n_samples rows
            Features, as in fit.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Probabilities in the order of `classes_`.
        """
        check_is_fitted(self)
        X = numbers(check_rows(X, self), self, reset=False)
        return self._learned.true_of(self._views.view(X))

    def _which_judges(self):
        if isinstance(self.judges, str) and self.judges == "auto":
            return None
        if not isinstance(self.judges, (list, tuple, set)) or not len(self.judges):
            raise ValueError(
                f"judges={shown(self.judges)} is neither 'auto' nor a list of families,"
                f" of {sorted(FAMILIES)}."
            )
        return [check_choice(name, FAMILIES, "judges") for name in self.judges]

    def _start_clock(self):
        if not isinstance(self.verbose, bool):
            check_count(0, verbose=self.verbose)
        if self.time_budget is not None:
            check_range("(0, inf]", time_budget=self.time_budget)
        return Clock(self.time_budget, self.n_jobs)

    def _read_labels(self, X, y, groups):
        y, self.classes_, codes = read_labels(require(y, self), self.unlabeled)
        check_rows(X, self)
        check_some(codes)
        check_several(self.classes_, self)
        return y, codes, None if groups is None else group_codes(groups, len(codes))

    def _make_task(self, codes, groups, labeled):
        seed = make_generator(self.random_state).randint(2**30)
        codes = codes[labeled]
        if groups is not None:  # those of unlabeled samples may be gone
            groups = group_codes(groups[labeled], len(labeled))
        folds = folds_to_judge_by(None, codes, groups, random_state=seed)
        return Task(codes, len(self.classes_), folds, seed, groups, self.n_jobs)

    def _true_of_all(self, view):
        """Return P(true | x) of all labeled samples, out of sample."""
        learned = self._learned
        true = np.empty((len(view), len(self.classes_)))
        others = np.setdiff1d(np.arange(len(view)), learned.rows)
        true[learned.rows] = learned.true
        if others.size:
            true[others] = learned.true_of(view.of(others))
        return true

    def _remember_judges(self, verdicts):
        learned = self._learned
        last = max(v.round for v in verdicts) if learned.cleaned else 0
        self.judges_ = verdicts
        self.weights_ = {
            v.name: v.weight for v in verdicts if v.round == last and not v.note
        }

    def _remember_noise(self, true, task):
        learned = self._learned
        self.transition_matrix_ = learned.transition
        rate = wrong_share(true, task.codes, learned.transition)
        self.noise_rate_ = rate
        self.noise_rate_interval_ = rate_interval(
            rate,
            true[learned.rows],
            task.codes[learned.rows],
            learned.transition,
            learned.panel,
        )

    def _remember_labels(self, true, y, codes):
        labeled = codes >= 0
        given = codes[labeled]
        found = posterior(true, given, self.transition_matrix_)
        quality = found[np.arange(len(given)), given]
        suggested = likeliest(given, found)
        self.quality_ = spread(quality, labeled)
        self.is_issue_ = spread(suggested != given, labeled)
        columns = {
            "index": np.arange(len(y)),
            "given_label": y,
            "suggested_label": relabeled(y, codes, self.classes_[suggested]),
            "quality": self.quality_,
            "is_issue": self.is_issue_,
        }
        self.label_issues_ = records(columns)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = True
        return tags
