"""Two classifiers with a view each, which label samples for each other."""

from itertools import count
from typing import Any, Self

import numpy as np
from sklearn import get_config
from sklearn.base import ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    validate_data,
)

from sknoisy._arrays import numpy_inside
from sknoisy._checks import check_rate
from sknoisy._data_types import ArrayLike, Estimator, Label, MatrixLike, Seed
from sknoisy._estimators import BaseEstimator
from sknoisy._ranges import check_count
from sknoisy._rows import cut_params, take
from sknoisy._seeds import draw_seed
from sknoisy._tags import tags_of_classifier, tags_of_part
from sknoisy._unlabeled import settled
from sknoisy._weights import (
    check_classes_have_weight,
    name_weights,
    one_each,
    rows_there,
)
from sknoisy.semi_supervised._labels import read_labels
from sknoisy.semi_supervised._picking import agree, pick, pools, quotas_of
from sknoisy.semi_supervised._views import (
    check_views,
    is_transformer,
    make_view,
    random_halves,
)

__all__ = ["CoTrainingClassifier"]

LEAST_PROBABILITY = 1e-9  # else two views could rule out every class


class CoTrainingClassifier(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """Co-training: two classifiers, a view each, label samples for each other [1]_.

    For few labels and many samples without one, where two views of a sample (the text
    of a page and the links to it, two halves of an image) each tell the class, and err
    independently: what one is sure of is then as good as a random labeled sample to
    the other one. Each round both are trained on what is labeled, and each labels
    what it is most sure of among a pool of unlabeled samples, for both.

    Parameters
    ----------
    estimator : classifier, default=None
        What is trained on the first view; it must have ``predict_proba``. None stands
        for ``RandomForestClassifier()``.

    second : classifier, default=None
        What is trained on the second view. None stands for another `estimator`.

    views : pair of views, default=None
        What each classifier sees of X. A view is a transformer, or columns: names,
        positions, a slice, a mask, or a function that chooses them from a data frame,
        as :func:`~sklearn.compose.make_column_selector` makes it. Transformers are
        fitted once, on all samples and without labels. None splits the columns of X
        in halves at random, which helps where many columns say the same.

    max_iter : int >= 1 or None, default=30
        How many rounds there are at most. None goes on while there is something to
        label.

    k_best : int >= 1, default=10
        How many samples each classifier labels in a round, shared among the classes in
        the proportions of the given labels; at least one of each class that it finds
        in the pool.

    pool_size : int >= 1 or None, default=75
        How many unlabeled samples there are to choose from in a round. They are drawn
        at random; what is labeled is replaced. A small pool keeps the choice from
        being all of a kind. None offers all of them.

    threshold : float in [0, 1] or None, default=None
        How probable a class must be to become a label. Where nothing in the pool is,
        another pool is drawn. None asks for nothing.

    unlabeled : label, None, nan or "auto", default=-1
        What stands for a missing label, besides None, NaN and pandas.NA. With
        None, -1 is a label like others.

    random_state : int, RandomState instance or None, default=None
        Seed of pools, of random views and of the classifiers that None stands for.
        None takes fresh entropy; numpy's global generator is never touched.

    Attributes
    ----------
    estimators_ : list of two classifiers
        The fitted classifiers.

    views_ : list of two transformers
        The fitted views; ``estimators_[0].predict(views_[0].transform(X))`` is what the
        first classifier alone says.

    classes_ : ndarray of shape (n_classes,)
        The labels seen in fit, sorted, without those that are missing.

    transduction_ : ndarray of shape (n_samples,)
        The labels of the last round, given ones and new ones. What was never labeled
        is marked as in `y`.

    labeled_iter_ : ndarray of shape (n_samples,)
        The round in which each sample was labeled: 0 if it came with a label, -1 if it
        never got one, or wasn't there, being of weight zero.

    n_iter_ : int
        How many rounds there were; one, too, where nothing was to be labeled.

    termination_condition_ : {"max_iter", "no_change", "all_labeled"}
        Why there was no further one: there had been `max_iter`, nothing reached
        `threshold`, or nothing was left to label.

    n_features_in_ : int
        Number of features seen in fit, where X tells.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X has any.

    See Also
    --------
    sklearn.semi_supervised.SelfTrainingClassifier : One classifier labels for itself.
    sknoisy.noise.MissingLabelNoise : Takes labels away.

    Notes
    -----
    The probability of a class is the product of what the two say, scaled to a sum of
    one, as in [1]_. Forests and neighbors like to say that a probability is zero; that
    counts as 1e-9, so that two of them can't rule out every class.

    Differences from [1]_: any number of classes; fixed numbers of positive and negative
    samples became `k_best` and the proportions of the classes; where both pick the same
    sample for two classes, the surer one labels it. In the end both classifiers are
    trained once more on all that was labeled.

    References
    ----------
    .. [1] Blum and Mitchell, "Combining Labeled and Unlabeled Data with Co-Training",
       COLT 1998.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sknoisy.noise import MissingLabelNoise
    >>> from sknoisy.semi_supervised import CoTrainingClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    >>> y_some = MissingLabelNoise(0.95, random_state=0).fit_corrupt(y)
    >>> neighbors = KNeighborsClassifier(3, weights="distance")
    >>> labeled = y_some != -1
    >>> round(neighbors.fit(X[labeled], y_some[labeled]).score(X_test, y_test), 2)
    0.84
    >>> pixels = np.arange(64).reshape(8, 8)
    >>> left, right = pixels[:, :4].ravel(), pixels[:, 4:].ravel()
    >>> clf = CoTrainingClassifier(neighbors, views=(left, right), random_state=0)
    >>> round(clf.fit(X, y_some).score(X_test, y_test), 2)
    0.88
    """

    def __init__(
        self,
        estimator: Estimator | None = None,
        second: Estimator | None = None,
        *,
        views: tuple[object, object] | None = None,
        max_iter: int | None = 30,
        k_best: int = 10,
        pool_size: int | None = 75,
        threshold: float | None = None,
        unlabeled: Label = -1,
        random_state: Seed = None,
    ) -> None:
        self.estimator = estimator
        self.second = second
        self.views = views
        self.max_iter = max_iter
        self.k_best = k_best
        self.pool_size = pool_size
        self.threshold = threshold
        self.unlabeled = unlabeled
        self.random_state = random_state

    @numpy_inside()
    def fit(self, X: MatrixLike, y: ArrayLike, **fit_params: Any) -> Self:
        """Train on what has a label, and on what the classifiers label on the way.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features, as the views take them; columns and random halves need a table.

        y : array-like of shape (n_samples,)
            Labels, of which some are missing.

        **fit_params : dict
            Handed on to the ``fit`` of both classifiers: as they are, or by
            scikit-learn's metadata routing where that is enabled. What has one value a
            sample is cut to the samples that are labeled so far. A ``sample_weight``
            reaches the last step of a Pipeline without its name; a sample of weight
            zero counts as absent, with or without a label.

        Returns
        -------
        self : CoTrainingClassifier
            The fitted classifier.

        Raises
        ------
        TypeError
            If a classifier has no ``predict_proba``, or there are weights, and it
            takes none.

        ValueError
            If a parameter is out of range, or there are labels of one class only.
        """
        self._check_parameters()
        y, self.classes_, codes = read_labels(y, self.unlabeled, self)
        X = self._validate(X, reset=True)
        check_consistent_length(X, y)
        weight, n_samples = fit_params.get("sample_weight"), len(y)
        check_classes_have_weight(codes, weight, codes >= 0)
        rows = rows_there(weight, n_samples)
        params = self._route_to_both(one_each(fit_params, n_samples))
        params = [cut_params(theirs, rows, n_samples) for theirs in params]
        rng = np.random.RandomState(draw_seed(self.random_state))
        shown = self._fit_views(take(X, rows, n_samples), rng)
        codes = codes[rows]
        self.termination_condition_ = self._co_train(shown, codes, params, rng)
        self._remember(y, rows, codes)
        return self

    @numpy_inside(returns="X")
    def predict(self, X: MatrixLike) -> np.ndarray:
        """Predict labels.

        Parameters
        ----------
        X : array-like with n_samples rows
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
        """Predict the probability of each class, by both classifiers together.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features, as in fit.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Probabilities in the order of `classes_`.
        """
        check_is_fitted(self)
        X = self._validate(X, reset=False)
        shown = [view.transform(X) for view in self.views_]
        product = np.prod(np.maximum(self._both_say(shown), LEAST_PROBABILITY), axis=0)
        return product / product.sum(axis=1, keepdims=True)

    # --- what fit is made of ---

    def _check_parameters(self):
        if self.threshold is not None:
            check_rate(self.threshold, "threshold")
        check_count(k_best=self.k_best)
        if self.max_iter is not None:
            check_count(max_iter=self.max_iter)
        if self.pool_size is not None:
            check_count(pool_size=self.pool_size)
        names = ("estimator", "second")
        for name, classifier in zip(names, self._get_estimators(), strict=False):
            tags_of_part(classifier, name)
            if not hasattr(classifier, "predict_proba"):
                raise TypeError(
                    "CoTrainingClassifier picks what a classifier is sure of, but"
                    f" {type(classifier).__name__} has no predict_proba: wrap it in"
                    " scikit-learn's CalibratedClassifierCV."
                )

    def _validate(self, X, reset):
        """Look at names and number of features; what isn't a table passes."""
        views = check_views(self.views)
        if hasattr(X, "columns") or all(map(is_transformer, views)):
            validate_data(self, X, skip_check_array=True, reset=reset)
            return X
        return validate_data(
            self,
            X,
            reset=reset,
            dtype=None,
            accept_sparse="csr",
            ensure_all_finite=False,  # for the classifiers to say
            ensure_min_features=2 if reset and self.views is None else 1,
        )

    def _fit_views(self, X, rng):
        views = check_views(self.views)
        if self.views is None:
            views = random_halves(self.n_features_in_, rng)
        self.views_ = [make_view(view, X) for view in views]
        for view in self.views_:
            view.fit(X)
        return [view.transform(X) for view in self.views_]

    def _co_train(self, shown, codes, params, rng):
        """Label, round by round, until there is a reason to stop; fill in `codes`."""
        given = codes >= 0
        quotas = quotas_of(self.k_best, codes[given], len(self.classes_))
        self.labeled_iter_ = np.where(given, 0, -1)
        waiting = rng.permutation(np.flatnonzero(~given))
        seeds = rng.randint(2**31 - 1, size=2)
        for number in count(1):
            self._train_both(shown, codes, params, seeds)
            if not waiting.size:
                return "all_labeled"
            if self.max_iter is not None and number > self.max_iter:
                return "max_iter"
            rows, labels = self._label_some(shown, waiting, quotas)
            if not rows.size:
                return "no_change"
            codes[rows], self.labeled_iter_[rows] = labels, number
            waiting = waiting[codes[waiting] < 0]

    def _train_both(self, shown, codes, params, seeds):
        rows, n_samples = np.flatnonzero(codes >= 0), len(codes)
        labels = self.classes_[codes[rows]]
        self.estimators_ = [
            settled(clone(one), self.classes_) for one in self._get_estimators()
        ]
        if self.estimator is None:
            self._seed_defaults(seeds)
        for view, classifier, theirs in zip(
            shown, self.estimators_, params, strict=True
        ):
            cut = cut_params(theirs, rows, n_samples)
            classifier.fit(take(view, rows, n_samples), labels, **cut)

    def _remember(self, y, rows, codes):
        """Say what became of all labels; nothing of samples that weren't there."""
        labeled_iter, self.labeled_iter_ = self.labeled_iter_, np.full(len(y), -1)
        self.labeled_iter_[rows] = labeled_iter
        self.n_iter_ = max(1, labeled_iter.max())
        self.transduction_ = y.copy()
        new = labeled_iter > 0
        self.transduction_[rows[new]] = self.classes_[codes[new]]

    def _label_some(self, shown, waiting, quotas):
        """Return rows and codes, by the first pool in which there are any to pick."""
        n_samples = len(self.labeled_iter_)
        for pool in pools(waiting, self.pool_size):
            pooled = [take(view, pool, n_samples) for view in shown]
            picks = (
                pick(p, quotas, self.threshold or 0) for p in self._both_say(pooled)
            )
            positions, codes = agree(*picks)
            if positions.size:
                break
        return pool[positions], codes

    def _both_say(self, shown):
        """Return the probabilities of both, (2, n_samples, n_classes)."""
        proba = []
        for view, classifier in zip(shown, self.estimators_, strict=True):
            theirs = classifier.predict_proba(view)
            ours = np.zeros((len(theirs), len(self.classes_)))
            # weights of zero may have kept a class from one of them
            ours[:, np.searchsorted(self.classes_, classifier.classes_)] = theirs
            proba.append(ours)
        return np.stack(proba)

    # --- what it is made of, and what goes where ---

    def _get_estimators(self):
        first = RandomForestClassifier() if self.estimator is None else self.estimator
        return first, first if self.second is None else self.second

    def _seed_defaults(self, seeds):
        self.estimators_[0].set_params(random_state=seeds[0])
        if self.second is None:
            self.estimators_[1].set_params(random_state=seeds[1])

    def _route_to_both(self, params):
        """Return the fit parameters of either classifier."""
        classifiers = self._get_estimators()
        if get_config()["enable_metadata_routing"]:
            routed = process_routing(self, "fit", **params)
            second = "estimator" if self.second is None else "second"
            return [routed[name]["fit"] for name in ("estimator", second)]
        return [name_weights(params, classifier) for classifier in classifiers]

    def get_metadata_routing(self) -> MetadataRouter:
        """Return how metadata goes to the classifiers.

        Returns
        -------
        routing : MetadataRouter
            What scikit-learn's metadata routing asks for.
        """
        first, second = self._get_estimators()
        mapping = MethodMapping().add(caller="fit", callee="fit")
        router = MetadataRouter(owner=self).add_self_request(self)
        router.add(estimator=first, method_mapping=mapping)
        if self.second is not None:
            router.add(second=second, method_mapping=mapping)
        return router

    def __sklearn_tags__(self):
        return tags_of_classifier(super().__sklearn_tags__(), *self._get_estimators())
