"""Several detectors that vote on every label."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from scipy.stats import rankdata
from sklearn import get_config
from sklearn.base import clone
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.parallel import Parallel, delayed

from sknoisy._checks import check_choice
from sknoisy._data_types import ArrayLike, Label, MatrixLike, Seed
from sknoisy._out_of_fold import fitted
from sknoisy._probs import likeliest
from sknoisy._seeds import draw_seed
from sknoisy._shown import shown
from sknoisy._unlabeled import settled
from sknoisy.detectors._base import BaseDetector
from sknoisy.detectors._confident_learning import ConfidentLearning
from sknoisy.detectors._evidence import Evidence
from sknoisy.detectors._neighbor_consensus import NeighborConsensus

__all__ = ["DetectorEnsemble"]

VOTING = ("any", "consensus", "majority")
ROUNDING = 1e-9  # shares of weights may add up to a little less than one


class DetectorEnsemble(BaseDetector):
    """Bring together what several detectors found.

    Detectors err in different ways, so that together they are often better than each.
    Their qualities mean different things; what is averaged are the ranks.

    Parameters
    ----------
    detectors : list of detectors, default=None
        Cloned and fitted, each on X as it is. None stands for ``ConfidentLearning()``
        and ``NeighborConsensus()``.

    weights : array-like of shape (n_detectors,), default=None
        How much each of them counts, in means and in votes. None counts all alike.

    voting : {"majority", "consensus", "any"}, default="majority"
        Who must be against a label for it to be called wrong: more than half, all, or
        any one.

    Attributes
    ----------
    detectors_ : list of detectors
        The fitted ones.

    quality_ : ndarray of shape (n_samples,)
        Trust in every given label: its weighted mean rank among the qualities of each
        detector, from 0 for the lowest to 1 for the highest.

    suggested_labels_ : ndarray of shape (n_samples,)
        The label that most detectors suggest; the given one, if as many do.

    noise_rate_ : float
        Weighted mean of the detectors' estimates.

    transition_matrix_ : ndarray of shape (n_classes, n_classes)
        Estimated P(given label | true label), from the suggestions for the issues that
        are found by vote; rows are true classes.

    See Also
    --------
    InstanceHardness : Averages the probabilities of several classifiers.

    Notes
    -----
    "auto" flags by `voting`. Detectors whose ``random_state`` is None are seeded by the
    ensemble.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detectors import KDN, ConfidentLearning, DetectorEnsemble
    >>> X, y = load_iris(return_X_y=True)
    >>> y[7] = 2
    >>> detectors = [KDN(), ConfidentLearning()]
    >>> ensemble = DetectorEnsemble(detectors, voting="consensus", random_state=0)
    >>> ensemble.fit(X, y).quality_.argmin()
    np.int64(7)
    """

    _numbers_for = None  # each of them makes its own

    def __init__(
        self,
        detectors: Sequence[Any] | None = None,
        *,
        weights: ArrayLike | None = None,
        voting: str = "majority",
        threshold: str | float = "auto",
        n_jobs: int | None = None,
        unlabeled: Label = "auto",
        deduplicate: bool = True,
        random_state: Seed = None,
    ) -> None:
        self.detectors = detectors
        self.weights = weights
        self.voting = voting
        self.threshold = threshold
        self.n_jobs = n_jobs
        self.unlabeled = unlabeled
        self.deduplicate = deduplicate
        self.random_state = random_state

    def fit(self, X: MatrixLike, y: ArrayLike, **params: Any) -> Self:
        """Look for wrong labels.

        Parameters
        ----------
        X : array-like with n_samples rows
            The samples, as the detectors take them.

        y : array-like of shape (n_samples,)
            Given labels, some of them wrong.

        **params : dict
            Handed on to each detector's ``fit``, such as `groups`: as they are, or by
            scikit-learn's metadata routing where that is enabled. A detector that has
            no use for one says so.

        Returns
        -------
        self : estimator instance
            The fitted detector.
        """
        return self._look(X, y, {}, params=params)

    def get_metadata_routing(self) -> MetadataRouter:
        """Return how metadata goes to the detectors.

        Returns
        -------
        routing : MetadataRouter
            What scikit-learn's metadata routing asks for.
        """
        fit = MethodMapping().add(caller="fit", callee="fit")
        named = {f"detector{i}": one for i, one in enumerate(self._get_detectors())}
        return MetadataRouter(owner=self).add(**named, method_mapping=fit)

    def _examine(self, X, codes, *, params=None):
        check_choice(self.voting, VOTING, "voting")
        weights = self._check_weights()
        self.detectors_ = self._fit_all(X, codes, self._route(params or {}))
        ranks = [_relative_ranks(one.quality_) for one in self.detectors_]
        found = [one.is_issue_ for one in self.detectors_]
        rates = np.array([one.noise_rate_ for one in self.detectors_])
        told = ~np.isnan(rates) & (weights > 0)
        return Evidence(
            np.average(ranks, axis=0, weights=weights),
            self._suggest(codes, weights),
            is_issue=self._vote(np.average(found, axis=0, weights=weights)),
            noise_rate=(
                np.average(rates[told], weights=weights[told]) if told.any() else np.nan
            ),
        )

    def _route(self, params):
        """Return what each detector's `fit` is handed."""
        if not get_config()["enable_metadata_routing"]:
            return [params] * len(self._get_detectors())
        routed = process_routing(self, "fit", **params)
        return [routed[f"detector{i}"].fit for i in range(len(self._get_detectors()))]

    def _fit_all(self, X, codes, params):
        rng = np.random.RandomState(draw_seed(self.random_state))
        detectors = [_with_seed(clone(one), rng) for one in self._get_detectors()]
        labels = self.classes_[codes]
        detectors = [settled(one, labels) for one in detectors]
        return Parallel(n_jobs=self.n_jobs)(
            delayed(fitted)(one, X, labels, **theirs)
            for one, theirs in zip(detectors, params, strict=True)
        )

    def _vote(self, share):
        if self.voting == "majority":
            return share > 0.5
        return share > 1 - ROUNDING if self.voting == "consensus" else share > 0

    def _suggest(self, codes, weights):
        votes = np.zeros((len(codes), len(self.classes_)))
        for one, weight in zip(self.detectors_, weights, strict=True):
            suggested = np.searchsorted(self.classes_, one.suggested_labels_)
            votes[np.arange(len(codes)), suggested] += weight
        return likeliest(codes, votes)

    def _check_weights(self):
        n_detectors = len(self._get_detectors())
        if self.weights is None:
            return np.ones(n_detectors)
        try:
            weights = np.asarray(self.weights, dtype=np.float64)
        except (TypeError, ValueError):
            weights = np.empty(0)  # for the message below
        if (
            weights.shape != (n_detectors,)
            or not (weights >= 0).all()
            or not any(weights)
        ):
            raise ValueError(
                f"weights={shown(self.weights)}: expected one number >= 0 for each of"
                f" the {n_detectors} detectors, not all of them zero."
            )
        return weights

    def _get_detectors(self):
        if self.detectors is None:
            return [ConfidentLearning(), NeighborConsensus()]
        is_list = isinstance(self.detectors, list | tuple) and self.detectors
        if not is_list or not all(
            isinstance(one, BaseDetector) for one in self.detectors
        ):
            raise TypeError(
                f"detectors={shown(self.detectors)} is not a list of detectors: pass"
                " one, such as [ConfidentLearning(), NeighborConsensus()]."
            )
        return self.detectors

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        theirs = [get_tags(one).input_tags for one in self._get_detectors()]
        tags.input_tags.sparse = all(one.sparse for one in theirs)
        tags.input_tags.allow_nan = all(one.allow_nan for one in theirs)
        return tags


def _relative_ranks(quality):
    """Return ranks from 0 to 1; equal qualities share the mean of theirs."""
    return (rankdata(quality) - 1) / max(len(quality) - 1, 1)


def _with_seed(detector, rng):
    seed = rng.randint(2**31 - 1)
    if detector.get_params(deep=False).get("random_state", seed) is None:
        detector.set_params(random_state=seed)
    return detector
