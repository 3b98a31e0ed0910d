"""A classifier that is fitted on the consensus of several annotators."""

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted

from sknoisy._arrays import numpy_inside
from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike, Estimator, Folds, Label, MatrixLike, Seed
from sknoisy._delegation import PredictsByEstimator, available_if, estimator_has
from sknoisy._estimators import BaseEstimator
from sknoisy._folds import folds_to_judge_by, group_codes
from sknoisy._labels import require
from sknoisy._params import RoutedParams
from sknoisy._ranges import check_count
from sknoisy._rows import take
from sknoisy._seeds import make_generator
from sknoisy._tags import check_part, tags_of_classifier
from sknoisy._told import told_as_in
from sknoisy._weights import check_weights, read_weights
from sknoisy.annotators._aggregations import WITH_CLASSIFIER, aggregate, weigh_in
from sknoisy.annotators._consensus import spread
from sknoisy.annotators._folds import predict_votes, with_others
from sknoisy.annotators._majority import majority_vote
from sknoisy.annotators._reading import check_classes, check_order, votes_of
from sknoisy.annotators._training import choose_training, cut_votes, fit_on
from sknoisy.annotators._vocabulary import codes_in

__all__ = ["ConsensusClassifier"]


@told_as_in(majority_vote)
class ConsensusClassifier(
    RoutedParams,
    PredictsByEstimator,
    MetaEstimatorMixin,
    ClassifierMixin,
    BaseEstimator,
):
    """Fit a classifier on what several annotators agree on.

    The votes are the `y` of `fit`, a column for each annotator. Labelling functions,
    rules that vote or abstain, are annotators as well. Predictions are of one label a
    sample, as always.

    Parameters
    ----------
    estimator : classifier, default=None
        What is fitted on the consensus. None stands for a logistic regression of
        scaled features.

    aggregation : {"classifier", "crowdlab", "dawid_skene", "glad", "majority", \
            "one_coin"} or callable, default="dawid_skene"
        How votes become a consensus:

        - "majority", "one_coin", "dawid_skene", "glad": by the votes alone, with
          `majority_vote`, `one_coin`, `dawid_skene` or `glad`.
        - "classifier": clones of `estimator`, fitted on the consensus so far, vote on
          samples that they weren't fitted on, as one more annotator of `dawid_skene`
          with ``smoothing=5``, since a crowd's errors say nothing of a classifier's.
          Costs ``rounds * cv`` fits more, and finds more than votes can tell.
        - "crowdlab": the clones' probabilities and the votes, weighed by `crowdlab`.
        - a function of votes as codes 0…c−1 (-1: missing), of shape (n_samples,
          n_annotators), that gives class probabilities, (n_samples, n_classes).

        Parameters of those functions are set as ``aggregation__*``, e.g.
        ``aggregation__smoothing=0``.

    training : {"auto", "hard", "soft", "weighted"}, default="auto"
        What `estimator` is fitted on: "hard", the consensus labels; "soft", their
        probabilities as a `y` of shape (n_samples, n_classes); "weighted", each sample
        once for each class it may have (with a probability of 0.001 at least), as
        heavy as that is likely. "auto" is "soft" for an estimator (or the last step of
        a Pipeline) that has an attribute ``takes_soft_labels`` which is true, such as
        `NoisyLabelClassifier`; "weighted" where `fit` takes ``sample_weight``; "hard"
        otherwise.

    without_votes : {"drop", "keep"}, default="drop"
        What to do with samples that nobody voted on: leave them out of training, or,
        with "classifier" and "crowdlab", train on what the classifier makes of them.

    rounds : int >= 1, default=3
        How often clones are fitted on the consensus so far to form the next one, with
        "classifier" and "crowdlab".

    cv : int >= 2, cross-validation generator or iterable, default=5
        Folds for the clones' opinion, of the samples with votes. An int makes shuffled
        folds, stratified by the consensus, fewer where no class has so many samples.

    random_state : int, RandomState instance or None, default=None
        Seed of folds and ties. An int makes every fit give the same result, as long as
        `estimator` does its part. None takes fresh entropy; numpy's global generator
        is never touched.

    **routed : dict
        ``aggregation__*``.

    Attributes
    ----------
    consensus_ : Consensus
        All that is known of votes and annotators.

    consensus_labels_ : ndarray of shape (n_samples,)
        Consensus labels of the samples of fit. Without a vote (and with
        ``without_votes="drop"``), or with weight zero, it is the most frequent class.

    consensus_proba_ : ndarray of shape (n_samples, n_classes)
        Probabilities of the classes ``consensus_.classes``; without a vote or with
        weight zero, their shares.

    label_quality_ : ndarray of shape (n_samples,)
        Probability of each consensus label: low where annotators should look again.

    annotator_quality_ : ndarray of shape (n_annotators,)
        Estimated share of right votes; NaN for who gave none.

    has_votes_ : ndarray of shape (n_samples,)
        Which samples have a vote.

    estimator_ : classifier
        The fitted classifier.

    training_ : {"hard", "soft", "weighted"}
        What `estimator_` was fitted on.

    classes_ : ndarray of shape (n_classes,)
        The labels that `estimator_` knows, in the order of ``predict_proba``'s
        columns: those of the consensus, which may be fewer than those voted for. And
        those for which only samples of weight zero have a vote, never predicted.

    n_features_in_ : int
        Number of features seen in fit, if `estimator_` tells.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if `estimator_` tells.

    See Also
    --------
    dawid_skene : The consensus alone, without a classifier.
    sknoisy.noise.AnnotatorNoise : Makes votes, to try things on.

    Notes
    -----
    A classifier among the annotators is an old idea, see [1]_. Here it votes with the
    class it finds likeliest, since its probabilities (overconfident ones, often) would
    outweigh all annotators, while a vote weighs as much as its confusion with the
    others' votes says. "crowdlab" starts from `dawid_skene` rather than from majority
    vote, and is repeated; the rest is as in `crowdlab`.

    With a one-dimensional `y` there is one annotator, and the consensus by votes alone
    is `y`.

    References
    ----------
    .. [1] Branson, Van Horn & Perona, "Lean Crowdsourcing: Combining Humans and
       Machines in an Online System", CVPR 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.annotators import ConsensusClassifier
    >>> from sknoisy.noise import AnnotatorNoise
    >>> X, y = load_iris(return_X_y=True)
    >>> crowd = AnnotatorNoise([0.2, 0.3, 0.4, 0.6], missing_rate=0.4, random_state=0)
    >>> votes = crowd.fit_corrupt(y)
    >>> votes[:2]
    array([[ 0,  0,  0, -1],
           [ 0, -1,  0,  2]])
    >>> clf = ConsensusClassifier(
    ...     aggregation="classifier", unlabeled=-1, random_state=0
    ... )
    >>> round(clf.fit(X, votes).score(X, y), 2)
    0.95
    >>> (clf.consensus_labels_ == y).mean().round(3)  # of majority votes, 67 % are
    np.float64(0.933)
    >>> clf.annotator_quality_.round(2)
    array([0.83, 0.75, 0.64, 0.44])
    """

    _routes = ("aggregation",)
    _hands_on = ("fit",)

    def __init__(
        self,
        estimator: Estimator | None = None,
        aggregation: str | Callable[..., Any] = "dawid_skene",
        *,
        training: str = "auto",
        without_votes: str = "drop",
        rounds: int = 3,
        cv: Folds = 5,
        unlabeled: Label = "auto",
        random_state: Seed = None,
        **routed: Any,
    ) -> None:
        self.estimator = estimator
        self.aggregation = aggregation
        self.training = training
        self.without_votes = without_votes
        self.rounds = rounds
        self.cv = cv
        self.unlabeled = unlabeled
        self.random_state = random_state
        self._routed = routed

    @numpy_inside()
    def fit(
        self,
        X: MatrixLike,
        y: ArrayLike,
        *,
        groups: ArrayLike | None = None,
        **fit_params: Any,
    ) -> Self:
        """Find the consensus and fit the estimator on it.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features, as `estimator` takes them.

        y : Votes, or array-like of shape (n_samples, n_annotators) or (n_samples,)
            Votes, of the samples in the order of X; or a table of numbers, strings or
            booleans; or the labels of one annotator.

        groups : array-like of shape (n_samples,), default=None
            What belongs together, such as the rows of a patient: a clone has no say on
            samples of a group that it was fitted on.

        **fit_params : dict
            Handed on to the estimator's ``fit``, such as ``sample_weight``: as they
            are, or by scikit-learn's metadata routing where that is enabled. A
            ``sample_weight`` reaches the last step of a Pipeline without its name.
            A sample of weight zero counts as absent, for the consensus, too; other
            weights have no say in the consensus by votes.

        Returns
        -------
        self : ConsensusClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If there is no vote, all votes are for one class, or nothing is left to
            train on.
        """
        self._check_parameters()
        self.training_ = choose_training(self.training, self._get_estimator())
        votes = self._read(X, y)
        groups = None if groups is None else group_codes(groups, len(votes))
        params = self._route("fit", fit_params)
        params, rows, _ = read_weights(params, self._get_estimator(), len(votes))
        X, params, there = cut_votes(X, params, votes, rows)
        groups = None if groups is None else groups[rows]
        consensus = self._find_consensus(X, there, params, groups)
        self._remember(consensus, votes, rows)
        self._fit_estimator(X, there, consensus, params)
        lost = np.setdiff1d(votes.classes, there.classes)
        self.classes_ = np.union1d(self.classes_, lost)
        return self

    @available_if(estimator_has("predict"))
    @numpy_inside(returns="X")
    def predict(self, X: MatrixLike) -> np.ndarray:
        """Predict labels.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels, of those in `classes_`.
        """
        check_is_fitted(self)
        labels = self.estimator_.predict(X)
        return self._their_classes()[labels] if self.training_ == "soft" else labels

    @numpy_inside()
    def score(  # type: ignore[override]
        self, X: MatrixLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> float:
        """Return the accuracy on labels, or the mean agreement with votes.

        Parameters
        ----------
        X : array-like with n_samples rows
            Features.

        y : Votes, or array-like of shape (n_samples,) or (n_samples, n_annotators)
            Labels to compare with, true ones where there are any. Or votes: a sample
            then counts by the share of its votes that equal the prediction, the same
            for every aggregation, and one without votes doesn't count. That is how a
            search over aggregations compares them when it is fitted on votes.

        sample_weight : array-like of shape (n_samples,), default=None
            Weights of samples.

        Returns
        -------
        score : float
            In [0, 1].
        """
        votes = votes_of(y, self.unlabeled)
        codes = codes_in(self.predict(X), votes.classes)
        check_consistent_length(codes, votes)
        shares = votes.shares[np.arange(len(codes)), codes] * (codes >= 0)
        weight = check_weights(sample_weight, len(codes))
        weight = (votes.per_sample > 0) * (1.0 if weight is None else weight)
        return float(np.average(shares, weights=weight))

    @property
    def n_features_in_(self) -> int:
        """Number of features seen in fit, if the estimator tells."""
        check_is_fitted(self)
        return self.estimator_.n_features_in_

    def _check_parameters(self):
        self._check_routed()
        if "unlabeled" in self._routed_to("aggregation"):
            raise TypeError(
                "aggregation__unlabeled has no effect: set unlabeled instead."
            )
        if self._routed_to("aggregation").get("ties") in ("abstain", "model"):
            raise ValueError(
                "aggregation__ties must be 'frequent' or 'random': a classifier is"
                " fitted on a label for each sample with votes."
            )
        check_choice(self.without_votes, ("drop", "keep"), "without_votes")
        check_part(self._get_estimator(), "estimator")
        check_count(rounds=self.rounds)
        if self.without_votes == "keep" and not self._asks_classifier():
            raise ValueError(
                "without_votes='keep' needs an aggregation that asks the classifier,"
                f" one of {sorted(WITH_CLASSIFIER)}: votes alone say nothing of samples"
                " without any."
            )

    def _read(self, X, y):
        votes = votes_of(require(y, self), self.unlabeled)
        check_consistent_length(X, votes)
        check_order(X, votes)
        check_classes(votes)
        return votes

    def _asks_classifier(self):
        return isinstance(self.aggregation, str) and self.aggregation in WITH_CLASSIFIER

    def _find_consensus(self, X, votes, params, groups):
        rng = make_generator(self.random_state)
        labeled = votes.per_sample > 0
        consensus = aggregate(
            votes[labeled],
            self.aggregation,
            given=self._routed_to("aggregation"),
            random_state=rng,
        )
        consensus = spread(consensus, labeled)
        for _ in range(self.rounds if self._asks_classifier() else 0):
            consensus = self._ask_classifier(X, votes, consensus, params, groups, rng)
        return consensus

    def _make_folds(self, X, votes, consensus, groups, rng):
        """Return folds of samples with votes, and who judges the others."""
        labeled = votes.per_sample > 0
        rows = np.flatnonzero(labeled)
        folds = folds_to_judge_by(
            self.cv,
            consensus.codes[rows],
            None if groups is None else groups[rows],
            X=take(X, rows, len(labeled)),
            random_state=rng,
        )
        folds = [(rows[train], rows[test]) for train, test in folds]
        others = np.flatnonzero(self._rows_to_use(votes) & ~labeled)
        return with_others(folds, rows, others, groups)

    def _ask_classifier(self, X, votes, consensus, params, groups, rng):
        asked = self._rows_to_use(votes)
        pred_probs = predict_votes(
            self._get_estimator(),
            X,
            consensus,
            self._make_folds(X, votes, consensus, groups, rng),
            training=self.training_,
            params=params,
        )
        weighed = weigh_in(
            votes[asked],
            pred_probs[asked],
            self.aggregation,
            given=self._routed_to("aggregation"),
        )
        return spread(weighed, asked)

    def _rows_to_use(self, votes):
        return (votes.per_sample > 0) | (self.without_votes == "keep")

    def _remember(self, consensus, votes, rows):
        if len(rows) < len(votes):
            consensus = spread(consensus, np.isin(np.arange(len(votes)), rows))
        self.consensus_ = consensus
        self.consensus_labels_ = consensus.labels
        self.consensus_proba_ = consensus.proba
        self.label_quality_ = consensus.label_quality
        self.annotator_quality_ = consensus.annotator_quality
        self.has_votes_ = votes.per_sample > 0

    def _fit_estimator(self, X, votes, consensus, params):
        self.estimator_ = clone(self._get_estimator())
        self.classes_ = fit_on(
            consensus,
            self.estimator_,
            X,
            np.flatnonzero(self._rows_to_use(votes)),
            training=self.training_,
            params=params,
        )
        if hasattr(self.estimator_, "feature_names_in_"):
            self.feature_names_in_ = self.estimator_.feature_names_in_

    def _their_classes(self):
        if self.training_ == "soft":  # whose classes are columns
            return self.consensus_.classes
        return super()._their_classes()

    def _get_estimator(self):
        if self.estimator is not None:
            return self.estimator
        # without centring, so that sparse features stay sparse
        scaler = StandardScaler(with_mean=False)
        return make_pipeline(scaler, LogisticRegression(max_iter=1000))

    def __sklearn_tags__(self):
        return tags_of_classifier(super().__sklearn_tags__(), self._get_estimator())
